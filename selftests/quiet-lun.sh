#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A busy logical unit fills the target's command window; a quiet one of the same
# target gets its turn all the same.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (two LUNs, window of 16)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"

# Requests that a disk has completed
completed()	# device
{
	awk '{ print $1 + $5 }' "/sys/block/${1##*/}/stat"
}

# Random reads of 4k, each after the last one
reads_one_by_one()	# device, seconds
{
	timeout -k 5 $((($2 + 60) * RIG_TIME_FACTOR)) fio --name=reads --filename="$1" \
		--direct=1 --ioengine=libaio --iodepth=1 --rw=randread --bs=4k \
		--time_based --runtime=$(($2 * RIG_TIME_FACTOR)) --minimal --terse-version=3
}

# Reads of one LUN beside a queue on the other that is four times the window
quiet_beside_busy()
{
	local busy quiet taken got

	busy=$(disk "" 0) quiet=$(disk "" 1)
	bg_start busy fio --name=busy --filename="$busy" --direct=1 --ioengine=libaio \
		--rw=randread --bs=4k --iodepth=64 --time_based --runtime=120
	wait_for 20 io_moving "$busy"
	taken=$(completed "$busy") got=$(completed "$quiet")
	reads_one_by_one "$quiet" 8 >"$RUN/quiet"
	taken=$(($(completed "$busy") - taken)) got=$(($(completed "$quiet") - got))
	bg_stop busy INT
	note "$got reads in turn beside $taken, of $(awk -F';' '{ printf "%d", $40 }' \
		"$RUN/quiet") us each; the longest took $(cut -d';' -f39 "$RUN/quiet") us"
	# a quarter of what one of 17 that ask would get, or more
	[ "$got" -gt $((taken / 64)) ]
}

plan 1
must target_create links="1 2" luns=2 attrib.default_cmdsn_depth=16
must login "node.session.queue_depth=64"
[ "$DRIVER" != iscsi_mcs ] || must conn_add 2
subtest "a quiet logical unit beside a busy one" quiet_beside_busy
