#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Several sessions at once: two targets, and two sessions to one of them.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target A
#             10.0.2.1 ---- link 2 ---- 10.0.2.10 target A, target B
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

other=iqn.2024-01.example:other

three_sessions()
{
	driver_load
	iscsid_start
	node_new 1 "$IQN"
	node_new 2 "$IQN"
	node_new 2 $other
	node_login 1 "$IQN"
	node_login 2 "$IQN"
	node_login 2 $other
	for session in $(sids); do
		wait_for 30 session_ready "$session"
	done
	equals "$(sids | wc -l)" 3 "sessions"
}

io_on_all()
{
	local session pids=() words

	for session in $(sids); do
		# two of them are the same disk: keep to separate parts
		mapfile -t words < <(fio_words "$(disk "$session")" \
			--size=6m --offset=$((session % 4 * 8))m)
		timeout 120 fio "${words[@]}" >"$RUN/fio-$session.out" 2>&1 &
		pids+=($!)
	done
	for session in "${pids[@]}"; do
		wait "$session"
	done
}

logs_out_one()
{
	iscsiadm -m node -T $other --logout
	equals "$(sids | wc -l)" 2 "sessions"
	fio_verify "$(disk "$(sid)")" --size=2m
}

plan 3
must target_create links="1 2"
must target_create iqn=$other links=2
subtest "three sessions log in" three_sessions
subtest "verified I/O on all at once" io_on_all
subtest "one logs out, the others go on" logs_out_one
