#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# What AddIScsiConnection returns for every cause there is, and that the
# session does not notice any of them.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target, portal groups 1, 2
#             10.0.2.1 ---- link 2 ---- 10.0.2.10 hostile_target
#
# vm: --smp 1
# timeout: 420

. "$(dirname "$0")/lib/lib.sh"

HOSTILE=$TREE/selftests/unit/build/hostile_target
CALL=$TREE/userspace/examples/iscsidsc_call
MANNERS=4100
STATUSES=4200

# One row: words for the call, the status it must return.
row()		# status, words...
{
	local expected=$1 got
	shift

	got=$("$CALL" "$@" 2>&1 | sed -n 's/^status \(0x[0-9a-f]*\).*/\1/p')
	echo "$got $*"
	equals "$got" "$expected" "status of $*"
}

add_row()	# status, port, words...
{
	row "$1" add address=10.0.2.10 socket="$2" "${@:3}"
}

# A manner of hostile_target, by its name
manner()	# status, manner, words...
{
	local number

	number=$("$HOSTILE" 0 list | grep -n "^$2 " | cut -d: -f1)
	[ -n "$number" ] || fail "no manner $2"
	add_row "$1" $((MANNERS + number - 1)) "${@:3}"
}

# A status class and detail of the Login Response
refusal()	# status, class, detail
{
	add_row "$1" $((STATUSES + 32 * $2 + $3))
}

hostile_start()
{
	on_target bg_start manners "$HOSTILE" $MANNERS all 1
	on_target bg_start statuses "$HOSTILE" $STATUSES statuses 1
	on_target bg_start slow "$HOSTILE" 4099 single 9
	wait_for 10 listens $((STATUSES + 100))
	wait_for 10 listens 4099
}

listens()	# port
{
	[ -n "$(on_target ss -Hltn "sport = :$1")" ]
}

untouched()
{
	conns_up 1
	equals "$(session_field conns_configured)" 1 "connections configured"
	equals "$(session_field recoveries)" 0 "recoveries"
	io_resumed "$(disk)" 10
}

# Class and detail, and for those without a code of their own what is nearest
login_statuses()
{
	refusal 0xefff0006 1 1
	refusal 0xefff0007 1 2
	refusal 0xefff0008 2 0
	# without credentials it means that some are needed
	refusal 0xefff0028 2 1
	add_row 0xefff0009 $((STATUSES + 65)) auth=1 user=anna secret=0123456789ab
	refusal 0xefff000a 2 2
	refusal 0xefff000b 2 3
	refusal 0xefff000c 2 4
	refusal 0xefff000d 2 5
	refusal 0xefff000e 2 6
	refusal 0xefff000f 2 7
	refusal 0xefff0010 2 8
	refusal 0xefff0011 2 9
	refusal 0xefff001c 2 10
	refusal 0xefff0008 2 11
	refusal 0xefff0008 2 31
	refusal 0xefff0012 3 0
	refusal 0xefff0013 3 1
	refusal 0xefff0014 3 2
	refusal 0xefff0012 3 31
	refusal 0xefff0002 1 3
	refusal 0xefff0002 4 1
	equals "$(session_field last_login_status)" $((0x0401)) \
		"status of the last login"
	untouched
}

broken_logins()
{
	manner 0xefff0024 close
	manner 0xefff0024 reset
	manner 0xefff0002 endless
	manner 0xefff0002 more
	manner 0xefff0002 huge
	manner 0xefff0002 garbage
	manner 0xefff0002 other-pdu
	manner 0xefff0002 other-tag
	manner 0xefff0002 other-session
	manner 0xefff0002 shortcut
	manner 0xefff0002 twice
	manner 0xefff0002 malformed
	manner 0xefff0010 other-group
	manner 0xefff0010 no-group
	# single bytes are read as well as whole answers: to the group they name
	add_row 0xefff0010 4099
	untouched
}

# no connection, or one that falls silent; side by side, as each takes long
slow_ones()
{
	local pids=() pid rc=0

	"$CALL" timeout 3000
	on_target nft -f - <<-'EOT'
		table inet cut { chain in { type filter hook input priority 0;
			tcp dport 3995 drop; }; }
	EOT
	manner 0xefff0024 silent & pids+=($!)
	manner 0xefff0024 half & pids+=($!)
	manner 0xefff0024 drip & pids+=($!)
	add_row 0xefff0003 3995 & pids+=($!)
	row 0xefff0003 add address=10.0.2.99 & pids+=($!)
	for pid in "${pids[@]}"; do
		wait "$pid" || rc=1
	done
	on_target nft flush ruleset
	"$CALL" timeout 15000
	equals $rc 0 "rows that differ"
	untouched
}

no_way_there()
{
	add_row 0xefff0003 3999
	row 0xefff0003 add address=192.0.2.1
	row 0xefff0003 add address=2001:db8::1
	row 0xefff005f add address=nobody.invalid
	row 0xefff003c add address=
	row 0xefff0021 add address=::1 port="$(port_of 10.0.2.1)"
	row 0xefff002d add address=10.0.2.10 port=4711
	untouched
}

