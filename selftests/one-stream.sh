#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# One stream over all links: a program that has one request under way at a time
# gets the sum of the links, because the block layer cuts its requests into
# commands. The limit it cuts by follows the connections, and a limit that was
# set by hand stays.
#
#                 .--- link 1, 20 Mbit/s ---.
#   initiator ----|--- link 2 --------------|---- target (one LUN)
#   10.0.N.1      |--- link 3 --------------|     10.0.N.10
#                 '--- link 4 --------------'
#
# vm: --icount
# timeout: 360

. "$(dirname "$0")/lib/lib.sh"

rate=20				# Mbit/s of each link
sum_of_one=$((rate * 1000000 / 8 / 1024))	# KiB/s

limit_file()	# lun
{
	local dev

	dev=$(disk "$(sid)" "${1:-0}")
	echo "/sys/block/${dev##*/}/queue/max_sectors_kb"
}

limit_is()	# KiB, lun
{
	[ "$(cat "$(limit_file "${2:-0}")")" = "$1" ]
}

tune()		# words for mcsadm
{
	mcsadm tune --session "$(sid)" "$@"
}

# The share of a number of links that a workload reaches, in per cent. A time
# would be cut off in the middle of a request.
share()		# links, rw, block size
{
	local got

	got=$(fio_rate "$(disk)" --rw="$2" --bs="$3" --iodepth=1 --size=24m)
	echo $((100 * got / ($1 * sum_of_one)))
}

# On, and off as it was before, in the same run. While it is off 256 KiB take
# turns: each link has a burst to give after the other's turn.
reaches()	# links, rw, block size, per cent of the links, per cent of off
{
	local on off kib

	kib=$(cat "$(limit_file)")
	on=$(share "$1" "$2" "$3")
	tune stream-split=0
	wait_for 5 limit_is "$(cat "$RUN/before")"
	off=$(share "$1" "$2" "$3")
	tune stream-split=256
	wait_for 5 limit_is "$kib"
	note "$2 of $3 over $1 links: $on per cent of their sum, $off without"
	between "$on" "$4" 105 "share of the links in per cent"
	between $((100 * on / off)) "$5" 500 "per cent of what it is without"
}

no_limit_of_ours()
{
	cat "$(limit_file)" >"$RUN/before"
	note "with one connection: $(cat "$RUN/before") KiB"
	[ "$(cat "$RUN/before")" -gt 256 ]
	equals "$(session_field stream_split_kib)" 256 "stream-split"
	# as a rule of udev's would; happens to be what ours will be
	echo 128 >"$(limit_file 1)"
}

two_conns()
{
	conn_add 2
	conns_up 2
	wait_for 5 limit_is 128
}

two_links()
{
	reaches 2 read 1m 85 170
	reaches 2 write 1m 85 170
	reaches 2 read 256k 75 130
	reaches 2 write 256k 75 130
}

four_conns()
{
	conn_add 3
	conn_add 4
	conns_up 4
	wait_for 5 limit_is 64
	limit_is 128 1
}

four_links()
{
	reaches 4 read 1m 85 300
	reaches 4 write 1m 85 300
}

verified()
{
	fio_verify "$(disk)" --rw=write --bs=1m --bsrange=1m-1m --iodepth=1 \
		--size=16m
}

# Nothing changes while a link is gone for a moment.
outage()
{
	local file

	file=$(limit_file)
	link_down 2
	wait_for 10 conns_up 3
	limit_is 64
	link_up 2
	wait_for 20 conns_up 4
	equals "$(cat "$file")" 64 "KiB after the outage"
}

# One connection for all commands: nothing to share.
policies()
{
	mcsadm policy --session "$(sid)" fail-over-only
	wait_for 5 limit_is "$(cat "$RUN/before")"
	mcsadm policy --session "$(sid)" least-queue-depth
	wait_for 5 limit_is 64
	mcsadm set --session "$(sid)" --cid "$(cid_of_link 4)" --role standby
	mcsadm set --session "$(sid)" --cid "$(cid_of_link 3)" --role standby
	wait_for 5 limit_is 128
	mcsadm set --session "$(sid)" --cid "$(cid_of_link 4)" --role active
	wait_for 5 limit_is 64
}

removal()
{
	conn_remove "$(cid_of_link 4)"
	wait_for 5 limit_is 128
	conn_remove "$(cid_of_link 2)"
	wait_for 5 limit_is "$(cat "$RUN/before")"
	limit_is 128 1
	give_back
	wait_for 5 limit_is "$(cat "$RUN/before")" 1
}

