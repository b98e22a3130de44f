"""The lab: throw-away systemd hosts on one machine, so that a site can be deployed for real without spare servers."""
