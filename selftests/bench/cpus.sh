#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# How long an I/O takes with two CPUs, initiator and target sharing them. No clock
# counts instructions here, so the times are this host's; what counts is their
# ratio to those of iscsi_tcp a moment before or after in the same VM. In each of
# BENCH_REPEAT rounds every peer is measured once.
#
#                 .--- link 1 ---.
#   initiator ----|     ...      |---- target (one LUN)
#   10.0.N.1      '--- link 4 ---'     10.0.N.10
#
# BENCH_WORKLOADS and BENCH_PEERS choose, see cost.sh. BENCH_COUNT is for how many
# I/Os. The machine should have two CPUs that do nothing else.
#
# vm: --smp 2
# own-vm: yes
# timeout: 1800

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"

workloads=${BENCH_WORKLOADS:-randread-4k-1 randread-4k-32}
peers=${BENCH_PEERS:-iscsi_tcp-1 multipath-2 iscsi_mcs-1 iscsi_mcs-2 iscsi_mcs-4}
count=${BENCH_COUNT:-4000}
ours=$DRIVER

measure()	# peer, paths, device
{
	local workload ns

	for workload in $workloads; do
		ns=$("$BENCH_LOAD" "$3" "$workload" "$count" 3 elapsed |
			sort -n | sed -n 2p)
		[ "$ns" -gt 0 ]
		record bench=cpus peer="$1" paths="$2" workload="$workload" \
			rep="$round" ns="$ns"
		note "$1 $2 $workload: $ns ns"
	done
}

all()
{
	local p round

	for round in $(seq "${BENCH_REPEAT:-3}"); do
		for p in $peers; do
			bench_peer "$p" measure
		done
		[ "$round" != 1 ] || fio_verify "$(disk)" --size=8m
		bench_end
	done
	DRIVER=$ours
}

klog_allow 'device-mapper: core'
plan 1
bench_warm
record_run
must target_create
subtest "time per I/O with two CPUs" all
