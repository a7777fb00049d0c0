#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# One connection is as fast as iscsi_tcp in the same VM. Time is counted in
# instructions (-icount), so the figures do not depend on the host.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# vm: --icount
# timeout: 420

. "$(dirname "$0")/lib/lib.sh"
. "$(dirname "$0")/bench/lib.sh"

profiles="randread-4k-32 randwrite-4k-32 read-256k-8 write-256k-8"

measure()	# driver
{
	local profile rw bs depth

	DRIVER=$1
	login
	fio_rate "$(disk)" --rw=read --bs=4k --size=1m >/dev/null || true
	for profile in $profiles; do
		IFS=- read -r rw bs depth <<<"$profile"
		fio_rate "$(disk)" --rw="$rw" --bs="$bs" --iodepth="$depth" \
			--iodepth_batch_submit=4 --iodepth_batch_complete_min=1 \
			--iodepth_batch_complete_max=8 --size=32m \
			--time_based --ramp_time=200ms --runtime=1 --randseed=7 \
			>"$RUN/$profile-$1"
		[ -s "$RUN/$profile-$1" ] || fail "$profile: fio says nothing"
		note "$1 $profile: $(cat "$RUN/$profile-$1") KiB/s"
	done
	logout
	wait_for 20 no_sessions
	iscsid_stop
	driver_unload
	rm -rf /etc/iscsi/nodes/*
}

compare()	# profile
{
	local ours=$DRIVER ratio

	ratio=$((100 * $(cat "$RUN/$1-$ours") / $(cat "$RUN/$1-iscsi_tcp")))
	note "$1: $ratio per cent of iscsi_tcp"
	between $ratio 95 1000 "ratio in per cent"
}

plan 6
bench_warm
must target_create
subtest "iscsi_tcp" measure iscsi_tcp
subtest "$DRIVER" measure "$DRIVER"
for profile in $profiles; do
	subtest "$profile is not slower" compare "$profile"
done
