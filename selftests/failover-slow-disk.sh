#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Commands that the target is still working on when their connection dies, or
# when their time is up: a disk that stands still for a while.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (LUN 1 can be stopped)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# timeout: 300

. "$(dirname "$0")/lib/lib.sh"

slow_disk()
{
	disk "" 1
}

recoveries()
{
	session_field recoveries
}

in_flight()
{
	session_field cmds_in_flight
}

stayed_logged_in()	# recoveries before
{
	equals "$(recoveries)" "$1" "recoveries of the session"
}

# At least so many commands are out and none comes back. As long on a slow kernel, too:
# a target that stands still asks whether we are there, and stops waiting.
stuck()		# commands
{
	io_forget "$(slow_disk)"
	[ "$(in_flight)" -ge "$1" ] && ! io_moving "$(slow_disk)" &&
		! RIG_TIME_FACTOR=1 wait_for 1 io_moving "$(slow_disk)"
}

# The disk stops while at least so many are out. Between two rounds fio has fewer:
# then it has to go on first.
stopped_with()	# commands
{
	target_suspend 1
	wait_for 5 stuck "$1" && return
	target_resume 1
	return 1
}

# The links of the connections that carry commands.
busy_link()
{
	mcsadm list --json | jq -r '.sessions[0].connections[] |
		select(.cmds_in_flight > 0) | .local.address' | cut -d. -f3
}

kill_link()	# link
{
	ss -K "dport = :3260 and dst $(target_ip "$1")" >"$RUN/killed"
	[ -s "$RUN/killed" ]
}

losses()
{
	count losses
}

write_slow()	# name
{
	head -c 4096 /dev/urandom >"$RUN/block"
	bg_start "$1" dd if="$RUN/block" of="$(slow_disk)" bs=4096 count=1 \
		oflag=direct conv=notrunc
}

written()
{
	cmp -n 4096 "$RUN/block" <(dd if="$(slow_disk)" bs=4096 count=1 iflag=direct)
}

# The command times out and is aborted; the other LUN does not notice.
holds_nobody_up()
{
	local before timeout

	timeout=$(cat "$(scsi_device "" 1)/timeout")
	echo 2 >"$(scsi_device "" 1)/timeout"
	before=$(losses)
	io_full "$(disk)" --iodepth=4 --size=8m
	target_suspend 1
	write_slow writer
	# the abort has been sent: the target has something to answer later
	wait_for 20 tmf_sent
	io_resumed "$(disk)" 10
	target_resume 1
	wait_for 30 negate bg_running writer
	io_end
	written
	equals "$(losses)" "$before" "lost connections"
	echo "$timeout" >"$(scsi_device "" 1)/timeout"
}

tmf_sent()
{
	iscsiadm -m session -r "$(sid)" -s | grep -qE 'tmfcmd_pdus: [1-9]'
}

# Many writes are stuck at the target when their connection dies: they may be
# sent again only when the target is through with them.
waits_for_the_target()
{
	local before lost

	target_resume 1
	before=$(recoveries)
	lost=$(losses)
	# no larger than what goes with the command: LIO may take data that it has asked
	# for as missing, and does when the disk needs more than three seconds for it
	io_full "$(slow_disk)" --size=4m --bsrange=4k-64k
	wait_for 60 stopped_with 2
	kill_link "$(busy_link | head -n 1)"
	# recovery waits for the target, and netlink does not wait for recovery
	wait_for 20 state_of_one cleanup
	RIG_TIME_FACTOR=1 expect_failure io_resumed "$(slow_disk)" 2
	equals "$(losses)" "$lost" "losses dealt with"
	target_resume 1
	wait_for 30 conns_up 2
	io_resumed "$(slow_disk)" 30
	io_end
	stayed_logged_in "$before"
}

state_of_one()	# state that a connection is in
{
	[ -n "$(json_select state "$1" cid)" ]
}

# From user space, with its connection dying under it: runs once, and its
# sender is told.
passthrough_runs_once()
{
	local before sent

	target_resume 1
	before=$(recoveries)
	sent=$(target_commands 1)
	head -c 4096 /dev/urandom >"$RUN/block"
	target_suspend 1
	bg_start raw sg_raw --timeout=60 --send=4096 --infile="$RUN/block" \
		"$(slow_disk)" 2a 00 00 00 00 00 00 00 08 00
	wait_for 20 stuck 1
	kill_link "$(busy_link)"
	wait_for 20 state_of_one cleanup
	target_resume 1
	wait_for 30 negate bg_running raw
	wait_for 30 conns_up 2
	cat "$RUN/raw.log"
	grep -qiE 'transport|error|DID_' "$RUN/raw.log"
	equals $(($(target_commands 1) - sent)) 1 "commands the target was sent"
	stayed_logged_in "$before"
}

# The same from the block layer is sent again, and works.
write_is_sent_again()
{
	local before sent

	target_resume 1
	before=$(recoveries)
	sent=$(target_commands 1)
	target_suspend 1
	write_slow writer
	wait_for 20 stuck 1
	kill_link "$(busy_link)"
	wait_for 20 state_of_one cleanup
	target_resume 1
	wait_for 30 negate bg_running writer
	wait_for 30 conns_up 2
	equals $(($(target_commands 1) - sent)) 2 "commands the target was sent"
	written
	stayed_logged_in "$before"
}

commands()
{
	mcsadm list --json | jq -r '[.sessions[0].connections[].cmds] | @tsv'
}

# Both have carried commands since then. How many they hold at the moment somebody
# looks says nothing: who looks needs the CPU that commands come from.
out_on_both()	# commands they had carried
{
	local before now

	read -ra before <<<"$1"
	read -ra now < <(commands)
	[ "${now[0]}" -gt $((before[0] + 8)) ] &&
		[ "${now[1]}" -gt $((before[1] + 8)) ]
}

# Commands of the LUN are out on both connections, at least just before.
reset_with_two()
{
	local before

	before=$(losses)
	io_full "$(disk)" --size=8m --iodepth=32
	wait_for 20 out_on_both "$(commands)"
	timeout 60 sg_reset -d "$(disk)"
	io_resumed "$(disk)" 60
	wait_for 20 out_on_both "$(commands)"
	timeout 60 sg_reset -d "$(disk)"
	io_resumed "$(disk)" 60
	io_end
	equals "$(losses)" "$before" "lost connections"
}

ends_well()
{
	logout
	wait_for 20 no_sessions
}

need_mcs
klog_allow 'ABORT_TASK' 'LUN_RESET' 'CONFIG_IMA_DISABLE_HTABLE' \
	'iSCSI Login negotiation failed'
plan 6
must target_create links="1 2" luns=2 backing=ram,slow size=16
must login
must conn_add 2
subtest "a disk that stands still holds nobody else up" holds_nobody_up
subtest "writes wait for the target before they are sent again" waits_for_the_target
subtest "a passthrough command runs once, its sender is told" passthrough_runs_once
subtest "a write of the block layer is sent again" write_is_sent_again
subtest "reset of a logical unit with commands on both" reset_with_two
subtest "logout" ends_well
