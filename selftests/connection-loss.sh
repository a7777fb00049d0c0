#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A connection is lost under I/O, in several ways: no I/O error, data
# verified, and afterwards the session has its connections again.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# timeout: 420

. "$(dirname "$0")/lib/lib.sh"

# Both connections carry commands again, I/O goes on.
whole_again()	# deadline
{
	wait_for "$1" conns_up 2
	equals "$(tcp_count 1)" 1 "TCP connections over link 1"
	equals "$(tcp_count 2)" 1 "TCP connections over link 2"
	io_resumed "$(disk)" 30
	equals "$(session_state)" LOGGED_IN "session"
}

# What changes when a connection is lost, however soon it is back.
loss_counters()
{
	session_field recoveries
	session_field generation
	conns_field losses
}

loss_counted()	# counters before
{
	[ "$(loss_counters)" != "$1" ]
}

lost()		# link, how to lose it, how to bring it back
{
	local before

	io_full "$(disk)"
	before=$(loss_counters)
	"$2" "$1"
	wait_for 40 loss_counted "$before"
	"$3" "$1"
	whole_again 120
	io_end
}

# which sessions iscsid has had to log in again
target_restarts()
{
	io_full "$(disk)"
	target_disable
	wait_for 40 state_is FAILED
	target_enable
	whole_again 120
	io_end
}

iscsid_restarts()
{
	io_full "$(disk)"
	bg_stop iscsid KILL
	io_resumed "$(disk)" 30
	iscsid_start
	wait_for 60 grep -q 'is operational after recovery' "$RUN/iscsid.log"
	whole_again 120
	io_end
}

# What udev was told meanwhile
told()		# words that one event has
{
	awk -v RS= -v words="$*" '
		BEGIN { n = split(words, word, " ") }
		{
			all = 1
			for (i = 1; i <= n; i++)
				all = all && index($0 "\n", "\nISCSI_MCS_" word[i] "\n")
		}
		all { found = 1 }
		END { exit !found }' "$RUN/udev.log" || fail "no event with $*"
}

udev_was_told()
{
	bg_stop udev INT
	told EVENT=conn-down REASON=tcp-error REMOTE=10.0.2.10:3260 CONNS_ACTIVE=1
	told EVENT=conn-down REMOTE=10.0.1.10:3260 CID=0 CONN=0
	told EVENT=conn-down REASON=link
	told EVENT=conn-up REMOTE=10.0.2.10:3260 CONNS_ACTIVE=2
	told EVENT=recovery-started REASON=session-recovery CONNS_ACTIVE=0
	told EVENT=recovery-ended "SID=$(sid)"
	grep -q '^ISCSI_MCS_DURATION_MS=[1-9]' "$RUN/udev.log"
	grep -q '^ISCSI_MCS_LOCAL=10.0.2.1:[1-9]' "$RUN/udev.log"
}

ends_well()
{
	logout
	wait_for 20 no_sessions
	equals "$(tcp_count)" 0 "TCP connections"
}

need_mcs
# LIO waits three seconds for data; a debug kernel finds a silent link no sooner.
klog_allow 'DataOut timeout' 'detected conn error' 'iscsi_mcs' 'session[0-9]+: conn' 'ping timeout' \
	'iSCSI Login' 'iSCSI/iqn'
plan 9
must target_create links="1 2" attrib.default_erl=0
must login "node.conn[0].timeo.noop_out_interval=2" "node.conn[0].timeo.noop_out_timeout=2"
must conn_add 2
bg_start udev udevadm monitor --kernel --property --subsystem-match=iscsi_session
subtest "target resets the added connection" lost 2 reset_by_target true
subtest "target resets the leading connection" lost 1 reset_by_target true
subtest "added connection's link goes silent" lost 2 link_drop link_restore
subtest "leading connection's link goes silent" lost 1 link_drop link_restore
subtest "added connection's link goes down" lost 2 link_down link_up
subtest "target restarts" target_restarts
subtest "iscsid restarts" iscsid_restarts
subtest "udev was told" udev_was_told
subtest "logout" ends_well
