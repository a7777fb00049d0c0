#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Header and data digests in the four combinations.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

negotiated()	# attribute of the connection, expected
{
	equals "$(cat "/sys/class/iscsi_connection/connection$(sid):0/$1")" "$2" "$1"
}

digests()	# header, data: None or CRC32C
{
	local header=0 data=0

	[ "$1" = None ] || header=1
	[ "$2" = None ] || data=1
	login "node.conn[0].iscsi.HeaderDigest=$1" "node.conn[0].iscsi.DataDigest=$2"
	negotiated header_digest $header
	negotiated data_digest $data
	fio_verify "$(disk)" --size=8m
	logout
	rm -rf /etc/iscsi/nodes/*
}

plan 4
must target_create
subtest "no digest" digests None None
subtest "header digest" digests CRC32C None
subtest "data digest" digests None CRC32C
subtest "both digests" digests CRC32C CRC32C
