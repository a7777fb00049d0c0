#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The session class on the system bus, with the bus policy that is installed:
# root adds and removes connections, others look.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"

SERVICE=$TREE/userspace/build/iscsi-mcs-dbus
IFACE=org.iscsi_mcs.MSIscsiInitiator_SessionClass

# as /usr/share/dbus-1/system.conf: nothing is allowed that a policy does not
bus_start()
{
	cat >"$RUN/bus.conf" <<-EOT
		<busconfig>
		  <type>system</type>
		  <listen>unix:path=$RUN/bus</listen>
		  <auth>EXTERNAL</auth>
		  <policy context="default">
		    <allow user="*"/>
		    <deny own="*"/>
		    <deny send_type="method_call"/>
		    <allow send_type="signal"/>
		    <allow send_requested_reply="true" send_type="method_return"/>
		    <allow send_requested_reply="true" send_type="error"/>
		    <allow receive_type="method_call"/>
		    <allow receive_type="method_return"/>
		    <allow receive_type="error"/>
		    <allow receive_type="signal"/>
		    <allow send_destination="org.freedesktop.DBus"/>
		  </policy>
		  <include>$TREE/userspace/dbus/org.iscsi_mcs.conf</include>
		</busconfig>
	EOT
	bg_start bus dbus-daemon --config-file="$RUN/bus.conf" --nofork --nopidfile
	wait_for 20 test -S "$RUN/bus"
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$RUN/bus
	bg_start service "$SERVICE"
	wait_for 20 serves
}

bus()
{
	busctl --address="unix:path=$RUN/bus" --timeout=30 "$@"
}

serves()
{
	bus list --no-pager 2>/dev/null | grep -q '^org.iscsi_mcs '
}

object() { echo "/org/iscsi_mcs/session/$(sid)"; }

property()	# name
{
	bus get-property org.iscsi_mcs "$(object)" $IFACE "$1"
}

# AddConnection without options, or with those of CHAP
add()		# address, port
{
	bus call org.iscsi_mcs "$(object)" $IFACE AddConnection \
		'u(ussq)t(uuuuuuuuuayay)ay' 4294967295 0 left "$1" "$2" 0 \
		0 0 0 0 0 0 0 0 0 0 0 0
}

looks()
{
	bus tree org.iscsi_mcs | grep -q "$(object)"
	property TargetName | grep -q "\"$IQN\""
	property SessionId | grep -q "$(session_field unique_id)"
	property ConnectionInformation | grep -q '"10.0.1.1" "10.0.1.10"'
	property Devices | grep -q "\"$(disk)\""
}

adds()
{
	io_beside "$(disk)"
	add 10.0.2.10 3260 | tee "$RUN/id"
	conns_up 2
	property ConnectionInformation | grep -q '"10.0.2.1" "10.0.2.10"'
	equals "$(conn_field "$(cid_of_link 2)" symbolic_name)" left name
	# it is the ID that RemoveConnection takes
	bus call org.iscsi_mcs "$(object)" $IFACE RemoveConnection s \
		"$(sed 's/^s "\(.*\)"$/\1/' "$RUN/id")"
	conns_up 1
	io_end
}

says_why_not()
{
	expect_failure add 10.0.2.10 3999 >"$RUN/out" 2>&1
	cat "$RUN/out"
	grep -q 'no TCP connection to the portal' "$RUN/out"
	grep -q '0xefff0003' "$RUN/out"
	expect_failure bus call org.iscsi_mcs "$(object)" $IFACE \
		RemoveConnection s 1-1 >"$RUN/out" 2>&1
	grep -q '0xefff0063' "$RUN/out"
	conns_up 1
}

# The bus wants to know who it is, so it has to be a user that exists.
somebody_else()	# command...
{
	setpriv --reuid 65534 --clear-groups --inh-caps=-all busctl \
		--address="unix:path=$RUN/bus" --timeout=30 "$@"
}

refuses_others()
{
	somebody_else get-property org.iscsi_mcs "$(object)" $IFACE TargetName |
		grep -q "$IQN"
	expect_failure somebody_else call org.iscsi_mcs "$(object)" $IFACE \
		AddConnection 'u(ussq)t(uuuuuuuuuayay)ay' 4294967295 0 left \
		10.0.2.10 3260 0 0 0 0 0 0 0 0 0 0 0 0 0 >"$RUN/out" 2>&1
	cat "$RUN/out"
	grep -q 'not permitted' "$RUN/out"
	conns_up 1
	expect_failure somebody_else call org.iscsi_mcs "$(object)" $IFACE \
		Logout >"$RUN/out" 2>&1
	equals "$(session_state)" LOGGED_IN session
	# nor may anybody else take the name
	bg_stop service
	expect_failure setpriv --reuid 65534 --clear-groups "$SERVICE" \
		>"$RUN/out" 2>&1
	cat "$RUN/out"
	bg_start service "$SERVICE"
	wait_for 20 serves
}

logs_out()
{
	bus call org.iscsi_mcs "$(object)" $IFACE Logout
	wait_for 20 no_sessions
	bus tree org.iscsi_mcs >"$RUN/tree"
	negate grep session/ "$RUN/tree"
	bg_stop service
	equals "$(cat "$RUN/service.log")" "" "words of the service"
}

need_mcs
[ -x "$SERVICE" ] || skip_all "no $SERVICE: built without libsystemd-dev"
plan 5
must target_create links="1 2"
must login
must bus_start
subtest "sessions are objects" looks
subtest "AddConnection and RemoveConnection" adds
subtest "errors have their names and codes" says_why_not
subtest "nobody but root" refuses_others
subtest "Logout" logs_out
