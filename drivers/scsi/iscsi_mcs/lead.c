// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/slab.h>
#include <scsi/libiscsi.h>

#include "conn.h"
#include "lead.h"
#include "retire.h"
#include "session.h"

/*
 * PDUs that iscsid sends and receives: the leading login, Text, Logout. They
 * are libiscsi's tasks; the engine carries them like its own control PDUs.
 * MaxConnections is raised in the login on the way out and the target's answer
 * is hidden on the way back, because iscsid refuses any answer but 1.
 */

static int mcs_lead_complete(struct mcs_session *sess, struct iscsi_hdr *hdr,
			     void *data, u32 len)
{
	int err;

	/*
	 * iscsid hears of the PDU before libiscsi is done with its task. It may
	 * answer at once, from another CPU, and would find the task in use.
	 */
	mutex_lock(&sess->lead_mutex);
	/* libiscsi takes its locks as if it were in softirq. */
	local_bh_disable();
	err = iscsi_complete_pdu(sess->iconn, hdr, data, len);
	local_bh_enable();
	mutex_unlock(&sess->lead_mutex);
	return err;
}

/* Behind mcs_lead_complete(), if that is at work just now */
static int mcs_lead_send(struct mcs_session *sess,
			 struct iscsi_cls_conn *cls_conn,
			 struct iscsi_hdr *hdr, char *data, u32 len)
{
	int err;

	mutex_lock(&sess->lead_mutex);
	err = iscsi_conn_send_pdu(cls_conn, hdr, data, len);
	mutex_unlock(&sess->lead_mutex);
	return err;
}

/* Sent, or lost. Nobody answers a PDU with a reserved tag: end it here. */
static void mcs_lead_task_done(struct mcs_conn *conn, struct mcs_ctl *ctl,
			       const struct iscsi_hdr *rsp)
{
	if (!ctl->has_answer)
		iscsi_put_task(ctl->itask);
}

/**
 * mcs_lead_init_task - libiscsi prepares a management PDU
 * @task: its task
 *
 * Return: 0.
 */
int mcs_lead_init_task(struct iscsi_task *task)
{
	return 0;
}

/**
 * mcs_lead_carrier - the connection for a PDU of iscsid's
 * @sess: session
 *
 * Its own, or while that is down any other: only for a Logout.
 *
 * Context: under rcu_read_lock() or the session mutex.
 */
struct mcs_conn *mcs_lead_carrier(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	/* Behind its own Logout the target reads nothing. */
	if (mcs_conn_is_live(sess->lead) &&
	    mcs_conn_state(sess->lead) != ISCSI_MCS_CONN_STATE_LOGOUT)
		return sess->lead;
	list_for_each_entry_rcu(conn, &sess->conns, node,
				lockdep_is_held(&sess->mutex)) {
		if (READ_ONCE(conn->accepting))
			return conn;
	}
	return sess->lead;
}

/* Return: 0 or -ENOTCONN */
static int mcs_lead_queue(struct mcs_session *sess, struct mcs_ctl *ctl)
{
	u8 opcode = ctl->hdr.opcode & ISCSI_OPCODE_MASK;
	struct mcs_conn *conn = sess->lead;

	if (opcode != ISCSI_OP_LOGIN)
		conn = mcs_lead_carrier(sess);
	if (opcode != ISCSI_OP_LOGOUT)
		return mcs_ctl_queue(conn, ctl);

	if (!mcs_conn_is_live(conn))
		return -ENOTCONN;
	WRITE_ONCE(sess->logging_out, true);
	mcs_retire_then_logout(sess, ctl);
	return 0;
}

/**
 * mcs_lead_xmit_task - libiscsi sends a management PDU
 * @task: its task, header complete but for the numbers
 *
 * Context: frwd_lock held, BH off.
 * Return: 0 or -ENOTCONN.
 */
int mcs_lead_xmit_task(struct iscsi_task *task)
{
	struct mcs_session *sess =
		*(struct mcs_session **)task->conn->session->dd_data;
	struct mcs_lead_task *lt = task->dd_data;
	struct mcs_ctl *ctl = &lt->ctl;
	int err;

	if (WARN_ON_ONCE(task->sc))
		return -EINVAL;

	mcs_ctl_init(ctl, task->hdr->opcode, mcs_lead_task_done);
	memcpy(&ctl->hdr, task->hdr, sizeof(ctl->hdr));
	/* iscsid counts the padding as data; the header does not. */
	ctl->len = min(mcs_pdu_dlength(task->hdr), task->data_count);
	ctl->data = ctl->len ? task->data : NULL;
	ctl->has_answer = task->hdr->itt != RESERVED_ITT;
	ctl->itask = task;

	rcu_read_lock();
	err = mcs_lead_queue(sess, ctl);
	rcu_read_unlock();
	return err;
}

