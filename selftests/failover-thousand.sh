#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Losses in a row, of every kind in turn, of both connections in turn, under
# verified I/O: not one error, memory stays what it was, pauses and returns are
# measured. LOSSES says how many; 1000 is the number that counts, the default is
# what a short run has time for. Measuring takes longer than the loss itself: of
# many losses it is done with one in MEASURE, the others are followed by what the
# module says of them.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# own-vm: yes
# timeout: 10800

. "$(dirname "$0")/lib/lib.sh"

: "${LOSSES:=60}"
: "${MEASURE:=$((LOSSES > 200 ? 10 : 1))}"
# Memory is read after each of so many parts; the first one is to warm up.
PARTS=4
# What a return may take, in ms
BACK=3000

# How to lose it, how to bring it back, what the pause may be in ms. Between two
# VMs a link that goes down at the far end takes no carrier away.
far_bound=500
[ "$RIG_MODE" = netns ] || far_bound=2000
KINDS=("reset_by_target true 300"
	"reset_by_initiator true 300"
	"fin_by_target fin_end 300"
	"fin_by_initiator fin_end 300"
	"link_down link_up 500"
	"target_link_down target_link_up $far_bound"
	"block_in block_end 2000"
	"block_out block_end 2000"
	"link_drop link_restore 2000")

lose()		# number of the loss, counting from 0
{
	local link=$((1 + $1 % 2)) kind=${KINDS[$1 / 2 % ${#KINDS[@]}]}
	local lose restore bound recoveries

	read -r lose restore bound <<<"$kind"
	recoveries=$(recoveries)
	# both links and all kinds have their turn
	if [ $(($1 / (2 * ${#KINDS[@]}) % MEASURE)) = 0 ]; then
		lose_measured "$link" "$lose" "$restore" "$bound" "$recoveries"
	else
		lose_followed "$link" "$lose" "$restore"
	fi
	# LIO gives no time after some losses that its own stack has caused.
	[ "$(recoveries)" = "$recoveries" ] || [[ $lose == *_by_target ]] ||
		fail "$lose of link $link: the session logged in again"
	bg_running io || fail "$lose of link $link: fio ended"
}

# Of the session
recoveries()
{
	grep -c '"event":"recovery-started"' "$RUN/events.log" || true
}

lose_followed()	# link, how, how it returns
{
	local id=${IDS[$1]}

	events_pass
	"$2" "$1"
	event_wait 20 conn-down "$id"
	io_resumed "$DISK" 20
	"$3" "$1"
	event_wait 20 conn-up "$id"
}

lose_and_return()	# link, how, how it returns, losses before
{
	local cmds

	"$2" "$1"
	wait_for 20 more_losses "$4"
	io_resumed "$DISK" 20
	read -r cmds _ < <(carried "$1")
	# On a busy machine it takes seconds to get as far as the command that counts,
	# and to look at the outcome.
	"$3" "$1"
	gap_mark "$3 $1"
	wait_for 20 in_use "$1" "$cmds"
}

lose_measured()	# link, how, how it returns, bound, recoveries before
{
	local gap back

	gap_begin "$DISK"
	lose_and_return "$1" "$2" "$3" "$(count losses)"
	gap=$(gap_end)
	back=$(gap_return)
	[ "$back" -le "$BACK" ] || tell_story "$2" "$1" "back in use after $back"
	[ "$gap" -le "$4" ] || tell_story "$2" "$1" "a pause of $gap"
	echo "$2 $1 $4 $gap $back $(($(recoveries) - $5))" >>"$RUN/losses"
}

# Where the time went
tell_story()	# how it was lost, link, what took so many ms
{
	note "$1 of link $2: $3 ms"
	gap_story | tail -n 40 | sed 's/^/# | /' >&3
}

part()		# number, counting from 1
{
	local n

	gap_calm "$DISK" >>"$RUN/calm"
	for n in $(seq $((LOSSES * ($1 - 1) / PARTS)) $((LOSSES * $1 / PARTS - 1))); do
		lose "$n"
		[ $(((n + 1) % 50)) != 0 ] || note "$((n + 1)) losses"
	done
	conns_up 2
	equals "$(recoveries)" "$(count recoveries)" "recoveries that events told of"
	memory >"$RUN/memory-$1"
	note "after $((LOSSES * $1 / PARTS)) losses: $(cat "$RUN/memory-$1")"
}

memory_is_flat()
{
	local first now what grown allowed

	first=$(cat "$RUN/memory-1")
	now=$(cat "$RUN/memory-$PARTS")
	for what in SUnreclaim VmallocUsed Percpu; do
		grown=$(($(memory_field $what "$now") - $(memory_field $what "$first")))
		allowed=$((1024 + LOSSES / 4))
		between $grown -1000000 $allowed "growth of $what in kB"
	done
}

# One line for each kind of loss; status 1 if a pause or a return was too long. A
# machine that is busy with something else holds I/O up by itself: that counts
# for it, and so does one loss in twenty.
judge_times()
{
	local calm

	calm=$(sort -n "$RUN/calm" | tail -n 1)
	echo "without any loss the longest pause was $calm ms"
	sort -k1,1 -k4,4n "$RUN/losses" | awk -v factor="$RIG_TIME_FACTOR" -v calm="$calm" -v most="$BACK" '
		function show(   i, late) {
			for (i = 1; i <= n; i++)
				late += gap[i] > bound * factor + calm
			printf "%-18s %4d losses, pause %4d ms in the middle, %4d at most (bound %d, beyond it %d); back in use after %4d ms at most; %d logins of the session\n",
				kind, n, gap[int((n + 1) / 2)], gap[n],
				bound, late, back, again
			if (late > n / 20 || back > most * factor)
				bad = 1
			n = back = again = late = 0
		}
		$1 != kind { if (n) show(); kind = $1; bound = $3 }
		$6 { again++ ; next }
		{ gap[++n] = $4; if ($5 > back) back = $5 }
		END { show(); exit bad }'
}

times_are_short()
{
	local rc=0

	judge_times >"$RUN/times" || rc=1
	while read -r line; do
		note "$line"
	done <"$RUN/times"
	[ $rc = 0 ] || fail "a pause or a return took too long"
}

ends_well()
{
	io_end
	logout
	wait_for 20 no_sessions
}

need_mcs
rm -f "$RUN/losses" "$RUN/calm"
klog_allow 'iSCSI Login' 'iSCSI/iqn' 'detected conn error' 'tried less often'
plan $((PARTS + 3))
must target_create links="1 2" attrib.default_erl=0
must login
must conn_add 2
must io_full "$(disk)" --bs=4k-4k --bsrange=4k-4k --iodepth=32 --runtime=36000
DISK=$(disk)
mapfile -t -O 1 IDS < <(mcsadm list --json |
	jq -r '.sessions[0].connections | sort_by(.remote.address)[] | .id')
must events_begin
for n in $(seq $PARTS); do
	subtest "losses $((LOSSES * (n - 1) / PARTS + 1)) to $((LOSSES * n / PARTS))" part "$n"
done
subtest "the pauses were short, and so was the time to return" times_are_short
subtest "memory stayed what it was" memory_is_flat
subtest "not one error, data verified, logout" ends_well
