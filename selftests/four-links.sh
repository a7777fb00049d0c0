#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Four links of equal rate, the links being the limit: four connections reach
# at least 3.4 times what one does. One that loses packets is measured, reported
# and given less.
#
# Where the kernel is slow the links are slower yet, to be the limit there, too.
#
#                 .--- link 1, 20 Mbit/s ---.
#   initiator ----|--- link 2 --------------|---- target (one LUN)
#   10.0.N.1      |--- link 3 --------------|     10.0.N.10
#                 '--- link 4 --------------'
#
# own-vm: yes
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

MBIT=20
LOAD=(--bs=256k --iodepth=32 --runtime=10)
if [ "$RIG_TIME_FACTOR" != 1 ]; then
	MBIT=2
	LOAD=(--bs=64k --iodepth=16 --runtime=30)
fi

measure()	# file for the result, read or write
{
	fio_rate "$(disk)" --rw="$2" "${LOAD[@]}" --size=60m \
		--time_based --ramp_time=3 >"$RUN/$1"
	note "$2, $(cids_up | wc -l) connections: $(cat "$RUN/$1") KiB/s"
	[ "$(cat "$RUN/$1")" -gt 0 ]
}

ratio()		# read or write
{
	local ratio

	measure "four-$1" "$1"
	ratio=$((100 * $(cat "$RUN/four-$1") / $(cat "$RUN/one-$1")))
	note "$1: four connections reach $ratio per cent of one"
	between $ratio 340 450 "ratio in per cent"
}

add_three()
{
	conn_add 2
	conn_add 3
	conn_add 4
	conns_up 4
}

# What is left when the load ends is measured as well, hence less than 115 for each Mbit/s.
paces()
{
	local n

	for n in 1 2 3 4; do
		between "$(field_of_link $n pace_kib_s)" $((MBIT * 40)) $((MBIT * 150)) "KiB/s of link $n"
	done
}

lossy_one()
{
	local n

	link_worsen 4 loss 5%
	for n in 1 2 3 4; do
		link_bytes $n >"$RUN/before-$n"
	done
	measure lossy write
	for n in 1 2 3 4; do
		echo $(($(link_bytes $n) - $(cat "$RUN/before-$n"))) >"$RUN/bytes-$n"
		field_of_link $n tcp_retransmits >"$RUN/retransmits-$n"
		note "link $n: $(cat "$RUN/bytes-$n") bytes," \
			"$(field_of_link $n pace_kib_s) KiB/s," \
			"$(cat "$RUN/retransmits-$n") segments sent again"
	done
	for n in 1 2 3; do
		# a slow link has the time to send all again
		[ $MBIT = 2 ] || [ "$(cat "$RUN/bytes-4")" -lt "$(cat "$RUN/bytes-$n")" ]
		[ "$(cat "$RUN/retransmits-4")" -gt "$(cat "$RUN/retransmits-$n")" ]
	done
}

need_mcs
plan 7
for n in 1 2 3 4; do
	must link_shape $n $MBIT
done
must target_create
must login
subtest "one connection, read" measure one-read read
subtest "one connection, write" measure one-write write
subtest "three more connections" add_three
subtest "four connections read 3.4 times as fast" ratio read
subtest "four connections write 3.4 times as fast" ratio write
subtest "each one's pace is that of its link" paces
subtest "a lossy link is known for it, and given less" lossy_one
