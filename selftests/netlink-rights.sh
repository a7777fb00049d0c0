#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Who may change something, and what a monitor sees of it.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

nobody()	# words for mcsadm...
{
	setpriv --reuid 1000 --clear-groups --inh-caps=-all "$MCSADM" "$@"
}

# Whatever there is to set
settings()
{
	mcsadm list --json | jq -c '.sessions[0] | [.policy, .target_class,
		(.connections[] | [.cid, .role, .weight])]'
}

unprivileged()
{
	local before words

	before=$(settings)
	for words in "add --portal 10.0.2.10" "remove --cid 0" \
		"set --cid 0 --weight 7" "set --cid 0 --role standby" \
		"policy weighted-paths" "tune target-class=session"; do
		# shellcheck disable=SC2086 # words
		expect_failure nobody $words --session "$(sid)" 2>"$RUN/refused.out"
		cat "$RUN/refused.out"
	done
	conns_up 1
	equals "$(settings)" "$before" "settings"
}

reading_is_free()
{
	nobody list --json |
		jq -e '.sessions | length == 1'
}

events()
{
	bg_start monitor "$MCSADM" monitor --json
	wait_for 20 test -s "$RUN/monitor.log"
	conn_add 2
	wait_for 10 conns_up 2
	conn_remove "$(cid_of_link 2)"
	wait_for 10 conns_up 1
	logout
	wait_for 20 grep -q 'session.removed' "$RUN/monitor.log"
	bg_stop monitor
	grep -q 'conn.up' "$RUN/monitor.log"
	grep -q 'conn.removed' "$RUN/monitor.log"
}

generic_drops()
{
	awk '$2 == 16 && $9 > 0 { found = 1 } END { exit !found }' \
		/proc/net/netlink
}

one_event_more()
{
	conn_add 2
	conn_remove "$(cid_of_link 2)"
	generic_drops
}

# What it reads after the state has happened since.
monitor_behind()
{
	local max=/proc/sys/net/core/rmem_max
	local room ready=yes

	# room for a few events, for this socket only
	room=$(cat "$max")
	echo 4608 >"$max"
	bg_start behind "$MCSADM" monitor --json
	wait_for 20 test -s "$RUN/behind.log" || ready=no
	echo "$room" >"$max"
	[ $ready = yes ]
	kill -STOP "$(cat "$RUN/behind.pid")"
	wait_for 60 one_event_more
	conn_add 2
	kill -CONT "$(cat "$RUN/behind.pid")"
	wait_for 20 grep -q 'events were lost' "$RUN/behind.log"
	wait_for 20 after_the_loss state 2
	conn_remove "$(cid_of_link 2)"
	wait_for 20 after_the_loss "state conn-removed" 2
	bg_stop behind
}

# These events and no other; and as many connections in the state
after_the_loss()	# events, connections
{
	sed '1,/events were lost/d' "$RUN/behind.log" >"$RUN/behind.since"
	[ "$(jq -r .event "$RUN/behind.since" | paste -sd ' ')" = "$1" ] &&
		[ "$(head -n 1 "$RUN/behind.since" |
			jq '.sessions[0].connections | length')" = "$2" ]
}

nothing_left()
{
	equals "$(mcsadm list --json | jq '.sessions | length')" 0 "sessions"
	expect_failure mcsadm add --session 1 --portal 10.0.2.10
}

need_mcs
plan 5
must target_create links="1 2"
must login
subtest "changes need privileges" unprivileged
subtest "reading needs none" reading_is_free
subtest "a monitor that is behind" monitor_behind
subtest "events of adding, removing and the session's end" events
subtest "no session, nothing to change" nothing_left
