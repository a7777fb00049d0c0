# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Drivers over links of a rate, delay and loss of their own: what links.sh,
# stream.sh and latency.sh share. Sourced after lib.sh.
# shellcheck shell=bash

# A case is a list of RATE[+DELAY][%LOSS], one for each link: Mbit/s,
# milliseconds each way, per cent of the packets.
bench_shape()	# case, burst in kB
{
	local n=0 link words

	for link in ${1//,/ }; do
		n=$((n + 1)) words=()
		link_shape $n "${link%%[+%]*}" "${2:-64}"
		[[ ! $link =~ \+([0-9.]+) ]] || words+=(delay "${BASH_REMATCH[1]}ms")
		[[ ! $link =~ %([0-9.]+) ]] || words+=(loss "${BASH_REMATCH[1]}%")
		[ ${#words[@]} = 0 ] || link_worsen $n "${words[@]}"
	done
}

bench_links()	# case: how many
{
	wc -w <<<"${1//,/ }"
}

# What share of the links' nominal rates it is
bench_share()	# case, KiB per second
{
	awk -v list="${1//,/ }" -v rate="$2" 'BEGIN {
		n = split(list, link, " ")
		for (i = 1; i <= n; i++) sum += link[i]
		printf "%.3f\n", rate / (sum * 1000000 / 8 / 1024) }'
}

# Packets as on a wire
bench_wires()	# segments in a packet; 65535 for what is usual
{
	local n

	for n in $(seq "$RIG_LINKS"); do
		link_gso "$n" "$1"
	done
}

# Sessions of iscsi_tcp for the first so many links, in every case: a link that
# is not in the table has nothing to carry.
bench_paths_tcp()	# cases, peers, function: case, peer, device; burst
{
	local case p

	bench_begin iscsi_tcp ''
	for case in $1; do
		multipath_login "$(bench_links "$case")"
	done
	for case in $1; do
		bench_shape "$case" "${4:-}"
		for p in $2; do
			if [ "${p%:*}" = iscsi_tcp ]; then
				"$3" "$case" "$p" "$(disk)"
				continue
			fi
			multipath_create "${p#*:}" "$(bench_links "$case")"
			"$3" "$case" "$p" /dev/mapper/bench
			multipath_remove
		done
		links_reset || true
	done
	bench_end
}

bench_paths_mcs()	# cases, peers, function, burst
{
	local case p n

	for case in $1; do
		bench_begin iscsi_mcs ''
		for n in $(seq 2 "$(bench_links "$case")"); do
			conn_add "$n"
		done
		bench_shape "$case" "${4:-}"
		for p in $2; do
			mcsadm policy --session "$(sid)" "${p#*:}"
			"$3" "$case" "$p" "$(disk)"
		done
		links_reset || true
		bench_end
	done
}

# Every peer in every case. Peers are multipath:SELECTOR, iscsi_tcp:one-link,
# which has link 1 alone, and iscsi_mcs:POLICY.
bench_paths()	# cases, peers, function, burst
{
	local tcp=() mcs=() p ours=$DRIVER

	for p in $2; do
		case $p in
		multipath:*|iscsi_tcp:*) tcp+=("$p") ;;
		*) mcs+=("$p") ;;
		esac
	done
	[ ${#mcs[@]} = 0 ] || bench_paths_mcs "$1" "${mcs[*]}" "$3" "${4:-}"
	[ ${#tcp[@]} = 0 ] || bench_paths_tcp "$1" "${tcp[*]}" "$3" "${4:-}"
	# shellcheck disable=SC2034 # for driver_load
	DRIVER=$ours DRIVER_FILE=
}
