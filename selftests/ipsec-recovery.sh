#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A connection with IPsec under verified I/O, while its IPsec comes to harm:
# not one packet of it leaves in the clear, and it comes back. Keys change, and
# the connection fails over and returns, under the same rule.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10  IPsec
#
# topology: pair
# timeout: 500

. "$(dirname "$0")/lib/lib.sh"

# The target has to see to its own packets: it has no iscsi_mcs.
target_blocks()
{
	on_target ip xfrm policy add src 10.0.2.10/32 dst 10.0.2.0/24 proto 6 \
		sport 3260 dir out priority 2000000000 action block
}

begin()
{
	mcsadm add --session "$(sid)" --portal "$(target_ip 2)" \
		--ipsec transport --ipsec-key-file "$IPSEC_KEY"
	conns_up 2
	wire_start 2
	io_begin "$(disk)"
}

moving()
{
	local before

	before=$(conn_field "$(cid_of_link 2)" cmds)
	io_resumed "$(disk)" 20
	wait_for 30 more_cmds "$before"
}

more_cmds()	# than
{
	[ "$(conn_field "$(cid_of_link 2)" cmds)" -gt "$1" ]
}

comes_back()
{
	wait_for 90 conns_up 2
	moving
	equals "$(session_field recoveries)" 0 "recoveries of the session"
}

associations_flushed()
{
	ip xfrm state flush
	io_resumed "$(disk)" 20
	comes_back
}

killed()
{
	charon_kill
	moving
	charon_start
	charon_load
	comes_back
}

stopped()
{
	charon_stop
	io_resumed "$(disk)" 30
	charon_start
	charon_load
	comes_back
}

policies_flushed()
{
	ip xfrm policy flush
	io_resumed "$(disk)" 20
	charon_stop
	charon_start
	charon_load
	comes_back
}

# Ten times from both ends; the last also for the keys of IKE itself.
keys_change()
{
	local losses

	losses=$(conn_field "$(cid_of_link 2)" losses)
	for _ in 1 2 3 4 5; do
		ipsec_rekey "" p3260
		ipsec_rekey on_target rig
		io_resumed "$(disk)" 10
	done
	swanctl --rekey --ike "$(swanctl --list-sas --raw |
		grep -oE 'iscsi-mcs-[0-9a-f-]+' | head -n 1)" >"$RUN/rekey.out"
	moving
	equals "$(conn_field "$(cid_of_link 2)" losses)" "$losses" "losses"
}

peer_deletes()
{
	on_target swanctl --terminate --ike rig --force >"$RUN/terminate.out"
	moving
}

fails_over()
{
	link_down 2
	wait_for 20 conns_up 1
	io_resumed "$(disk)" 20
	link_up 2
	comes_back
	link_drop 2
	wait_for 20 conns_up 1
	link_restore 2
	comes_back
	ss -K dst "$(target_ip 2)" >"$RUN/ss.out"
	comes_back
}

silence()
{
	io_end
	wire_stop
	wire_is_protected
	equals "$(ip xfrm policy | lines_with 'action block')" 0 "blocks that were flushed"
	conn_remove "$(cid_of_link 2)"
	ipsec_leaves_nothing
}

need_mcs
plan 9
must target_create
must ipsec_start
must ipsec_target 2 transport no aes256gcm16
must target_blocks
must login
must begin
subtest "keys change under I/O" keys_change
subtest "the other end deletes them" peer_deletes
subtest "fails over and returns" fails_over
subtest "associations are flushed" associations_flushed
subtest "charon is killed and started" killed
subtest "charon is stopped and started" stopped
subtest "policies are flushed" policies_flushed
subtest "I/O goes on" moving
subtest "data verified, nothing left in the clear" silence
ipsec_stop
