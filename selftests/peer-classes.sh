#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Targets of other classes than the logout-fence of the other scenarios: what
# is found out about them, and what a loss leads to.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 600

. "$(dirname "$0")/lib/lib.sh"

whole()
{
	wait_for 30 peer_conns_up 3
	io_resumed "$(disk)" 15
}

recoveries()
{
	session_field recoveries
}

io_is_right()
{
	io_end
	peer_has_no_complaint
	logout
	wait_for 20 no_sessions
	peer_stop
}

# Where the peer is slow to read what it was sent, it is slow to answer a ping, and a
# connection that counts as lost is a login of the session here.
patient()
{
	[ "$RIG_TIME_FACTOR" = 1 ] ||
		mcsadm tune --session "$(sid)" silence-timeout=$((1500 * RIG_TIME_FACTOR)) \
			nop-timeout=$((2000 * RIG_TIME_FACTOR))
}

use_class()	# class of the peer, options
{
	rm -rf /etc/iscsi/nodes/*
	peer_start --class "$1" --grace 0 "${@:2}"
	login "${NOPS[@]}"
	patient
	conn_add 2
	conn_add 3
	io_begin "$(disk)" --size=16m
}

# The administrator says that closing is enough: the session lives on.
close_retry()
{
	local before link

	use_class retry
	equals "$(session_field target_class)" session "class found"
	"$PEER_STORM" calm "$(sid)" 2
	before=$(recoveries)
	for link in 2 1 3; do
		peer_relogin 1 peer reset "cid=$(peer_cid $link)"
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
	peer reset "cid=$(peer_cid 2)"
	wait_for 20 recovered_since "$before"
	whole
	io_is_right
}

# Who knows what becomes of the others' commands? So there are none when a connection
# leaves, removed or because the target has asked for it, until the target has closed
# it; and then they go on.
leaves_quietly()
{
	local before

	use_class session --linger 100
	before=$(recoveries)
	for _ in {1..5}; do
		conn_remove "$(cid_of_link 2)"
		io_resumed "$(disk)" 10
		conn_add 2
		peer_relogin 1 peer async 1 "cid=$(peer_cid 3)" p3=5
		whole
	done
	equals "$(recoveries)" "$before" "session recoveries"
	equals "$(peer_counter loud)" 0 "logouts while the session had commands"
	between "$(peer_counter drained)" 10 100 "logouts of connections"
	io_is_right
}

# All go to the first one now. That may have none at the moment, which with one processor
# can be whenever somebody looks.
others_have_no_commands()
{
	[ "$(conns_field cmds_in_flight | tail -n +2 | grep -vc '^0$')" = 0 ]
}

# One that does not come to its end keeps the connection there, and the session's I/O
# waiting for ten seconds.
command_that_takes_long()
{
	local answer cid

	use_class session
	cid=$(cid_of_link 2)
	mcsadm policy -s "$(sid)" fail-over-only
	wait_for 20 others_have_no_commands
	peer hold
	wait_for 20 peer_outstanding "$(cid_of_link 1)"
	answer=$(expect_failure conn_remove "$cid" 2>&1)
	note "$answer"
	[[ $answer == *'commands on others'*'it stays'* ]]
	equals "$(conn_field "$cid" state)" up "connection"
	peer release
	io_resumed "$(disk)" 10
	conn_remove "$cid"
	io_resumed "$(disk)" 10
	equals "$(peer_counter loud)" 0 "logouts while the session had commands"
	equals "$(recoveries)" 0 "session recoveries"
	io_is_right
}

is_draining()	# cid
{
	[ "$(conn_field "$1" state)" = draining ]
}

drains_no_more()	# cid
{
	! is_draining "$1"
}

removal_is_told()	# cid
{
	grep -qx "session [0-9]*: removed conn $1" "$RUN/remove.log"
}

# One that is lost meanwhile is removed all the same. That costs a login of the session,
# which is what ends the wait.
lost_while_it_waits()
{
	local before cid

	use_class session
	before=$(recoveries)
	cid=$(cid_of_link 2)
	mcsadm policy -s "$(sid)" fail-over-only
	wait_for 20 others_have_no_commands
	peer hold
	wait_for 20 peer_outstanding "$(cid_of_link 1)"
	bg_start remove "$MCSADM" remove --session "$(sid)" --cid "$cid"
	wait_for 5 is_draining "$cid"
	peer reset "cid=$(peer_cid 2)"
	wait_for 5 drains_no_more "$cid"
	peer release
	wait_for 30 removal_is_told "$cid"
	between "$(($(recoveries) - before))" 1 1 "session recoveries"
	equals "$(session_field conns_configured)" 2 "connections left"
	io_resumed "$(disk)" 30
	io_is_right
}

# The question costs the connection it is asked on there, and so it may cost commands:
# a target that numbers from zero, as istgt does, is asked while it has none.
asked_quietly()
{
	local few=()

	# the second that it waits for commands is a short one for a slow peer
	[ "$RIG_TIME_FACTOR" = 1 ] || few=(--iodepth=2 --bsrange=4k-8k)
	rm -rf /etc/iscsi/nodes/*
	peer_start --class session --grace 0 --statsn 0 --linger 100
	login "${NOPS[@]}"
	patient
	io_begin "$(disk)" --size=16m ${few+"${few[@]}"}
	equals "$(session_field target_class)" unknown "class with one connection"
	conn_add 2
	equals "$(session_field target_class)" session "class found"
	equals "$(peer_counter loud)" 0 "logouts while the session had commands"
	io_resumed "$(disk)" 10
	conn_add 3
	whole
	equals "$(recoveries)" 0 "session recoveries"
	io_is_right
}

# Of the connection over link 2: the module says so, and when it tries again.
is_tried_less()
{
	[ "$(field_of_link 2 flaps)" -gt 3 ] && [ "$(field_of_link 2 retry_ms)" -gt 1000 ]
}

# A connection that does not stay costs a login of the session each time. So it is
# tried less and less often, and is back when it can be.
does_not_stay()
{
	local before cid end logins told=no

	use_class session
	before=$(recoveries)
	end=$((SECONDS + 30 * RIG_TIME_FACTOR))
	while [ $SECONDS -lt $end ]; do
		cid=$(peer_cid 2)
		[ -z "$cid" ] || peer reset "cid=$cid"
		[ $told = yes ] || ! is_tried_less || told=yes
		# where logins take long it is enough to be told
		[ "$RIG_TIME_FACTOR" = 1 ] || [ $told = no ] || break
		sleep 0.1
	done
	equals $told yes "told that it is tried less often"
	logins=$(($(recoveries) - before))
	note "$logins logins of the session"
	between $logins 2 9 "logins of the session"
	wait_for 60 peer_conns_up 3
	io_resumed "$(disk)" 15
	io_is_right
}

# Losses that the session survives keep nobody waiting when it has to log in once, for
# another reason.
did_not_stay()
{
	local before named cids=()

	peer_start --grace 2000
	login "${NOPS[@]}"
	conn_add 2
	conn_add 3
	io_begin "$(disk)" --size=16m
	before=$(recoveries)
	for _ in {1..10}; do
		cids+=("$(peer_cid 2)")
		peer_relogin 1 peer reset "cid=${cids[-1]}"
		wait_for 10 peer_conns_up 3
	done
	# by the CID that it had then, and that mcsadm shows; a slow one may have been up
	# for long in between
	named=$(dmesg | sed -n "s/.*conn \([0-9]*\) to $(target_ip 2):3260: lost 4 times soon.*/\1/p" |
		tail -n 1)
	note "conn ${named:-none} is named, of ${cids[*]}"
	if [ "$RIG_TIME_FACTOR" = 1 ]; then
		[ "$(field_of_link 2 flaps)" -gt 3 ] || fail "it was up for too long"
		equals "$named" "${cids[3]}" "conn that the kernel's log names"
	else
		[[ -n $named && " ${cids[*]} " == *" $named "* ]]
	fi
	equals "$(recoveries)" "$before" "session recoveries"
	peer logout never
	peer reset "cid=$(peer_cid 3)"
	wait_for 20 recovered_since "$before"
	peer logout honest
	wait_for 15 peer_conns_up 3
	io_is_right
}