port_of()	# local address
{
	mcsadm ports | awk -v ip="$1" '$4 == ip { print $2 }'
}

# the target's second portal group does not know the session
another_group()
{
	on_target lio_create tpg=2 links=2 port=3270 luns=0
	add_row 0xefff001c 3270
	untouched
}

secrets()
{
	manner 0xefff0028 wants-chap
	row 0x00000000 secret another-secret-2
	manner 0xefff0009 reflect auth=2 user=anna secret=0123456789ab
	# our own challenge comes back
	manner 0xefff0009 reflect auth=2 user=anna secret=0123456789ab
	add_row 0xefff004a 3260 auth=2 user=anna secret=another-secret-2
	add_row 0xefff004b 3260 auth=1 user=anna secret=elevenbytes
	add_row 0xefff004b 3260 auth=1 user=anna secret=seventeen-bytes-x
	add_row 0xefff004d 3260 auth=1 secret=0123456789ab \
		user="$(printf '%0256d' 0)"
	add_row 0xefff004e 3260 auth=3
	rm -f /etc/iscsi_mcs.conf
	untouched
}

wrong_arguments()
{
	row 0x00000057 add null=1 address=10.0.2.10
	row 0x00000057 add address=10.0.2.10 socket=0
	row 0x00000057 add address=10.0.2.10 version=1
	row 0x00000057 add address=10.0.2.10 bits=0x100
	row 0x00000057 add address=10.0.2.10 flags=0x40
	row 0x00000057 add address=10.0.2.10 header=2
	row 0x00000057 add address=10.0.2.10 data=7
	row 0x00000057 add address=10.0.2.10 max=65536
	row 0x00000057 add address=10.0.2.10 key-size=4
	# tunnel and transport, main and aggressive mode at once
	row 0x00000057 add address=10.0.2.10 security=0x61
	row 0x00000057 add address=10.0.2.10 security=0x0d
	row 0xefff0037 add address=10.0.2.10 flags=0x10
	row 0xefff0037 add address=10.0.2.10 data=1
	row 0xefff001c add address=10.0.2.10 session=1-1
	row 0xefff0063 remove connection=1-1
	row 0xefff001c remove session=1-1 connection=1-1
	row 0xefff003d remove connection="$(unique_id 0)"
	untouched
}

unique_id()	# CID
{
	conn_field "$1" unique_id
}

# what belongs to the leading login is accepted and has no effect here; bits
# that are not set make members count for nothing
accepted()
{
	add_row 0x00000000 3260 max=1 wait=7 retain=77 form=a
	conns_up 2
	row 0xefff0064 remove connection="$(unique_id 0)"
	conn_remove "$(cid_of_link 2)"
	add_row 0x00000000 3260 header=9 data=9 auth=9 bits=0
	"$CALL" conns | grep -q 'header 0 data 0'
	conn_remove "$(cid_of_link 2)"
	# digests are each connection's own
	add_row 0x00000000 3260 header=1 data=0
	"$CALL" conns | tee "$RUN/out"
	equals "$(grep -c 'header 1 data 0' "$RUN/out")" 1 "with header digest"
	conn_remove "$(cid_of_link 2)"
	untouched
}

full_session()
{
	local n

	for n in $(seq 2 8); do
		add_row 0x00000000 3260
	done
	add_row 0xefff000e 3260
	conns_up 8
	for n in $(cids_up | tail -n +2); do
		conn_remove "$n"
	done
}

privileges()
{
	local rc=0

	setpriv --reuid 1000 --clear-groups --inh-caps=-all "$CALL" add \
		address=10.0.2.10 >"$RUN/out" || rc=$?
	grep -q 0x00000005 "$RUN/out"
	io_end
	row 0x00000000 conns
	logout
	wait_for 20 no_sessions
	row 0xefff001c add address=10.0.2.10
	iscsid_stop
	driver_unload
	row 0xefff003e add session=1-1 address=10.0.2.10
}

need_mcs
[ -x "$HOSTILE" ] || skip_all "no $HOSTILE: run make -C selftests/unit"
[ -x "$CALL" ] || skip_all "no $CALL: run make -C userspace"
klog_allow 'iscsi_mcs' 'iSCSI Login' 'Unable to locate' 'Initiator is requesting' \
	'iSCSI/' 'rx_data returned -104'
plan 10
must target_create links="1 2" param.MaxConnections=8
must login
must hostile_start
must io_beside "$(disk)"
subtest "every status of a Login Response" login_statuses
subtest "logins that break off or break the rules" broken_logins
subtest "no way to the portal, no name, no source" no_way_there
subtest "another portal group" another_group
subtest "secrets that are missing, wrong or against the rules" secrets
subtest "arguments that are wrong" wrong_arguments
subtest "options that have no effect" accepted
subtest "MaxConnections reached" full_session
subtest "silence in every phase" slow_ones
subtest "no rights, no session, no module" privileges
