#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Connections are added and removed many times under I/O, and memory stays
# what it was. LOOPS says how many times; 1000 is the number that counts, the
# default is what a short run has time for.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# timeout: 1800

. "$(dirname "$0")/lib/lib.sh"

CALL=$TREE/userspace/examples/iscsidsc_call
: "${LOOPS:=60}"
# Memory is read after each of so many parts; the first one is to warm up.
PARTS=4
# kB that the slabs may grow by. A debug kernel's come and go by themselves: it looks
# for leaks otherwise.
SLAB=$(((512 + LOOPS / 4) * RIG_TIME_FACTOR))

# Adds, removes, and says what there was before and after each part.
loops()
{
	local part now first='' grown

	for part in $(seq $PARTS); do
		"$CALL" loop $((LOOPS / PARTS)) 10.0.2.10
		conns_up 1
		now=$(memory)
		note "after $((LOOPS * part / PARTS)) rounds: $now"
		[ -n "$first" ] || first=$now
	done
	equals "$(session_field recoveries)" 0 "recoveries"
	grown=$(($(memory_field SUnreclaim "$now") - $(memory_field SUnreclaim "$first")))
	between $grown -100000 $SLAB "growth of SUnreclaim in kB"
	grown=$(($(memory_field MemAvailable "$first") - $(memory_field MemAvailable "$now")))
	between $grown -1000000 $((8192 + 16 * LOOPS)) "loss of MemAvailable in kB"
	grown=$(($(memory_field VmallocUsed "$now") - $(memory_field VmallocUsed "$first")))
	between $grown -100000 1024 "growth of VmallocUsed in kB"
}

# Refused ones leave nothing either.
refused()
{
	local before after

	before=$(memory)
	for _ in $(seq $((LOOPS / 2))); do
		expect_failure "$CALL" add address=10.0.2.10 socket=3999
	done >/dev/null
	after=$(memory)
	note "before $((LOOPS / 2)) refused ones: $before, after: $after"
	between $(($(memory_field SUnreclaim "$after") - $(memory_field SUnreclaim "$before"))) \
		-100000 $SLAB "growth of SUnreclaim in kB"
}

no_threads_left()
{
	io_end
	logout
	wait_for 20 no_sessions
	wait_for 20 nothing_runs
}

# work queues of sessions are gone, sockets too
nothing_runs()
{
	[ "$(tcp_count)" = 0 ] &&
		[ "$(cat /sys/module/iscsi_mcs/refcnt)" = 0 ]
}

need_mcs
# LIO counts connections that have left until it has torn them down.
klog_allow 'would exceed MaxConnections' 'iSCSI Login negotiation failed'
[ -x "$CALL" ] || skip_all "no $CALL: run make -C userspace"
plan 3
must target_create links="1 2"
must login
must io_begin "$(disk)" --iodepth=4 --size=8m
subtest "$LOOPS connections come and go, memory stays" loops
subtest "$((LOOPS / 2)) refused ones" refused
subtest "nothing stays behind" no_threads_left
