#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Two drivers cannot both be transport "tcp": the second is refused with a
# line that says what to do, and the first goes on undisturbed.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# drivers: iscsi_mcs
# vm: --smp 1
# timeout: 120

. "$(dirname "$0")/lib/lib.sh"

refused_beside_iscsi_tcp()
{
	DRIVER=iscsi_tcp login
	driver_load 2>"$RUN/insmod.err" && return 1
	cat "$RUN/insmod.err"
	grep -q 'Device or resource busy' "$RUN/insmod.err"
	negate driver_loaded
	dmesg | sed -n "/$(cat "$RUN/klog-mark" | tr / .)/,\$p" >"$RUN/dmesg"
	equals "$(grep -c 'iscsi_tcp is loaded' "$RUN/dmesg")" 1 "lines in the log"
	grep 'iscsi_tcp is loaded' "$RUN/dmesg" | grep -q rmmod
}

session_unharmed()
{
	fio_verify "$(disk)" --size=1m
	logout
}

loads_afterwards()
{
	rmmod iscsi_tcp
	driver_load
	node_login 1 "$IQN"
	wait_for 30 session_ready
	fio_verify "$(disk)" --size=1m
	logout
}

klog_allow 'iscsi_mcs: iscsi_tcp is loaded'
plan 3
must target_create
subtest "refused while iscsi_tcp is loaded" refused_beside_iscsi_tcp
subtest "the session of iscsi_tcp is unharmed" session_unharmed
subtest "loads and works after iscsi_tcp has gone" loads_afterwards
