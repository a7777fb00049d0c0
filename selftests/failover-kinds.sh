#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# More ways to lose connections than failover.sh has: each of four, one
# direction only, some of the packets, a portal that is closed; and what
# users do at such a moment.
#
#                 .--- link 1 ---.
#   initiator ----|--- link 2 ---|---- target (one LUN)
#   10.0.N.1      |--- link 3 ---|     10.0.N.10
#                 '--- link 4 ---'
#
# timeout: 720

. "$(dirname "$0")/lib/lib.sh"

each_of_four()
{
	local link

	for link in 1 2 3 4; do
		survives 4 $link reset_by_initiator true
	done
}

# In one moment, as when a switch dies: numbers of both are missing at the
# target, and the clean-up of the first one may choose the other to carry it.
two_at_once()	# link, link
{
	local losses recoveries gap

	losses=$(count losses)
	recoveries=$(count recoveries)
	gap_begin "$DISK"
	on_target nft "table inet rig { chain in {
		type filter hook input priority 0;
		iifname { link$1, link$2 } tcp dport 3260 drop; }; }"
	wait_for 20 more_losses $((losses + 1))
	io_resumed "$DISK" 20
	gap=$(gap_end)
	block_end
	whole 4
	note "links $1 and $2 silent: longest pause $gap ms"
	equals "$(count recoveries)" "$recoveries" "logins of the session"
	# each in two seconds, and the first one before the other; five is a timeout
	between "$gap" 0 $((4500 * RIG_TIME_FACTOR)) "longest pause in ms"
}

two_of_four()
{
	two_at_once 1 2
	two_at_once 3 4
	two_at_once 2 3
}

# A connection without commands shows nothing of its death by itself. These are
# the ones that a carrier is looked for among first.
two_of_four_idle()
{
	io_end
	io_full "$DISK" --bs=4k-16k --bsrange=4k-16k --iodepth=1
	two_at_once 1 2
	two_at_once 1 2
	io_end
	io_full "$DISK" --bs=4k-16k --bsrange=4k-16k
}

# Down is noticed at once, silent is not, and least of all where there is nothing to do:
# the clean-up of the one is not to wait for the other to be found dead.
one_down_one_silent()
{
	local losses recoveries gap

	mcsadm set --session "$(sid)" --cid "$(cid_of_link 2)" --role standby
	losses=$(count losses)
	recoveries=$(count recoveries)
	gap_begin "$DISK"
	on_target nft "table inet rig { chain in {
		type filter hook input priority 0;
		iifname link2 tcp dport 3260 drop; }; }"
	link_down 1
	wait_for 20 more_losses "$losses"
	io_resumed "$DISK" 20
	gap=$(gap_end)
	block_end
	link_up 1
	whole 4
	mcsadm set --session "$(sid)" --cid "$(cid_of_link 2)" --role active
	note "link 1 down, link 2 silent: longest pause $gap ms"
	equals "$(count recoveries)" "$recoveries" "logins of the session"
	# a second is what it takes to find out that a link is silent
	between "$gap" 0 $((600 * RIG_TIME_FACTOR)) "longest pause in ms"
}

# Three of four over one link, with nothing to do but for one of them, and heard from last:
# asked to carry the clean-up, each would take a second to be found dead.
others_over_the_same_link()
{
	local losses recoveries gap

	mcsadm policy --session "$(sid)" fail-over-only
	conn_add 1 --duplicate
	conn_add 1 --duplicate
	io_resumed "$DISK" 20
	losses=$(count losses)
	recoveries=$(count recoveries)
	gap_begin "$DISK"
	link_drop 1
	wait_for 20 more_losses $((losses + 2))
	io_resumed "$DISK" 20
	gap=$(gap_end)
	link_restore 1
	whole 4
	note "link 1 silent, with three of four: longest pause $gap ms"
	equals "$(count recoveries)" "$recoveries" "logins of the session"
	between "$gap" 0 $((2000 * RIG_TIME_FACTOR)) "longest pause in ms"
	without_duplicates
	mcsadm policy --session "$(sid)" least-queue-depth
}

without_duplicates()
{
	local cid

	for cid in $(json_select remote.address "$(target_ip 1)" cid | tail -n +2); do
		conn_remove "$cid"
	done
	conns_up 2
}

only_two_are_left()
{
	conn_remove "$(cid_of_link 3)"
	conn_remove "$(cid_of_link 4)"
	conns_up 2
}

