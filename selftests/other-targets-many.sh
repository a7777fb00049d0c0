#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Many connections to targets that handle a loss in their own ways: tgt forgets
# the commands of a connection when it closes, istgt throws those of all
# connections away. Both mistake the Logout that frees a lost connection.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 tgt, then istgt
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 420

. "$(dirname "$0")/lib/lib.sh"

use()		# lun
{
	lun=$1
	driver_loaded || driver_load
	bg_running iscsid || iscsid_start
	node_new 1 "$IQN"
	node_login 1 "$IQN"
	wait_for 30 disk_there
}

disk_there()
{
	[ -b "$(the_disk)" ]
}

# tgt has its controller at LUN 0, the disk at 1; istgt the disk at 0
the_disk()
{
	disk "" "$lun"
}

# A connection is added while I/O is under way, and carries some of it. What the
# target is like is found out then, which costs none of the I/O.
added_under_io()
{
	local before

	io_begin "$(the_disk)" --iodepth=4 --size=8m
	conn_add 2
	before=$(links_bytes 2)
	io_resumed "$(the_disk)" 30
	wait_for 30 over_both "$before"
	io_end
	equals "$(session_field target_class)" session "class found"
}

# Links that nothing limits, with one processor: whose turn it is says how much.
over_both()	# counters before
{
	local share

	for share in $(link_shares "$1" "$(links_bytes 2)"); do
		[ "$share" -ge 2 ] || return 1
	done
}

whole_again()
{
	wait_for 120 conns_up 2
	io_resumed "$(the_disk)" 60
}

lost()		# link, session recoveries it may cost
{
	local before

	before=$(session_field recoveries)
	io_begin "$(the_disk)" --iodepth=4 --size=8m
	ss -K "dport = :3260 and dst $(target_ip "$1")" >"$RUN/killed"
	[ -s "$RUN/killed" ]
	wait_for 60 loss_seen "$1"
	whole_again
	io_end
	equals "$(session_field recoveries)" $((before + $2)) "recoveries of the session"
	losses=$((losses + 1))
}

# as its own loss or as one of the whole session
loss_seen()
{
	[ "$(count losses)" -gt "$losses_before" ]
}

lost_one()	# link, session recoveries it may cost
{
	losses_before=$(count losses)
	losses=0
	lost "$@"
}

with_class()	# class, link
{
	mcsadm tune --session "$(sid)" "target-class=$1"
	lost_one "$2" 0
}

# Where closing a connection is enough to have its commands forgotten, that of the
# last one has the session forgotten: a new login, and nothing waits for ever.
last_one()
{
	local before

	before=$(session_field recoveries)
	mcsadm tune --session "$(sid)" target-class=close-retry
	ss -K "dport = :3260 and dst $(target_ip 1)" >"$RUN/killed"
	[ -s "$RUN/killed" ]
	wait_for 60 recovered_since "$before"
	wait_for 60 conns_up 1
	fio_verify "$(the_disk)" --size=4m
}

# istgt closes all connections but the one that the reset came on.
reset_of_lun()
{
	losses_before=$(count losses)
	io_begin "$(the_disk)" --iodepth=4 --size=8m
	timeout 60 sg_reset -d "$(the_disk)"
	wait_for 60 loss_seen
	whole_again
	io_end
}

ends_well()
{
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/*
}

need_mcs
klog_allow 'detected conn error' 'session logs in again'
plan 12
must on_target tgt_create MaxConnections=4
must use 1
subtest "tgt: connection added under I/O" added_under_io
subtest "tgt: a loss makes the session log in again" lost_one 2 1
subtest "tgt: not when told that closing is enough" with_class close-retry 2
subtest "tgt: the leading connection likewise" lost_one 1 0
subtest "tgt: logout" ends_well
must on_target bg_stop tgtd KILL
must on_target tgt_create MaxConnections=4
must use 1
subtest "tgt: closing is enough, but not of the last connection" last_one
subtest "tgt: logout again" ends_well
must on_target bg_stop tgtd KILL
must on_target istgt_create
must use 0
subtest "istgt: connection added under I/O" added_under_io
subtest "istgt: a loss makes the session log in again" lost_one 2 1
subtest "istgt: loss of the leading connection likewise" lost_one 1 1
subtest "istgt: a reset of the LUN closes connections" reset_of_lun
subtest "istgt: logout" ends_well
