// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <scsi/libiscsi.h>

#include "carrier.h"
#include "conn.h"
#include "connect.h"
#include "event.h"
#include "failover.h"
#include "lead.h"
#include "main.h"
#include "raise.h"
#include "recovery.h"
#include "retire.h"
#include "session.h"
#include "trace.h"

/*
 * Before a new login of a session that has several connections at the target,
 * and before its Logout.
 *
 * Both have the target end what the session has left (RFC 7143, 6.3.5, 11.14).
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
	return conn->sock || mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_LOGIN;
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
	bool all = true;
	int ret;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn == via || !mcs_retire_is_there(conn))
			continue;
		ret = mcs_failover_logout_cid(via, conn->cid,
					      mcs_retire_left(end));
		trace_mcs_failover_step(conn, MCS_STEP_LOGOUT, ret);
		if (ret < 0)
			return false;
		/* An unknown one may be about to go, or never came. */
		if (ret)
			all = false;
	}
	ret = mcs_failover_nop(via, NULL, mcs_retire_left(end));
	trace_mcs_failover_step(via, MCS_STEP_FENCE, ret);
	return all && !ret;
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
	/* First: a stop is no reason not to wait here. */
	WRITE_ONCE(sess->retiring, true);
	WRITE_ONCE(sess->fencing, true);
	via = mcs_carrier_seek(sess, NULL);
	done = via && mcs_retire_logout(sess, via, end);
	WRITE_ONCE(sess->fencing, false);
	WRITE_ONCE(sess->retiring, false);
	return done;
}

/* The target is about to close it: no more commands, and that is no loss */
static void mcs_retire_begin(struct mcs_conn *conn)
{
	spin_lock_bh(&conn->q_lock);
	conn->accepting = false;
	spin_unlock_bh(&conn->q_lock);
	if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_LOGIN)
		mcs_connect_cancel(conn);
	else
		mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_LOGOUT);
}

/* What it carried ends with the session (RFC 7143, 11.14) */
static void mcs_retire_end(struct mcs_conn *conn)
{
	mcs_recovery_drop_conn(conn, false);
	mcs_last_set(conn, ISCSI_MCS_REASON_SESSION_CLOSED, 0, "");
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_WAITING);
	mcs_event_conn_down(conn, 0);
}

/* Have the target end all connections but the one that ends the session */
static void mcs_retire_others(struct mcs_session *sess, struct mcs_conn *via)
{
	struct mcs_conn *conn;
	bool done;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn != via && mcs_retire_is_there(conn))
			mcs_retire_begin(conn);
	}
	WRITE_ONCE(sess->fencing, true);
	done = mcs_retire_logout(sess, via, jiffies + MCS_RETIRE_TIMEOUT);
	WRITE_ONCE(sess->fencing, false);
	list_for_each_entry(conn, &sess->conns, node) {
		if (done && mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_LOGOUT)
			mcs_retire_end(conn);
	}
}

/* Return: 0 or a negative errno */
static int mcs_retire_send_logout(struct mcs_session *sess)
{
	struct mcs_conn *via;

	lockdep_assert_held(&sess->mutex);
	if (!READ_ONCE(sess->logout))
		return 0;
	mcs_connect_cancel_all(sess);
	via = mcs_lead_carrier(sess);
	if (sess->target_class == ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE &&
	    mcs_conn_is_live(via) && mcs_retire_is_needed(sess))
		mcs_retire_others(sess, via);
	return mcs_ctl_queue(mcs_lead_carrier(sess), xchg(&sess->logout, NULL));
}

static void mcs_retire_logout_work(struct work_struct *work)
{
	struct mcs_session *sess = container_of(work, struct mcs_session,
						logout_work);
	bool raise = false;

	mutex_lock(&sess->mutex);
	/* Whoever stops the session has libiscsi end the Logout. */
	if (mcs_retire_send_logout(sess) && !sess->error_raised &&
	    !atomic_read(&sess->stopping)) {
		raise = true;
		sess->error_raised = true;
	}
	mutex_unlock(&sess->mutex);
	/* Nothing is left to say it on; iscsid need not wait for an answer. */
	if (raise)
		mcs_raise_error(sess);
}

/**
 * mcs_retire_then_logout - send iscsid's Logout of the session when it is the
 *	last connection's
 * @sess: session
 * @ctl: the Logout
 *
 * LIO closes a connection at once that a PDU comes on behind the Logout, a ping
 * say, and does not stand that while it closes the others in turn.
 *
 * Context: any.
 */
void mcs_retire_then_logout(struct mcs_session *sess, struct mcs_ctl *ctl)
{
	WRITE_ONCE(sess->logout, ctl);
	queue_work(mcs_connect_wq, &sess->logout_work);
}

/**
 * mcs_retire_forget_logout - libiscsi ends the Logout itself
 * @sess: session that is being stopped
 */
void mcs_retire_forget_logout(struct mcs_session *sess)
{
	lockdep_assert_held(&sess->mutex);
	WRITE_ONCE(sess->logout, NULL);
}

/**
 * mcs_retire_init - prepare a session
 * @sess: session
 */
void mcs_retire_init(struct mcs_session *sess)
{
	INIT_WORK(&sess->logout_work, mcs_retire_logout_work);
}

/**
 * mcs_retire_cancel - wait until no Logout is being sent
 * @sess: stopped session
 */
void mcs_retire_cancel(struct mcs_session *sess)
{
	cancel_work_sync(&sess->logout_work);
}
