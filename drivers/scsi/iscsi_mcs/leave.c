// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/slab.h>

#include "conn.h"
#include "connect.h"
#include "event.h"
#include "hush.h"
#include "leave.h"
#include "main.h"
#include "recovery.h"
#include "session.h"

/*
 * A connection leaves the session in good order: it gets no more commands,
 * those it has come to their end, and it logs itself out. On request of the
 * administrator, who wants it gone, or of the target (Async event 1), which
 * wants it back later.
 */

#define MCS_LEAVE_LOGOUT_TIMEOUT	(10 * HZ)
#define MCS_LEAVE_DRAIN_MAX		(30 * HZ)
#define MCS_LEAVE_RETURN_MIN		(HZ / 2)
#define MCS_LEAVE_TURN_POLL		(HZ / 10)

/**
 * mcs_leave_drain - have a connection's commands come to their end
 * @conn: connection in full feature phase
 * @timeout: jiffies
 *
 * It takes no new ones. Where its end may cost commands of the others, these come
 * to their end as well, and the session takes none until mcs_leave_logout(), which
 * must follow when this returns 0. Drops the session mutex while it waits.
 *
 * Return: 0, -ETIMEDOUT, or -ECANCELED when somebody else has taken it over.
 */
int mcs_leave_drain(struct mcs_conn *conn, unsigned long timeout)
{
	struct mcs_session *sess = conn->sess;
	unsigned long left;
	int err;

	lockdep_assert_held(&sess->mutex);
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_DRAINING);
	spin_lock_bh(&conn->q_lock);
	conn->accepting = false;
	spin_unlock_bh(&conn->q_lock);

	mutex_unlock(&sess->mutex);
	left = wait_event_timeout(sess->wake,
				  !atomic_read(&conn->cmds) ||
				  !mcs_conn_is_live(conn) ||
				  atomic_read(&sess->stopping), timeout);
	/* One that is lost meanwhile is found out by its Logout, or by recovery. */
	if (left && mcs_hush_is_needed(sess) && !mcs_hush_begin(conn, left) &&
	    !test_bit(MCS_CONN_BROKEN, &conn->flags))
		left = 0;
	mutex_lock(&sess->mutex);

	if (sess->closing || !mcs_conn_is_live(conn) ||
	    mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_DRAINING)
		err = -ECANCELED;
	else
		err = left && !atomic_read(&conn->cmds) ? 0 : -ETIMEDOUT;
	if (err)
		mcs_hush_end(conn);
	return err;
}

/**
 * mcs_leave_logout - Logout "close the connection", on the connection itself
 * @conn: drained connection
 * @time2wait: set to what the target says when it agrees; may be NULL
 *
 * Drops the session mutex while it waits.
 *
 * Return: response code, or a negative errno.
 */
int mcs_leave_logout(struct mcs_conn *conn, u16 *time2wait)
{
	struct mcs_session *sess = conn->sess;
	struct iscsi_logout_rsp *rsp;
	struct mcs_ctl_wait *w;
	int ret;

	lockdep_assert_held(&sess->mutex);
	/* First: a logout that failed is told by it from one that is not due. */
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_LOGOUT);
	w = kmalloc(sizeof(*w), GFP_NOIO);
	if (!w) {
		mcs_hush_end(conn);
		return -ENOMEM;
	}
	mcs_ctl_logout_init(w, conn->cid);

	mutex_unlock(&sess->mutex);
	ret = mcs_ctl_wait_run(conn, w, MCS_LEAVE_LOGOUT_TIMEOUT);
	if (!ret) {
		rsp = (struct iscsi_logout_rsp *)&w->rsp;
		ret = rsp->response;
		if (time2wait)
			*time2wait = be16_to_cpu(rsp->t2wait);
	}
	kfree(w);
	if (ret == ISCSI_LOGOUT_SUCCESS)
		mcs_hush_until_closed(conn);
	mcs_hush_end(conn);
	mutex_lock(&sess->mutex);
	return ret;
}

