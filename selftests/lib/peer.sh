# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The scripted target of selftests/peer.
# shellcheck shell=bash

PEER=$TREE/selftests/peer/build/peer

# Start it; it listens on all links. Options of peer may follow.
peer_start()	# option...
{
	[ -x "$PEER" ] || { echo "no $PEER: run make -C selftests/peer"; return 1; }
	on_target bg_start peer "$PEER" --socket "$RUN/peer.sock" \
		--target "$IQN" --verbose "$@"
	wait_for 10 peer_answers
}

peer_stop()
{
	on_target bg_stop peer
}

peer_answers()
{
	[ -S "$RUN/peer.sock" ] && peer counters >/dev/null 2>&1
}

# Tell it something; fails when it says error or FAILED.
peer()		# command...
{
	"$PEER" --control "$RUN/peer.sock" "$@"
}

peer_counter()	# name
{
	peer counters | tr ' ' '\n' | sed -n "s/^$1=//p"
}

peer_counter_is()	# name, value
{
	[ "$(peer_counter "$1")" = "$2" ]
}

peer_counter_above()	# name, value
{
	[ "$(peer_counter "$1")" -gt "$2" ]
}

# A field of one of its connections.
peer_conn()	# cid, field
{
	peer list | sed -n "s/^cid=$1 .*$2=\([^ ]*\).*/\1/p"
}

# CID of the connection over a link, as the target knows it: quicker than to
# ask mcsadm.
peer_cid()	# link
{
	peer list | sed -n "s/^cid=\([0-9]*\) local=$(target_ip "$1") .*phase=full.*/\1/p"
}

peer_conns_up()	# how many there should be
{
	[ "$(peer list | grep -c 'phase=full')" = "$1" ]
}

# Run a command that costs connections; wait until so many have logged in.
peer_relogin()	# how many, command...
{
	local n=$1 before
	shift

	before=$(peer_counter logins)
	"$@"
	wait_for 15 peer_counter_above logins $((before + n - 1))
}

# What the initiator did wrong.
peer_has_no_complaint()
{
	peer_counter_is complaints 0 || fail "$(peer counters | tail -n 1)"
}

# All three connections carry commands again.
peer_whole()
{
	wait_for 30 peer_conns_up 3
	wait_for 10 conns_up 3
	io_resumed "$(disk)" 15
}

# The end of all I/O and of the session, and nothing was wrong.
peer_ends()
{
	io_end
	peer_has_no_complaint
	logout
	wait_for 20 no_sessions
}

# One that was lost often comes back later and later. New ones have no past.
peer_fresh()
{
	local link

	for link in 2 3; do
		conn_remove "$(peer_cid $link)"
		conn_add $link
		wait_for 10 peer_conns_up 3
	done
}

# Numbers that the target never saw are filled. A connection that is not read
# from for a while has some in its socket, if it was not idle just then: several
# tries, and the function has to succeed at one. Events have to be followed.
peer_lose_numbers()	# function, arguments...
{
	local cid id

	for _ in 1 2 3 4 5; do
		cid=$(peer_cid 2)
		id=$(conn_field "$cid" id)
		events_pass
		peer deaf "cid=$cid"
		event_wait 20 conn-down "$id"
		peer_whole
		! "$@" || return 0
	done
	fail "no number was lost: $*"
}

# End the connection over link 2 while the target has commands of it.
peer_with_commands_out()	# words for the peer
{
	local cid

	cid=$(peer_cid 2)
	wait_for 20 peer_held_with_commands "$cid"
	"$@" "cid=$cid"
	peer release
}

# fio may be waiting for the last ones of a round, on other connections.
peer_held_with_commands()	# cid
{
	peer hold
	wait_for 1 peer_outstanding "$1" && return
	peer release
	return 1
}

peer_outstanding()	# cid
{
	[ "$(peer_conn "$1" tasks)" -gt 0 ]
}
