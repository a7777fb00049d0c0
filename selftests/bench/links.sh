#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What share of its links' rate each driver reaches: links of equal and unequal
# rate, one with a delay, the links being the limit. The clock counts
# instructions, so the figures do not depend on the host.
#
#                 .--- link 1 ---.
#   initiator ----|     ...      |---- target (one LUN)
#   10.0.N.1      '--- link 4 ---'     10.0.N.10
#
# A case is a list of RATE or RATE+DELAY, in Mbit/s and milliseconds each way.
# A peer iscsi_tcp:one-link has link 1 alone.
# BENCH_CASES, BENCH_WORKLOADS, BENCH_PEERS and BENCH_SECONDS choose. 0.95 is a full link: TCP
# over frames of 1514 bytes carries that of the nominal rate.
#
# vm: --icount
# timeout: 1800

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"

cases=${BENCH_CASES:-40,40 20,20,20,20 40,12 40,40+25}
workloads=${BENCH_WORKLOADS:-read-256k-8 write-256k-8 read-256k-32
	write-256k-32 read-1m-1 write-1m-1}
peers=${BENCH_PEERS:-multipath:service-time multipath:queue-length
	multipath:round-robin iscsi_tcp:one-link iscsi_mcs:least-queue-depth
	iscsi_mcs:round-robin}
seconds=${BENCH_SECONDS:-12}
ours=$DRIVER

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

shape()		# case
{
	local n=0 link rate delay

	for link in ${1//,/ }; do
		n=$((n + 1))
		IFS=+ read -r rate delay <<<"$link"
		if [ -z "$delay" ]; then
			link_shape $n "$rate"
		else
			modprobe sch_netem
			link_discipline $n netem delay "${delay}ms" \
				rate "${rate}mbit" limit 10000
		fi
	done
}

sum_kib()	# case: what its links carry, nominally
{
	awk -v list="${1//,/ }" 'BEGIN {
		n = split(list, link, " ")
		for (i = 1; i <= n; i++) sum += link[i]
		printf "%d\n", sum * 1000000 / 8 / 1024 }'
}

measure()	# case, peer, device
{
	local workload rate longest share

	for workload in $workloads; do
		read -r rate longest < <(bench_rate "$3" "$workload")
		[ "$rate" -gt 0 ]
		share=$(awk -v r="$rate" -v s="$(sum_kib "$1")" \
			'BEGIN { printf "%.3f", r / s }')
		record bench=links case="$1" peer="$2" workload="$workload" \
			rate="$rate" share="$share" longest_ms="$longest"
		note "$1 $2 $workload: $share of the links," \
			"longest I/O $longest ms"
	done
}

all_tcp()
{
	local list=$1 case p

	DRIVER=iscsi_tcp
	login
	for case in $cases; do
		multipath_login "$(wc -w <<<"${case//,/ }")"
	done
	for case in $cases; do
		shape "$case"
		for p in $list; do
			if [ "${p%:*}" = iscsi_tcp ]; then
				measure "$case" "$p" "$(disk)"
				continue
			fi
			multipath_create "${p#*:}" "$(wc -w <<<"${case//,/ }")"
			measure "$case" "$p" /dev/mapper/bench
			multipath_remove
		done
		links_reset || true
	done
	bench_end
	DRIVER=$ours
}

all_mcs()
{
	local list=$1 case p n

	for case in $cases; do
		login
		for n in $(seq 2 "$(wc -w <<<"${case//,/ }")"); do
			conn_add "$n"
		done
		shape "$case"
		for p in $list; do
			mcsadm policy --session "$(sid)" "${p#*:}"
			measure "$case" "$p" "$(disk)"
		done
		links_reset || true
		bench_end
	done
}

all()
{
	local tcp=() mcs=() p

	for p in $peers; do
		case $p in
		multipath:*|iscsi_tcp:*) tcp+=("$p") ;;
		*) mcs+=("$p") ;;
		esac
	done
	[ ${#mcs[@]} = 0 ] || all_mcs "${mcs[*]}"
	[ ${#tcp[@]} = 0 ] || all_tcp "${tcp[*]}"
}

klog_allow 'device-mapper: core'
plan 1
bench_warm
must target_create size=128
subtest "share of the links" all
