// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>

#include "conn.h"
#include "eh.h"
#include "eh_req.h"
#include "session.h"

/* What io_work does for the error handler, and how that waits for it. */

static void mcs_eh_req_end(struct mcs_eh_req *req, int result)
{
	req->result = result;
	complete(&req->over);
}

static void mcs_eh_req_requeue(struct mcs_conn *conn, struct mcs_eh_req *req)
{
	spin_lock_bh(&conn->q_lock);
	list_add_tail(&req->node, &conn->ehq);
	spin_unlock_bh(&conn->q_lock);
}

/*
 * No such task means that its status was sent before, on this connection: it has
 * been taken from the socket already. But not while the target waits for a lower
 * number: what it has not begun it does not know, and will run.
 */
static bool mcs_eh_is_aborted(struct mcs_conn *conn, struct mcs_eh_req *req,
			      u8 response)
{
	const struct iscsi_tm *tmf = (const struct iscsi_tm *)&req->tmf.hdr;

	if (response == ISCSI_TMF_RSP_NO_TASK)
		return mcs_sn_before(be32_to_cpu(tmf->refcmdsn),
				     mcs_session_exp_cmdsn(conn->sess));
	return response == ISCSI_TMF_RSP_COMPLETE;
}

static void mcs_eh_tmf_done(struct mcs_conn *conn, struct mcs_ctl *ctl,
			    const struct iscsi_hdr *rsp)
{
	struct mcs_eh_req *req = container_of(ctl, struct mcs_eh_req, tmf);

	if (!rsp) {
		mcs_eh_req_end(req, -EAGAIN);
		return;
	}
	if (!mcs_eh_is_aborted(conn, req,
			       ((const struct iscsi_tm_rsp *)rsp)->response)) {
		mcs_eh_req_end(req, -EIO);
		return;
	}
	req->kind = MCS_EH_LET_GO;
	mcs_eh_req_requeue(conn, req);
}

/**
 * mcs_eh_req_init_abort - prepare to abort a command
 * @req: request
 * @sc: the command
 */
void mcs_eh_req_init_abort(struct mcs_eh_req *req, struct scsi_cmnd *sc)
{
	memset(req, 0, sizeof(*req));
	INIT_LIST_HEAD(&req->node);
	init_completion(&req->over);
	req->kind = MCS_EH_ABORT;
	req->sc = sc;
	mcs_ctl_init(&req->tmf, ISCSI_OP_SCSI_TMFUNC | ISCSI_OP_IMMEDIATE,
		     mcs_eh_tmf_done);
}

/**
 * mcs_eh_req_init_release - prepare to take back what a reset has ended
 * @req: request
 * @lun: logical unit
 * @all: all of them
 */
void mcs_eh_req_init_release(struct mcs_eh_req *req, u64 lun, bool all)
{
	mcs_eh_req_init_abort(req, NULL);
	req->kind = MCS_EH_RELEASE;
	req->lun = lun;
	req->all = all;
}

/**
 * mcs_eh_req_queue - hand a request to a connection
 * @conn: connection
 * @req: request
 *
 * Return: 0, or -EAGAIN when the connection is down.
 */
int mcs_eh_req_queue(struct mcs_conn *conn, struct mcs_eh_req *req)
{
	int err = 0;

	spin_lock_bh(&conn->q_lock);
	if (mcs_conn_is_live(conn))
		list_add_tail(&req->node, &conn->ehq);
	else
		err = -EAGAIN;
	spin_unlock_bh(&conn->q_lock);
	if (!err)
		mcs_conn_kick(conn);
	return err;
}

static bool mcs_eh_req_cancel(struct mcs_conn *conn, struct mcs_eh_req *req)
{
	bool listed;

	spin_lock_bh(&conn->q_lock);
	listed = !list_empty(&req->node);
	list_del_init(&req->node);
	spin_unlock_bh(&conn->q_lock);
	return listed || mcs_ctl_cancel(conn, &req->tmf);
}

/**
 * mcs_eh_req_wait - wait for a request
 * @conn: connection it was queued on
 * @req: request
 * @timeout: jiffies
 *
 * Return: its result, or -ETIMEDOUT; nothing refers to @req afterwards.
 */
int mcs_eh_req_wait(struct mcs_conn *conn, struct mcs_eh_req *req,
		    unsigned long timeout)
{
	/* Between its lists it belongs to io_work for a moment: try again. */
	while (!wait_for_completion_timeout(&req->over, timeout)) {
		if (mcs_eh_req_cancel(conn, req))
			return -ETIMEDOUT;
		timeout = 1;
	}
	return req->result;
}

