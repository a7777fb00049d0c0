#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A target breaks every rule once, under verified I/O on two connections: the
# connection it did that on is failed, or nothing happens where nothing has to.
# The other connection, the session and the data are never touched.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 600

. "$(dirname "$0")/lib/lib.sh"

rules_of()	# regex of names, verdicts
{
	peer rules | awk -v names="$1" -v verdicts="$2" \
		'$1 ~ names && index(verdicts, $2) { print $1 }'
}

each_rule()	# regex of names
{
	local rule bad=0

	for rule in $(rules_of "$1" FI); do
		peer try "$rule" || bad=$((bad + 1))
		[ $bad -lt 4 ] || break
	done
	equals $bad 0 "rules that went wrong"
	equals "$(session_field recoveries)" 0 "session recoveries"
}

# One command at a time, so that it gets what was meant for it.
errors()
{
	local rule dev

	dev=$(disk)
	for rule in $(rules_of . E); do
		peer break "$rule"
		expect_failure dd if=/dev/urandom of="$dev" bs=4k count=1 \
			seek=4000 oflag=direct
		wait_for 5 peer_counter_is armed 0
		dd if=/dev/urandom of="$dev" bs=4k count=1 seek=4000 oflag=direct
	done
	conns_up 2
	equals "$(session_field recoveries)" 0 "session recoveries"
}

# Every PDU arrives in single bytes.
single_bytes()
{
	peer drip 1
	fio_verify "$(disk)" --size=48k --bsrange=4k-12k
	peer drip 0
	conns_up 2
}

data_is_right()
{
	io_end
	peer_has_no_complaint
}

need_mcs
klog_allow 'I/O error, dev' 'iscsi_mcs' 'sd [0-9:]+ ' 'connection[0-9]+:' \
	'target rejected a PDU' 'mcs_rsp_reject: .* suppressed' \
	'blk_update_request' 'critical target error'
plan 8
must peer_start --digests
must login "node.conn[0].iscsi.HeaderDigest=CRC32C" \
	"node.conn[0].iscsi.DataDigest=CRC32C"
must conn_add 2
must io_begin "$(disk)" --size=16m
subtest "StatSN, responses" each_rule '^(statsn|response)'
subtest "Data-In" each_rule '^data-in'
subtest "R2T" each_rule '^r2t'
subtest "answers to nothing, opcodes, lengths, digests" \
	each_rule '^(opcode|login|text|logout|tmf|nop|length|ahs|header|data-d)'
subtest "pings, Async Messages, Rejects, closes" \
	each_rule '^(ping|async|reject|close|reset|cut)'
subtest "the data is right" data_is_right
subtest "sense data and residuals that lie" errors
finish()
{
	single_bytes
	logout
	wait_for 20 no_sessions
}
subtest "all of it in single bytes, logout" finish
