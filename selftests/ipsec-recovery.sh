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
# timeout: 900

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
	bg_start monitor "$MCSADM" monitor
	wire_start 2
	io_full "$(disk)" --runtime=$((600 * RIG_TIME_FACTOR))
}

# Commands go over link 2, be it a connection that took the place of the other
moving()
{
	local cid

	cid=$(cid_of_link 2)
	io_resumed "$(disk)" 20
	wait_for 60 more_cmds "$cid" "$(conn_field "${cid:-0}" cmds)"
}

more_cmds()	# of connection, than
{
	local cid cmds

	cid=$(cid_of_link 2)
	[ -n "$cid" ] || return 1
	cmds=$(conn_field "$cid" cmds)
	if [ "$cid" = "$1" ]; then
		[ "$cmds" -gt "$2" ]
	else
		[ "$cmds" -gt 0 ]
	fi
}

comes_back()
{
	wait_for 90 conns_up 2
	moving
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

# Ten times, from both ends
keys_change()
{
	for _ in 1 2 3 4 5; do
		ipsec_rekey "" p3260
		ipsec_rekey on_target rig
		io_resumed "$(disk)" 10
	done
	moving
}

# Those of IKE itself; the other end may take the old associations along.
ike_keys_change()
{
	swanctl --rekey --ike "$(swanctl --list-sas --raw |
		grep -oE 'iscsi-mcs-[0-9a-f-]+' | head -n 1)" >"$RUN/rekey.out"
	comes_back
}

peer_deletes()
{
	on_target swanctl --terminate --ike rig --force >"$RUN/terminate.out"
	comes_back
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

# A loss or a new login is no failure here: LIO gives data three seconds.
how_it_went()
{
	bg_stop monitor
	note "$(grep -c conn-down "$RUN/monitor.log") losses," \
		"$(session_field recoveries) new logins of the session"
	cat "$RUN/monitor.log"
}

silence()
{
	how_it_went
	io_end
	wire_stop
	wire_is_protected
	equals "$(ip xfrm policy | lines_with 'action block')" 0 "blocks that were flushed"
	conn_remove "$(cid_of_link 2)"
	ipsec_leaves_nothing
}

need_mcs
klog_allow 'DataOut timeout' 'tcp_sendpage\(\) failure' 'detected conn error' \
	'iSCSI Login' 'iSCSI/iqn'
plan 10
must target_create
must ipsec_start
must ipsec_target 2 transport no aes256gcm16
must target_blocks
must login
must begin
subtest "keys change under I/O" keys_change
subtest "keys of IKE change under I/O" ike_keys_change
subtest "the other end deletes them" peer_deletes
subtest "fails over and returns" fails_over
subtest "associations are flushed" associations_flushed
subtest "charon is killed and started" killed
subtest "charon is stopped and started" stopped
subtest "policies are flushed" policies_flushed
subtest "I/O goes on" moving
subtest "data verified, nothing left in the clear" silence
ipsec_stop
