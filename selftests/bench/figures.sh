# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The sections of figures.rst. Sourced by report.sh.
# shellcheck shell=bash disable=SC2154 # what report.sh sets

# Ratios of those peers that have digests, or have none
cost_ratios()	# peer that is 1, whether they have (1) or not (0)
{
	medians cost.json '"\(.peer)-\(.paths)"' .cost |
		awk -v base="$1" -v digests="$2" '
		{ v[$1, $2] = $3; w[NR] = $1; p[NR] = $2 }
		END { for (i = 1; i <= NR; i++)
			if ((p[i] ~ /[+]digests/) == digests && (w[i], base) in v)
				printf "%s %s %.2f\n", w[i], p[i],
					v[w[i], p[i]] / v[w[i], base] }'
}

cost_section()
{
	local ratios digests

	ratios=$(cost_ratios iscsi_tcp-1 0)
	digests=$(cost_ratios iscsi_tcp+digests-1 1)
	cat <<-END
	Cost
	====

	Instructions per I/O over the whole path (system call, block layer,
	initiator, TCP, target, RAM disk) on one CPU, as a ratio to iscsi_tcp with
	one session. The number behind a peer is that of its connections or sessions;
	a workload is its kind, size and queue depth. Lower is better.

	END
	table workload <<<"$ratios"
	if [ -n "$digests" ]; then
		printf 'With digests of header and data, as a ratio to %s:\n\n' \
			"iscsi_tcp with them"
		table workload <<<"$digests"
	fi
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

# The ten dearest functions of each peer, with what they take in the others
profile_functions()	# workload, modules as JSON
{
	jq -r --arg w "$1" --argjson modules "$2" '
		map(select(.workload == $w and .function != "" and
			(.module | IN($modules[])))) |
		([group_by(.peer)[] | sort_by(-.cost)[:10][] | .function] | unique)
			as $names |
		map(select(.function | IN($names[]))) |
		group_by(.function) | sort_by(-(map(.cost) | max))[][] |
		"``\(.function)`` \(.peer) \(.cost)"' profile.json
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
	only the initiator uses. Then the ten dearest functions of each peer, the
	initiator's and the kernel's. The kernel's of less than one in a thousand
	are not listed.

	END
	for workload in $(jq -r '.[].workload' profile.json | awk '!seen[$0]++'); do
		printf '%s:\n\n' "$workload"
		profile_rows "$workload" | table module
		profile_functions "$workload" "$INITIATOR" | table initiator
		profile_functions "$workload" '["kernel"]' | table kernel
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

stream_section()
{
	local case

	cat <<-END
	One stream
	==========

	One request under way at a time, as a share of the sum of the links' nominal
	rates; "not-cut" is with requests in one piece. Higher is better.

	.. image:: stream.svg

	END
	for case in $(jq -r '.[].case' stream.json | awk '!seen[$0]++'); do
		printf 'Links %s:\n\n' "$case"
		medians stream.json .peer .share | by_peer "$case"
	done
	medians stream.json .peer .share | awk -v w="$(jq -r '.[0].workload' \
		stream.json)" '$2 == w { print $1, $3, $4 }' | table case '?' |
		to_dat stream
	bars stream "share of the links, $(jq -r '.[0].workload' stream.json)" \
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
	Latency
	=======

	Microseconds from when an I/O was due to its end, at a fixed rate with
	random gaps: a workload is its kind, size and rate in I/Os per second. The
	last link is the slow one, if any. Lower is better.

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
	if jq -e '.[0].histogram' latency.json >/dev/null; then
		printf 'What share of them took no longer than that:\n\n'
		printf '.. image:: latency-cdf.svg\n\n'
		latency_plot
	fi
	jq -r '.[0].workload as $w | .[] | select(.workload == $w) |
		"\(.case) \(.peer) \(.p99_us / 1000)"' latency.json |
		table case '?' |
		to_dat latency
	bars latency "99th percentile, ms" \
		"set logscale y; set yrange [0.1:*]; set xtics norotate noenhanced"
}

# Of each peer the share of I/Os that took longer, on a scale that shows the
# last ones; a panel for each case and workload.
latency_plot()
{
	local panels panel title peers peer n=0 i

	mapfile -t panels < <(jq -r '.[] | "\(.case) \(.workload)"' latency.json |
		awk '!seen[$0]++')
	mapfile -t peers < <(jq -r '.[].peer' latency.json | awk '!seen[$0]++')
	{
		cat <<-END
		set terminal svg size 900,$((60 + 300 * ((${#panels[@]} + 1) / 2))) \
			font "sans,11"
		set output "$out/latency-cdf.svg"
		set multiplot layout $(((${#panels[@]} + 1) / 2)),2
		set logscale xy
		set xrange [0.05:*]
		set yrange [1:0.0005]
		set xlabel "milliseconds"
		set ytics ("0" 1, "50 %%" 0.5, "90 %%" 0.1, "99 %%" 0.01, "99.9 %%" 0.001)
		set grid ytics
		set key bottom right noenhanced font ",9"
		END
		for panel in "${panels[@]}"; do
			title="links ${panel/ /, }"
			n=$((n + 1)) i=0
			printf 'set title "%s" noenhanced\nplot ' "$title"
			for peer in "${peers[@]}"; do
				i=$((i + 1))
				jq -r --arg panel "$panel" --arg peer "$peer" '
					.[] | select("\(.case) \(.workload)" == $panel
						and .peer == $peer) |
					.ios as $ios | foreach .histogram[] as $h (0;
						. + $h[1]; "\($h[0] / 1000) \(
						($ios - .) / $ios)")' latency.json >"cdf-$n-$i"
				[ -s "cdf-$n-$i" ] || continue
				printf '"cdf-%s-%s" with steps lw 1.5 title "%s", ' \
					$n $i "${peer/iscsi_mcs/mcs}"
			done
			echo
		done
	} | gnuplot
	rm -f cdf-*
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
	set output "$out/growth.svg"
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

cpus_section()
{
	cat <<-END
	Two processors
	==============

	Microseconds per I/O in a VM with two processors, the median of all rounds;
	initiator and target share them. The clock is the host's, so only the ratios
	on the first page say something.

	END
	medians cpus.json '"\(.peer)-\(.paths)"' .ns |
		awk '{ printf "%s %s %.0f\n", $1, $2, $3 / 1000 }' | table workload
}

# What so many connections cost, and what they bring where there are so many links
connections_section()
{
	local bytes=0 n

	cat <<-END
	How many connections pay off
	============================

	The cost of an I/O is to that with one connection, from "Growth"; memory is
	that of all but the first, from "Memory"; links are how many links' worth of
	throughput so many connections reach over as many links, from "Links".

	END
	[ ! -e memory.json ] || bytes=$(jq 'map(select(.of == "connections").bytes) |
		sort | .[length / 2 | floor] // 0' memory.json)
	{
		jq -r '[.[] | select(.of == "connections" and .cost)] as $all | $all[] |
			. as $r | $all[] | select(.n == 1 and
				.workload == $r.workload and .cost > 0) |
			"\($r.n) \($r.workload) \($r.cost / .cost)"' growth.json
		for n in 1 2 4 8 16 32; do
			echo "$n KiB $(((n - 1) * bytes / 1024))"
		done
		[ ! -e links.json ] || links_worth
	} | awk '{ $3 = sprintf($2 == "KiB" ? "%.0f" : "%.2f", $3) } { print }' |
		sort -s -n -k1,1 | table connections
}

# Links of equal rate, the default policy, and of one link the first alone
links_worth()
{
	jq -r '.[] | (.case | split(",")) as $links |
		select((.workload == "read-256k-8" or .workload == "write-256k-8") and
			($links | unique | length) == 1 and
			(.case | test("[+%]") | not)) |
		($links | length) as $n |
		if .peer == "iscsi_mcs:least-queue-depth" then
			"\($n) links:\(.workload) \(.share * $n)"
		elif .peer == "iscsi_mcs:fail-over-only" and $n == 2 then
			"1 links:\(.workload) \(.share * $n)"
		else empty end' links.json
}
