#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The target goes away under I/O and comes back: ordinary session recovery by
# iscsid, no I/O error, data verified. Then the same for iscsid itself.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"

target_restart()
{
	io_full "$(disk)"
	target_disable
	wait_for 30 state_is FAILED
	target_enable
	wait_for 60 state_is LOGGED_IN
	io_resumed "$(disk)" 60
	io_end
}

# iscsid is killed, I/O goes on without it; the new one takes the session over
iscsid_restart()
{
	io_full "$(disk)"
	bg_stop iscsid KILL
	io_resumed "$(disk)" 30
	iscsid_start
	wait_for 60 takes_over
	wait_for 60 state_is LOGGED_IN
	io_resumed "$(disk)" 60
	io_end
}

takes_over()
{
	grep -q 'is operational after recovery' "$RUN/iscsid.log"
}

log_out_by_target()
{
	target_disable
	wait_for 30 state_is FAILED
	target_enable
	wait_for 60 state_is LOGGED_IN
	fio_verify "$(disk)" --size=2m
	logout
	no_sessions
}

plan 3
must target_create
must login
subtest "target restarts under I/O" target_restart
subtest "iscsid restarts under I/O" iscsid_restart
subtest "target drops an idle session, logout works afterwards" log_out_by_target
