#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A program written for iscsidsc.h, and nothing else, adds a connection.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 120

. "$(dirname "$0")/lib/lib.sh"

program=$TREE/userspace/examples/add_connection

lists()
{
	"$program" | tee "$RUN/list"
	grep -q "$IQN connections 1" "$RUN/list"
	# the ID is the one mcsadm prints
	grep -qi "$(session_field unique_id)" "$RUN/list"
}

adds()
{
	io_begin "$(disk)"
	"$program" 10.0.2.10 | tee "$RUN/list"
	grep -q "$IQN connections 2" "$RUN/list"
	grep -q '10.0.2.1 -> 10.0.2.10 port 3260' "$RUN/list"
	conns_up 2
	io_resumed "$(disk)" 10
	io_end
}

says_why_not()
{
	expect_failure "$program" 10.0.2.10 3999 2>"$RUN/error"
	cat "$RUN/error"
	[ -s "$RUN/error" ]
	conns_up 2
}

need_mcs
plan 3
must target_create links="1 2"
must login
subtest "lists the session" lists
subtest "adds a connection under verified I/O" adds
subtest "reports a refused connection" says_why_not
