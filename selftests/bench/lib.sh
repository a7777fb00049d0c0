# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What the benchmarks share: peers to compare with, counting instructions,
# records. Sourced after ../lib/lib.sh.
# shellcheck shell=bash

# shellcheck source=/dev/null # checked by itself
. "${BASH_SOURCE[0]%/*}/nvme.sh"

# One line of JSON per measurement; the host collects the file.
BENCH_RECORDS=/results/${0##*/}.jsonl

record()	# key=value...
{
	local args=() word

	for word in "$@"; do
		case ${word#*=} in
		'['*|-[0-9]*) args+=(--argjson "${word%%=*}" "${word#*=}") ;;
		*[!0-9.]*|'') args+=(--arg "${word%%=*}" "${word#*=}") ;;
		*) args+=(--argjson "${word%%=*}" "${word#*=}") ;;
		esac
	done
	jq -nc "${args[@]}" '$ARGS.named' >>"$BENCH_RECORDS"
}

# What is measured and where, for the head of the JSON. The commit is the host's
# to know.
record_run()
{
	jq -nc --arg commit "${BENCH_COMMIT:-unknown}" --arg kernel "$(uname -r)" \
		--arg date "$(date -u +%F)" --argjson cpus "$(nproc)" \
		'{ run: $ARGS.named }' >>"$BENCH_RECORDS"
}

# Waiting for a file makes the clock jump in this mode, by minutes at times:
# have the programs in memory.
bench_warm()
{
	local program

	# no task hangs when it does
	echo 0 >/proc/sys/kernel/hung_task_timeout_secs
	for program in "$BENCH_LOAD" "$BENCH_PACE" "$MCSADM" fio jq awk seq numfmt \
		       iscsiadm iscsid dmsetup; do
		program=$(command -v $program) || continue
		cat "$program" >/dev/null
		ldd "$program" 2>/dev/null | grep -o '/[^ ]*' |
			xargs -r cat >/dev/null
	done
}

BENCH_LOAD=${BASH_SOURCE[0]%/*}/build/load
BENCH_PACE=${BASH_SOURCE[0]%/*}/build/pace

bench_bytes()	# 4k, 1m
{
	numfmt --from=iec "${1^^}"
}

# I/Os of a run that is long enough for a figure that repeats
bench_count()	# workload
{
	local bs depth count

	IFS=- read -r _ bs depth <<<"$1"
	count=$((16000000 / ($(bench_bytes "$bs") + 8192) + 32))
	echo $((count > 4 * depth ? count : 4 * depth))
}

# Instructions per I/O, the median of three runs. A workload is RW-SIZE-DEPTH,
# e.g. randread-4k-32. The CPU counts instructions, so that is what the
# nanoseconds are in which it is not idle.
bench_cost()	# device, workload
{
	"$BENCH_LOAD" "$1" "$2" "$(bench_count "$2")" 3 | sort -n | sed -n 2p
}

# Sessions of iscsi_tcp over links 1 to N to the same disk, and dm-multipath
# on top with the table multipathd would make.
multipath_login()	# number of sessions
{
	local n

	for n in $(seq 2 "$1"); do
		[ "$(sids | wc -l)" -ge "$n" ] && continue
		node_new "$n" "$IQN" || return 1
		node_login "$n" "$IQN" || return 1
		wait_for 30 session_ready "$(sids | tail -n 1)" || return 1
	done
	modprobe dm-multipath
}

multipath_create()	# selector, over the first so many sessions
{
	local table sid paths=() words=1 sectors

	modprobe "dm-$1"
	sectors=$(blockdev --getsz "$(disk)")
	[ "$1" != service-time ] || words=2
	for sid in $(sids | head -n "$2"); do
		paths+=("$(disk "$sid")" 1)
		[ $words = 1 ] || paths+=(1)
	done
	table="0 $sectors multipath 0 0 1 1 $1 0 $2 $words ${paths[*]}"
	dmsetup create --noudevsync bench --table "$table" >&2 || return 1
	dmsetup mknodes bench
	[ -b /dev/mapper/bench ]
}

multipath_remove()
{
	# asking would load the module
	[ ! -d /sys/module/dm_mod ] || ! dmsetup info bench >/dev/null 2>&1 ||
		dmsetup remove --noudevsync bench
}

# End all sessions and take the driver away, to begin with another one.
bench_end()
{
	multipath_remove
	[ -z "$(sids)" ] || iscsiadm -m session -u
	wait_for 20 no_sessions
	iscsid_stop
	driver_unload
	rm -rf /etc/iscsi/nodes/*
}

BENCH_BEGUN=

# Log in with a driver, unless that is done.
bench_begin()	# driver, module, words for login
{
	if driver_loaded; then
		[ "$BENCH_BEGUN" != "$*" ] || return 0
		bench_end
	fi
	BENCH_BEGUN="$*"
	# shellcheck disable=SC2034 # for driver_load
	DRIVER=$1 DRIVER_FILE=$2
	login ${BENCH_LOGIN:-} "${@:3}"
	[ -z "${BENCH_SCHEDULER:-}" ] ||
		echo "$BENCH_SCHEDULER" >"/sys/block/$(basename "$(disk)")/queue/scheduler"
}

# Set a peer up (see cost.sh) and have it measured.
bench_peer()	# name-paths or name:module-paths, function: peer, paths, device
{
	local name=${1%-*} count=${1##*-} driver n words=()

	driver=${name%+digests}
	[ "$driver" = "$name" ] || words=("node.conn[0].iscsi.HeaderDigest=CRC32C"
		"node.conn[0].iscsi.DataDigest=CRC32C")
	case $driver in
	multipath)
		bench_begin iscsi_tcp ''
		multipath_login "$count"
		multipath_create service-time "$count"
		"$2" "$name" "$count" /dev/mapper/bench
		multipath_remove
		return ;;
	nvme_tcp)
		! driver_loaded || bench_end
		nvme_target_create
		nvme_login "$count"
		"$2" "$name" "$count" "$(nvme_disk)"
		nvme_logout
		nvme_target_delete
		return ;;
	iscsi_mcs*)
		bench_begin iscsi_mcs "$(sed -n 's|.*:\(.*\)|/results/\1.ko|p' \
			<<<"$driver")" ${words+"${words[@]}"}
		for n in $(seq $(($(cids_up | wc -l) + 1)) "$count"); do
			conn_add "$n"
		done
		conns_up "$count" ;;
	*)
		bench_begin "$driver" '' ${words+"${words[@]}"} ;;
	esac
	"$2" "$name" "$count" "$(disk)"
}
