// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/ratelimit.h>
#include <scsi/scsi_cmnd.h>

#include "conn.h"
#include "lead.h"
#include "leave.h"
#include "rsp.h"
#include "rsp_scsi.h"
#include "session.h"

/*
 * What the target's PDUs mean. Every function returns NULL, or the rule the
 * target broke; the connection is failed then.
 */

/* All active tasks for a LUN terminated: TaskReporting=FastAbort only */
#define MCS_ASYNC_FAST_ABORT	5

static const char *mcs_rsp_check_statsn(struct mcs_conn *conn)
{
	const struct iscsi_hdr *hdr = &conn->rx.hdr;
	u32 statsn = be32_to_cpu(hdr->statsn);

	if (!mcs_pdu_consumes_statsn(hdr))
		return NULL;
	if (conn->statsn_known && statsn != conn->exp_statsn)
		return "StatSN out of order";
	return NULL;
}

static bool mcs_rsp_is_to_command(const struct iscsi_hdr *hdr)
{
	u8 op = mcs_pdu_opcode(hdr);

	return op == ISCSI_OP_SCSI_CMD_RSP || op == ISCSI_OP_SCSI_DATA_IN;
}

static void mcs_rsp_take_numbers(struct mcs_conn *conn)
{
	const struct iscsi_scsi_rsp *hdr =
		(const struct iscsi_scsi_rsp *)&conn->rx.hdr;

	if (mcs_pdu_consumes_statsn(&conn->rx.hdr)) {
		conn->exp_statsn = be32_to_cpu(hdr->statsn) + 1;
		conn->statsn_known = true;
		if (!conn->unacked_since &&
		    mcs_rsp_is_to_command(&conn->rx.hdr))
			WRITE_ONCE(conn->unacked_since, jiffies ?: 1);
	}
	mcs_session_update_window(conn->sess, be32_to_cpu(hdr->exp_cmdsn),
				  be32_to_cpu(hdr->max_cmdsn));
}

/**
 * mcs_rsp_begin - a header is complete: may the PDU come, where is its data to
 *	go
 * @conn: connection; the header is in rx.hdr
 *
 * Sets rx.task for Data-In. Otherwise the data goes to rx.buf.
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_rsp_begin(struct mcs_conn *conn)
{
	const struct mcs_pdu_limits lim = {
		.max_recv_dlength = conn->max_recv,
		.login_phase = test_bit(MCS_CONN_LOGIN_PHASE, &conn->flags),
	};
	const char *why;

	why = mcs_pdu_check_bhs(&conn->rx.hdr, &lim);
	if (why)
		return why;
	if (!lim.login_phase) {
		why = mcs_rsp_check_statsn(conn);
		if (why)
			return why;
	}
	if (mcs_pdu_opcode(&conn->rx.hdr) == ISCSI_OP_SCSI_DATA_IN)
		return mcs_rsp_data_in_begin(conn);
	return NULL;
}

/* An answer to one of our own control PDUs, or to one of iscsid's */
static const char *mcs_rsp_ctl(struct mcs_conn *conn)
{
	struct iscsi_hdr *hdr = &conn->rx.hdr;
	struct mcs_ctl *ctl;

	ctl = mcs_ctl_match(conn, hdr->itt, mcs_pdu_opcode(hdr));
	if (!ctl)
		return mcs_ctl_is_late(conn, hdr->itt) ? NULL :
		       "answer to nothing that was asked";
	if (mcs_pdu_opcode(hdr) == ISCSI_OP_SCSI_TMFUNC_RSP)
		conn->stats.tmf_rsps++;
	if (ctl->itask)
		return mcs_lead_answer(conn, ctl);
	ctl->done(conn, ctl, hdr);
	return NULL;
}

static const char *mcs_rsp_nop_in(struct mcs_conn *conn)
{
	struct iscsi_nopin *nop = (struct iscsi_nopin *)&conn->rx.hdr;

	if (nop->itt != RESERVED_ITT)
		return mcs_rsp_ctl(conn);
	if (nop->ttt != cpu_to_be32(ISCSI_RESERVED_TAG))
		mcs_ctl_pong(conn, nop);
	return NULL;
}

