#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# IPsec that cannot be had: the reason is told, nothing is sent in the clear
# and nothing is left behind. A policy that is there wins.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10  IPsec
#
# topology: pair
# vm: --smp 1
# timeout: 900

. "$(dirname "$0")/lib/lib.sh"

ADDS=${ADDS:-8}

add_protected()	# words, more for mcsadm...
{
	local words=$1
	shift

	mcsadm add --session "$(sid)" --portal "$(target_ip 2)" \
		--ipsec "$words" --ipsec-key-file "$IPSEC_KEY" "$@"
}

# what the message has to say, way
refused()
{
	wire_start 2
	expect_failure add_protected "$2" 2>"$RUN/refused.out"
	wire_stop
	cat "$RUN/refused.out"
	grep -q "$1" "$RUN/refused.out"
	equals "$(wc -l <"$RUN/refused.out")" 1 "lines"
	conns_up 1
	equals "$(wire_clear)" 0 "packets in the clear"
	ipsec_leaves_nothing
}

wrong_key()
{
	ipsec_key "$IPSEC_KEY" wrong
	refused 'is the key right' "$1"
	ipsec_key "$IPSEC_KEY"
}

negotiates()
{
	swanctl --list-sas 2>/dev/null | grep -q 'CONNECTING'
}

given_up()
{
	bg_start given-up "$MCSADM" add --session "$(sid)" \
		--portal "$(target_ip 2)" --ipsec transport \
		--ipsec-key-file "$IPSEC_KEY"
	wait_for 10 negotiates
	bg_stop given-up TERM
	cat "$RUN/given-up.log"
	grep -q 'given up' "$RUN/given-up.log"
	ipsec_leaves_nothing
}

no_charon()
{
	charon_stop
	expect_failure add_protected transport 2>"$RUN/refused.out"
	cat "$RUN/refused.out"
	grep -q 'charon is not running' "$RUN/refused.out"
	conns_up 1
	charon_start
}

nothing_known()
{
	expect_failure mcsadm add --session "$(sid)" --portal "$(target_ip 2)" \
		--ipsec require 2>"$RUN/refused.out"
	cat "$RUN/refused.out"
	grep -q 'neither given nor remembered' "$RUN/refused.out"
	ipsec_leaves_nothing
}

# The other end is what the guide shows, too.
guide_step_by_step()
{
	on_target charon_as_guide
	types 9
	rm /root/disk.key
	ipsec_leaves_nothing
	on_target charon_terminate disk
	rm -rf /etc/iscsi_mcs.ipsec
	ipsec_target 2 transport no aes256gcm16
}

remembered()
{
	add_protected transport
	conn_remove "$(cid_of_link 2)"
	ipsec_leaves_nothing
	conn_add 2 | tee "$RUN/add.out"
	grep -q 'as remembered' "$RUN/add.out"
	equals "$(conn_field "$(cid_of_link 2)" ipsec_mode)" transport "mode"
	conn_remove "$(cid_of_link 2)"
	ipsec_leaves_nothing
}

# An administrator's own connection in charon: flags and key have no effect.
existing()
{
	charon_listen "$(target_ip 2)" "$(initiator_ip 2)" transport no \
		aes256gcm16 "$IPSEC_KEY"
	mcsadm add --session "$(sid)" --portal "$(target_ip 2)" \
		--ipsec tunnel,pfs | tee "$RUN/add.out"
	grep -q 'existing policy' "$RUN/add.out"
	equals "$(conn_field "$(cid_of_link 2)" ipsec_mode)" transport "mode"
	conn_remove "$(cid_of_link 2)"
	equals "$(swanctl --list-conns | lines_with '^rig:')" 1 "connections"
	equals "$(ip xfrm state | lines_with 'mode transport')" 2 "associations"
	charon_deaf
	ipsec_leaves_nothing
}

again_and_again()
{
	for _ in $(seq "$ADDS"); do
		add_protected transport >/dev/null
		conn_remove "$(cid_of_link 2)" >/dev/null
	done
	ipsec_leaves_nothing
	equals "$(swanctl --list-sas | wc -l)" 0 "associations in charon"
}

# iscsiadm knows nothing of IPsec; the next call to mcsadm cleans up
logged_out()
{
	add_protected transport
	logout
	wait_for 20 no_sessions
	node_login 1 "$IQN"
	wait_for 30 session_ready
	mcsadm add --session "$(sid)" --portal "$(target_ip 2)" --ipsec none
	conn_remove "$(cid_of_link 2)"
	ipsec_leaves_nothing
}

need_mcs
plan 13
must target_create
must ipsec_start
must ipsec_target 2 transport no aes256gcm16
must login
subtest "nothing given, nothing remembered" nothing_known
subtest "the guide, step by step" guide_step_by_step
subtest "first connection, removed and added again" remembered
subtest "wrong key, main mode" wrong_key transport
subtest "PFS differs" refused 'none of the IPsec proposals' transport,pfs
subtest "mode differs" refused 'mode or addresses' tunnel
subtest "added and removed $ADDS times" again_and_again
subtest "an existing policy wins" existing
subtest "logout by iscsiadm" logged_out
must ipsec_target 2 transport yes aes256gcm16
subtest "wrong key, aggressive mode" wrong_key transport,aggressive
must on_target charon_stop
subtest "the portal does not answer IKE" refused 'does not answer IKE' transport
subtest "interrupted while it waits" given_up
subtest "charon is not running" no_charon
ipsec_stop
