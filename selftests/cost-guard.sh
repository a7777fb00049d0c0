#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# No I/O has become more expensive: instructions per I/O over the whole path,
# as a ratio to iscsi_tcp in the same VM, against the values in
# bench/expected-cost. A ratio, because a new kernel or compiler changes both.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --icount
# timeout: 600

. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/bench/lib.sh"

expected=$(dirname "$0")/bench/expected-cost

measure()	# driver
{
	local workload

	DRIVER=$1
	login
	while read -r workload _; do
		bench_cost "$(disk)" "$workload" >"$RUN/$workload-$1"
		[ "$(cat "$RUN/$workload-$1")" -gt 0 ]
		note "$1 $workload: $(cat "$RUN/$workload-$1") instructions"
	done < <(sed '/^#/d' "$expected")
	fio_verify "$(disk)" --size=8m
	bench_end
}

compare()	# workload, expected ratio in per mille
{
	local ours theirs ratio limit=$(($2 * 103 / 100))

	ours=$(cat "$RUN/$1-$DRIVER")
	theirs=$(cat "$RUN/$1-iscsi_tcp")
	ratio=$((1000 * ours / theirs))
	note "$1: $ratio per mille of iscsi_tcp, expected $2"
	[ $ratio -ge $(($2 * 97 / 100)) ] ||
		note "$1 has become cheaper: write $ratio into bench/expected-cost"
	[ $ratio -le $limit ] ||
		fail "$1 takes $ours instructions, iscsi_tcp $theirs: $ratio" \
			"per mille, more than 3 per cent above the expected $2"
}

need_mcs
plan $((2 + $(sed '/^#/d' "$expected" | wc -l)))
bench_warm
must target_create
subtest "iscsi_tcp" measure iscsi_tcp
subtest "$DRIVER" measure "$DRIVER"
while read -r workload ratio <&4; do
	subtest "$workload costs no more than it did" compare "$workload" "$ratio"
done 4< <(sed '/^#/d' "$expected")
