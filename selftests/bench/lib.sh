# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What the benchmarks share: peers to compare with, counting instructions,
# records. Sourced after ../lib/lib.sh.
# shellcheck shell=bash

# One line of JSON per measurement; the host collects the file.
BENCH_RECORDS=/results/${0##*/}.jsonl

record()	# key=value...
{
	local args=() word

	for word in "$@"; do
		case ${word#*=} in
		*[!0-9.]*|'') args+=(--arg "${word%%=*}" "${word#*=}") ;;
		*) args+=(--argjson "${word%%=*}" "${word#*=}") ;;
		esac
	done
	jq -nc "${args[@]}" '$ARGS.named' >>"$BENCH_RECORDS"
}

# Nanoseconds this one CPU was not idle. Under -icount with shift=0 they are
# instructions.
busy_ns()
{
	awk '/^now at/ { now = $3 }
	     $1 ~ /^\.(idle|iowait)_sleeptime/ { idle += $(NF - 1) }
	     END { printf "%.0f\n", now - idle }' /proc/timer_list
}

# Waiting for a file makes the clock jump in this mode, by minutes at times:
# have the programs in memory.
bench_warm()
{
	local program

	for program in fio jq awk seq numfmt iscsiadm iscsid dmsetup; do
		program=$(command -v $program) || continue
		cat "$program" >/dev/null
		ldd "$program" | grep -o '/[^ ]*' | xargs -r cat >/dev/null
	done
}

# A workload is RW-SIZE-DEPTH, e.g. randread-4k-32.
bench_fio()	# device, workload, number of I/Os, options...
{
	local rw bs depth batch

	IFS=- read -r rw bs depth <<<"$2"
	batch=$((depth > 16 ? 16 : (depth + 1) / 2))
	fio --name=bench --filename="$1" \
		--direct=1 --ioengine=libaio --rw="$rw" --bs="$bs" \
		--iodepth="$depth" --iodepth_batch_submit=$batch \
		--iodepth_batch_complete_min=$batch \
		--iodepth_batch_complete_max=$batch --norandommap --randseed=7 \
		--size=32m --io_size=$(($3 * $(bench_bytes "$bs"))) \
		--minimal --terse-version=3 "${@:4}"
}

bench_bytes()	# 4k, 1m
{
	numfmt --from=iec "${1^^}"
}

# Instructions of a run: the least of three, as what else happens only adds.
bench_busy()	# device, workload, number of I/Os
{
	local least='' from to

	for _ in 1 2 3; do
		from=$(busy_ns)
		bench_fio "$@" >/dev/null || return 1
		to=$(busy_ns)
		[ -n "$least" ] && [ $((to - from)) -ge "$least" ] ||
			least=$((to - from))
	done
	echo "$least"
}

# Instructions per I/O: what a long run takes longer than a short one.
bench_cost()	# device, workload
{
	local bs few many short long

	IFS=- read -r _ bs _ <<<"$2"
	many=$((8000000 / ($(bench_bytes "$bs") + 4096) + 48))
	few=$((many / 8))
	short=$(bench_busy "$1" "$2" $few) || return 1
	long=$(bench_busy "$1" "$2" $many) || return 1
	echo $(((long - short) / (many - few)))
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
	iscsiadm -m session -u
	wait_for 20 no_sessions
	iscsid_stop
	driver_unload
	rm -rf /etc/iscsi/nodes/*
}
