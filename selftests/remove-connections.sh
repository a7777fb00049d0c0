#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Connections are removed under I/O, the leading one too; the last one stays.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"

removed()	# cid, link, connections left
{
	conn_remove "$1"
	conns_up "$3"
	wait_for 10 equals "$(tcp_count "$2")" 0 "TCP connections over link $2"
	equals "$(session_field recoveries)" 0 "recoveries"
	equals "$(session_state)" LOGGED_IN "session"
	io_resumed "$(disk)" 10
}

back_again()
{
	conn_add "$1"
	wait_for 10 conns_up "$2"
	io_resumed "$(disk)" 10
}

last_stays()
{
	expect_failure conn_remove "$(cid_of_link 3)" 2>"$RUN/remove.out"
	cat "$RUN/remove.out"
	grep -q 'last' "$RUN/remove.out"
	conns_up 1
	io_resumed "$(disk)" 10
}

unknown_cid()
{
	conn_remove 777 | tee "$RUN/remove.out"
	grep -q 'no conn 777, nothing to do' "$RUN/remove.out"
	conns_up 1
}

ends_well()
{
	io_end
	logout
	wait_for 20 no_sessions
	equals "$(tcp_count)" 0 "TCP connections"
}

need_mcs
plan 7
must target_create
must login
must conn_add 2
must conn_add 3
must io_full "$(disk)"
subtest "an added connection is removed" removed "$(cid_of_link 2)" 2 2
subtest "and added again" back_again 2 3
subtest "the leading connection is removed" removed 0 1 2
subtest "one of the two that are left" removed "$(cid_of_link 2)" 2 1
subtest "the last one cannot be removed" last_stays
subtest "unknown connection" unknown_cid
subtest "data verified, logout over an added connection" ends_well
