#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Swap on a disk with two connections, and more in use than there is memory,
# while the connections are lost one by one and together: nothing that brings
# the disk back may wait for memory that only the disk can free.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# topology: pair
# timeout: 600

. "$(dirname "$0")/lib/lib.sh"

ROUNDS=${ROUNDS:-4}
# MiB of memory that can be had; of content that is compared at the end; and of
# content that is written and compared all the time, by two processes
LEFT=${LEFT:-224}
KEPT=${KEPT:-96}
BUSY=${BUSY:-320}

FILES=$RUN/files
HUGE=/proc/sys/vm/nr_hugepages
HUNG=/proc/sys/kernel/hung_task_timeout_secs

# Huge pages that nobody uses take what is too much, and cannot be swapped.
memory_take()
{
	local available

	available=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	echo $(((available - LEFT) / 2)) >$HUGE
	between "$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)" \
		$((LEFT / 2)) $((LEFT * 3 / 2)) "MiB left"
}

# Pages read from swap and written to it since the machine started
swap_pages()
{
	awk '/^pswpin / { i = $2 } /^pswpout / { o = $2 } END { print i, o }' \
		/proc/vmstat
}

swap_mark()
{
	swap_pages >"$RUN/swap-mark"
}

# So many pages have gone both ways since the mark.
swapped()	# pages
{
	local in out in_then out_then

	read -r in out < <(swap_pages)
	read -r in_then out_then <"$RUN/swap-mark"
	[ $((in - in_then)) -ge "$1" ] && [ $((out - out_then)) -ge "$1" ]
}

still_swapping()
{
	bg_running busy || fail "stress-ng has ended"
	swap_mark
	wait_for 90 swapped 200
}

files_right()
{
	md5sum --quiet -c "$RUN/sums" || fail "a file has changed"
}

begin()
{
	local dev n

	dev=$(disk)
	mkswap "$dev"
	swapon "$dev"
	# to be reported, where the rig would end
	echo 0 >${HUNG%timeout_secs}panic
	echo 30 >$HUNG
	# their stacks are for information only
	dmesg -n 8
	mkdir -p "$FILES"
	mount -t tmpfs -o size=$((KEPT + 8))m files "$FILES"
	for n in $(seq $((KEPT / 8))); do
		head -c 8M /dev/urandom >"$FILES/$n"
	done
	md5sum "$FILES"/* >"$RUN/sums"
	memory_take
	bg_start busy stress-ng --temp-path "$RUN" --vm 2 --vm-bytes "${BUSY}m" --vm-keep \
		--vm-populate --vm-method rand-set --verify --metrics-brief
	still_swapping
}

lose()	# link, reset or down
{
	local before

	before=$(count losses)
	if [ "$2" = reset ]; then
		reset_by_initiator "$1"
		wait_for 20 more_losses "$before"
	else
		link_down "$1"
		wait_for 20 more_losses "$before"
		still_swapping
		link_up "$1"
	fi
	wait_for 30 conns_up 2
	still_swapping
}

one_by_one()
{
	local i kinds=(reset down)

	for i in $(seq 0 $((ROUNDS - 1))); do
		lose $((1 + (i + i / 2) % 2)) "${kinds[i % 2]}"
	done
	equals "$(session_field recoveries)" 0 "logins of the session"
	note "$(count losses) losses, $(session_field longest_pause_ms) ms at the most"
}

logged_in_again()	# logins before
{
	[ "$(session_field recoveries)" -gt "$1" ] && conns_up 2
}

# iscsid, which has to log in again, lives in the same short memory. And so does
# this shell: the target does both by itself.
together()
{
	local before enable=$LIO/iscsi/$IQN/tpgt_1/enable

	before=$(session_field recoveries)
	on_target bash -c "echo 0 >$enable && echo 1 >$enable"
	wait_for 60 logged_in_again "$before"
	still_swapping
}

# The processes end, the rest of the content is read under the same pressure,
# and all that is left in swap has to come back through a loss.
comes_back()
{
	kill -INT "$(cat "$RUN/busy.pid")"
	wait_for 60 negate bg_running busy
	bg_stop busy
	negate grep -E 'fail:|error:|detected|Killed' "$RUN/busy.log"
	grep 'successful run completed' "$RUN/busy.log"
	files_right
	echo 0 >$HUGE
	bg_start off swapoff "$(disk)"
	reset_by_initiator 2
	wait_for 60 negate bg_running off
	bg_stop off
	equals "$(sed 1d /proc/swaps)" "" "swap in use"
	files_right
	wait_for 30 conns_up 2
	note "MiB in and out of swap: $(swap_pages |
		awk '{ printf "%d, %d\n", $1 / 256, $2 / 256 }')"
}

swap_end()
{
	swap_reset
	echo "$hung_before" >$HUNG
	echo 1 >${HUNG%timeout_secs}panic
	umount "$FILES"
	umount -l "$RUN"
}

# What iscsid writes, to its log say, must not wait for a page from the swap that
# it is to bring back: not in a tmpfs.
mount -t ramfs run "$RUN" || exit 1
need_mcs
hung_before=$(cat $HUNG)
klog_allow 'detected conn error' 'iSCSI Login'
plan 3
trap 'swap_end >/dev/null 2>&1; rig_reset >/dev/null 2>&1; exit $((KTAP_FAILED > 0))' EXIT
must target_create size=512
must login
must conn_add 2
must begin
subtest "connections are lost one by one" one_by_one
subtest "all connections are lost" together
subtest "the content is right, swapoff works" comes_back
