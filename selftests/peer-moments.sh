#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A target that ends connections at the worst moments, does not answer, answers
# wrongly to the Logout on which failover rests, or is of another class. No
# I/O error ever, the data is right, and the connections are back.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

whole()
{
	wait_for 30 conns_up 3
	io_resumed "$(disk)" 15
}

recoveries()
{
	session_field recoveries
}

lost_more_than()	# count
{
	[ "$(peer_counter lost)" -gt "$1" ]
}

# A connection is lost, and at the next such PDU another one.
second_loss_at()	# event, losses that makes
{
	local lost

	lost=$(peer_counter lost)
	peer trigger "$1" close
	peer reset "cid=$(cid_of_link 2)"
	wait_for 10 lost_more_than $((lost + $2 - 1))
	whole
}

# A third one lives: that carries the day.
during_failover()
{
	local before

	before=$(recoveries)
	second_loss_at logout 2
	second_loss_at nop 2
	second_loss_at login 1
	equals "$(recoveries)" "$before" "session recoveries"
}

# The next PDU of each kind ends its connection.
at_each_pdu()
{
	local event before lost

	before=$(recoveries)
	for event in command data-out r2t data-in response; do
		lost=$(peer_counter lost)
		peer trigger $event reset
		wait_for 10 lost_more_than "$lost"
		whole
	done
	equals "$(recoveries)" "$before" "session recoveries"
}

# Silence with TCP alive, and a connection that is not even read from.
silent_ones()
{
	local before logins

	before=$(recoveries)
	logins=$(peer_counter logins)
	peer silent "cid=$(cid_of_link 2)"
	wait_for 10 peer_counter_is logins $((logins + 1))
	whole
	peer deaf "cid=$(cid_of_link 3)"
	wait_for 10 peer_counter_is logins $((logins + 2))
	whole
	equals "$(recoveries)" "$before" "session recoveries"
}

# Each answer leads to a new login of the session, none to an error.
bad_logout_answers()
{
	local answer before

	for answer in 1 3 200 never; do
		before=$(recoveries)
		peer logout $answer
		peer reset "cid=$(cid_of_link 2)"
		wait_for 20 recovered_since "$before"
		peer logout honest
		whole
	done
	before=$(recoveries)
	peer forget "cid=$(cid_of_link 2)"
	wait_for 20 recovered_since "$before"
	whole
}

recovered_since()
{
	[ "$(recoveries)" -gt "$1" ]
}

all_at_once()
{
	local before

	before=$(recoveries)
	peer close
	wait_for 20 recovered_since "$before"
	whole
}

io_is_right()
{
	io_end
	peer_has_no_complaint
	logout
	wait_for 20 no_sessions
	peer_stop
}

use_class()	# class of the peer
{
	rm -rf /etc/iscsi/nodes/*
	peer_start --class "$1" --grace 0
	login "${NOPS[@]}"
	conn_add 2
	conn_add 3
	io_begin "$(disk)" --size=16m
}

# The administrator says that closing is enough: the session lives on.
close_retry()
{
	local before link logins

	use_class retry
	equals "$(session_field target_class)" session "class found"
	"$PEER_STORM" calm "$(sid)" 2
	before=$(recoveries)
	for link in 2 1 3; do
		logins=$(peer_counter logins)
		peer reset "cid=$(cid_of_link $link)"
		wait_for 10 peer_counter_is logins $((logins + 1))
		whole
	done
	equals "$(recoveries)" "$before" "session recoveries"
	equals "$(peer_counter undrained)" 0 "logouts with commands"
	io_is_right
}

session_class()
{
	local before

	use_class session
	equals "$(session_field target_class)" session "class found"
	before=$(recoveries)
	peer reset "cid=$(cid_of_link 2)"
	wait_for 20 recovered_since "$before"
	whole
	io_is_right
}

PEER_STORM=$TREE/selftests/peer/build/storm
NOPS=("node.conn[0].timeo.noop_out_interval=1"
	"node.conn[0].timeo.noop_out_timeout=2")
need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'did not let go' 'ping timeout'
plan 8
must peer_start
must login "${NOPS[@]}"
must conn_add 2
must conn_add 3
must io_begin "$(disk)" --size=16m
subtest "another loss during failover" during_failover
subtest "a reset at each kind of PDU" at_each_pdu
subtest "connections that fall silent" silent_ones
subtest "wrong answers to the Logout" bad_logout_answers
subtest "all connections closed at once" all_at_once
subtest "the data is right, logout" io_is_right
subtest "class close-retry" close_retry
subtest "class session" session_class
