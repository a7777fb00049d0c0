#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Connections and settings that are saved are there again after logout and login,
# after iscsid was started anew, and after the module was.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target that demands CHAP
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 360

. "$(dirname "$0")/lib/lib.sh"

CONF=/etc/iscsi_mcs.conf
NAME=anna
SECRET=a-long-secret-01

saves()
{
	(umask 077 && printf %s $SECRET >"$RUN/secret")
	conn_add 2 --persistent --weight 7
	conn_add 3 --persistent --auth chap --chap-name $NAME \
		--chap-secret-file "$RUN/secret"
	rm "$RUN/secret"
	conns_up 3
	mcsadm policy --session "$(sid)" --persistent round-robin
	mcsadm tune --session "$(sid)" --persistent silence-timeout=2500
	equals "$(stat -c '%a %u' $CONF)" "600 0" "mode and owner of the file"
	mcsadm saved | tee "$RUN/saved"
	equals "$(wc -l <"$RUN/saved")" 3 "lines of what is saved"
	negate grep -q $SECRET "$RUN/saved"
	cat $CONF
}

settings()
{
	echo "$(session_field policy) $(session_field silence_timeout_ms)"
}

settings_are()	# policy, silence timeout
{
	[ "$(settings)" = "$1 $2" ]
}

# by hand, as a script at boot would
restores()
{
	logout
	wait_for 20 no_sessions
	node_login 1 "$IQN"
	wait_for 30 session_ready
	conns_up 1
	equals "$(settings)" "least-queue-depth 1000" "settings of a new session"
	mcsadm restore
	conns_up 3
	equals "$(settings)" "round-robin 2500" "settings"
	equals "$(conn_field "$(cid_of_link 2)" weight)" 7 weight
	equals "$(conn_field "$(cid_of_link 3)" auth)" chap authentication
	# nothing is added twice
	mcsadm restore
	conns_up 3
}

# what the unit runs
follows()
{
	bg_start restore "$MCSADM" restore --follow
	logout
	wait_for 20 no_sessions
	node_login 1 "$IQN"
	wait_for 30 conns_up 3
	settings_are round-robin 2500
	fio_verify "$(disk)" --size=4m
}

# the same sessions, another iscsid
survives_iscsid()
{
	io_begin "$(disk)" --iodepth=2 --size=8m
	bg_stop iscsid KILL
	conns_up 3
	iscsid_start
	# it logs in again, in its own time
	wait_for 60 grep -q 'is operational after recovery' "$RUN/iscsid.log"
	wait_for 20 conns_up 3
	io_resumed "$(disk)" 10
	io_end
	logout
	wait_for 20 no_sessions
	node_login 1 "$IQN"
	wait_for 30 conns_up 3
}

# as after a reboot: the module comes after the unit
survives_the_module()
{
	logout
	wait_for 20 no_sessions
	driver_unload
	wait_for 20 grep -q 'not loaded, waiting' "$RUN/restore.log"
	expect_failure mcsadm restore 2>"$RUN/out"
	grep -q 'not loaded' "$RUN/out"
	driver_load
	node_login 1 "$IQN"
	wait_for 40 conns_up 3
	bg_stop restore
}

# one portal does not answer: the others are there, and it is said
partly()
{
	local rc=0

	logout
	wait_for 20 no_sessions
	on_target rmdir "$LIO/iscsi/$IQN/tpgt_1/np/10.0.3.10:3260"
	node_login 1 "$IQN"
	wait_for 30 session_ready
	mcsadm restore >"$RUN/out" 2>&1 || rc=$?
	cat "$RUN/out"
	equals $rc 3 "exit status"
	conns_up 2
	grep -q 'cannot add connection .* 10.0.3.10: nobody listens' "$RUN/out"
}

forgets()
{
	mcsadm remove --session "$(sid)" --cid "$(cid_of_link 2)" --persistent
	mcsadm tune --session "$(sid)" --persistent policy=
	mcsadm tune --persistent --target "$IQN" silence-timeout=
	settings_are round-robin 2500
	mcsadm saved | tee "$RUN/saved"
	equals "$(wc -l <"$RUN/saved")" 1 "lines of what is saved"
	negate grep -q 10.0.2.10 "$RUN/saved"
	echo 'port = nonsense' >>$CONF
	expect_failure mcsadm restore 2>"$RUN/out"
	cat "$RUN/out"
	grep -q "$CONF" "$RUN/out"
	rm -f $CONF
	conns_up 1
}

need_mcs
klog_allow 'Security negotiation failed' 'iSCSI Login negotiation failed'
plan 7
rm -f $CONF
must target_create links="1 2 3" chap="$NAME:$SECRET"
must login "node.session.auth.authmethod=CHAP" \
	"node.session.auth.username=$NAME" "node.session.auth.password=$SECRET"
subtest "saves connections, for root only" saves
subtest "restores them" restores
subtest "follows logins" follows
subtest "another iscsid" survives_iscsid
subtest "another life of the module" survives_the_module
subtest "partial success is reported" partly
subtest "forgets them" forgets
