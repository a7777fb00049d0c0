// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/error-injection.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <scsi/libiscsi.h>

#include "attempt.h"
#include "conn.h"
#include "connect.h"
#include "failover.h"
#include "leave.h"
#include "main.h"
#include "recovery.h"
#include "session.h"
#include "stream.h"

/*
 * When an added connection is made, and made again after a loss. One work item
 * per connection, on a queue of its own, because a silent portal keeps it busy
 * for seconds. What such an attempt does is in attempt.c.
 */

#define MCS_CONNECT_RETRY_MIN_MS	500
#define MCS_CONNECT_RETRY_MAX_MS	2000

/* How often a target is asked that has no room yet */
#define MCS_CONNECT_ROOM_POLL		(HZ / 10)

/* A connection that lives for less is flapping when that happens often */
#define MCS_CONNECT_STABLE		(10 * HZ)
#define MCS_CONNECT_FLAPS		3U
#define MCS_CONNECT_FLAP_MS		1000
/* The longest pause where a loss costs a login of the session */
#define MCS_CONNECT_FLAP_SESSION_MS	60000

/*
 * A target counts a connection that has left until it has torn it down. LIO
 * takes a moment for that, and others until they notice that it is gone.
 */
static bool mcs_connect_makes_room(const struct mcs_conn *conn, int err)
{
	struct mcs_attempt *job = conn->job;

	if (err != -EUSERS)
		return false;
	/* What leaves from now on makes the wait no longer. */
	if (!job->room_by)
		job->room_by = conn->sess->room_by ?: 1;
	return time_before(jiffies, job->room_by);
}

static unsigned long mcs_connect_delay(u32 attempts, u32 max_ms)
{
	u32 ms = MCS_CONNECT_RETRY_MIN_MS << min(attempts, 10U);

	ms = min(ms, max_ms);
	/* Many connections lost at once should not come back in step. */
	return msecs_to_jiffies(ms - ms / 4 + get_random_u32_below(ms / 2));
}

/*
 * Counted from the beginning of an attempt, which may have taken longer. That a
 * neighbour does not answer is found out once for all attempts that wait for
 * it: also for one that has only just begun. It asks anew soon.
 */
static void mcs_connect_retry(struct mcs_conn *conn, int err)
{
	u32 attempts = err == -EHOSTUNREACH ? 0 : conn->attempts++;
	unsigned long delay = mcs_connect_delay(attempts,
						MCS_CONNECT_RETRY_MAX_MS);
	unsigned long next = conn->job->began + delay;

	mcs_connect_start(conn, time_after(next, jiffies) ? next - jiffies : 0);
}

static void mcs_connect_failed(struct mcs_conn *conn, int err)
{
	struct mcs_session *sess = conn->sess;
	struct mcs_last last;

	/* iscsid has logged in on it meanwhile: no longer ours to judge. */
	if (conn->sock)
		return;
	mcs_last_get(conn, &last);
	if (!last.error) {
		mcs_attempt_note_errno(conn, err);
		mcs_last_get(conn, &last);
	}
	if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING)
		return;
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_WAITING);
	mcs_stream_kick(sess);
	if (!conn->was_up || sess->closing || err == -EAGAIN ||
	    test_bit(MCS_CONN_NO_RETRY, &conn->flags)) {
		if (conn->was_up && test_bit(MCS_CONN_NO_RETRY, &conn->flags))
			shost_printk(KERN_NOTICE, sess->shost,
				     "conn %u to %pISpc: not tried again: %s\n",
				     conn->cid, &conn->remote, last.text);
		return;
	}
	if (sess->state == ISCSI_MCS_SESSION_STATE_LOGGED_IN)
		mcs_connect_retry(conn, err);
}

/* Is another attempt due before anybody hears of this one? Starts it */
static bool mcs_connect_once_more(struct mcs_conn *conn, int err)
{
	if (conn->was_up || mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING)
		return false;
	if (conn->job->again && conn->attempts++ < 2) {
		mcs_connect_start(conn, 0);
		return true;
	}
	if (!mcs_connect_makes_room(conn, err))
		return false;
	clear_bit(MCS_CONN_NO_RETRY, &conn->flags);
	mcs_connect_start(conn, MCS_CONNECT_ROOM_POLL);
	return true;
}

