#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Documentation/guide.rst, typed as it stands there: every line behind "#", and
# what it shows as the answer; "..." in it stands for anything. Also mcsadm auto
# where it has to warn. And what the README shows.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"
need_mcs

# The commands in the README's blocks, in their order
readme()
{
	local line n=0

	sed -nE 's/^ {4}([^ ].*)/\1/p' "$TREE/README.md" |
		sed -E 's/ +# .*//' >"$RUN/readme"
	: >"$RUN/nothing"
	while read -r line <&4; do
		run_line "$line" "$RUN/nothing"
		n=$((n + 1))
		[[ $line != *--login ]] || wait_for 30 session_ready
	done 4<"$RUN/readme"
	conns_up 2
	[ "$n" -gt 5 ]
	logout
	wait_for 20 no_sessions
	rm -rf /etc/iscsi_mcs.conf /etc/iscsi/nodes/*
}

# Commands that the guide shows without "#" are run by other tests.
others_are_known()
{
	local line

	awk '/::$/ { block = 1; next }
		block && /^ +[^ ]/ { sub(/^ +/, ""); print; next }
		block && /^[^ ]/ { block = 0 }' "$GUIDE" |
		grep -E '^(make|apt-get|mcsadm|iscsiadm|iscsicli|sysctl|targetcli|lsinitramfs|systemctl|update-|modprobe|mokutil|ss|trace-cmd|udevadm|swanctl) ' \
		>"$RUN/others"
	[ -s "$RUN/others" ]
	while read -r line <&4; do
		case $line in
		# shown as an answer; typed in the README's part
		"mcsadm add --session 1 --portal 10.0.2.10:3260") ;;
		"mcsadm auto --persistent") ;;
		*) typed_elsewhere "$line" || fail "nothing runs '$line'" ;;
		esac
	done 4<"$RUN/others"
}

quick_start()
{
	types 1
	wait_for 10 conns_up 2
	wait_for 30 session_ready
	fio_verify "$(disk)" --size=2m
	# once more: nothing to do
	mcsadm auto --add | tee "$RUN/again"
	grep -q 'nothing to add' "$RUN/again"
	conns_up 2
}

report_is_there()
{
	types 4
	grep -q "$IQN" /tmp/report.txt
	rm /tmp/report.txt
}

watches_closely()
{
	types 8
	wait_for 60 conns_up 2
	rm /tmp/udev.txt
}

# A second address on another interface, in the subnet of link 1
same_subnet()
{
	conn_remove "$(cid_of_link 2)"
	sysctl -qw net.ipv4.conf.link2.arp_ignore=0 net.ipv4.conf.link2.arp_announce=0
	ip address flush dev link2
	ip address add 10.0.1.2/24 dev link2
	mcsadm auto >"$RUN/auto" 2>&1
	cat "$RUN/auto"
	grep -q 'mcsadm: link1 and link2 have addresses in one subnet' "$RUN/auto"
	grep -q 'net.ipv4.conf.link2.arp_ignore=1' "$RUN/auto"
	grep -q -- '--source 10.0.1.2 --interface link2' "$RUN/auto"
	ip address flush dev link2
	ip address add 10.0.2.1/24 dev link2
	ip -6 address add fd00:2::1/64 dev link2 nodad
}

# A target that allows one connection gets no proposal it would refuse.
says_why_not()
{
	logout
	wait_for 20 no_sessions
	target_set param/MaxConnections 1
	node_login 1 "$IQN"
	wait_for 30 session_ready
	mcsadm auto | grep -q 'has the 1 connections that the target allows'
	mcsadm status | grep -q 'target answered MaxConnections=1'
	logout
	wait_for 20 no_sessions
}

# ss -K may meet the next login, too
klog_allow 'iSCSI Login negotiation failed'
plan 9
must target_create
must driver_load
must iscsid_start
rm -f /etc/iscsi_mcs.conf
must node_new 1 "$IQN"
subtest "the README's commands" readme
subtest "commands that are run elsewhere" others_are_known
subtest "quick start" quick_start
subtest "two network interfaces, step by step" types 2
subtest "report" report_is_there
subtest "events of udev, trace points" watches_closely
subtest "tuning" types 10
subtest "auto warns of two addresses in one subnet" same_subnet
subtest "auto and status say why there is no more" says_why_not
rm -f /etc/iscsi_mcs.conf
