#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Get one of Debian's kernels as shipped, with a toolchain that builds modules
# for it, and print where it is. Nothing is installed on this machine but
# mmdebstrap.
#
#	fetch.sh 6.1|6.12|7.2
#
# Status 3: Debian's archive does not have it, or not any more.
#
# The result is cached:
#	vmlinuz  config  lib/modules/<release>/  release
#	root/		Debian of the kernel's own release: gcc, make, headers
#	complete	present when all of the above is

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# suite_of KERNEL - the Debian suite that has it
suite_of()
{
	case $1 in
	6.1 | 6.12) echo bookworm ;;
	7.2) echo unstable ;;
	*) return 1 ;;
	esac
}

# remove_root ROOT - what is left of one; mmdebstrap that was killed has /proc, /sys
# and parts of /dev mounted there, which are the machine's own
remove_root()
{
	local mounted

	while read -r mounted; do
		as_root umount "$mounted"
	done < <(awk -v root="$1/" 'index($2, root) == 1 { print $2 }' /proc/mounts | tac)
	as_root rm -rf --one-file-system "$1"
}

# make_root KERNEL SUITE ROOT - minimal Debian with compiler, headers and image
make_root()
{
	local log=$3.log

	say "making a $2 tree with the toolchain for $1, log in $log"
	remove_root "$3"
	# A mirror of unstable may be past the date its index gives.
	as_root mmdebstrap --quiet --variant=apt \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='APT::Install-Recommends "false"' \
		--include=gcc,make,kmod \
		--customize-hook="$kernels_dir/fetch-hook.sh \"\$1\" $1" \
		"$2" "$3" >"$log" 2>&1 && return
	say "no kernel $1 from $2: $(grep -m1 -E '^(E:|no )' "$log")"
	! grep -q '^no package ' "$log" || exit 3
	exit 1
}

# unpack_image RESULT - vmlinuz and modules out of the downloaded packages
unpack_image()
{
	local deb release

	for deb in "$1"/root/kernel/*.deb; do
		dpkg-deb -x "$deb" "$1/image"
	done
	release=$(cat "$1/root/kernel/release")
	# Newer packages keep the image below lib/modules or with usr merged.
	cp "$(find "$1/image" -name "vmlinuz-$release" -o -path \
		"*/modules/$release/vmlinuz" | head -n1)" "$1/vmlinuz"
	cp "$1/root/usr/src/linux-headers-$release/.config" "$1/config"
	mkdir -p "$1/lib/modules"
	mv "$(find "$1/image" -type d -path "*lib/modules/$release")" \
		"$1/lib/modules/"
	# Newest split: the lists come with the headers' base package.
	cp -n "$1/root/usr/lib/modules/$release"/modules.* \
		"$1/lib/modules/$release/" 2>/dev/null || :
	depmod -b "$1" "$release"
	echo "$release" >"$1/release"
	rm -rf "$1/image"
}

kernel=${1:-}
suite=$(suite_of "$kernel") || die "usage: fetch.sh 6.1|6.12|7.2"
result=$cache_dir/debian-$kernel

if [ ! -f "$result/complete" ]; then
	need_packages mmdebstrap kmod
	lock "debian-$kernel"
	rm -rf "${result:?}"/{vmlinuz,config,lib,image,release}
	mkdir -p "$result"
	make_root "$kernel" "$suite" "$result/root"
	unpack_image "$result"
	touch "$result/complete"
	say "got $(cat "$result/release") in $SECONDS s"
fi
echo "$result"
