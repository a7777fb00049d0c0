#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Run the benchmarks in the rig and write the report.
#
# Usage: run.sh [cost] [links]     default both
#
# About a quarter of an hour. Everything that is compared is measured in one
# boot. The result goes to Documentation/benchmarks: one file of JSON per
# benchmark, report.rst with the ratios, and its plots.

set -u
cd "$(dirname "$0")" || exit 1
. ../qemu/env.sh
out=$RIG_TREE/Documentation/benchmarks
results=$(mktemp -d /tmp/bench.XXXXXX)

[ $# -gt 0 ] || set -- cost links
../qemu/deps.sh bench || exit 1
mkdir -p "$out"
for name in "$@"; do
	[ -e "$name.sh" ] || rig_die "no benchmark $name"
	RIG_RESULTS=$results/$name ../run.sh --env "BENCH_REPEAT=${BENCH_REPEAT:-1}" \
		"bench/$name" || rig_die "$name failed, see $results"
	jq -s . "$results/$name/boot-1/$name.sh.jsonl" >"$out/$name.json" ||
		rig_die "$name has left no records in $results"
done
./report.sh "$out"
echo "report: Documentation/benchmarks/report.rst"
