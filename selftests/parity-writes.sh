#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The ways data can go out: immediate, unsolicited, solicited; small bursts
# and segments; several R2Ts for one command.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"

negotiated()	# attribute, expected
{
	equals "$(cat "/sys/class/iscsi_session/session$(sid)/$1")" "$2" "$1"
}

# LIO says Yes to InitialR2T unless told No
modes()		# ImmediateData, InitialR2T
{
	local immediate=0 r2t=0

	[ "$1" = No ] || immediate=1
	[ "$2" = No ] || r2t=1
	target_set param/ImmediateData "$1"
	target_set param/InitialR2T "$2"
	login "node.session.iscsi.ImmediateData=$1" "node.session.iscsi.InitialR2T=$2"
	negotiated immediate_data $immediate
	negotiated initial_r2t $r2t
	fio_verify "$(disk)" --size=8m --bs=512-256k --bsrange=512-256k
	logout
	rm -rf /etc/iscsi/nodes/*
}

small_bursts()
{
	target_set param/InitialR2T No
	target_set param/ImmediateData Yes
	login node.session.iscsi.InitialR2T=No node.session.iscsi.ImmediateData=Yes \
		node.session.iscsi.FirstBurstLength=4096 \
		node.session.iscsi.MaxBurstLength=8192 \
		"node.conn[0].iscsi.MaxRecvDataSegmentLength=4096" \
		"node.conn[0].iscsi.MaxXmitDataSegmentLength=2048"
	negotiated first_burst_len 4096
	negotiated max_burst_len 8192
	fio_verify "$(disk)" --size=4m --bs=512-128k --bsrange=512-128k
	logout
	rm -rf /etc/iscsi/nodes/*
}

many_r2t()
{
	target_set param/InitialR2T Yes
	target_set param/ImmediateData No
	target_set param/MaxOutstandingR2T 4
	login node.session.iscsi.InitialR2T=Yes node.session.iscsi.ImmediateData=No \
		node.session.iscsi.MaxOutstandingR2T=4 \
		node.session.iscsi.MaxBurstLength=16384
	negotiated max_outstanding_r2t 4
	fio_verify "$(disk)" --size=8m --bs=64k-256k --bsrange=64k-256k
	logout
	rm -rf /etc/iscsi/nodes/*
}

plan 6
must target_create
for immediate in Yes No; do
	for r2t in Yes No; do
		subtest "ImmediateData=$immediate InitialR2T=$r2t" modes $immediate $r2t
	done
done
subtest "small bursts and segments" small_bursts
subtest "four outstanding R2Ts" many_r2t
