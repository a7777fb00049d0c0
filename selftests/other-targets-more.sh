#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What else an administrator does with tgt and istgt: connections are removed under
# I/O, the leading one too; the target is started again under I/O; it demands CHAP in
# both directions.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 tgt, then istgt
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 420

. "$(dirname "$0")/lib/lib.sh"

USER_NAME=anna
SECRET=a-long-secret-01
BACK_NAME=target
BACK=another-secret-2
WRONG=a-wrong-secret-03

# Log in; a connection over each link.
use()		# lun, values of the node record...
{
	lun=$1
	driver_loaded || driver_load || return
	bg_running iscsid || iscsid_start || return
	node_new 1 "$IQN" "${@:2}" || return
	node_login 1 "$IQN" || return
	wait_for 30 disk_there || return
	conn_add 2
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

ends()
{
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/*
}

# The added one, and when it is back the leading one.
removed_under_io()
{
	local link

	io_begin "$(the_disk)" --iodepth=4 --size=8m
	for link in 2 1; do
		conns_up 2
		conn_remove "$(cid_of_link $link)"
		conns_up 1
		wait_for 10 equals "$(tcp_count $link)" 0 "TCP connections over link $link"
		io_resumed "$(the_disk)" 10
		[ $link = 1 ] || conn_add $link
	done
	io_end
	note "longest command $(longest_io) ms"
	between "$(longest_io)" 0 $((5000 * RIG_TIME_FACTOR)) "longest command in ms"
	equals "$(session_field recoveries)" 0 "recoveries of the session"
	equals "$(session_state)" LOGGED_IN "session"
	ends
}

# A kill, so that nobody is told.
restarted_under_io()	# name of its process, function that starts it, words for it...
{
	local before

	before=$(session_field recoveries)
	io_begin "$(the_disk)" --iodepth=4 --size=8m
	on_target bg_stop "$1" KILL
	wait_for 30 equals "$(tcp_count)" 0 "TCP connections"
	on_target "${@:2}"
	wait_for 60 recovered_since "$before"
	wait_for 60 conns_up 2
	io_resumed "$(the_disk)" 30
	io_end
	ends
}

# Both connections, and with another secret none.
with_chap()	# lun
{
	use "$1" node.session.auth.authmethod=CHAP \
		"node.session.auth.username=$USER_NAME" \
		"node.session.auth.password=$SECRET" \
		"node.session.auth.username_in=$BACK_NAME" \
		"node.session.auth.password_in=$BACK"
	conns_up 2
	equals "$(conns_field auth | sort -u)" mutual-chap "how they have proved who they are"
	fio_verify "$(the_disk)" --size=4m
	conn_remove "$(cid_of_link 2)"
	expect_failure conn_add 2 --auth mutual-chap --chap-name "$USER_NAME" \
		--chap-secret-file <(printf %s "$WRONG") --chap-name-in "$BACK_NAME" \
		--chap-secret-in-file <(printf %s "$BACK")
	conns_up 1
	fio_verify "$(the_disk)" --size=2m
	ends
}

need_mcs
klog_allow 'detected conn error' 'session logs in again'
plan 6
must on_target tgt_create MaxConnections=4
must use 1
subtest "tgt: connections are removed under I/O, the leading one too" removed_under_io
must use 1
subtest "tgt: restarts under I/O" restarted_under_io tgtd tgt_create MaxConnections=4
must on_target tgt_demands_chap "$USER_NAME" "$SECRET" "$BACK_NAME" "$BACK"
subtest "tgt: CHAP and mutual CHAP" with_chap 1
must on_target bg_stop tgtd KILL
must on_target istgt_create
must use 0
subtest "istgt: connections are removed under I/O, the leading one too" removed_under_io
must use 0
subtest "istgt: restarts under I/O" restarted_under_io istgt istgt_create
must on_target bg_stop istgt
must on_target istgt_create "$USER_NAME" "$SECRET" "$BACK_NAME" "$BACK"
subtest "istgt: CHAP and mutual CHAP" with_chap 0
