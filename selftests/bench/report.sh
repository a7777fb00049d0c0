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
table()		# title of the first column, what is in empty cells; "row peer value"
{
	awk -v title="$1" -v missing="${2:-}" '
	{ row = $1; if (!(row in seen)) { seen[row] = ++rows; names[rows] = row }
	  if (!($2 in col)) { col[$2] = ++cols; peers[cols] = $2 }
	  cell[row, $2] = $3 }
	function line(i) { printf "==================="
		for (i = 1; i <= cols; i++) printf " ============="
		print "" }
	END {
		line()
		printf "%-19s", title
		for (i = 1; i <= cols; i++) printf " %13s", short(peers[i])
		print ""; line()
		for (r = 1; r <= rows; r++) {
			printf "%-19s", short(names[r])
			for (i = 1; i <= cols; i++)
				printf " %13s", value(names[r], peers[i])
			print ""
		}
		line()
		print ""
	}
	function value(r, c) { return (r, c) in cell ? cell[r, c] : missing }
	function short(s) {
		sub(/multipath:/, "dm:", s); sub(/multipath-/, "multipath-", s)
		sub(/iscsi_mcs:least-queue-depth/, "mcs:least-q", s)
		sub(/iscsi_mcs:round-robin-with-subset/, "mcs:subset", s)
		sub(/iscsi_mcs:round-robin/, "mcs:round-r", s)
		sub(/iscsi_mcs:weighted-paths/, "mcs:weighted", s)
		sub(/iscsi_mcs:fail-over-only/, "mcs:fail-over", s)
		sub(/iscsi_tcp:one-link/, "tcp:one-link", s)
		sub(/service-time/, "service-t", s)
		sub(/queue-length/, "queue-l", s); sub(/round-robin/, "round-r", s)
		return s
	}'
}

# A cluster of bars for each row of NAME.dat, whose first line names the columns.
bars()		# name, title of the axis, more of gnuplot's commands
{
	gnuplot <<-END
	set terminal svg size 760,360 font "sans,11"
	set datafile missing "?"
	set output "$1.svg"
	set style data histogram
	set style histogram clustered gap 1
	set style fill solid 0.8
	set yrange [0:*]
	set ylabel "$2"
	set xtics rotate by -30
	set key outside right noenhanced
	${3:-}
	plot for [i=2:$(($(head -n 1 "$1.dat" | wc -w)))] "$1.dat" \
		using i:xtic(1) title columnheader(i)
	END
	rm "$1.dat"
}

# What table() prints, as gnuplot reads it
to_dat()	# name
{
	sed '/==/d; /^$/d' >"$1.dat"
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
	table workload '?' <<<"$ratios" | to_dat cost
	bars cost "instructions per I/O, iscsi_tcp = 1"
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

	Throughput as a share of the sum of the links' nominal rates. 0.955 is all
	that TCP can carry over frames of 1514 bytes. A case is the rate of each
	link in Mbit/s, +N a delay of N ms in each direction, %N a loss of N per
	cent of the packets each way. Higher is better.

	.. image:: links.svg

	END
	for case in $(jq -r '.[].case' links.json | awk '!seen[$0]++'); do
		printf 'Links %s:\n\n' "$case"
		medians links.json .peer .share | by_peer "$case"
		printf 'The longest I/O, in milliseconds:\n\n'
		medians links.json .peer .longest_ms | by_peer "$case"
	done
	# the same workload in all cases
	medians links.json .peer .share | awk -v w="$(jq -r '.[0].workload' \
		links.json)" '$2 == w { print $1, $3, $4 }' | table case '?' |
		to_dat links
	bars links "share of the links, $(jq -r '.[0].workload' links.json)" \
		"set xtics norotate noenhanced"
}

# Peers are many: each one a row.
by_peer()	# case
{
	awk -v case="$1" '$1 == case { print $3, $2, $4 }' | table peer
}

