#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Added connections work with every way data can be checked and carried.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (two LUNs)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

again()		# values for the node record...
{
	fresh
	login "$@"
	conn_add 2
	wait_for 10 conns_up 2
	fio_verify "$(disk)" --size=12m
	equals "$(session_field recoveries)" 0 "recoveries"
	[ "$(link_bytes 2)" -gt 1000000 ]
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/*
}

with_target()	# file=value of the portal group..., "--", node values
{
	while [ "$1" != -- ]; do
		target_set "${1%%=*}" "${1#*=}"
		shift
	done
	shift
	again "$@"
}

# What an earlier subtest that failed may have left.
fresh()
{
	no_sessions || logout
	rm -rf /etc/iscsi/nodes/*
}

# a window of one command for the whole session
narrow_window()
{
	target_delete
	target_create links="1 2" attrib.default_cmdsn_depth=1
	again
	target_delete
	target_create links="1 2" attrib.default_cmdsn_depth=2
	again
}

# A data digest needs pages that do not change under way, which the session's
# disks were told about, or not, when they were found.
own_digests()
{
	fresh
	login
	expect_failure conn_add 2 --data-digest crc32c 2>"$RUN/add.out"
	grep -q 'data digest' "$RUN/add.out"
	conn_add 2 --header-digest crc32c
	equals "$(conn_field 0 header_digest)" none "lead's HeaderDigest"
	equals "$(conn_field "$(cid_of_link 2)" header_digest)" crc32c HeaderDigest
	fio_verify "$(disk)" --size=8m
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/*
}

two_luns()
{
	fresh
	login
	conn_add 2
	io_begin "$(disk "" 0)"
	fio_verify "$(disk "" 1)" --size=8m
	io_end
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/*
}

need_mcs
plan 6
must target_create links="1 2" luns=2
subtest "both digests on both connections" again \
	"node.conn[0].iscsi.HeaderDigest=CRC32C" "node.conn[0].iscsi.DataDigest=CRC32C"
subtest "digests on the added connection only" own_digests
subtest "unsolicited data" with_target param/InitialR2T=No -- \
	node.session.iscsi.InitialR2T=No
subtest "solicited data only" with_target param/InitialR2T=Yes \
	param/ImmediateData=No -- node.session.iscsi.InitialR2T=Yes \
	node.session.iscsi.ImmediateData=No
subtest "two LUNs" two_luns
subtest "window of one command, then two" narrow_window