one_direction_only()
{
	survives 2 2 block_in block_end
	survives 2 1 block_out block_end
}

closed_in_order()
{
	local recoveries link

	recoveries=$(count recoveries)
	for link in 2 1; do
		survives 2 $link fin_by_target fin_end
		survives 2 $link fin_by_initiator fin_end
	done
	note "$(($(count recoveries) - recoveries)) logins of the session"
}

# The only connection that could carry the Logout for the lost one is silent
# until LIO has ended the session.
logout_too_late()
{
	local recoveries

	recoveries=$(count recoveries)
	block_in 1
	reset_by_initiator 2
	wait_for 20 state_is FAILED
	block_end
	wait_for 60 state_is LOGGED_IN
	whole 2
	between $(($(count recoveries) - recoveries)) 1 2 "logins of the session"
}

# Every third packet is lost, whether the connection is then or not. LIO ends
# the session when data that it has asked for is three seconds late.
lossy_link()
{
	local losses recoveries

	losses=$(count losses)
	recoveries=$(count recoveries)
	link_discipline 2 netem loss 30%
	wait_for 40 carried_under_loss "$(link_bytes 2)"
	link_restore 2
	whole 2
	note "30 % loss: $(($(count losses) - losses)) connections lost," \
		"$(($(count recoveries) - recoveries)) logins of the session"
}

carried_under_loss()	# bytes before
{
	[ "$(link_bytes 2)" -gt $(($1 + 100000)) ]
}

# It is tried again until somebody listens.
refused()	# link, how to close the portal, how to open it
{
	local recoveries

	recoveries=$(count recoveries)
	"$2" "$1"
	reset_by_initiator "$1"
	wait_for 10 refuses "$1"
	io_resumed "$DISK" 10
	"$3" "$1"
	whole 2
	equals "$(count recoveries)" "$recoveries" "logins of the session"
}

refuses()	# link
{
	mcsadm list --json | jq -e --arg ip "$(target_ip "$1")" \
		'any(.sessions[0].connections[]; .remote.address == $ip and
			.last_error_text == "nobody listens at this portal")' \
		>/dev/null
}

port_blocked()	# link
{
	block_in "$1" reject with tcp reset
}

portals_close()
{
	refused 2 port_blocked block_end
	refused 1 portal_del portal_add
}

# The session cannot log in; the module stays, and so does I/O.
rmmod_meanwhile()
{
	target_disable
	wait_for 20 state_is FAILED
	expect_failure rmmod "$DRIVER"
	target_enable
	expect_failure rmmod "$DRIVER"
	wait_for 60 state_is LOGGED_IN
	whole 2
	io_end
}

# One connection is gone, its clean-up waits for a target that says nothing
# any more. The logout does not.
logout_meanwhile()
{
	local since losses

	losses=$(count losses)
	link_drop 1
	reset_by_initiator 2
	wait_for 10 more_losses "$losses"
	link_drop 2
	since=$SECONDS
	node_logout "$IQN" || true
	wait_for 60 no_sessions
	between $((SECONDS - since)) 0 $((60 * RIG_TIME_FACTOR)) "seconds"
	equals "$(tcp_count)" 0 "TCP connections"
	link_restore 1
	link_restore 2
}

need_mcs
klog_allow 'iSCSI' 'detected conn error' 'tried less often' \
	'did not let go' 'Unable to locate' 'session[0-9]+:' 'connection[0-9]+:'
plan 13
must target_create attrib.default_erl=0
must login "node.session.timeo.replacement_timeout=120"
for n in 2 3 4; do
	must conn_add $n
done
DISK=$(disk)
must io_full "$DISK" --bs=4k-16k --bsrange=4k-16k
subtest "each of four connections" each_of_four
subtest "two of four go silent at once" two_of_four
subtest "two of four go silent with little to do" two_of_four_idle
subtest "one goes down, one that is idle silent" one_down_one_silent
subtest "two are left" only_two_are_left
subtest "link of three goes silent, the fourth has another" others_over_the_same_link
subtest "requests lost, then answers lost" one_direction_only
subtest "a connection closed in good order, by either end" closed_in_order
subtest "the Logout comes too late" logout_too_late
subtest "a link that loses 30 % of the packets" lossy_link
subtest "port blocked, portal removed" portals_close
subtest "rmmod is refused meanwhile" rmmod_meanwhile
subtest "logout while both links are silent" logout_meanwhile
