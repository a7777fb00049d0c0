#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The first light of every change: stock iscsid logs in, verified I/O, logout.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --smp 1
# timeout: 120

. "$(dirname "$0")/lib/lib.sh"

discovers()
{
	driver_load
	iscsid_start
	iscsiadm -m discovery -t sendtargets -p "$(target_ip 1)" | tee "$RUN/found"
	grep -q "$(target_ip 1):3260,1 $IQN" "$RUN/found"
}

logs_in()
{
	node_login 1 "$IQN"
	wait_for 30 session_ready
	equals "$(cat "/sys/class/scsi_host/host$(host)/proc_name")" iscsi_tcp "proc_name"
}

host()
{
	readlink -f "/sys/class/iscsi_session/session$(sid)/device" |
		sed -E 's#.*/host([0-9]+)/.*#\1#'
}

# A disk at the other end of a network is sorted there; whoever wants it here gets it.
scheduler()
{
	local file

	file=/sys/block/$(basename "$(disk)")/queue/scheduler
	modprobe mq-deadline
	equals "$(sed -E 's/.*\[(.*)\].*/\1/' "$file")" none "scheduler"
	echo mq-deadline >"$file"
	fio_verify "$(disk)" --size=4m
	echo none >"$file"
}

reads_and_writes()
{
	fio_verify "$(disk)"
}

logs_out()
{
	logout
	wait_for 20 no_sessions
	equals "$(tcp_count)" 0 "TCP connections"
}

unloads()
{
	iscsid_stop
	driver_unload
	negate driver_loaded
}

plan 6
must target_create
subtest "discovers the target" discovers
subtest "logs in" logs_in
subtest "reads and writes verified data" reads_and_writes
subtest "no scheduler of its own, but any that is chosen" scheduler
subtest "logs out" logs_out
subtest "unloads the driver" unloads
