// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The way to the kernel: a generic netlink socket per handle. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/socket.h>

#include "internal.h"

/* Events come in bursts when a switch dies under many sessions. */
#define EVENT_BUFFER_BYTES	(1024 * 1024)

static int errno_of_nl(int nlerr)
{
	switch (-nlerr) {
	case NLE_SUCCESS:
		return 0;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_OBJ_NOTFOUND:
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
		return -ENOSYS;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_MSG_OVERFLOW:
		return -ENOBUFS;
	default:
		return -EIO;
	}
}

static int transport_open(struct iscsidsc *h)
{
	struct nl_sock *sk;
	int err, fd, on = 1;

	sk = nl_socket_alloc();
	if (!sk)
		return -ENOMEM;
	err = genl_connect(sk);
	if (err < 0)
		goto err_free;
	h->family = genl_ctrl_resolve(sk, ISCSI_MCS_FAMILY_NAME);
	if (h->family < 0) {
		err = h->family;
		goto err_free;
	}
	/* Texts of errors, but not the request that caused them. */
	fd = nl_socket_get_fd(sk);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	nl_socket_enable_msg_peek(sk);
	h->priv = sk;
	return 0;

err_free:
	nl_socket_free(sk);
	return errno_of_nl(err);
}

static void transport_close(struct iscsidsc *h)
{
	nl_socket_free(h->priv);
}

static int transport_send(struct iscsidsc *h, struct nl_msg *msg)
{
	int err = nl_send(h->priv, msg);

	return err < 0 ? errno_of_nl(err) : 0;
}

static int transport_recv(struct iscsidsc *h, int timeout_ms,
			  unsigned char **buf)
{
	struct pollfd pfd = {
		.fd = nl_socket_get_fd(h->priv),
		.events = POLLIN,
	};
	struct sockaddr_nl from;
	int n;

	/* Also to wait for ever: nl_recv() goes on waiting when a signal came. */
	n = poll(&pfd, 1, timeout_ms);
	if (n < 0)
		return -errno;
	if (n == 0)
		return 0;
	*buf = NULL;
	errno = 0;
	n = nl_recv(h->priv, &from, buf, NULL);
	if (n < 0)
		return errno == ENOBUFS ? -ENOBUFS : errno_of_nl(n);
	if (n == 0)
		return -EIO;
	/* Only the kernel speaks for the kernel. */
	if (from.nl_pid) {
		free(*buf);
		return -EBADMSG;
	}
	return n;
}

static int transport_subscribe(struct iscsidsc *h)
{
	int err, control;

	h->group = genl_ctrl_resolve_grp(h->priv, ISCSI_MCS_FAMILY_NAME,
					 ISCSI_MCS_MCGRP_EVENTS);
	if (h->group < 0)
		return errno_of_nl(h->group);
	control = genl_ctrl_resolve_grp(h->priv, "nlctrl", "notify");
	if (control < 0)
		return errno_of_nl(control);
	nl_socket_set_buffer_size(h->priv, EVENT_BUFFER_BYTES, 0);
	err = nl_socket_add_memberships(h->priv, h->group, control, 0);
	return err < 0 ? errno_of_nl(err) : 0;
}

static int transport_fd(const struct iscsidsc *h)
{
	return nl_socket_get_fd(h->priv);
}

/**
 * iscsidsc_transport_default - the transport of every handle
 *
 * Return: operations on a netlink socket.
 */
const struct iscsidsc_transport *iscsidsc_transport_default(void)
{
	static const struct iscsidsc_transport ops = {
		.open = transport_open,
		.close = transport_close,
		.send = transport_send,
		.recv = transport_recv,
		.subscribe = transport_subscribe,
		.fd = transport_fd,
	};

	return &ops;
}
