#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Run the benchmarks in the rig and write the report.
#
# Usage: run.sh [cost] [profile] [links] [stream] [latency] [growth] [memory] [cpus]
#        default all but cpus, whose times repeat within a factor of three only
#
# 90 minutes; 15 with BENCH_QUICK=1, which measures less of
# everything. Everything that is compared is measured in one boot. The result
# goes to Documentation/benchmarks ($BENCH_OUT): one file of JSON per benchmark,
# which begins with the commit, kernel and date of its run, report.rst with what
# was aimed at and reached, figures.rst with all figures, and its plots. Variables
# BENCH_... reach the benchmarks, which say what they make of them.

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
	: "${BENCH_PROFILE_PEERS=iscsi_tcp-1 iscsi_mcs-1}"
	: "${BENCH_LINKS_WORKLOADS=read-256k-8}"
	: "${BENCH_LINKS_CASES=40,40 40,12}"
	: "${BENCH_LINKS_PEERS=multipath:service-time iscsi_mcs:least-queue-depth}"
	: "${BENCH_STREAM_CASES=20,20}"
	: "${BENCH_STREAM_WORKLOADS=read-1m-1}"
	: "${BENCH_LATENCY_CASES=40,40,40,4}"
	: "${BENCH_LATENCY_WORKLOADS=randread-4k-1500}"
	: "${BENCH_LATENCY_PEERS=multipath:service-time iscsi_mcs:least-queue-depth}"
	: "${BENCH_GROWTH_CONNECTIONS=1 8}"
	: "${BENCH_GROWTH_SESSIONS=1 8}"
	: "${BENCH_GROWTH_DEPTHS=1 128}"
	: "${BENCH_GROWTH_WORKLOADS=randread-4k-1}"
	: "${BENCH_CPUS_PEERS=iscsi_tcp-1 iscsi_mcs-1}"
	: "${BENCH_CPUS_COUNT=1000}"
	: "${BENCH_MEMORY_SESSIONS=16}"
	: "${BENCH_SECONDS=5}"
fi

# What the module and the benchmarks were built from; + for what is not committed
commit()
{
	local id

	id=$(git -C "$RIG_TREE" rev-parse --short=12 HEAD 2>/dev/null) ||
		{ echo unknown; return; }
	[ -z "$(git -C "$RIG_TREE" status --porcelain -uno -- drivers include \
		userspace selftests)" ] || id+=+
	echo "$id"
}

# Options for a scenario: its own variables and those for all
options()	# benchmark
{
	local own=BENCH_${1^^}_ var

	printf '%s\n' --env "BENCH_COMMIT=$(commit)"
	for var in "${!BENCH_@}"; do
		case $var in
		"$own"*) printf '%s\n' --env "BENCH_${var#"$own"}=${!var}" ;;
		BENCH_SECONDS|BENCH_REPEAT|BENCH_LOGIN|BENCH_SCHEDULER)
			printf '%s\n' --env "$var=${!var}" ;;
		esac
	done
}

# One record on each line, in the order in which they came, and their run first
records()	# lines of records, of runs
{
	jq -nr --slurpfile records "$1" --slurpfile runs "${2:-$1}" '
		($records | map(select(.run | not))) as $records |
		if ($records | length) == 0 then error("no records") else
		"{\"run\": \($runs | map(.run // empty) | last | tojson),",
		"\"records\": [", ($records | map(tojson) | join(",\n")), "]}"
		end'
}

[ $# -gt 0 ] || set -- cost profile links stream latency growth memory
../qemu/deps.sh bench || exit 1
mkdir -p "$out"
for name in "$@"; do
	[ -e "$name.sh" ] || rig_die "no benchmark $name"
	mapfile -t args < <(options "$name")
	RIG_RESULTS=$results/$name ../run.sh ${args+"${args[@]}"} \
		"bench/$name" || rig_die "$name failed, see $results"
	lines=$results/$name/boot-1/$name.sh.jsonl
	cp "$lines" "$results/$name.jsonl"
	[ "$name" != profile ] || ./functions.sh "$results/profile/boot-1" \
		>"$results/profile.jsonl" || exit 1
	records "$results/$name.jsonl" "$lines" >"$results/$name.json" ||
		rig_die "$name has left no records in $results"
	mv "$results/$name.json" "$out/$name.json"
done
./report.sh "$out" || exit 1
echo "report: $out/report.rst"
