// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/slab.h>
#include <scsi/libiscsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>

#include "conn.h"
#include "eh.h"
#include "eh_req.h"
#include "session.h"

/*
 * The SCSI error handler's entry points for single commands; for resets see
 * eh_reset.c. One rule above all: none of them reports success while a
 * connection still holds the command, because the midlayer uses it again at
 * once.
 */

/* The command makes no progress: is the fault the connection's? */
static enum scsi_timeout_action mcs_eh_stuck(struct mcs_task *task,
					     struct mcs_conn *conn)
{
	unsigned long since = task->last_timeout;

	if (since && time_after(READ_ONCE(conn->last_rx), since))
		return SCSI_EH_NOT_HANDLED;
	/* Without pings nobody would find out. */
	if (since && (!READ_ONCE(conn->sess->nop_interval_ms) ||
		      !READ_ONCE(conn->sess->nop_timeout_ms)))
		return SCSI_EH_NOT_HANDLED;

	/* A dead connection will fail its ping; then recovery decides. */
	task->last_timeout = jiffies ?: 1;
	set_bit(MCS_CONN_WANT_PING, &conn->flags);
	mcs_conn_kick(conn);
	return SCSI_EH_RESET_TIMER;
}

/**
 * mcs_eh_timed_out - a command has taken longer than its timeout
 * @sc: the command
 *
 * Context: block layer's timeout work.
 */
enum scsi_timeout_action mcs_eh_timed_out(struct scsi_cmnd *sc)
{
	struct mcs_session *sess = mcs_session_of_host(sc->device->host);
	struct mcs_task *task = mcs_task_of(sess, sc);
	enum scsi_timeout_action action = SCSI_EH_RESET_TIMER;
	unsigned long progress;
	struct mcs_conn *conn;

	if (!task || READ_ONCE(sess->isess->state) != ISCSI_STATE_LOGGED_IN)
		return SCSI_EH_RESET_TIMER;

	rcu_read_lock();
	conn = READ_ONCE(task->conn);
	progress = READ_ONCE(task->last_progress);
	/* Being completed, or waiting for recovery: not its own fault. */
	if (!conn || READ_ONCE(task->sc) != sc ||
	    !READ_ONCE(conn->accepting))
		goto out;
	if (task->last_timeout && time_after(progress, task->last_timeout))
		task->last_timeout = jiffies ?: 1;
	else
		action = mcs_eh_stuck(task, conn);
out:
	rcu_read_unlock();
	return action;
}

/**
 * mcs_eh_flush - whoever completed a command just now is done with it afterwards
 * @sess: session
 */
void mcs_eh_flush(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	lockdep_assert_held(&sess->mutex);
	list_for_each_entry(conn, &sess->conns, node)
		mcs_conn_flush(conn);
}

/* One attempt; -EAGAIN when the command has moved meanwhile */
static int mcs_eh_abort_once(struct mcs_session *sess, struct scsi_cmnd *sc,
			     struct mcs_eh_req *req)
{
	struct mcs_task *task = mcs_task_of(sess, sc);
	struct mcs_conn *conn;
	int err = 0;

	mutex_lock(&sess->mutex);
	if (!task || READ_ONCE(task->sc) != sc) {
		mcs_eh_flush(sess);
		goto out_unlock;
	}
	if (READ_ONCE(task->state) == MCS_TASK_PARKED) {
		list_del_init(&task->node);
		mcs_task_release(task);
		goto out_unlock;
	}
	conn = READ_ONCE(task->conn);
	if (!conn) {
		mcs_eh_flush(sess);
		goto out_unlock;
	}
	mcs_eh_req_init_abort(req, sc);
	mcs_conn_get(conn);
	err = mcs_eh_req_queue(conn, req);
	mutex_unlock(&sess->mutex);
	if (!err)
		err = mcs_eh_req_wait(conn, req,
				      sess->isess->abort_timeout * HZ);
	mcs_conn_put(conn);
	return err;

out_unlock:
	mutex_unlock(&sess->mutex);
	return err;
}

/**
 * mcs_eh_abort - abort a command
 * @sc: the command, owned by the error handler
 *
 * Unsent it is simply taken back. Otherwise ABORT TASK goes on the connection
 * of allegiance, never on another: LIO would answer success and do nothing.
 *
 * Return: SUCCESS or FAILED.
 */
int mcs_eh_abort(struct scsi_cmnd *sc)
{
	struct mcs_session *sess = mcs_session_of_host(sc->device->host);
	struct mcs_eh_req *req;
	int tries = 5;
	int err;

	req = kmalloc(sizeof(*req), GFP_NOIO);
	if (!req)
		return FAILED;
	do {
		err = mcs_eh_abort_once(sess, sc, req);
	} while (err == -EAGAIN && tries--);
	kfree(req);

	if (!err)
		WRITE_ONCE(sess->aborts, sess->aborts + 1);
	return err ? FAILED : SUCCESS;
}
