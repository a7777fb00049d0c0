#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Make report.rst and its plots from the JSON of the benchmarks.
#
# Usage: report.sh DIRECTORY

set -eu
cd "$1"

# Median of each peer and workload: "workload peer value", in order of first
# appearance of the workload.
medians()	# file, jq expression for the peer, for the value
{
	jq -r "def median: sort | .[length / 2 | floor];
		[.[] | { w: .workload, p: ($2), v: ($3), c: (.case // \"\") }]
		| group_by([.c, .w, .p])[]
		| \"\\(.[0].c) \\(.[0].w) \\(.[0].p) \\(map(.v) | median)\"" "$1"
}

# A table in which each row is a workload and each column a peer.
table()		# title of the first column; "row peer value" on standard input
{
	awk -v title="$1" '
	{ row = $1; if (!(row in seen)) { seen[row] = ++rows; names[rows] = row }
	  if (!($2 in col)) { col[$2] = ++cols; peers[cols] = $2 }
	  cell[row, $2] = $3 }
	function line(i) { printf "==================="
		for (i = 1; i <= cols; i++) printf " ============"
		print "" }
	END {
		line()
		printf "%-19s", title
		for (i = 1; i <= cols; i++) printf " %12s", short(peers[i])
		print ""; line()
		for (r = 1; r <= rows; r++) {
			printf "%-19s", names[r]
			for (i = 1; i <= cols; i++)
				printf " %12s", cell[names[r], peers[i]]
			print ""
		}
		line()
		print ""
	}
	function short(s) {
		sub(/multipath:/, "dm:", s); sub(/multipath-/, "multipath-", s)
		sub(/iscsi_mcs:least-queue-depth/, "mcs:least-q", s)
		sub(/iscsi_mcs:round-robin/, "mcs:round-r", s)
		sub(/service-time/, "service-t", s)
		sub(/queue-length/, "queue-l", s); sub(/round-robin/, "round-r", s)
		return s
	}'
}

cost_plot()
{
	gnuplot <<-END
	set terminal svg size 760,360 font "sans,11"
	set output "cost.svg"
	set style data histogram
	set style histogram clustered gap 1
	set style fill solid 0.8
	set yrange [0:*]
	set ylabel "instructions per I/O, iscsi_tcp = 1"
	set xtics rotate by -30
	set key outside right
	plot for [i=2:$(($(head -n 1 cost.dat | wc -w)))] "cost.dat" \
		using i:xtic(1) title columnheader(i)
	END
}

cost_section()
{
	local ratios

	ratios=$(medians cost.json '"\(.peer)-\(.paths)"' .cost |
		awk '{ v[$1, $2] = $3; w[NR] = $1; p[NR] = $2 }
		END { for (i = 1; i <= NR; i++)
			printf "%s %s %.2f\n", w[i], p[i],
				v[w[i], p[i]] / v[w[i], "iscsi_tcp-1"] }')
	cat <<-END
	Cost
	====

	Instructions per I/O over the whole path (system call, block layer,
	initiator, TCP, target, RAM disk) on one CPU, as a ratio to iscsi_tcp with
	one session. The number behind a peer is that of its connections or sessions;
	a workload is its kind, size and queue depth. Lower is better.

	END
	table workload <<<"$ratios"
	printf '.. image:: cost.svg\n\nThe same in thousands of instructions:\n\n'
	medians cost.json '"\(.peer)-\(.paths)"' .cost |
		awk '{ printf "%s %s %.1f\n", $1, $2, $3 / 1000 }' | table workload
	table workload <<<"$ratios" | sed '/==/d; /^$/d' >cost.dat
	cost_plot
	rm cost.dat
}

# Modules whose code is the initiator's
INITIATOR='["iscsi_mcs", "iscsi_tcp", "libiscsi", "libiscsi_tcp",
	"scsi_transport_iscsi", "dm_multipath", "dm_mod"]'

profile_rows()	# workload
{
	jq -r --arg w "$1" --argjson own "$INITIATOR" '
		map(select(.workload == $w)) |
		(map(.module) | unique) as $modules |
		([group_by(.peer)[] | { p: .[0].peer, c: (map(.cost) | add) }]
			| map("all \(.p) \(.c)")),
		([group_by(.peer)[] | { p: .[0].peer,
			c: (map(select(.module | IN($own[])).cost) | add) }]
			| map("initiator \(.p) \(.c)")),
		([group_by([.module, .peer])[] | { m: .[0].module, p: .[0].peer,
			c: (map(.cost) | add) }]
			| sort_by(-.c) | map(select(.c >= 100) |
				"\(.m | gsub(" "; "-")) \(.p) \(.c)"))
		| .[]' profile.json
}

# The dearest functions of one peer beside another's
profile_functions()	# workload
{
	jq -r --arg w "$1" --argjson own "$INITIATOR" '
		map(select(.workload == $w and .function != "" and
			(.module | IN($own[])))) |
		group_by(.peer)[] | sort_by(-.cost)[:12][] |
		"\(.peer)|\(.function)|\(.cost)"' profile.json |
		awk -F'|' '
		$1 != last { if (last) print "\n"; last = $1
			printf "The initiator'"'"'s dearest functions, %s:\n\n", $1 }
		{ printf "* ``%s`` %d\n", $2, $3 }
		END { print "" }'
}

profile_section()
{
	local workload

	cat <<-END
	Where the instructions go
	=========================

	Instructions per I/O by module, counted by the emulator, on both sides of
	the wire: "kernel" is the block layer, SCSI, TCP and the scheduler for
	initiator and target together. "initiator" is the sum of the modules that
	only the initiator uses.

	END
	for workload in $(jq -r '.[].workload' profile.json | awk '!seen[$0]++'); do
		printf '%s:\n\n' "$workload"
		profile_rows "$workload" | table module
		profile_functions "$workload"
	done
}

links_section()
{
	local case

	cat <<-END
	Links
	=====

	Throughput as a share of the sum of the links' nominal rates. 0.95 is all
	that TCP can carry over frames of 1514 bytes. A case is the rate of each
	link in Mbit/s, +N a delay of N ms in each direction. Higher is better.

	END
	for case in $(jq -r '.[].case' links.json | awk '!seen[$0]++'); do
		printf 'Links %s:\n\n' "$case"
		medians links.json .peer .share | sed -n "s/^$case //p" |
			table workload
		printf 'The longest I/O, in milliseconds:\n\n'
		medians links.json .peer .longest_ms | sed -n "s/^$case //p" |
			table workload
	done
}

{
	cat <<-END
	.. SPDX-License-Identifier: GPL-2.0

	==========
	Benchmarks
	==========

	Made by \`\`make bench\`\`; the figures are in the JSON files beside this
	page. Everything runs in one VM whose clock counts instructions, so the
	figures repeat within one per cent on any host (three for 128k reads); they
	say nothing about caches or hardware offloads.

	END
	[ ! -e cost.json ] || cost_section
	[ ! -e profile.json ] || profile_section
	[ ! -e links.json ] || links_section
} >report.rst
