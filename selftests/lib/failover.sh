# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Losing connections, and how long I/O stands still for it.
# shellcheck shell=bash

more_losses()	# than
{
	[ "$(count losses)" -gt "$1" ]
}

recovered_since()	# number of logins of the session
{
	[ "$(session_field recoveries)" -gt "$1" ]
}

# LIO waits three seconds for data, and then ends the session: on a kernel that checks
# a lot it may do so at any time. How often it has
impatience()
{
	dmesg | grep -c 'Unable to recover from DataOut timeout' || true
}

target_gave_up()	# how often it had before
{
	[ "$RIG_TIME_FACTOR" != 1 ] && [ "$(impatience)" -gt "$1" ] || return
	note "LIO did not get its data in three seconds, and ended the session"
}

reset_by_target()	# link
{
	on_target ss -K "sport = :3260 and src $(target_ip "$1")" >"$RUN/killed"
	[ -s "$RUN/killed" ]
}

reset_by_initiator()	# link
{
	ss -K "dport = :3260 and dst $(target_ip "$1")" >"$RUN/killed"
	[ -s "$RUN/killed" ]
}

# A kernel's socket can be aborted from outside, but not closed. So the RST of an
# abort becomes a FIN on its way out, which has the same numbers and is as good as
# any; those that answer what still comes in for the dead socket are lost, so that
# the FIN is all there is.
fin_rules()	# link, what is a port of iSCSI at this end: sport or dport
{
	nft "table inet rig { chain fin {
		type filter hook output priority 0;
		oifname link$1 tcp $2 3260 tcp flags == rst | ack counter \
			tcp flags set fin | ack accept;
		oifname link$1 tcp $2 3260 tcp flags & rst == rst drop; }; }"
}

fin_was_sent()
{
	nft list chain inet rig fin | grep -q 'counter packets 1 '
}

fin_by_target()	# link
{
	on_target fin_rules "$1" sport
	reset_by_target "$1"
	on_target fin_was_sent
}

fin_by_initiator()	# link
{
	fin_rules "$1" dport
	reset_by_initiator "$1"
	fin_was_sent
}

fin_end()
{
	block_end
	nft flush ruleset
}

# The link at the target's end
target_link_down()	# link
{
	on_target ip link set "link$1" down
}

target_link_up()	# link
{
	on_target ip link set "link$1" up
	on_target ip -6 address replace "fd00:$1::10/64" dev "link$1" nodad
}

# Packets of iSCSI in one direction are lost, or refused, at the target.
block_in()	# link, drop or reject with tcp reset
{
	local link=$1
	shift

	on_target nft "table inet rig { chain in {
		type filter hook input priority 0;
		iifname \"link$link\" tcp dport 3260 ${*:-drop}; }; }"
}

block_out()	# link
{
	on_target nft "table inet rig { chain out {
		type filter hook output priority 0;
		oifname link$1 tcp sport 3260 drop; }; }"
}

block_end()
{
	on_target nft flush ruleset
}

# A portal goes away while connections over it live.
portal_del()	# link
{
	on_target rmdir "$LIO/iscsi/$IQN/tpgt_1/np/$(target_ip "$1"):3260"
}

portal_add()	# link
{
	on_target mkdir "$LIO/iscsi/$IQN/tpgt_1/np/$(target_ip "$1"):3260"
}

# The initiator's address goes, and the route with it; the link stays.
address_del()	# link
{
	ip address del "$(initiator_ip "$1")/24" dev "link$1"
}

address_add()	# link
{
	ip address add "$(initiator_ip "$1")/24" dev "link$1"
}

# The route alone goes.
route_del()	# link
{
	ip route del "10.0.$1.0/24" dev "link$1"
}

route_add()	# link
{
	ip route add "10.0.$1.0/24" dev "link$1" src "$(initiator_ip "$1")"
}

# Commands that the connection over a link has carried, and its state
carried()	# link
{
	local conn cmds

	json_read
	for conn in ${CONNECTIONS+"${CONNECTIONS[@]}"}; do
		json_get "$conn" remote.address
		[ "$REPLY" = "$(target_ip "$1")" ] || continue
		json_get "$conn" cmds
		cmds=$REPLY
		json_get "$conn" state
		echo "$cmds $REPLY"
	done
}

in_use()	# link, commands it had carried
{
	local cmds state

	read -r cmds state < <(carried "$1")
	[ "$state" = up ] && [ "$cmds" -gt "$2" ]
}

