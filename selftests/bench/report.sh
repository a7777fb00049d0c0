#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Make report.rst, figures.rst and their plots from the JSON of the benchmarks.
#
# Usage: report.sh DIRECTORY

set -eu
out=$(realpath "$1")
cd "$(dirname "$0")"
# shellcheck disable=SC2034 # for aims.sh
bench=$PWD
. ./tables.sh
. ./aims.sh
. ./figures.sh
parts="cost profile links stream latency growth cpus memory"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Modules whose code is the initiator's
# shellcheck disable=SC2034 # for the sections
INITIATOR='["iscsi_mcs", "iscsi_tcp", "libiscsi", "libiscsi_tcp",
	"scsi_transport_iscsi", "dm_multipath", "dm_mod"]'

# The records of a part, those of a profile one for each function; a file may be
# from before it named its run.
load()		# part
{
	jq 'if type == "object" then .records else . end |
		map(if .functions then { peer, workload } + (.functions |
			to_entries[] | .key as $of | .value | to_entries[] |
			{ module: $of, function: .key, cost: .value })
		else . end)' "$out/$1.json" >"$1.json"
	jq -r --arg part "$1" '(if type == "object" then .run else {} end) |
		(.commit, .kernel, .date) |= (. // "unknown") |
		"\($part) commit \(.commit)", "\($part) kernel \(.kernel)",
		"\($part) date \(.date)"' "$out/$1.json" >>runs
}

# Of which commit each part is, as figures of different ones do not compare
runs_section()
{
	local commits

	table part <runs
	commits=$(awk '$2 == "commit" { print $3 }' runs | sort -u)
	[[ $commits != *$'\n'* && $commits != unknown ]] || cat <<-END
		The parts are **not known to be of one commit**: compare figures
		within a part only.

	END
	[[ $commits != *+* ]] || printf '+ is a tree with changes.\n\n'
}

: >runs
for part in $parts; do
	[ ! -e "$out/$part.json" ] || load "$part"
done
compare_all >compared
{
	cat <<-END
	.. SPDX-License-Identifier: GPL-2.0

	==========
	Benchmarks
	==========

	Made by \`\`make bench\`\`, which says here what was aimed at and reached.
	All figures and the profile are in \`\`figures.rst\`\`, the reasons for what
	was missed in \`\`targets.rst\`\`, the data in the JSON files beside them.

	END
	runs_section
	aims_page
} >"$out/report.rst"
{
	cat <<-END
	.. SPDX-License-Identifier: GPL-2.0

	=========================
	Figures of the benchmarks
	=========================

	Made by \`\`make bench\`\` from the JSON files beside this page. What was aimed
	at is in \`\`report.rst\`\`. All but the memory and two processors is measured
	in one VM whose clock counts instructions, so the figures repeat within one
	per cent on any host (three for 128k reads); they say nothing about caches
	or hardware offloads.

	END
	for part in $parts; do
		[ ! -e "$part.json" ] || "${part}_section"
	done
	[ ! -e growth.json ] || connections_section
} >"$out/figures.rst"
