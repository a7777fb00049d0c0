// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/crc32c.h>
#include <linux/highmem.h>
#include <linux/sched/mm.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "carrier.h"
#include "conn.h"
#include "rsp.h"
#include "rx.h"
#include "session.h"

/*
 * Receiving. The bytes of the stream are cut into PDUs here; what a PDU means
 * is decided in rsp.c, once when its header is complete (may it come, where
 * does its data go) and once when all of it is.
 */

static void mcs_rx_part(struct mcs_rx *rx, enum mcs_rx_step step, u32 want)
{
	rx->step = step;
	rx->want = want;
	rx->got = 0;
}

/**
 * mcs_rx_reset - expect the first byte of a PDU
 * @conn: connection
 */
void mcs_rx_reset(struct mcs_conn *conn)
{
	conn->rx.task = NULL;
	mcs_rx_part(&conn->rx, MCS_RX_BHS, sizeof(struct iscsi_hdr));
}

/* Point the iterator at the next part of the command's buffer */
static int mcs_rx_map_task(struct mcs_conn *conn)
{
	struct mcs_rx *rx = &conn->rx;
	u32 off = be32_to_cpu(((struct iscsi_data_rsp *)&rx->hdr)->offset);
	u32 len;
	int nr;

	len = mcs_task_bvecs(rx->task, off + rx->placed, rx->dlen - rx->placed,
			     rx->bv, MCS_CONN_BVECS, &nr);
	if (!len)
		return -EFAULT;
	iov_iter_bvec(&rx->iter, ITER_DEST, rx->bv, nr, len);
	return 0;
}

static void mcs_rx_crc_skb(struct mcs_rx *rx, struct sk_buff *skb,
			   unsigned int offset, u32 len)
{
	struct skb_seq_state st;
	const u8 *p;
	u32 done = 0, part;

	skb_prepare_seq_read(skb, offset, offset + len, &st);
	while (done < len) {
		part = skb_seq_read(done, &p, &st);
		if (!part)
			break;
		part = min(part, len - done);
		rx->crc = crc32c(rx->crc, p, part);
		done += part;
	}
	skb_abort_seq_read(&st);
}

/* Return: bytes taken, or a negative errno */
static int mcs_rx_data(struct mcs_conn *conn, struct sk_buff *skb,
		       unsigned int offset, u32 len)
{
	struct mcs_rx *rx = &conn->rx;
	int err;

	if (!rx->task) {
		err = skb_copy_bits(skb, offset, rx->buf + rx->got, len);
	} else {
		if (!iov_iter_count(&rx->iter)) {
			err = mcs_rx_map_task(conn);
			if (err)
				return err;
		}
		len = min_t(u32, len, iov_iter_count(&rx->iter));
		err = skb_copy_datagram_iter(skb, offset, &rx->iter, len);
	}
	if (err)
		return err;
	if (conn->ddgst)
		mcs_rx_crc_skb(rx, skb, offset, len);
	rx->placed += len;
	return len;
}

static int mcs_rx_fixed(struct mcs_rx *rx, struct sk_buff *skb,
			unsigned int offset, u32 len)
{
	u8 *to;

	switch (rx->step) {
	case MCS_RX_BHS:
		to = (u8 *)&rx->hdr;
		break;
	case MCS_RX_AHS:
		to = rx->ahs;
		break;
	case MCS_RX_PAD:
		to = rx->pad;
		break;
	default:
		to = rx->digest;
		break;
	}
	return skb_copy_bits(skb, offset, to + rx->got, len) ?: (int)len;
}

static bool mcs_rx_digest_is_good(const struct mcs_rx *rx, u32 crc)
{
	__le32 want = cpu_to_le32(~crc);

	return !memcmp(&want, rx->digest, sizeof(want));
}

static void mcs_rx_fail(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
			const char *text)
{
	if (reason == ISCSI_MCS_REASON_DIGEST)
		conn->stats.digest_errors++;
	mcs_conn_fail(conn, reason, -EPROTO, text);
}

