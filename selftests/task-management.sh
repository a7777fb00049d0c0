#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Task management from user space, under verified I/O.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

reset_under_io()	# option of sg_reset
{
	io_begin "$(disk)" --iodepth=4 --size=8m
	timeout 60 sg_reset "$1" "$(disk)"
	io_resumed "$(disk)" 60
	io_end
	equals "$(session_state)" LOGGED_IN "session"
}

tmf_counted()
{
	local count

	count=$(iscsiadm -m session -r "$(sid)" -s | sed -nE 's/.*tmfcmd_pdus: ([0-9]+)/\1/p')
	between "$count" 1 100 "task management requests"
}

klog_allow \
	'TMR Opcode TARGET_WARM_RESET authorization failed'
plan 3
must target_create
must login
subtest "logical unit reset" reset_under_io -d
subtest "target reset" reset_under_io -t
subtest "counts task management requests" tmf_counted
