#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Connections that cannot be had: a clear error each, within a bounded time,
# and a session that does not notice.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target, portal group 1
#             10.0.2.1 ---- link 2 ---- 10.0.2.10 nothing that fits
#
# vm: --smp 1
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

# One attempt that must fail with this text within so many seconds, leaving
# the session with one connection.
refused()	# seconds, regex, words for mcsadm add...
{
	local limit=$1 regex=$2 begin rc=0
	shift 2

	begin=$SECONDS
	mcsadm add --session "$(sid)" "$@" >"$RUN/add.out" 2>&1 || rc=$?
	cat "$RUN/add.out"
	equals $rc 1 "exit status"
	between $((SECONDS - begin)) 0 $((limit * RIG_TIME_FACTOR)) "seconds it took"
	grep -qE "$regex" "$RUN/add.out" ||
		fail "message does not say '$regex': $(cat "$RUN/add.out")"
	equals "$(wc -l <"$RUN/add.out")" 1 "lines of the message"
	untouched
}

untouched()
{
	conns_up 1
	equals "$(session_field conns_configured)" 1 "connections configured"
	equals "$(session_state)" LOGGED_IN "session"
	equals "$(session_field recoveries)" 0 "recoveries"
	io_resumed "$(disk)" 10
}

unreachable()
{
	refused 20 'does not answer|unreachable|no route' --portal 10.0.2.99 --timeout 10
}

lost_packets()
{
	link_drop 2
	refused 20 'does not answer|unreachable' --portal 10.0.2.10 --timeout 5
	link_restore 2
}

nobody_listens()
{
	refused 10 'nobody listens' --portal 10.0.2.10:3999
}

# the target accepts and closes
gone_in_login()
{
	on_target bg_start closer socat TCP-LISTEN:3998,fork,reuseaddr EXEC:true
	wait_for 10 listens 3998
	refused 10 'closed|reset|broke' --portal 10.0.2.10:3998
	on_target bg_stop closer
}

# the target accepts and says nothing
silent_in_login()
{
	on_target bg_start mute socat -u TCP-LISTEN:3997,fork,reuseaddr OPEN:/dev/null
	wait_for 10 listens 3997
	refused 10 'time|answer' --portal 10.0.2.10:3997 --timeout 4
	on_target bg_stop mute
}

# it answers, but not iSCSI
speaks_rubbish()
{
	on_target bg_start rubbish socat TCP-LISTEN:3996,fork,reuseaddr \
		SYSTEM:'head -c 4096 /dev/urandom'
	wait_for 10 listens 3996
	refused 15 . --portal 10.0.2.10:3996 --timeout 8
	on_target bg_stop rubbish
}

listens()
{
	[ -n "$(on_target ss -Hltn "sport = :$1")" ]
}

# a second portal group of the same target
wrong_group()
{
	on_target lio_create tpg=2 links=2 port=3270 luns=0
	refused 15 'portal group|does not know the session' \
		--portal 10.0.2.10:3270
}

unknown_session()
{
	local rc=0

	mcsadm add --session 4711 --portal 10.0.2.10 2>"$RUN/add.out" || rc=$?
	cat "$RUN/add.out"
	equals $rc 1 "exit status"
	grep -q 'session' "$RUN/add.out"
	untouched
}

foreign_source()
{
	refused 10 'source|local address' --portal 10.0.2.10 --source 10.9.9.9
}

duplicate()
{
	local rc=0

	mcsadm add --session "$(sid)" --portal 10.0.1.10 >"$RUN/add.out" 2>&1 ||
		rc=$?
	cat "$RUN/add.out"
	equals $rc 0 "exit status"
	grep -q exists "$RUN/add.out"
	untouched
}

garbage()
{
	local words rc

	for words in "--portal 10.0.2.10:99999" "--portal nonsense.invalid" \
		     "--portal" "--portal 10.0.2.10 --header-digest md5" \
		     "--portal [::1" "--portal 10.0.2.10 --weight x"; do
		rc=0
		# shellcheck disable=SC2086 # words on purpose
		mcsadm add --session "$(sid)" $words >"$RUN/add.out" 2>&1 || rc=$?
		echo "$words: $rc $(cat "$RUN/add.out")"
		between $rc 1 2 "exit status of $words"
	done
	untouched
}

only_one()
{
	io_end
	logout
	wait_for 20 no_sessions
	target_set param/MaxConnections 1
	node_login 1 "$IQN"
	wait_for 30 session_ready
	io_begin "$(disk)"
	refused 10 MaxConnections=1 --portal 10.0.2.10
	io_end
	logout
}

limit_reached()
{
	wait_for 20 no_sessions
	target_set param/MaxConnections 2
	node_login 1 "$IQN"
	wait_for 30 session_ready
	conn_add 2
	conns_up 2
	expect_failure conn_add 1 --duplicate >"$RUN/add.out" 2>&1
	cat "$RUN/add.out"
	grep -q 'MaxConnections' "$RUN/add.out"
	conns_up 2
	logout
}

turned_off()
{
	wait_for 20 no_sessions
	driver_unload
	driver_load max_connections=1
	target_set param/MaxConnections 8
	node_login 1 "$IQN"
	wait_for 30 session_ready
	refused_quietly
	logout
}

refused_quietly()
{
	expect_failure conn_add 2 >"$RUN/add.out" 2>&1
	cat "$RUN/add.out"
	conns_up 1
}

need_mcs
klog_allow 'iscsi_mcs' 'iSCSI Login' 'Unable to locate' 'Initiator is requesting' \
	'iSCSI/'
plan 14
must target_create links="1 2"
must login
must io_beside "$(disk)"
subtest "unreachable portal" unreachable
subtest "link that loses everything" lost_packets
subtest "nobody listens" nobody_listens
subtest "target closes during login" gone_in_login
subtest "target is silent during login" silent_in_login
subtest "target speaks rubbish" speaks_rubbish
subtest "wrong portal group" wrong_group
subtest "unknown session" unknown_session
subtest "source address that is not ours" foreign_source
subtest "duplicate is no error and adds nothing" duplicate
subtest "garbage arguments" garbage
subtest "target with MaxConnections=1" only_one
subtest "MaxConnections reached" limit_reached
subtest "module parameter max_connections=1" turned_off
