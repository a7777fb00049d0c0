#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# On a system with the Debian packages installed: switch the driver, log in, add
# a connection, then remove and purge the packages. Only for the image that
# userspace/packaging/install-test.sh makes; make check-packages runs both.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# own-vm: yes
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"
packages="iscsi-mcs-utils libiscsidsc-dev libiscsidsc1 iscsi-mcs-dkms"
modules=/usr/lib/modules

# The rig's modules, and what DKMS built on the image below them.
see_modules()
{
	local over=$RUN/modules

	mkdir -p "$over"/{upper,work,image}
	mount -o ro /dev/vda "$over/image" &&
		mount -t overlay -o "lowerdir=$over/image$modules:$modules,upperdir=$over/upper,workdir=$over/work" \
			overlay $modules
}

are_installed()
{
	local name

	# shellcheck disable=SC2086 # a list
	for name in $packages; do
		dpkg -s "$name" | grep -q '^Status: install ok installed'
	done
	[[ "$(modinfo -F filename iscsi_mcs)" == */updates/dkms/iscsi_mcs.ko* ]]
	test -x /etc/init.d/open-iscsi
	test -s /usr/share/bash-completion/completions/mcsadm
	ldd /usr/sbin/mcsadm >"$RUN/libraries"
	negate grep 'not found' "$RUN/libraries"
}

switches()
{
	modprobe iscsi_tcp
	mcsadm enable
	test -d /sys/module/iscsi_mcs
	mcsadm status
	mcsadm status | grep -q 'at boot    iscsi_mcs'
}

gets_a_connection()
{
	iscsid_start
	node_new 1 "$IQN"
	node_login 1 "$IQN"
	wait_for 30 session_ready
	conn_add 2 --persistent
	wait_for 10 conns_up 2
	fio_verify "$(disk)" --size=4m
	mcsadm list
	mcsadm saved | grep -q 10.0.2.10
}

# A program built with libiscsidsc-dev on that system
runs_programs()
{
	conn_remove 1
	/root/add 10.0.2.10
	wait_for 10 conns_up 2
	iscsicli SessionList | grep -q "$IQN"
}

# Sessions keep what they have; the next boot is a stock one.
is_removed()
{
	dpkg -r iscsi-mcs-utils
	negate test -e /etc/modprobe.d/iscsi_mcs.conf
	test -s /etc/iscsi_mcs.conf
	equals "$(session_state)" LOGGED_IN "session"
	fio_verify "$(disk)" --size=1m
	logout
	wait_for 20 no_sessions
	rmmod iscsi_mcs
}

is_purged()
{
	local left

	# shellcheck disable=SC2086 # a list
	dpkg -P $packages
	left=$(find / -xdev \( -path /src -o -path /proc -o -path /sys -o \
		-path "$RUN" -o -path /results -o -path /root \) -prune -o \
		\( -name '*iscsi[_-]mcs*' -o -name '*mcsadm*' -o \
		-name '*iscsidsc*' \) -print)
	equals "$left" "" "files left behind"
	equals "$(dpkg-query -W -f '${Package} ' '*iscsi-mcs*' '*iscsidsc*' \
		2>/dev/null || true)" "" "packages"
	negate modinfo iscsi_mcs
}

stock_again()
{
	modprobe iscsi_tcp
	node_login 1 "$IQN"
	wait_for 30 session_ready
	fio_verify "$(disk)" --size=1m
	logout
	wait_for 20 no_sessions
	rmmod iscsi_tcp
}

[ -e /usr/sbin/mcsadm ] || skip_all "not the image with the packages"
export MCSADM=/usr/sbin/mcsadm
unset LD_LIBRARY_PATH
# said once, when udev loads it
klog_allow 'device-mapper: core: CONFIG_IMA_DISABLE_HTABLE'
plan 7
must see_modules
must modprobe sd_mod
must target_create links="1 2"
subtest "packages are installed, the module too" are_installed
subtest "mcsadm enable puts the module in charge" switches
subtest "a session gets a second connection" gets_a_connection
subtest "programs of the library run" runs_programs
subtest "removing the tools leaves sessions alone" is_removed
subtest "purging leaves nothing behind" is_purged
subtest "open-iscsi works as before" stock_again
umount $modules
