// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include "carrier.h"
#include "conn.h"
#include "session.h"

/*
 * Which survivor carries what has to be said about a connection that is lost?
 * Others may have died with it, unseen: over the same link, or without commands.
 * That is found out after a second, and the target's answer is proof for little
 * longer. So all are asked with a ping, and the first one that anything comes
 * over is it: it lives, and none is faster.
 *
 * A ping of a connection is its own, so nothing is allocated here.
 */

/* Nobody may answer, or all be farther away: then the likeliest one has to do */
#define MCS_CARRIER_PATIENCE	(HZ / 4)

/* Return: how many there are to choose from */
static unsigned int mcs_carrier_count(struct mcs_session *sess,
				      struct mcs_conn *except)
{
	struct mcs_conn *conn;
	unsigned int n = 0;

	list_for_each_entry(conn, &sess->conns, node)
		n += conn != except && READ_ONCE(conn->accepting);
	return n;
}

static void mcs_carrier_ask(struct mcs_session *sess, struct mcs_conn *except)
{
	struct mcs_conn *conn;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn == except || !READ_ONCE(conn->accepting))
			continue;
		set_bit(MCS_CONN_SOUGHT, &conn->flags);
		/* Also with commands: these may wait for numbers that are lost. */
		set_bit(MCS_CONN_WANT_PING, &conn->flags);
		mcs_conn_kick(conn);
	}
}

/* Has one been heard from, or is there no choice any more? */
static bool mcs_carrier_is_found(struct mcs_session *sess,
				 struct mcs_conn *except)
{
	struct mcs_conn *conn;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn != except && READ_ONCE(conn->accepting) &&
		    !test_bit(MCS_CONN_SOUGHT, &conn->flags))
			return true;
	}
	return mcs_carrier_count(sess, except) < 2;
}

/**
 * mcs_carrier_heard - something has come over a connection that was asked
 * @conn: connection with MCS_CONN_SOUGHT
 *
 * Context: any.
 */
void mcs_carrier_heard(struct mcs_conn *conn)
{
	clear_bit(MCS_CONN_SOUGHT, &conn->flags);
	wake_up_all(&conn->sess->wake);
}

/**
 * mcs_carrier_seek - find a connection that lives
 * @sess: session whose target stands pings among commands
 * @except: not this one; may be NULL
 *
 * Takes as long as the fastest one needs to answer; no time where there is none to
 * choose between.
 *
 * Return: as mcs_session_any_conn(), which it is when nobody answers in time.
 */
struct mcs_conn *mcs_carrier_seek(struct mcs_session *sess,
				  struct mcs_conn *except)
{
	lockdep_assert_held(&sess->mutex);
	if (mcs_carrier_count(sess, except) > 1) {
		mcs_carrier_ask(sess, except);
		wait_event_timeout(sess->wake,
				   mcs_carrier_is_found(sess, except) ||
				   mcs_session_is_stopping(sess),
				   MCS_CARRIER_PATIENCE);
	}
	return mcs_session_any_conn(sess, except);
}
