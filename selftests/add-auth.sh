#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Added connections prove who they are, each by itself: with the names and
# secrets iscsid has stored in the session, or with those of the request.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target that demands CHAP
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"

USER_NAME=anna
SECRET=a-long-secret-01
BACK_NAME=target
BACK=another-secret-2

# what LIO is told is its business, what mcsadm is told lies in a file
secret_file()	# secret
{
	(umask 077 && printf %s "$1" >"$RUN/secret")
	echo "$RUN/secret"
}

adds_with_the_sessions_secrets()
{
	conn_add 2
	wait_for 10 conns_up 2
	fio_verify "$(disk)"
}

adds_with_its_own()
{
	conn_add 3 --auth mutual-chap --chap-name "$USER_NAME" \
		--chap-secret-file "$(secret_file "$SECRET")" \
		--chap-name-in "$BACK_NAME" \
		--chap-secret-in-file <(printf %s "$BACK")
	wait_for 10 conns_up 3
	fio_verify "$(disk)"
	conn_remove "$(cids_up | tail -n 1)"
}

refuses_a_wrong_secret()
{
	local rc=0

	conn_add 3 --auth chap --chap-name "$USER_NAME" \
		--chap-secret-file "$(secret_file not-the-secret-1)" \
		>"$RUN/add.out" 2>&1 || rc=$?
	equals $rc 1 "exit status"
	grep -q 'target refused our CHAP name or secret' "$RUN/add.out"
	conns_up 2
}

# the target cannot know it
refuses_a_target_that_fails()
{
	local rc=0

	conn_add 3 --auth mutual-chap --chap-name "$USER_NAME" \
		--chap-secret-file "$(secret_file "$SECRET")" \
		--chap-name-in "$BACK_NAME" \
		--chap-secret-in-file <(printf %s something-else-12) \
		>"$RUN/add.out" 2>&1 || rc=$?
	equals $rc 1 "exit status"
	grep -q 'failed to prove its identity' "$RUN/add.out"
	conns_up 2
}

authenticates_again()
{
	local port

	port=$(ss -tnH "dst $(target_ip 2)" | awk '{ print $4 }')
	ss -K "dport = :3260 and dst $(target_ip 2)" >/dev/null
	wait_for 30 reconnected "$port"
	wait_for 30 conns_up 2
	fio_verify "$(disk)"
}

reconnected()	# address and port it had before
{
	local now

	now=$(ss -tnH state established "dst $(target_ip 2)" | awk '{ print $3 }')
	[ -n "$now" ] && [ "$now" != "$1" ]
}

tells_nobody()
{
	negate grep -rqE "$SECRET|$BACK" /sys/module/iscsi_mcs/parameters
	negate sh -c "dmesg | grep -E '$SECRET|$BACK'"
	negate sh -c "'$MCSADM' list --json --verbose | grep -E '$SECRET|$BACK'"
}

need_mcs
klog_allow 'Security negotiation failed' 'iSCSI Login negotiation failed'
plan 6
must target_create links="1 2 3" chap="$USER_NAME:$SECRET" mutual="$BACK_NAME:$BACK"
must login "node.session.auth.authmethod=CHAP" \
	"node.session.auth.username=$USER_NAME" \
	"node.session.auth.password=$SECRET" \
	"node.session.auth.username_in=$BACK_NAME" \
	"node.session.auth.password_in=$BACK"
subtest "adds with the session's names and secrets" adds_with_the_sessions_secrets
subtest "adds with names and secrets of its own" adds_with_its_own
subtest "a wrong secret is refused, the session untouched" refuses_a_wrong_secret
subtest "a target that cannot prove itself is refused" refuses_a_target_that_fails
subtest "a reconnect authenticates again" authenticates_again
subtest "nobody hears the secrets" tells_nobody
