# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Links: counters, shaping, cutting.
# shellcheck shell=bash

link_rx_bytes() { cat "/sys/class/net/link$1/statistics/rx_bytes"; }
link_tx_bytes() { cat "/sys/class/net/link$1/statistics/tx_bytes"; }

# Both directions of a link, as the initiator counts them.
link_bytes()	# link
{
	echo $(($(link_rx_bytes "$1") + $(link_tx_bytes "$1")))
}

# All links' byte counters on one line, to take differences of.
links_bytes()	# number of links
{
	local n

	for n in $(seq "${1:-$RIG_LINKS}"); do
		printf '%s ' "$(link_bytes "$n")"
	done
}

# Per cent of the bytes that went over each link between two readings.
link_shares()	# "before", "after"
{
	awk -v before="$1" -v after="$2" 'BEGIN {
		n = split(before, b); split(after, a)
		for (i = 1; i <= n; i++) { d[i] = a[i] - b[i]; sum += d[i] }
		for (i = 1; i <= n; i++)
			printf "%d ", sum ? 100 * d[i] / sum + 0.5 : 0
	}'
}

link_discipline()	# link, tc words...
{
	local link=$1
	shift

	tc qdisc replace dev "link$link" root "$@"
	on_target tc qdisc replace dev "link$link" root "$@"
}

# Limit a link's rate in both directions, in Mbit/s.
link_shape()	# link, rate, burst in kB
{
	modprobe sch_tbf
	link_discipline "$1" handle 1: tbf rate "${2}mbit" burst "${3:-64}kb" \
		latency 400ms
}

# And delay or lose what comes through a link that link_shape limits. It waits
# for the rate after the delay, as behind a long line.
link_worsen()	# link, words for netem...
{
	local link=$1
	shift

	modprobe sch_netem
	set -- netem "$@" limit 10000
	tc qdisc replace dev "link$link" parent 1:1 handle 10: "$@"
	on_target tc qdisc replace dev "link$link" parent 1:1 handle 10: "$@"
}

# Packets as on a wire from the next connection on, no larger ones that a veth
# would carry, and lose, in one piece; 65535 for what is usual.
link_gso()	# link, segments
{
	ip link set dev "link$1" gso_max_segs "$2"
	on_target ip link set dev "link$1" gso_max_segs "$2"
}

# Lose every packet without anybody noticing a carrier change.
link_drop()	# link
{
	modprobe sch_netem
	link_discipline "$1" netem loss 100%
}

# Delay each direction by so many milliseconds.
link_delay()	# link, ms
{
	modprobe sch_netem
	link_discipline "$1" netem delay "${2}ms" limit 10000
}

# Remove shaping and loss.
link_restore()	# link
{
	tc qdisc del dev "link$1" root 2>/dev/null
	on_target tc qdisc del dev "link$1" root 2>/dev/null
	return 0
}

link_down()	# link
{
	ip link set "link$1" down
}

link_up()	# link
{
	ip link set "link$1" up
	# going down took the IPv6 address along
	ip -6 address replace "fd00:$1::1/64" dev "link$1" nodad
}

links_reset()
{
	local n

	for n in $(seq "$RIG_LINKS"); do
		ip link set "link$n" up
		[ "$(tc qdisc show dev "link$n" root)" = "" ] ||
			tc qdisc del dev "link$n" root 2>/dev/null
	done
	nft flush ruleset 2>/dev/null
	on_target links_reset_target
}

links_reset_target()
{
	local n

	for n in $(seq "$RIG_LINKS"); do
		ip link set "link$n" up
		tc qdisc del dev "link$n" root 2>/dev/null
	done
	nft flush ruleset 2>/dev/null
	return 0
}

# Capture a link's iSCSI traffic (or the words of a filter) on the target's
# side; stop with capture_stop. The file is $RUN/capture.pcap there.
capture_start()	# link, filter...
{
	local link=$1
	shift

	on_target capture_begin "$link" "${*:-tcp port 3260}"
}

capture_begin()
{
	rm -f "$RUN/capture.pcap"
	bg_start capture tcpdump -i "link$1" -Z root --immediate-mode -U -s 0 \
		-B 4096 -w "$RUN/capture.pcap" "$2"
	wait_for 10 grep -q 'listening on' "$RUN/capture.log"
}

capture_stop()
{
	on_target capture_end
}

# On a busy machine tcpdump is late, and what it has not read when it is stopped
# is lost. An empty capture may be what is wanted: then the time runs out.
capture_end()
{
	local size=0

	wait_for 5 capture_rests || true
	bg_stop capture INT
}

# There is something in it, and no more than at the last look.
capture_rests()
{
	local before=$size

	size=$(stat -c %s "$RUN/capture.pcap")
	# a file's own header is 24 bytes
	[ "$size" -gt 24 ] && [ "$size" = "$before" ]
}
