#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A file system moves from dm-multipath over two sessions to one session with
# two connections and back, without a reboot; and dm-multipath runs over two
# sessions that have two connections each. Maps are made as multipathd makes
# them, by dmsetup, as there is no udev here.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# vm: --smp 1
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"
need_mcs
mnt=$RUN/mnt

# Log in over both links, a session each.
two_sessions()
{
	local n

	for n in 1 2; do
		node_new "$n" "$IQN"
		node_login "$n" "$IQN"
	done
	wait_for 30 two_disks
}

two_disks()
{
	[ "$(for n in $(sids); do disk "$n"; done | wc -l)" = 2 ]
}

map_create()
{
	local disks

	mapfile -t disks < <(for n in $(sids); do disk "$n"; done)
	modprobe dm-round-robin
	dmsetup create --noudevsync mpatha --table "0 \
		$(blockdev --getsz "${disks[0]}") multipath 0 0 1 1 \
		round-robin 0 2 1 ${disks[0]} 1 ${disks[1]} 1"
	dmsetup mknodes mpatha
}

# What is on the disk, and a bit more of it each time
use()		# device
{
	mkdir -p "$mnt"
	mount "$1" "$mnt"
	[ ! -e "$mnt/sums" ] || (cd "$mnt" && sha256sum --quiet -c sums)
	dd if=/dev/urandom of="$mnt/file-$SECONDS" bs=64k count=32 \
		conv=fsync status=none
	(cd "$mnt" && sha256sum file-* >sums)
	umount "$mnt"
}

logs_all_out()
{
	iscsiadm -m session -u
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/*
}

starts_on_multipath()
{
	modprobe iscsi_tcp
	iscsid_start
	two_sessions
	map_create
	mkfs.ext4 -q -F /dev/mapper/mpatha
	use /dev/mapper/mpatha
	dmsetup remove --noudevsync mpatha
	logs_all_out
}

goes_on_with_mcs()
{
	mcsadm enable
	node_new 1 "$IQN"
	node_login 1 "$IQN"
	wait_for 30 session_ready
	mcsadm auto --add
	wait_for 10 conns_up 2
	use "$(disk)"
	logs_all_out
}

goes_back()
{
	mcsadm disable
	[ -d /sys/module/iscsi_tcp ]
	two_sessions
	map_create
	use /dev/mapper/mpatha
	dmsetup remove --noudevsync mpatha
	logs_all_out
	rmmod iscsi_tcp
}

# Of each session the second connection over the link it was not logged in by
both_together()
{
	local n

	driver_load
	iscsid_stop
	iscsid_start
	two_sessions
	for n in $(sids); do
		mcsadm auto --session "$n" --add
	done
	mcsadm list
	equals "$(mcsadm list --json |
		jq '[.sessions[].connections[] | select(.state == "up")] | length')" \
		4 "connections"
	map_create
	use /dev/mapper/mpatha
	fio_verify /dev/mapper/mpatha --size=4m
	dmsetup remove --noudevsync mpatha
	logs_all_out
}

# what the kernel says of dm over a RAM disk of LIO, which cannot write zeroes
klog_allow 'WRITE_SAME sectors: [0-9]+ exceeds max_write_same_len' \
	'critical target error, dev dm-0, .*WRITE_ZEROES' \
	'device-mapper: core: CONFIG_IMA_DISABLE_HTABLE'
plan 4
must target_create
must modprobe sd_mod
must modprobe ext4
must modprobe dm-multipath
must driver_install
subtest "a file system on dm-multipath over two sessions" starts_on_multipath
subtest "goes on over one session with two connections" goes_on_with_mcs
subtest "and back to dm-multipath" goes_back
subtest "dm-multipath over two sessions with two connections each" both_together
driver_uninstall
