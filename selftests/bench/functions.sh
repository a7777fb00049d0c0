#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Instructions per I/O by function, from the results of profile.sh, as JSON:
# one record for each function of each peer and workload. Functions that count
# for next to nothing are one record without a name for each module.
#
# Usage: functions.sh DIRECTORY

set -eu
cd "$1"

# Names for addresses: the last function that begins at or before one.
functions()	# symbols, counts, I/Os
{
	grep -iE ' [tw] ' "$1" | sort | awk -v OFS='\t' -v ios="$3" \
		-v counts="$2" '
	{ addr[++n] = $1; name[n] = $3; module[n] = $4 == "" ? "kernel" : $4 }
	# equal lengths, so text compares like numbers
	function find(a,    low, high, mid) {
		if (a "" < addr[1] "")
			return 0
		low = 1; high = n
		while (low < high) {
			mid = int((low + high + 1) / 2)
			if (addr[mid] "" <= a "") low = mid
			else high = mid - 1
		}
		return low
	}
	END {
		module[0] = "user space"
		while ((getline line <counts) > 0) {
			split(line, word, " ")
			sum[find(word[1])] += word[2] / ios
		}
		for (i in sum) {
			if (sum[i] >= 20 && i > 0)
				print name[i], module[i], sum[i]
			else
				rest[module[i]] += sum[i]
		}
		for (m in rest)
			print "", m, rest[m]
	}'
}

jq -r '"\(.peer)-\(.paths) \(.workload) \(.run) \(.ios)"' profile.sh.jsonl |
	while read -r peer workload run ios; do
		functions "kallsyms-$peer" "profile-$run" "$ios" |
			jq -cR --arg peer "$peer" --arg workload "$workload" \
			'split("\t") | { peer: $peer, workload: $workload,
				function: .[0], module: (.[1] | gsub("[][]"; "")),
				cost: (.[2] | tonumber | round) }'
	done | sed -e '1s/^/[/' -e '1!s/^/,/' -e '$s/$/]/'
