#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What SCSI itself sees: long CDBs, sense data, residuals, many segments.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (two LUNs, in files)
#
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

# WRITE SAME(32) has a CDB of 32 bytes: an AHS carries the last 16
long_cdb()
{
	head -c 512 /dev/urandom >"$RUN/block"
	sg_write_same --32 --in="$RUN/block" --xferlen=512 --lba=2048 --num=64 "$(disk)"
	for _ in $(seq 64); do
		cat "$RUN/block"
	done >"$RUN/expected"
	dd if="$(disk)" bs=512 skip=2048 count=64 iflag=direct status=none |
		cmp - "$RUN/expected"
}

# READ(10) behind the end: ILLEGAL REQUEST, LBA out of range
sense()
{
	local rc=0

	sg_raw -r 512 "$(disk)" 28 00 ff ff ff 00 00 00 01 00 >"$RUN/sense" 2>&1 ||
		rc=$?
	cat "$RUN/sense"
	equals $rc 22 "status of sg_raw"
	grep -q 'Logical block address out of range' "$RUN/sense"
}

# more asked for than there is: the residual says how much did not come
underflow()
{
	sg_raw -v -r 255 "$(disk)" 12 00 00 00 ff 00 >"$RUN/residual" 2>&1
	cat "$RUN/residual"
	grep -qE 'Received [0-9]+ bytes of data' "$RUN/residual"
	local got
	got=$(sed -nE 's/.*Received ([0-9]+) bytes of data.*/\1/p' "$RUN/residual")
	between "$got" 36 254 "length of the INQUIRY answer"
}

# less room than the command produces: an overflow, no damage
overflow()
{
	sg_raw -r 512 "$(disk)" 28 00 00 00 00 00 00 00 08 00 >"$RUN/residual" 2>&1 || true
	cat "$RUN/residual"
	dd if="$(disk)" of=/dev/null bs=64k count=16 iflag=direct status=none
}

write_overflow()
{
	head -c 512 /dev/urandom >"$RUN/block"
	sg_raw -s 512 -i "$RUN/block" "$(disk)" 2a 00 00 00 00 00 00 00 08 00 \
		>"$RUN/residual" 2>&1 || true
	cat "$RUN/residual"
	dd if="$(disk)" of=/dev/null bs=64k count=16 iflag=direct status=none
	fio_verify "$(disk)" --size=1m
}

# buffered pages scattered over memory in one request
many_segments()
{
	fio_verify "$(disk)" --size=16m --bs=512k --bsrange=512k-512k \
		--iomem=malloc --iodepth=4
	equals "$(session_state)" LOGGED_IN "session"
}

second_lun()
{
	fio_verify "$(disk "" 1)" --size=4m
	negate [ "$(disk "" 0)" = "$(disk "" 1)" ]
}

# nothing above has cost the session
no_recovery()
{
	equals "$(cat "/sys/class/iscsi_session/session$(sid)/state")" LOGGED_IN state
	negate grep -q 'detected conn error' "$RUN/iscsid.log"
}

klog_allow 'cmd exceeds last lba' 'Rejecting underflow/overflow for WRITE' \
	'Expected Transfer Length: 512 does not match SCSI CDB Length: 4096'
plan 8
must target_create luns=2 backing=file
must login
subtest "CDB of 32 bytes" long_cdb
subtest "sense data of a refused read" sense
subtest "residual of a short answer" underflow
subtest "read larger than its buffer" overflow
subtest "write larger than its buffer" write_overflow
subtest "requests of many segments" many_segments
subtest "second LUN" second_lun
subtest "none of it broke the connection" no_recovery
