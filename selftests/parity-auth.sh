#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Who may log in: no authentication, CHAP, mutual CHAP, all done by iscsid on
# the leading connection.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

secret=twelve-chars-of-it
secret_in=other-twelve-chars
chap=(node.session.auth.authmethod=CHAP node.session.auth.username=alice)
mutual=(node.session.auth.username_in=bob)

# fresh target and node record; one login, little I/O, logout
round()		# words for the target, "--", values for the node
{
	local words=()
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift

	target_create "${words[@]}"
	login "$@"
	fio_verify "$(disk)" --size=2m
	logout
}

refused()	# words for the target, "--", values for the node
{
	expect_failure round "$@"
	equals "$(sids)" "" "sessions"
}

fresh()		# subtest's function, arguments...
{
	rm -rf /etc/iscsi/nodes/*
	target_delete
	"$@"
}

klog_allow 'Security negotiation failed' 'iSCSI Login negotiation failed'
plan 5
subtest "no authentication" fresh round --
subtest "CHAP" fresh round chap="alice:$secret" -- \
	"${chap[@]}" node.session.auth.password=$secret
subtest "mutual CHAP" fresh round chap="alice:$secret" mutual="bob:$secret_in" -- \
	"${chap[@]}" node.session.auth.password=$secret \
	"${mutual[@]}" node.session.auth.password_in=$secret_in
subtest "wrong secret is refused" fresh refused chap="alice:$secret" -- \
	"${chap[@]}" node.session.auth.password=wrong-twelve-chars
subtest "target with a wrong secret is refused" fresh refused \
	chap="alice:$secret" mutual="bob:$secret_in" -- \
	"${chap[@]}" node.session.auth.password=$secret \
	"${mutual[@]}" node.session.auth.password_in=wrong-twelve-chars
