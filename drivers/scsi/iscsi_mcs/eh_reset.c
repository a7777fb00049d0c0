// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/delay.h>
#include <linux/slab.h>
#include <scsi/libiscsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>

#include "conn.h"
#include "eh.h"
#include "eh_req.h"
#include "recovery.h"
#include "session.h"

/*
 * Resets of the error handler. With several connections a reset is no point in
 * time that all of them agree on: a command sent before may arrive behind it
 * and run, and its end may be heard long after. So, in this order:
 *
 *   no connection begins to send a command
 *   a ping on each: the target has all that was sent before
 *   the reset, on any one
 *   a ping on each: all answers from before it have been heard
 *   each lets go of what it had sent
 *
 * What no connection had sent yet goes out afterwards. What a connection held
 * that is lost meanwhile is recovery's first, and is waited for. Targets that
 * do not stand a ping among commands are not asked before the reset.
 */

/* How often to look whether recovery has let go */
#define MCS_EH_POLL_MS		20

/* Return: connections that take part, each with a reference */
static int mcs_eh_collect(struct mcs_session *sess, struct mcs_conn **conns)
{
	struct mcs_conn *conn;
	int n = 0;

	mutex_lock(&sess->mutex);
	list_for_each_entry(conn, &sess->conns, node) {
		if (!mcs_conn_is_live(conn) || n == MCS_MAX_CONNS)
			continue;
		mcs_conn_get(conn);
		conns[n++] = conn;
	}
	mutex_unlock(&sess->mutex);
	return n;
}

/*
 * Have the target answer on a connection. Return: 0 also when the connection is
 * down: who takes its commands knows what may have become of them.
 */
static int mcs_eh_fence(struct mcs_conn *conn, unsigned long timeout)
{
	struct mcs_ctl_wait *w = kmalloc(sizeof(*w), GFP_NOIO);
	int err;

	if (!w)
		return -ENOMEM;
	mcs_ctl_wait_init(w, ISCSI_OP_NOOP_OUT | ISCSI_OP_IMMEDIATE);
	err = mcs_ctl_wait_run(conn, w, timeout);
	kfree(w);
	return err == -ENOTCONN ? 0 : err;
}

static int mcs_eh_fence_all(struct mcs_conn **conns, int n,
			    unsigned long timeout)
{
	int err = 0;
	int i;

	for (i = 0; i < n && !err; i++)
		err = mcs_eh_fence(conns[i], timeout);
	return err;
}

static int mcs_eh_release(struct mcs_conn *conn, u64 lun, bool all,
			  unsigned long timeout)
{
	struct mcs_eh_req *req = kmalloc(sizeof(*req), GFP_NOIO);
	int err;

	if (!req)
		return -ENOMEM;
	mcs_eh_req_init_release(req, lun, all);
	err = mcs_eh_req_queue(conn, req);
	if (!err)
		err = mcs_eh_req_wait(conn, req, timeout);
	kfree(req);
	/* Down meanwhile: see mcs_eh_take_back(). */
	return err == -EAGAIN ? 0 : err;
}

static int mcs_eh_release_all(struct mcs_conn **conns, int n, u64 lun, bool all,
			      unsigned long timeout)
{
	int err = 0;
	int i;

	for (i = 0; i < n && !err; i++)
		err = mcs_eh_release(conns[i], lun, all, timeout);
	return err;
}

/*
 * Numbers of a lost connection hold back at the target, out of a reset's reach,
 * what has higher ones, until recovery has filled them. One that is lost after the
 * pings is no matter: the target has its numbers.
 *
 * Return: 0 with the session mutex held, or -ETIMEDOUT.
 */
static int mcs_eh_lock_settled(struct mcs_session *sess, unsigned long timeout)
{
	unsigned long end = jiffies + timeout;

	mutex_lock(&sess->mutex);
	while (mcs_recovery_next_lost(sess)) {
		mutex_unlock(&sess->mutex);
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		msleep(MCS_EH_POLL_MS);
		mutex_lock(&sess->mutex);
	}
	return 0;
}

static int mcs_eh_tmf(struct mcs_session *sess, u8 function, u64 lun,
		      unsigned long timeout)
{
	struct mcs_ctl_wait *w = kmalloc(sizeof(*w), GFP_NOIO);
	struct mcs_conn *conn;
	struct iscsi_tm *hdr;
	int err;

	if (!w)
		return -ENOMEM;
	err = mcs_eh_lock_settled(sess, timeout);
	if (err)
		goto out;
	conn = mcs_session_any_conn(sess, NULL);
	if (conn)
		mcs_conn_get(conn);
	mutex_unlock(&sess->mutex);
	err = -ENOTCONN;
	if (!conn)
		goto out;

	mcs_ctl_wait_init(w, ISCSI_OP_SCSI_TMFUNC | ISCSI_OP_IMMEDIATE);
	hdr = (struct iscsi_tm *)&w->ctl.hdr;
	hdr->flags = ISCSI_FLAG_CMD_FINAL | function;
	hdr->rtt = RESERVED_ITT;
	if (function == ISCSI_TM_FUNC_LOGICAL_UNIT_RESET)
		int_to_scsilun(lun, &hdr->lun);
	err = mcs_ctl_wait_run(conn, w, timeout);
	mcs_conn_put(conn);
	if (!err && ((struct iscsi_tm_rsp *)&w->rsp)->response !=
	    ISCSI_TMF_RSP_COMPLETE)
		err = -EIO;
out:
	kfree(w);
	return err;
}

