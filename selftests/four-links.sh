#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Four links of equal rate, the links being the limit: four connections reach
# at least 3.4 times what one does.
#
#                 .--- link 1, 20 Mbit/s ---.
#   initiator ----|--- link 2 --------------|---- target (one LUN)
#   10.0.N.1      |--- link 3 --------------|     10.0.N.10
#                 '--- link 4 --------------'
#
# own-vm: yes
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

measure()	# file for the result, read or write
{
	fio_rate "$(disk)" --rw="$2" --bs=256k --iodepth=32 --size=60m \
		--time_based --ramp_time=3 --runtime=10 >"$RUN/$1"
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

need_mcs
plan 5
for n in 1 2 3 4; do
	must link_shape $n 20
done
must target_create
must login
subtest "one connection, read" measure one-read read
subtest "one connection, write" measure one-write write
subtest "three more connections" add_three
subtest "four connections read 3.4 times as fast" ratio read
subtest "four connections write 3.4 times as fast" ratio write
