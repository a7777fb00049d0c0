#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Other people's tests of disks, on ours: libiscsi's checks of SCSI commands and
# what sg3_utils print are the same over two connections as over iscsi_tcp, what
# the target fails included; stress-ng's file system stressors leave ext4 and xfs
# clean while connections are lost.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (two LUNs)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# own-vm: yes
# links: 2
# timeout: 900

. "$(dirname "$0")/lib/lib.sh"

SECONDS_EACH=${SECONDS_EACH:-15}
# what iscsi-test-cu calls a test or a family, SCSI is all
CHECKS=${CHECKS:-SCSI}

lines_with()	# regex, file
{
	grep -cE -- "$1" "$2" || true
}

sg_of()		# disk
{
	basename "$(echo "/sys/block/$(basename "$1")/device/scsi_generic"/sg*)"
}

# One line per test and per failed assertion, without times
cu_run()	# file
{
	local check

	for check in $CHECKS; do
		timeout 400 iscsi-test-cu --test="$check" --dataloss --verbose \
			"/dev/$(sg_of "$(disk)")" 2>&1 || true
	done >"$1.raw"
	sed -nE '/^ *(Suite|Test): /p; /^ *[0-9]+\. /p; /^ *(suites|tests|asserts) /p' \
		"$1.raw" >"$1"
	between "$(lines_with 'passed' "$1")" 10 1000 "tests that passed"
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
		"sg_referrals" "sg_rep_zones"; do
		echo "== $words"
		# shellcheck disable=SC2086 # words
		timeout 30 $words "$dev" 2>&1 || echo "status $?"
	done >"$1"
	for page in 0x00 0x80 0x83 0x86 0xb0 0xb1 0xb2; do
		echo "== page $page"
		sg_vpd --page=$page --hex "$dev" 2>&1 || echo "status $?"
	done >>"$1"
	# four threads of it at once
	dd if=/dev/urandom of="$dev" bs=1M count=32 oflag=direct status=none
	sgp_dd if="/dev/$(sg_of "$dev")" of="$1.data" bs=512 count=64k thr=4 >>"$1" 2>&1
	cmp "$1.data" <(dd if="$dev" bs=1M count=32 iflag=direct status=none)
	# what differs from one run to the next
	sed -i -E '/time to transfer/d; s/PR generation=0x[0-9a-f]+/PR generation/' "$1"
	between "$(lines_with '^== ' "$1")" 30 30 "runs"
	[ "$(lines_with '^status ' "$1")" -le 15 ]
}

with_mcs()
{
	login
	conn_add 2
	cu_run "$RUN/mcs.cu"
	sg_run "$RUN/mcs.sg"
	note "$(grep -E '^ *tests ' "$RUN/mcs.cu") (total, ran, passed, failed)"
	conns_up 2
	equals "$(session_field recoveries) $(count losses)" "0 0" \
		"logins of the session, losses"
	between "$(mcsadm list --json | jq '[.sessions[0].connections[].cmds] | min')" \
		100 10000000 "commands of the less used connection"
	logout
	wait_for 20 no_sessions
	driver_unload
}

with_iscsi_tcp()
{
	# shellcheck disable=SC2034 # lib/initiator.sh
	DRIVER=iscsi_tcp
	login
	cu_run "$RUN/tcp.cu"
	sg_run "$RUN/tcp.sg"
	logout
	wait_for 20 no_sessions
	driver_unload
	diff "$RUN/tcp.cu" "$RUN/mcs.cu"
	diff "$RUN/tcp.sg" "$RUN/mcs.sg"
}

# File system stressors while connections come and go
stressed()	# mkfs words, check words
{
	local dev link=1 end words

	dev=$(disk "$(sid)" 1)
	# shellcheck disable=SC2086 # words
	$1 "$dev"
	mkdir -p "$RUN/fs"
	mount "$dev" "$RUN/fs"
	read -rd '' -a words <<<"--hdd 1 --hdd-bytes 8m --dentry 1 --dir 1 --rename 1
		--link 1 --iomix 1 --iomix-bytes 8m --seek 1 --seek-size 8m
		--xattr 1 --readahead 1 --readahead-bytes 8m --fallocate 1
		--fallocate-bytes 8m --sync-file 1 --sync-file-bytes 8m" || true
	bg_start stress stress-ng --temp-path "$RUN/fs" --metrics-brief \
		--timeout "$SECONDS_EACH" --verify "${words[@]}"
	end=$((SECONDS + SECONDS_EACH - 5))
	while [ $SECONDS -lt $end ]; do
		reset_by_initiator $link
		wait_for 30 conns_up 2
		link=$((3 - link))
	done
	wait_for $((SECONDS_EACH + 90)) negate bg_running stress
	bg_stop stress
	grep -q 'successful run completed' "$RUN/stress.log" || {
		cat "$RUN/stress.log"
		return 1
	}
	umount "$RUN/fs"
	# shellcheck disable=SC2086 # words
	$2 "$dev" >"$RUN/fsck.out" 2>&1 || { cat "$RUN/fsck.out"; return 1; }
}

begin()
{
	modprobe ext4
	modprobe xfs
	login
	conn_add 2
}

need_mcs
# what the target says of commands it does not know, or that are wrong on purpose
klog_allow 'exceeds last lba' 'contains NoLB' 'Detected MISCOMPARE' \
	'CDB contains protect bit' 'Got CDB: ' 'does not match SCSI CDB Length' \
	'PERSISTENT_RESERVE_IN service action' 'SPC-3 PR' 'XCOPY' \
	'target_cmd_size_check' 'WRITE_SAME' 'Unsupported SA' 'Got UNMAP' \
	'Receive Copy Results' 'INQUIRY with EVPD==0' 'reservation conflict' 'Unable to locate|MODE SE'
plan 4
trap 'rig_reset >/dev/null 2>&1; rmmod iscsi_tcp 2>/dev/null; exit $((KTAP_FAILED > 0))' EXIT
modprobe sg
must on_target mkdir -p /etc/target/pr
must target_create links="1 2" luns=2 size=400 backing=file \
	attrib.default_erl=0
subtest "checks of libiscsi and sg3_utils, two connections" with_mcs
subtest "the same over iscsi_tcp" with_iscsi_tcp
must begin
subtest "stressors on ext4 under losses" stressed "mkfs.ext4 -q" "fsck.ext4 -f -n"
subtest "stressors on xfs under losses" stressed "mkfs.xfs -q -f" "xfs_repair -n"
