#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A Debian whose root file system is on an MC/S session: what its first and its
# second boot have to be like. Only for the disk that userspace/packaging/
# boot-test.sh makes; make check-boot runs both.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (LUN: the root disk)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10

. "$(dirname "$0")/lib/lib.sh"
[ -n "${RIG_BOOT:-}" ] || skip_all "not a system that was booted from the target"
export MCSADM=/usr/sbin/mcsadm
unset LD_LIBRARY_PATH
mkdir -p "$RUN"
FILE=/var/tmp/rig-data

# at the end of a scenario: here it would log out of the root file system
rig_reset() { :; }

root_disk() { findmnt -n -o SOURCE /; }

is_on_mcs()
{
	findmnt /
	equals "$(root_disk)" "$(disk)" "root file system's device"
	test -d /sys/module/iscsi_mcs
	negate test -d /sys/module/iscsi_tcp
	mcsadm status
	mcsadm status | grep -q 'iscsi_mcs .*in charge'
	state_is LOGGED_IN
}

# open-iscsi has taken over what iscsistart logged in
iscsid_has_it()
{
	wait_for 30 systemctl -q is-active iscsid.service
	iscsiadm -m session | grep -q "$IQN"
	systemctl --failed --no-legend | tee "$RUN/failed"
	negate grep -E 'iscsi|mcs' "$RUN/failed"
}

# the first saved connection starts the unit
gets_a_connection()
{
	wait_for 30 link_is_there
	conn_add 2 --persistent
	wait_for 10 conns_up 2
	wait_for 30 systemctl -q is-active iscsi-mcs-restore.service
}

link_is_there()
{
	ip -4 address show link2 | grep -q 'inet 10.0.2.1/'
}

# nobody did anything but boot
has_its_connection()
{
	wait_for 60 conns_up 2
	systemctl -q is-active iscsi-mcs-restore.service
	mcsadm list
}

carries_data()
{
	local before after

	before=$(links_bytes 2)
	fio_verify "$FILE.fio" --size=8m --bsrange=64k-128k
	after=$(links_bytes 2)
	rm "$FILE.fio"
	between "$(link_shares "$before" "$after" | cut -d' ' -f1)" 10 90 \
		"link 1's share"
}

# The link that the system was booted over goes silent; nobody notices but
# mcsadm.
outlives_a_link()	# link
{
	on_target ip link set "link$1" down
	wait_for 20 conns_up 1
	dd if=/dev/urandom of=$FILE bs=64k count=32 conv=fsync status=none
	on_target ip link set "link$1" up
	wait_for 30 conns_up 2
	sha256sum $FILE >$FILE.sum
	sync
}

keeps_data()
{
	sha256sum -c $FILE.sum
}

was_shut_down_clean()
{
	dmesg | grep 'EXT4-fs'
	negate eval "dmesg | grep -E 'EXT4-fs.*(recovery|orphan|error)'"
	# iscsid's logger loses its own semaphore when it is stopped
	negate eval "journalctl -b -1 --no-pager -p err |
		grep -iE 'iscsi|I/O error' | grep -v 'iscsid.*semop up failed'"
}

keeps_quiet()
{
	negate eval 'klog_bad | grep .'
}

klog_mark "boot $RIG_BOOT"
plan 6
subtest "boot $RIG_BOOT: the root file system is on iscsi_mcs" is_on_mcs
if [ "$RIG_BOOT" = 1 ]; then
	subtest "boot 1: gets a second connection" gets_a_connection
	subtest "boot 1: iscsid has taken the session over" iscsid_has_it
	subtest "boot 1: data goes over both" carries_data
	subtest "boot 1: outlives the loss of the link it booted over" \
		outlives_a_link 1
else
	subtest "boot 2: the first was shut down clean" was_shut_down_clean
	subtest "boot 2: has its second connection again" has_its_connection
	subtest "boot 2: iscsid has taken the session over" iscsid_has_it
	subtest "boot 2: has the data of the first" keeps_data
fi
subtest "boot $RIG_BOOT: the kernel has nothing to say" keeps_quiet
