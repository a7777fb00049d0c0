#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Run the rig's scenarios on another kernel.
#
#	check-kernel.sh KERNEL [OPTION of run.sh | SCENARIO]...
#
# KERNEL: 6.1, 6.12 or 7.2 as Debian ships them, kasan or kcsan for the debug
# kernels, or a directory with vmlinuz, lib/modules and build. The module is
# built for it first. On the debug kernels the rig looks for leaks after each
# scenario, and any report of the kernel fails the scenario.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -ge 1 ] || die "usage: check-kernel.sh KERNEL [OPTION|SCENARIO]..."
kernel=$1
shift

# all_but_costs - the scenarios that do not count instructions: those of instrumented
# code say nothing
all_but_costs()
{
	local name

	for name in $(make -s -C "$top_dir/selftests" list); do
		grep -q '^# vm: .*--icount' "$top_dir/selftests/$name" || echo "$name"
	done
}

# names_one OPTION... - is any of them the name of a scenario?
names_one()
{
	local word

	for word in "$@"; do
		word=${word#selftests/}
		[ ! -e "$top_dir/selftests/${word%.sh}.sh" ] || return 0
	done
	return 1
}

dir=$("$kernels_dir/ready.sh" "$kernel")
case $kernel in
kasan | kcsan)
	# Instrumented code under emulation: slower. Less memory than usual: kmemleak
	# reads all of it, twice after each scenario.
	export RIG_TIME_FACTOR=${RIG_TIME_FACTOR:-5}
	# shellcheck disable=SC2046 # words
	names_one "$@" || set -- "$@" $(all_but_costs)
	set -- --memory 1536 "$@"
	;;
esac

say "scenarios on $(cat "$dir/release")"
RIG_KERNEL=$dir exec "$top_dir/selftests/run.sh" "$@"
