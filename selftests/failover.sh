#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Any connection may die, the leading one too, while another lives: the session
# stays, iscsid notices nothing, no I/O fails, the data is right, and the pause
# is short.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# timeout: 420

. "$(dirname "$0")/lib/lib.sh"

# LIO gives two seconds after most losses, but none after some that its own
# stack has caused. Then a new login is the only way, and also without errors.
target_was_faster()	# how it was lost, recoveries before
{
	[[ $1 == *_by_target ]] && [ "$(count recoveries)" != "$2" ] &&
		touch "$RUN/target-was-faster"
}

show_trace()
{
	grep mcs_ "$RUN/trace" | tail -n 40 | sed 's/^/# | /' >&3
}

# What is counted is read before what may excuse it: the other way round the excuse can
# come between the two.
lost()		# link, bound on the pause in ms, how to lose it, how to bring it back
{
	local link=$1 bound=$2 lose=$3 restore=$4
	local before recoveries impatience now

	impatience=$(impatience)
	io_full "$(disk)"
	trace_begin
	before=$(count losses)
	recoveries=$(count recoveries)
	"$lose" "$link"
	wait_for 20 more_losses "$before"
	io_resumed "$(disk)" 20
	"$restore" "$link"
	wait_for 30 conns_up 2
	trace_end "$RUN/trace"
	io_end
	if target_was_faster "$lose" "$recoveries"; then
		note "the target ended the session before the Logout came"
		return
	fi
	now=$(count recoveries)
	! target_gave_up "$impatience" || return 0
	equals "$now" "$recoveries" "recoveries of the whole session" || {
		show_trace
		return 1
	}
	note "longest command $(longest_io) ms, longest recovery $(session_field longest_pause_ms) ms"
	[ "$(longest_io)" -le $((bound * RIG_TIME_FACTOR)) ] || {
		show_trace
		[ -z "${TRACE_IO:-}" ] || cp "$RUN/trace" "/results/trace-$link-$lose"
		fail "the pause was longer than $bound ms"
	}
}

iscsid_noticed_nothing()
{
	[ ! -e "$RUN/target-was-faster" ] || return 0
	! grep -E 'conn error|operational after recovery' "$RUN/iscsid.log" >"$RUN/noticed" ||
		target_gave_up "$at_first" || fail "$(cat "$RUN/noticed")"
}

# Packets of IPv4 that found no route, from the kernel's table of names and values
packets_without_route()	# leaves them in REPLY
{
	local line names='' values i

	while read -r line; do
		[[ $line == Ip:* ]] || continue
		[ -n "$names" ] || { names=$line; continue; }
		read -ra values <<<"$line"
	done </proc/net/snmp
	read -ra names <<<"$names"
	for i in "${!names[@]}"; do
		[ "${names[i]}" != OutNoRoutes ] || REPLY=${values[i]}
	done
}

packet_has_no_route()	# of those before
{
	packets_without_route
	[ "$REPLY" -gt "$1" ]
}

# Leaves in REPLY how long the address was away, in ms. To start a program takes longer
# than that on a debug kernel: one does both.
blink()
{
	local before since ip address

	address="$(initiator_ip 1)/24 dev link1"
	exec {ip}> >(ip -batch -)
	packets_without_route
	before=$REPLY
	since=$EPOCHREALTIME
	echo "address del $address" >&"$ip"
	wait_for 10 packet_has_no_route "$before"
	echo "address add $address" >&"$ip"
	exec {ip}>&-
	wait $!
	REPLY=$(((${EPOCHREALTIME/./} - ${since/./}) / 1000))
}

# TCP gets over that, and no login of the session is made for it: unless the machine is
# so busy that the moment was none.
only_one_blinks()
{
	local losses recoveries ms impatience now

	impatience=$(impatience)
	# one that is being logged in again may be another one the next moment
	wait_for 30 conns_up 2
	conn_remove "$(cid_of_link 2)"
	wait_for 20 conns_up 1
	io_full "$(disk)"
	for _ in {1..5}; do
		losses=$(count losses)
		recoveries=$(count recoveries)
		blink
		ms=$REPLY
		note "without its address for $ms ms"
		io_resumed "$(disk)" 20
		[ "$ms" -ge 700 ] || break
	done
	io_end
	now=$(count losses)/$(count recoveries)
	! target_gave_up "$impatience" || return 0
	equals "$now" "$losses/$recoveries" "losses, and recoveries of the whole session"
}

# Nobody's time is reckoned by a clock that can be set.
clock_jumps()
{
	local losses

	io_full "$(disk)"
	losses=$(count losses)
	date --set '+1 day'
	io_resumed "$(disk)" 10
	date --set '-2 days'
	io_resumed "$(disk)" 10
	date --set '+1 day'
	io_end
	equals "$(count losses)" "$losses" "losses"
}

ends_well()
{
	logout
	wait_for 20 no_sessions
	equals "$(tcp_count)" 0 "TCP connections"
}

need_mcs
# LIO waits three seconds for data; a debug kernel finds a silent link no sooner.
klog_allow 'DataOut timeout' 'iSCSI Login' 'iSCSI/iqn' 'detected conn error'
plan 18
at_first=$(impatience)
must target_create links="1 2" attrib.default_erl=0
must login
must conn_add 2
subtest "target resets the added connection" lost 2 3000 reset_by_target true
subtest "target resets the leading connection" lost 1 3000 reset_by_target true
subtest "initiator's stack resets one" lost 2 3000 reset_by_initiator true
subtest "and the other" lost 1 3000 reset_by_initiator true
subtest "target closes one in good order" lost 2 3000 fin_by_target fin_end
subtest "initiator's stack closes one in good order" lost 2 3000 fin_by_initiator fin_end
subtest "link of one goes down" lost 2 3000 link_down link_up
subtest "link of the other goes down" lost 1 3000 link_down link_up
subtest "link of one goes silent" lost 2 6000 link_drop link_restore
subtest "link of the other goes silent" lost 1 6000 link_drop link_restore
subtest "address of one goes away" lost 2 1000 address_del address_add
subtest "address of the other goes away" lost 1 1000 address_del address_add
subtest "route of one goes away" lost 2 1000 route_del route_add
subtest "route of the other goes away" lost 1 1000 route_del route_add
subtest "the clock jumps" clock_jumps
subtest "iscsid noticed nothing" iscsid_noticed_nothing
subtest "address of the only one goes away for a moment" only_one_blinks
subtest "logout" ends_well
