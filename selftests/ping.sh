#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Pings both ways on an idle connection, and their absence noticed.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

counter()	# name in iscsiadm's statistics
{
	iscsiadm -m session -r "$(sid)" -s | sed -nE "s/^\s*$1: ([0-9]+)/\1/p"
}

# Idle for a moment, then count octets: nothing but pings is left.
pings()		# how many, deadline
{
	local sent received

	wait_for 20 idle
	sent=$(counter txdata_octets)
	received=$(counter rxdata_octets)
	wait_for "$2" moved "$((sent + 48 * $1))" "$((received + 48 * $1))"
}

# No command is on its way and none came lately.
idle()
{
	local stat

	stat=$(cat "/sys/block/$(basename "$(disk)")/stat")
	[ "$stat" = "$(cat "$RUN/idle" 2>/dev/null)" ] && return
	echo "$stat" >"$RUN/idle"
	return 1
}

moved()		# octets sent, octets received
{
	[ "$(counter txdata_octets)" -ge "$1" ] &&
		[ "$(counter rxdata_octets)" -ge "$2" ]
}

initiator_pings()
{
	pings 3 15
	equals "$(session_state)" LOGGED_IN "session"
	logout
}

# an unanswered ping would end the session
target_pings()
{
	target_delete
	target_create chap=alice:twelve-chars-of-it
	target_pings_often
	rm -rf /etc/iscsi/nodes/*
	login node.session.auth.authmethod=CHAP node.session.auth.username=alice \
		node.session.auth.password=twelve-chars-of-it \
		"node.conn[0].timeo.noop_out_interval=0" \
		"node.conn[0].timeo.noop_out_timeout=0"
	# iscsid takes its own defaults when only one of them is 0
	equals "$(session_field nop_interval_ms)" 0 "interval of pings"
	pings 3 30
	equals "$(session_state)" LOGGED_IN "session"
	logout
}

loss_noticed()
{
	rm -rf /etc/iscsi/nodes/*
	target_delete
	target_create
	login "node.conn[0].timeo.noop_out_interval=1" \
		"node.conn[0].timeo.noop_out_timeout=2"
	link_drop 1
	wait_for 15 state_is FAILED
	link_restore 1
	wait_for 60 state_is LOGGED_IN
	fio_verify "$(disk)" --size=2m
}

klog_allow 'ping timeout'
plan 3
must target_create
must login "node.conn[0].timeo.noop_out_interval=1"
subtest "initiator pings" initiator_pings
subtest "target's pings are answered" target_pings
subtest "a silent link is noticed by ping, and survived" loss_noticed