# The second disk's limit is set by hand, the first one shows when a change has
# come through. What the kernel had chosen counts as set by hand, too.
by_hand()
{
	local kib before

	before=$(cat "$RUN/before")
	conn_add 2
	wait_for 5 limit_is 128
	wait_for 5 limit_is 128 1
	for kib in 512 "$before"; do
		echo "$kib" >"$(limit_file 1)"
		conn_add 4
		wait_for 5 limit_is 64
		limit_is "$kib" 1
		conn_remove "$(cid_of_link 4)"
		wait_for 5 limit_is 128
		limit_is "$kib" 1
	done
	echo 512 >"$(limit_file 1)"
	tune stream-split=0
	wait_for 5 limit_is "$before"
	limit_is 512 1
}

# To the kernel; newer ones take 0 for that.
give_back()
{
	echo 0 >"$(limit_file 1)" || cat "$RUN/before" >"$(limit_file 1)"
}

# Given back while it is off, it is ours again.
given_back()
{
	tune stream-split=256
	wait_for 5 limit_is 128
	limit_is 512 1
	give_back
	tune stream-split=0
	wait_for 5 limit_is "$(cat "$RUN/before")"
	tune stream-split=256
	wait_for 5 limit_is 128 1
}

# A disk that is found while there are several connections, and one change later
new_disk()
{
	local device

	device=/sys/block/$(basename "$(disk "$(sid)" 1)")/device
	echo 1 >"$device/delete"
	wait_for 10 no_disk 1
	echo '- - -' >"/sys/class/scsi_host/host$(session_field host_no)/scan"
	wait_for 10 has_disk 1
	wait_for 5 limit_is 128 1
	tune stream-split=1024
	wait_for 5 limit_is 512
	wait_for 5 limit_is 512 1
	tune stream-split=0
	wait_for 5 limit_is "$(cat "$RUN/before")"
	wait_for 5 limit_is "$(cat "$RUN/before")" 1
}

# A map of dm-multipath over one disk
map_create()	# name, path
{
	dmsetup create --noudevsync "$1" --table "0 \
		$(blockdev --getsz "$2") multipath 0 0 1 1 \
		round-robin 0 1 1 $2 1"
	dmsetup mknodes "$1"
}

# dm-multipath's requests are not cut any more: with a lower limit they fail. Also
# on a path that has not been used since its map was made.
under_multipath()
{
	local before map

	before=$(cat "$RUN/before")
	modprobe dm-round-robin
	map_create stream "$(disk "$(sid)" 1)"
	map_create idle "$(disk "$(sid)" 2)"
	dd if=/dev/mapper/stream of=/dev/null bs="${before}k" count=2 iflag=direct
	tune stream-split=256
	wait_for 5 limit_is 128
	limit_is "$before" 1
	limit_is "$before" 2
	for map in stream idle; do
		dd if=/dev/zero of=/dev/mapper/$map bs="${before}k" count=2 oflag=direct
		dd if=/dev/mapper/$map of=/dev/null bs="${before}k" count=2 iflag=direct
		dmsetup remove --noudevsync $map
	done
}

# A map over a disk whose limit is lowered already: the map keeps to what it saw, the
# disk's is the kernel's again with the next change.
lowered_before()
{
	tune stream-split=0
	wait_for 5 limit_is "$(cat "$RUN/before")" 1
	tune stream-split=256
	wait_for 5 limit_is 128 1
	map_create stream "$(disk "$(sid)" 1)"
	limit_is 128 1
	dd if=/dev/mapper/stream of=/dev/null bs=1M count=2 iflag=direct
	tune stream-split=512
	wait_for 5 limit_is "$(cat "$RUN/before")" 1
	dd if=/dev/mapper/stream of=/dev/null bs=1M count=2 iflag=direct
	dmsetup remove --noudevsync stream
}

has_disk()	# lun
{
	[ -n "$(disk "$(sid)" "$1")" ]
}

no_disk()	# lun
{
	! has_disk "$1"
}

need_mcs
# what dm-mod says when it is loaded
klog_allow 'device-mapper: core: CONFIG_IMA_DISABLE_HTABLE'
plan 14
for n in 1 2 3 4; do
	must link_shape $n $rate
done
must target_create luns=3
must login
subtest "one connection: no limit of ours" no_limit_of_ours
subtest "a second one: 128 KiB" two_conns
subtest "one stream over two links" two_links
subtest "four connections: 64 KiB" four_conns
subtest "one stream over four links" four_links
subtest "its data verified" verified
subtest "a link that is gone for a moment changes nothing" outage
subtest "only connections that share the commands count" policies
subtest "connections removed: the limit of before comes back" removal
subtest "a limit set by hand stays" by_hand
subtest "unless it is given back" given_back
subtest "a new disk has the limit, and follows" new_disk
subtest "requests of dm-multipath still fit" under_multipath
subtest "a limit lowered before a map was made" lowered_before
