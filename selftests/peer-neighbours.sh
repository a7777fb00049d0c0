#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Many sessions whose PDUs are changed at random, all at a time, and one next to them
# with a target that does as it should: nothing that the others go through reaches it.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer; LIO on port 3261
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# SESSIONS (default 4) with CONNS (default 4) each; NEIGHBOURS_COUNT changed PDUs
# (default 150) of all but the leading connections and a tenth of that of all; one PDU
# of MUTATE_ONE_IN (default 20); SEED (default: random).
# vm: --smp 1
# timeout: 900 + 4 * ${NEIGHBOURS_COUNT:-150}

. "$(dirname "$0")/lib/lib.sh"

: "${SESSIONS:=4}" "${CONNS:=4}" "${NEIGHBOURS_COUNT:=150}" "${MUTATE_ONE_IN:=20}"
: "${SEED:=$RANDOM}"
GOOD=iqn.2024-01.example:good

# all but the first one
bad_sids()
{
	sids | tail -n +2
}

# the first one of all, which is the one that the functions of the library mean
good_logs_in()
{
	driver_load || return
	iscsid_start || return
	iscsiadm -m node -o new -T $GOOD -p "$(target_ip 1):3261" || return
	iscsiadm -m node -T $GOOD --login || return
	wait_for 30 session_ready || return
	mcsadm add --session "$(sid)" --portal "$(target_ip 2):3261"
}

bad_log_in()
{
	local session n

	node_new 1 "$IQN" node.session.nr_sessions="$SESSIONS" \
		"node.conn[0].timeo.noop_out_interval=1" \
		"node.conn[0].timeo.noop_out_timeout=2" || return
	node_login 1 "$IQN" || return
	for session in $(bad_sids); do
		wait_for 30 session_ready "$session" || return
		for ((n = 1; n < CONNS; n++)); do
			mcsadm add --session "$session" --duplicate \
				--portal "$(target_ip $((1 + n % 2)))" || return
		done
	done
}

enough()	# changed PDUs
{
	# shellcheck disable=SC2046 # words
	keep_running $(bad_sids)
	[ "$(changed "$before")" -ge "$1" ]
}

mutation()	# changed PDUs, words for the peer...
{
	local count=$1 before begin=$SECONDS
	shift

	before=$(peer_counter mutated)
	peer mutate "$MUTATE_ONE_IN" "seed=$SEED" "$@"
	wait_for $((90 + 3 * count)) enough "$count"
	peer mutate 0
	note "seed $SEED: $(changed "$before") PDUs changed, $((SECONDS - begin)) s"
}

# The neighbour has lost nothing, and its I/O has not stood still. The others' load ends
# first: with many of them it leaves little of a slow processor.
good_noticed_nothing()
{
	mutation_load_end
	io_resumed "$(disk)" 20
	io_end
	note "longest command $(longest_io) ms"
	! target_gave_up "$at_first" || return 0
	between "$(longest_io)" 0 $((15000 * RIG_TIME_FACTOR)) "longest command in ms"
	equals "$(conns_field losses | sort -u)" 0 "losses"
	equals "$(session_field recoveries)" 0 "logins of the session"
	conns_up 2
}

# Each of them, when its target does as it should again
bad_work_again()
{
	local session

	for session in $(bad_sids); do
		wait_for 90 state_is LOGGED_IN "$session"
	done
	# one whose losses cost logins of the session waits for up to 75 s
	wait_for 90 peer_conns_up $((SESSIONS * CONNS))
	# shellcheck disable=SC2046 # words
	keep_running $(bad_sids)
	for session in $(bad_sids); do
		fio_verify "$(disk "$session")" --size=2m
	done
}

all_log_out()
{
	iscsiadm -m node --logout
	wait_for 30 no_sessions
	target_delete $GOOD
	peer_stop
}

need_mcs
klog_allow 'DataOut timeout' 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:' \
	'did not let go' 'sd [0-9:]+ ' 'sd[a-z]' 'I/O error, dev' 'blk_update_request' \
	'target rejected a PDU' 'scsi [0-9:]+ ' 'scsi host[0-9]' 'suppressed'
plan 5
must target_create iqn=$GOOD port=3261 links="1 2"
must peer_start --seed "$SEED" --grace 2000 --max-connections "$CONNS"
at_first=$(impatience)
must good_logs_in
must bad_log_in
must io_begin "$(disk)" --runtime=36000
# shellcheck disable=SC2046 # words
must mutation_load 8 $(bad_sids)
subtest "changed PDUs" mutation $((NEIGHBOURS_COUNT / 10))
subtest "changed PDUs of all connections but the leading ones" \
	mutation "$NEIGHBOURS_COUNT" added
subtest "the neighbour noticed nothing" good_noticed_nothing
subtest "all of them work again" bad_work_again
subtest "and log out" all_log_out
