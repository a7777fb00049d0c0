// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/sched.h>
#include <scsi/libiscsi.h>
#include <scsi/scsi_cmnd.h>

#include "conn.h"
#include "connect.h"
#include "event.h"
#include "failover.h"
#include "main.h"
#include "raise.h"
#include "recovery.h"
#include "retire.h"
#include "session.h"
#include "sock.h"
#include "trace.h"

/*
 * Lost connections. Commands of a lost connection are never given back to the
 * midlayer for that: they are parked here and sent again once the target is
 * known to have let go of them. A new login of the session (RFC 7143,
 * session reinstatement) is such proof. It is the best there is where LIO has begun
 * to end a session of several connections by itself: it does not have a login wait
 * then, and a write may still be at its disk. An ordered command would wait for
 * that, but LIO loses count of them once a command was aborted.
 */

/*
 * For a target to notice that connections are gone, and to clean up, where they
 * could not be logged out before. LIO has a connection that was closed or reset
 * sleep for two seconds before it ends it, which is when iscsid logs in again after
 * LIO's DefaultTime2Wait: another second, so that the two do not meet.
 */
#define MCS_RECOVERY_RELOGIN_DELAY	(3 * HZ)

/*
 * The midlayer repeats passthrough that allows for it. What the kernel asks for may
 * be asked twice; but not a registration, which is refused the second time.
 */
static void mcs_recovery_end(struct mcs_task *task)
{
	struct scsi_cmnd *sc = task->sc;

	if (sc->cmnd[0] == PERSISTENT_RESERVE_OUT)
		sc->retries = sc->allowed;
	mcs_task_complete(task, DID_TRANSPORT_DISRUPTED << 16);
}

/* Decide about one command of a connection that is down */
static void mcs_recovery_park(struct mcs_conn *conn, struct mcs_task *task)
{
	struct mcs_session *sess = conn->sess;

	mcs_conn_unlink_task(conn, task);
	if (task->finish_after_tx) {
		mcs_task_complete(task, task->sc->result);
		return;
	}
	if (mcs_task_eh_owns(task)) {
		mcs_task_release(task);
		return;
	}
	if (!mcs_task_may_resend(task)) {
		mcs_recovery_end(task);
		return;
	}
	WRITE_ONCE(task->conn, NULL);
	WRITE_ONCE(task->state, MCS_TASK_PARKED);
	list_add_tail(&task->node, &sess->parked);
}

/**
 * mcs_recovery_take_tasks - park the commands of a connection that is down
 * @conn: quiesced connection whose socket sends nothing any more
 */
void mcs_recovery_take_tasks(struct mcs_conn *conn)
{
	struct mcs_task *task, *next;

	lockdep_assert_held(&conn->sess->mutex);

	list_for_each_entry_safe(task, next, &conn->active, node) {
		conn->stats.resent++;
		conn->sess->resent++;
		mcs_recovery_park(conn, task);
	}
	list_for_each_entry_safe(task, next, &conn->sendq, node)
		mcs_recovery_park(conn, task);
	/* Quiesced: nobody adds to it. */
	list_for_each_entry_safe(task, next, &conn->submitq, node)
		mcs_recovery_park(conn, task);
	conn->tx.busy = false;
	conn->tx.task = NULL;
	conn->rx.task = NULL;
}

/**
 * mcs_recovery_drop_conn - take a connection down and park its commands
 * @conn: connection, in whatever state
 * @abortive: it was lost: make sure TCP sends nothing of it later
 */
void mcs_recovery_drop_conn(struct mcs_conn *conn, bool abortive)
{
	mcs_connect_cancel(conn);
	mcs_conn_quiesce(conn);
	if (abortive)
		mcs_sock_abort(conn);
	mcs_recovery_take_tasks(conn);
	mcs_conn_detach(conn);
}

/**
 * mcs_recovery_stop_all - end all connections of this login of the session
 * @sess: session
 * @reason: for the events
 */
void mcs_recovery_stop_all(struct mcs_session *sess,
			   enum iscsi_mcs_reason reason)
{
	struct mcs_conn *conn;

