#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The point of it all: connections are added to a live session, I/O never
# stops, and every connection carries its share.
#
#                 .--- link 1 ---.
#   initiator ----|--- link 2 ---|---- target (one LUN)
#   10.0.N.1      |--- link 3 ---|     10.0.N.10
#                 '--- link 4 ---'
#
# timeout: 360

. "$(dirname "$0")/lib/lib.sh"

added()		# link, connections there are then
{
	conn_add "$1"
	wait_for 10 conns_up "$2"
	equals "$(tcp_count "$1")" 1 "TCP connections over link $1"
	equals "$(tcp_count)" "$2" "TCP connections"
	equals "$(session_field conns_active)" "$2" "conns_active"
	equals "$(sids | wc -l)" 1 "sessions"
	io_resumed "$(disk)" 10
}

# Per cent per link while 24 MiB go over the wire. Less, and what the beginning
# and the end happen to cut off would show. Where the processor is short, because others
# use it as well, that is the limit and shares wander: one time of three has to do.
shares()	# links in use, lowest, highest
{
	local before shares low=$2 high=$3 try

	# a slow kernel is the limit, not the links
	[ "$RIG_TIME_FACTOR" = 1 ] || { low=$((low / 2)); high=$((high * 2)); }
	for try in 1 2 3; do
		before=$(links_bytes "$1")
		wait_for 60 bytes_passed $((24 << 20)) "$before"
		shares=$(link_shares "$before" "$(links_bytes "$1")")
		note "shares of the links: $shares per cent"
		! are_within $low $high $shares || return 0
	done
	fail "$try times no share of $low to $high per cent each"
}

are_within()	# lowest, highest, number...
{
	local n

	for n in "${@:3}"; do
		[ "$n" -ge "$1" ] && [ "$n" -le "$2" ] || return 1
	done
}

bytes_passed()	# how many, since
{
	local now sum=0 n

	now=$(links_bytes "$(wc -w <<<"$2")")
	for n in $now; do sum=$((sum + n)); done
	for n in $2; do sum=$((sum - n)); done
	[ $sum -ge "$1" ]
}

io_unharmed()
{
	io_end
	equals "$(session_state)" LOGGED_IN "session"
	equals "$(session_field recoveries)" 0 "recoveries"
}

goes_away()
{
	logout
	wait_for 20 no_sessions
	equals "$(tcp_count)" 0 "TCP connections"
}

need_mcs
plan 8
# slow enough for four of them to be the limit, unless others need the processor, too
for n in 1 2 3 4; do
	must link_shape $n 20
done
must target_create
must login
must io_full "$(disk)" --bs=64k-64k --bsrange=64k-64k
subtest "second connection is added under verified I/O" added 2 2
subtest "two equal links carry 40 to 60 per cent each" shares 2 40 60
subtest "third connection" added 3 3
subtest "fourth connection" added 4 4
subtest "four equal links carry 18 to 32 per cent each" shares 4 18 32
subtest "policy round-robin spreads as well" eval \
	'mcsadm policy --session "$(sid)" round-robin; shares 4 18 32'
subtest "the I/O ends without an error or a recovery" io_unharmed
subtest "logout closes all connections" goes_away
