#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# mcsadm enable and disable with the real modprobe: stock open-iscsi gets
# iscsi_mcs when it asks for iscsi_tcp, sessions are never pulled away, and what
# is in charge is said. Also what watches a session from day to day.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN, CHAP)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# vm: --smp 1
# timeout: 240

. "$(dirname "$0")/lib/lib.sh"
need_mcs
conf=/etc/modprobe.d/iscsi_mcs.conf
secret=open-sesame-12
modules=/usr/lib/modules
auth=(node.session.auth.authmethod=CHAP
	node.session.auth.username=joe
	"node.session.auth.password=$secret")

loaded()	# module
{
	[ -d "/sys/module/$1" ]
}

says()		# text, command...
{
	local text=$1
	shift

	"$@" >"$RUN/said" 2>&1 || true
	cat "$RUN/said"
	grep -qF -- "$text" "$RUN/said"
}

refused_beside_session()
{
	says "at boot    iscsi_tcp" mcsadm status
	modprobe iscsi_tcp
	iscsid_start
	node_new 1 "$IQN" "${auth[@]}"
	node_login 1 "$IQN"
	wait_for 30 session_ready
	expect_failure mcsadm enable
	says "session $(sid)  $IQN  $(basename "$(disk)")" mcsadm enable
	negate test -e $conf
	says "MC/S       no: iscsi_tcp cannot do it" mcsadm status
	fio_verify "$(disk)" --size=1m
	logout
	wait_for 20 no_sessions
}

enables()
{
	mcsadm enable
	loaded iscsi_mcs
	negate loaded iscsi_tcp
	mcsadm enable | grep -q 'in charge already'
	equals "$(mcsadm list)" "" "sessions"
	says "MC/S       offered" mcsadm status
}

open_iscsi_gets_it()
{
	# as after a boot
	iscsid_stop
	rmmod iscsi_mcs
	iscsid_start
	node_login 1 "$IQN"
	wait_for 30 session_ready
	loaded iscsi_mcs
	negate loaded iscsi_tcp
	says "7 more possible" mcsadm status
	conn_add 2
	wait_for 10 conns_up 2
	says "connections 2/2" mcsadm list
}

shows_rates()
{
	io_begin "$(disk)"
	mcsadm list --watch --count 3 --interval 2 | tee "$RUN/text"
	mcsadm list --watch --count 3 --interval 2 --json | tee "$RUN/json"
	io_end
	equals "$(wc -l <"$RUN/json")" 3 "objects"
	# both connections carry something
	equals "$(jq -s '[.[-1].rates[] | select(.tx_bytes_per_s > 1000 and
		.rx_bytes_per_s > 1000 and .cmds_per_s > 0)] | length' \
		"$RUN/json")" 2 "busy connections"
	grep -qE 'conn 1 .* tx +[0-9.]+ kB/s|conn 1 .* tx +[0-9.]+ MB/s' "$RUN/text"
}

reports()
{
	mcsadm report >"$RUN/report"
	for word in "$IQN" "== kernel" "target_class" "iscsi_mcs" "10.0.2.10"; do
		grep -qF "$word" "$RUN/report" || fail "no '$word' in the report"
	done
	negate grep -qF "$secret" "$RUN/report"
}

completes()
{
	equals "$(mcsadm --complete remove --session "$(sid)" --cid '' |
		paste -sd' ')" "0 1" "CIDs"
}

disables()
{
	expect_failure mcsadm disable
	says "session $(sid)  $IQN" mcsadm disable
	loaded iscsi_mcs
	logout
	wait_for 20 no_sessions
	mcsadm disable
	negate loaded iscsi_mcs
	loaded iscsi_tcp
	# the iscsid that has seen the other driver
	node_login 1 "$IQN"
	wait_for 30 session_ready
	logout
	wait_for 20 no_sessions
}

# The module is gone, for whatever reason: no machine stays without its disk.
falls_back()
{
	mcsadm enable
	iscsid_stop
	rmmod iscsi_mcs
	iscsid_start
	rm "$modules/$(uname -r)/updates/iscsi_mcs.ko"
	node_login 1 "$IQN"
	wait_for 30 session_ready
	loaded iscsi_tcp
	says "iscsi_tcp was loaded first" mcsadm status
	logout
	wait_for 20 no_sessions
	mcsadm disable
	rmmod iscsi_tcp
}

plan 8
must target_create links="1 2" chap="joe:$secret"
must modprobe sd_mod
must driver_install
subtest "enable is refused, with a list, beside a session" refused_beside_session
subtest "enable puts iscsi_mcs in charge" enables
subtest "open-iscsi gets it when it asks for iscsi_tcp" open_iscsi_gets_it
subtest "list --watch shows rates" shows_rates
subtest "report has everything but the secret" reports
subtest "completion knows the connections" completes
subtest "disable is refused beside a session, then works" disables
subtest "without the module iscsi_tcp is loaded" falls_back
driver_uninstall
