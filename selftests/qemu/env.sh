# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Shared by the host-side scripts of the rig: where things are.
# shellcheck shell=bash disable=SC2034 # some of it is for one script only

RIG_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
RIG_TREE=$(cd "$RIG_DIR/../.." && pwd)
RIG_CACHE=${RIG_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/iscsi_mcs}
# Debian release of the user space in the rig
RIG_SUITE=${RIG_SUITE:-bookworm}

rig_say()
{
	echo "rig: $*" >&2
}

rig_die()
{
	echo "rig: $*" >&2
	exit 1
}

# hash of the contents of files
rig_hash()
{
	cat "$@" | sha256sum | cut -c1-12
}

# One rig at a time on this machine, until this process and its children end.
rig_lock()
{
	local lock=$RIG_CACHE/vm.lock

	mkdir -p "$RIG_CACHE"
	: >>"$lock"
	# a caller that holds the lock has handed its descriptor down
	! readlink /proc/self/fd/* | grep -qxF "$(readlink -f "$lock")" || return 0
	exec 8>"$lock"
	flock -n 8 && return
	rig_say "waiting for another rig to end"
	flock 8 || rig_die "cannot lock $lock"
}

# Run a long command with its output in a log; say every ten seconds that it
# is alive. Arguments: label, log, command...
rig_progress()
{
	local label=$1 log=$2 start=$SECONDS pid rc
	shift 2

	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			sleep 1
			kill -0 "$pid" 2>/dev/null || break 2
		done
		rig_say "$label: $((SECONDS - start)) s, $(wc -l <"$log") log lines"
	done
	wait "$pid"
	rc=$?
	if [ $rc -ne 0 ]; then
		tail -n 20 "$log" >&2
		rig_die "$label failed with status $rc (log: $log)"
	fi
	rig_say "$label: done in $((SECONDS - start)) s"
}
