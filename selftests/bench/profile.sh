#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Instructions per I/O by function, over the whole path, exactly: the host's
# plugin (profile.c) counts what every piece of code executes during a run of
# the load. functions.sh makes sense of it.
#
#   initiator 10.0.N.1 ---- links 1 to 4 ---- 10.0.N.10 target (one LUN)
#
# BENCH_WORKLOADS and BENCH_PEERS choose, see cost.sh. Peers with several
# connections or sessions have the workloads of BENCH_SEVERAL.
#
# vm: --icount --profile
# timeout: 3600

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"

workloads=${BENCH_WORKLOADS:-randread-4k-1 randread-4k-32 randwrite-4k-32
	read-128k-8 write-128k-8 read-1m-1 write-1m-1}
several=${BENCH_SEVERAL:-randread-4k-1 read-128k-8 write-128k-8}
peers=${BENCH_PEERS:-iscsi_tcp-1 multipath-2 iscsi_mcs-1 iscsi_mcs-2 iscsi_mcs-4}
ours=$DRIVER

measure()	# peer, paths, device
{
	local workload runs list=$workloads

	[ "$2" = 1 ] || list=$several
	for workload in $list; do
		"$BENCH_LOAD" "$3" "$workload" "$(bench_count "$workload")" 1
		# the plugin numbers what it writes
		runs=$(($(cat "$RUN/runs" 2>/dev/null || echo 0) + 1))
		echo $runs >"$RUN/runs"
		[ -s "/results/profile-$runs" ]
		record peer="$1" paths="$2" workload="$workload" \
			file=$runs ios="$(bench_count "$workload")"
	done
	# modules come and go; where theirs were stays known
	cat /proc/kallsyms >"/results/kallsyms-$1-$2"
}

all()
{
	local p

	for p in $peers; do
		bench_peer "$p" measure
	done
	bench_end
	DRIVER=$ours
}

klog_allow 'device-mapper: core'
plan 1
bench_warm
record_run
must target_create
subtest "instructions per I/O by function" all
