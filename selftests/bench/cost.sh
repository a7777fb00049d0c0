#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Instructions per I/O over the whole path (system call, block layer,
# initiator, TCP, target, RAM disk) for iscsi_tcp, iscsi_mcs with 1, 2 and 4
# connections, dm-multipath over 2 and 4 sessions of iscsi_tcp, the first two also
# with digests of header and data, and nvme-tcp with one I/O queue as a reference,
# in one VM with one CPU that counts instructions.
# All of it repeats within one per cent on any host.
#
#                 .--- link 1 ---.
#   initiator ----|     ...      |---- target (one LUN)
#   10.0.N.1      '--- link 4 ---'     10.0.N.10
#
# BENCH_WORKLOADS and BENCH_PEERS choose, BENCH_REPEAT repeats, BENCH_LOGIN is
# for the node record, BENCH_SCHEDULER for the disk's queue. A peer
# iscsi_mcs:NAME-N is another build of the module, NAME.ko in the VM's results.
# A peer NAME+digests-N has CRC32C for both.
#
# vm: --icount
# timeout: 3600

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"

workloads=${BENCH_WORKLOADS:-randread-4k-1 randread-4k-32 randwrite-4k-1
	randwrite-4k-32 read-128k-1 read-128k-8 read-128k-32 write-128k-1
	write-128k-8 write-128k-32 read-1m-1 read-1m-32 write-1m-1 write-1m-32}
peers=${BENCH_PEERS:-iscsi_tcp-1 multipath-2 multipath-4 iscsi_tcp+digests-1
	iscsi_mcs-1 iscsi_mcs-2 iscsi_mcs-4 iscsi_mcs+digests-1 nvme_tcp-1}
ours=$DRIVER

measure()	# peer, paths, device
{
	local workload rep cost

	for workload in $workloads; do
		for rep in $(seq "${BENCH_REPEAT:-1}"); do
			cost=$(bench_cost "$3" "$workload")
			[ "$cost" -gt 0 ]
			record bench=cost peer="$1" paths="$2" \
				workload="$workload" rep="$rep" cost="$cost"
			note "$1 $2 $workload: $cost"
		done
	done
	fio_verify "$3" --size=8m
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
subtest "instructions per I/O" all
