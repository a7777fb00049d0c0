// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/minmax.h>
#include <scsi/libiscsi.h>

#include "main.h"
#include "raise.h"
#include "session.h"

/*
 * A lost session is iscsid's to log in again. The transport class tells it so in one
 * message, for which there may be no memory, as that may wait for this very disk to
 * come back, or no room in iscsid's socket. Nobody repeats it, and the session would
 * stay down for good.
 *
 * So it is repeated until iscsid has heard of it, which shows: the class takes the
 * connection down by itself as well, and ISCSI_CLS_CONN_BIT_CLEANUP stays set until
 * iscsid stops it, the first thing it does. What it hears once more while it is at
 * that, or connects, it ignores.
 */
#define MCS_RAISE_AGAIN		(2 * HZ)
#define MCS_RAISE_AGAIN_MAX	(64 * HZ)

/* Return: the connection whose end iscsid has not heard of, or NULL */
static struct iscsi_cls_conn *mcs_raise_unheard(struct mcs_session *sess)
{
	struct iscsi_conn *iconn = sess->iconn;

	lockdep_assert_held(&sess->mutex);
	if (!iconn || !sess->error_raised ||
	    sess->state == ISCSI_MCS_SESSION_STATE_CLOSING ||
	    !test_bit(ISCSI_CLS_CONN_BIT_CLEANUP, &iconn->cls_conn->flags))
		return NULL;
	return iconn->cls_conn;
}

static void mcs_raise_work(struct work_struct *work)
{
	struct mcs_session *sess = container_of(to_delayed_work(work),
						struct mcs_session, raise_work);
	struct iscsi_cls_conn *cls_conn;
	unsigned long delay;

	mutex_lock(&sess->mutex);
	cls_conn = mcs_raise_unheard(sess);
	mutex_unlock(&sess->mutex);
	/* It stays: destroy_conn waits for this work. */
	if (!cls_conn)
		return;
	iscsi_conn_error_event(cls_conn, ISCSI_ERR_TCP_CONN_CLOSE);
	delay = min_t(unsigned long, 2 * READ_ONCE(sess->raise_delay),
		      MCS_RAISE_AGAIN_MAX);
	WRITE_ONCE(sess->raise_delay, delay);
	queue_delayed_work(mcs_recovery_wq, &sess->raise_work, delay);
}

/**
 * mcs_raise_error - tell libiscsi, and iscsid until it listens, that all is lost
 * @sess: session whose error_raised the caller has set
 *
 * Starts iscsid's recovery, and stop_conn from the class's own work.
 *
 * Context: work that mcs_startup_destroy() waits for before mcs_raise_cancel();
 *	    without the session mutex.
 */
void mcs_raise_error(struct mcs_session *sess)
{
	iscsi_conn_failure(sess->iconn, ISCSI_ERR_TCP_CONN_CLOSE);
	WRITE_ONCE(sess->raise_delay, MCS_RAISE_AGAIN);
	/* It may still be there, for the last time. */
	mod_delayed_work(mcs_recovery_wq, &sess->raise_work, MCS_RAISE_AGAIN);
}

/**
 * mcs_raise_init - prepare a session
 * @sess: session
 */
void mcs_raise_init(struct mcs_session *sess)
{
	INIT_DELAYED_WORK(&sess->raise_work, mcs_raise_work);
}

/**
 * mcs_raise_cancel - repeat nothing any more
 * @sess: session that raises no new error
 */
void mcs_raise_cancel(struct mcs_session *sess)
{
	cancel_delayed_work_sync(&sess->raise_work);
}
