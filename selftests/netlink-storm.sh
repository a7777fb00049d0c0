#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Users as nobody wants them: messages that are random or nearly right, from
# root, from nobody, from another network namespace; many processes that add,
# remove, list and set at once, also while the session logs out and in.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# NL_MESSAGES (default 20000) random messages, STORM_SECONDS (default 6) of
# many processes, LOGINS (default 10) of the session under these, SEED (default:
# random).
# timeout: 800 + ${NL_MESSAGES:-20000} / 50

. "$(dirname "$0")/lib/lib.sh"

: "${NL_MESSAGES:=20000}" "${STORM_SECONDS:=6}" "${LOGINS:=10}" "${SEED:=$RANDOM}"
STORM=$TREE/selftests/peer/build/storm
NOBODY="setpriv --reuid 1000 --clear-groups --inh-caps=-all"

# What a storm has counted, over all its processes.
counted()	# what, file
{
	tr ' ' '\n' <"$2" | awk -F= -v what="$1" '$1 == what { n += $2 } END { print n + 0 }'
}

# All of them have to be sent in the time there is.
random()	# how many, command that runs the storm...
{
	"${@:2}" --seed "$SEED" --sid "$(sid)" --messages "$1" \
		--seconds $(((100 + $1 / 60) * RIG_TIME_FACTOR)) \
		--processes 1 random >"$RUN/storm"
	note "seed $SEED: $(cat "$RUN/storm")"
	equals "$(counted messages "$RUN/storm")" "$1" "messages"
}

random_from_root()
{
	random "$NL_MESSAGES" "$STORM"
	[ "$(counted changed "$RUN/storm")" -gt 0 ]
	session_is_usable
}

refused()	# command that runs the storm...
{
	random $((NL_MESSAGES / 8)) "$@" --family "$("$STORM" family)"
	equals "$(counted changed "$RUN/storm")" 0 "changes accepted"
}

random_from_others()
{
	# shellcheck disable=SC2086 # words
	refused $NOBODY "$STORM"
	refused unshare --net "$STORM"
	session_is_usable
}

# Whatever the storm has set or added: the session still does as it is told.
session_is_usable()
{
	local id

	"$STORM" calm "$(sid)" 1
	mcsadm policy --session "$(sid)" least-queue-depth
	for id in $(conns_field id | tail -n +2); do
		mcsadm remove --session "$(sid)" --id "$id" || true
	done
	wait_for 20 conns_up 1
	# whichever link has the one that is left: nothing is added there
	conn_add 1
	conn_add 2
	wait_for 10 conns_up 2
	fio_verify "$(disk)" --size=2m
}

busy()		# seconds
{
	"$STORM" --seed "$SEED" --sid "$(sid)" --seconds "$1" \
		--processes 8 busy "$(target_ip 1)" "$(target_ip 2)"
}

from_many_processes()
{
	local end=$((SECONDS + STORM_SECONDS + 120 * RIG_TIME_FACTOR))

	io_begin "$(disk)" --size=8m
	busy "$STORM_SECONDS" >"$RUN/storm"
	# each of them can take seconds on a kernel that checks a lot
	while [ "$(counted changed "$RUN/storm")" -lt 20 ] && [ $SECONDS -lt $end ]; do
		busy "$STORM_SECONDS" >>"$RUN/storm"
	done
	cat "$RUN/storm"
	between "$(counted changed "$RUN/storm")" 20 100000000 "changes accepted"
	expect_failure rmmod iscsi_mcs
	io_end
	session_is_usable
}

bg_busy()
{
	bg_start busy "$STORM" --seed "$SEED" --sid "$(sid)" --seconds 8 \
		--processes 8 busy "$(target_ip 1)" "$(target_ip 2)"
}

bg_busy_ends()
{
	wait_for 30 negate bg_running busy
	equals "$(grep -c '^messages=' "$RUN/busy.log")" 8 "processes that have ended well"
}

# The session goes away and comes back under the storm's feet.
during_logout()
{
	bg_busy
	wait_for 10 many_configured
	logout
	wait_for 20 no_sessions
	expect_failure test -e "$(disk)"
	bg_busy_ends
}

# All connections are lost at once, again and again, and one that was just added is not
# enough without the answer to a Logout: who adds and removes some meets a session that
# logs in.
during_logins()
{
	local before logins=0 end=$((SECONDS + 120 * RIG_TIME_FACTOR))

	io_begin "$(disk)" --size=8m
	peer logout never
	while [ $logins -lt "$LOGINS" ]; do
		[ $SECONDS -lt $end ] || fail "$logins logins of the session in time"
		bg_running busy || bg_busy
		before=$(session_field recoveries)
		# there is none while the session is about to log in
		wait_for 10 peer reset
		wait_for 30 recovered_since "$before"
		logins=$((logins + 1))
	done
	peer logout honest
	bg_busy_ends
	[ "$(counted changed "$RUN/busy.log")" -gt 0 ]
	session_is_usable
	io_end
}

many_configured()
{
	[ "$(session_field conns_configured)" -gt 2 ]
}

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'netlink: ' 'callbacks suppressed' \
	'target rejected' 'not tried again'
plan 5
must peer_start --max-connections 8
must login
must conn_add 2
subtest "random messages from root" random_from_root
subtest "random messages from others change nothing" random_from_others
subtest "eight processes, under I/O" from_many_processes
subtest "eight processes, while the session logs in again and again" during_logins
subtest "eight processes, during logout" during_logout
