// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/error-injection.h>
#include <linux/slab.h>

#include "conn.h"
#include "failover.h"
#include "session.h"

/* An answer's opcode is its request's with this bit set */
#define MCS_CTL_RSP_BIT		0x20

/**
 * mcs_ctl_init - prepare a control PDU
 * @ctl: the PDU, all of it is overwritten
 * @opcode: opcode with or without ISCSI_OP_IMMEDIATE
 * @done: called when it is over
 */
void mcs_ctl_init(struct mcs_ctl *ctl, u8 opcode, mcs_ctl_done_t done)
{
	memset(ctl, 0, sizeof(*ctl));
	INIT_LIST_HEAD(&ctl->node);
	ctl->hdr.opcode = opcode;
	ctl->hdr.flags = ISCSI_FLAG_CMD_FINAL;
	ctl->hdr.itt = RESERVED_ITT;
	ctl->hdr.ttt = cpu_to_be32(ISCSI_RESERVED_TAG);
	ctl->numbered = !(opcode & ISCSI_OP_IMMEDIATE);
	ctl->has_answer = true;
	ctl->done = done;
}

/**
 * mcs_ctl_new_itt - a tag for a PDU of our own
 * @sess: session
 *
 * A counter over everything but the kind bits.
 *
 * Return: the tag as it goes on the wire.
 */
itt_t mcs_ctl_new_itt(struct mcs_session *sess)
{
	u32 n = atomic_inc_return(&sess->ctl_seq);

	return (__force itt_t)cpu_to_be32(mcs_itt_make(MCS_ITT_CTL, n,
						       n >> MCS_ITT_TAG_BITS));
}

/**
 * mcs_ctl_queue - hand a control PDU to a connection
 * @conn: connection
 * @ctl: the PDU
 *
 * Context: any; takes q_lock.
 * Return: 0, or -ENOTCONN (@ctl->done will not be called).
 */
int mcs_ctl_queue(struct mcs_conn *conn, struct mcs_ctl *ctl)
{
	int err = 0;

	if (ctl->has_answer && !ctl->itask)
		ctl->hdr.itt = mcs_ctl_new_itt(conn->sess);

	spin_lock_bh(&conn->q_lock);
	if (mcs_conn_is_live(conn))
		list_add_tail(&ctl->node, &conn->ctlq);
	else
		err = -ENOTCONN;
	spin_unlock_bh(&conn->q_lock);

	if (!err)
		mcs_conn_kick(conn);
	return err;
}

/**
 * mcs_ctl_cancel - stop waiting for a control PDU
 * @conn: connection it was queued on
 * @ctl: the PDU
 *
 * Return: true when nothing refers to @ctl any more and its done function has
 *	   not been and will not be called; false when that call is happening.
 */
bool mcs_ctl_cancel(struct mcs_conn *conn, struct mcs_ctl *ctl)
{
	bool listed;

	spin_lock_bh(&conn->q_lock);
	listed = !list_empty(&ctl->node);
	list_del_init(&ctl->node);
	if (listed)
		conn->late_answers++;
	spin_unlock_bh(&conn->q_lock);
	return listed;
}

/**
 * mcs_ctl_match - find the control PDU that an answer belongs to
 * @conn: connection the answer came on
 * @itt: its Initiator Task Tag
 * @rsp_opcode: its opcode
 *
 * Return: the PDU, taken off the list, or NULL.
 */
struct mcs_ctl *mcs_ctl_match(struct mcs_conn *conn, itt_t itt, u8 rsp_opcode)
{
	struct mcs_ctl *ctl, *found = NULL;
	u8 op;

	spin_lock_bh(&conn->q_lock);
	list_for_each_entry(ctl, &conn->ctl_wait, node) {
		op = ctl->hdr.opcode & ISCSI_OPCODE_MASK;
		if (ctl->hdr.itt == itt &&
		    (op | MCS_CTL_RSP_BIT) == rsp_opcode) {
			list_del_init(&ctl->node);
			found = ctl;
			break;
		}
	}
	spin_unlock_bh(&conn->q_lock);
	return found;
}

/**
 * mcs_ctl_is_late - is this the answer to a PDU that nobody waits for any more?
 * @conn: connection the answer came on
 * @itt: its Initiator Task Tag
 *
 * As many as were given up may come.
 */
