#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# How long I/O stands still when a link or a connection is lost, and how long
# until it is in use again: one session with two connections beside dm-multipath
# over two sessions of iscsi_tcp, which get the same losses in the same boot. For
# the latter udev and multipathd run as on any Debian: first with Debian's
# timeouts, then with the shortest that open-iscsi, multipathd and the kernel
# accept. Both spread commands over both links.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# own-vm: yes
# timeout: 1500

. "$(dirname "$0")/lib/lib.sh"

# What is lost, how, how to bring it back, bound on the pause in ms. They are of
# link 1 and link 2 in turn, the same in each setup. The time to return counts from
# the end of the command that brings the link back, or that resets or closes the
# connection.
KINDS=("RST_from_the_target reset_by_target true 300"
	"RST_by_the_initiator reset_by_initiator true 300"
	"FIN_from_the_target fin_by_target fin_end 300"
	"link_down_at_the_initiator link_down link_up 500"
	"link_down_at_the_target target_link_down target_link_up 500"
	"silence_both_ways link_drop link_restore 2000"
	"silence_of_requests block_in block_end 2000"
	"silence_of_answers block_out block_end 2000")
BACK=3000
# Differences up to here are those of two runs of the same, in ms
SAME=30

# What iscsid takes, and multipathd: with fast_io_fail_tmo off it leaves the
# replacement_timeout as it is, whose 0 it could not set.
SHORTEST_NODE=(node.session.timeo.replacement_timeout=0
	node.session.iscsi.DefaultTime2Wait=0
	"node.conn[0].timeo.login_timeout=2"
	"node.conn[0].timeo.noop_out_interval=1"
	"node.conn[0].timeo.noop_out_timeout=1")
SHORTEST_CONF=("polling_interval 1" "max_polling_interval 1"
	"checker_timeout 1" "fast_io_fail_tmo off")
MAP=/dev/mapper/mpatha
# 40 seconds of completions of the map and of a path
export GAP_KB=24576

title()		# kind
{
	tr _ ' ' <<<"${1%% *}"
}

# One session with two connections: $SETUP is mcs.

mcs_used()	# link, what it had carried
{
	in_use "$1" "$2"
}

mcs_carried()	# link
{
	carried "$1" | cut -d' ' -f1
}

mcs_device()	# link
{
	disk
}

mcs_losses()
{
	count losses
}

mcs_back()	# link
{
	gap_return
}

# Two sessions with one connection each.

