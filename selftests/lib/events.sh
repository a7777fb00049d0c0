# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What the module says as it happens, read without starting a process: for
# tests that wait a thousand times.
# shellcheck shell=bash

# Follow the events from here on. The descriptors are handed down to subtests,
# which go on where the last one has read to.
events_begin()
{
	bg_start events "$MCSADM" monitor --json
	wait_for 20 test -s "$RUN/events.log"
	[ -p "$RUN/never" ] || mkfifo "$RUN/never"
	exec 7<"$RUN/events.log" 8<>"$RUN/never"
	events_pass
}

# Pass over what has happened.
events_pass()
{
	local line

	while read -r line <&7; do
		:
	done
}

# Wait for an event of a connection; those of others pass by. EVENT is what it
# says.
event_wait()	# deadline in s, event, ID of the connection
{
	local end=$((${EPOCHREALTIME/./} + $1 * RIG_TIME_FACTOR * 1000000))
	local line part=''

	while :; do
		if read -r line <&7; then
			line=$part$line part=''
			[[ $line = *"\"event\":\"$2\""*"\"id\":$3,"* ]] || continue
			# shellcheck disable=SC2034 # for whoever waited
			EVENT=$line
			return 0
		fi
		# the end of the file, perhaps in the middle of a line
		part+=$line
		if [ "${EPOCHREALTIME/./}" -ge "$end" ]; then
			echo "deadline passed: $2 of connection $3"
			return 1
		fi
		read -rt 0.02 line <&8 || true
	done
}
