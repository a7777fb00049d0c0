#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A target that ends connections at the worst moments, does not answer, answers
# wrongly to the Logout on which failover rests. No I/O error ever, the data is
# right, and the connections are back.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 600

. "$(dirname "$0")/lib/lib.sh"

fresh_for()	# function
{
	peer_fresh
	"$1"
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
	peer reset "cid=$(peer_cid 2)"
	wait_for 10 lost_more_than $((lost + $2 - 1))
	peer_whole
}

second_loss_at_plug()
{
	peer trigger plug close
	peer_lose_numbers peer_counter_is triggers 0
}

# A third one lives: that carries the day.
during_failover()
{
	local before

	before=$(recoveries)
	second_loss_at logout 2
	second_loss_at login 1
	second_loss_at_plug
	equals "$(recoveries)" "$before" "session recoveries"
}

# A number that had arrived after all: the NOP-Out that is to fill it counts for
# nothing and is not answered. That the target goes on is what is waited for.
plugs_without_answer()
{
	local before plugs

	before=$(recoveries)
	plugs=$(peer_counter plugs)
	peer mute 1000
	peer_lose_numbers peer_counter_above plugs $((plugs + 1))
	peer mute 0
	json_get "$EVENT" duration_ms
	between "$REPLY" 0 $((400 * RIG_TIME_FACTOR)) \
		"ms until the commands went on"
	equals "$(recoveries)" "$before" "session recoveries"
}

# Logged out, but the carrier of the fence is lost: no proof that the target
# has let go of the commands, so only a new login will do. Where it has none there
# is nothing to prove.
during_fence()
{
	local before lost

	before=$(recoveries)
	lost=$(peer_counter lost)
	peer trigger fence close
	peer_with_commands_out peer reset
	wait_for 10 lost_more_than $((lost + 1))
	peer_whole
	equals "$(recoveries)" $((before + 1)) "session recoveries"
}

# The next PDU of each kind ends its connection.
at_each_pdu()
{
	local event before

	before=$(recoveries)
	for event in command data-out r2t data-in response; do
		peer_relogin 1 peer trigger $event reset
		peer_whole
	done
	equals "$(recoveries)" "$before" "session recoveries"
}

# Silence with TCP alive, and a connection that is not even read from.
silent_ones()
{
	local before

	before=$(recoveries)
	peer_relogin 1 peer silent "cid=$(peer_cid 2)"
	peer_whole
	peer_relogin 1 peer deaf "cid=$(peer_cid 3)"
	peer_whole
	equals "$(recoveries)" "$before" "session recoveries"
}

# Each answer leads to a new login of the session, none to an error.
bad_logout_answers()
{
	local answer before

	for answer in 1 2 3 200 never; do
		peer_fresh
		before=$(recoveries)
		peer logout $answer
		peer_with_commands_out peer reset
		wait_for 20 recovered_since "$before"
		peer logout honest
		peer_whole
	done
	peer_fresh
	before=$(recoveries)
	peer_with_commands_out peer forget
	wait_for 20 recovered_since "$before"
	peer_whole
}

# The target has let it in, but the answer that says so is lost.
last_login_answer()
{
	local before ended

	before=$(recoveries)
	ended=$(peer_counter ended)
	second_loss_at login-response 2
	wait_for 5 none_is_dead
	equals "$(peer_counter ended)" "$ended" "sessions that ended"
	equals "$(recoveries)" "$before" "session recoveries"
}

# No connection is left that the target waits to have logged out.
none_is_dead()
{
	! peer list | grep -q phase=dead
}

# Lost while it logs itself out, and just as it is to be removed.
removed_when_lost()
{
	local before ended

	before=$(recoveries)
	ended=$(peer_counter ended)
	peer trigger logout reset
	conn_remove "$(peer_cid 3)"
	wait_for 1 none_is_dead
	for _ in 1 2 3 4 5; do
		conn_add 3
		wait_for 10 peer_conns_up 3
		remove_and_reset "$(peer_cid 3)"
		wait_for 1 none_is_dead
	done
	conn_add 3
	peer_whole
	equals "$(peer_counter ended)" "$ended" "sessions that ended"
	equals "$(recoveries)" "$before" "session recoveries"
}

# Both at once; a connection that has come back already has another CID.
remove_and_reset()	# cid
{
	conn_remove "$1" >"$RUN/remove.log" 2>&1 &
	peer reset "cid=$1" || true
	wait $! || grep -q 'try again' "$RUN/remove.log"
	[ -z "$(peer_cid 3)" ] || conn_remove "$(peer_cid 3)"
}