latency_section()
{
	local case workload

	cat <<-END
	Latency with one slow link
	==========================

	Microseconds from when an I/O was due to its end, at a fixed rate with
	random gaps: a workload is its kind, size and rate in I/Os per second. The
	last link is the slow one. Lower is better.

	.. image:: latency.svg

	END
	for case in $(jq -r '.[].case' latency.json | awk '!seen[$0]++'); do
		for workload in $(jq -r '.[].workload' latency.json |
				  awk '!seen[$0]++'); do
			printf 'Links %s, %s:\n\n' "$case" "$workload"
			jq -r --arg c "$case" --arg w "$workload" '.[] |
				select(.case == $c and .workload == $w) |
				"\(.peer) 50% \(.p50_us)", "\(.peer) 99% \(.p99_us)",
				"\(.peer) 99.9% \(.p999_us)",
				"\(.peer) longest \(.max_us)"' latency.json |
				table peer
		done
	done
	jq -r '.[0].workload as $w | .[] | select(.workload == $w) |
		"\(.case) \(.peer) \(.p99_us / 1000)"' latency.json |
		table case '?' |
		to_dat latency
	bars latency "99th percentile, ms" \
		"set logscale y; set yrange [0.1:*]; set xtics norotate noenhanced"
}

# A table of what grows with the number of something
growth_table()	# connections, depth or sessions; jq's column; as for table
{
	jq -r --arg of "$1" ".[] | select(.of == \$of and .cost) |
		[.n, ($2), (.cost / 100 | round / 10)] | join(\" \")" growth.json |
		sort -s -n -k1,1 | table "$1" "${3:-}"
}

growth_section()
{
	cat <<-END
	Growth
	======

	Thousands of instructions per I/O with so many connections in a session.

	END
	growth_table connections .workload
	cat <<-END
	With so many commands of 4 KiB under way, random reads; the number behind a
	driver is that of its connections:

	END
	growth_table depth .peer
	cat <<-END
	With so many sessions to one disk, the I/O being one's:

	END
	growth_table sessions '(.peer | sub("iscsi_"; "")) + ":" +
		(.workload | sub("^rand"; "") | sub("-4k-"; "-"))'
	printf '.. image:: growth.svg\n\n'
	growth_plot
	printf 'Milliseconds of this machine to make one more, command and all:\n\n'
	jq -r '.[] | select(.us and (.n | log2 | . == floor)) | "\(.n) \(.peer | sub("iscsi_"; "")):\(.of) \(
		.us / 100 | round / 10)"' growth.json | sort -s -n -k1,1 |
		awk '{ sub(/connections/, "conn", $2); sub(/sessions/, "session", $2)
			print }' | table "there are"
}

growth_plot()
{
	growth_table connections .workload '?' | to_dat growth
	gnuplot <<-END
	set terminal svg size 760,320 font "sans,11"
	set output "growth.svg"
	set logscale x 2
	set yrange [0:*]
	set xlabel "connections"
	set ylabel "thousand instructions per I/O"
	set key outside right noenhanced
	plot for [i=2:$(head -n 1 growth.dat | wc -w)] "growth.dat" \
		using 1:i with linespoints title columnheader(i)
	END
	rm growth.dat
}

memory_section()
{
	cat <<-END
	Memory
	======

	Bytes at the initiator for each connection or session, with nothing under
	way: all that the system has less afterwards, sockets and disks included.

	END
	jq -r 'group_by([.of, .peer])[] | "\(.[0].of) \(.[0].peer) \(
		map(.bytes) | sort | .[length / 2 | floor])"' memory.json |
		table "one of"
}

{
	cat <<-END
	.. SPDX-License-Identifier: GPL-2.0

	==========
	Benchmarks
	==========

	Made by \`\`make bench\`\`; the figures are in the JSON files beside this
	page. All but the memory is measured in one VM whose clock counts
	instructions, so the figures repeat within one per cent on any host (three
	for 128k reads); they say nothing about caches or hardware offloads.

	END
	[ ! -e cost.json ] || cost_section
	[ ! -e profile.json ] || profile_section
	[ ! -e links.json ] || links_section
	[ ! -e latency.json ] || latency_section
	[ ! -e growth.json ] || growth_section
	[ ! -e memory.json ] || memory_section
} >report.rst
