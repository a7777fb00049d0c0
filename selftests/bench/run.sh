#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Run the benchmarks in the rig and write the report.
#
# Usage: run.sh [cost] [profile] [links] [latency] [growth] [memory]
#        default all
#
# 70 minutes; ten with BENCH_QUICK=1, which measures less of
# everything. Everything that is compared is measured in one boot. The result
# goes to Documentation/benchmarks ($BENCH_OUT): one file of JSON per benchmark,
# report.rst with the ratios, and its plots. Variables BENCH_... reach the
# benchmarks, which say what they make of them.

set -u
cd "$(dirname "$0")" || exit 1
. ../qemu/env.sh
out=$(realpath -m "${BENCH_OUT:-$RIG_TREE/Documentation/benchmarks}")
results=$(mktemp -d /tmp/bench.XXXXXX)

# What the benchmarks are told: NAME is for all of them, NAME_WORKLOADS and the
# like for one.
if [ "${BENCH_QUICK:-0}" = 1 ]; then
	: "${BENCH_COST_WORKLOADS=randread-4k-1 randread-4k-32 write-128k-8}"
	: "${BENCH_COST_PEERS=iscsi_tcp-1 multipath-2 iscsi_mcs-1 iscsi_mcs-2}"
	: "${BENCH_PROFILE_WORKLOADS=randread-4k-1}"
	: "${BENCH_LINKS_WORKLOADS=read-256k-8}"
	: "${BENCH_LINKS_CASES=40,40 40,12}"
	: "${BENCH_LINKS_PEERS=multipath:service-time iscsi_mcs:least-queue-depth}"
	: "${BENCH_LATENCY_CASES=40,40,40,4}"
	: "${BENCH_LATENCY_WORKLOADS=randread-4k-1500}"
	: "${BENCH_LATENCY_PEERS=multipath:service-time iscsi_mcs:least-queue-depth}"
	: "${BENCH_GROWTH_CONNECTIONS=1 8}"
	: "${BENCH_GROWTH_SESSIONS=1 8}"
	: "${BENCH_GROWTH_DEPTHS=1 128}"
	: "${BENCH_GROWTH_WORKLOADS=randread-4k-1}"
	: "${BENCH_MEMORY_SESSIONS=16}"
	: "${BENCH_SECONDS=5}"
fi

# Options for a scenario: its own variables and those for all
options()	# benchmark
{
	local own=BENCH_${1^^}_ var

	for var in "${!BENCH_@}"; do
		case $var in
		"$own"*) printf '%s\n' --env "BENCH_${var#"$own"}=${!var}" ;;
		BENCH_SECONDS|BENCH_REPEAT|BENCH_LOGIN|BENCH_SCHEDULER)
			printf '%s\n' --env "$var=${!var}" ;;
		esac
	done
}

[ $# -gt 0 ] || set -- cost profile links latency growth memory
../qemu/deps.sh bench || exit 1
mkdir -p "$out"
for name in "$@"; do
	[ -e "$name.sh" ] || rig_die "no benchmark $name"
	mapfile -t args < <(options "$name")
	RIG_RESULTS=$results/$name ../run.sh ${args+"${args[@]}"} \
		"bench/$name" || rig_die "$name failed, see $results"
	jq -s . "$results/$name/boot-1/$name.sh.jsonl" >"$out/$name.json" ||
		rig_die "$name has left no records in $results"
done
[[ " $* " != *" profile "* ]] || ./functions.sh "$results/profile/boot-1" \
	>"$out/profile.json" || exit 1
./report.sh "$out"
echo "report: $out/report.rst"
