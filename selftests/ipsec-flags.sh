#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# IPsec on added connections, with strongSwan on both ends: every way the flags
# can ask for, over IPv4 and IPv6. Nothing but ESP leaves either machine, and
# nothing is left behind.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10  IPsec
#             fd00:2::1                 fd00:2::10
#
# topology: pair
# timeout: 800

. "$(dirname "$0")/lib/lib.sh"

control()
{
	wire_start 2
	conn_add 2
	fio_verify "$(disk)" --size=2m
	wire_stop
	wire_is_clear
	conn_remove "$(cid_of_link 2)"
}

# way, how the target does it: mode, aggressive, proposals, IP version
protected()
{
	local words=$1 mode=$2 ip=${5:-4} portal began

	portal=$(target_ip 2)
	[ "$ip" = 4 ] || portal=fd00:2::10
	ipsec_target 2 "$2" "$3" "$4" "$ip"
	wire_start 2
	began=${EPOCHREALTIME/./}
	mcsadm add --session "$(sid)" --portal "$portal" --ipsec "$words" \
		--ipsec-key-file "$IPSEC_KEY" >"$RUN/add.out" ||
		{ ipsec_state; on_target ipsec_state; return 1; }
	note "added after $(((${EPOCHREALTIME/./} - began) / 1000)) ms"
	grep '(IPsec)' "$RUN/add.out"
	conns_up 2
	person_sees "$portal"
	equals "$(conn_field "$(added_cid)" ipsec_mode)" "$2" "mode"
	equals "$(ip xfrm state | lines_with "mode $2")" 2 "associations"
	fio_verify "$(disk)" --size=2m
	conn_remove "$(added_cid)"
	wire_stop
	wire_is_protected
	ipsec_leaves_nothing
}

# what the tool of strongSwan shows of it
person_sees()	# portal
{
	swanctl --list-conns >"$RUN/conns.out"
	grep -q "^iscsi-mcs-[0-9a-f-]*: IKEv1" "$RUN/conns.out"
	grep -qE "remote: +$1" "$RUN/conns.out"
	grep -qE "p3260: ${mode^^}" "$RUN/conns.out"
	grep -qF "[tcp/3260]" "$RUN/conns.out" ||
		grep -qF "[tcp/iscsi-target]" "$RUN/conns.out" ||
		grep -qF "[6/3260]" "$RUN/conns.out"
}

added_cid()
{
	mcsadm list --json |
		jq -r '.sessions[0].connections[] | select(.leading | not) | .cid'
}

need_mcs
plan 11
must target_create
must on_target mkdir -p "$LIO/iscsi/$IQN/tpgt_1/np/[fd00:2::10]:3260"
must ipsec_start
must login
subtest "without IPsec the capture sees iSCSI" control
for mode in transport tunnel; do
	subtest "$mode, main" \
		protected "$mode,main" "$mode" no aes256gcm16
	subtest "$mode, main, PFS" \
		protected "$mode,main,pfs" "$mode" no aes256gcm16-modp2048
	subtest "$mode, aggressive" \
		protected "$mode,aggressive" "$mode" yes aes256-sha256
	subtest "$mode, aggressive, PFS" \
		protected "$mode,aggressive,pfs" "$mode" yes aes128-sha1-modp2048
done
subtest "transport over IPv6" \
	protected transport transport no aes256gcm16 6
subtest "tunnel over IPv6, PFS" \
	protected tunnel,pfs tunnel no aes128-sha256-modp2048 6
ipsec_stop