bool mcs_ctl_is_late(struct mcs_conn *conn, itt_t itt)
{
	bool late;

	if (mcs_itt_kind(be32_to_cpu((__force __be32)itt)) != MCS_ITT_CTL)
		return false;
	spin_lock_bh(&conn->q_lock);
	late = conn->late_answers;
	if (late)
		conn->late_answers--;
	spin_unlock_bh(&conn->q_lock);
	return late;
}

/**
 * mcs_ctl_drop_all - end all control PDUs of a connection that is down
 * @conn: quiesced connection
 */
void mcs_ctl_drop_all(struct mcs_conn *conn)
{
	struct mcs_ctl *ctl = conn->tx.ctl;

	conn->tx.ctl = NULL;
	if (ctl)
		ctl->done(conn, ctl, NULL);

	spin_lock_bh(&conn->q_lock);
	list_splice_tail_init(&conn->ctl_wait, &conn->ctlq);
	while (!list_empty(&conn->ctlq)) {
		ctl = list_first_entry(&conn->ctlq, struct mcs_ctl, node);
		list_del_init(&ctl->node);
		spin_unlock_bh(&conn->q_lock);
		ctl->done(conn, ctl, NULL);
		spin_lock_bh(&conn->q_lock);
	}
	spin_unlock_bh(&conn->q_lock);
}

static void mcs_ctl_wait_done(struct mcs_conn *conn, struct mcs_ctl *ctl,
			      const struct iscsi_hdr *rsp)
{
	struct mcs_ctl_wait *w = container_of(ctl, struct mcs_ctl_wait, ctl);
	struct mcs_session *sess = conn->sess;

	if (rsp) {
		w->rsp = *rsp;
		w->answered = true;
	} else {
		w->rejected = mcs_conn_is_live(conn);
	}
	/* The waiter may free @w as soon as it sees the completion. */
	complete(&w->over);
	wake_up_all(&sess->wake);
}

/**
 * mcs_ctl_wait_init - prepare a control PDU to sleep for
 * @w: PDU and waiter
 * @opcode: opcode with or without ISCSI_OP_IMMEDIATE
 */
void mcs_ctl_wait_init(struct mcs_ctl_wait *w, u8 opcode)
{
	mcs_ctl_init(&w->ctl, opcode, mcs_ctl_wait_done);
	init_completion(&w->over);
	w->answered = false;
	w->rejected = false;
}

/**
 * mcs_ctl_logout_init - prepare a Logout "close the connection" to sleep for
 * @w: PDU and waiter
 * @cid: the connection to close (RFC 7143, 11.14)
 */
void mcs_ctl_logout_init(struct mcs_ctl_wait *w, u16 cid)
{
	struct iscsi_logout *hdr = (struct iscsi_logout *)&w->ctl.hdr;

	mcs_ctl_wait_init(w, ISCSI_OP_LOGOUT | ISCSI_OP_IMMEDIATE);
	hdr->flags = ISCSI_FLAG_CMD_FINAL |
		     ISCSI_LOGOUT_REASON_CLOSE_CONNECTION;
	hdr->cid = cpu_to_be16(cid);
	/* Offset 20 is the CID here, not a tag. */
	memset(hdr->rsvd3, 0, sizeof(hdr->rsvd3));
}

/* Has the target gone past the number that the PDU was to fill? */
static bool mcs_ctl_wait_is_passed(struct mcs_session *sess,
				   const struct mcs_ctl_wait *w)
{
	const struct iscsi_nopout *nop = (const struct iscsi_nopout *)&w->ctl.hdr;

	return w->ctl.has_cmdsn &&
	       mcs_sn_before(be32_to_cpu(nop->cmdsn),
			     mcs_session_exp_cmdsn(sess));
}

static int mcs_ctl_wait_why(struct mcs_conn *conn, const struct mcs_ctl_wait *w)
{
	if (mcs_session_is_stopping(conn->sess))
		return -ECANCELED;
	if (mcs_ctl_wait_is_passed(conn->sess, w))
		return -EALREADY;
	return test_bit(MCS_CONN_BROKEN, &conn->flags) ? -ENOTCONN : -ETIMEDOUT;
}

