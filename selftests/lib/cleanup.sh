# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What to show when something failed, and how to leave nothing behind.
# shellcheck shell=bash

# Both ends' state, as comments in the stream.
diagnose()
{
	{
		echo "--- initiator"
		diagnose_end
		if [ -n "$(sids)" ]; then
			timeout 20 iscsiadm -m session -P 1 2>&1 | tail -n +2
		fi
		if [ -x "$MCSADM" ] && [ -d /sys/module/iscsi_mcs ]; then
			timeout 20 "$MCSADM" list 2>&1
		fi
		tail -n 15 "$RUN"/*.log 2>/dev/null
		echo "--- initiator's kernel log"
		dmesg | tail -n 25
		echo "--- target"
		on_target diagnose_end
		target_sessions
		[ "$RIG_MODE" = netns ] || on_target dmesg | tail -n 25
	} 2>&1 | sed 's/^/# | /' >&3
}

# Counters of the links, sockets.
diagnose_end()
{
	local dir

	for dir in /sys/class/net/link*; do
		echo "${dir##*/} $(cat "$dir/operstate")" \
			"rx $(cat "$dir/statistics/rx_bytes")" \
			"tx $(cat "$dir/statistics/tx_bytes")" \
			"dropped $(cat "$dir/statistics/tx_dropped")"
	done
	ss -tnoiH | grep -v '127.0.0'
	tc -s qdisc show | grep -A2 -E 'tbf|netem'
	return 0
}

# What lies on a disk that goes would be lost, and be it init's.
swap_reset()
{
	bg_stop busy KILL
	echo 0 >/proc/sys/vm/nr_hugepages
	swapoff -a
}

# Undo everything a scenario may have set up.
rig_reset()
{
	bg_stop io KILL
	links_reset
	on_target disks_resume
	[ "$(wc -l </proc/swaps)" -le 1 ] || swap_reset
	if [ -n "$(sids)" ]; then
		bg_running iscsid || iscsid_start
		timeout -k 5 60 iscsiadm -m session -u
	fi
	iscsid_stop
	bg_stop_all
	rm -rf /etc/iscsi/nodes/* /etc/iscsi/send_targets/*
	on_target target_reset
	driver_unload
	gap_forget
	rm -f "$RUN"/*.log
}

# One that stands still keeps its sessions and its target from going.
disks_resume()
{
	local name

	[ -d /sys/module/dm_mod ] || return 0
	for name in $(dmsetup ls --noheadings | cut -f1); do
		dmsetup resume --noudevsync "$name"
	done
}

target_reset()
{
	bg_stop_all
	disks_resume
	lio_delete_all
}

# What a scenario left behind, in words.
leftovers()
{
	local dir

	[ -z "$(sids)" ] || echo "sessions: $(sids | paste -sd' ')"
	! driver_loaded || echo "module $DRIVER still loaded"
	[ "$(tcp_count)" = 0 ] || echo "TCP connections to the target"
	dir=$(on_target ls $LIO/iscsi 2>/dev/null | grep '^iqn')
	[ -z "$dir" ] || echo "targets: $dir"
}