# A target that counts connections which have left for a while. A new one waits
# for that, but not for ever, one that was lost comes back; where none has left
# there is no room.
no_room_yet()
{
	local before since

	before=$(recoveries)
	conn_remove "$(peer_cid 3)"
	peer full 5
	conn_add 3
	peer full 4
	peer_relogin 1 peer reset "cid=$(peer_cid 2)"
	peer_whole
	# on a slow kernel that time is always over
	[ "$RIG_TIME_FACTOR" != 1 ] || removed_while_it_waits
	peer full 1000
	finds_no_room
	since=$(now_ms)
	finds_no_room
	between $(($(now_ms) - since)) 0 $((3000 * RIG_TIME_FACTOR)) \
		"ms until refused, with nobody gone"
	peer full 0
	equals "$(recoveries)" "$before" "session recoveries"
}

finds_no_room()
{
	expect_failure conn_add 3 --duplicate >"$RUN/full.log" 2>&1
	grep -q 'accepts no more connections' "$RUN/full.log"
}

# Whoever asked for it hears of that at once. On a busy machine the target's time
# is over before that; then once more.
removed_while_it_waits()
{
	wait_for 60 removed_in_time
	conn_add 3
	peer_whole
}

removed_in_time()
{
	local waiter

	[ -n "$(peer_cid 3)" ] || conn_add 3 || return
	conn_remove "$(peer_cid 3)" && peer full 100 || return
	conn_add 3 >"$RUN/full.log" 2>&1 &
	waiter=$!
	wait_for 5 conns_listed 3 && mcsadm remove --session "$(sid)" \
		--id "$(conns_field id | sort -n | tail -n 1)"
	wait_for 10 negate kill -0 $waiter 2>"$RUN/kill.log"
	peer full 0
	grep -q 'removed before it was logged in' "$RUN/full.log"
}

conns_listed()	# how many, up or not
{
	[ "$(conns_field id | wc -l)" = "$1" ]
}

all_at_once()
{
	local before

	before=$(recoveries)
	peer close
	wait_for 20 recovered_since "$before"
	peer_whole
}

# The leading connection goes just as its login is over, when iscsid is about to
# say that the session may be used.
leading_goes_after_login()
{
	local before

	for _ in 1 2 3; do
		before=$(recoveries)
		peer trigger login-response after cid=0
		peer close
		wait_for 20 recovered_since "$before"
		wait_for 20 peer_counter_is triggers 0
		peer_whole
	done
	equals "$(session_state)" LOGGED_IN "session"
}

# What is left carries everything, until it goes too.
one_after_the_other()
{
	local before

	before=$(recoveries)
	peer full 1000
	peer reset "cid=$(peer_cid 2)"
	wait_for 10 peer_conns_up 2
	io_resumed "$(disk)" 15
	peer reset "cid=$(peer_cid 3)"
	wait_for 10 peer_conns_up 1
	io_resumed "$(disk)" 15
	equals "$(recoveries)" "$before" "session recoveries"
	peer reset
	wait_for 20 recovered_since "$before"
	io_resumed "$(disk)" 15
	peer full 0
	peer_whole
	equals "$(recoveries)" $((before + 1)) "session recoveries"
}

# The session's own Logout: the other connections go before it, and whatever
# becomes of that, it ends.
session_logout_fails()
{
	local logouts

	must login "${NOPS[@]}"
	must conn_add 2
	peer trigger logout reset
	timeout 40 iscsiadm -m node -u || note "iscsiadm says $?"
	wait_for 20 no_sessions
	peer_counter_is triggers 0 || fail "nothing was reset"
	must login "${NOPS[@]}"
	must conn_add 2
	logouts=$(peer_counter logouts)
	peer logout never
	timeout 40 iscsiadm -m node -u || note "iscsiadm says $?"
	wait_for 20 no_sessions
	peer_counter_above logouts "$logouts" || fail "no Logout came"
	peer logout honest
	must login "${NOPS[@]}"
	must conn_add 2
	logout
	wait_for 5 no_sessions
	peer_stop
}

NOPS=("node.conn[0].timeo.noop_out_interval=1"
	"node.conn[0].timeo.noop_out_timeout=2")
need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'did not let go' 'ping timeout'
plan 14
must peer_start
must login "${NOPS[@]}"
must conn_add 2
must conn_add 3
# Whatever was measured: each one has commands to lose.
must mcsadm policy --session "$(sid)" round-robin
must io_begin "$(disk)" --size=16m
must events_begin
subtest "another loss during failover" fresh_for during_failover
subtest "numbers that need no filling" fresh_for plugs_without_answer
subtest "the fence's carrier lost" fresh_for during_fence
subtest "a reset at each kind of PDU" fresh_for at_each_pdu
subtest "connections that fall silent" fresh_for silent_ones
subtest "wrong answers to the Logout" fresh_for bad_logout_answers
subtest "a login whose last answer is lost" fresh_for last_login_answer
subtest "removed at the moment of its loss" fresh_for removed_when_lost
subtest "no room, for a while" fresh_for no_room_yet
subtest "all connections closed at once" fresh_for all_at_once
subtest "the leading one closed behind its login" fresh_for leading_goes_after_login
subtest "all but one, then the last" fresh_for one_after_the_other
subtest "the data is right, logout" peer_ends
subtest "a Logout of the session that fails" session_logout_fails
