#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# iscsid binds its connection to an interface. When it is lost while another one
# lives, and the driver connects it again, it is bound as before. (To an address
# iscsid does not bind with software iSCSI, it says.)
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 4
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

login_by()	# name=value of the interface record
{
	iscsid_start
	iscsiadm -m iface -I bound -o new
	iscsiadm -m iface -I bound -o update -n "iface.${1%%=*}" -v "${1#*=}"
	iscsiadm -m node -o new -T "$IQN" -p 10.0.1.10 -I bound
	node_login 1 "$IQN"
	wait_for 30 session_ready
	conn_add 2
	DISK=$(disk)
}

# the local end of the leading connection, as TCP has it
lead_end()
{
	ss -Htn state established dst 10.0.1.10 | awk '{ sub(/:[0-9]+$/, "", $3); print $3 }'
}

comes_back_as_it_was()	# local end, what netlink tells, its key
{
	local losses

	equals "$(lead_end)" "$1" "local end at login"
	equals "$(conn_field 0 "$3")" "$2" "$3 of the leading connection"
	losses=$(count losses)
	reset_by_target 1
	wait_for 20 more_losses "$losses"
	whole 2
	equals "$(lead_end)" "$1" "local end of the one that came back"
	equals "$(session_field recoveries)" 0 "logins of the session"
	io_end
	logout
	wait_for 20 no_sessions
	iscsiadm -m node -T "$IQN" -o delete
	iscsiadm -m iface -I bound -o delete
}

to_an_interface()
{
	login_by net_ifacename=link1
	io_beside "$DISK"
	comes_back_as_it_was 10.0.1.1%link1 "$(cat /sys/class/net/link1/ifindex)" ifindex
}

need_mcs
plan 1
must target_create
must driver_load
subtest "to an interface" to_an_interface