/**
 * mcs_ctl_wait_run - send a control PDU and wait for the answer
 * @conn: connection
 * @w: prepared PDU
 * @timeout: jiffies
 *
 * Gives up when the session is being stopped.
 *
 * Return: 0 and the answer in @w->rsp; -ENOTCONN (connection down or lost),
 *	   -EPROTO (the target has rejected it), -ETIMEDOUT, -ECANCELED (session
 *	   stopping), -EALREADY (the target is past the number that the PDU
 *	   carries; see mcs_session_set_filling()).
 */
int mcs_ctl_wait_run(struct mcs_conn *conn, struct mcs_ctl_wait *w,
		     unsigned long timeout)
{
	struct mcs_session *sess = conn->sess;
	int err;

	err = mcs_ctl_queue(conn, &w->ctl);
	if (err)
		return err;

	wait_event_timeout(sess->wake, completion_done(&w->over) ||
			   test_bit(MCS_CONN_BROKEN, &conn->flags) ||
			   mcs_ctl_wait_is_passed(sess, w) ||
			   mcs_session_is_stopping(sess), timeout);
	if (!completion_done(&w->over) && mcs_ctl_cancel(conn, &w->ctl))
		return mcs_ctl_wait_why(conn, w);

	wait_for_completion(&w->over);
	if (w->rejected)
		return -EPROTO;
	return w->answered ? 0 : -ENOTCONN;
}

ALLOW_ERROR_INJECTION(mcs_ctl_wait_run, ERRNO);

static void mcs_ctl_ping_done(struct mcs_conn *conn, struct mcs_ctl *ctl,
			      const struct iscsi_hdr *rsp)
{
	if (rsp) {
		conn->ping_rtt_us = ktime_us_delta(ktime_get(),
						   conn->ping_time);
		/* A connection that nothing is sent over is measured by this. */
		mcs_drain_rtt(&conn->drain, conn->ping_rtt_us,
			      jiffies_to_msecs(jiffies));
	}
	WRITE_ONCE(conn->ping_sent, 0);
}

/**
 * mcs_ctl_ping - check a connection with a NOP-Out
 * @conn: connection; io_work only
 *
 * At most one is under way.
 */
void mcs_ctl_ping(struct mcs_conn *conn)
{
	if (conn->ping_sent)
		return;

	mcs_ctl_init(&conn->ping, ISCSI_OP_NOOP_OUT | ISCSI_OP_IMMEDIATE,
		     mcs_ctl_ping_done);
	conn->ping_time = ktime_get();
	WRITE_ONCE(conn->ping_sent, jiffies ?: 1);
	if (mcs_ctl_queue(conn, &conn->ping))
		WRITE_ONCE(conn->ping_sent, 0);
}

/*
 * PDUs the target makes us send: answers to its pings, plugs for what it
 * rejects. It may ask for more than it takes, so there are only so many.
 */
#define MCS_CTL_REPLIES		64

static void mcs_ctl_reply_done(struct mcs_conn *conn, struct mcs_ctl *ctl,
			       const struct iscsi_hdr *rsp)
{
	atomic_dec(&conn->replies);
	if (ctl == &conn->reply)
		clear_bit_unlock(MCS_CONN_REPLIES, &conn->flags);
	else
		kfree(ctl);
}

static noinline struct mcs_ctl *mcs_ctl_alloc_reply(void)
{
	return kmalloc(sizeof(struct mcs_ctl), GFP_ATOMIC | __GFP_NOWARN);
}

ALLOW_ERROR_INJECTION(mcs_ctl_alloc_reply, NULL);

/*
 * What asks may be the target of the disk that the machine swaps to, and LIO gives up a
 * connection that has not answered once: one at a time takes no memory.
 */
static struct mcs_ctl *mcs_ctl_get_reply(struct mcs_conn *conn)
{
	struct mcs_ctl *ctl = mcs_ctl_alloc_reply();

	if (!ctl && !test_and_set_bit_lock(MCS_CONN_REPLIES, &conn->flags))
		ctl = &conn->reply;
	return ctl;
}

static struct mcs_ctl *mcs_ctl_new_reply(struct mcs_conn *conn, u8 opcode)
{
	struct mcs_ctl *ctl = NULL;

