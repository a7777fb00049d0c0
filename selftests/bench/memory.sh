#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What memory a connection and a session take at the initiator, the target
# being another machine. Nothing is sent meanwhile, so sockets are empty.
#
#   initiator VM 10.0.N.1 ==== links 1 and 2 ==== 10.0.N.10 target VM
#
# A session has a disk, which is most of it. BENCH_REPEAT repeats,
# BENCH_CONNECTIONS and BENCH_SESSIONS say how many are made.
#
# topology: pair
# timeout: 900

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"

connections=${BENCH_CONNECTIONS:-32}
sessions=${BENCH_SESSIONS:-64}
repeat=${BENCH_REPEAT:-3}
ours=$DRIVER

# kB that can be had. What was freed comes back after a while: two looks that
# differ by less than a page for each of what is measured.
available()
{
	local last=0

	wait_for 30 memory_rests >/dev/null || return
	echo "$last"
}

memory_rests()
{
	local before=$last

	last=$(memory_field MemAvailable "$(memory)")
	sleep 1 # between two looks
	[ $((last > before ? last - before : before - last)) -le 64 ]
}

bytes_each()	# what, peer, before, after, how many
{
	local bytes=$((($3 - $4) * 1024 / $5))

	record bench=memory of="$1" peer="$2" n="$5" bytes="$bytes"
	note "$2: $bytes bytes for each of $5 $1"
}

remove_all_but_first()
{
	local cid

	for cid in $(cids_up | tail -n +2); do
		conn_remove "$cid"
	done
	conns_up 1
}

of_connections()
{
	local n before round

	driver_load max_connections="$connections"
	login
	# once for nothing: what is made at first use
	for round in $(seq 0 "$repeat"); do
		before=$(available)
		for n in $(seq 2 "$connections"); do
			conn_add $((n % 2 + 1)) --duplicate
		done
		conns_up "$connections"
		[ "$round" = 0 ] || bytes_each connections iscsi_mcs "$before" \
			"$(available)" $((connections - 1))
		remove_all_but_first
	done
	bench_end
}

sessions_are()	# how many
{
	[ "$(sids | wc -l)" = "$1" ]
}

of_sessions()	# driver
{
	local before round n

	DRIVER=$1
	login
	iscsiadm -m node -T "$IQN" -o update -n node.session.nr_sessions \
		-v "$sessions"
	for round in $(seq 0 "$repeat"); do
		before=$(available)
		node_login 1 "$IQN"
		wait_for 60 sessions_are "$sessions"
		[ "$round" = 0 ] || bytes_each sessions "$1" "$before" \
			"$(available)" $((sessions - 1))
		for n in $(sids | tail -n +2); do
			iscsiadm -m session -r "$n" -u
		done
	done
	bench_end
}

plan 3
record_run
must target_create param.MaxConnections="$connections"
subtest "connections" of_connections
subtest "sessions" of_sessions iscsi_mcs
subtest "sessions of iscsi_tcp" of_sessions iscsi_tcp
DRIVER=$ours
