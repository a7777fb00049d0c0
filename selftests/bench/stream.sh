#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What share of its links' rate a program reaches that has one request under way
# at a time. With iscsi_mcs its requests are cut into commands that travel over
# all connections; "not-cut" is the same with that switched off.
#
#                 .--- link 1 ---.
#   initiator ----|     ...      |---- target (one LUN)
#   10.0.N.1      '--- link 4 ---'     10.0.N.10
#
# What a case and a peer are is in paths.sh. BENCH_CASES, BENCH_WORKLOADS,
# BENCH_PEERS and BENCH_SIZE choose.
#
# vm: --icount
# timeout: 3600

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/paths.sh"

cases=${BENCH_CASES:-20,20 20,20,20,20 40,12}
workloads=${BENCH_WORKLOADS:-read-1m-1 write-1m-1 read-256k-1 write-256k-1}
peers=${BENCH_PEERS:-iscsi_tcp:one-link multipath:service-time
	iscsi_mcs:least-queue-depth}
size=${BENCH_SIZE:-24m}
# a link that rests between its turns would have a larger bucket to give
burst=8

# A time would be cut off in the middle of a request.
rates()		# case, peer, device
{
	local workload rw bs rate share

	for workload in $workloads; do
		IFS=- read -r rw bs _ <<<"$workload"
		rate=$(fio_rate "$3" --rw="$rw" --bs="$bs" --iodepth=1 \
			--size="$size")
		[ "$rate" -gt 0 ]
		share=$(bench_share "$1" "$rate")
		record bench=stream case="$1" peer="$2" workload="$workload" \
			rate="$rate" share="$share"
		note "$1 $2 $workload: $share of the links"
	done
}

limit_is()	# KiB, disk
{
	[ "$(cat "/sys/block/${2##*/}/queue/max_sectors_kb")" = "$1" ]
}

cut()		# KiB for all connections, disk
{
	local before

	before=$(cat "/sys/block/${2##*/}/queue/max_sectors_kb")
	mcsadm tune --session "$(sid)" stream-split="$1"
	wait_for 5 negate limit_is "$before" "$2"
}

measure()	# case, peer, device
{
	rates "$@"
	if [ "${2%:*}" = iscsi_mcs ]; then
		cut 0 "$3"
		rates "$1" iscsi_mcs:not-cut "$3"
		cut 256 "$3"
	fi
	fio_verify "$3" --rw=write --bs=1m --bsrange=1m-1m --iodepth=1 --size=4m
}

klog_allow 'device-mapper: core'
plan 1
bench_warm
record_run
must target_create size=128
must bench_wires 1
subtest "one stream's share of the links" bench_paths "$cases" "$peers" \
	measure $burst
bench_wires 65535
