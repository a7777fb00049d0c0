#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# iscsid starts again and logs in again while several connections carry I/O.
# The target has to have done with the old ones first: LIO does not stand it
# when they end while it ends them itself for the new login.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 400

. "$(dirname "$0")/lib/lib.sh"

ROUNDS=${ROUNDS:-4}

relogins()
{
	local before

	io_begin "$(disk)"
	for _ in $(seq "$ROUNDS"); do
		before=$(session_field recoveries)
		bg_stop iscsid KILL
		iscsid_start
		wait_for 60 recovered "$before"
		wait_for 60 conns_up 3
		io_resumed "$(disk)" 30
	done
	io_end
}

recovered()	# more often than
{
	[ "$(session_field recoveries)" -gt "$1" ] && session_ready
}

need_mcs
klog_allow 'detected conn error'
plan 1
must target_create links="1 2 3"
must login
must conn_add 2
must conn_add 3
note "$ROUNDS times"
subtest "new logins with three connections" relogins
