// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/tcp.h>
#include <net/sock.h>

#include "conn.h"
#include "direct.h"
#include "link.h"
#include "rx.h"
#include "session.h"
#include "tx.h"

/*
 * Work done where it comes up, without waking io_work: whoever submits a
 * command sends it, and the socket's callback takes a short answer. That saves
 * a command that is alone its two wakeups. Where many are under way io_work
 * does better, as one wakeup then serves many of them.
 *
 * This is done only when nobody else works on the connection, and with BH off,
 * so that io_work need not wait long. Nothing here sleeps: SCSI commands and
 * what answers them, no more. All else, and what is left, is for io_work.
 */

/* Commands of a connection up to which it pays, as measured */
#define MCS_DIRECT_SEND_CMDS	16
#define MCS_DIRECT_RECV_CMDS	2

/* Bytes the socket's callback takes at most: a short answer */
#define MCS_DIRECT_RECV_BYTES	(16 * 1024)

/**
 * mcs_direct_enter - may the caller do io_work's part?
 * @conn: connection; q_lock is held
 *
 * Return: true when the connection is the caller's until mcs_direct_send() has
 *	   been called, with BH off all the time.
 */
bool mcs_direct_enter(struct mcs_conn *conn)
{
	lockdep_assert_held(&conn->q_lock);

	return conn->accepting && in_task() &&
	       atomic_read(&conn->cmds) <= MCS_DIRECT_SEND_CMDS &&
	       mcs_conn_try_engine(conn);
}

/**
 * mcs_direct_send - send what has been submitted, and leave the connection
 * @conn: connection entered by mcs_direct_enter()
 *
 * Context: BH off, RCU read side.
 */
void mcs_direct_send(struct mcs_conn *conn)
{
	/* Swap may lie behind this socket: no memory cgroup refuses what it takes. */
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct sock *sk = conn->sock->sk;
	int sent = 0;
	bool rest;

	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk)) {
		mcs_conn_take_submitted(conn);
		sent = mcs_tx_run_direct(conn);
	}
	bh_unlock_sock(sk);
	memalloc_noreclaim_restore(noreclaim);

	/* Before anybody else sends: part of a PDU may be missing. */
	if (sent < 0)
		mcs_conn_fail(conn, ISCSI_MCS_REASON_TCP_ERROR, sent,
			      "cannot send");
	rest = !list_empty_careful(&conn->submitq) || !mcs_tx_is_idle(conn) ||
	       !mcs_link_has_dst(conn);
	mcs_conn_leave_engine(conn);
	if (rest)
		mcs_conn_kick(conn);
}

/*
 * Read data pays with any number of commands, but only on a session's only
 * connection. What comes now is taken for what came last.
 */
static bool mcs_direct_is_read_alone(const struct mcs_conn *conn)
{
	return READ_ONCE(conn->sess->nconns) == 1 &&
	       READ_ONCE(conn->rx.hdr.opcode) == ISCSI_OP_SCSI_DATA_IN;
}

/*
 * A long PDU comes in many packets, and what a wakeup costs is little beside
 * what it saves when many of them, merged by then, are taken at once.
 */
static bool mcs_direct_is_long(const struct mcs_conn *conn)
{
	return READ_ONCE(conn->rx.dlen) > MCS_DIRECT_RECV_BYTES;
}

static bool mcs_direct_may_receive(struct mcs_conn *conn, struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int cmds = atomic_read(&conn->cmds);

	return cmds && READ_ONCE(conn->accepting) &&
	       !mcs_direct_is_long(conn) &&
	       (cmds <= MCS_DIRECT_RECV_CMDS ||
		mcs_direct_is_read_alone(conn)) &&
	       tp->rcv_nxt - READ_ONCE(tp->copied_seq) <=
	       MCS_DIRECT_RECV_BYTES;
}

/**
 * mcs_direct_receive - take a short answer from the socket's callback
 * @conn: connection
 * @sk: its socket, locked as for its callbacks
 *
 * Context: sk_callback_lock is held for reading, so the connection is not taken
 *	    apart meanwhile.
 * Return: true when there is nothing left for io_work.
 */
bool mcs_direct_receive(struct mcs_conn *conn, struct sock *sk)
{
	bool done = false;
	int ret;

	if (!mcs_direct_may_receive(conn, sk) || !mcs_conn_try_engine(conn))
		return false;
	/* It may have been lost or quiesced just before. */
	if (mcs_conn_is_live(conn) &&
	    !test_bit(MCS_CONN_BROKEN, &conn->flags)) {
		ret = mcs_rx_read(conn, sk);
		if (ret < 0)
			mcs_conn_fail(conn, ISCSI_MCS_REASON_TCP_ERROR, ret,
				      "cannot receive");
		/* What the error handler wants may have waited for these bytes. */
		done = !mcs_rx_has_more(conn) && mcs_tx_is_idle(conn) &&
		       list_empty_careful(&conn->ehq);
	}
	mcs_conn_leave_engine(conn);
	return done;
}