sid_of_link()	# link
{
	local dir

	for dir in /sys/class/iscsi_connection/connection*; do
		[ "$(cat "$dir/persistent_address")" = "$(target_ip "$1")" ] || continue
		dir=${dir##*connection}
		echo "${dir%:*}"
	done
}

multipath_device()	# link
{
	disk "$(sid_of_link "$1")"
}

multipath_carried()	# link
{
	local dev

	dev=$(multipath_device "$1")
	awk '{ print $1 + $5 }' "/sys/block/${dev##*/}/stat"
}

multipath_used()	# link, what it had carried
{
	[ "$(multipath_carried "$1")" -gt "$2" ] && paths_active 2
}

multipath_losses()
{
	grep -c 'Kernel reported iSCSI connection' "$RUN/iscsid.log" || true
}

multipath_back()	# link
{
	gap_device_return "$(multipath_device "$1")"
}

paths_active()	# how many there should be
{
	[ "$(dmsetup status "${MAP##*/}" | grep -oE ' [0-9]+:[0-9]+ A ' | wc -l)" = "$1" ]
}

more_lost()	# than
{
	[ "$("${SETUP%-*}_losses")" -gt "$1" ]
}

# One loss; a line for it: setup, kind, longest time between two completions,
# longest command, time to return.
lose()		# link, kind
{
	local link=$1 type=${SETUP%-*} kind lose restore losses used gap back

	read -r kind lose restore _ <<<"$2"
	io_full "$DISK" --bs=4k-4k --bsrange=4k-4k --iodepth=32
	losses=$("${type}_losses")
	gap_begin "$DISK" "$("${type}_device" "$link")"
	"$lose" "$link"
	gap_mark "$lose $link"
	wait_for 40 more_lost "$losses"
	io_resumed "$DISK" 40
	used=$("${type}_carried" "$link")
	"$restore" "$link"
	[[ $restore =~ ^(true|fin_end)$ ]] || gap_mark "$restore $link"
	wait_for 90 "${type}_used" "$link" "$used"
	gap=$(gap_end)
	back=$("${type}_back" "$link")
	io_end
	echo "$SETUP $kind $gap $(longest_io) $back" | tee -a "$RUN/pauses"
}

# LIO gives no time after some losses that its own stack has caused: then the
# session logs in again, and that is not what is compared here.
lose_mcs()	# link, kind
{
	local recoveries

	for _ in 1 2 3 4; do
		recoveries=$(count recoveries)
		cp "$RUN/pauses" "$RUN/pauses.before"
		lose "$1" "$2"
		wait_for 20 conns_up 2
		[ "$(count recoveries)" != "$recoveries" ] || return 0
		note "$(title "$2"): the target ended the session, once more"
		cp "$RUN/pauses.before" "$RUN/pauses"
	done
	fail "$(title "$2"): the session logs in again each time"
}

lose_multipath()	# link, kind
{
	lose "$1" "$2"
	wait_for 20 paths_active 2
}

each_kind()
{
	local n

	calm
	for n in "${!KINDS[@]}"; do
		"lose_${SETUP%-*}" $((1 + n % 2)) "${KINDS[n]}"
	done
}

# What the machine itself holds I/O up for
calm()
{
	io_full "$DISK" --bs=4k-4k --bsrange=4k-4k --iodepth=32
	gap_calm "$DISK" >"$RUN/calm-$SETUP"
	io_end
	note "$SETUP: without any loss the longest pause is $(cat "$RUN/calm-$SETUP") ms"
}

# Kernel modules and /dev as a running system has them
udev_start()
{
	bg_start udevd /lib/systemd/systemd-udevd
	wait_for 10 udevadm control --ping
}

multipathd_start()	# setting...
{
	{
		echo "defaults {"
		printf '\t%s\n' "find_multipaths yes" "user_friendly_names yes" \
			"path_grouping_policy multibus" "no_path_retry queue" "$@"
		printf '%s\n' "}" "blacklist {" '	devnode "^(vd|ram|loop)"' "}"
	} >/etc/multipath.conf
	modprobe dm-multipath
	bg_start multipathd multipathd -d
	wait_for 20 multipathd show daemon
}

# Log in over both links, a session each.
multipath_begin()	# setting for multipathd..., --, NAME=VALUE for the node...
{
	local n conf=()

	while [ "$1" != -- ]; do
		conf+=("$1")
		shift
	done
	shift
	multipathd_start "${conf[@]}" || return 1
	iscsid_start || return 1
	for n in 1 2; do
		node_new "$n" "$IQN" "$@" && node_login "$n" "$IQN" || return 1
	done
	wait_for 30 test -b $MAP && wait_for 30 paths_active 2 || return 1
	DISK=$(readlink -f $MAP)
	note "$SETUP: seconds until a session fails its commands:" \
		"$(cat /sys/class/iscsi_session/session*/recovery_tmo | paste -sd' ')"
}

multipath_end()
{
	bg_stop multipathd
	wait_for 10 dmsetup remove "${MAP##*/}"
	iscsiadm -m session -u
	wait_for 20 no_sessions
	iscsid_stop
	rm -rf /etc/iscsi/nodes/*
}

mcs_begin()
{
	login && conn_add 2 && wait_for 10 conns_up 2 || return 1
	DISK=$(disk)
}

mcs_end()
{
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi/nodes/*
	iscsid_stop
	rmmod iscsi_mcs
}

# 3 is the pause, 4 the longest command, 5 the time to return
figure()	# setup, kind, column
{
	awk -v setup="$1" -v kind="$2" -v column="$3" '
		$1 == setup && $2 == kind { print $column }' "$RUN/pauses"
}

figures()	# setup, kind
{
	echo "$(figure "$1" "$2" 3) ms (a command $(figure "$1" "$2" 4)," \
		"back after $(figure "$1" "$2" 5))"
}

# With one digit behind the point
ratio()		# setup, kind, column
{
	awk -v a="$(figure "$@")" -v b="$(figure mcs "$2" "$3")" \
		'BEGIN { printf "%.1f\n", a / (b ? b : 1) }'
}

# Beside each figure of dm-multipath how many times that of mcs it is
show()		# kind
{
	local kind setup

	kind=${1%% *}
	note "$(title "$kind"): mcs $(figures mcs "$kind")"
	for setup in multipath-debian multipath-shortest; do
		note "$(title "$kind"): $setup $(figures $setup "$kind")," \
			"$(ratio $setup "$kind" 3) times ($(ratio $setup "$kind" 4) times)"
	done
}

# The pause has its bounds. It is no measure beside dm-multipath, which goes on
# with one half of the queue while the other half of it stands still: there it is
# the longest command. Where both are a matter of some ten ms, as after a RST with
# dm-multipath's shortest times, they are the same.
judge()		# kind
{
	local kind bound calm command setup

	calm=$(cat "$RUN/calm-mcs")
	read -r kind _ _ bound <<<"$1"
	command=$(figure mcs "$kind" 4)
	between "$(figure mcs "$kind" 3)" 0 $((bound * RIG_TIME_FACTOR + calm)) \
		"longest pause in ms"
	between "$(figure mcs "$kind" 5)" 0 $((BACK * RIG_TIME_FACTOR)) \
		"ms until back in use"
	for setup in multipath-debian multipath-shortest; do
		[ $((command - calm)) -lt $(($(figure $setup "$kind" 4) + SAME)) ] ||
			fail "not shorter than $setup"
	done
}

need_mcs
: >"$RUN/pauses"
klog_allow 'iSCSI Login' 'iSCSI/iqn' 'detected conn error' 'tried less often' \
	'session recovery timed out' 'ping timeout' 'rx_data returned -104' \
	'device-mapper: multipath: ' 'CONFIG_IMA_DISABLE_HTABLE' \
	'I/O error, dev sd' 'blk_print_req_error: ' 'sd [0-9:]+ '
plan $((3 + ${#KINDS[@]}))
must target_create links="1 2" attrib.default_erl=0
SETUP=mcs
must mcs_begin
subtest "one session with two connections" each_kind
must mcs_end
export DRIVER=iscsi_tcp
must driver_load
must udev_start
SETUP=multipath-debian
must multipath_begin --
subtest "dm-multipath with Debian's timeouts" each_kind
must multipath_end
SETUP=multipath-shortest
must multipath_begin "${SHORTEST_CONF[@]}" -- "${SHORTEST_NODE[@]}"
subtest "dm-multipath with the shortest timeouts" each_kind
must multipath_end
must bg_stop udevd
must driver_unload
for kind in "${KINDS[@]}"; do
	show "$kind"
done
for kind in "${KINDS[@]}"; do
	subtest "$(title "$kind")" judge "$kind"
done
