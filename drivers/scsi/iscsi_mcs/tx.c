// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/crc32c.h>
#include <linux/highmem.h>
#include <linux/net.h>
#include <linux/sched/mm.h>
#include <linux/tcp.h>
#include <mcs_splice.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <scsi/scsi_cmnd.h>

#include "conn.h"
#include "session.h"
#include "tx.h"
#include "tx_pdu.h"

/*
 * Sending. One PDU at a time goes to the socket, as one list of segments:
 * header with AHS and digest, data, padding and digest. What the socket does
 * not take now stays in conn->tx until it has room.
 *
 * Larger data goes by reference, in a second step. TCP may then look at a
 * command's pages until the target has acknowledged them. Who takes a command
 * from a connection makes sure that nobody stores that any more: the target has
 * answered the command or has ended it for a task management function, or the
 * socket was aborted, which drops all that TCP holds.
 */

/* From this size on a reference on each page costs less than copying it */
#define MCS_TX_SPLICE_MIN	8192

static void mcs_tx_crc_bvecs(struct mcs_tx *tx, const struct bio_vec *bv, int n)
{
	for (; n > 0; n--, bv++) {
		u32 done = 0;

		while (done < bv->bv_len) {
			u32 off = bv->bv_offset + done;
			struct page *page = bv->bv_page + (off >> PAGE_SHIFT);
			u32 part = min_t(u32, bv->bv_len - done,
					 PAGE_SIZE - offset_in_page(off));
			void *p = kmap_local_page(page);

			tx->crc = crc32c(tx->crc, p + offset_in_page(off), part);
			kunmap_local(p);
			done += part;
		}
	}
}

static void mcs_tx_set_bvec(struct bio_vec *bv, void *p, u32 len)
{
	bv->bv_page = virt_to_page(p);
	bv->bv_offset = offset_in_page(p);
	bv->bv_len = len;
}

/* Padding and data digest follow the last byte of data */
static void mcs_tx_make_trailer(struct mcs_conn *conn)
{
	struct mcs_tx *tx = &conn->tx;
	u32 pad = mcs_pdu_pad(tx->data_len);

	memset(tx->trailer, 0, sizeof(tx->trailer));
	tx->trailer_len = pad;
	if (conn->ddgst) {
		__le32 digest;

		tx->crc = crc32c(tx->crc, tx->trailer, pad);
		digest = cpu_to_le32(~tx->crc);
		memcpy(tx->trailer + pad, &digest, sizeof(digest));
		tx->trailer_len += sizeof(digest);
	}
}

/* Describe as much of the rest of the PDU as fits, after @n segments of @total */
static void mcs_tx_fill(struct mcs_conn *conn, int n, u32 total)
{
	struct mcs_tx *tx = &conn->tx;
	int nr = 0;

	tx->is_data = tx->splice && !n;
	if (tx->data_left && tx->task && (!n || !tx->splice)) {
		u32 done = mcs_task_bvecs(tx->task, tx->data_offset,
					  tx->data_left, tx->bv + n,
					  MCS_CONN_BVECS - 1 - n, &nr);
		if (conn->ddgst)
			mcs_tx_crc_bvecs(tx, tx->bv + n, nr);
		tx->data_offset += done;
		tx->data_left -= done;
		total += done;
		n += nr;
	}
	if (!tx->data_left && tx->data_len) {
		mcs_tx_make_trailer(conn);
		tx->data_len = 0;
		if (tx->trailer_len)
			mcs_tx_set_bvec(&tx->bv[n++], tx->trailer,
					tx->trailer_len);
		total += tx->trailer_len;
	}
	iov_iter_bvec(&tx->iter, ITER_SOURCE, tx->bv, n, total);
}

/* What goes to the socket is its to count, with the command after its last byte */
static void mcs_tx_count(struct mcs_conn *conn, struct mcs_task *task, u32 len)
{
	if (task->sc->sc_data_direction != DMA_TO_DEVICE)
		return;
	if (task->sent + len >= task->length)
		len = task->cost - task->sent;
	task->sent += len;
	WRITE_ONCE(conn->sent_bytes, conn->sent_bytes + len);
}

/**
 * mcs_tx_start - begin sending a PDU whose header is in conn->tx.hdr
 * @conn: connection
 * @hdr_len: bytes of header and AHS
 * @data: linear data segment of a control PDU, or NULL
 *
 * tx->task, data_offset and data_len have been set by the caller.
 */
void mcs_tx_start(struct mcs_conn *conn, u32 hdr_len, const void *data)
{
	struct mcs_tx *tx = &conn->tx;
	u32 total;
	int n = 1;

	if (conn->hdgst) {
		__le32 digest = cpu_to_le32(~crc32c(~0, tx->hdr, hdr_len));

		memcpy(tx->hdr + hdr_len, &digest, sizeof(digest));
		hdr_len += sizeof(digest);
	}
	mcs_tx_set_bvec(&tx->bv[0], tx->hdr, hdr_len);
	total = hdr_len;
	if (tx->task)
		mcs_tx_count(conn, tx->task, tx->data_len);
	tx->crc = ~0;
	tx->trailer_len = 0;
	tx->data_left = tx->data_len;
	/* What has a digest must not change: no reference. */
	tx->splice = tx->task && tx->data_len >= MCS_TX_SPLICE_MIN &&
		     !conn->ddgst && !mcs_pdu_pad(tx->data_len);
	if (data) {
		mcs_tx_set_bvec(&tx->bv[n], (void *)data, tx->data_len);
		if (conn->ddgst)
			mcs_tx_crc_bvecs(tx, &tx->bv[n], 1);
		tx->data_left = 0;
		n++;
		total += tx->data_len;
	}
	tx->busy = true;
	mcs_tx_fill(conn, n, total);
}