/* Is a PDU of this command half sent or half received? */
static bool mcs_eh_task_is_in_pdu(struct mcs_conn *conn, struct mcs_task *task)
{
	return (conn->tx.busy && conn->tx.task == task) ||
	       conn->rx.task == task;
}

static bool mcs_eh_send_tmf(struct mcs_conn *conn, struct mcs_eh_req *req,
			    struct mcs_task *task)
{
	struct iscsi_tm *hdr = (struct iscsi_tm *)&req->tmf.hdr;

	hdr->flags = ISCSI_FLAG_CMD_FINAL | ISCSI_TM_FUNC_ABORT_TASK;
	int_to_scsilun(task->sc->device->lun, &hdr->lun);
	hdr->rtt = (__force itt_t)cpu_to_be32(task->itt);
	hdr->refcmdsn = cpu_to_be32(task->cmdsn);
	return !mcs_ctl_queue(conn, &req->tmf);
}

/* Return: false when the request has to be looked at again */
static bool mcs_eh_run_abort(struct mcs_conn *conn, struct mcs_eh_req *req)
{
	struct mcs_task *task = mcs_task_of(conn->sess, req->sc);

	if (task->sc != req->sc || task->conn != conn) {
		mcs_eh_req_end(req, 0);
		return true;
	}
	if (task->state == MCS_TASK_ACTIVE && req->kind == MCS_EH_ABORT) {
		if (!mcs_eh_send_tmf(conn, req, task))
			mcs_eh_req_end(req, -EAGAIN);
		return true;
	}
	if (mcs_eh_task_is_in_pdu(conn, task))
		return false;
	mcs_conn_unlink_task(conn, task);
	mcs_task_release(task);
	mcs_eh_req_end(req, 0);
	return true;
}

static bool mcs_eh_is_reset(struct mcs_eh_req *req, struct mcs_task *task)
{
	return req->all || task->sc->device->lun == req->lun;
}

static void mcs_eh_release_list(struct mcs_conn *conn, struct mcs_eh_req *req,
				struct list_head *list)
{
	struct mcs_task *task, *next;

	list_for_each_entry_safe(task, next, list, node) {
		if (!mcs_eh_is_reset(req, task))
			continue;
		if (mcs_task_eh_owns(task)) {
			mcs_conn_unlink_task(conn, task);
			mcs_task_release(task);
		} else if (task->state == MCS_TASK_ACTIVE ||
			   mcs_task_is_of_eh(task)) {
			mcs_conn_finish_task(conn, task, DID_RESET << 16);
		}
	}
}

static bool mcs_eh_run_release(struct mcs_conn *conn, struct mcs_eh_req *req)
{
	struct mcs_task *task;

	list_for_each_entry(task, &conn->active, node) {
		if (mcs_eh_is_reset(req, task) &&
		    mcs_eh_task_is_in_pdu(conn, task))
			return false;
	}
	mcs_eh_release_list(conn, req, &conn->active);
	mcs_eh_release_list(conn, req, &conn->sendq);
	mcs_eh_req_end(req, 0);
	return true;
}

/**
 * mcs_eh_run - do what the error handler asked for
 * @conn: connection; io_work only
 */
void mcs_eh_run(struct mcs_conn *conn)
{
	struct mcs_eh_req *req;
	LIST_HEAD(todo);
	bool over;

	if (list_empty_careful(&conn->ehq))
		return;
	spin_lock_bh(&conn->q_lock);
	/* The commands they are about were submitted before them. */
	list_splice_tail_init(&conn->submitq, &conn->sendq);
	list_splice_init(&conn->ehq, &todo);
	/* Without the lock others may be taken back: none is held on to. */
	while (!list_empty(&todo)) {
		req = list_first_entry(&todo, struct mcs_eh_req, node);
		list_del_init(&req->node);
		spin_unlock_bh(&conn->q_lock);
		if (req->kind == MCS_EH_RELEASE)
			over = mcs_eh_run_release(conn, req);
		else
			over = mcs_eh_run_abort(conn, req);
		if (!over)
			mcs_eh_req_requeue(conn, req);
		spin_lock_bh(&conn->q_lock);
	}
	spin_unlock_bh(&conn->q_lock);
}

/**
 * mcs_eh_drop_all - the connection is down: send the error handler away
 * @conn: quiesced connection
 */
void mcs_eh_drop_all(struct mcs_conn *conn)
{
	struct mcs_eh_req *req;

	spin_lock_bh(&conn->q_lock);
	while (!list_empty(&conn->ehq)) {
		req = list_first_entry(&conn->ehq, struct mcs_eh_req, node);
		list_del_init(&req->node);
		mcs_eh_req_end(req, -EAGAIN);
	}
	spin_unlock_bh(&conn->q_lock);
}
