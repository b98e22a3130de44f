#!/bin/bash
# The least that a deployment can be, run on an empty host: the same packages in one transaction, the same files from an
# archive, the same accounts and catalog from dumps, the same schema migrations, the same units. No questions, no proofs.
# In /root/floor lies what a host deployed by Novaform gave: packages, files.tar, users.sql, keystone.sql, schemas,
# broker.json, units.
# Each phase is a process of its own: in a function whose failure is caught, bash goes on after a failed command.
set -euo pipefail
cd /root/floor
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
phase() {
    local began=$EPOCHREALTIME name=$1
    bash "$0" "$name" >"$name.log" 2>&1 || { tail -n 20 "$name.log" >&2; exit 1; }
    awk -v from="$began" -v to="$EPOCHREALTIME" -v name="$name" 'BEGIN { printf "%s %.1f\n", name, to - from }'
}

packages() {
    printf '#!/bin/sh\ncase "$1" in dbus|dbus.*|polkit*|systemd-*|udev|udev.*) exit 0 ;; esac\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    xargs apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold <packages
    rm /usr/sbin/policy-rc.d
}

files() {
    tar -x -p -f files.tar -C /
    systemctl daemon-reload
}

backends() {
    systemctl enable -q mariadb rabbitmq-server memcached
    systemctl restart mariadb rabbitmq-server memcached
    while read -r schema; do mariadb -e "create database $schema"; done <schemas
    mariadb mysql <users.sql
    install -m 644 broker.json /tmp/broker.json # the broker may not read files here
    rabbitmqctl -q import_definitions /tmp/broker.json
}

# Two chains, as two cores allow; Nova's is the longest.
migrations() {
    (
        nova-manage api_db sync
        nova-manage cell_v2 map_cell0
        nova-manage cell_v2 create_cell --name cell1
        nova-manage db sync
    ) &
    su -s /bin/sh keystone -c 'keystone-manage db_sync'
    mariadb keystone <keystone.sql
    glance-manage db_sync
    placement-manage db sync
    neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade heads
    wait $!
}

start() {
    while read -r unit; do
        systemctl enable -q "$unit" || true # a static unit has nothing to enable
        systemctl restart "$unit" || { tail -q -n 20 /var/log/*/"${unit%.service}.log"; exit 1; }
    done <units
}

if [ $# -gt 0 ]; then
    "$1"
else
    for name in packages files backends migrations start; do phase $name; done
fi
