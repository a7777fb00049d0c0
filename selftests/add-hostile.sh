#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Portals that misbehave during the login of an added connection: each gets
# the right words within a bounded time, and the session does not notice.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target
#             10.0.2.1 ---- link 2 ---- 10.0.2.10 hostile_target
#
# vm: --smp 1
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

HOSTILE=$TREE/selftests/unit/build/hostile_target

# One manner of hostile_target that must be refused with these words.
refused()	# manner, seconds, regex, words for mcsadm add...
{
	local manner=$1 limit=$2 regex=$3 begin rc=0
	shift 3

	on_target bg_start hostile "$HOSTILE" 3990 "$manner" 1
	wait_for 10 listens
	begin=$SECONDS
	mcsadm add --session "$(sid)" --portal 10.0.2.10:3990 "$@" \
		>"$RUN/add.out" 2>&1 || rc=$?
	cat "$RUN/add.out"
	on_target bg_stop hostile
	equals $rc 1 "exit status"
	between $((SECONDS - begin)) 0 $((limit * RIG_TIME_FACTOR)) \
		"seconds it took"
	grep -qE "$regex" "$RUN/add.out" ||
		fail "message does not say '$regex': $(cat "$RUN/add.out")"
	wait_for 10 all_closed
	untouched
}

listens()
{
	[ -n "$(on_target ss -Hltn "sport = :3990")" ]
}

all_closed()
{
	[ -z "$(ss -Htn state established "dport = :3990")" ]
}

untouched()
{
	conns_up 1
	equals "$(session_field conns_configured)" 1 "connections configured"
	equals "$(session_state)" LOGGED_IN "session"
	equals "$(session_field recoveries)" 0 "recoveries"
	io_resumed "$(disk)" 10
}

never_answers()
{
	refused silent 10 'in time' --timeout 3
	refused half 10 'in time' --timeout 3
}

answers_slowly()
{
	refused drip 10 'in time' --timeout 3
}

never_ends()
{
	refused endless 5 'end of the login'
	refused more 5 'end of the login'
}

hangs_up()
{
	refused close 5 closed
	refused reset 5 closed
}

speaks_rubbish()
{
	refused garbage 5 'broke|malformed|closed'
	refused huge 5 'broke|malformed'
	refused malformed 5 malformed
	refused twice 5 malformed
}

breaks_the_rules()
{
	refused other-pdu 5 broke
	refused other-tag 5 broke
	refused other-session 5 broke
	refused shortcut 5 broke
}

is_another_group()
{
	refused other-group 5 'another target portal group'
	refused no-group 5 'portal group'
}

wants_a_secret()
{
	refused wants-chap 5 'no secret'
}

says_no()
{
	refused too-many 5 'no more connections'
	refused no-session 5 'does not know the session'
	refused busy 5 'not in service'
	# where to is said, too
	refused moved 5 'moved to 192.0.2.1:3260'
}

# Generic netlink has a lock that a new family wants for itself, and behind it
# everybody waits. Nobody does for a login; and who asked for it may go.
others_go_on()
{
	on_target bg_start hostile "$HOSTILE" 3990 silent 1
	wait_for 10 listens
	bg_start add "$MCSADM" add --session "$(sid)" --portal 10.0.2.10:3990 \
		--timeout 60
	wait_for 10 login_is_under_way
	# the debug kernels do not have it
	if [ "$RIG_TIME_FACTOR" = 1 ] || modprobe -nq l2tp_netlink; then
		timeout $((10 * RIG_TIME_FACTOR)) modprobe l2tp_netlink
		modprobe -r l2tp_netlink
	fi
	timeout $((10 * RIG_TIME_FACTOR)) "$MCSADM" tune --session "$(sid)" \
		login-timeout=20
	login_is_under_way
	bg_stop add
	wait_for 5 untouched
	wait_for 5 all_closed
	on_target bg_stop hostile
}

login_is_under_way()
{
	conns_field state | grep -qx login
}

need_mcs
[ -x "$HOSTILE" ] || skip_all "no $HOSTILE: run make -C selftests/unit"
plan 11
must target_create links=1
must login
must io_beside "$(disk)"
subtest "portal never answers" never_answers
subtest "portal answers in single bytes, for ever" answers_slowly
subtest "portal never ends the login" never_ends
subtest "portal hangs up" hangs_up
subtest "portal speaks rubbish" speaks_rubbish
subtest "portal breaks the rules" breaks_the_rules
subtest "portal of another group" is_another_group
subtest "portal wants a secret" wants_a_secret
subtest "portal says no" says_no
subtest "nobody waits for a login but who asked for it" others_go_on
finish()
{
	io_end
	logout
}
subtest "session ends as it should" finish