	lockdep_assert_held(&sess->mutex);

	/* First: what logs in behind the back of retire.c is not seen there. */
	mcs_connect_cancel_all(sess);
	if (mcs_retire_is_needed(sess) &&
	    (reason != ISCSI_MCS_REASON_SESSION_RECOVERY ||
	     !mcs_retire_all_but_one(sess)))
		WRITE_ONCE(sess->relogin_at,
			   jiffies + MCS_RECOVERY_RELOGIN_DELAY);
	list_for_each_entry(conn, &sess->conns, node) {
		/* One that failover could not deal with is down already. */
		bool failed = mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_CLEANUP;
		bool was_up = mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_UP || failed;

		if (was_up && !conn->lead &&
		    (failed || test_bit(MCS_CONN_BROKEN, &conn->flags)))
			mcs_connect_count_loss(conn, true);
		mcs_recovery_drop_conn(conn, !READ_ONCE(sess->logout_answered));
		if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING)
			continue;
		mcs_conn_set_state(conn, conn->lead ?
				   ISCSI_MCS_CONN_STATE_FAILED :
				   ISCSI_MCS_CONN_STATE_WAITING);
		if (!was_up)
			continue;
		conn->stats.losses++;
		mcs_last_set_reason(conn, reason);
		mcs_event_conn_down(conn, 0);
	}
	if (sess->state == ISCSI_MCS_SESSION_STATE_LOGGED_IN &&
	    reason == ISCSI_MCS_REASON_SESSION_RECOVERY) {
		mcs_session_set_state(sess, ISCSI_MCS_SESSION_STATE_RECOVERING);
		sess->recovery_since = jiffies;
		sess->recoveries++;
		mcs_event_session(sess, ISCSI_MCS_CMD_RECOVERY_STARTED_NTF,
				  reason, 0);
	}
}

/**
 * mcs_recovery_resubmit - send the parked commands
 * @sess: session
 *
 * What finds no connection stays parked.
 */
void mcs_recovery_resubmit(struct mcs_session *sess)
{
	struct mcs_task *task, *next;

	lockdep_assert_held(&sess->mutex);

	list_for_each_entry_safe(task, next, &sess->parked, node) {
		list_del_init(&task->node);
		if (mcs_task_eh_owns(task)) {
			mcs_task_release(task);
			continue;
		}
		mcs_task_rewind(task);
		mcs_session_reserve(sess, true);
		if (mcs_session_dispatch(sess, task, true))
			continue;
		mcs_session_unreserve(sess);
		list_add(&task->node, &sess->parked);
		return;
	}
}

/**
 * mcs_recovery_fail_parked - give the parked commands up
 * @sess: session
 * @result: SCSI result they end with
 */
void mcs_recovery_fail_parked(struct mcs_session *sess, u32 result)
{
	struct mcs_task *task, *next;

	lockdep_assert_held(&sess->mutex);

	list_for_each_entry_safe(task, next, &sess->parked, node) {
		list_del_init(&task->node);
		if (mcs_task_eh_owns(task))
			mcs_task_release(task);
		else
			mcs_task_complete(task, result);
	}
}

/*
 * A connection that is logging out is closed by the target, and one that has
 * not been opened yet is the business of whoever opens it.
 */
static bool mcs_recovery_is_lost(struct mcs_conn *conn)
{
	return test_bit(MCS_CONN_BROKEN, &conn->flags) &&
	       mcs_conn_is_live(conn) &&
	       mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_LOGOUT &&
	       (conn->lead || mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_LOGIN);
}

/**
 * mcs_recovery_next_lost - a connection that recovery has to deal with
 * @sess: session
 *
 * Return: the connection, or NULL.
 */
struct mcs_conn *mcs_recovery_next_lost(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	lockdep_assert_held(&sess->mutex);
	list_for_each_entry(conn, &sess->conns, node) {
		if (mcs_recovery_is_lost(conn))
			return conn;
	}
	return NULL;
}

