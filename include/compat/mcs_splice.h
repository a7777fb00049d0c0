/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sending pages by reference on every supported kernel.
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_MCS_SPLICE_H
#define MCS_COMPAT_MCS_SPLICE_H

#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <mcs_have.h>

#ifdef MCS_HAVE_SENDPAGE

/* mcs_compat_send_part - send no more than the first page of the iterator */
static inline int mcs_compat_send_part(struct sock *sk, struct msghdr *msg)
{
	struct iov_iter *iter = &msg->msg_iter;
	size_t skip = iter->iov_offset;
	const struct bio_vec *bv = iter->bvec;
	int flags = msg->msg_flags & ~MSG_SPLICE_PAGES;
	struct bio_vec part;
	struct msghdr copy;

	part.bv_page = nth_page(bv->bv_page, (bv->bv_offset + skip) / PAGE_SIZE);
	part.bv_offset = (bv->bv_offset + skip) % PAGE_SIZE;
	part.bv_len = min3(iov_iter_count(iter), bv->bv_len - skip,
			   PAGE_SIZE - part.bv_offset);
	if (part.bv_len < iov_iter_count(iter))
		flags |= MSG_MORE | MSG_SENDPAGE_NOTLAST;
	if (sendpage_ok(part.bv_page))
		return tcp_sendpage_locked(sk, part.bv_page, part.bv_offset,
					   part.bv_len, flags);

	copy = (struct msghdr){ .msg_flags = flags & ~MSG_SENDPAGE_NOTLAST };
	iov_iter_bvec(&copy.msg_iter, ITER_SOURCE, &part, 1, part.bv_len);
	return tcp_sendmsg_locked(sk, &copy, part.bv_len);
}

/* Before v6.5: page by page, as each reference is taken on one page. */
static inline int mcs_compat_splice(struct sock *sk, struct msghdr *msg)
{
	int sent = 0;
	int ret;

	while (iov_iter_count(&msg->msg_iter)) {
		if (msg->msg_iter.iov_offset == msg->msg_iter.bvec->bv_len) {
			iov_iter_advance(&msg->msg_iter, 0);
			continue;
		}
		ret = mcs_compat_send_part(sk, msg);
		if (ret <= 0)
			return sent ?: ret;
		iov_iter_advance(&msg->msg_iter, ret);
		sent += ret;
	}
	return sent;
}

#else /* !MCS_HAVE_SENDPAGE */

/* mcs_compat_can_splice - pages of the slab must be copied, TCP would warn */
static inline bool mcs_compat_can_splice(const struct iov_iter *iter)
{
	const struct bio_vec *bv = iter->bvec;
	size_t left = iov_iter_count(iter) + iter->iov_offset;
	size_t done, step;
	unsigned int offset;

	for (; left; left -= min_t(size_t, left, bv->bv_len), bv++) {
		for (done = 0; done < bv->bv_len; done += step) {
			offset = bv->bv_offset + done;
			step = PAGE_SIZE - offset_in_page(offset);
			if (!sendpage_ok(bv->bv_page + offset / PAGE_SIZE))
				return false;
		}
	}
	return true;
}

static inline int mcs_compat_splice(struct sock *sk, struct msghdr *msg)
{
	if (mcs_compat_can_splice(&msg->msg_iter))
		msg->msg_flags |= MSG_SPLICE_PAGES;
	else
		msg->msg_flags &= ~MSG_SPLICE_PAGES;
	return tcp_sendmsg_locked(sk, msg, iov_iter_count(&msg->msg_iter));
}

#endif /* !MCS_HAVE_SENDPAGE */

/**
 * mcs_splice_locked - send the pages of a bvec iterator without copying them
 * @sk: TCP socket, locked by the caller
 * @msg: as for tcp_sendmsg_locked(), with msg_iter set by iov_iter_bvec()
 *
 * Pages that may not be passed to the network by reference (slab memory) are
 * copied. The caller keeps the pages unchanged until TCP has let go of them or
 * the connection is aborted. May send a part only.
 *
 * Return: number of bytes sent, msg_iter advanced by as many, or -errno as
 *	   tcp_sendmsg_locked().
 */
static inline int mcs_splice_locked(struct sock *sk, struct msghdr *msg)
{
	msg->msg_flags |= MSG_NOSIGNAL;
	return mcs_compat_splice(sk, msg);
}

#endif /* MCS_COMPAT_MCS_SPLICE_H */