static const char *mcs_rsp_drop_cid(struct mcs_conn *conn, u16 cid)
{
	struct mcs_conn *other;

	rcu_read_lock();
	list_for_each_entry_rcu(other, &conn->sess->conns, node) {
		if (other->cid == cid && mcs_conn_is_live(other))
			mcs_conn_fail(other, ISCSI_MCS_REASON_TARGET_DROP,
				      -ECONNRESET,
				      "target drops the connection");
	}
	rcu_read_unlock();
	return NULL;
}

static void mcs_rsp_drop_all(struct mcs_conn *conn)
{
	struct mcs_conn *other;

	rcu_read_lock();
	list_for_each_entry_rcu(other, &conn->sess->conns, node) {
		if (mcs_conn_is_live(other))
			mcs_conn_fail(other, ISCSI_MCS_REASON_TARGET_DROP,
				      -ECONNRESET,
				      "target drops all connections");
	}
	rcu_read_unlock();
}

static const char *mcs_rsp_async(struct mcs_conn *conn)
{
	struct iscsi_async *async = (struct iscsi_async *)&conn->rx.hdr;

	switch (async->async_event) {
	case ISCSI_ASYNC_MSG_REQUEST_LOGOUT:
		/*
		 * Alone it is the session's end, which is iscsid's business.
		 * Where others are only away for the moment it is not.
		 */
		if (READ_ONCE(conn->sess->nconns) == 1)
			mcs_lead_pass_up(conn);
		else
			mcs_leave_asked(conn, be16_to_cpu(async->param3));
		return NULL;
	case ISCSI_ASYNC_MSG_DROPPING_CONNECTION:
		return mcs_rsp_drop_cid(conn, be16_to_cpu(async->param1));
	case ISCSI_ASYNC_MSG_DROPPING_ALL_CONNECTIONS:
		mcs_rsp_drop_all(conn);
		return NULL;
	case ISCSI_ASYNC_MSG_PARAM_NEGOTIATION:
		mcs_ctl_negotiate(conn);
		return NULL;
	case MCS_ASYNC_FAST_ABORT:
		return "Async event 5 without FastAbort";
	default:
		mcs_lead_pass_up(conn);
		return NULL;
	}
}

static const char *mcs_rsp_reject(struct mcs_conn *conn)
{
	const struct iscsi_reject *rej =
		(const struct iscsi_reject *)&conn->rx.hdr;
	const struct iscsi_hdr *bad = (const struct iscsi_hdr *)conn->rx.buf;
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);
	struct mcs_ctl *ctl;

	if (conn->rx.dlen < sizeof(*bad))
		return "Reject without the rejected header";

	if (__ratelimit(&limit))
		shost_printk(KERN_NOTICE, conn->sess->shost,
			     "conn %u to %pISpc: target rejected a PDU, opcode 0x%02x reason 0x%02x\n",
			     conn->cid, &conn->remote, mcs_pdu_opcode(bad),
			     rej->reason);
	switch (mcs_pdu_opcode(bad)) {
	case ISCSI_OP_SCSI_CMD:
		return mcs_rsp_scsi_rejected(conn, bad);
	case ISCSI_OP_SCSI_DATA_OUT:
		/* The target ends the command by a response of its own. */
		return NULL;
	}
	ctl = mcs_ctl_match(conn, bad->itt, mcs_pdu_opcode(bad) | 0x20);
	if (ctl)
		ctl->done(conn, ctl, NULL);
	return NULL;
}

/**
 * mcs_rsp_end - a PDU is complete and its digests are good: act on it
 * @conn: connection
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_rsp_end(struct mcs_conn *conn)
{
	u8 opcode = mcs_pdu_opcode(&conn->rx.hdr);

	if (opcode == ISCSI_OP_LOGIN_RSP)
		return mcs_lead_login_rsp(conn);

	mcs_rsp_take_numbers(conn);
	switch (opcode) {
	case ISCSI_OP_SCSI_DATA_IN:
		return mcs_rsp_data_in_end(conn);
	case ISCSI_OP_SCSI_CMD_RSP:
		return mcs_rsp_scsi(conn);
	case ISCSI_OP_R2T:
		return mcs_rsp_r2t(conn);
	case ISCSI_OP_NOOP_IN:
		return mcs_rsp_nop_in(conn);
	case ISCSI_OP_ASYNC_EVENT:
		return mcs_rsp_async(conn);
	case ISCSI_OP_REJECT:
		return mcs_rsp_reject(conn);
	default:
		return mcs_rsp_ctl(conn);
	}
}
