#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The README's tables of kernels and targets, from the results of a run.
#
#	tables.sh DIRECTORY [README]
#
# DIRECTORY has the results of run.sh, and what built (builds.log, KTAP), as
# check-all.sh leaves them. Which boots are of which kernel they say themselves.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# What is tried with a target, and the subtests that show it: of LIO, on each
# kernel; of tgt and istgt, on the first. With "!" it shows the opposite.
features='
login, verified I/O|login: reads and writes verified data|other-targets: tgt|other-targets: istgt
connection added under I/O|add-connections: second connection is added under verified I/O|other-targets-many: tgt: connection added under I/O|other-targets-many: istgt: connection added under I/O
CHAP and mutual CHAP on it|add-auth: adds with the session'"'"'s names and secrets|other-targets-more: tgt: CHAP and mutual CHAP|other-targets-more: istgt: CHAP and mutual CHAP
connection removed under I/O, the leading one too|remove-connections: the leading connection is removed|other-targets-more: tgt: connections are removed under I/O, the leading one too|other-targets-more: istgt: connections are removed under I/O, the leading one too
a connection dies: no I/O error|connection-loss: target resets the added connection|other-targets-many: tgt: a loss makes the session log in again|other-targets-many: istgt: a loss makes the session log in again
and the session stays|failover: target resets the leading connection|!other-targets-many: tgt: a loss makes the session log in again|!other-targets-many: istgt: a loss makes the session log in again
the same, told that closing is enough||other-targets-many: tgt: the leading connection likewise|
target restarts: no I/O error|session-recovery: target restarts under I/O|other-targets-more: tgt: restarts under I/O|other-targets-more: istgt: restarts under I/O'

usage="usage: tables.sh DIRECTORY [README]"
[ $# -ge 1 ] || die "$usage"
results=$1
readme=${2:-$top_dir/README.md}

# The directories of the boots of a kernel
boots()		# kernel, as in 6.12
{
	grep -lE "Linux version ${1//./\\.}\\." "$results"/boot-*/dmesg-initiator |
		xargs -r dirname
}

# files KERNEL NAME - what all of them have under that name
files()
{
	local boot

	for boot in $(boots "$1"); do
		[ ! -e "$boot/$2" ] || cat "$boot/$2"
	done
}

# outcome KERNEL "SCENARIO: SUBTEST" - ok, not ok, or nothing when it did not run
outcome()
{
	files "$1" ktap.log | awk -v scenario="${2%%: *}" -v subtest="${2#*: }" '
		/^    # Subtest: / { now = $NF; next }
		now == scenario && match($0, /^    (not )?ok [0-9]+ /) &&
		substr($0, RLENGTH + 1) == subtest {
			print $1 == "ok" ? "ok" : "not ok"
		}' | sort -u | tail -n 1
}

# cell KERNEL SUBTEST - what the table says of it
cell()
{
	local good=yes bad=no

	case $2 in
	'') echo "not tried"; return ;;
	'!'*) good=no bad=yes ;;
	esac
	case $(outcome "$1" "${2#!}") in
	ok) echo "$good" ;;
	'not ok') echo "$bad" ;;
	*) echo "not tried" ;;
	esac
}

# scenarios KERNEL - "so many of so many" that were to run; skipped is not good
scenarios()
{
	{ files "$1" list; files "$1" ktap.log; } |
		awk '/\.sh$/ { planned++ }
			/^ok / && / # SKIP/ { skipped++; next }
			/^ok / { good++ }
			END { printf "%d of %d", good, planned
			      if (skipped) printf ", %d skipped", skipped
			      print "" }'
}

# subtests KERNEL - the same of those that scenarios which have begun had planned,
# and the two that each gets at its end
subtests()
{
	files "$1" ktap.log |
		awk '/^    1\.\.[0-9]+$/ { planned += substr($1, 4) + 2 }
			/^    ok / && / # SKIP/ { skipped++; next }
			/^    ok / { good++ }
			END { printf "%d of %d", good, planned
			      if (skipped) printf ", %d skipped", skipped
			      print "" }'
}

# The kernel's name and Debian's version of it, as it says itself
release()	# kernel
{
	files "$1" dmesg-initiator |
		sed -nE 's/.*Linux version ([^ ]+) .* Debian ([^ ]+) .*/\1 (\2)/p' |
		sort -u | head -n 1
}

built()		# kernel, compiler
{
	if grep -q "^ok .* $1 $2 W=1" "$results/builds.log"; then
		echo clean
	else
		echo fails
	fi
}

kernel_table()
{
	local kernel

	echo "| kernel | as Debian ships it | gcc, W=1 | clang, W=1 | scenarios | their subtests |"
	echo "|---|---|---|---|---|---|"
	for kernel in "${kernels[@]}"; do
		echo "| $kernel | $(release "$kernel") |" \
			"$(built "$kernel" gcc) | $(built "$kernel" clang) |" \
			"$(scenarios "$kernel") | $(subtests "$kernel") |"
	done
}

target_table()
{
	local feature lio tgt istgt kernel row

	row=$(printf '| LIO %s ' "${kernels[@]}")
	echo "| target $row| tgt | istgt |"
	echo "|---$(printf '|---%.0s' "${kernels[@]}")|---|---|"
	while IFS='|' read -r feature lio tgt istgt; do
		[ -n "$feature" ] || continue
		row="| $feature |"
		for kernel in "${kernels[@]}"; do
			row+=" $(cell "$kernel" "$lio") |"
		done
		echo "$row $(cell "${kernels[0]}" "$tgt") |" \
			"$(cell "${kernels[0]}" "$istgt") |"
	done <<<"$features"
}

# replace NAME - put standard input between the marks of that name
replace()
{
	local new

	new=$(cat)
	grep -q "^<!-- $1: " "$readme" || die "$readme has no mark for $1"
	awk -v name="$1" -v new="$new" '
		$0 == "<!-- end of " name " -->" { skip = 0 }
		!skip { print }
		index($0, "<!-- " name ": ") == 1 { print new; skip = 1 }' \
		"$readme" >"$readme.new"
	mv "$readme.new" "$readme"
}

# a boot of which nothing is known must not be left out without a word
for boot in "$results"/boot-*; do
	[ -s "$boot/dmesg-initiator" ] || die "$boot does not say which kernel it was"
done
mapfile -t kernels < <(cat "$results"/boot-*/dmesg-initiator |
	sed -nE 's/.*Linux version ([0-9]+\.[0-9]+)\..*/\1/p' | sort -uV)
[ ${#kernels[@]} -gt 0 ] || die "no results in $results"
kernel_table | replace kernels
target_table | replace targets