static void mcs_rx_pdu_end(struct mcs_conn *conn)
{
	const char *why = mcs_rsp_end(conn);

	mcs_rx_reset(conn);
	if (why)
		mcs_rx_fail(conn, ISCSI_MCS_REASON_PROTOCOL, why);
}

static void mcs_rx_data_end(struct mcs_conn *conn)
{
	struct mcs_rx *rx = &conn->rx;
	u32 pad = mcs_pdu_pad(rx->dlen);

	if (pad)
		mcs_rx_part(rx, MCS_RX_PAD, pad);
	else if (conn->ddgst)
		mcs_rx_part(rx, MCS_RX_DDGST, 4);
	else
		mcs_rx_pdu_end(conn);
}

/* Header, AHS and header digest are in */
static void mcs_rx_header_end(struct mcs_conn *conn)
{
	struct mcs_rx *rx = &conn->rx;
	const char *why;

	rx->dlen = mcs_pdu_dlength(&rx->hdr);
	rx->placed = 0;
	rx->crc = ~0;
	rx->task = NULL;
	why = mcs_rsp_begin(conn);
	if (why) {
		mcs_rx_fail(conn, ISCSI_MCS_REASON_PROTOCOL, why);
		return;
	}
	if (!rx->dlen) {
		mcs_rx_pdu_end(conn);
		return;
	}
	mcs_rx_part(rx, MCS_RX_DATA, rx->dlen);
	if (rx->task)
		iov_iter_bvec(&rx->iter, ITER_DEST, rx->bv, 0, 0);
}

static void mcs_rx_hdgst_end(struct mcs_conn *conn)
{
	struct mcs_rx *rx = &conn->rx;
	u32 crc = crc32c(~0, &rx->hdr, sizeof(rx->hdr));

	crc = crc32c(crc, rx->ahs, rx->hdr.hlength * 4);
	if (mcs_rx_digest_is_good(rx, crc))
		mcs_rx_header_end(conn);
	else
		mcs_rx_fail(conn, ISCSI_MCS_REASON_DIGEST,
			    "header digest mismatch");
}

static void mcs_rx_step_end(struct mcs_conn *conn)
{
	struct mcs_rx *rx = &conn->rx;

	switch (rx->step) {
	case MCS_RX_BHS:
		if (rx->hdr.hlength) {
			mcs_rx_part(rx, MCS_RX_AHS, rx->hdr.hlength * 4);
			break;
		}
		fallthrough;
	case MCS_RX_AHS:
		if (conn->hdgst)
			mcs_rx_part(rx, MCS_RX_HDGST, 4);
		else
			mcs_rx_header_end(conn);
		break;
	case MCS_RX_HDGST:
		mcs_rx_hdgst_end(conn);
		break;
	case MCS_RX_DATA:
		mcs_rx_data_end(conn);
		break;
	case MCS_RX_PAD:
		if (conn->ddgst) {
			rx->crc = crc32c(rx->crc, rx->pad,
					 mcs_pdu_pad(rx->dlen));
			mcs_rx_part(rx, MCS_RX_DDGST, 4);
		} else {
			mcs_rx_pdu_end(conn);
		}
		break;
	case MCS_RX_DDGST:
		if (mcs_rx_digest_is_good(rx, rx->crc))
			mcs_rx_pdu_end(conn);
		else
			mcs_rx_fail(conn, ISCSI_MCS_REASON_DIGEST,
				    "data digest mismatch");
		break;
	}
}

/*
 * Does the end of this part wait until BH is on, because acting on such a PDU may
 * sleep? Not just the header's: the rest may come in packets of its own.
 */
static bool mcs_rx_is_held(const struct mcs_rx *rx)
{
	switch (mcs_pdu_opcode(&rx->hdr)) {
	case ISCSI_OP_SCSI_CMD_RSP:
	case ISCSI_OP_SCSI_DATA_IN:
	case ISCSI_OP_R2T:
		return false;
	default:
		return true;
	}
}