static void mcs_connect_work(struct work_struct *work)
{
	struct mcs_conn *conn = container_of(to_delayed_work(work),
					     struct mcs_conn, connect_work);
	struct mcs_session *sess = conn->sess;
	unsigned int noio = memalloc_noio_save();
	struct socket *sock = NULL;
	int err;

	mutex_lock(&sess->mutex);
	if (mcs_leave_run(conn))
		goto out;
	err = mcs_attempt_begin(conn);
	mutex_unlock(&sess->mutex);
	if (!err)
		err = mcs_attempt_run(conn, &sock);
	mcs_attempt_wipe(conn);

	mutex_lock(&sess->mutex);
	if (!err)
		err = mcs_attempt_end(conn, sock);
	if (err && conn->job->may_be_in && sess->epoch == conn->job->epoch)
		mcs_failover_disown(conn);
	if (err && mcs_connect_once_more(conn, err))
		goto out;
	if (err && err != -EALREADY)
		mcs_connect_failed(conn, err);
	complete_all(&conn->connect_done);
out:
	mutex_unlock(&sess->mutex);
	memalloc_noio_restore(noio);
}

/**
 * mcs_connect_init - prepare a connection object
 * @conn: connection
 */
void mcs_connect_init(struct mcs_conn *conn)
{
	INIT_DELAYED_WORK(&conn->connect_work, mcs_connect_work);
	init_completion(&conn->connect_done);
	mcs_login_ctl_init(&conn->login_ctl);
}

/**
 * mcs_connect_prepare - allocate what attempts need, so that a reconnect under
 *	memory pressure does not
 * @conn: connection
 *
 * Return: 0 or -ENOMEM.
 */
int mcs_connect_prepare(struct mcs_conn *conn)
{
	conn->job = kvzalloc(sizeof(*conn->job), GFP_KERNEL);
	return conn->job ? 0 : -ENOMEM;
}

ALLOW_ERROR_INJECTION(mcs_connect_prepare, ERRNO);

/**
 * mcs_connect_destroy - undo mcs_connect_prepare()
 * @conn: connection without attempts
 */
void mcs_connect_destroy(struct mcs_conn *conn)
{
	kfree_sensitive(conn->auth);
	kfree(conn->symbolic_name);
	kvfree(conn->job);
}

/**
 * mcs_connect_start - connect and log in
 * @conn: added connection
 * @delay: jiffies from now
 *
 * Not a connection that is being removed: whoever does that lets go of the mutex
 * once it has seen to it that no attempt is due, and then of the connection.
 */
void mcs_connect_start(struct mcs_conn *conn, unsigned long delay)
{
	lockdep_assert_held(&conn->sess->mutex);
	if (conn->job && mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_REMOVING)
		mod_delayed_work(mcs_connect_wq, &conn->connect_work, delay);
}

/**
 * mcs_connect_hasten - the link may be back: do not wait for the next attempt
 * @conn: connection that waits
 *
 * Interfaces that have nothing to do with it come and go as well: not sooner
 * after the last attempt than the first of several would be.
 */
void mcs_connect_hasten(struct mcs_conn *conn)
{
	unsigned long next;

	lockdep_assert_held(&conn->sess->mutex);
	if (!conn->job)
		return;
	next = conn->job->began + msecs_to_jiffies(MCS_CONNECT_RETRY_MIN_MS / 2);
	mcs_connect_start(conn, time_after(next, jiffies) ? next - jiffies : 0);
}

/**
 * mcs_connect_retry_ms - when is a connection that waits tried again?
 * @conn: connection
 *
 * Return: milliseconds until then, at least 1; 0 when no attempt is due.
 */
u32 mcs_connect_retry_ms(struct mcs_conn *conn)
{
	long left;

	if (mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_WAITING ||
	    !delayed_work_pending(&conn->connect_work))
		return 0;
	left = READ_ONCE(conn->connect_work.timer.expires) - jiffies;
	return left > 0 ? max(jiffies_to_msecs(left), 1U) : 1;
}

/**
 * mcs_connect_is_flapping - does a connection not stay up when it comes up?
 * @conn: connection
 */
