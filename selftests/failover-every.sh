#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Every way to lose a connection, for each connection: of four, and of two: the
# leading one and another in turn; EVERY=1 has all of them.
#
#                 .--- link 1 ---.
#   initiator ----|--- link 2 ---|---- target (one LUN)
#   10.0.N.1      |--- link 3 ---|     10.0.N.10
#                 '--- link 4 ---'
#
# topology: pair
# own-vm: yes
# links: 4
# timeout: 1200 + ${EVERY:-0} * 2400

. "$(dirname "$0")/lib/lib.sh"

# What is lost, how, how that ends, and what the longest pause may be in ms
kinds()
{
	cat <<-END
		reset by the target|reset_by_target|true|3000
		reset by the initiator|reset_by_initiator|true|3000
		closed by the target|fin_by_target|fin_end|3000
		closed by the initiator|fin_by_initiator|fin_end|3000
		link down here|link_down|link_up|3000
		link down there|target_link_down|target_link_up|6000
		nothing gets through|link_drop|link_restore|6000
		nothing gets there|block_in|block_end|6000
		nothing comes back|block_out|block_end|6000
		nearly nothing gets through|link_lossy|link_restore|10000
		port closed|port_close|block_end|3000
		portal removed|portal_close|portal_open|3000
	END
}

# Of thirty packets one: TCP is kept busy, but does not get on.
link_lossy()	# link
{
	modprobe sch_netem
	link_discipline "$1" netem loss 97%
}

port_close()	# link
{
	block_in "$1" reject with tcp reset
}

portal_close()	# link
{
	portal_del "$1"
	reset_by_initiator "$1"
}

portal_open()	# link
{
	portal_add "$1"
}

# How often a socket was aborted under LIO's transmit thread. Both threads of a
# connection then wait for two seconds, for what never comes, before they end it.
torn_off()
{
	on_target dmesg | grep -cE '(tcp_sendpage\(\)|sendmsg/splice) failure: -103' || true
}

one()		# connections, link, how to lose it, how that ends, bound, name
{
	local bound=$5 gap before

	before=$(torn_off)
	gap_begin "$DISK"
	survives "$@"
	gap=$(gap_end)
	note "$1 connections, link $2, $6: longest pause $gap ms"
	[ "$(torn_off)" = "$before" ] || bound=$((bound + 4000))
	bound=$((bound * RIG_TIME_FACTOR))
	[ "$gap" -le $bound ] || gap_story | tail -n 60 >&2
	between "$gap" 0 $bound "longest pause in ms"
}

# The links on which a kind is tried
links_of()	# connections, number of the kind
{
	if [ -n "${EVERY:-}" ]; then
		seq "$1"
	else
		echo 1 $((2 + $2 % ($1 - 1)))
	fi
}

all_kinds()	# connections
{
	local name lose restore bound link k=0

	io_full "$DISK" --bs=4k-16k --bsrange=4k-16k \
		--runtime=$((1500 * RIG_TIME_FACTOR))
	while IFS='|' read -r -u 4 name lose restore bound; do
		for link in $(links_of "$1" $k); do
			one "$1" "$link" "$lose" "$restore" "$bound" "$name"
		done
		k=$((k + 1))
	done 4< <(kinds)
	io_end
}

fewer()
{
	conn_remove "$(cid_of_link 3)"
	conn_remove "$(cid_of_link 4)"
	conns_up 2
}

need_mcs
klog_allow 'iSCSI' 'detected conn error' 'tried less often' \
	'session[0-9]+:' 'connection[0-9]+:'
plan 3
must target_create attrib.default_erl=0
must login "node.session.timeo.replacement_timeout=120"
for n in 2 3 4; do
	must conn_add $n
done
DISK=$(disk)
subtest "each of four" all_kinds 4
subtest "two are left" fewer
subtest "each of two" all_kinds 2
gap_forget