# It does not say what it is like: the next connection added asks again, and
# until then a loss means a new login.
silent_class()
{
	local before

	peer_start --grace 2000
	login "${NOPS[@]}"
	peer logout never
	conn_add 2
	equals "$(session_field target_class)" unknown "class found"
	before=$(recoveries)
	io_begin "$(disk)" --size=16m
	peer reset "cid=$(peer_cid 2)"
	wait_for 20 recovered_since "$before"
	peer logout honest
	wait_for 30 peer_conns_up 2
	conn_add 3
	whole
	equals "$(session_field target_class)" logout-fence "class found"
	io_is_right
}

# What the administrator says while the target is being asked stays.
said_meanwhile()
{
	peer_start --grace 2000
	login "${NOPS[@]}"
	peer logout late
	bg_start add "$MCSADM" add --session "$(sid)" \
		--portal "$(target_ip 2)"
	wait_for 10 peer_counter_above logouts 0
	mcsadm tune --session "$(sid)" target-class=close-retry
	# a slow kernel takes longer for this than the question may
	bg_running add || [ "$RIG_TIME_FACTOR" != 1 ] ||
		fail "the target was no longer being asked"
	peer logout honest
	wait_for 10 conns_up 2
	bg_stop add
	equals "$(session_field target_class)" close-retry "class said"
	conn_add 3
	equals "$(session_field target_class)" close-retry "class said"
	io_begin "$(disk)" --size=16m
	io_is_right
}

PEER_STORM=$TREE/selftests/peer/build/storm
NOPS=("node.conn[0].timeo.noop_out_interval=1"
	"node.conn[0].timeo.noop_out_timeout=2")
need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'did not let go'
plan 10
subtest "class close-retry" close_retry
subtest "class session" session_class
subtest "class session, and connections that leave" leaves_quietly
subtest "class session, and a command that takes long" command_that_takes_long
subtest "class session, and one that is lost on its way out" lost_while_it_waits
subtest "class session, found out under I/O" asked_quietly
subtest "class session, and a connection that does not stay" does_not_stay
rm -rf /etc/iscsi/nodes/*
subtest "one that did not stay, and then a login of the session" did_not_stay
rm -rf /etc/iscsi/nodes/*
subtest "no answer to the question" silent_class
rm -rf /etc/iscsi/nodes/*
subtest "another class said while it is asked" said_meanwhile