	if (atomic_inc_return(&conn->replies) <= MCS_CTL_REPLIES)
		ctl = mcs_ctl_get_reply(conn);
	if (!ctl) {
		atomic_dec(&conn->replies);
		return NULL;
	}
	mcs_ctl_init(ctl, opcode, mcs_ctl_reply_done);
	return ctl;
}

static int mcs_ctl_queue_reply(struct mcs_conn *conn, struct mcs_ctl *ctl)
{
	int err = mcs_ctl_queue(conn, ctl);

	if (err)
		ctl->done(conn, ctl, NULL);
	return err;
}

/**
 * mcs_ctl_pong - answer the target's ping on the connection it came on
 * @conn: connection
 * @nop: NOP-In with a Target Transfer Tag
 *
 * Stays unanswered when the target does not even take the answers to its earlier
 * pings.
 */
void mcs_ctl_pong(struct mcs_conn *conn, const struct iscsi_nopin *nop)
{
	struct mcs_ctl *ctl;

	ctl = mcs_ctl_new_reply(conn, ISCSI_OP_NOOP_OUT | ISCSI_OP_IMMEDIATE);
	if (!ctl)
		return;
	ctl->has_answer = false;
	ctl->hdr.lun = nop->lun;
	ctl->hdr.ttt = nop->ttt;
	mcs_ctl_queue_reply(conn, ctl);
}

/* How often a target may reject what fills the number it waits for */
#define MCS_CTL_PLUG_TRIES		8

/*
 * Rejected: the number is still missing. Once more, or the connection goes; then the
 * PDU comes back from its queue, and the number is noted.
 */
static bool mcs_ctl_plug_again(struct mcs_conn *conn, struct mcs_ctl *ctl)
{
	u8 tries = ctl->tries++;

	if (mcs_ctl_queue(conn, ctl))
		return false;
	if (tries == MCS_CTL_PLUG_TRIES)
		mcs_conn_fail(conn, ISCSI_MCS_REASON_PROTOCOL, -EPROTO,
			      "target rejects what fills a number it waits for");
	return true;
}

static void mcs_ctl_plug_done(struct mcs_conn *conn, struct mcs_ctl *ctl,
			      const struct iscsi_hdr *rsp)
{
	const struct iscsi_nopout *nop = (struct iscsi_nopout *)&ctl->hdr;
	struct mcs_session *sess = conn->sess;

	if (!rsp && mcs_conn_is_live(conn) && mcs_ctl_plug_again(conn, ctl))
		return;
	/* Lost with the connection: somebody else has to fill the number. */
	if (!rsp && !mcs_conn_is_live(conn))
		mcs_failover_add_lost(sess, be32_to_cpu(nop->cmdsn));
	mcs_ctl_reply_done(conn, ctl, rsp);
}

/**
 * mcs_ctl_plug - fill a number the target does not count as received
 * @conn: connection that had sent it
 * @cmdsn: the number
 *
 * Return: 0 or a negative errno, when the connection has to be given up.
 */
int mcs_ctl_plug(struct mcs_conn *conn, u32 cmdsn)
{
	struct mcs_ctl *ctl = mcs_ctl_new_reply(conn, ISCSI_OP_NOOP_OUT);

	if (!ctl)
		return -ENOMEM;
	((struct iscsi_nopout *)&ctl->hdr)->cmdsn = cpu_to_be32(cmdsn);
	ctl->has_cmdsn = true;
	ctl->done = mcs_ctl_plug_done;
	return mcs_ctl_queue_reply(conn, ctl);
}

static void mcs_ctl_text_done(struct mcs_conn *conn, struct mcs_ctl *ctl,
			      const struct iscsi_hdr *rsp)
{
	conn->text_sent = false;
}

/**
 * mcs_ctl_negotiate - the target wants to negotiate (Async event 4)
 * @conn: connection; io_work only
 *
 * We have nothing to say: an empty Text Request lets the target speak, and
 * what it says changes nothing. At most one is under way.
 */
void mcs_ctl_negotiate(struct mcs_conn *conn)
{
	if (conn->text_sent)
		return;
	mcs_ctl_init(&conn->text, ISCSI_OP_TEXT | ISCSI_OP_IMMEDIATE,
		     mcs_ctl_text_done);
	conn->text_sent = true;
	if (mcs_ctl_queue(conn, &conn->text))
		conn->text_sent = false;
}
