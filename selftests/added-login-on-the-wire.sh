#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The login of an added connection on the wire, field by field: RFC 7143
# sections 6.3, 7.1.3 and 11.12. And its end.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10 (captured)
#
# vm: --smp 1
# timeout: 120

. "$(dirname "$0")/lib/lib.sh"

# Requests of a kind in the capture, one line of hexadecimal digits each
requests()	# link, opcode
{
	tcpdump -r "$RUN/capture.pcap" -nn -x \
		"src $(initiator_ip "$1") and tcp[(tcp[12] & 0xf0) >> 2] & 0x3f = $2" \
		2>/dev/null |
		awk '/^\t0x/ { for (i = 2; i <= NF; i++) line = line $i; next }
			line != "" { print line; line = "" }
			END { if (line != "") print line }' |
		while read -r packet; do
			# behind the headers of IP and TCP
			ip=$(((16#${packet:1:1}) * 8))
			tcp=$(((16#${packet:ip + 24:1}) * 8))
			echo "${packet:ip + tcp}"
		done
}

field()		# request, offset, length in bytes
{
	echo "${1:$2 * 2:$3 * 2}"
}

number()	# request, offset, length in bytes
{
	echo $((16#$(field "$@")))
}

# text keys of a request, one per line
keys()		# request
{
	local length

	length=$(number "$1" 5 3)
	field "$1" 48 "$length" | sed 's/../\\x&/g' |
		{ IFS= read -r text; printf %b "$text"; } | tr '\0' '\n'
}

captures()
{
	capture_start 2
	session_field cmdsn >"$RUN/cmdsn"
	conn_add 2
	conns_up 2
	capture_stop
	requests 2 3 >"$RUN/requests"
	note "$(wc -l <"$RUN/requests") Login Requests"
	[ -s "$RUN/requests" ]
}

each()		# function, arguments...
{
	local request

	while read -r request; do
		"$@" "$request"
	done <"$RUN/requests"
}

immediate()
{
	equals $((16#${1:0:2} & 0x40)) 64 "I bit"
}

same_session()
{
	equals "$(field "$1" 8 6)" "$(session_field isid | tr -d ':.-' | sed 's/^0x//')" ISID
	equals "$(number "$1" 14 2)" "$(session_field tsih)" TSIH
	negate [ "$(number "$1" 14 2)" = 0 ]
}

new_cid()
{
	equals "$(number "$1" 20 2)" "$(cid_of_link 2)" CID
	negate [ "$(number "$1" 20 2)" = 0 ]
}

current_cmdsn()
{
	equals "$(number "$1" 24 4)" "$(cat "$RUN/cmdsn")" CmdSN
}

login_takes_no_number()
{
	equals "$(session_field cmdsn)" "$(cat "$RUN/cmdsn")" "CmdSN afterwards"
}

status_numbers()
{
	equals "$(number "$(head -n 1 "$RUN/requests")" 28 4)" 0 "first ExpStatSN"
}

names_once()
{
	keys "$(head -n 1 "$RUN/requests")" >"$RUN/keys"
	cat "$RUN/keys"
	grep -qx "InitiatorName=$INITIATOR_IQN" "$RUN/keys"
	grep -qx "TargetName=$IQN" "$RUN/keys"
}

connection_keys_only()
{
	local key

	for key in SessionType MaxConnections InitialR2T ImmediateData \
		   MaxBurstLength FirstBurstLength MaxOutstandingR2T \
		   DefaultTime2Wait DefaultTime2Retain ErrorRecoveryLevel \
		   DataPDUInOrder DataSequenceInOrder; do
		! keys "$1" | grep "^$key=" || fail "$key is sent"
	done
}

padded()
{
	equals "$(number "$1" 4 1)" 0 "TotalAHSLength"
	equals $((16#${1:4:4})) 0 "versions"
}

# LIO, and its machine, fall over connections that end by themselves while it ends
# those of a session that has logged out.
target_closes_first()
{
	local ends

	capture_start 2
	logout
	wait_for 20 no_sessions
	capture_stop
	ends=$(tcpdump -r "$RUN/capture.pcap" -nn \
		'tcp[tcpflags] & (tcp-fin|tcp-rst) != 0' 2>/dev/null)
	echo "$ends"
	[[ ${ends%%$'\n'*} = *" IP $(target_ip 2).3260 > "* ]] ||
		fail "the initiator closed the added connection first"
}

# A ping on the added connection, behind the Logout of the session, has LIO close
# it out of turn. So it is logged out before: reason and CID of each Logout.
last_one_ends_session()
{
	must login
	conn_add 2
	conns_up 2
	cid_of_link 2 >"$RUN/cid"
	capture_start 1
	logout
	wait_for 20 no_sessions
	capture_stop
	requests 1 6 | while read -r request; do
		echo "$(field "$request" 1 1) $(number "$request" 20 2)"
	done >"$RUN/logouts"
	cat "$RUN/logouts"
	equals "$(sed -n 1p "$RUN/logouts")" "81 $(cat "$RUN/cid")" \
		"first Logout"
	equals "$(sed -n '2s/ .*//p' "$RUN/logouts")" 80 "reason of the second"
}

need_mcs
plan 11
must target_create links="1 2"
must login
subtest "an added login is captured" captures
subtest "every request is immediate" each immediate
subtest "ISID and TSIH are the session's" each same_session
subtest "CID is the new connection's" each new_cid
subtest "CmdSN is the session's current one" each current_cmdsn
subtest "the login consumed no CmdSN" login_takes_no_number
subtest "ExpStatSN starts at 0" status_numbers
subtest "the first request names both ends" names_once
subtest "no key of leading connections is sent" each connection_keys_only
subtest "at a logout the target closes it first" target_closes_first
subtest "and before that it is logged out" last_one_ends_session
