#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What is slow is not dead: a disk that stands still, a target that is stopped,
# so that TCP's window closes, and a link that has far more to carry than it can.
# No connection is lost for it, and all of it ends well. Each lasts PATIENCE
# seconds (default 60).
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 LIO, then tgt
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# own-vm: yes
# timeout: 3000

. "$(dirname "$0")/lib/lib.sh"

: "${PATIENCE:=60}"
# An unanswered ping makes a loss when the node record says so. What is tested
# here is what the module makes of silence by itself.
NOPS=("node.conn[0].timeo.noop_out_interval=5"
	"node.conn[0].timeo.noop_out_timeout=$((PATIENCE + 60))")

# fio goes on for as long as that takes
LONG=--runtime=$((2 * PATIENCE + 120))

# The error handler has its own idea of how long a command may take.
give_commands_time()	# lun
{
	local dev

	for dev in $(scsi_device "" "$1"); do
		echo $((PATIENCE + 120)) >"$dev/timeout"
	done
}

nothing_was_lost()
{
	conns_up 2
	equals "$(count losses)" 0 "losses"
	equals "$(count recoveries)" 0 "logins of the session"
}

disk_stands_still()
{
	io_full "$(disk)" --iodepth=32 "$LONG"
	target_suspend 0
	sleep "$PATIENCE"
	nothing_was_lost
	target_resume 0
	io_resumed "$(disk)" 20
	nothing_was_lost
	io_end
}

# First every second command goes over the slow link, then as many as it can
# take. Writes have their data with them: LIO waits three seconds for what it
# has to ask for, and closes the connection then.
link_is_full()
{
	local bytes shares

	link_shape 2 1 16
	io_full "$(disk)" --bs=4k-8k --bsrange=4k-8k --iodepth=64 "$LONG"
	mcsadm policy --session "$(sid)" round-robin
	sleep "$PATIENCE"
	nothing_was_lost
	mcsadm policy --session "$(sid)" least-queue-depth
	bytes=$(links_bytes 2)
	sleep $((PATIENCE / 4))
	shares=$(link_shares "$bytes" "$(links_bytes 2)")
	note "shares of the links: $shares per cent"
	between "${shares%% *}" 80 100 "share of the other link"
	link_restore 2
	io_resumed "$(disk)" 20
	io_end
	nothing_was_lost
}

leave_lio()
{
	link_restore 2
	logout
	wait_for 20 no_sessions
	target_delete
	rm -rf /etc/iscsi/nodes/*
}

# What its sockets take before their window closes
target_buffers()	# like tcp_rmem
{
	on_target bash -c "echo $* >/proc/sys/net/ipv4/tcp_rmem"
}

tgtd_signal()	# signal
{
	on_target bash -c "kill -$1 \$(cat $RUN/tgtd.pid)"
}

window_closed()
{
	ss -Htno state established "dport = :3260" | grep -q 'timer:(persist'
}

target_is_stopped()
{
	local dev buffers

	buffers=$(on_target cat /proc/sys/net/ipv4/tcp_rmem)
	target_buffers 4096 16384 32768
	on_target tgt_create MaxConnections=4
	login_tgt
	dev=$(disk "" 1)
	conn_add 2
	mcsadm tune --session "$(sid)" target-class=close-retry
	give_commands_time 1
	io_full "$dev" --bs=64k-64k --bsrange=64k-64k --iodepth=32 "$LONG"
	tgtd_signal STOP
	wait_for 10 window_closed
	sleep "$PATIENCE"
	window_closed
	nothing_was_lost
	tgtd_signal CONT
	io_resumed "$dev" 20
	io_end
	nothing_was_lost
	logout
	wait_for 20 no_sessions
	target_buffers "$buffers"
}

# tgt has a controller at LUN 0, the disk at 1.
login_tgt()
{
	node_new 1 "$IQN" "${NOPS[@]}"
	node_login 1 "$IQN"
	wait_for 30 disk_of_tgt_there
}

disk_of_tgt_there()
{
	[ -b "$(disk "" 1)" ]
}

need_mcs
klog_allow 'CONFIG_IMA_DISABLE_HTABLE'
plan 3
must target_create backing=slow size=32
must login "${NOPS[@]}"
must conn_add 2
must give_commands_time 0
subtest "a disk that stands still" disk_stands_still
subtest "a link with more to carry than it can" link_is_full
must leave_lio
subtest "a target that is stopped, its window closed" target_is_stopped
