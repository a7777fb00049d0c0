#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What iscsiadm shows of a session is what it shows with iscsi_tcp.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#
# drivers: iscsi_mcs
# vm: --smp 1
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"

# session -P 3 and statistics, without what differs between two logins and
# without the extended statistics that only this driver has
show()
{
	iscsiadm -m session -r "$(sid)" -P 3
	iscsiadm -m session -r "$(sid)" -s |
		sed -E 's/[0-9]+$/N/; /mcs_/d'
}

normalise()
{
	sed -E 's/SID: [0-9]+/SID: N/; s/sid: [0-9]+/sid: N/; s/scsi[0-9]+/scsiN/
		s/Host Number: [0-9]+/Host Number: N/; s/disk sd[a-z]+/disk sdX/'
}

# names and values of the attributes in sysfs
attributes()
{
	local dir file

	for dir in "/sys/class/iscsi_session/session$(sid)" \
		   "/sys/class/iscsi_connection/connection$(sid):0" \
		   /sys/class/scsi_host/host*; do
		for file in "$dir"/*; do
			[ -f "$file" ] && [ -r "$file" ] || continue
			case ${file##*/} in
			tpgt|targetname|initiatorname|*_burst_len|*_r2t|*_digest|\
			*_tmo|erl|abort_timeout|max_*_dlength|proc_name|can_queue|\
			sg_tablesize|cmd_per_lun|data_*_in_order|username*|address|port)
				echo "${file##*/}=$(cat "$file" 2>&1)" ;;
			*)
				echo "${file##*/}" ;;
			esac
		done
	done
}

record()	# driver
{
	DRIVER=$1
	login
	fio_verify "$(disk)" --size=1m
	show | normalise >"$RUN/show-$1"
	attributes | grep -v -E '^port=' | sort -u >"$RUN/attributes-$1"
	logout
	iscsid_stop
	driver_unload
	rm -rf /etc/iscsi/nodes/*
}

same()		# name
{
	[ -s "$RUN/$1-$DRIVER" ]
	diff "$RUN/$1-iscsi_tcp" "$RUN/$1-$DRIVER" >"$RUN/diff" && return
	note "$(head -n 20 "$RUN/diff")"
	return 1
}

plan 4
must target_create
subtest "iscsi_tcp as reference" record iscsi_tcp
subtest "$DRIVER" record "$DRIVER"
subtest "iscsiadm -m session -P 3 and -s show the same" same show
subtest "sysfs shows the same" same attributes
