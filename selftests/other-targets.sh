#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Two other targets: tgt and istgt. Discovery, login, verified I/O, logout.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 tgt, then istgt
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

use()
{
	driver_loaded || driver_load
	bg_running iscsid || iscsid_start
	iscsiadm -m discovery -t sendtargets -p "$(target_ip 1)"
	node_login 1 "$IQN"
	# tgt has its controller at LUN 0, the disk at 1; istgt the disk at 0
	wait_for 30 disk_there "$1"
	fio_verify "$(disk "" "$1")" --size=8m
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/* /etc/iscsi/send_targets/*
}

disk_there()
{
	[ -b "$(disk "" "$1")" ]
}

tgt()
{
	on_target tgt_create
	use 1
	on_target bg_stop tgtd KILL
}

istgt()
{
	on_target istgt_create
	use 0
	on_target bg_stop istgt
}

plan 2
subtest "tgt" tgt
subtest "istgt" istgt
