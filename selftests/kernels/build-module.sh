#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Build iscsi_mcs.ko for another kernel and print its path.
#
#	build-module.sh KERNEL|DIR [gcc|clang] [MAKE ARGUMENT...]
#
# KERNEL is one that fetch.sh knows; DIR a result of fetch.sh or build-debug.sh.
# The sources are copied first, so the working tree stays clean.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -ge 1 ] || die "usage: build-module.sh KERNEL|DIR [gcc|clang] [ARG...]"
target=$1
compiler=${2:-gcc}
shift $(($# > 1 ? 2 : 1))

case $compiler in
gcc) llvm=() ;;
clang) llvm=(LLVM=1 "CC=$kernels_dir/clang-as-gcc.sh") ;;
*) die "unknown compiler '$compiler': gcc or clang" ;;
esac

if [ -d "$target" ]; then
	dir=$(cd "$target" && pwd)
else
	dir=$("$kernels_dir/fetch.sh" "$target")
fi
release=$(cat "$dir/release")

# copy_sources TO - only what the build reads; afresh, as times cannot be
# trusted when somebody edits meanwhile
copy_sources()
{
	rm -rf "$1"
	mkdir -p "$1"
	tar -C "$top_dir" --exclude='*.o' --exclude='*.ko' --exclude='*.cmd' \
		--exclude='*.mod*' --exclude=.probed -cf - \
		Kbuild drivers include | tar -C "$1" -xf -
}

# in_root ROOT COMMAND... - run in the kernel's own Debian, with /proc
in_root()
{
	local root=$1

	shift
	# shellcheck disable=SC2016 # expanded by the inner shell
	as_root unshare --mount sh -c 'mount -t proc proc "$0/proc" &&
		root=$0 && exec chroot "$root" "$@"' "$root" "$@"
}

build_in_root()
{
	local work=$dir/root/build/$compiler

	if [ "$compiler" = clang ] && [ ! -x "$dir/root/usr/bin/clang" ]; then
		say "installing clang for $release"
		in_root "$dir/root" sh -c 'apt-get -q update && apt-get -q -y \
			install clang lld llvm' >&2
	fi
	copy_sources "$work"
	# Debian's headers name their gcc; only CC overrides it.
	if [ "$compiler" = clang ]; then
		cp "$kernels_dir/clang-as-gcc.sh" "$work/"
		llvm=(LLVM=1 CC=/build/clang/clang-as-gcc.sh)
	fi
	in_root "$dir/root" make -C "/usr/src/linux-headers-$release" \
		M="/build/$compiler" "${llvm[@]}" "$@" modules >&2
	find "$work" -name iscsi_mcs.ko
}

build_here()
{
	local work=$dir/module/$compiler

	copy_sources "$work"
	make -C "$dir/build" M="$work" "${llvm[@]}" "$@" modules >&2
	find "$work" -name iscsi_mcs.ko
}

if [ -d "$dir/root" ]; then
	build_in_root "$@"
else
	build_here "$@"
fi
