# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Verified I/O with fio.
# shellcheck shell=bash

# Words of a verified random write (and read back) of a device. More fio
# options may follow and win.
fio_words()	# device, options...
{
	local dev=$1
	shift

	printf '%s\n' --name=verify --filename="$dev" --direct=1 \
		--ioengine=libaio --iodepth=16 --rw=randwrite --bs=4k-128k \
		--bsrange=4k-128k --size=32m --verify=crc32c --verify_fatal=1 \
		--verify_backlog=32 --randrepeat=0 --output-format=normal "$@"
}

# Run it to its end; fails on any error or mismatch.
fio_verify()	# device, options...
{
	local words

	mapfile -t words < <(fio_words "$@")
	timeout -k 5 $((240 * RIG_TIME_FACTOR)) fio "${words[@]}" >"$RUN/fio.out" 2>&1 ||
		{ cat "$RUN/fio.out"; return 1; }
	grep -q 'err= 0' "$RUN/fio.out" || { cat "$RUN/fio.out"; return 1; }
}

# Verified I/O in the background until io_end, as much as there can be. At most five
# minutes.
io_full()	# device, options...
{
	local dev=$1 words
	shift

	rm -f "$RUN/io.log"
	mapfile -t words < <(fio_words "$dev" --time_based \
		--runtime=$((300 * RIG_TIME_FACTOR)) "$@")
	bg_start io fio "${words[@]}"
	wait_for 30 io_moving "$dev"
}

# The same in bursts that fill the queue: there are commands out most of the time,
# and the processor is left to what happens beside it and to the other VM.
io_begin()	# device, options...
{
	io_full "$@" --thinktime=30000 --thinktime_blocks=16
}

# The same, for what only has to show that the session does not notice something.
io_beside()	# device, options...
{
	io_full "$@" --iodepth=2 --size=8m --thinktime=20000
}

# requests each device had completed when it was last asked
declare -A IO_LAST

io_forget()	# device
{
	unset "IO_LAST[${1##*/}]"
}

# The device completed requests since it was last asked.
io_moving()	# device
{
	local reads writes last=${IO_LAST[${1##*/}]-}

	read -r reads _ _ _ writes _ <"/sys/block/${1##*/}/stat" || return 1
	IO_LAST[${1##*/}]=$((reads + writes))
	[ -n "$last" ] && [ $((reads + writes)) -gt "$last" ]
}

# Moving again: two readings from now on differ.
io_resumed()	# device, deadline
{
	io_forget "$1"
	wait_for "${2:-60}" io_moving "$1"
}

# Stop the background I/O and judge it.
io_end()
{
	bg_running io || { cat "$RUN/io.log"; fail "fio ended early"; return 1; }
	bg_stop io INT
	# an interrupted fio leaves its verdict in the job's line
	grep -q 'err= 0' "$RUN/io.log" || {
		cat "$RUN/io.log"
		fail "fio: $(grep -m1 -E 'verify|error|err=' "$RUN/io.log")"
		return 1
	}
	! grep -qiE 'bad magic|verify failed|verify:.*fail' "$RUN/io.log" || {
		cat "$RUN/io.log"
		fail "fio: data did not verify"
		return 1
	}
}

# Longest time a single command of fio took, in ms, as fio says.
longest_io()
{
	sed -nE 's/.* clat \((n|u|m)sec\).*max= *([0-9.]+)(k?).*/\1 \2 \3/p' "$RUN/io.log" |
		awk '{ ms = $2 * ($3 == "k" ? 1000 : 1)
		       if ($1 == "u") ms /= 1000
		       if ($1 == "n") ms /= 1000000
		       if (ms > max) max = ms } END { printf "%d\n", max }'
}

# KiB per second of an fio run, both directions
fio_rate()	# device, options...
{
	local dev=$1
	shift

	timeout -k 5 $((240 * RIG_TIME_FACTOR)) fio --name=rate --filename="$dev" --direct=1 \
		--ioengine=libaio --minimal --terse-version=3 "$@" |
		awk -F';' '{ printf "%d\n", ($7 + $48) }'
}
