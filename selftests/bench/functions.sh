#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Instructions per I/O by function, from the results of profile.sh, as lines of
# JSON: one for each peer and workload, with the functions of each module.
# Those that count for next to nothing are one without a name. The kernel's are
# many; what is less than one in a thousand is next to nothing there.
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
			all += word[2] / ios
		}
		for (i in sum) {
			least = module[i] == "kernel" ? all / 1000 : 0
			if (sum[i] >= 20 && sum[i] >= least && i > 0)
				print name[i], module[i], sum[i]
			else
				rest[module[i]] += sum[i]
		}
		for (m in rest)
			print "", m, rest[m]
	}'
}

jq -r 'select(.peer) |
	"\(.peer)-\(.paths) \(.workload) \(.file) \(.ios)"' profile.sh.jsonl |
	while read -r peer workload file ios; do
		functions "kallsyms-$peer" "profile-$file" "$ios" |
			jq -cRn --arg peer "$peer" --arg workload "$workload" \
			'reduce (inputs | split("\t")) as $f ({};
				.[$f[1] | gsub("[][]"; "")][$f[0]] +=
					($f[2] | tonumber | round)) |
			{ peer: $peer, workload: $workload, functions: . }'
	done