/* The engine may be completing it: memory of commands stays, then it is free */
static bool mcs_eh_wants(const struct mcs_task *task, u64 lun, bool all)
{
	const struct scsi_cmnd *sc = READ_ONCE(task->sc);

	return sc && !mcs_task_is_free(task) &&
	       (mcs_task_eh_owns(task) || mcs_task_is_of_eh(task)) &&
	       (all || sc->device->lun == lun);
}

/* Return: true when the engine still holds a command of the error handler's */
static bool mcs_eh_take_parked(struct mcs_session *sess, u64 lun, bool all)
{
	bool held = false;
	u32 i;

	lockdep_assert_held(&sess->mutex);
	for (i = 0; i < sess->ntasks; i++) {
		struct mcs_task *task = &sess->tasks[i];

		if (!mcs_eh_wants(task, lun, all))
			continue;
		if (READ_ONCE(task->state) == MCS_TASK_PARKED) {
			list_del_init(&task->node);
			mcs_task_release(task);
		} else {
			held = true;
		}
	}
	if (!held)
		mcs_eh_flush(sess);
	return held;
}

/*
 * Connections were lost meanwhile, perhaps, and recovery takes its time. While
 * it has not let go of a command the error handler must not have it back.
 */
static int mcs_eh_take_back(struct mcs_session *sess, u64 lun, bool all,
			    unsigned long timeout)
{
	unsigned long end = jiffies + timeout;
	bool held;

	for (;;) {
		mutex_lock(&sess->mutex);
		held = mcs_eh_take_parked(sess, lun, all);
		mutex_unlock(&sess->mutex);
		if (!held)
			return 0;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		msleep(MCS_EH_POLL_MS);
	}
}

/* Let commands go out again */
static void mcs_eh_unhold(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	if (!atomic_dec_and_test(&sess->holding))
		return;
	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node)
		mcs_conn_kick(conn);
	rcu_read_unlock();
}

static int mcs_eh_reset_held(struct mcs_session *sess, u8 function, u64 lun,
			     unsigned long timeout)
{
	bool all = function != ISCSI_TM_FUNC_LOGICAL_UNIT_RESET;
	struct mcs_conn *conns[MCS_MAX_CONNS];
	int err = 0;
	int n, i;

	n = mcs_eh_collect(sess, conns);
	if (n && mcs_conn_may_ping(conns[0]))
		err = mcs_eh_fence_all(conns, n, timeout);
	else if (n > 1)
		/* On another connection a command may come behind the reset. */
		err = -EOPNOTSUPP;
	if (!err)
		err = mcs_eh_tmf(sess, function, lun, timeout);
	if (!err)
		err = mcs_eh_fence_all(conns, n, timeout);
	if (!err)
		err = mcs_eh_release_all(conns, n, lun, all, timeout);
	if (!err)
		err = mcs_eh_take_back(sess, lun, all, timeout);
	for (i = 0; i < n; i++)
		mcs_conn_put(conns[i]);
	return err;
}

/* A reset ioctl has no command that would hold up the session's end. */
static int mcs_eh_reset(struct scsi_cmnd *sc, u8 function)
{
	struct mcs_session *sess = mcs_session_find_host(sc->device->host);
	int err = -ENOTCONN;
	int timeout_s;

	if (!sess)
		return FAILED;
	timeout_s = function == ISCSI_TM_FUNC_LOGICAL_UNIT_RESET ?
		    sess->isess->lu_reset_timeout :
		    sess->isess->tgt_reset_timeout;
	if (READ_ONCE(sess->isess->state) == ISCSI_STATE_LOGGED_IN) {
		atomic_inc(&sess->holding);
		err = mcs_eh_reset_held(sess, function, sc->device->lun,
					timeout_s * HZ);
		mcs_eh_unhold(sess);
	}
	mcs_session_put(sess);
	return err ? FAILED : SUCCESS;
}

/**
 * mcs_eh_device_reset - reset a logical unit
 * @sc: a command of it; its own, or made up by a reset ioctl
 *
 * Return: SUCCESS or FAILED.
 */
int mcs_eh_device_reset(struct scsi_cmnd *sc)
{
	return mcs_eh_reset(sc, ISCSI_TM_FUNC_LOGICAL_UNIT_RESET);
}

/**
 * mcs_eh_target_reset - warm reset of the target
 * @sc: a command for it
 *
 * Return: SUCCESS or FAILED.
 */
int mcs_eh_target_reset(struct scsi_cmnd *sc)
{
	return mcs_eh_reset(sc, ISCSI_TM_FUNC_TARGET_WARM_RESET);
}

/**
 * mcs_eh_host_reset - the last resort: log in again
 * @sc: a command of the session
 *
 * Return: SUCCESS or FAILED.
 */
int mcs_eh_host_reset(struct scsi_cmnd *sc)
{
	return iscsi_eh_session_reset(sc);
}
