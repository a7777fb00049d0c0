#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) The iscsi_mcs authors
#
# The session class on a bus of our own, with the stand-in for the module.
# Changes are tried as root and, if that can be arranged, as somebody else.

set -u
service=$1
work=$(mktemp -d)
chmod 755 "$work"
pids=()
n=0
status=0
iface=org.iscsi_mcs.MSIscsiInitiator_SessionClass
one=/org/iscsi_mcs/session/1

cleanup()
{
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT

skip()
{
	echo "ok dbus # SKIP $*"
	exit 0
}

report()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n dbus $2"
	else
		echo "not ok $n dbus $2"
		sed 's/^/# /' "$work/out"
		status=1
	fi
}

bus()
{
	busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" --timeout=10 "$@"
}

# expect TEXT WHAT COMMAND... - output, and errors, contain the text
expect()
{
	local text=$1 what=$2
	shift 2
	"$@" >"$work/out" 2>&1
	grep -qF -- "$text" "$work/out"
	report $? "$what"
}

property()
{
	bus get-property org.iscsi_mcs "$one" "$iface" "$1"
}

# add ADDRESS PORT INFORMATION PASSWORD-BYTES...
add()
{
	local address=$1 port=$2 info=$3
	shift 3
	bus call org.iscsi_mcs "$one" "$iface" AddConnection \
		'u(ussq)t(uuuuuuuuuayay)ay' 4294967295 0 left "$address" \
		"$port" 0 0 "$info" 0 1 1 0 0 0 0 0 $# "$@" 0
}

[ -x "$service" ] || skip "libsystemd-dev is not installed"
command -v dbus-daemon >/dev/null || skip "dbus-daemon is not installed"
command -v busctl >/dev/null || skip "busctl is not installed"

cat >"$work/bus.conf" <<CONF
<busconfig>
  <type>system</type>
  <listen>unix:path=$work/bus</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
CONF
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$work/bus
dbus-daemon --config-file="$work/bus.conf" --nofork --nopidfile \
	2>"$work/daemon.log" &
pids+=($!)
for _ in $(seq 100); do
	[ -S "$work/bus" ] && break
	sleep 0.1
done
mkdir -p "$work/dir/sys/class/iscsi_session/session1/device/target2:0:0/2:0:0:3/block/sdc"
ISCSIDSC_TEST_DIR=$work/dir "$service" 2>"$work/service.log" &
service_pid=$!
pids+=($!)
for _ in $(seq 100); do
	bus list --no-pager 2>/dev/null | grep -q '^org.iscsi_mcs ' && break
	kill -0 "$service_pid" 2>/dev/null || break
	sleep 0.1
done

expect /org/iscsi_mcs/session/12 "sessions are objects" bus tree org.iscsi_mcs
expect '"iqn.2024-01.example:disk1"' TargetName property TargetName
expect 'ay 6 0 2 61 0 0 1' ISID property ISID
expect '9f7bb701b8edcbef-23d0000000001' SessionId property SessionId
expect '"10.0.2.1" "10.0.2.10" 40001 3260 2 1 0' ConnectionInformation \
	property ConnectionInformation
expect '/dev/sdc' Devices property Devices
expect 'iqn.2024-01.example:disk2' "all objects at once" \
	bus call org.iscsi_mcs /org/iscsi_mcs \
	org.freedesktop.DBus.ObjectManager GetManagedObjects
expect 'Unknown object' "no such session" \
	bus get-property org.iscsi_mcs /org/iscsi_mcs/session/3 "$iface" ISID

if [ "$(id -u)" = 0 ]; then
	expect 's "9f7bb701b8edcbef-2"' "AddConnection" add 10.0.3.10 3260 0
	expect '"10.0.3.10"' "the connection is there" \
		property ConnectionInformation
	expect 's "9f7bb701b8edcbef-3"' "AddConnection to the same portal" \
		add '' 0 0
	expect 'session has all the connections' "AddConnection refused" \
		add 10.0.4.10 3260 0
	expect 'wrong length' "short secret" add 10.0.4.10 3260 64 1 2 3
	expect 'parameter is not valid' "unknown option" add 10.0.4.10 3260 256
	bus call org.iscsi_mcs "$one" "$iface" RemoveConnection s \
		9f7bb701b8edcbef-2 >"$work/out" 2>&1
	report $? "RemoveConnection"
	expect 'session has no such connection' "RemoveConnection again" \
		bus call org.iscsi_mcs "$one" "$iface" RemoveConnection s \
		9f7bb701b8edcbef-2
	expect 'leading connection stays' "RemoveConnection of the leading one" \
		bus call org.iscsi_mcs "$one" "$iface" RemoveConnection s \
		9f7bb701b8edcbef-0
	bus call org.iscsi_mcs "$one" "$iface" Logout >"$work/out" 2>&1
	report $? "Logout"
	if setpriv --reuid 65534 --clear-groups true 2>/dev/null; then
		expect 'not permitted' "somebody else may not" \
			setpriv --reuid 65534 --clear-groups \
			busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call \
			org.iscsi_mcs "$one" "$iface" Logout
		expect 'iqn.2024' "somebody else may read" \
			setpriv --reuid 65534 --clear-groups \
			busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" \
			get-property org.iscsi_mcs "$one" "$iface" TargetName
	fi
fi

kill "$service_pid"
wait "$service_pid"
code=$?
cp "$work/service.log" "$work/out"
[ $code = 0 ] && [ ! -s "$work/service.log" ]
report $? "ends without a word"
exit $status
