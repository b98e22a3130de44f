#!/bin/sh
# The whole of tiny: PID 1 at first, then busybox init calls back (see inittab), and so do udhcpc and acpid.
# Every step says what it did on the serial console and on the screen, in a line that starts with "tiny:".
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
SERVICE=http://169.254.169.254
PATIENCE=60
HOST_KEY=/etc/dropbear/ed25519_host_key

say() {
    for console in /dev/ttyS0 /dev/tty1; do
        { echo "tiny: $*" >"$console"; } 2>/dev/null
    done
}

# --- as PID 1 ---------------------------------------------------------------------------------------------------------
wake() {
    /bin/busybox mount -t proc proc /proc
    /bin/busybox --install -s
    mount -t sysfs sysfs /sys
    mount -t devtmpfs devtmpfs /dev
    mkdir -p /dev/pts /dev/shm
    mount -t devpts devpts /dev/pts
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    while read -r module; do
        insmod "/lib/modules/$module.ko" || say "module $module not loaded"
    done </etc/modules
    ip link set lo up
    exec /sbin/init
}

# --- as udhcpc's script -----------------------------------------------------------------------------------------------
set_routes() {
    metric=$((100 + $(cat "/sys/class/net/$interface/ifindex")))
    if [ -n "$staticroutes" ]; then # RFC 3442: with option 121 the router option is ignored
        set -- $staticroutes
    else
        set -- ${router:+0.0.0.0/0 ${router%% *}}
    fi
    while [ $# -ge 2 ]; do
        via="via $2"
        [ "$2" = 0.0.0.0 ] && via=
        ip route replace "$1" $via dev "$interface" metric "$metric"
        shift 2
    done
    # Where no lease leads to the metadata service it may still be a neighbour; a later lease may know better.
    if ip route | grep -v 'metric 1000' | grep -qE '^(default|169\.254\.169\.254)'; then
        ip route del 169.254.169.254 metric 1000 2>/dev/null
    else
        ip route replace 169.254.169.254 dev "$interface" metric 1000
    fi
}

lease() {
    case $1 in
    deconfig)
        ip addr flush dev "$interface"
        ip link set "$interface" up
        ;;
    bound | renew)
        ip addr add "$ip/$mask" dev "$interface" 2>/dev/null
        [ -n "$mtu" ] && ip link set "$interface" mtu "$mtu"
        set_routes
        [ -n "$dns" ] && printf 'nameserver %s\n' $dns >/etc/resolv.conf
        gateway=$(ip route | sed -n "s/^default via \([^ ]*\) .*dev $interface .*/\1/p")
        [ "$1" = bound ] && say "dhcp address=$ip/$mask interface=$interface router=${gateway:-none} mtu=${mtu:-default}"
        : >/run/bound
        ;;
    leasefail) [ -e "/run/leasefail.$interface" ] || say "dhcp no answer on $interface, still asking" ;;
    esac
    [ "$1" = leasefail ] && : >"/run/leasefail.$interface"
    return 0
}

# --- the steps of a boot ----------------------------------------------------------------------------------------------
ask_for_addresses() {
    set --
    for path in /sys/class/net/*; do
        [ -e "$path/device" ] && set -- "$@" "${path##*/}"
    done
    [ $# -eq 0 ] && say "dhcp no network interface" && return
    for interface; do
        udhcpc -b -t 10 -T 2 -A 5 -i "$interface" -s /init -O staticroutes -O mtu >/dev/null 2>&1 &
    done
    deadline=$(($(uptime_seconds) + PATIENCE))
    until [ -e /run/bound ] || [ "$(uptime_seconds)" -ge "$deadline" ]; do
        sleep 0.1
    done
}

uptime_seconds() { cut -d. -f1 /proc/uptime; }

fetch() { # one document of the source to stdout
    case $source in
    http:*) timeout 10 wget -q -O - "$source/$1" 2>/run/fetch.error ;;
    *) cat "$source/$1" 2>/run/fetch.error ;;
    esac
}

mount_drive() {
    mountpoint=/media
    [ -d $mountpoint/openstack ] && return
    drive=$(findfs LABEL=config-2 2>/dev/null || findfs LABEL=CONFIG-2 2>/dev/null) || return 1
    mount -t iso9660 -o ro "$drive" $mountpoint 2>/dev/null || mount -t vfat -o ro "$drive" $mountpoint 2>/dev/null
}

