#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What a target says unasked, under verified I/O: requests for a logout, losses
# it announces, wishes to negotiate, pings, a closed window; and Rejects.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 600

. "$(dirname "$0")/lib/lib.sh"

# CID of the present connection over a link
cid()		# link
{
	peer_cid "$1"
}

whole()
{
	wait_for 15 peer_conns_up 2
	io_resumed "$(disk)" 15
}

no_recovery_since()	# count
{
	equals "$(session_field recoveries)" "$1" "session recoveries"
}

# Asked to leave: drained, logged out in time, and back. When it is asked twice, the
# second request is there before it can have left for the first.
leaves_in_time()	# link, seconds it has, how often it is asked
{
	local drained losses recoveries

	drained=$(peer_counter drained)
	losses=$(count losses)
	recoveries=$(session_field recoveries)
	peer async 1 "cid=$(cid "$1")" "p3=$2" "times=${3:-1}"
	wait_for 10 peer_counter_is drained $((drained + 1))
	whole
	equals "$(count losses)" "$losses" "losses"
	equals "$(peer_counter late)" 0 "logouts that came late"
	equals "$(peer_counter undrained)" 0 "logouts with commands outstanding"
	no_recovery_since "$recoveries"
}

asked_to_log_out()
{
	leaves_in_time 2 3
	leaves_in_time 1 3 2
	leaves_in_time 2 1
	leaves_in_time 1 65535
}

# All of them: one after the other, as the last one would take the session along.
all_asked_to_log_out()
{
	local drained losses recoveries

	drained=$(peer_counter drained)
	losses=$(count losses)
	recoveries=$(session_field recoveries)
	peer async 1 p3=12
	wait_for 15 peer_counter_is drained $((drained + 2))
	whole
	equals "$(count losses)" "$losses" "losses"
	equals "$(peer_counter late)" 0 "logouts that came late"
	no_recovery_since "$recoveries"
}

# Commands that do not end in time: a survivor logs it out, also in time.
asked_while_stuck()
{
	local recoveries logouts cid

	recoveries=$(session_field recoveries)
	logouts=$(peer_counter logouts)
	cid=$(cid 2)
	wait_for 20 peer_held_with_commands "$cid"
	peer async 1 "cid=$cid" p3=3
	wait_for 10 peer_counter_above logouts "$logouts"
	peer release
	whole
	equals "$(peer_counter late)" 0 "logouts that came late"
	no_recovery_since "$recoveries"
}

# No time at all: the target has forgotten the connection before its Logout can come,
# and need not have done its commands. That may take a new login.
asked_to_go_at_once()
{
	local recoveries

	recoveries=$(session_field recoveries)
	peer grace 0
	peer_relogin 1 peer async 1 "cid=$(cid 2)" p3=0
	whole
	peer grace 2000
	equals "$(session_state)" LOGGED_IN "session"
	between $(($(session_field recoveries) - recoveries)) 0 1 "new logins of the session"
}

# The announced CID is this one or another.
drops_one()
{
	local recoveries

	recoveries=$(session_field recoveries)
	peer_relogin 1 peer async 2 "cid=$(cid 1)" "p1=$(cid 2)" p2=0 p3=0
	whole
	peer_relogin 1 peer async 2 "cid=$(cid 2)" "p1=$(cid 2)" p2=0 p3=0
	whole
	no_recovery_since "$recoveries"
}

# It says so, and that it keeps nothing; then it knows of no such connection. Whether
# its disk is done with the commands it does not say: a new login if there were any.
drops_and_forgets()
{
	local recoveries

	recoveries=$(session_field recoveries)
	peer_relogin 1 peer drop "cid=$(cid 2)"
	whole
	peer_relogin 1 peer drop "cid=$(cid 1)"
	whole
	equals "$(session_state)" LOGGED_IN "session"
	between $(($(session_field recoveries) - recoveries)) 0 2 "new logins of the session"
}

drops_all()
{
	local recoveries

	recoveries=$(session_field recoveries)
	peer async 3 "cid=$(cid 1)" p2=0 p3=0
	wait_for 20 recovered_since "$recoveries"
	whole
}

wants_to_negotiate()
{
	local recoveries texts

	recoveries=$(session_field recoveries)
	texts=$(peer_counter texts)
	peer async 4 "cid=$(cid 1)" p3=3
	peer async 4 "cid=$(cid 2)" p3=3
	wait_for 5 peer_counter_is texts $((texts + 2))
	whole
	no_recovery_since "$recoveries"
}

# Pings on both at once, while the window is closed: each answered where it
# came from, within a second, and nothing taken for dead.
pings_and_closed_window()
{
	local recoveries one two

	recoveries=$(session_field recoveries)
	one=$(cid 1)
	two=$(cid 2)
	peer window 0
	peer ping times=5
	wait_for 2 pongs "$one" 5
	wait_for 2 pongs "$two" 5
	peer note
	wait_for 10 idle "$one"
	peer ping
	wait_for 2 pongs "$one" 6
	peer window 1
	io_resumed "$(disk)" 10
	peer window 64
	equals "$(cid 1) $(cid 2)" "$one $two" "CIDs"
	no_recovery_since "$recoveries"
}

pongs()		# cid, at least
{
	[ "$(peer_conn "$1" pongs)" -ge "$2" ]
}

idle()		# cid
{
	[ "$(peer_conn "$1" tasks)" = 0 ]
}

# A rejected command's number has to be filled unless it counts as received.
rejects()
{
	local recoveries plugs what

	recoveries=$(session_field recoveries)
	plugs=$(peer_counter plugs)
	for what in 0x06 0x09 0x04; do
		peer reject command $what
		wait_for 5 peer_counter_is rejects_left 0
		io_resumed "$(disk)" 5
		peer reject command $what consumes=y times=3
		wait_for 5 peer_counter_is rejects_left 0
		io_resumed "$(disk)" 5
	done
	# one for each that was rejected and did not count
	between $(($(peer_counter plugs) - plugs)) 3 1000 "plugs"
	peer reject data-out 0x02
	wait_for 5 peer_counter_is rejects_left 0
	io_resumed "$(disk)" 5
	# a connection with nothing to do is pinged
	peer hold
	peer reject nop 0x06 times=2
	wait_for 10 peer_counter_is rejects_left 0
	peer release
	whole
	no_recovery_since "$recoveries"
}

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'target rejected a PDU' \
	'mcs_rsp_reject: .* suppressed'
plan 11
must peer_start --statsn 0xffffff00
must login "node.conn[0].timeo.noop_out_interval=1" \
	"node.conn[0].timeo.noop_out_timeout=3" \
	"node.session.timeo.replacement_timeout=60"
must conn_add 2
must io_begin "$(disk)" --size=16m
subtest "asked to log out: drained in time, and back" asked_to_log_out
subtest "all asked to log out at once" all_asked_to_log_out
subtest "asked to log out, commands stuck" asked_while_stuck
subtest "asked to go at once" asked_to_go_at_once
subtest "target drops one connection" drops_one
subtest "target drops one connection and has forgotten it" drops_and_forgets
subtest "target wants to negotiate" wants_to_negotiate
subtest "pings, closed window" pings_and_closed_window
subtest "Rejects" rejects
subtest "target drops all connections" drops_all
subtest "the data is right, logout" peer_ends
