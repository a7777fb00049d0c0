# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# For scenarios in which the scripted target changes PDUs at random: I/O that stops
# at no error, and how many were changed.
# shellcheck shell=bash

# A disk each, all at once: without verification, as a change may hit what no initiator
# can notice. A command that waits for an answer that was lost has five seconds.
mutation_load()	# commands at a time, sids...
{
	local depth=$1 session words=()
	shift

	for session in "$@"; do
		echo 5 >"$(scsi_device "$session")/timeout"
		words+=("--name=load$session" "--filename=$(disk "$session")")
	done
	bg_start load fio --direct=1 --ioengine=libaio --iodepth="$depth" --rw=randrw \
		--bssplit=4k/80:16k/10:64k/10 --size=16m --time_based --runtime=36000 \
		--continue_on_error=all --error_dump=0 "${words[@]}"
}

mutation_load_end()
{
	bg_running load || { tail "$RUN/load.log"; fail "fio ended early"; }
	bg_stop load INT
}

# SCSI's error handler gives a disk up that does not answer it.
keep_running()	# sids...
{
	local session state

	for session in "$@"; do
		state=$(scsi_device "$session")/state
		[ "$(cat "$state" 2>/dev/null)" != offline ] || echo running >"$state"
	done
	return 0
}

changed()	# PDUs that were changed before
{
	echo $(($(peer_counter mutated) - $1))
}