/* The pause is over: commands go out on the survivors, it connects again */
static void mcs_recovery_survived(struct mcs_conn *conn, unsigned long since)
{
	struct mcs_session *sess = conn->sess;
	u32 ms = jiffies_to_msecs(jiffies - since);

	conn->stats.losses++;
	conn->longest_pause_ms = max(conn->longest_pause_ms, ms);
	sess->longest_pause_ms = max(sess->longest_pause_ms, ms);
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_WAITING);
	mcs_recovery_resubmit(sess);
	trace_mcs_failover_step(conn, MCS_STEP_RESENT, 0);
	mcs_event_conn_down(conn, ms);
	mcs_connect_count_loss(conn, false);
	/* It may be about to be removed. */
	if (!test_bit(MCS_CONN_NO_RETRY, &conn->flags))
		mcs_connect_again(conn);
}

/* Return: false when only a new login of the session helps */
static bool mcs_recovery_fail_over(struct mcs_session *sess)
{
	unsigned long since = jiffies;
	struct mcs_conn *conn;
	struct mcs_last last;
	int err;

	sess->nlost = 0;
	sess->lost_more = false;
	for (conn = mcs_recovery_next_lost(sess); conn;
	     conn = mcs_recovery_next_lost(sess)) {
		if (!mcs_failover_is_possible(sess))
			return false;
		err = mcs_failover_conn(conn);
		if (err) {
			mcs_last_get(conn, &last);
			shost_printk(KERN_NOTICE, sess->shost,
				     "conn %u to %pISpc: lost (%s), target did not let go of it (%d): session logs in again\n",
				     conn->cid, &conn->remote, last.text,
				     err);
			return false;
		}
		mcs_recovery_survived(conn, since);
	}
	return true;
}

/* Return: true when libiscsi and iscsid have to be told */
static bool mcs_recovery_lose_session(struct mcs_session *sess)
{
	/* After a logout the target closes; that is no error. */
	if (READ_ONCE(sess->logging_out) && READ_ONCE(sess->logout_answered))
		return false;

	mcs_recovery_stop_all(sess, ISCSI_MCS_REASON_SESSION_RECOVERY);
	if (sess->error_raised)
		return false;
	sess->error_raised = true;
	return true;
}

static void mcs_recovery_work(struct work_struct *work)
{
	struct mcs_session *sess = container_of(work, struct mcs_session,
						recovery_work);
	bool raise = false;

	mutex_lock(&sess->mutex);
	/* Whoever stops the session takes the connections down himself. */
	if (!sess->closing && !mcs_recovery_fail_over(sess) &&
	    !atomic_read(&sess->stopping))
		raise = mcs_recovery_lose_session(sess);
	mutex_unlock(&sess->mutex);

	/* destroy_conn waits for this work. */
	if (raise)
		mcs_raise_error(sess);
}

/**
 * mcs_recovery_login_waits - is it too early for a new login of the session?
 * @sess: session
 *
 * A login with the ISID of a session has the target end that session's
 * connections (RFC 7143, 6.3.5). Those that were cut off have to be gone
 * before: see retire.c.
 *
 * Context: any.
 */
bool mcs_recovery_login_waits(const struct mcs_session *sess)
{
	long left = READ_ONCE(sess->relogin_at) - jiffies;

	return left > 0 && left <= MCS_RECOVERY_RELOGIN_DELAY;
}

/**
 * mcs_recovery_init - prepare a session
 * @sess: session
 */
void mcs_recovery_init(struct mcs_session *sess)
{
	sess->relogin_at = jiffies;
	INIT_WORK(&sess->recovery_work, mcs_recovery_work);
}

/**
 * mcs_recovery_kick - a connection of the session is lost
 * @sess: session
 *
 * Context: any.
 */
void mcs_recovery_kick(struct mcs_session *sess)
{
	queue_work(mcs_recovery_wq, &sess->recovery_work);
}

/**
 * mcs_recovery_cancel - wait until no recovery runs
 * @sess: session without live connections
 */
void mcs_recovery_cancel(struct mcs_session *sess)
{
	cancel_work_sync(&sess->recovery_work);
}
