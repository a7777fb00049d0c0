#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Install the packages in a Debian 12 of their own, let DKMS build the module
# for 6.1 and 6.12, upgrade, then boot that system in the rig, use it there,
# remove and purge the packages (selftests/installed-packages.sh). KTAP.

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/system.sh"
root=	# made by system_open

newer()
{
	find "$root/usr/lib/modules" -maxdepth 1 -name '6.12.*' -printf '%f\n' |
		head -n 1
}

# DKMS has built the module of a version for a kernel, and depmod knows it.
built()		# version, kernel
{
	in_root dkms status -m iscsi_mcs -v "$1" -k "$2" | tee /dev/stderr |
		grep -q ': installed' &&
		in_root modprobe -S "$2" -n -v iscsi_mcs | tee /dev/stderr |
		grep -q '/updates/dkms/iscsi_mcs.ko' &&
		in_root modinfo -k "$2" -F vermagic iscsi_mcs | grep "^$2 "
}

# A program that knows the installed headers only.
compiles()
{
	cp "$top/selftests/add_connection.c" "$root/root/" &&
		in_root sh -c 'cc -Wall -Werror -o /root/add /root/add_connection.c \
			$(pkg-config --cflags --libs libiscsidsc) && ldd /root/add' |
		grep -q libiscsidsc.so.1
}

# Enabled, the initramfs of the next boot has the module and knows about it.
in_initramfs()
{
	in_root mcsadm enable --next-boot &&
		in_root mkinitramfs -o /root/initrd "$release" &&
		in_root lsinitramfs /root/initrd >"$work/initrd" &&
		grep -q '/updates/dkms/iscsi_mcs.ko' "$work/initrd" &&
		grep -q 'etc/modprobe.d/iscsi_mcs.conf' "$work/initrd" &&
		in_root mcsadm disable --next-boot || return 1
	in_root mkinitramfs -o /root/initrd "$release" &&
		in_root lsinitramfs /root/initrd >"$work/initrd" &&
		! grep iscsi_mcs.ko "$work/initrd"
	rm -f "$root/root/initrd"
}

# Enabled, the module in the initramfs is upgraded, too.
upgrades()
{
	local old=$1 new=$2

	in_root mcsadm enable --next-boot || return 1
	in_root sh -c 'dpkg -i /debs/2/*.deb' | tee /dev/stderr |
		grep -q 'Processing triggers for initramfs-tools' || return 1
	in_root mcsadm disable --next-boot || return 1
	# a system with a kernel of its own builds for that one here
	in_root dkms autoinstall -k "$release" || return 1
	built "$new" "$release" || return 1
	[ ! -e "$root/var/lib/dkms/iscsi_mcs/$old" ] &&
		[ "$(in_root mcsadm --version)" != "" ]
}

# Removed, the tools leave the administrator's file; purged, nothing is left.
purges()
{
	in_root mcsadm enable --next-boot || return 1
	echo >"$root/etc/iscsi_mcs.conf"
	echo >"$root/etc/iscsi_mcs.conf.lock"
	mkdir -p "$root"/etc/{iscsi_mcs.ipsec,swanctl/conf.d}
	echo >"$root/etc/iscsi_mcs.ipsec/defaults"
	echo >"$root/etc/swanctl/conf.d/iscsi-mcs-0a000201-0a00020a.conf"
	in_root dpkg -r iscsi-mcs-utils || return 1
	[ ! -e "$root/etc/modprobe.d/iscsi_mcs.conf" ] &&
		[ -e "$root/etc/iscsi_mcs.ipsec/defaults" ] &&
		[ -e "$root/etc/iscsi_mcs.conf" ] || return 1
	in_root dpkg -P iscsi-mcs-utils libiscsidsc-dev libiscsidsc1 \
		iscsi-mcs-dkms || return 1
	! find "$root" -xdev \( -path "$root/root" -o -path "$root/debs" \) \
		-prune -o \( -name '*iscsi[_-]mcs*' -o -name '*mcsadm*' -o \
		-name '*iscsidsc*' \) -print | grep .
}

# The installed system as an image, without what only builds needed.
image()
{
	local tree=${root:?}

	rm -rf "$tree"/debs "$tree"/usr/src/linux-headers-* "$tree"/usr/lib/gcc \
		"$tree"/boot/vm* "$tree"/boot/init* "$tree"/usr/share/{doc,man,locale} "$tree"/var/lib/apt/lists \
		"$tree"/usr/lib/modules/*/{build,source}
	find "$tree"/usr/lib/modules/*/kernel -name '*.ko' -delete
	mke2fs -q -t ext4 -d "$tree" -L rigroot -m 0 -O ^has_journal \
		-E lazy_itable_init=1 "$1" \
		"$(($(du -sm "$tree" | cut -f1) * 5 / 4 + 64))M"
}

# In a mount namespace of its own: the tree under an overlay, tests, image.
inside()
{
	local old new

	old=$(dpkg-deb -f "$work"/1/iscsi-mcs-dkms_*.deb Version)
	new=$(dpkg-deb -f "$work"/2/iscsi-mcs-dkms_*.deb Version)
	system_open || exit 1
	mkdir -p "$root/debs"
	cp -r "$work/1" "$work/2" "$root/debs/"
	# an initramfs takes minutes in the VM; here it is made where it is looked at
	echo MODULES=list >"$root/etc/initramfs-tools/conf.d/test"
	echo update_initramfs=no >"$root/etc/initramfs-tools/update-initramfs.conf"

	installs >"$work/log" 2>&1
	result $? "packages install"
	built "$old" "$release" >"$work/log" 2>&1
	result $? "DKMS builds for $release"
	built "$old" "$(newer)" >"$work/log" 2>&1
	result $? "DKMS builds for $(newer)"
	compiles >"$work/log" 2>&1
	result $? "a program is built with libiscsidsc-dev"
	in_initramfs >"$work/log" 2>&1
	result $? "the initramfs has the module when it is enabled"
	upgrades "$old" "$new" >"$work/log" 2>&1
	result $? "packages are upgraded"
	umount "$root/proc"
	image "$work/root.img" >"$work/log" 2>&1
	result $? "the system becomes an image"
	mount -t proc proc "$root/proc"
	purges >"$work/log" 2>&1
	result $? "packages are removed and purged"
	umount "$root/proc"
	[ $failures = 0 ]
}

system_made "$@"
work=$(mktemp -d "$RIG_CACHE/install.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
rig_say "building the packages, twice"
"$here/deb.sh" "$work/1" >/dev/null || exit 1
"$here/deb.sh" "$work/2" "$(sed -nE '1s/.*\((.*)\).*/\1/p' \
	"$here/debian/changelog").1" >/dev/null || exit 1
export -f inside result in_root system_open installs newer built compiles in_initramfs \
	upgrades image purges
export work base release top n failures
unshare --mount bash -c inside || exit 1
"$top/selftests/run.sh" --image "$work/root.img" --memory 3072 \
	installed-packages
