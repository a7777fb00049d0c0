#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Get a kernel, build the module for it, put the module into the kernel's own tree,
# where a guest prefers it, and print where that is.
#
#	ready.sh KERNEL
#
# KERNEL: 6.1, 6.12 or 7.2 as Debian ships them, kasan or kcsan for the debug
# kernels, or a directory with vmlinuz, lib/modules and build.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -eq 1 ] || die "usage: ready.sh KERNEL"
kernel=$1

case $kernel in
kasan | kcsan) dir=$("$kernels_dir/build-debug.sh" "$kernel") ;;
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

release=$(cat "$dir/release")
installed=$dir/lib/modules/$release/updates/iscsi_mcs.ko
if ! cmp -s "$module" "$installed"; then
	mkdir -p "$(dirname "$installed")"
	cp "$module" "$installed"
	depmod -b "$dir" "$release"
	touch "$dir/lib/modules/$release/modules.order"
fi
echo "$dir"