bool mcs_connect_is_flapping(struct mcs_conn *conn)
{
	return conn->flaps > MCS_CONNECT_FLAPS;
}

/**
 * mcs_connect_count_loss - a connection is lost
 * @conn: connection that has been up
 * @relogin: that costs a login of the session
 */
void mcs_connect_count_loss(struct mcs_conn *conn, bool relogin)
{
	lockdep_assert_held(&conn->sess->mutex);
	if (time_after(jiffies, conn->up_since + MCS_CONNECT_STABLE)) {
		conn->flaps = 0;
		conn->dear_flaps = 0;
	} else {
		conn->flaps++;
		conn->dear_flaps += relogin;
	}
	if (conn->flaps == MCS_CONNECT_FLAPS + 1)
		shost_printk(KERN_NOTICE, conn->sess->shost,
			     "conn %u to %pISpc: lost %u times soon after it came up, tried less often now\n",
			     conn->cid, &conn->remote, conn->flaps);
}

/**
 * mcs_connect_again - connect once more after a loss
 * @conn: connection that has been up
 *
 * At once; but each loss costs the session a moment, so for a connection that is
 * lost again and again a second passes between. Not more: meanwhile the session
 * has a connection less to lose.
 */
void mcs_connect_again(struct mcs_conn *conn)
{
	unsigned long delay = 0;

	lockdep_assert_held(&conn->sess->mutex);
	if (mcs_connect_is_flapping(conn))
		delay = mcs_connect_delay(1, MCS_CONNECT_FLAP_MS);
	mcs_connect_start(conn, delay);
}

/**
 * mcs_connect_with_session - connect after the session has logged in
 * @conn: configured connection
 *
 * At once; but where each loss of it costs a login of the session, one that is
 * lost again and again waits longer and longer. Losses that the session has
 * survived are not counted for that.
 */
void mcs_connect_with_session(struct mcs_conn *conn)
{
	u32 dear = max(conn->dear_flaps, MCS_CONNECT_FLAPS);
	unsigned long delay = 0;

	lockdep_assert_held(&conn->sess->mutex);
	if (mcs_connect_is_flapping(conn))
		delay = mcs_connect_delay(dear - MCS_CONNECT_FLAPS,
					  MCS_CONNECT_FLAP_SESSION_MS);
	mcs_connect_start(conn, delay);
}

/**
 * mcs_connect_cancel - have the attempt in progress fail at once
 * @conn: connection
 *
 * Does not wait for it.
 */
void mcs_connect_cancel(struct mcs_conn *conn)
{
	lockdep_assert_held(&conn->sess->mutex);
	if (conn->job && !conn->sock)
		mcs_login_cancel(&conn->login_ctl);
}

/**
 * mcs_connect_cancel_all - no attempt of the session gets any further
 * @sess: session
 *
 * One that has not begun to log in never will; see there for the others.
 */
void mcs_connect_cancel_all(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	lockdep_assert_held(&sess->mutex);
	list_for_each_entry(conn, &sess->conns, node)
		mcs_connect_cancel(conn);
}

/**
 * mcs_connect_remove - take a connection down and forget it
 * @conn: connection; may be freed here
 *
 * Drops the session mutex for a moment. The state REMOVING keeps others away,
 * but the end of the session, which may find the connection being removed.
 */
void mcs_connect_remove(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	lockdep_assert_held(&sess->mutex);
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_REMOVING);
	mcs_recovery_drop_conn(conn, false);
	mcs_conn_get(conn);

	mutex_unlock(&sess->mutex);
	cancel_delayed_work_sync(&conn->connect_work);
	mutex_lock(&sess->mutex);
	/* Who waits for an attempt that has not begun waits no longer. */
	if (!conn->was_up)
		mcs_attempt_note(conn, -ECANCELED,
				 "removed before it was logged in");
	complete_all(&conn->connect_done);

	/* iscsid may have begun to log in on its connection meanwhile. */
	if (mcs_session_lists(sess, conn) &&
	    mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING) {
		mcs_session_remove_conn(sess, conn);
		mcs_recovery_resubmit(sess);
		wake_up_all(&sess->wake);
	}
	mcs_conn_put(conn);
}
