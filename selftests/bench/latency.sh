#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# How long single I/Os take at a fixed rate that three of four links could carry
# by themselves, while the fourth one is as good as they are, or slow: a tenth of
# their rate, or as fast but far away. An I/O counts from when it was due, so what
# waits because others are stuck counts as well.
#
#                 .--- link 1 ---.
#   initiator ----|     ...      |---- target (one LUN)
#   10.0.N.1      '--- link 4 ---'     10.0.N.10
#
# What a case and a peer are is in paths.sh. A workload is RW-SIZE-RATE, the
# rate in I/Os per second. BENCH_CASES, BENCH_WORKLOADS, BENCH_PEERS and
# BENCH_SECONDS choose.
#
# vm: --icount
# timeout: 3600

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/paths.sh"

cases=${BENCH_CASES:-40,40,40,40 40,40,40,4 40,40,40,40+10}
workloads=${BENCH_WORKLOADS:-randread-4k-1500 randwrite-4k-1500}
peers=${BENCH_PEERS:-multipath:service-time multipath:queue-length
	multipath:round-robin iscsi_mcs:least-queue-depth iscsi_mcs:round-robin}
seconds=${BENCH_SECONDS:-15}
# a larger bucket would hide what is slow
burst=4

measure()	# case, peer, device
{
	local workload rw bs rate ios p50 p99 p999 max histogram

	for workload in $workloads; do
		IFS=- read -r rw bs rate <<<"$workload"
		read -r ios p50 p99 p999 max histogram < <("$BENCH_PACE" "$3" \
			"$rw-$bs" "$rate" "$seconds")
		[ "$max" -gt 0 ]
		record bench=latency case="$1" peer="$2" workload="$workload" \
			ios="$ios" p50_us="$p50" p99_us="$p99" p999_us="$p999" \
			max_us="$max" histogram="$histogram"
		note "$1 $2 $workload: 50% $p50 us, 99% $p99 us, 99.9% $p999 us," \
			"longest $max us"
	done
	fio_verify "$3" --size=2m
}

klog_allow 'device-mapper: core'
plan 1
bench_warm
record_run
must target_create size=128
subtest "latency at a fixed rate" bench_paths "$cases" "$peers" \
	measure $burst
