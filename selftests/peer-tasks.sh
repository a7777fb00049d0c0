#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A command whose time is up, and a target that answers wrongly or not at all
# when it is told to abort it. The command ends once, without an error, and what
# it wrote is there. The target complains of an ABORT TASK on another connection
# than the command's, and of one with another CmdSN.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 peer
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"

recoveries()
{
	session_field recoveries
}

# A write stays at the target until its time is up and the target has been told.
stuck_write()	# what is answered to that
{
	local tmfs

	tmfs=$(peer_counter tmfs)
	peer tmf "$1"
	peer hold
	head -c 4096 /dev/urandom >"$RUN/block"
	bg_start writer dd if="$RUN/block" of="$(disk)" bs=4096 count=1 \
		oflag=direct conv=notrunc
	wait_for 20 peer_counter_above tmfs "$tmfs"
}

written()
{
	peer tmf honest
	peer release
	wait_for 30 negate bg_running writer
	wait_for 20 peer_conns_up 2
	cat "$RUN/writer.log"
	grep -q '4096 bytes' "$RUN/writer.log"
	cmp -n 4096 "$RUN/block" <(dd if="$(disk)" bs=4096 count=1 iflag=direct)
}

# One connection is lost, or none; the session stays.
answered()	# how, losses it may cost
{
	local before losses

	before=$(recoveries)
	losses=$(count losses)
	stuck_write "$1"
	written
	wait_for 5 losses_are $((losses + $2))
	equals "$(recoveries)" "$before" "session recoveries"
}

losses_are()	# how many
{
	[ "$(count losses)" = "$1" ]
}

# The error handler goes up to its last step, a new login.
useless()	# what is answered
{
	local before tmfs

	before=$(recoveries)
	tmfs=$(peer_counter tmfs)
	stuck_write "$1"
	wait_for 40 recovered_since "$before"
	# ABORT TASK, the reset of the logical unit, that of the target
	equals $(($(peer_counter tmfs) - tmfs)) 3 "task management requests"
	written
	equals "$(recoveries)" $((before + 1)) "session recoveries"
}

# A reset is answered, and the connection that holds the command goes down at the
# ping behind it, and nothing is said to its Logout: the error handler must not
# have the command back before recovery has let go of it. If it had, it would use
# the command again at once, which the driver warns of.
lost_with_reset()
{
	local before

	before=$(recoveries)
	peer logout never
	stuck_write parted
	wait_for 60 recovered_since "$before"
	peer logout honest
	written
	equals "$(recoveries)" $((before + 1)) "session recoveries"
}

# The kernel's own: the midlayer would repeat it, and it would be refused then, being
# there already.
registers()
{
	local cid

	peer hold
	bg_start register "$TREE/selftests/build/pr_register" "$(disk)"
	wait_for 10 peer_counter_is reserves 1
	for cid in $(peer_cid 1) $(peer_cid 2); do
		! peer_outstanding "$cid" || peer_relogin 1 peer reset "cid=$cid"
	done
	peer release
	wait_for 20 negate bg_running register
	cat "$RUN/register.log"
	grep -q 'registration failed' "$RUN/register.log"
	equals "$(peer_counter reserves)" 1 "registrations the target was sent"
	wait_for 30 peer_conns_up 2
}

ends()
{
	peer_has_no_complaint
	logout
	wait_for 20 no_sessions
}

need_mcs
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:' 'sd [0-9:]+ '
plan 8
must peer_start
must login "node.conn[0].timeo.noop_out_interval=1" \
	"node.session.err_timeo.abort_timeout=2" \
	"node.session.err_timeo.lu_reset_timeout=2" \
	"node.session.err_timeo.tgt_reset_timeout=2"
must conn_add 2
echo 2 >"$(scsi_device)/timeout"
subtest "aborted, and its status comes all the same" answered late 1
subtest "the answer has another tag" answered tag 1
subtest "the answer comes on another connection" answered elsewhere 1
subtest "no answer" useless never
subtest "refused" useless 255
subtest "reset, and the command's connection is lost with it" lost_with_reset
subtest "a registration, and its connection is lost" registers
subtest "nothing to complain of, logout" ends
