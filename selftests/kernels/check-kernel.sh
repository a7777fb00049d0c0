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

case $kernel in
kasan | kcsan)
	dir=$("$kernels_dir/build-debug.sh" "$kernel")
	# Instrumented code under emulation: slower. Less memory than usual: kmemleak
	# reads all of it, twice after each scenario.
	export RIG_TIME_FACTOR=${RIG_TIME_FACTOR:-5}
	set -- --memory 1536 "$@"
	;;
*)
	dir=$kernel
	[ -d "$dir" ] || dir=$("$kernels_dir/fetch.sh" "$kernel")
	;;
esac

log=$dir/module.log
module=$("$kernels_dir/build-module.sh" "$dir" gcc 2>"$log") || {
	tail -n 20 "$log" >&2
	die "the module does not build for $kernel, see $log"
}

# The guest prefers a module that lies in its kernel's own tree.
release=$(cat "$dir/release")
installed=$dir/lib/modules/$release/updates/iscsi_mcs.ko
if ! cmp -s "$module" "$installed"; then
	mkdir -p "$(dirname "$installed")"
	cp "$module" "$installed"
	depmod -b "$dir" "$release"
	touch "$dir/lib/modules/$release/modules.order"
fi

say "scenarios on $release"
RIG_KERNEL=$dir exec "$top_dir/selftests/run.sh" "$@"