from_openstack() { # $source -> instance, hostname, /run/keys, user_data
    fetch meta_data.json >/run/meta_data.json || return 1
    awk -f /etc/flatten.awk /run/meta_data.json >/run/metadata
    instance=$(sed -n 's/^uuid\t//p' /run/metadata)
    hostname=$(sed -n 's/^hostname\t//p' /run/metadata)
    sed -n 's/^public_keys\.[^\t]*\t//p' /run/metadata | sed -e 's/\\n/\n/g' -e 's/\\\(.\)/\1/g' >/run/keys
    user_data=user_data
    [ -n "$instance" ]
}

from_ec2() {
    instance=$(fetch meta-data/instance-id) && [ -n "$instance" ] || return 1
    hostname=$(fetch meta-data/local-hostname)
    for index in $(fetch meta-data/public-keys/ | sed 's/=.*//'); do
        fetch "meta-data/public-keys/$index/openssh-key"
        echo
    done >/run/keys
    user_data=user-data
}

read_metadata() {
    mount_drive && source=/media/openstack/latest && from_openstack && return
    source=$SERVICE/openstack/latest && from_openstack && return
    source=$SERVICE/latest && from_ec2
}

find_metadata() {
    deadline=$(($(uptime_seconds) + PATIENCE))
    until read_metadata; do
        if [ "$(uptime_seconds)" -ge "$deadline" ]; then
            source=
            say "metadata none after ${PATIENCE}s"
            return 1
        fi
        sleep 1
    done
    say "metadata instance=$instance hostname=${hostname:-none} source=$source"
    [ -n "$hostname" ] || return 0
    hostname "${hostname%%.*}"
    echo "127.0.0.1 localhost ${hostname} ${hostname%%.*}" >/etc/hosts
}

install_keys() {
    while read -r kind blob comment; do
        [ -n "$blob" ] || continue
        echo "$kind $blob $comment" >>/root/.ssh/authorized_keys
        digest=$(echo "$blob" | base64 -d 2>/dev/null | sha256sum | cut -d' ' -f1 | xxd -r -p | base64 | tr -d =)
        say "ssh-key installed fingerprint=SHA256:$digest comment=${comment:-none}"
    done </run/keys
    [ -s /root/.ssh/authorized_keys ] || say "ssh-key none"
}

serve_ssh() {
    print=$(dropbearkey -t ed25519 -f $HOST_KEY 2>/dev/null | sed -n 's/^Fingerprint: //p')
    if dropbear -s -r $HOST_KEY -p 22; then
        say "ssh listening fingerprint=$print"
    else
        say "ssh not started"
    fi
}

fetch_user_data() { # a 404 is an answer, anything else is worth asking again
    for try in 1 2 3 4 5; do
        fetch "$user_data" >/run/user-data && return
        grep -qiE '404|no such file' /run/fetch.error && return 1
        sleep 2
    done
    return 1
}

run_user_data() {
    if ! fetch_user_data || [ ! -s /run/user-data ]; then
        say "user-data none"
    elif [ "$(dd if=/run/user-data bs=2 count=1 2>/dev/null)" = '#!' ]; then
        chmod 700 /run/user-data
        say "user-data running"
        (cd /root && exec /run/user-data </dev/null >/dev/console 2>&1)
        say "user-data exit=$?"
    else
        say "user-data not a script"
    fi
}

boot() {
    : >/run/keys
    ask_for_addresses
    found=yes
    find_metadata || found=
    install_keys
    serve_ssh
    [ -n "$found" ] && run_user_data
    say "ready uptime=$(cut -d' ' -f1 /proc/uptime)s"
}

console() {
    echo "tiny: press Enter for a shell"
    read -r _
    exec /bin/sh -l
}

power_off() {
    say "power button, powering off"
    sync
    umount -a -r 2>/dev/null
    poweroff -f
}

if [ $$ = 1 ]; then wake; fi
case $1 in
boot) boot ;;
console) console ;;
off) power_off ;;
deconfig | bound | renew | leasefail) lease "$1" ;;
esac
