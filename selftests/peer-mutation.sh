#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A target whose PDUs are changed at random: headers, lengths, tags, numbers,
# AHS, digests, left out, doubled, cut, in pieces. The kernel has nothing to
# report, and when it is over everything works as before.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# MUTATE_SECONDS (default 30), or MUTATE_COUNT changed PDUs; one PDU of
# MUTATE_ONE_IN (default 20); SEED (default: random).
# timeout: 600

. "$(dirname "$0")/lib/lib.sh"

: "${MUTATE_SECONDS:=30}" "${MUTATE_COUNT:=0}" "${MUTATE_ONE_IN:=20}"
: "${SEED:=$RANDOM}"

# Without verification: a change may hit what no initiator can notice.
load()
{
	bg_start load fio --name=load --filename="$(disk)" --direct=1 \
		--ioengine=libaio --iodepth=8 --rw=randrw --bsrange=4k-64k \
		--size=16m --time_based --runtime=36000 \
		--continue_on_error=all --error_dump=0
}

# SCSI's error handler gives a disk up that does not answer it.
keep_running()
{
	local dev

	for dev in $(scsi_device); do
		[ "$(cat "$dev/state" 2>/dev/null)" != offline ] ||
			echo running >"$dev/state"
	done
	return 0
}

# Keep the disk in use and the connections there until it is enough.
enough()
{
	keep_running
	if [ "$MUTATE_COUNT" -gt 0 ]; then
		[ "$(peer_counter mutated)" -ge "$MUTATE_COUNT" ]
	else
		[ $((SECONDS - begin)) -ge "$MUTATE_SECONDS" ]
	fi
}

mutation()
{
	local begin=$SECONDS sent dev

	for dev in $(scsi_device); do
		echo 5 >"$dev/timeout"
	done
	load
	sent=$(peer_counter sent)
	peer mutate "$MUTATE_ONE_IN" "seed=$SEED"
	wait_for 550 enough
	peer mutate 0
	note "seed $SEED: $(peer_counter mutated) PDUs changed of" \
		"$(($(peer_counter sent) - sent)), $((SECONDS - begin)) s," \
		"$(session_field recoveries) session recoveries," \
		"$(session_field 'connections | map(.losses) | add') losses"
	# many lead to a new login, which takes more than half a second
	between "$(peer_counter mutated)" 30 1000000000 "PDUs changed"
}

works_again()
{
	wait_for 60 state_is LOGGED_IN
	keep_running
	bg_running load || { tail "$RUN/load.log"; fail "fio ended early"; }
	bg_stop load INT
	wait_for 60 conns_up 2
	keep_running
	fio_verify "$(disk)" --size=4m
	logout
	wait_for 20 no_sessions
}

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:' 'did not let go' \
	'sd [0-9:]+ ' 'sd[a-z]' 'I/O error, dev' 'blk_update_request' \
	'target rejected a PDU' 'scsi [0-9:]+ ' 'scsi host[0-9]' 'suppressed'
plan 2
must peer_start --seed "$SEED" --grace 2000
must login "node.conn[0].timeo.noop_out_interval=1" \
	"node.conn[0].timeo.noop_out_timeout=2"
must conn_add 2
subtest "changed PDUs" mutation
subtest "everything works again" works_again
