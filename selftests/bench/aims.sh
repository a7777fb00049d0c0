# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The first page of the report: what was aimed at (see the file aims) and what was
# reached. Sourced by report.sh.
# shellcheck shell=bash disable=SC2154 # what report.sh sets

# One figure beside its aim: "kind row column reached aim met"
compared()	# kind, row, column, value, aim, "most" or "least", digits
{
	awk -v kind="$1" -v row="$2" -v column="$3" -v value="$4" -v aim="$5" \
		-v most="$6" -v digits="${7:-2}" 'BEGIN {
		value = sprintf("%." digits "f", value)
		met = "-"
		if (aim != "-" && most == "most")
			met = value + 0 <= aim + 0 ? "yes" : "no"
		else if (aim != "-")
			met = value + 0 >= aim + 0 ? "yes" : "no"
		print kind, row, column, value, aim, met }'
}

# "peer workload value" of a kind; the time with two CPUs is compared in each
# round, see ratio_of_rounds.
values()	# kind
{
	case $1 in
	cost)
		medians cost.json '"\(.peer)-\(.paths)"' .cost |
			awk '{ print $2, $1, $3 }' ;;
	own)
		jq -r --argjson own "$INITIATOR" '
			group_by([.peer, .workload])[] | "\(.[0].peer) \(
			.[0].workload) \(map(select(.module | IN($own[])).cost) |
			add)"' profile.json ;;
	cpus)
		jq -r '.[] | "\(.peer)-\(.paths) \(.workload) -"' cpus.json ;;
	esac
}

ratio_of_rounds()	# workload, peer, base
{
	jq -r --arg w "$1" --arg p "$2" --arg b "$3" '
		def median: sort | .[length / 2 | floor];
		[.[] | select(.workload == $w) | .peer += "-\(.paths)"] as $all |
		[$all[] | select(.peer == $p) | . as $r | $all[] |
			select(.peer == $b and .rep == $r.rep) | $r.ns / .ns] |
		select(length > 0) | median' cpus.json
}

ratio()		# kind, workload, peer, base: nothing if one is missing
{
	if [ "$1" = cpus ]; then
		ratio_of_rounds "$2" "$3" "$4"
		return
	fi
	awk -v w="$2" -v p="$3" -v b="$4" '$2 == w { v[$1] = $3 }
		END { if (v[p] && v[b]) print v[p] / v[b] }' "values-$1"
}

# Every workload with every pair of peers that has an aim
compare_ratios()	# kind, file
{
	local workload pattern peer base aim pair value

	[ -e "$2.json" ] || return 0
	values "$1" >"values-$1"
	for workload in $(awk '!seen[$2]++ { print $2 }' "values-$1"); do
		for pair in $(awk -v kind="$1" '$1 == kind && !seen[$3, $4]++ {
				print $3 "/" $4 }' "$bench/aims"); do
			value=$(ratio "$1" "$workload" "${pair%/*}" "${pair#*/}")
			[ -n "$value" ] || continue
			while read -r _ pattern peer base aim; do
				# shellcheck disable=SC2053 # a pattern
				[ "$peer/$base" = "$pair" ] &&
					[[ $workload == $pattern ]] || continue
				compared "$1" "$workload" "$pair" "$value" "$aim" most
				break
			done < <(grep "^$1 " "$bench/aims")
		done
	done
}

# The share of the links that ours reaches with its default policy
compare_shares()	# kind
{
	local case workload peer value cases workloads aim

	[ -e "$1.json" ] || return 0
	medians "$1.json" .peer .share >"values-$1"
	while read -r case workload peer value; do
		[ "$peer" = iscsi_mcs:least-queue-depth ] || continue
		while read -r _ cases workloads aim; do
			# shellcheck disable=SC2053 # patterns
			[[ $case == $cases && $workload == $workloads ]] || continue
			compared "$1" "$case~$workload" iscsi_mcs "$value" "$aim" \
				least 3
			compare_others "$1" "$case" "$workload" "$value"
			break
		done < <(grep "^$1 " "$bench/aims")
	done <"values-$1"
}

