#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Authentication as the documented call asks for it: every algorithm, both
# directions, iscsicli's sixteen arguments. And nobody hears the secrets.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target that demands CHAP
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# vm: --smp 1
# timeout: 420

. "$(dirname "$0")/lib/lib.sh"

HOSTILE=$TREE/selftests/unit/build/hostile_target
CALL=$TREE/userspace/examples/iscsidsc_call
NAME=anna
SECRET=a-long-secret-01
BACK_NAME=target
BACK=another-secret-2

chap_login()	# values for the node record...
{
	no_sessions || { logout && wait_for 20 no_sessions; }
	rm -rf /etc/iscsi/nodes/*
	login "node.session.auth.authmethod=CHAP" \
		"node.session.auth.username=$NAME" \
		"node.session.auth.password=$SECRET" "$@"
}

call_add()	# words...
{
	"$CALL" add address="$(target_ip 2)" "$@"
}

# what the connection over link 2 did, as GetIScsiSessionListEx says
auth_of_link_2()
{
	local id

	id=$(printf %x "$(conn_field "$(cid_of_link 2)" id)")
	"$CALL" conns | sed -n "s/^conn $id auth \([0-9]\).*/\1/p"
}

# The leading login's algorithm comes first in the offer, and is taken.
algorithm()	# iscsid's name, number on the wire
{
	chap_login "node.session.auth.chap_algs=$1"
	capture_start 2
	call_add
	wait_for 10 conns_up 2
	capture_stop
	on_target grep -a -o 'CHAP_A=[0-9,]*' "$RUN/capture.pcap" | tee "$RUN/offer"
	grep -qE "^CHAP_A=$2,[5678],[5678],[5678]$" "$RUN/offer"
	grep -qx "CHAP_A=$2" "$RUN/offer"
	equals "$(auth_of_link_2)" 1 "AuthType"
	equals "$("$CALL" conns | grep -c ' auth 1 ')" 2 "connections with CHAP"
}

# names and secrets of the call
one_way()
{
	call_add auth=1 user=$NAME secret=$SECRET
	equals "$(auth_of_link_2)" 1 "AuthType"
	conn_remove "$(cid_of_link 2)"
	# a secret without AuthType means CHAP, too
	call_add user=$NAME secret=$SECRET form=a
	equals "$(auth_of_link_2)" 1 "AuthType"
	conn_remove "$(cid_of_link 2)"
}

both_ways()
{
	target_mutual "$BACK_NAME:$BACK"
	"$CALL" secret $BACK
	equals "$(stat -c %a /etc/iscsi_mcs.conf)" 600 "mode of the file"
	call_add auth=2 user=$NAME secret=$SECRET
	wait_for 10 conns_up 2
	equals "$(auth_of_link_2)" 2 "AuthType"
	fio_verify "$(disk)" --size=4m
	conn_remove "$(cid_of_link 2)"
	"$CALL" secret not-the-secret-9
	expect_failure call_add auth=2 user=$NAME secret=$SECRET >"$RUN/out"
	grep -q 0xefff0009 "$RUN/out"
	target_mutual NULL:NULL
	rm -f /etc/iscsi_mcs.conf
	conns_up 1
}

# refused once, and that is all: no second attempt, the session goes on
wrong_secret()
{
	local before

	capture_start 2 'tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn'
	expect_failure call_add auth=1 user=$NAME secret=not-the-secret-1 >"$RUN/out"
	grep -q 0xefff0009 "$RUN/out"
	expect_failure call_add auth=1 user=nobody secret=$SECRET >"$RUN/out"
	grep -q 0xefff0009 "$RUN/out"
	expect_failure call_add auth=0 >"$RUN/out"
	grep -q 0xefff0028 "$RUN/out"
	# longer than any delay between two attempts
	before=$(date +%s)
	wait_for 10 seconds_passed "$before" 4
	capture_stop
	equals "$(on_target tcpdump -nr "$RUN/capture.pcap" 2>/dev/null | wc -l)" \
		2 "connections made"
	conns_up 1
	equals "$(session_field recoveries)" 0 "recoveries"
	fio_verify "$(disk)" --size=4m
}

seconds_passed()	# since, how many
{
	[ $(($(date +%s) - $1)) -ge "$2" ]
}

