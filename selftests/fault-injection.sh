#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Memory that the kernel does not give, in every thread the module works in:
# what was asked for fails with a clear error, what runs goes on, no data is
# lost. Needs a kernel with failslab and fail_page_alloc: make check-debug
# TESTS=fault-injection.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# topology: pair
# timeout: 900

. "$(dirname "$0")/lib/lib.sh"

FAULTS=/sys/kernel/debug
ROUNDS=${ROUNDS:-40}

# Every so many allocations of marked threads fail, in per mille.
faults_on()	# per mille
{
	local kind pid

	for kind in failslab fail_page_alloc; do
		echo 1 >$FAULTS/$kind/task-filter
		echo 0 >$FAULTS/$kind/verbose
		echo 0 >$FAULTS/$kind/ignore-gfp-wait
		echo -1 >$FAULTS/$kind/times
		# "interval" allocations at most one of which fails
		echo $((1000 / $1)) >$FAULTS/$kind/interval
		echo 100 >$FAULTS/$kind/probability
	done
	echo 0 >$FAULTS/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$FAULTS/fail_page_alloc/min-order
	for pid in $(pgrep 'kworker|iscsi|scsi_|ksoftirqd'); do
		echo 1 2>/dev/null >"/proc/$pid/make-it-fail" || true
	done
}

faults_off()
{
	local kind pid

	for kind in failslab fail_page_alloc; do
		echo 0 >$FAULTS/$kind/probability
	done
	for pid in $(pgrep 'kworker|iscsi|scsi_|ksoftirqd'); do
		echo 0 2>/dev/null >"/proc/$pid/make-it-fail" || true
	done
}

# A program some of whose requests to the kernel fail
failing()	# command...
{
	# shellcheck disable=SC2016 # the inner shell's
	bash -c 'echo 1 >/proc/self/make-it-fail && exec "$@"' - "$@"
}

adds()
{
	local i worked=0

	for i in $(seq "$ROUNDS"); do
		faults_on $((2 + i % 8 * 12))
		if failing "$MCSADM" add --session "$(sid)" \
			--portal "$(target_ip 2)" >"$RUN/add.out" 2>&1; then
			worked=$((worked + 1))
		fi
		faults_off
		wait_for 60 cleaned
		state_is LOGGED_IN
	done
	note "$worked of $ROUNDS worked"
	between "$worked" 1 $((ROUNDS - 1)) "added in spite of it"
	conn_add 2
	conns_up 2
}

# Removes what came about; one that failed leaves nothing.
cleaned()
{
	local cid

	cid=$(cid_of_link 2)
	[ -z "$cid" ] || conn_remove "$cid" >"$RUN/remove.out" 2>&1
	[ "$(session_field conns_configured)" = 1 ]
}

io_goes_on()
{
	local i

	io_begin "$(disk)"
	for i in $(seq 10); do
		faults_on $((1 + i % 3))
		io_resumed "$(disk)" 60
		more_io 200
		faults_off
	done
	wait_for 60 conns_up 2
	io_end
}

more_io()	# requests
{
	local stat

	stat=/sys/block/$(basename "$(disk)")/stat
	wait_for 60 done_more "$stat" $(($(awk '{ print $1 + $5 }' "$stat") + $1))
}

done_more()	# file, than
{
	[ "$(awk '{ print $1 + $5 }' "$1")" -gt "$2" ]
}

losses()
{
	local i

	io_begin "$(disk)"
	for i in $(seq $((ROUNDS / 4))); do
		faults_on $((1 + i % 5 * 8))
		ss -K dst "$(target_ip $((1 + i % 2)))" >"$RUN/ss.out"
		io_resumed "$(disk)" 90
		faults_off
		wait_for 60 conns_up 2
	done
	note "recoveries of the session: $(session_field recoveries)"
	io_end
}

logins()
{
	local i worked=0

	logout
	wait_for 30 no_sessions
	for i in $(seq $((ROUNDS / 4))); do
		echo 1 >"/proc/$(cat "$RUN/iscsid.pid")/make-it-fail"
		faults_on $((1 + i % 4 * 5))
		if timeout 60 iscsiadm -m node -T "$IQN" --login \
			>"$RUN/login.out" 2>&1; then
			worked=$((worked + 1))
		fi
		faults_off
		iscsid_stop
		iscsid_start
		wait_for 60 logged_out
	done
	note "$worked of $((ROUNDS / 4)) logins worked"
	login
	fio_verify "$(disk)" --size=2m
}

logged_out()
{
	no_sessions && return
	timeout 30 iscsiadm -m node -T "$IQN" --logout >"$RUN/out" 2>&1 || true
	no_sessions
}

need_mcs
if [ ! -d $FAULTS/failslab ] || [ ! -d $FAULTS/fail_page_alloc ]; then
	skip_all "this kernel has no fault injection"
fi
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:' 'iSCSI' 'sd [0-9:]+' \
	'scsi host' 'allocation failure' 'Could not|could not|cannot allocate'
plan 4
must target_create
must login
subtest "connections are added without memory" adds
subtest "I/O goes on without memory" io_goes_on
subtest "connections are lost without memory" losses
subtest "logins without memory" logins