GAP=$TRACE/instances/gap

# A device as the block layer's events name it: MAJOR,MINOR
gap_name()	# device
{
	echo "$((16#$(stat -Lc %t "$1"))),$((16#$(stat -Lc %T "$1")))"
}

# Record when requests of a disk complete, and what the module does meanwhile.
# Other devices are recorded beside it; GAP_KB is what each CPU may fill.
gap_begin()	# device...
{
	local dev filter=''

	for dev in "$@"; do
		dev=$(gap_name "$dev")
		filter+="${filter:+ || }dev == $((${dev%,*} << 20 | ${dev#*,}))"
	done
	gap_name "$1" >"$RUN/gap-name"
	mkdir -p "$GAP"
	echo 0 >"$GAP/tracing_on"
	echo mono >"$GAP/trace_clock"
	echo "${GAP_KB:-4096}" >"$GAP/buffer_size_kb"
	echo "$filter" >"$GAP/events/block/block_rq_complete/filter"
	echo 1 >"$GAP/events/block/block_rq_complete/enable"
	[ ! -d "$GAP/events/iscsi_mcs" ] || echo 1 >"$GAP/events/iscsi_mcs/enable"
	echo >"$GAP/trace"
	echo 1 >"$GAP/tracing_on"
}

# Longest time between two completions of the disk since then, in ms.
gap_end()
{
	echo 0 >"$GAP/tracing_on"
	awk -v dev=" $(cat "$RUN/gap-name") " '
		match($0, / [0-9]+\.[0-9]+: block_rq_complete:/) &&
		index($0, "block_rq_complete:" dev) {
			now = substr($0, RSTART + 1) + 0
			if (last && now - last > gap)
				gap = now - last
			last = now
		}
		END { printf "%d\n", 1000 * gap + 0.5 }' "$GAP/trace"
}

# Put a word between what is recorded.
gap_mark()	# words
{
	echo "$*" >"$GAP/trace_marker"
}

# How long after the mark a connection came up for the last time, in ms
gap_return()
{
	awk '/^#/ || !match($0, / [0-9]+\.[0-9]+: /) { next }
		{ now = substr($0, RSTART + 1) + 0 }
		/tracing_mark_write/ { mark = now; up = 0 }
		mark && / to=up/ { up = now - mark }
		END { printf "%d\n", 1000 * up + 0.5 }' "$GAP/trace"
}

# How long after the mark a device completed the request that ended its longest
# time without any, in ms. Requests without data are multipathd's questions.
gap_device_return()	# device
{
	awk -v dev=" $(gap_name "$1") " '
		!match($0, / [0-9]+\.[0-9]+: /) { next }
		{ now = substr($0, RSTART + 1) + 0 }
		/tracing_mark_write/ { mark = now; longest = 0 }
		index($0, "block_rq_complete:" dev) && !/ \+ 0 \[/ {
			if (mark && last && now - last > longest) {
				longest = now - last
				back = now - mark
			}
			last = now
		}
		END { printf "%d\n", 1000 * back + 0.5 }' "$GAP/trace"
}

# What was recorded but for the requests
gap_story()
{
	sed -nE '/mcs_|tracing_mark_write/p' "$GAP/trace"
}

# The same when nothing is lost: what the machine holds I/O up for by itself.
gap_calm()	# device
{
	gap_begin "$1"
	sleep 5
	gap_end
}

gap_forget()
{
	[ ! -d "$GAP" ] || rmdir "$GAP"
}

# Milliseconds on a clock that nobody sets
now_ms()
{
	awk '{ printf "%d\n", 1000 * $1 }' /proc/uptime
}

# All connections are up and used.
whole()		# connections, disk
{
	wait_for 20 conns_up "$1"
	io_resumed "${2:-$DISK}" 20
}

# I/O on $DISK stands still for a moment, and the session itself stays.
survives()	# connections there are, link, how to lose it, how to end that
{
	local before recoveries

	before=$(count losses)
	recoveries=$(count recoveries)
	"$3" "$2"
	wait_for 20 more_losses "$before"
	io_resumed "$DISK" 20
	"$4" "$2"
	whole "$1"
	# LIO gives no time after some losses that its own stack has caused
	[[ $3 == *_by_target ]] ||
		equals "$(count recoveries)" "$recoveries" "logins of the session"
}