# argument for argument as on Windows, "*" for what is not given
sixteen_arguments()
{
	local id

	ln -sf "$MCSADM" "$RUN/iscsicli"
	id=$(session_field unique_id)
	"$RUN/iscsicli" AddConnection "$id" 'ROOT\ISCSIPRT\0000_0' '*' \
		"$(target_ip 2)" 3260 0 0 0 0 '*' '*' '*' $NAME $SECRET 1 '*' |
		tee "$RUN/out"
	conns_up 2
	equals "$(auth_of_link_2)" 1 "AuthType"
	"$RUN/iscsicli" SessionList | tee "$RUN/out"
	grep -q "$(target_ip 2)" "$RUN/out"
	"$RUN/iscsicli" RemoveConnection "$id" \
		"$(conn_field "$(cid_of_link 2)" unique_id)"
	conns_up 1
	# the address of the leading connection, no options at all
	"$RUN/iscsicli" AddConnection "$id" '*' '*' '*' '*' '*' '*' '*' '*' '*' \
		'*' '*' '*' '*' '*' '*'
	conns_up 2
	conn_remove "$(cids_up | tail -n 1)"
	# on failure the exit status is the low byte of the status
	"$RUN/iscsicli" AddConnection "$id" '*' '*' "$(target_ip 2)" 3260 0 0 0 0 \
		'*' '*' '*' $NAME not-the-secret-1 1 '*' >"$RUN/out" || rc=$?
	equals "${rc:-0}" 9 "exit status"
	cat "$RUN/out"
}

# Kernel log, what the kernel answers to requests and dumps, trace, cores.
tells_nobody()
{
	local file tracing=/sys/kernel/debug/tracing

	echo 1 >$tracing/events/iscsi/enable
	(umask 077 && echo $SECRET >"$RUN/secret")
	strace -f -s 65536 -e trace=recvmsg,recvfrom -o "$RUN/answers" \
		"$MCSADM" add --session "$(sid)" --portal "$(target_ip 2)" \
		--auth chap --chap-name $NAME --chap-secret-file "$RUN/secret"
	strace -f -s 65536 -e trace=recvmsg,recvfrom -o "$RUN/refused" \
		"$MCSADM" add --session 4711 --portal "$(target_ip 2)" \
		--auth chap --chap-name $NAME --chap-secret-file "$RUN/secret" ||
		true
	"$MCSADM" list --json --verbose >"$RUN/list"
	"$MCSADM" saved >"$RUN/saved"
	[ -s "$RUN/answers" ] && [ -s "$RUN/refused" ]
	grep -q recvmsg "$RUN/answers"
	conn_remove "$(cid_of_link 2)"
	rm "$RUN/secret"
	dmesg >"$RUN/kernel"
	echo 0 >$tracing/events/iscsi/enable
	cat $tracing/trace >"$RUN/trace"
	for file in answers refused list saved kernel trace; do
		negate grep -qE "$SECRET|$BACK" "$RUN/$file" ||
			fail "a secret is in the $file"
	done
	no_core
}

# killed while the target keeps it waiting
no_core()
{
	local pattern

	pattern=$(cat /proc/sys/kernel/core_pattern)
	echo "$RUN/core.%e" >/proc/sys/kernel/core_pattern
	# another program does leave one
	(
		ulimit -c unlimited
		sh -c 'kill -ABRT $$' || true
	)
	[ -s "$RUN/core.sh" ]
	rm "$RUN/core.sh"
	on_target bg_start silent "$HOSTILE" 3990 silent
	wait_for 10 listens 3990
	(
		ulimit -c unlimited
		exec "$MCSADM" add --session "$(sid)" \
			--portal "$(target_ip 2):3990" --chap-name $NAME \
			--chap-secret-file - < <(echo $SECRET)
	) &
	echo $! >"$RUN/adder.pid"
	wait_for 10 login_waits
	kill -ABRT "$(cat "$RUN/adder.pid")"
	wait_for 20 negate bg_running adder
	bg_stop adder
	on_target bg_stop silent
	echo "$pattern" >/proc/sys/kernel/core_pattern
	for file in "$RUN"/core*; do
		[ ! -e "$file" ] || negate grep -q $SECRET "$file" ||
			fail "a secret is in $file"
	done
	rm -f "$RUN"/core*
	wait_for 20 conns_configured 1
}

conns_configured()	# how many there should be
{
	[ "$(session_field conns_configured)" = "$1" ]
}

listens()	# port
{
	[ -n "$(on_target ss -Hltn "sport = :$1")" ]
}

login_waits()
{
	[ -n "$(ss -Htn state established "dport = :3990")" ]
}

need_mcs
[ -x "$CALL" ] || skip_all "no $CALL: run make -C userspace"
klog_allow 'Security negotiation failed' 'iSCSI Login negotiation failed' \
	'CHAP|chap' 'Unable to locate'
plan 9
must target_create links="1 2" chap="$NAME:$SECRET"
for word in MD5:5 SHA1:6 SHA256:7 SHA3-256:8; do
	subtest "${word%:*}" algorithm "${word%:*}" "${word#*:}"
done
must chap_login
subtest "one way, with names of the call" one_way
subtest "both ways, with the initiator's shared secret" both_ways
subtest "iscsicli AddConnection and its sixteen arguments" sixteen_arguments
subtest "a wrong secret is refused once" wrong_secret
subtest "nobody hears the secrets" tells_nobody
