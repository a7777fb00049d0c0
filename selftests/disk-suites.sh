#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Other people's tests of disks, on ours: libiscsi's checks of SCSI commands
# and what sg3_utils print are the same over three connections as over
# iscsi_tcp; stress-ng's file system stressors leave ext4 and xfs clean.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (two LUNs)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# own-vm: yes
# timeout: 1500

. "$(dirname "$0")/lib/lib.sh"

SECONDS_EACH=${SECONDS_EACH:-20}

sg_of()		# disk
{
	basename "$(echo "/sys/block/$(basename "$1")/device/scsi_generic"/sg*)"
}

# One line per test, without what differs by nature
cu_run()	# file
{
	iscsi-test-cu --test=SCSI --dataloss --normal \
		"/dev/$(sg_of "$(disk)")" >"$1.raw" 2>&1 || true
	sed -nE 's/^ *(Suite|Test): *([^ ]+).*(passed|FAILED|SKIPPED).*/\2 \3/p;
		s/^ *(Suite: .*)/\1/p' "$1.raw" >"$1"
	between "$(grep -c passed "$1")" 30 1000 "tests that passed"
}

sg_run()	# file
{
	local dev page words

	dev=$(disk)
	for words in "sg_turs" "sg_inq" "sg_vpd" "sg_luns" "sg_readcap -l" \
		"sg_opcodes" "sg_requests" "sg_modes -a" "sg_logs" \
		"sg_rmsn" "sg_get_lba_status --lba=0" "sg_persist -k" \
		"sg_persist -c" "sg_verify --lba=0 --count=8" \
		"sg_write_same --16 --lba=0 --num=8" \
		"sg_unmap --lba=0 --num=8 --force" "sg_sync" "sg_start --start" \
		"sg_read_long --lba=1" "sg_senddiag -l" "sg_ident" \
		"sg_referrals" "sg_rep_zones" "sg_xcopy --help"; do
		echo "== $words"
		# shellcheck disable=SC2086 # words
		timeout 30 $words "$dev" 2>&1 || echo "status $?"
	done >"$1"
	for page in 0x00 0x80 0x83 0x86 0xb0 0xb1 0xb2; do
		echo "== page $page"
		sg_vpd --page=$page --hex "$dev" 2>&1 || echo "status $?"
	done >>"$1"
}

both()		# file
{
	cu_run "$RUN/$1.cu"
	sg_run "$RUN/$1.sg"
}

with_mcs()
{
	login
	conn_add 2
	conn_add 3
	modprobe sg
	both mcs
	note "$(grep -c passed "$RUN/mcs.cu") passed," \
		"$(lines_with FAILED "$RUN/mcs.cu") failed," \
		"$(lines_with SKIPPED "$RUN/mcs.cu") skipped"
	conns_up 3
	equals "$(session_field recoveries)" 0 "recoveries"
	logout
	wait_for 20 no_sessions
}

with_iscsi_tcp()
{
	driver_unload
	modprobe iscsi_tcp
	login
	both tcp
	logout
	wait_for 20 no_sessions
	rmmod iscsi_tcp
	driver_load
	diff "$RUN/tcp.cu" "$RUN/mcs.cu"
	diff "$RUN/tcp.sg" "$RUN/mcs.sg"
}

# File system stressors while connections come and go
stressed()	# mkfs, check words...
{
	local dev link end

	dev=$(disk "$(sid)" 1)
	modprobe "${1#mkfs.}"
	"$1" -q "$dev"
	mkdir -p "$RUN/fs"
	mount "$dev" "$RUN/fs"
	bg_start stress stress-ng --temp-path "$RUN/fs" \
		--timeout "$SECONDS_EACH" --metrics-brief --verify \
		--hdd 1 --hdd-bytes 8m --dentry 1 --dir 1 --rename 1 --link 1 \
		--iomix 1 --iomix-bytes 8m --seek 1 --seek-size 8m --xattr 1 \
		--readahead 1 --readahead-bytes 8m --fallocate 1 \
		--fallocate-bytes 8m --sync-file 1 --sync-file-bytes 8m
	end=$((SECONDS + SECONDS_EACH - 5)) link=1
	while [ $SECONDS -lt $end ]; do
		ss -K dst "$(target_ip $link)" >"$RUN/ss.out"
		wait_for 30 conns_up 3
		link=$((link % 3 + 1))
	done
	wait_for $((SECONDS_EACH + 90)) negate bg_running stress
	grep -q 'successful run completed' "$RUN/stress.log" || {
		cat "$RUN/stress.log"
		return 1
	}
	bg_stop stress
	umount "$RUN/fs"
	"${@:2}" "$dev" >"$RUN/fsck.out" 2>&1 || { cat "$RUN/fsck.out"; return 1; }
}

begin()
{
	login
	conn_add 2
	conn_add 3
}

need_mcs
klog_allow 'COMPARE_AND_WRITE contains NoLB' 'iSCSI' 'TARGET_CORE' 'detected conn error' 'connection[0-9]+:' \
	'target|Unsupported|sd [0-9:]+|sg_|XCOPY|MODE SE|UNMAP|WRITE_SAME'
plan 4
must target_create links="1 2 3" luns=2 size=400 backing=file \
	attrib.default_erl=0
subtest "checks of libiscsi and sg3_utils, three connections" with_mcs
subtest "the same over iscsi_tcp" with_iscsi_tcp
must begin
subtest "stressors on ext4 under losses" stressed mkfs.ext4 fsck.ext4 -f -n
subtest "stressors on xfs under losses" stressed mkfs.xfs xfs_repair -n
