#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Make a bootable set (vmlinuz, initrd.gz, modules.img, release) from a kernel,
# or find it in the cache. Prints the set's directory.
#
# Usage: kernel.sh [DIR]
# DIR holds vmlinuz (or boot/vmlinuz-*) and lib/modules/<release>. Without
# DIR: Debian's stock kernel whose headers the module is built against.

set -eu -o pipefail
. "$(dirname "$0")/env.sh"

boot_modules="virtio_pci virtio_blk virtio_net virtio_console virtio_rng
	crc32c_generic crc32c_intel ext4 overlay 9pnet_virtio 9p"
# hardware the guest does not have
unwanted="sound drivers/gpu drivers/media drivers/infiniband drivers/staging
	drivers/iio drivers/hid drivers/usb drivers/input drivers/hwmon
	drivers/net/ethernet drivers/net/wireless drivers/bluetooth
	drivers/mtd drivers/nfc drivers/edac drivers/isdn drivers/comedi
	drivers/ata drivers/video drivers/leds drivers/mfd net/bluetooth
	net/mac80211 net/wireless fs/btrfs fs/ocfs2 fs/ceph fs/smb"

# The newest installed Debian headers of the stock series.
stock_release()
{
	local dir

	dir=$(printf '%s\n' /usr/src/linux-headers-6.1.*-amd64 | sort -V | tail -n 1)
	[ -d "$dir" ] ||
		rig_die "no kernel headers in /usr/src; apt-get install linux-headers-amd64"
	echo "${dir#/usr/src/linux-headers-}"
}

# Unpack the kernel package of release $1 below the cache.
stock_kernel()
{
	local release=$1 dir=$RIG_CACHE/stock-$1

	if [ ! -e "$dir/boot/vmlinuz-$release" ]; then
		rm -rf "$dir" "$dir.new"
		mkdir -p "$dir.new"
		rig_say "fetching Debian's kernel $release"
		(cd "$dir.new" && apt-get -q -o Acquire::Retries=3 download \
			"linux-image-$release" >apt.log 2>&1 </dev/null) || {
			cat "$dir.new/apt.log" >&2
			rig_die "cannot download linux-image-$release; if the mirror" \
				"has a newer one, apt-get upgrade the headers"
		}
		dpkg-deb -x "$dir.new"/linux-image-*.deb "$dir.new"
		depmod -b "$dir.new" "$release"
		rm "$dir.new"/linux-image-*.deb
		mv "$dir.new" "$dir"
	fi
	echo "$dir"
}

find_vmlinuz()
{
	local file

	for file in "$1/vmlinuz" "$1"/boot/vmlinuz-*; do
		[ ! -e "$file" ] || { echo "$file"; return; }
	done
	rig_die "$1 holds neither vmlinuz nor boot/vmlinuz-*"
}

unpack_module()
{
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

build_initrd()
{
	local tree=$1 release=$2 out=$3 root=$3/initrd mod file n=0

	mkdir -p "$root"/{bin,dev,proc,sys,lower,upper,root,modules}
	! ldd /bin/busybox >/dev/null 2>&1 ||
		rig_die "/bin/busybox is not static; apt-get install busybox-static"
	cp /bin/busybox "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	cp "$RIG_DIR/initrd-init" "$root/init"
	for mod in $boot_modules; do
		# builtin modules print "builtin", absent ones fail: both fine
		modprobe -d "$tree" -S "$release" --show-depends "$mod" 2>/dev/null || true
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$out/load"
	while read -r file; do
		n=$((n + 1))
		unpack_module "$file" >"$root/modules/$(printf %02d $n).ko"
	done <"$out/load"
	(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) |
		gzip -1 >"$out/initrd.gz"
	rm -rf "$root" "$out/load"
}

build_modules()
{
	local tree=$1 release=$2 out=$3 copy=$3/modules dir

	mkdir -p "$copy/lib/modules"
	cp -a "$tree/lib/modules/$release" "$copy/lib/modules/"
	for dir in $unwanted; do
		rm -rf "$copy/lib/modules/$release/kernel/$dir"
	done
	rm -f "$copy/lib/modules/$release"/{build,source}
	depmod -b "$copy" "$release"
	mke2fs -q -t ext4 -O ^has_journal -m 0 -L modules -d "$copy/lib/modules" \
		"$out/modules.img" "$(($(du -sm "$copy" | cut -f1) * 5 / 4 + 16))M" >/dev/null
	rm -rf "$copy"
}

mkdir -p "$RIG_CACHE"
exec 9>"$RIG_CACHE/lock"
flock 9

if [ $# -gt 0 ] && [ -n "$1" ]; then
	tree=$(cd "$1" && pwd)
else
	tree=$(stock_kernel "$(stock_release)")
fi
vmlinuz=$(find_vmlinuz "$tree")
releases=("$tree"/lib/modules/*)
[ ${#releases[@]} = 1 ] && [ -d "${releases[0]}" ] ||
	rig_die "$tree/lib/modules must hold exactly one kernel release"
release=${releases[0]##*/}

key=$({ sha256sum <"$vmlinuz"; stat -c %Y "${releases[0]}/modules.order"
	cat "$RIG_DIR/kernel.sh" "$RIG_DIR/initrd-init"; } |
	sha256sum | cut -c1-12)
dir=$RIG_CACHE/kernel-$release-$key
if [ ! -d "$dir" ]; then
	rm -rf "$dir.new"
	mkdir "$dir.new"
	rig_say "preparing kernel $release"
	cp "$vmlinuz" "$dir.new/vmlinuz"
	build_initrd "$tree" "$release" "$dir.new"
	build_modules "$tree" "$release" "$dir.new"
	echo "$release" >"$dir.new/release"
	mv "$dir.new" "$dir"
fi
echo "$dir"
