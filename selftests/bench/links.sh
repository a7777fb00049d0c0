#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What share of its links' rate each driver reaches: links of equal and unequal
# rate, one with a delay, one that loses packets, the links being the limit. The
# clock counts instructions, so the figures do not depend on the host.
#
#                 .--- link 1 ---.
#   initiator ----|     ...      |---- target (one LUN)
#   10.0.N.1      '--- link 4 ---'     10.0.N.10
#
# What a case and a peer are is in paths.sh. BENCH_CASES, BENCH_WORKLOADS,
# BENCH_PEERS and BENCH_SECONDS choose. 0.955 is a full link: TCP over frames of
# 1514 bytes carries that of the nominal rate.
#
# vm: --icount
# timeout: 7200

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/paths.sh"

cases=${BENCH_CASES:-40,40 20,20,20,20 40,12 40,40+25 40,40%1}
workloads=${BENCH_WORKLOADS:-read-256k-8 write-256k-8 read-256k-32
	write-256k-32}
peers=${BENCH_PEERS:-multipath:service-time multipath:queue-length
	multipath:round-robin iscsi_tcp:one-link iscsi_mcs:least-queue-depth
	iscsi_mcs:round-robin iscsi_mcs:round-robin-with-subset
	iscsi_mcs:weighted-paths iscsi_mcs:fail-over-only}
seconds=${BENCH_SECONDS:-10}

# KiB per second and the longest I/O in milliseconds
bench_rate()	# device, workload
{
	local rw bs depth

	IFS=- read -r rw bs depth <<<"$2"
	fio --name=bench --filename="$1" --direct=1 --ioengine=libaio \
		--rw="$rw" --bs="$bs" --iodepth="$depth" --size=32m \
		--time_based --ramp_time=3 --runtime="$seconds" --minimal \
		--terse-version=3 |
		awk -F';' '{ printf "%d %d\n", $7 + $48,
			($15 + 0 > $56 + 0 ? $15 : $56) / 1000 }'
}

measure()	# case, peer, device
{
	local workload rate longest share

	for workload in $workloads; do
		read -r rate longest < <(bench_rate "$3" "$workload")
		[ "$rate" -gt 0 ]
		share=$(bench_share "$1" "$rate")
		record bench=links case="$1" peer="$2" workload="$workload" \
			rate="$rate" share="$share" longest_ms="$longest"
		note "$1 $2 $workload: $share of the links," \
			"longest I/O $longest ms"
	done
	fio_verify "$3" --size=4m
}

klog_allow 'device-mapper: core'
plan 1
bench_warm
record_run
must target_create size=128
must bench_wires 1
subtest "share of the links" bench_paths "$cases" "$peers" measure
bench_wires 65535