/*
 * Return: 1 when the PDU in progress is whole on the socket, 0 when the
 * socket is full, a negative errno when the connection is broken.
 */
static int mcs_tx_push(struct mcs_conn *conn, bool more)
{
	struct mcs_tx *tx = &conn->tx;
	struct sock *sk = conn->sock->sk;

	for (;;) {
		struct msghdr msg = {
			.msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL,
		};
		int ret;

		tx->corked = more || tx->data_left;
		if (tx->corked)
			msg.msg_flags |= MSG_MORE;
		msg.msg_iter = tx->iter;
		if (tx->is_data)
			ret = mcs_splice_locked(sk, &msg);
		else
			ret = tcp_sendmsg_locked(sk, &msg,
						 iov_iter_count(&tx->iter));
		if (ret == -EAGAIN || ret == -EINTR)
			return 0;
		if (ret <= 0)
			return ret ?: -EPIPE;

		iov_iter_advance(&tx->iter, ret);
		WRITE_ONCE(conn->stats.tx_bytes, conn->stats.tx_bytes + ret);
		if (iov_iter_count(&tx->iter))
			continue;
		if (!tx->data_left)
			return 1;
		mcs_tx_fill(conn, 0, 0);
	}
}

/*
 * A command gets its CmdSN when its header is built. Build none that would
 * then wait for room in the socket and hold back higher numbers elsewhere.
 */
static bool mcs_tx_has_room(struct mcs_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	if (sk_stream_is_writeable(sk))
		return true;
	set_bit(SOCK_NOSPACE, &conn->sock->flags);
	/* pairs with the test in mcs_conn_write_space() */
	smp_mb__after_atomic();
	return sk_stream_is_writeable(sk);
}

/* PDUs sent before received ones get their turn */
#define MCS_TX_BUDGET	64

/* Will another PDU follow this one at once? Then TCP need not hurry. */
static bool mcs_tx_has_more(struct mcs_conn *conn)
{
	const struct mcs_tx *tx = &conn->tx;
	const struct mcs_task *task = tx->task;

	if (tx->unsol)
		return true;
	/* The command being served stays in the list until the PDU is out. */
	if (task && tx->r2t) {
		if (task->r2t[task->r2t_head].left || task->r2t_count > 1 ||
		    !list_is_singular(&conn->dataq))
			return true;
	} else if (!list_empty(&conn->dataq)) {
		return true;
	}
	if (list_empty(&conn->sendq))
		return false;
	/* Only a guess: the window is another lock's. */
	return data_race(mcs_window_is_open(&conn->sess->win));
}

/* What was to follow did not, after all: nothing may wait for it in TCP */
static void mcs_tx_uncork(struct mcs_conn *conn)
{
	if (!conn->tx.corked || conn->tx.busy)
		return;
	conn->tx.corked = false;
	/* pushes what is pending */
	tcp_sock_set_nodelay(conn->sock->sk);
}

/**
 * mcs_tx_is_idle - nothing to send, not even something that may not go now?
 * @conn: connection whose engine the caller has
 */
bool mcs_tx_is_idle(struct mcs_conn *conn)
{
	const struct mcs_tx *tx = &conn->tx;

	return !tx->busy && !tx->unsol && !tx->corked &&
	       list_empty(&conn->sendq) && list_empty(&conn->dataq) &&
	       list_empty_careful(&conn->ctlq);
}

/* One lock of the socket for all PDUs */
static int mcs_tx_run_locked(struct mcs_conn *conn, int budget)
{
	int sent = 0;
	int ret;

	while (budget--) {
		if (!conn->tx.busy &&
		    (!mcs_tx_has_room(conn) || !mcs_tx_next(conn)))
			break;
		ret = mcs_tx_push(conn, mcs_tx_has_more(conn));
		if (ret < 0)
			sent = ret;
		if (ret <= 0)
			break;
		mcs_tx_pdu_sent(conn);
		sent = 1;
	}
	return sent;
}

/**
 * mcs_tx_run - send until there is nothing to send or no room
 * @conn: connection; io_work only
 *
 * Return: 1 when something was sent, 0 when not, a negative errno when the
 *	   connection is broken.
 */
int mcs_tx_run(struct mcs_conn *conn)
{
	struct sock *sk = conn->sock->sk;
	unsigned int noreclaim;
	int sent;

	if (mcs_tx_is_idle(conn))
		return 0;
	/* Swap may lie behind this socket. */
	noreclaim = memalloc_noreclaim_save();
	lock_sock(sk);
	sent = mcs_tx_run_locked(conn, MCS_TX_BUDGET);
	release_sock(sk);
	mcs_tx_uncork(conn);
	memalloc_noreclaim_restore(noreclaim);
	return sent;
}

/* PDUs sent without leaving the submitter's context */
#define MCS_TX_DIRECT_BUDGET	32

/**
 * mcs_tx_run_direct - send SCSI commands and their data, as far as they go
 * @conn: connection whose engine the caller has; its socket is locked
 *
 * Control PDUs are left to mcs_tx_run(): ending one may sleep.
 *
 * Context: BH off.
 * Return: as mcs_tx_run().
 */
int mcs_tx_run_direct(struct mcs_conn *conn)
{
	int budget = MCS_TX_DIRECT_BUDGET;
	int sent = 0;
	int ret;

	while (budget-- && !conn->tx.busy &&
	       list_empty_careful(&conn->ctlq) &&
	       mcs_tx_has_room(conn) && mcs_tx_next_scsi(conn)) {
		ret = mcs_tx_push(conn, mcs_tx_has_more(conn));
		if (ret < 0)
			return ret;
		if (!ret)
			break;
		mcs_tx_pdu_sent(conn);
		sent = 1;
	}
	return sent;
}
