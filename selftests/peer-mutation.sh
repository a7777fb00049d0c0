#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A target whose PDUs are changed at random: headers, lengths, tags, numbers,
# AHS, left out, doubled, cut, in pieces; the same with digests, which are wrong
# then, too; the same of all connections but the leading one, which seldom costs a
# login of the session; and the answers to logins of connections that are added. The
# kernel has nothing to report, and when it is over everything works as before.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# MUTATE_SECONDS (default 15) each, or MUTATE_COUNT changed PDUs of all but the leading
# connection and a tenth of that of the others; one PDU of MUTATE_ONE_IN (default 20);
# MUTATE_DEPTH commands at a time (default 8), many of which wait until their time is
# up; SEED (default: random).
# vm: --smp 1
# timeout: 600 + 4 * (100 + ${MUTATE_SECONDS:-15}) + ${MUTATE_COUNT:-0}

. "$(dirname "$0")/lib/lib.sh"

: "${MUTATE_SECONDS:=15}" "${MUTATE_COUNT:=0}" "${MUTATE_ONE_IN:=20}"
: "${MUTATE_DEPTH:=8}" "${SEED:=$RANDOM}"

# Keep the disk in use and the connections there until it is enough. Many changes
# lead to a new login, which takes more than half a second: time alone says little.
enough()	# changed PDUs, 0 for the time; changed PDUs at least
{
	local least=$1

	keep_running "$(sid)"
	if [ "$1" = 0 ]; then
		[ $((SECONDS - begin)) -ge "$MUTATE_SECONDS" ] || return
		least=$2
	fi
	[ "$(changed "$before")" -ge "$least" ]
}

# The load, and what there is at the beginning
begins()
{
	begin=$SECONDS
	before=$(peer_counter mutated)
	mutation_load "$MUTATE_DEPTH" "$(sid)"
}

result()	# words...
{
	note "seed $SEED: $(changed "$before") PDUs changed, $*, $((SECONDS - begin)) s," \
		"$(session_field recoveries) session recoveries," \
		"$(count losses) losses"
}

mutation()	# changed PDUs, 0 for the time; words for the peer...
{
	local count=$1 begin before sent
	shift

	begins
	sent=$(peer_counter sent)
	peer mutate "$MUTATE_ONE_IN" "seed=$SEED" "$@"
	wait_for $((90 + MUTATE_SECONDS + count)) enough "$count" 30
	peer mutate 0
	result "of $(($(peer_counter sent) - sent))"
}

with_digests()
{
	equals "$({ conns_field header_digest; conns_field data_digest; } | sort -u)" \
		crc32c "digests"
	mutation $((MUTATE_COUNT / 10))
}

# One connection or another goes on, and so the session stays logged in; unless the
# answer to the Logout of a lost connection is changed as well: it was the proof.
added_mutation()
{
	local logins losses

	logins=$(session_field recoveries)
	losses=$(count losses)
	mutation "$MUTATE_COUNT" added
	logins=$(($(session_field recoveries) - logins))
	losses=$(($(count losses) - losses))
	between $logins 0 $((losses / 3)) "logins of the session for $losses losses"
}

# A connection is added again and again, or it is said why not. Where the target takes
# for logged in what the initiator does not, that may take a new login of the session.
login_mutation()
{
	local begin before end cid added=0 refused=0

	begins
	end=$((SECONDS + (90 + MUTATE_SECONDS + MUTATE_COUNT) * RIG_TIME_FACTOR))
	peer mutate 2 login "seed=$SEED"
	until enough $((MUTATE_COUNT / 10)) 5; do
		[ $SECONDS -lt $end ] || fail "not enough in time"
		cid=$(cid_of_link 2)
		[ -z "$cid" ] || conn_remove "$cid" >"$RUN/remove.out" 2>&1 || true
		if conn_add 2 --timeout 2 >"$RUN/add.out" 2>&1; then
			added=$((added + 1))
			continue
		fi
		refused=$((refused + 1))
		[ -s "$RUN/add.out" ] || fail "fails without a word"
		wait_for 60 state_is LOGGED_IN
	done
	peer mutate 0
	result "added $added times, refused $refused"
	wait_for 60 state_is LOGGED_IN
	[ -n "$(cid_of_link 2)" ] || wait_for 60 conn_add 2
}

login_was_garbled()
{
	local cid

	# one or another may succeed
	cid=$(peer_cid 2)
	[ -z "$cid" ] || peer reset "cid=$cid" || true
	[[ "$(field_of_link 2 last_error_text)" == *'broke the login protocol' ]]
}

# There may be none just now: an answer may be changed so that the target counts a
# connection which the initiator does not know of, and takes the session for it.
link_2_reset()
{
	local cid

	cid=$(peer_cid 2 | tail -n 1)
	[ -n "$cid" ] && peer reset "cid=$cid"
}

# It was right once, and so it is tried again.
comes_back()
{
	local round losses

	for round in 1 2 3 4 5; do
		losses=$(count losses)
		peer mutate 1 login "seed=$((SEED + round))"
		wait_for 30 link_2_reset
		# what was said before that is of the last round
		wait_for 20 more_losses "$losses"
		wait_for 90 login_was_garbled
		peer mutate 0
		wait_for 30 conns_up 2
	done
}

works_again()	# connections
{
	wait_for 60 state_is LOGGED_IN
	keep_running "$(sid)"
	mutation_load_end
	# one whose losses cost logins of the session waits for up to 75 s
	wait_for 90 conns_up "$1"
	keep_running "$(sid)"
	fio_verify "$(disk)" --size=4m
	logout
	wait_for 20 no_sessions
}

logged_in()	# connections, values of the node record...
{
	local want=$1
	shift

	no_sessions || logout
	rm -rf /etc/iscsi/nodes/*
	login "node.conn[0].timeo.noop_out_interval=1" \
		"node.conn[0].timeo.noop_out_timeout=2" "$@" || return
	while [ "$want" -gt 1 ]; do
		conn_add $((2 - want % 2)) --duplicate || return
		want=$((want - 1))
	done
}

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:' 'did not let go' \
	'sd [0-9:]+ ' 'sd[a-z]' 'I/O error, dev' 'blk_update_request' \
	'target rejected a PDU' 'scsi [0-9:]+ ' 'scsi host[0-9]' 'suppressed'
plan 9
must peer_start --seed "$SEED" --grace 2000 --digests
must logged_in 2
subtest "changed PDUs" mutation $((MUTATE_COUNT / 10))
subtest "everything works again" works_again 2
must logged_in 2 "node.conn[0].iscsi.HeaderDigest=CRC32C" \
	"node.conn[0].iscsi.DataDigest=CRC32C"
subtest "changed PDUs, with digests" with_digests
subtest "everything works again after that" works_again 2
must logged_in 8
subtest "changed PDUs of all connections but one" added_mutation
subtest "the same works again" works_again 8
must logged_in 2
subtest "changed answers to logins of added connections" login_mutation
subtest "a connection that has been up comes back after such answers" comes_back
subtest "everything works again after these" works_again 2
