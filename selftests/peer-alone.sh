#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# One connection only, to a target that breaks rules: the session is logged in
# again by iscsid, as with iscsi_tcp, and no I/O fails. StatSN wraps meanwhile.
# And that the last answers are acknowledged, also those of an added connection.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

broken_rules()
{
	local rule

	for rule in statsn-gap data-in-wild r2t-long opcode-unknown \
		response-age async-fast-abort; do
		peer try $rule
		wait_for 10 state_is LOGGED_IN
	done
}

# iscsid's to decide: it logs the session out and in again.
asked_to_log_out()
{
	local logins

	logins=$(peer_counter logins)
	peer async 1 p3=5
	wait_for 20 peer_counter_above logins "$logins"
	wait_for 10 state_is LOGGED_IN
	io_resumed "$(disk)" 15
	equals "$(peer_counter late)" 0 "logouts that came late"
}

wants_to_negotiate()
{
	local logins

	logins=$(peer_counter logins)
	peer async 4 p3=3
	wait_for 5 peer_counter_is texts 1
	io_resumed "$(disk)" 5
	equals "$(peer_counter logins)" "$logins" "logins"
}

# Two seconds with nothing. udev looks at a disk that was written to when it likes.
nothing_more_comes()
{
	local received

	received=$(peer_counter received)
	! wait_for 2 peer_counter_above received "$received"
}

# LIO keeps a command until then, and may take one for unfinished after three seconds.
# No request has to follow, and iscsid need not want pings. Each connection has its own,
# and there is nothing left to say when that has been said.
last_answers_are_acknowledged()
{
	login "node.conn[0].timeo.noop_out_interval=0" \
		"node.conn[0].timeo.noop_out_timeout=0"
	equals "$(session_field nop_interval_ms)" 0 "interval of pings"
	conn_add 2
	fio_verify "$(disk)" --size=2m
	wait_for 20 nothing_more_comes
	peer list
	equals "$(peer list | grep -c 'unacked=0')" 2 "connections that have acknowledged"
	logout
}

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:'
plan 5
must peer_start --initial-r2t --statsn 0xffffff00
must login
must io_begin "$(disk)" --size=8m
subtest "rules broken on the only connection" broken_rules
subtest "a wish to negotiate" wants_to_negotiate
subtest "asked to log out" asked_to_log_out
subtest "the data is right, logout" peer_ends
subtest "the last answers are acknowledged" last_answers_are_acknowledged
