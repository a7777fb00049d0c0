#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Install the packages in a Debian 12 of their own, put that system on a
# target's disk and boot it from there, twice, with its own initramfs, open-iscsi
# and systemd (selftests/root-on-mcs.sh). KTAP.

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/system.sh"
root=	# made by system_open

# What an administrator sets for a root file system on iSCSI, and names for the
# links by their addresses.
configure()
{
	local etc=$root/etc n

	printf '%s\n' "ISCSI_INITIATOR=iqn.2024-01.example:initiator" \
		"ISCSI_TARGET_NAME=iqn.2024-01.example:disk" \
		"ISCSI_TARGET_IP=10.0.1.10" "ISCSI_TARGET_PORT=3260" \
		"ISCSI_TARGET_GROUP=1" >"$etc/iscsi/iscsi.initramfs"
	echo "InitiatorName=iqn.2024-01.example:initiator" \
		>"$etc/iscsi/initiatorname.iscsi"
	echo "LABEL=rigroot / ext4 errors=remount-ro 0 1" >"$etc/fstab"
	for n in 0 1 2; do
		printf '[Match]\nMACAddress=52:54:00:00:01:0%d\n[Link]\nName=%s\n' \
			$n "$([ $n = 0 ] && echo ctl || echo link$n)" \
			>"$etc/systemd/network/10-rig-$n.link"
	done
	# the initramfs has brought up link1, and it must stay as it is
	printf '[Match]\nName=link1\n[Link]\nUnmanaged=yes\n' \
		>"$etc/systemd/network/10-link1.network"
	for n in 0 2; do
		printf '[Match]\nName=%s\n[Network]\nAddress=10.0.%d.1/24\n' \
			"$([ $n = 0 ] && echo ctl || echo link$n)" $n \
			>"$etc/systemd/network/20-rig-$n.network"
	done
	in_root systemctl enable systemd-networkd.service
	# of the rig's packages, not of this system
	in_root systemctl mask tgt.service istgt.service multipathd.service \
		multipathd.socket strongswan-starter.service \
		e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer
	# MODULES=most would make an initramfs that takes minutes in the VM
	echo MODULES=list >"$etc/initramfs-tools/conf.d/test"
	printf '%s\n' virtio_pci virtio_net virtio_rng sd_mod ext4 crc32c \
		>>"$etc/initramfs-tools/modules"
	printf '[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=%s\n' \
		/usr/local/sbin/rig >"$etc/systemd/system/rig.service"
	mkdir -p "$etc/systemd/system/graphical.target.wants"
	in_root ln -s ../rig.service \
		/etc/systemd/system/graphical.target.wants/rig.service
	printf '#!/bin/sh\n%s\n%s\n%s\n' \
		'mount -t 9p -o trans=virtio,version=9p2000.L results /results' \
		'mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=262144 src /src' \
		'exec /src/selftests/qemu/booted >>/results/booted.log 2>&1' \
		>"$root/usr/local/sbin/rig"
	chmod 755 "$root/usr/local/sbin/rig"
}

# The next boot's driver; this makes the initramfs, too.
enables()
{
	in_root mcsadm enable --next-boot | tee /dev/stderr |
		grep -q 'initramfs: refreshed' || return 1
	in_root lsinitramfs "/boot/initrd.img-$release" >"$work/initrd.list" &&
		grep -q '/updates/dkms/iscsi_mcs.ko' "$work/initrd.list" &&
		grep -q 'init-premount/iscsi_mcs' "$work/initrd.list" &&
		grep -q 'sbin/iscsistart' "$work/initrd.list"
}

# Disk, kernel and initramfs for vm --disk
image()
{
	local tree=${root:?}

	cp "$root/boot/vmlinuz-$release" "$work/vmlinuz" &&
		cp "$root/boot/initrd.img-$release" "$work/initrd" || return 1
	rm -rf "$tree"/debs "$tree"/usr/src/linux-headers-* "$tree"/usr/lib/gcc \
		"$tree"/usr/share/{doc,man,locale} "$tree"/var/lib/apt/lists \
		"$tree"/usr/lib/modules/*/{build,source} \
		"$tree"/usr/lib/modules/*/kernel/{sound,net/wireless,drivers/{gpu,media,infiniband,staging,iio,net/wireless}}
	in_root depmod "$release"
	umount "$root/proc"
	mke2fs -q -t ext4 -d "$tree" -L rigroot -m 0 \
		-E lazy_itable_init=1 "$work/root.img" \
		"$(($(du -sm "$tree" | cut -f1) * 5 / 4 + 128))M"
}

# One kernel is enough here.
only_one_kernel()
{
	local dir

	for dir in "$root"/usr/lib/modules/*; do
		[ "${dir##*/}" != "$release" ] || continue
		rm -rf "$dir" "${root:?}"/usr/src/linux-headers-"${dir##*/}" \
			"$root"/boot/*-"${dir##*/}" \
			"$root/var/lib/initramfs-tools/${dir##*/}"
	done
}

inside()
{
	system_open || exit 1
	mkdir -p "$root/debs"
	cp -r "$work/1" "$root/debs/"
	only_one_kernel
	echo update_initramfs=no >"$root/etc/initramfs-tools/update-initramfs.conf"
	installs >"$work/log" 2>&1
	result $? "packages install"
	rm "$root/etc/initramfs-tools/update-initramfs.conf"
	configure >"$work/log" 2>&1
	result $? "root on iSCSI is configured"
	enables >"$work/log" 2>&1
	result $? "mcsadm enable refreshes the initramfs"
	image >"$work/log" 2>&1
	result $? "the system goes to the target's disk"
	[ $failures = 0 ]
}

# What the boots left on the disk, and said on the console.
left_clean()
{
	dumpe2fs -h "$work/root.img" 2>/dev/null >"$work/super" || return 1
	grep 'Filesystem state: *clean$' "$work/super" &&
		! grep 'needs_recovery' "$work/super" &&
		e2fsck -fn "$work/root.img"
}

quiet_console()
{
	[ -s "$results/console-initiator.log" ] &&
		! tr -d '\r' <"$results/console-initiator.log" | grep -E \
		'I/O error|Failed unmounting|Failed to unmount|blocked for more|Call Trace|BUG:|recovery complete|orphan|Kernel panic'
}

system_made "$@"
work=$(mktemp -d "$RIG_CACHE/boot.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
rig_say "building the packages"
"$here/deb.sh" "$work/1" >/dev/null || exit 1
export -f inside result in_root system_open installs configure enables image \
	only_one_kernel
export work base release n failures
unshare --mount bash -c inside || exit 1
results=$(mktemp -d /tmp/rig.XXXXXX)
n=4
"$RIG_DIR/vm" --disk "$work" --links 2 --results "$results" --timeout 600 \
	--env RIG_TARGET_SETUP="lio_create backing=disk" | tee "$work/ktap"
failures=$(grep -c '^ *not ok' "$work/ktap")
n=$((n + $(grep -cE '^    (not )?ok ' "$work/ktap")))
grep -q complete "$results/status"
result $? "both boots run to their end"
left_clean >"$work/log" 2>&1
result $? "the root file system was left clean"
quiet_console >"$work/log" 2>&1
result $? "nothing bad on the console"
echo "# results in $results"
echo "$((n - failures)) passed, $failures failed"
[ "$failures" = 0 ]