/**
 * mcs_lead_cleanup_task - libiscsi frees a management task
 * @task: its task
 *
 * The engine has let go of it: it was answered, or stop_conn came first.
 */
void mcs_lead_cleanup_task(struct iscsi_task *task)
{
}

/**
 * mcs_lead_send_pdu - iscsid sends a PDU
 * @cls_conn: leading connection
 * @hdr: header
 * @data: data segment
 * @len: its length
 *
 * Return: 0 or a negative errno.
 */
int mcs_lead_send_pdu(struct iscsi_cls_conn *cls_conn, struct iscsi_hdr *hdr,
		      char *data, u32 len)
{
	struct iscsi_conn *iconn = cls_conn->dd_data;
	struct mcs_session *sess =
		*(struct mcs_session **)iconn->session->dd_data;
	struct iscsi_hdr out = *hdr;
	char *text;
	int n;

	if (mcs_pdu_opcode(hdr) != ISCSI_OP_LOGIN)
		return mcs_lead_send(sess, cls_conn, hdr, data, len);

	text = kmalloc(MCS_OFFER_TEXT_MAX, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	n = mcs_offer_request(&sess->offer, (struct iscsi_login_req *)hdr,
			      data, min(mcs_pdu_dlength(hdr), len), text, MCS_OFFER_TEXT_MAX);
	if (n >= 0) {
		hton24(out.dlength, n);
		n = mcs_lead_send(sess, cls_conn, &out, text, n);
	}
	/* It may hold a CHAP response. */
	kfree_sensitive(text);
	return n;
}

/**
 * mcs_lead_answer - an answer to a PDU of iscsid's has come
 * @conn: connection it came on
 * @ctl: the PDU it answers
 *
 * In full feature phase nothing depends on iscsid being there to hear it.
 *
 * Return: NULL.
 */
const char *mcs_lead_answer(struct mcs_conn *conn, struct mcs_ctl *ctl)
{
	struct mcs_session *sess = conn->sess;

	const struct iscsi_logout_rsp *rsp =
		(const struct iscsi_logout_rsp *)&conn->rx.hdr;

	/* One that failed leaves the target with everything it had. */
	if (mcs_pdu_opcode(&conn->rx.hdr) == ISCSI_OP_LOGOUT_RSP &&
	    rsp->response == ISCSI_LOGOUT_SUCCESS)
		WRITE_ONCE(sess->logout_answered, true);
	mcs_lead_complete(sess, &conn->rx.hdr, conn->rx.buf, conn->rx.dlen);
	return NULL;
}

/**
 * mcs_lead_pass_up - give iscsid a PDU that nobody asked for
 * @conn: connection it came on
 */
void mcs_lead_pass_up(struct mcs_conn *conn)
{
	mcs_lead_complete(conn->sess, &conn->rx.hdr, conn->rx.buf,
			  conn->rx.dlen);
}

/*
 * The final response has passed. The target may send its next PDU right
 * behind it, before iscsid has even seen this one: switch now.
 */
static void mcs_lead_full_feature(struct mcs_conn *conn)
{
	const struct mcs_offer *offer = &conn->sess->offer;

	conn->hdgst = offer->header_digest;
	conn->ddgst = offer->data_digest;
	clear_bit(MCS_CONN_LOGIN_PHASE, &conn->flags);
}

/**
 * mcs_lead_login_rsp - a Login Response for iscsid
 * @conn: leading connection
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_lead_login_rsp(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	struct iscsi_login_rsp *rsp = (struct iscsi_login_rsp *)&conn->rx.hdr;
	const char *why = NULL;
	char *text;
	int n;

	if (!mcs_ctl_match(conn, rsp->itt, ISCSI_OP_LOGIN_RSP))
		return "login response to nothing that was asked";

	text = kmalloc(MCS_OFFER_TEXT_MAX, GFP_ATOMIC);
	if (!text)
		return "no memory for a login response";
	n = mcs_offer_response(&sess->offer, rsp, conn->rx.buf, conn->rx.dlen,
			       text, MCS_OFFER_TEXT_MAX);
	if (n < 0) {
		why = "login response with an illegal text segment";
		goto out;
	}

	conn->exp_statsn = be32_to_cpu(rsp->statsn) + 1;
	conn->statsn_known = true;
	conn->unacked_since = 0;
	if (!rsp->status_class)
		mcs_session_update_window(sess, be32_to_cpu(rsp->exp_cmdsn),
					  be32_to_cpu(rsp->max_cmdsn));
	if (sess->offer.full_feature)
		mcs_lead_full_feature(conn);

	hton24(rsp->dlength, n);
	if (mcs_lead_complete(sess, &conn->rx.hdr, text, n))
		why = "iscsid does not take the login response";
out:
	kfree_sensitive(text);
	return why;
}
