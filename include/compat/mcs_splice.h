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

/* mcs_compat_send_part - send from the beginning of a segment */
static inline int mcs_compat_send_part(struct sock *sk, struct page *page,
				       unsigned int offset, size_t len,
				       int flags)
{
	struct bio_vec part = {
		.bv_page = page,
		.bv_offset = offset,
		.bv_len = len,
	};
	struct msghdr msg = {
		.msg_flags = flags & ~MSG_SENDPAGE_NOTLAST,
	};

	if (sendpage_ok(page))
		return tcp_sendpage_locked(sk, page, offset, len, flags);
	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, &part, 1, len);
	return tcp_sendmsg_locked(sk, &msg, len);
}

/*
 * mcs_compat_whole - bytes from @offset on that one reference on @page covers
 *
 * That is the page, or all of it that is one compound page.
 */
static inline size_t mcs_compat_whole(struct page *page, unsigned int offset)
{
	struct folio *folio = page_folio(page);

	if (likely(!folio_test_large(folio)))
		return PAGE_SIZE - offset;
	return folio_size(folio) - folio_page_idx(folio, page) * PAGE_SIZE -
	       offset;
}

/* Before v6.5: part by part, as each takes one reference. */
static inline int mcs_compat_splice(struct sock *sk, struct msghdr *msg)
{
	const struct bio_vec *bv = msg->msg_iter.bvec;
	size_t skip = msg->msg_iter.iov_offset;
	size_t left = iov_iter_count(&msg->msg_iter);
	int flags = msg->msg_flags & ~MSG_SPLICE_PAGES;
	int more = MSG_MORE | MSG_SENDPAGE_NOTLAST;
	int sent = 0;
	int ret;

	/*
	 * For a device that cannot gather, TCP would map page by page, which may
	 * sleep, and copy.
	 */
	if (!(sk->sk_route_caps & NETIF_F_SG)) {
		msg->msg_flags = flags;
		return tcp_sendmsg_locked(sk, msg, left);
	}
	while (left) {
		unsigned int offset = bv->bv_offset + skip;
		struct page *page = nth_page(bv->bv_page, offset / PAGE_SIZE);
		size_t len = min_t(size_t, left, bv->bv_len - skip);

		offset %= PAGE_SIZE;
		len = min(len, mcs_compat_whole(page, offset));
		ret = mcs_compat_send_part(sk, page, offset, len,
					   len < left ? flags | more : flags);
		if (ret <= 0)
			return sent ?: ret;
		sent += ret;
		left -= ret;
		skip += ret;
		if (skip >= bv->bv_len) {
			skip -= bv->bv_len;
			bv++;
		}
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
 * Return: number of bytes sent, or -errno as tcp_sendmsg_locked(). The iterator
 *	   in @msg is not to be used afterwards.
 */
static inline int mcs_splice_locked(struct sock *sk, struct msghdr *msg)
{
	msg->msg_flags |= MSG_NOSIGNAL;
	return mcs_compat_splice(sk, msg);
}

#endif /* MCS_COMPAT_MCS_SPLICE_H */
