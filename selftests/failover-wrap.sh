#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A connection is lost with commands whose numbers never reached the target,
# some of them the last before CmdSN wraps and some the first behind it: each
# hole is filled, and no command fails.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# timeout: 120

. "$(dirname "$0")/lib/lib.sh"

# CmdSN of the first command that fio sends
FIRST=$(((1 << 32) - 10))

# One command for each block that is read
approach()
{
	local cmdsn

	cmdsn=$(session_field cmdsn)
	between "$cmdsn" $((FIRST - 1000)) $((FIRST - 1)) "CmdSN"
	dd if="$(disk)" of=/dev/null bs=4096 count=$((FIRST - cmdsn)) \
		iflag=direct status=none
	equals "$(session_field cmdsn)" $FIRST "CmdSN"
}

# What goes over link 2 is lost from the first command on.
lost_while_it_wraps()
{
	local before

	before=$(count losses)
	block_in 2
	trace_begin
	io_full "$(disk)" --bs=4k-4k --bsrange=4k-4k --iodepth=32
	wait_for 20 more_losses "$before"
	io_resumed "$(disk)" 20
	trace_end "$RUN/trace"
	block_end
	wait_for 20 conns_up 2
	io_resumed "$(disk)" 20
	equals "$(count recoveries)" 0 "logins of the session"
	between "$(session_field cmdsn)" 10 100000 "CmdSN"
	between "$(grep -c 'step=plug ' "$RUN/trace")" \
		1 1000 "numbers filled"
}

ends_well()
{
	io_end
	logout
	wait_for 20 no_sessions
}

need_mcs
klog_allow 'iSCSI Login' 'iSCSI/iqn'
plan 3
must target_create links="1 2" attrib.default_erl=0
must login "node.session.initial_cmdsn=$((FIRST - 400))"
must conn_add 2
subtest "the number before the wrap is reached" approach
subtest "a loss while CmdSN wraps, with holes on both sides of it" lost_while_it_wraps
subtest "not one error, data verified, logout" ends_well
