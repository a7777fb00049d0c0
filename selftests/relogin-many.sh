#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# iscsid starts again and logs in again while several connections carry I/O; and
# it logs in again for a session that cannot log its connections out before,
# also when it is killed meanwhile.
# The target has to have done with the old ones first: LIO does not stand it
# when they end while it ends them itself for the new login.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 400

. "$(dirname "$0")/lib/lib.sh"

ROUNDS=${ROUNDS:-4}

relogins()
{
	local before

	io_begin "$(disk)"
	for _ in $(seq "$ROUNDS"); do
		before=$(session_field recoveries)
		bg_stop iscsid KILL
		iscsid_start
		wait_for 60 recovered "$before"
		wait_for 60 conns_up 3
		io_resumed "$(disk)" 30
	done
	io_end
}

recovered()	# more often than
{
	[ "$(session_field recoveries)" -gt "$1" ] && session_ready
}

# How long iscsid took to answer, again and again
asks_iscsid()
{
	local begin

	while begin=${EPOCHREALTIME/./}; iscsiadm -m session -P 1 >/dev/null; do
		echo $(((${EPOCHREALTIME/./} - begin) / 1000))
	done
}

# Where they cannot be logged out, LIO has ended them before the login comes. That
# waits, and iscsid does not: there may be other sessions.
cut_off()
{
	local before asker

	mcsadm tune --session "$(sid)" target-class=session
	lio_stops_begin
	asks_iscsid >"$RUN/asked" &
	asker=$!
	for _ in $(seq "$ROUNDS"); do
		before=$(session_field recoveries)
		ss -K dst 10.0.2.10 dport = 3260
		wait_for 60 recovered "$before"
		wait_for 60 conns_up 3
	done
	kill "$asker"
	equals "$(lio_stops)" 0 "sessions that LIO had left at the login"
	lio_stops_end
	iscsid_was_there
	fio_verify "$(disk)" --size=2m
}

iscsid_was_there()
{
	local answers longest slow

	answers=$(wc -l <"$RUN/asked")
	longest=$(sort -n "$RUN/asked" | tail -n 1)
	note "iscsid asked $answers times, longest $longest ms"
	between "$answers" $((2 * ROUNDS)) 100000 "answers of iscsid"
	# one that sleeps while the login waits does that each time; once is the machine
	slow=$(awk -v most=$((600 * RIG_TIME_FACTOR)) '$1 > most' "$RUN/asked" | wc -l)
	between "$slow" 0 $((ROUNDS / 2)) "long waits for iscsid"
}

lead_logs_in()
{
	[ "$(conn_field 0 state)" = login ]
}

# One that is killed while its login waits leaves nothing that is in the next one's way.
killed_meanwhile()
{
	local before killed=0 link

	# those that were lost often come back later and later
	for link in 2 3; do
		conn_remove "$(cid_of_link "$link")"
		conn_add "$link"
	done
	for _ in $(seq "$ROUNDS"); do
		before=$(session_field recoveries)
		ss -K dst 10.0.2.10 dport = 3260
		# looked for without a pause: it is over in a second
		for _ in $(seq 200); do ! lead_logs_in || break; done
		bg_stop iscsid KILL
		! lead_logs_in || killed=$((killed + 1))
		iscsid_start
		wait_for 60 recovered "$before"
		wait_for 60 conns_up 3
	done
	note "killed while its login waited: $killed times"
	between "$killed" 1 "$ROUNDS" "logins that waited"
	fio_verify "$(disk)" --size=2m
}

need_mcs
klog_allow 'detected conn error'
on_target klog_allow 'rx_data returned' 'iSCSI Login negotiation failed'
plan 3
must target_create links="1 2 3"
must login
must conn_add 2
must conn_add 3
note "$ROUNDS times"
subtest "new logins with three connections" relogins
subtest "new logins of one that could not log its connections out" cut_off
subtest "iscsid killed while its login waits" killed_meanwhile