static int mcs_rx_skb(read_descriptor_t *desc, struct sk_buff *skb,
		      unsigned int offset, size_t len)
{
	struct mcs_conn *conn = desc->arg.data;
	struct mcs_rx *rx = &conn->rx;
	size_t left;

	len = min(len, desc->count);
	left = len;
	/* held */
	if (rx->got == rx->want)
		return 0;
	while (left && !test_bit(MCS_CONN_BROKEN, &conn->flags)) {
		u32 part = min_t(size_t, left, rx->want - rx->got);
		int ret;

		if (rx->step == MCS_RX_DATA)
			ret = mcs_rx_data(conn, skb, offset, part);
		else
			ret = mcs_rx_fixed(rx, skb, offset, part);
		if (ret < 0) {
			mcs_conn_fail(conn, ISCSI_MCS_REASON_TCP_ERROR, ret,
				      "cannot copy received data");
			break;
		}
		offset += ret;
		left -= ret;
		rx->got += ret;
		if (rx->got < rx->want)
			continue;
		if (mcs_rx_is_held(rx))
			break;
		mcs_rx_step_end(conn);
		/*
		 * Still at the end of the same part: it was bad. BROKEN does not
		 * say so on a connection that is being taken down.
		 */
		if (rx->got == rx->want)
			break;
	}
	desc->count -= len - left;
	return len - left;
}

/* Bytes taken at once: BH must not be off for long */
#define MCS_RX_BYTES	(64 * 1024)

/**
 * mcs_rx_read - take from a socket what it has received, up to a limit
 * @conn: connection whose engine the caller has
 * @sk: its socket, locked
 *
 * Stops at each end of a part of a PDU that belongs to no SCSI command:
 * mcs_rx_run() goes on there.
 *
 * Context: BH off.
 * Return: bytes taken, 0 when there were none, or a negative errno.
 */
int mcs_rx_read(struct mcs_conn *conn, struct sock *sk)
{
	read_descriptor_t desc = {
		.arg.data = conn,
		.count = MCS_RX_BYTES,
	};
	int ret;

	lockdep_assert_in_softirq();
	ret = tcp_read_sock(sk, &desc, mcs_rx_skb);
	if (ret > 0) {
		WRITE_ONCE(conn->last_rx, jiffies);
		if (unlikely(test_bit(MCS_CONN_SOUGHT, &conn->flags)))
			mcs_carrier_heard(conn);
		WRITE_ONCE(conn->stats.rx_bytes, conn->stats.rx_bytes + ret);
	}
	return ret;
}

/**
 * mcs_rx_has_more - is there anything left to receive or to act on?
 * @conn: connection whose engine the caller has
 */
bool mcs_rx_has_more(struct mcs_conn *conn)
{
	return conn->rx.got == conn->rx.want ||
	       !skb_queue_empty_lockless(&conn->sock->sk->sk_receive_queue);
}

/**
 * mcs_rx_run - take what the socket has received
 * @conn: connection; io_work only
 *
 * Return: as mcs_rx_read().
 */
int mcs_rx_run(struct mcs_conn *conn)
{
	struct sock *sk = conn->sock->sk;
	bool held = conn->rx.got == conn->rx.want;
	unsigned int noreclaim;
	int got = 0;
	int ret;

	if (held)
		mcs_rx_step_end(conn);
	if (skb_queue_empty_lockless(&sk->sk_receive_queue))
		return held;

	/*
	 * What came meanwhile is taken in by release_sock(), where memory is charged
	 * to iscsid's cgroup: to wait for that to reclaim may be to wait for this.
	 */
	noreclaim = memalloc_noreclaim_save();
	lock_sock(sk);
	do {
		/*
		 * Commands that are completed here raise a softirq. With BH on
		 * each of them would wake ksoftirqd for it.
		 */
		local_bh_disable();
		ret = mcs_rx_read(conn, sk);
		local_bh_enable();
		if (ret > 0)
			got += ret;
	} while (ret == MCS_RX_BYTES && mcs_conn_is_live(conn));
	release_sock(sk);
	memalloc_noreclaim_restore(noreclaim);
	return ret < 0 ? ret : got;
}
