#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# One connection only, to a target that breaks rules: the session is logged in
# again by iscsid, as with iscsi_tcp, and no I/O fails. StatSN wraps meanwhile.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
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

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:'
plan 4
must peer_start --initial-r2t --statsn 0xffffff00
must login
must io_begin "$(disk)" --size=8m
subtest "rules broken on the only connection" broken_rules
subtest "a wish to negotiate" wants_to_negotiate
subtest "asked to log out" asked_to_log_out
subtest "the data is right, logout" peer_ends
