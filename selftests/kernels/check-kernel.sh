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

dir=$("$kernels_dir/ready.sh" "$kernel")
case $kernel in
kasan | kcsan)
	# Instrumented code under emulation: slower. Less memory than usual: kmemleak
	# reads all of it, twice after each scenario.
	export RIG_TIME_FACTOR=${RIG_TIME_FACTOR:-5}
	set -- --memory 1536 "$@"
	;;
esac

say "scenarios on $(cat "$dir/release")"
RIG_KERNEL=$dir exec "$top_dir/selftests/run.sh" "$@"