# The same of link 1 alone, the best of all, and of the others
compare_others()	# kind, case, workload, our value
{
	local peer value

	awk -v case="$2" -v workload="$3" '$1 == case && $2 == workload {
		name = $3
		sub(/multipath:.*/, "best~of~multipath", name)
		sub(/iscsi_tcp:one-link/, "link~1~alone", name)
		sub(/iscsi_mcs:not-cut/, "not~cut", name)
		if (name ~ /:/) next
		if (!(name in best)) order[++n] = name
		if ($4 > best[name]) best[name] = $4
	} END { for (i = 1; i <= n; i++) print order[i], best[order[i]] }' \
		"values-$1" | while read -r peer value; do
		compared "$1" "$2~$3" "$peer" "$value" - least 3
		[ "$peer" != link~1~alone ] ||
			compared "$1" "$2~$3" "to~link~1" "$(awk -v a="$4" \
				-v b="$value" 'BEGIN { print a / b }')" 1.00 least
	done
}

compare_memory()
{
	local of value aim

	[ -e memory.json ] || return 0
	while read -r _ of aim; do
		value=$(jq --arg of "$of" 'map(select(.of == $of and
			.peer == "iscsi_mcs").bytes) | sort |
			.[length / 2 | floor] // empty' memory.json)
		[ -z "$value" ] ||
			compared memory "bytes~for~one~of~the~$of" iscsi_mcs \
				"$value" "$aim" most 0
	done < <(grep '^memory ' "$bench/aims")
}

compare_all()
{
	compare_ratios cost cost
	compare_ratios own profile
	compare_ratios cpus cpus
	compare_shares links
	compare_shares stream
	compare_memory
}

# "0.94 (0.90) no", or the figure alone
aims_table()	# kind, title of the first column
{
	awk -v kind="$1" '$1 == kind {
		column = $3
		gsub(/iscsi_/, "", column); gsub(/multipath/, "dm", column)
		sub(/mcs[+]digests-1.*/, "with~digests", column)
		print $2, column, ($5 == "-" ? $4 : \
			sprintf("%s~(%s)~%s", $4, $5, $6 == "yes" ? "yes" : "NO")) }' \
		compared | table "$2" -
}

aims_page()
{
	local all met

	all=$(awk '$6 != "-"' compared | wc -l)
	met=$(awk '$6 == "yes"' compared | wc -l)
	cat <<-END
	What was reached
	================

	**$met of $all aims are met.** Behind a figure is its aim, and whether it is met. A
	workload is its kind, size and queue depth; the number behind a driver is
	that of its connections or sessions; dm is dm-multipath over sessions of
	iscsi_tcp.

	END
	[ ! -e cost.json ] || cat <<-END
	Cost: instructions per I/O over the whole path, initiator and target, as a
	ratio; at most the aim. "With digests" is one connection to iscsi_tcp, both
	with digests of header and data.

	$(aims_table cost workload)

	.. image:: cost.svg

	END
	[ ! -e profile.json ] || cat <<-END
	The initiator's own modules alone:

	$(aims_table own workload)

	END
	[ ! -e cpus.json ] || cat <<-END
	Time of an I/O with two processors, as a ratio in the same round; the median
	of all rounds:

	$(aims_table cpus workload)

	END
	[ ! -e links.json ] || cat <<-END
	Links: throughput as a share of the sum of the links' nominal rates, with
	least-queue-depth; at least the aim. 0.955 is all that TCP can carry. Links
	are given in Mbit/s, +N is a delay of N ms each way, %N a loss of N per cent.

	$(aims_table links "links~and~workload")

	END
	[ ! -e stream.json ] || cat <<-END
	One stream: the same with one request under way at a time.

	$(aims_table stream "links~and~workload")

	END
	[ ! -e memory.json ] || cat <<-END
	Memory at the initiator, socket included:

	$(aims_table memory "what")

	END
}
