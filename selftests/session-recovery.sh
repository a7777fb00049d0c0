#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The target goes away under I/O and comes back: ordinary session recovery by
# iscsid, no I/O error, data verified. Then the same for iscsid itself, also when it does
# not listen.
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

# It does not listen for a while. With iscsi_mcs it is told until it does, and once is
# enough for it all the same.
iscsid_late()
{
	local before again=0

	io_full "$(disk)"
	before=$(logged_in_again)
	[ "$DRIVER" != iscsi_mcs ] || again=2
	kill -STOP -- "-$(cat "$RUN/iscsid.pid")"
	again=$((again + $(told)))
	reset_by_initiator 1
	wait_for 30 state_is FAILED
	wait_for 30 told_more_often_than $again
	kill -CONT -- "-$(cat "$RUN/iscsid.pid")"
	wait_for 60 state_is LOGGED_IN
	io_resumed "$(disk)" 60
	io_end
	equals "$(logged_in_again)" $((before + 1)) "logins"
}

told()
{
	dmesg | grep -c 'detected conn error' || true
}

told_more_often_than()	# how often
{
	[ "$(told)" -gt "$1" ]
}

logged_in_again()
{
	grep -c 'is operational after recovery' "$RUN/iscsid.log" || true
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

plan 4
must target_create
must login
subtest "target restarts under I/O" target_restart
subtest "iscsid restarts under I/O" iscsid_restart
subtest "iscsid is late to hear of a loss" iscsid_late
subtest "target drops an idle session, logout works afterwards" log_out_by_target
