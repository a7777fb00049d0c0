#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A link that goes down and up every half second, for MINUTES (default 1; 10 is
# the number that counts) under verified I/O: the other one carries on, logins
# come at a bounded rate, and when it is over the link is in use again.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# FLAP_LINK=1 has the link of the leading connection flap.
# links: 2
# own-vm: yes
# timeout: ${MINUTES:-1} * 100 + 600

. "$(dirname "$0")/lib/lib.sh"

: "${MINUTES:=1}" "${FLAP_LINK:=2}"

flap_ten_seconds()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		link_down "$FLAP_LINK"
		sleep 0.5
		link_up "$FLAP_LINK"
		sleep 0.5
	done
}

# What the module did in the ten seconds with the longest pause
long_pause()
{
	sed 's/^/# | /' "$RUN/worst" >&3
	return 1
}

# A machine that is busy with something else holds I/O up by itself; that is
# allowed for.
flapping()
{
	local dev logins gap calm worst=0

	dev=$(disk)
	calm=$(gap_calm "$dev")
	for _ in $(seq $((MINUTES * 6))); do
		gap_begin "$dev"
		flap_ten_seconds
		bg_running io || fail "fio ended"
		gap=$(gap_end)
		[ "$gap" -gt "$worst" ] || continue
		worst=$gap
		gap_story >"$RUN/worst"
	done
	logins=$(count reconnects)
	note "$((MINUTES * 60)) times down: $(count losses) losses," \
		"$logins returns, longest pause $worst ms, $calm ms without any loss"
	between "$worst" 0 $((2000 * RIG_TIME_FACTOR + calm)) "longest pause in ms" ||
		long_pause
	# once a second or so, and what comes before it counts as flapping
	between "$logins" 0 $((MINUTES * 80 + 10)) "logins"
	equals "$(count recoveries)" 0 "logins of the session"
}

carries()	# link, bytes it had carried
{
	conns_up 2 && [ "$(link_bytes "$1")" -gt $(($2 + 500000)) ]
}

comes_back()
{
	local bytes since

	since=$(now_ms)
	bytes=$(link_bytes "$FLAP_LINK")
	wait_for 20 carries "$FLAP_LINK" "$bytes"
	note "half a megabyte later, after $(($(now_ms) - since)) ms"
}

ends_well()
{
	io_end
	logout
	wait_for 20 no_sessions
}

need_mcs
klog_allow 'iSCSI Login' 'iSCSI/iqn' 'tried less often'
plan 3
must target_create links="1 2" attrib.default_erl=0
must login
must conn_add 2
must io_full "$(disk)" --bs=4k-4k --bsrange=4k-4k --iodepth=32 --runtime=36000
subtest "a link flaps for $MINUTES minutes, I/O goes on" flapping
subtest "the link is in use again" comes_back
subtest "not one error, data verified, logout" ends_well
