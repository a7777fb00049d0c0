// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include "conn.h"
#include "failover.h"
#include "retire.h"
#include "session.h"
#include "trace.h"

/*
 * Before a new login of a session that has several connections at the target,
 * and before its end.
 *
 * Such a login has the target end what the session has left (RFC 7143, 6.3.5).
 * LIO falls over its own list, and takes its machine along, when two of the
 * connections end by themselves meanwhile; and ends of connections that are
 * merely cut off take as long as the target likes. So as long as there is one
 * to say it on, the others are logged out in an orderly way, and the answer to
 * a NOP-Out shows that they are gone.
 */

/* For all of it. Someone waits, and so do all iSCSI sessions of the machine. */
#define MCS_RETIRE_TIMEOUT	HZ

/* Does the target have it, or may it have it in a moment? */
static bool mcs_retire_is_there(const struct mcs_conn *conn)
{
	return conn->sock || conn->state == ISCSI_MCS_CONN_STATE_LOGIN;
}

/**
 * mcs_retire_is_needed - may the target have several connections?
 * @sess: session
 */
bool mcs_retire_is_needed(struct mcs_session *sess)
{
	struct mcs_conn *conn;
	int n = 0;

	lockdep_assert_held(&sess->mutex);
	list_for_each_entry(conn, &sess->conns, node)
		n += mcs_retire_is_there(conn);
	return n > 1;
}

static unsigned long mcs_retire_left(unsigned long end)
{
	unsigned long now = jiffies;

	return time_before(now, end) ? end - now : 1;
}

/* Return: true when every one but @via has been logged out */
static bool mcs_retire_logout(struct mcs_session *sess, struct mcs_conn *via,
			      unsigned long end)
{
	struct mcs_conn *conn;
	int ret;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn == via || !mcs_retire_is_there(conn))
			continue;
		ret = mcs_failover_logout_cid(via, conn->cid,
					      mcs_retire_left(end));
		trace_mcs_failover_step(conn, MCS_STEP_LOGOUT, ret);
		/* An unknown one may be about to go, or never came. */
		if (ret)
			return false;
	}
	ret = mcs_failover_nop(via, NULL, mcs_retire_left(end));
	trace_mcs_failover_step(via, MCS_STEP_FENCE, ret);
	return !ret;
}

/**
 * mcs_retire_all_but_one - have the target end all connections but one
 * @sess: session with several that is going to log in again
 *
 * The commands they carry are not touched; they are sent again after the login.
 *
 * Return: true when the target has no more than one connection left; false when
 *	   it may take some time yet.
 */
bool mcs_retire_all_but_one(struct mcs_session *sess)
{
	unsigned long end = jiffies + MCS_RETIRE_TIMEOUT;
	struct mcs_conn *via;
	bool done;

	lockdep_assert_held(&sess->mutex);
	if (sess->target_class != ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE)
		return false;
	via = mcs_session_any_conn(sess, NULL);
	if (!via)
		return false;

	WRITE_ONCE(sess->retiring, true);
	WRITE_ONCE(sess->fencing, true);
	done = mcs_retire_logout(sess, via, end);
	WRITE_ONCE(sess->fencing, false);
	WRITE_ONCE(sess->retiring, false);
	return done;
}

static bool mcs_retire_is_closed(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn->sock && !test_bit(MCS_CONN_BROKEN, &conn->flags))
			return false;
	}
	return true;
}

/**
 * mcs_retire_await_close - have the target close the connections of a session
 *	that it has agreed to end
 * @sess: session whose Logout was answered
 *
 * It closes them one after the other, and the same holds as before a new login:
 * those whose turn has not come must not end by themselves.
 */
void mcs_retire_await_close(struct mcs_session *sess)
{
	lockdep_assert_held(&sess->mutex);
	if (sess->target_class == ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE &&
	    mcs_retire_is_needed(sess))
		wait_event_timeout(sess->wake, mcs_retire_is_closed(sess),
				   MCS_RETIRE_TIMEOUT);
}
