#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# All the ways to name the two ends of a connection, and what is remembered of
# them; roles and weights that change under I/O.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target
#             10.0.2.1 ---- link 2 ---- 10.0.2.10, also fd00:2::10 and fe80::
#             10.0.3.1 ---- link 3 ---- 10.0.3.10
#
# vm: --smp 1
# timeout: 360

. "$(dirname "$0")/lib/lib.sh"

CALL=$TREE/userspace/examples/iscsidsc_call

# Add it and remove it again, while I/O goes on.
works()		# words of the call...
{
	"$CALL" add "$@"
	conns_up 2
	conn_remove "$(newest)"
}

newest()
{
	cids_up | tail -n 1
}

ipv6()
{
	works address=fd00:2::10 socket=3266
	works address='[fd00:2::10]' socket=3266 form=a
}

scope()
{
	works address="$(link_local)%link2" socket=3266
	works address="$(link_local)%$(cat /sys/class/net/link2/ifindex)" \
		socket=3266
	# without the scope there is no way
	expect_failure "$CALL" add address="$(link_local)" socket=3266
	conns_up 1
}

# the target's link-local address on link 2
link_local()
{
	on_target ip -6 -o address show dev link2 scope link |
		sed -n 's/.*inet6 \(fe80[^/]*\).*/\1/p'
}

link_local_usable()
{
	[ -n "$(link_local)" ] && ping -6 -c 1 -W 1 "$(link_local)%link2"
}

names()
{
	printf '%s\n' "10.0.2.10 one.example" "10.0.2.99 two.example" \
		"10.0.2.10 two.example" >>/etc/hosts
	works address=one.example
	# nobody has the first address of this name
	"$CALL" timeout 5000
	works address=two.example
	"$CALL" timeout 15000
}

# nothing given at all: once more to where the session is
no_portal()
{
	"$CALL" add
	equals "$(conn_field "$(newest)" remote.address)" 10.0.1.10 portal
	conn_remove "$(newest)"
}

port_of()	# local address
{
	mcsadm ports | awk -v ip="$1" '$4 == ip { print $2 }'
}

source_address()
{
	local cid

	# that of link 3, to the portal on link 2: the address counts
	"$CALL" add address=10.0.2.10 port="$(port_of 10.0.2.1)" symbolic=left
	cid=$(newest)
	equals "$(conn_field "$cid" local.address)" 10.0.2.1 "local address"
	equals "$(conn_field "$cid" source.address)" 10.0.2.1 "source"
	equals "$(conn_field "$cid" symbolic_name)" left "symbolic name"
	conn_remove "$cid"
	expect_failure "$CALL" add address=10.0.2.10 port=4711
	works address="$(link_local)%link2" socket=3266 \
		port="$(mcsadm ports | awk '/link2 *fe80/ { print $2 }')"
}

# the address goes away between two attempts
source_gone()
{
	local port

	ip address add 10.0.2.77/24 dev link2
	port=$(port_of 10.0.2.77)
	works address=10.0.2.10 port="$port"
	expect_failure mcsadm add -s "$(sid)" -p 10.0.2.10 -S 10.0.2.78 \
		2>"$RUN/out"
	cat "$RUN/out"
	ip address del 10.0.2.77/24 dev link2
	expect_failure mcsadm add -s "$(sid)" -p 10.0.2.10 -S 10.0.2.77 \
		2>"$RUN/out"
	grep -q 'source address is not an address of this host' "$RUN/out"
	conns_up 1
}

# two interfaces with one address: the number says which
same_address_twice()
{
	local number

	ip address add 10.0.2.1/32 dev link3
	number=$(mcsadm ports | awk '$3 == "link2" && $4 == "10.0.2.1" { print $2 }')
	"$CALL" add address=10.0.2.10 port="$number"
	equals "$(conn_field "$(newest)" ifindex)" \
		"$(cat /sys/class/net/link2/ifindex)" "interface"
	ip address del 10.0.2.1/32 dev link3
	conn_remove "$(newest)"
}

only_on()	# link
{
	local before after

	before=$(links_bytes 3)
	fio_verify "$(disk)" --size=4m
	after=$(links_bytes 3)
	echo "shares: $(link_shares "$before" "$after")"
	[ "$(link_shares "$before" "$after" | cut -d' ' -f"$1")" -ge 95 ]
}

roles()
{
	local cid

	io_end
	conn_add 2
	conn_add 3
	cid=$(cid_of_link 3)
	mcsadm policy -s "$(sid)" fail-over-only
	only_on 1
	mcsadm set -s "$(sid)" -c 0 --role standby
	mcsadm set -s "$(sid)" -c "$(cid_of_link 2)" --role standby
	only_on 3
	mcsadm policy -s "$(sid)" weighted-paths
	mcsadm set -s "$(sid)" -c 0 --weight 5
	mcsadm set -s "$(sid)" -c "$cid" --weight 9
	only_on 2
	equals "$(conn_field "$cid" weight)" 9 weight
	equals "$(conn_field 0 role)" standby role
	expect_failure mcsadm set -s "$(sid)" -c 77 --weight 1 2>"$RUN/out"
	grep -q 'no such connection' "$RUN/out"
	expect_failure setpriv --reuid 1000 --clear-groups --inh-caps=-all \
		"$MCSADM" set -s "$(sid)" -c 0 --weight 1
	io_begin "$(disk)"
	for cid in $(seq 20); do
		mcsadm set -s "$(sid)" -c 0 --weight "$cid" --role active
		mcsadm set -s "$(sid)" -c 0 --weight 0 --role standby
	done >/dev/null
	io_end
}

need_mcs
[ -x "$CALL" ] || skip_all "no $CALL: run make -C userspace"
plan 9
must target_create links="1 2 3"
must on_target mkdir "$LIO/iscsi/$IQN/tpgt_1/np/[::]:3266"
must login
must wait_for 20 link_local_usable
must io_beside "$(disk)"
subtest "IPv6 addresses" ipv6
subtest "link-local addresses and their scope" scope
subtest "names, with one address or several" names
subtest "no portal at all" no_portal
subtest "initiator port numbers, symbolic names" source_address
subtest "a source address that is gone" source_gone
subtest "one address on two interfaces" same_address_twice
subtest "roles and weights that change" roles
finish()
{
	logout
	wait_for 20 no_sessions
	sed -i '/example$/d' /etc/hosts
}
subtest "session ends as it should" finish
