# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Tables and plots of the report. Sourced by report.sh.
# shellcheck shell=bash disable=SC2154 # what report.sh sets

# Median of each peer and workload: "case workload peer value", in the order in
# which they were measured.
medians()	# file, jq expression for the peer, for the value
{
	jq -r "def median: sort | .[length / 2 | floor];
		[to_entries[] | .key as \$i | .value | { i: \$i, w: .workload,
			p: ($2), v: ($3), c: (.case // \"\") }]
		| group_by([.c, .w, .p]) | sort_by(.[0].i)[]
		| \"\\(.[0].c) \\(.[0].w) \\(.[0].p) \\(map(.v) | median)\"" "$1"
}

# A table of "row column value"; ~ is a space in any of them.
table()		# title of the first column, what is in empty cells
{
	awk -v title="$1" -v missing="${2:-}" '
	{ row = short($1); peer = short($2); value = $3
	  gsub(/~/, " ", row); gsub(/~/, " ", value); gsub(/~/, " ", peer)
	  if (!(row in seen)) { seen[row] = ++rows; names[rows] = row }
	  if (!(peer in col)) { col[peer] = ++cols; peers[cols] = peer
		widen(cols, peer) }
	  cell[row, peer] = value
	  widen(0, row); widen(col[peer], value) }
	function widen(c, text) {
		if (length(text) > width[c]) width[c] = length(text) }
	function line(i, n) {
		for (i = 0; i <= cols; i++) {
			for (n = 0; n < width[i]; n++) printf "="
			printf "%s", (i < cols ? "  " : "\n")
		} }
	END {
		gsub(/~/, " ", title)
		widen(0, title)
		line()
		printf "%-" width[0] "s", title
		for (i = 1; i <= cols; i++) printf "  %" width[i] "s", peers[i]
		print ""; line()
		for (r = 1; r <= rows; r++) {
			printf "%-" width[0] "s", names[r]
			for (i = 1; i <= cols; i++)
				printf "  %" width[i] "s", value_of(names[r], peers[i])
			print ""
		}
		line()
		print ""
	}
	function value_of(r, c) { return (r, c) in cell ? cell[r, c] : missing }
	function short(s) {
		sub(/multipath:/, "dm:", s)
		sub(/iscsi_mcs:least-queue-depth/, "mcs:least-q", s)
		sub(/iscsi_mcs:not-cut/, "mcs:not-cut", s)
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
	set output "$out/$1.svg"
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
