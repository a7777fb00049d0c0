#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A target that rejects what recovery rests on, says no to a Logout or yes too late: that
# proves nothing. What helps is tried again, and in the end the session logs in anew. No I/O
# error ever, and the data is right.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

# RFC 7143, 11.17.1
IMMEDIATE=6 PROTOCOL=4

# Too many immediate PDUs at a time, say: it is asked again.
asked_again()	# kind of PDU, how often
{
	local before

	peer_fresh
	before=$(session_field recoveries)
	peer reject "$1" $IMMEDIATE "times=$2"
	peer_with_commands_out peer reset
	wait_for 10 peer_counter_is rejects_left 0
	peer_whole
	equals "$(session_field recoveries)" "$before" "session recoveries"
}

# However often it is said.
no_proof()	# kind of PDU
{
	local before

	peer_fresh
	before=$(session_field recoveries)
	peer reject "$1" $PROTOCOL times=1000
	peer_with_commands_out peer reset
	wait_for 20 recovered_since "$before"
	peer reject none
	peer_whole
	equals "$(session_field recoveries)" $((before + 1)) "session recoveries"
}

# LIO sends an answer that has waited too long although it has begun to end the
# session by then, and the commands are still at their disk.
late_is_no_proof()
{
	local before

	peer_fresh
	before=$(session_field recoveries)
	# this target has time
	peer grace 60000
	peer logout late
	peer_with_commands_out peer reset
	# longer than an answer is proof, shorter than it was once waited for
	sleep 2.5
	peer logout honest
	peer grace 2000
	wait_for 20 recovered_since "$before"
	peer_whole
	equals "$(session_field recoveries)" $((before + 1)) "session recoveries"
}

# The number is missing still.
plug_again()
{
	local before

	peer_fresh
	before=$(session_field recoveries)
	peer reject plug $PROTOCOL times=2
	peer_lose_numbers peer_counter_is rejects_left 0
	equals "$(session_field recoveries)" "$before" "session recoveries"
}

plug_never()
{
	local before

	peer_fresh
	before=$(session_field recoveries)
	peer reject plug $PROTOCOL times=1000
	peer_lose_numbers recovered_since "$before"
	peer reject none
	peer_whole
}

# Removed, but the target says that it could not close the connection.
removed_against_its_will()
{
	local before ended

	peer_fresh
	before=$(session_field recoveries)
	ended=$(peer_counter ended)
	peer logout 3
	conn_remove "$(peer_cid 3)"
	wait_for 20 recovered_since "$before"
	peer logout honest
	wait_for 20 peer_conns_up 2
	equals "$(conns_field id | wc -l)" 2 "connections"
	equals "$(peer_counter ended)" $((ended + 1)) "sessions that ended"
	conn_add 3
	peer_whole
}

# It wanted the connection to go, and does not let it.
asked_and_refused()
{
	local before

	peer_fresh
	before=$(session_field recoveries)
	peer logout 3
	peer async 1 "cid=$(peer_cid 2)" p3=5
	wait_for 20 recovered_since "$before"
	peer logout honest
	peer_whole
}

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'did not let go' 'callbacks suppressed'
plan 10
must peer_start
must login
must conn_add 2
must conn_add 3
must mcsadm policy --session "$(sid)" round-robin
must io_begin "$(disk)" --size=16m
must events_begin
subtest "a Logout is rejected once" asked_again logout 1
subtest "a fence is rejected, and a ping beside it" asked_again fence 2
subtest "all Logouts are rejected" no_proof logout
subtest "all fences are rejected" no_proof fence
subtest "a Logout is answered late" late_is_no_proof
subtest "a filling number is rejected twice" plug_again
subtest "all filling numbers are rejected" plug_never
subtest "removed, and the target says no" removed_against_its_will
subtest "asked to go, and told no" asked_and_refused
subtest "the data is right, logout" peer_ends
