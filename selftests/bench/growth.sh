#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What grows with the number of connections, of sessions and of commands under
# way: instructions per I/O, and the time to add a connection or to log in. What
# memory they take is measured by memory.sh.
#
#                 .--- link 1 ---.
#   initiator ----|     ...      |---- target (one LUN)
#   10.0.N.1      '--- link 4 ---'     10.0.N.10
#
# Connections take turns over the links; sessions are all to the same disk, and
# the I/O goes to one of them. BENCH_CONNECTIONS, BENCH_SESSIONS, BENCH_DEPTHS
# and BENCH_WORKLOADS choose.
#
# vm: --icount
# timeout: 3600

. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/lib.sh"

connections=${BENCH_CONNECTIONS:-1 2 4 8 16 32}
sessions=${BENCH_SESSIONS:-1 4 16 64}
depths=${BENCH_DEPTHS:-1 8 32 128 512}
workloads=${BENCH_WORKLOADS:-randread-4k-1 randread-4k-32 write-128k-8}
ours=$DRIVER

# room for 512 commands in all of the way
deep='node.session.cmds_max=1024 node.session.queue_depth=512'

cost()		# of what, how many, peer, workload
{
	local cost

	cost=$(bench_cost "$(disk)" "$4")
	[ "$cost" -gt 0 ]
	record bench=growth of="$1" n="$2" peer="$3" workload="$4" cost="$cost"
	note "$2 $1, $3 $4: $cost"
}

took()		# of what, how many there are now, peer, begin, how many were made
{
	local us=$((${EPOCHREALTIME/./} - $4))

	record bench=growth of="$1" n="$2" peer="$3" workload=make \
		us=$((us / $5))
	note "$2 $1, $3: $((us / $5)) us for one more"
}

begin()		# driver, words for login
{
	local driver=$1 words=()
	shift

	DRIVER=$driver
	[ "$driver" != iscsi_mcs ] || words+=(max_connections=32)
	driver_load ${words+"${words[@]}"}
	login "$@"
}

add_up_to()	# how many connections
{
	local n from

	for n in $(seq $(($(cids_up | wc -l) + 1)) "$1"); do
		from=${EPOCHREALTIME/./}
		conn_add $(((n - 1) % 4 + 1)) --duplicate
		took connections "$n" iscsi_mcs "$from" 1
	done
	wait_for 10 conns_up "$1"
}

with_connections()
{
	local n workload

	begin iscsi_mcs
	for n in $connections; do
		add_up_to "$n"
		for workload in $workloads; do
			cost connections "$n" iscsi_mcs "$workload"
		done
	done
	fio_verify "$(disk)" --size=8m
	bench_end
}

with_depth()	# driver, connections
{
	local depth n

	# shellcheck disable=SC2086 # words
	begin "$1" $deep
	for n in $(seq 2 "$2"); do
		conn_add "$n"
	done
	for depth in $depths; do
		cost depth "$depth" "$1-$2" "randread-4k-$depth"
	done
	fio_verify "$(disk)" --size=8m
	bench_end
}

with_depths()
{
	with_depth iscsi_tcp 1
	with_depth iscsi_mcs 1
	with_depth iscsi_mcs 4
}

sessions_are()	# how many
{
	local sid

	[ "$(sids | wc -l)" = "$1" ]
	for sid in $(sids); do
		session_ready "$sid" || return 1
	done
}

# iscsid logs in what is missing.
login_up_to()	# how many
{
	local have from

	have=$(sids | wc -l)
	[ "$have" -lt "$1" ] || return 0
	iscsiadm -m node -T "$IQN" -o update -n node.session.nr_sessions -v "$1"
	from=${EPOCHREALTIME/./}
	node_login 1 "$IQN"
	wait_for 60 sessions_are "$1"
	took sessions "$1" "$DRIVER" "$from" $(($1 - have))
}

with_sessions()	# driver
{
	local n workload

	begin "$1"
	for n in $sessions; do
		login_up_to "$n"
		for workload in $workloads; do
			cost sessions "$n" "$1" "$workload"
		done
	done
	fio_verify "$(disk)" --size=8m
	bench_end
}

# What is read from the host for every command makes the clock jump.
programs_here()
{
	mkdir -p "$RUN/bin"
	cp "$MCSADM" "$TREE"/userspace/build/*.so* "$RUN/bin/" || return 1
	MCSADM=$RUN/bin/mcsadm
	export LD_LIBRARY_PATH=$RUN/bin
}

klog_allow 'device-mapper: core'
plan 4
bench_warm
record_run
must programs_here
must target_create param.MaxConnections=32 attrib.default_cmdsn_depth=512
subtest "connections" with_connections
subtest "commands under way" with_depths
subtest "sessions" with_sessions iscsi_mcs
subtest "sessions of iscsi_tcp" with_sessions iscsi_tcp
DRIVER=$ours
