// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include "carrier.h"
#include "conn.h"
#include "failover.h"
#include "recovery.h"
#include "session.h"
#include "sock.h"
#include "trace.h"

/*
 * A connection is lost and others live: the session goes on.
 *
 * Its commands may be sent again only when the target cannot act on their
 * first transmission any more. What proves that depends on the target:
 *
 * logout-fence	Logout "close the connection" for the lost CID on a survivor
 *	(RFC 7143, 11.14), and behind its answer a NOP-Out on the same survivor:
 *	LIO answers the Logout first, tears down then and lets no other answer
 *	pass on that survivor meanwhile. LIO also drops the whole session two
 *	seconds after it has noticed the loss itself, unless the Logout comes
 *	first; so there is no waiting for DefaultTime2Wait. Once it has begun to
 *	drop it, it still sends an answer that has been waiting to be sent, and
 *	the next ones pass: a late answer proves nothing. What remains is the
 *	moment between taking the Logout in and answering it.
 * close-retry	the target forgets a connection's commands when that closes;
 *	there is no proof, only time.
 *
 * Then the holes: numbers the target has never seen hold back everything
 * behind them. They are filled one by one, always the one the target waits
 * for, with a NOP-Out that carries it.
 *
 * Nothing here allocates: memory may be what waits for the disk to come back.
 */

#define MCS_FAILOVER_LOGOUT_TIMEOUT	(5 * HZ)
#define MCS_FAILOVER_PROOF		(3 * HZ / 2)
#define MCS_FAILOVER_FENCE_TIMEOUT	(10 * HZ)
#define MCS_FAILOVER_REJECTED		(HZ / 20)
#define MCS_FAILOVER_PLUG_TIMEOUT	(2 * HZ)
#define MCS_FAILOVER_PLUG_PATIENCE	(HZ / 20)
#define MCS_FAILOVER_PLUG_MAX		(15 * HZ)
#define MCS_FAILOVER_SETTLE		HZ
#define MCS_FAILOVER_PROBE_TIMEOUT	(3 * HZ)
#define MCS_FAILOVER_DISOWN_TIMEOUT	HZ

/* A CID no connection of ours has had: see mcs_attempt_new_cid() */
#define MCS_FAILOVER_PROBE_CID		0xffff

/**
 * mcs_failover_is_possible - may a loss be dealt with below the session?
 * @sess: session
 */
bool mcs_failover_is_possible(struct mcs_session *sess)
{
	lockdep_assert_held(&sess->mutex);
	if (sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN ||
	    READ_ONCE(sess->logging_out) || sess->closing)
		return false;
	return mcs_session_outlives_conns(sess);
}

/**
 * mcs_failover_logout_cid - have the target close a connection
 * @via: connection to say it on
 * @cid: the one to close
 * @timeout: jiffies
 *
 * Return: the response code, or a negative errno.
 */
int mcs_failover_logout_cid(struct mcs_conn *via, u16 cid,
			    unsigned long timeout)
{
	struct mcs_ctl_wait w;
	int ret;

	mcs_ctl_logout_init(&w, cid);
	ret = mcs_ctl_wait_run(via, &w, timeout);
	return ret ?: ((struct iscsi_logout_rsp *)&w.rsp)->response;
}

/*
 * A carrier may be dying, too. Silence counts where a command or a ping is out:
 * one without commands needs a ping.
 */
static void mcs_failover_watch(struct mcs_conn *via)
{
	if (!atomic_read(&via->cmds))
		set_bit(MCS_CONN_WANT_PING, &via->flags);
}

/**
 * mcs_failover_nop - NOP-Out and its answer
 * @via: connection to send it on
 * @cmdsn: the number it carries; NULL for an immediate one
 * @timeout: jiffies
 *
 * Return: 0 or a negative errno; -EALREADY when the target is past the number.
 */
int mcs_failover_nop(struct mcs_conn *via, const u32 *cmdsn,
		     unsigned long timeout)
{
	struct mcs_ctl_wait w;

	mcs_failover_watch(via);
	if (cmdsn) {
		mcs_ctl_wait_init(&w, ISCSI_OP_NOOP_OUT);
		((struct iscsi_nopout *)&w.ctl.hdr)->cmdsn = cpu_to_be32(*cmdsn);
		w.ctl.has_cmdsn = true;
	} else {
		mcs_ctl_wait_init(&w, ISCSI_OP_NOOP_OUT | ISCSI_OP_IMMEDIATE);
	}
	return mcs_ctl_wait_run(via, &w, timeout);
}

