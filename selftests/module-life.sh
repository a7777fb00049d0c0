#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Loading and unloading: refused with a live session, and often.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# LOOPS says how often the module is loaded, used and unloaded: fewer times on a debug
# kernel, where each takes 20 seconds.
# vm: --smp 1
# timeout: ${LOOPS:-25} * 6 + 300

. "$(dirname "$0")/lib/lib.sh"

: "${LOOPS:=$((RIG_TIME_FACTOR == 1 ? 25 : 8))}"

refused_in_use()
{
	login
	expect_failure rmmod "$DRIVER"
	fio_verify "$(disk)" --size=1m
	logout
	wait_for 20 no_sessions
	driver_unload
}

cycle()
{
	driver_load
	node_login 1 "$IQN" >/dev/null
	wait_for 30 session_ready
	dd if="$(disk)" of=/dev/null bs=64k count=4 iflag=direct status=none
	logout >/dev/null
	wait_for 20 no_sessions
	driver_unload
}

unreclaimable_kib()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(SUnreclaim|Percpu|KernelStack|VmallocUsed):/ { sum += $2 }
		END { print sum }' /proc/meminfo
}

kernel_threads()
{
	ps -e -o ppid= -o comm= | awk '$1 == 2 && $2 !~ /^kworker/' | wc -l
}

sockets()
{
	awk '/^TCP:/ { print $3 }' /proc/net/sockstat
}

loop()
{
	local before threads

	for _ in 1 2 3 4 5; do
		cycle
	done
	before=$(unreclaimable_kib)
	threads=$(kernel_threads)
	for _ in $(seq "$LOOPS"); do
		cycle
	done
	note "unreclaimable memory: $before KiB before, $(unreclaimable_kib) KiB after" \
		"$LOOPS rounds"
	between $(($(unreclaimable_kib) - before)) -100000 $((1024 + 8 * LOOPS)) \
		"growth in KiB"
	between $(($(kernel_threads) - threads)) -10 0 "growth of kernel threads"
	equals "$(sockets)" "$orphans" "TCP sockets"
}

plan 2
must target_create
orphans=$(sockets)
subtest "rmmod is refused while a session lives" refused_in_use
must iscsid_start
subtest "load, log in, log out, unload $LOOPS times" loop