/**
 * mcs_leave_asked - the target asks this connection to log out
 * @conn: connection; io_work only
 * @seconds: what the target will wait for that
 *
 * The first request counts; the target goes on waiting from there.
 */
void mcs_leave_asked(struct mcs_conn *conn, u16 seconds)
{
	if (test_bit(MCS_CONN_LEAVING, &conn->flags))
		return;
	/* A quarter of the time is for the Logout. */
	conn->leave_by = jiffies + min_t(unsigned long, MCS_LEAVE_DRAIN_MAX,
					 (unsigned long)seconds * HZ * 3 / 4);
	/* Whoever sees the bit sees the time. */
	smp_mb__before_atomic();
	set_bit(MCS_CONN_LEAVING, &conn->flags);
	mod_delayed_work(mcs_connect_wq, &conn->connect_work, 0);
}

/**
 * mcs_leave_failed - it did not work out: recovery has a survivor log it out
 * @conn: connection that was to be drained or logged out
 * @reason: who wanted that
 * @err: negative errno
 * @text: the same in words
 */
void mcs_leave_failed(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
		      int err, const char *text)
{
	lockdep_assert_held(&conn->sess->mutex);
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_DRAINING);
	mcs_conn_fail(conn, reason, err, text);
	/* It may have been lost before, when that was none of its business. */
	mcs_recovery_kick(conn->sess);
}

/* It has gone as asked: come back when the target likes */
static void mcs_leave_done(struct mcs_conn *conn, u16 time2wait)
{
	mcs_recovery_drop_conn(conn, false);
	mcs_last_set(conn, ISCSI_MCS_REASON_TARGET_LOGOUT, 0,
		     "target asked for logout");
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_WAITING);
	mcs_event_conn_down(conn, 0);
	mcs_connect_start(conn, max_t(unsigned long, MCS_LEAVE_RETURN_MIN,
				      time2wait * HZ));
}

/*
 * The others are on their way out as well, or lost: with this one the session
 * would end. One of them will be back, or it is recovery's in the end.
 */
static void mcs_leave_wait_turn(struct mcs_conn *conn)
{
	if (time_before(jiffies, conn->leave_by))
		mcs_connect_start(conn, MCS_LEAVE_TURN_POLL);
	else
		mcs_leave_failed(conn, ISCSI_MCS_REASON_TARGET_LOGOUT,
				 -ETIMEDOUT,
				 "target asked for logout, and no other connection came back in time");
}

/**
 * mcs_leave_run - do what the target has asked for, if it has
 * @conn: connection; connect_work only
 *
 * Context: under the session mutex, which is dropped meanwhile.
 * Return: false when there was nothing to do.
 */
bool mcs_leave_run(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	unsigned long now = jiffies;
	u16 time2wait = 0;
	int err;

	lockdep_assert_held(&sess->mutex);
	if (!test_bit(MCS_CONN_LEAVING, &conn->flags) || !conn->sock)
		return false;
	if (mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_UP ||
	    test_bit(MCS_CONN_BROKEN, &conn->flags))
		return true;
	if (mcs_session_active_conns(sess) == 1) {
		mcs_leave_wait_turn(conn);
		return true;
	}

	err = mcs_leave_drain(conn, time_before(now, conn->leave_by) ?
			      conn->leave_by - now : 0);
	if (err == -ECANCELED)
		return true;
	if (!err) {
		err = mcs_leave_logout(conn, &time2wait);
		if (sess->closing ||
		    mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_LOGOUT)
			return true;
	}
	if (err)
		mcs_leave_failed(conn, ISCSI_MCS_REASON_TARGET_LOGOUT,
				 err < 0 ? err : -EREMOTEIO,
				 "target asked for logout, which was not possible in time");
	else
		mcs_leave_done(conn, time2wait);
	return true;
}