/*
 * The target knows no such connection. That is no proof: it may be cleaning up,
 * also where it has said that it drops the connection and keeps nothing (RFC 7143,
 * 11.9.1: it "will" end the commands). It will do where there is nothing to let
 * go of.
 */
static bool mcs_failover_is_gone(const struct mcs_conn *conn, int response)
{
	return response == ISCSI_LOGOUT_CID_NOT_FOUND &&
	       list_empty(&conn->active);
}

/* A target need not take two immediate PDUs at a time, or has no room just now. */
static void mcs_failover_rejected(struct mcs_session *sess)
{
	wait_event_timeout(sess->wake, mcs_session_is_stopping(sess),
			   MCS_FAILOVER_REJECTED);
}

/*
 * Until when the answer to the Logout is proof. The target has its own time for a
 * connection it has seen close, and for data that it has asked for; of others it
 * knows nothing.
 */
static unsigned long mcs_failover_proof_until(struct mcs_conn *conn)
{
	struct mcs_task *task;
	struct mcs_last last;

	mcs_last_get(conn, &last);
	if (last.reason == ISCSI_MCS_REASON_TCP_ERROR)
		return conn->lost_at + MCS_FAILOVER_PROOF;
	list_for_each_entry(task, &conn->active, node) {
		if (task->sc->sc_data_direction == DMA_TO_DEVICE)
			return jiffies + MCS_FAILOVER_PROOF;
	}
	return jiffies + MCS_FAILOVER_LOGOUT_TIMEOUT;
}

/* Have the target let go of the lost connection. Return: 0, or no proof */
static int mcs_failover_release(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	unsigned long until = mcs_failover_proof_until(conn);
	struct mcs_conn *via, *agreed = NULL;
	int tries = MCS_MAX_CONNS;
	int ret = 0;

	/* A survivor may be lost as well meanwhile: try the next one. */
	while (tries--) {
		via = agreed;
		if (!via || !READ_ONCE(via->accepting))
			via = mcs_carrier_seek(sess, conn);
		if (!via)
			return -ENOTCONN;
		mcs_failover_watch(via);
		/* Asked a second time, it would not know the connection. */
		if (via != agreed) {
			if (!time_before(jiffies, until))
				return -ETIMEDOUT;
			ret = mcs_failover_logout_cid(via, conn->cid,
						      until - jiffies);
			trace_mcs_failover_step(conn, MCS_STEP_LOGOUT, ret);
			if (!ret || mcs_failover_is_gone(conn, ret))
				agreed = via;
		}
		if (via == agreed) {
			ret = mcs_failover_nop(via, NULL,
					       MCS_FAILOVER_FENCE_TIMEOUT);
			trace_mcs_failover_step(conn, MCS_STEP_FENCE, ret);
		}
		if (ret > 0)
			return -EREMOTEIO;
		if (ret == -EPROTO)
			mcs_failover_rejected(sess);
		else if (ret != -ENOTCONN)
			return ret;
	}
	return -ENOTCONN;
}

static int mcs_failover_settle(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	mcs_sock_abort(conn);
	if (wait_event_timeout(sess->wake, atomic_read(&sess->stopping),
			       MCS_FAILOVER_SETTLE))
		return -ECANCELED;
	trace_mcs_failover_step(conn, MCS_STEP_SETTLED, 0);
	return 0;
}

static void mcs_failover_forget_passed(struct mcs_session *sess)
{
	u32 exp_cmdsn = mcs_session_exp_cmdsn(sess);
	u32 i, n = 0;

	for (i = 0; i < sess->nlost; i++) {
		if (!mcs_sn_before(sess->lost[i], exp_cmdsn))
			sess->lost[n++] = sess->lost[i];
	}
	sess->nlost = n;
}

/**
 * mcs_failover_add_lost - note a number the target may never have seen
 * @sess: session
 * @cmdsn: the number
 *
 * A number that finds no place is one that nobody fills: a new login has to.
 */
