# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Commands on the target, background processes.
# shellcheck shell=bash

# Run a command or a function of this library where the target is. An hour is the
# most that socat waits for the other VM; the end of a scenario's time ends it, too,
# and in lib/sequence that of the whole run.
on_target()
{
	if [ "$RIG_MODE" = netns ]; then
		# a shell that reads the library takes five times as long
		! declare -F "$1" >/dev/null || set -- "$LIB_DIR/on-target" "$@"
		nsenter --net=/run/netns/target "$@"
		return
	fi

	local out rc
	out=$({ printf '%q ' "$@"; echo; } |
		socat -t 3600 - TCP:10.0.0.10:999)
	rc=${out##*rig-end:}
	printf '%s' "${out%rig-end:*}"
	case $rc in
	[0-9]*) return "$rc" ;;
	esac
	echo "the target VM broke off: $*" >&2
	return 255
}

# Start a background process with a name; its output is in $RUN/NAME.log.
bg_start()	# name, command...
{
	local name=$1
	shift

	# a subtest that failed may have left one
	! bg_running "$name" || bg_stop "$name"
	setsid "$@" >"$RUN/$name.log" 2>&1 </dev/null 3>&- &
	echo $! >"$RUN/$name.pid"
}

bg_running()	# name
{
	local pid stat

	# polled: without starting a process
	{ read -r pid <"$RUN/$1.pid" && read -r stat <"/proc/$pid/stat"; } 2>/dev/null &&
		[[ $stat != *') Z '* ]]
}

# Stop it: first kindly, then not, together with what it has started and not ended.
# A number that nobody has any more may be somebody else's.
bg_stop()	# name, signal
{
	local pid

	[ -e "$RUN/$1.pid" ] || return 0
	pid=$(cat "$RUN/$1.pid")
	if bg_running "$1"; then
		kill -"${2:-TERM}" "$pid" 2>/dev/null || true
		wait_for 10 negate bg_running "$1" || true
		kill -KILL -- "-$pid" 2>/dev/null || true
	fi
	wait "$pid" 2>/dev/null || true
	rm -f "$RUN/$1.pid"
	return 0
}

bg_stop_all()
{
	local file

	for file in "$RUN"/*.pid; do
		[ -e "$file" ] || continue
		file=${file##*/}
		bg_stop "${file%.pid}"
	done
}

has_command()
{
	command -v "$1" >/dev/null
}
