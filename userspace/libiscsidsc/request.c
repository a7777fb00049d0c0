// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Handles, and one request with all of its answers. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "internal.h"

/**
 * iscsidsc_open - make a handle
 * @handle: where it goes
 *
 * Return: 0, ISDSC_SERVICE_NOT_RUNNING if the module is not loaded, or another
 * status; *@handle is set in case of success only.
 */
ISDSC_STATUS iscsidsc_open(struct iscsidsc **handle)
{
	struct iscsidsc *h;
	int err;

	if (!handle)
		return ERROR_INVALID_PARAMETER;
	h = calloc(1, sizeof(*h));
	if (!h)
		return ERROR_NOT_ENOUGH_MEMORY;
	h->transport = iscsidsc_transport_default();
	err = h->transport->open(h);
	if (err) {
		free(h);
		return iscsidsc_status(0, -err);
	}
	*handle = h;
	return ERROR_SUCCESS;
}

/**
 * iscsidsc_close - give a handle back
 * @handle: of iscsidsc_open(), or NULL
 */
void iscsidsc_close(struct iscsidsc *handle)
{
	if (!handle)
		return;
	handle->transport->close(handle);
	free(handle->pending);
	free(handle);
}

/**
 * iscsidsc_detail - what the kernel said about the last error
 * @handle: the handle the call was made with
 *
 * Return: a text, empty if there was none; valid until the next call.
 */
const char *iscsidsc_detail(const struct iscsidsc *handle)
{
	return handle->detail;
}

/**
 * iscsidsc_msg_new - begin a request
 * @h: handle
 * @cmd: command
 * @flags: beside NLM_F_REQUEST
 *
 * Return: the message, or NULL if memory is short.
 */
struct nl_msg *iscsidsc_msg_new(struct iscsidsc *h, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, ++h->seq, h->family, 0,
			 NLM_F_REQUEST | flags, cmd,
			 ISCSI_MCS_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static void wipe(struct nlmsghdr *nlh)
{
	explicit_bzero(nlmsg_data(nlh), nlmsg_datalen(nlh));
}

/**
 * iscsidsc_msg_free - free a request, and wipe it: it may carry secrets
 * @msg: message or NULL
 */
void iscsidsc_msg_free(struct nl_msg *msg)
{
	if (!msg)
		return;
	wipe(nlmsg_hdr(msg));
	nlmsg_free(msg);
}

/* An error message of the kernel: number and, after the request it quotes,
 * attributes with the text.
 */
static int read_error(struct iscsidsc *h, struct nlmsghdr *nlh)
{
	struct nlmsgerr *e = nlmsg_data(nlh);
	struct nlattr *text;
	size_t skip = sizeof(*e);

	if (nlmsg_datalen(nlh) < (int)sizeof(*e))
		return -EBADMSG;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return e->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	if (skip > (size_t)nlmsg_datalen(nlh))
		return e->error;
	text = nlmsg_find_attr(nlh, skip, NLMSGERR_ATTR_MSG);
	if (text)
		nla_strlcpy(h->detail, text, sizeof(h->detail));
	return e->error;
}

/* State of one exchange */
struct exchange {
	iscsidsc_reply_fn fn;
	void *arg;
	int interrupted;
	int done;
	int err;
};

static void take_message(struct iscsidsc *h, struct nlmsghdr *nlh,
			 struct exchange *x)
{
	int err = 0;

	if (nlh->nlmsg_seq != h->seq)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->interrupted = 1;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		err = read_error(h, nlh);
		break;
	case NLMSG_DONE:
		if (nlmsg_datalen(nlh) >= (int)sizeof(err))
			memcpy(&err, nlmsg_data(nlh), sizeof(err));
		break;
	case NLMSG_NOOP:
		return;
	case NLMSG_OVERRUN:
		err = -ENOBUFS;
		break;
	default:
		if (nlh->nlmsg_type == h->family && x->fn && !x->err &&
		    nlmsg_datalen(nlh) >= (int)GENL_HDRLEN)
			x->err = x->fn(nlmsg_data(nlh), x->arg);
		return;
	}
	/* An answer that could not be read stays an error. */
	if (!x->err)
		x->err = err;
	x->done = 1;
}

static int collect(struct iscsidsc *h, struct exchange *x)
{
	unsigned char *buf;
	struct nlmsghdr *nlh;
	int len;

	while (!x->done) {
		len = h->transport->recv(h, -1, &buf);
		if (len == -EINTR || len == -EBADMSG)
			continue;
		if (len < 0)
			return len;
		nlh = (struct nlmsghdr *)buf;
		for (; nlmsg_ok(nlh, len) && !x->done;
		     nlh = nlmsg_next(nlh, &len))
			take_message(h, nlh, x);
		free(buf);
	}
	return x->err;
}

/**
 * iscsidsc_request - send a request and wait until it is answered
 * @h: handle
 * @msg: request, stays the caller's
 * @fn: called for each message of the answer, or NULL
 * @arg: passed to @fn
 *
 * The kernel acknowledges after the last message of an answer to a single
 * request, because NLM_F_ACK is always set.
 *
 * Return: 0, -EINTR for a dump that changed while it was read, or the error of
 * the kernel, whose text is in iscsidsc_detail().
 */
int iscsidsc_request(struct iscsidsc *h, struct nl_msg *msg,
		     iscsidsc_reply_fn fn, void *arg)
{
	struct exchange x = { .fn = fn, .arg = arg };
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int err;

	h->detail[0] = '\0';
	if ((nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = h->seq;
	err = h->transport->send(h, msg);
	/* The answer may take long, and the request may carry secrets. */
	wipe(nlh);
	if (err)
		return err;
	err = collect(h, &x);
	if (!err && x.interrupted)
		return -EINTR;
	return err;
}
