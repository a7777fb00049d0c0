// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include "conn.h"
#include "hush.h"
#include "session.h"

/*
 * While a connection leaves a target that does not keep connections apart: the
 * session has no command there.
 *
 * istgt throws away what it has queued for all connections of a session when one
 * of them closes, in good order as well, and says nothing. Whoever waits for such
 * a command waits until its time is up. So no new ones are taken from the
 * midlayer, which offers them again in a moment, until the target has closed the
 * connection: that is what it does next, after it has answered the Logout.
 */

/* Everybody's I/O waits: for less time than a command is given. */
#define MCS_HUSH_MAX	(10 * HZ)
/* A target may leave the closing to us. */
#define MCS_HUSH_CLOSE	HZ

/**
 * mcs_hush_is_needed - may the end of a connection cost commands of the others?
 * @sess: session
 */
bool mcs_hush_is_needed(const struct mcs_session *sess)
{
	return !mcs_session_outlives_conns(sess);
}

/* One that has a reservation in the window is on its way to a connection. */
static bool mcs_hush_is_quiet(struct mcs_session *sess)
{
	struct mcs_conn *conn;
	bool quiet;

	spin_lock_bh(&sess->win_lock);
	quiet = !sess->win.reserved;
	spin_unlock_bh(&sess->win_lock);
	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node)
		quiet = quiet && !atomic_read(&conn->cmds);
	rcu_read_unlock();
	return quiet;
}

/**
 * mcs_hush_begin - take no new commands, and wait for those there are
 * @conn: connection without commands that is going to log out
 * @timeout: jiffies
 *
 * mcs_hush_end() must follow, whatever it returns.
 *
 * Context: process, without the session mutex.
 * Return: false when some command does not come to its end, or the connection is
 *	   lost before.
 */
bool mcs_hush_begin(struct mcs_conn *conn, unsigned long timeout)
{
	struct mcs_session *sess = conn->sess;

	lockdep_assert_not_held(&sess->mutex);
	spin_lock_bh(&sess->win_lock);
	if (!test_and_set_bit(MCS_CONN_HUSHES, &conn->flags))
		WRITE_ONCE(sess->hushed, sess->hushed + 1);
	spin_unlock_bh(&sess->win_lock);
	wait_event_timeout(sess->wake,
			   mcs_hush_is_quiet(sess) ||
			   test_bit(MCS_CONN_BROKEN, &conn->flags) ||
			   !mcs_conn_is_live(conn) ||
			   atomic_read(&sess->stopping),
			   min_t(unsigned long, timeout, MCS_HUSH_MAX));
	return mcs_hush_is_quiet(sess);
}

/**
 * mcs_hush_until_closed - wait for the target to close a connection
 * @conn: connection whose Logout was answered; one that did not begin is not
 *	  waited for
 *
 * Context: process, without the session mutex.
 */
void mcs_hush_until_closed(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	lockdep_assert_not_held(&sess->mutex);
	if (!test_bit(MCS_CONN_HUSHES, &conn->flags))
		return;
	wait_event_timeout(sess->wake,
			   test_bit(MCS_CONN_BROKEN, &conn->flags) ||
			   !mcs_conn_is_live(conn) ||
			   atomic_read(&sess->stopping), MCS_HUSH_CLOSE);
}

/**
 * mcs_hush_end - take commands again
 * @conn: connection; nothing happens when it did not begin
 */
void mcs_hush_end(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	spin_lock_bh(&sess->win_lock);
	if (test_and_clear_bit(MCS_CONN_HUSHES, &conn->flags))
		WRITE_ONCE(sess->hushed, sess->hushed - 1);
	spin_unlock_bh(&sess->win_lock);
}