void mcs_failover_add_lost(struct mcs_session *sess, u32 cmdsn)
{
	if (sess->nlost == MCS_LOST_PER_TASK * sess->ntasks)
		mcs_failover_forget_passed(sess);
	if (sess->nlost < MCS_LOST_PER_TASK * sess->ntasks)
		sess->lost[sess->nlost++] = cmdsn;
	else
		sess->lost_more = true;
}

/* io_work is stopped */
static void mcs_failover_note_lost(struct mcs_conn *conn)
{
	struct mcs_task *task;

	list_for_each_entry(task, &conn->active, node)
		mcs_failover_add_lost(conn->sess, task->cmdsn);
}

static bool mcs_failover_is_lost(struct mcs_session *sess, u32 cmdsn)
{
	u32 i;

	for (i = 0; i < sess->nlost; i++) {
		if (sess->lost[i] == cmdsn)
			return true;
	}
	return false;
}

static bool mcs_failover_all_passed(struct mcs_session *sess, u32 exp_cmdsn)
{
	u32 i;

	for (i = 0; i < sess->nlost; i++) {
		if (!mcs_sn_before(sess->lost[i], exp_cmdsn))
			return false;
	}
	return true;
}

/* Have the target count the number it waits for. Return: 0, or give up */
static int mcs_failover_fill(struct mcs_session *sess, struct mcs_conn *conn,
			     u32 cmdsn)
{
	struct mcs_conn *via = mcs_session_any_conn(sess, conn);
	int err = -ETIMEDOUT;

	if (!via)
		return -ENOTCONN;
	if (mcs_failover_is_lost(sess, cmdsn)) {
		err = mcs_failover_nop(via, &cmdsn, MCS_FAILOVER_PLUG_PATIENCE);
		trace_mcs_failover_step(conn, MCS_STEP_PLUG, err);
	}
	/*
	 * Not ours: a survivor's command is on its way. Or it was a duplicate
	 * after all: that gets no answer. A ping shows where the target is.
	 */
	if (err == -ETIMEDOUT)
		err = mcs_failover_nop(via, NULL, HZ / 2);
	if (err == -EPROTO)
		mcs_failover_rejected(sess);
	/* Answered or not, and lost or not: the caller looks at ExpCmdSN. */
	return err == -ECANCELED ? err : 0;
}

static int mcs_failover_fill_all(struct mcs_session *sess,
				 struct mcs_conn *conn)
{
	unsigned long end = jiffies + MCS_FAILOVER_PLUG_TIMEOUT;
	unsigned long last = jiffies + MCS_FAILOVER_PLUG_MAX;
	u32 exp_cmdsn = mcs_session_exp_cmdsn(sess);
	u32 before;
	int err;

	while (!mcs_failover_all_passed(sess, exp_cmdsn)) {
		/*
		 * The number may be of one that is lost as well. What is missing
		 * is noted; who deals with that one next fills it all.
		 */
		if (mcs_recovery_next_lost(sess))
			return 0;
		/* A survivor may be slow; it is lost when it is dead. */
		if (time_after(jiffies,
			       mcs_failover_is_lost(sess, exp_cmdsn) ? end : last))
			return -ETIMEDOUT;
		err = mcs_failover_fill(sess, conn, exp_cmdsn);
		if (err)
			return err;
		before = exp_cmdsn;
		exp_cmdsn = mcs_session_exp_cmdsn(sess);
		if (exp_cmdsn != before)
			end = jiffies + MCS_FAILOVER_PLUG_TIMEOUT;
	}
	return 0;
}

/*
 * Return: 0 when the target waits for no lost number any more, or the next lost
 * connection has to be dealt with first
 */
static int mcs_failover_plug(struct mcs_session *sess, struct mcs_conn *conn)
{
	struct mcs_conn *via = mcs_session_any_conn(sess, conn);
	int err;

	/*
	 * What has arrived, and only its answer was lost, is no hole: tgt ends a
	 * connection over a number it is past.
	 */
	if (via && sess->target_class == ISCSI_MCS_TARGET_CLASS_CLOSE_RETRY &&
	    !mcs_failover_all_passed(sess, mcs_session_exp_cmdsn(sess)) &&
	    mcs_failover_nop(via, NULL, HZ / 2) == -ECANCELED)
		return -ECANCELED;
	mcs_session_set_filling(sess, true);
	err = mcs_failover_fill_all(sess, conn);
	mcs_session_set_filling(sess, false);
	return err;
}

/**
 * mcs_failover_conn - deal with one lost connection while others live
 * @conn: connection that was lost
 *
 * Afterwards its commands are parked and its socket is gone. On failure the
 * target may still act on them: only a new login of the session helps.
 *
 * Return: 0 or a negative errno.
 */
int mcs_failover_conn(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	int err;

	lockdep_assert_held(&sess->mutex);

	mcs_conn_quiesce(conn);
	trace_mcs_failover_step(conn, MCS_STEP_QUIESCED, 0);
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_CLEANUP);
	mcs_failover_note_lost(conn);
	if (sess->lost_more)
		return -ENOSPC;
	WRITE_ONCE(sess->fencing, true);
	if (sess->target_class == ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE)
		err = mcs_failover_release(conn);
	else
		err = mcs_failover_settle(conn);
	WRITE_ONCE(sess->fencing, false);
	/* A target that forgets the last one has forgotten the session. */
	if (!err && !mcs_session_any_conn(sess, conn))
		err = -ENOTCONN;
	if (err)
		return err;

	mcs_sock_abort(conn);
	mcs_recovery_take_tasks(conn);
	mcs_conn_detach(conn);
	trace_mcs_failover_step(conn, MCS_STEP_ABORTED, 0);
	err = mcs_failover_plug(sess, conn);
	trace_mcs_failover_step(conn, MCS_STEP_PLUGGED, err);
	return err;
}

/**
 * mcs_failover_disown - give up a login that may have succeeded at the target
 * @conn: connection whose socket is gone
 *
 * A target that has let it in, and whose answer was lost or came too late,
 * counts a connection that dies, and LIO ends the session for one that nobody
 * logs out. The target that has not says that there is no such connection.
 */
void mcs_failover_disown(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	struct mcs_conn *via;
	int ret;

	lockdep_assert_held(&sess->mutex);
	if (sess->target_class != ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE ||
	    !mcs_failover_is_possible(sess))
		return;
	via = mcs_carrier_seek(sess, conn);
	if (!via)
		return;
	ret = mcs_failover_logout_cid(via, conn->cid,
				      MCS_FAILOVER_DISOWN_TIMEOUT);
	trace_mcs_failover_step(conn, MCS_STEP_LOGOUT, ret);
}

/* The administrator may have said it meanwhile. */
static void mcs_failover_classify(struct mcs_session *sess,
				  enum iscsi_mcs_target_class class)
{
	if (sess->target_class == ISCSI_MCS_TARGET_CLASS_UNKNOWN)
		sess->target_class = class;
}

/**
 * mcs_failover_probe - find out what a target does with a Logout
 * @conn: connection in full feature phase that has carried no command yet
 *
 * A Logout for a CID that does not exist is harmless: a conforming target says
 * so; others close the connection it came on, whatever CID it names. A target
 * that conforms here and fails later leads to a new login, not to damage.
 *
 * Return: 0 when the connection is good, -ECONNRESET when the target closed it
 *	   over this, another negative errno when it is gone.
 */
int mcs_failover_probe(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	int ret;

	mutex_unlock(&sess->mutex);
	ret = mcs_failover_logout_cid(conn, MCS_FAILOVER_PROBE_CID,
				      MCS_FAILOVER_PROBE_TIMEOUT);
	mutex_lock(&sess->mutex);

	if (ret == ISCSI_LOGOUT_CID_NOT_FOUND) {
		mcs_failover_classify(sess, ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE);
		return 0;
	}
	/* It does not do that, and leaves the connection alone. */
	if (ret == -EPROTO) {
		mcs_failover_classify(sess, ISCSI_MCS_TARGET_CLASS_SESSION);
		return 0;
	}
	if (ret >= 0) {
		mcs_failover_classify(sess, ISCSI_MCS_TARGET_CLASS_SESSION);
		return -ECONNRESET;
	}
	/* Closed without an answer. It may have been the network, once. */
	if (ret == -ENOTCONN) {
		if (conn->attempts)
			mcs_failover_classify(sess, ISCSI_MCS_TARGET_CLASS_SESSION);
		return -ECONNRESET;
	}
	/* No answer. Let it be; the next one added asks again. */
	return ret == -ETIMEDOUT ? 0 : ret;
}
