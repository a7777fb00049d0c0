// SPDX-License-Identifier: GPL-2.0
/*
 * Login of an added connection: moves PDUs between socket and state machine.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/sched/mm.h>
#include <linux/socket.h>
#include <linux/uio.h>

#include <net/sock.h>

#include "login.h"

/**
 * struct mcs_login_io - one run of a login
 * @sock: connected socket
 * @ctl: cancel handle
 * @login: state machine
 * @deadline: absolute time limit in jiffies
 */
struct mcs_login_io {
	struct socket *sock;
	struct mcs_login_ctl *ctl;
	struct mcs_login *login;
	unsigned long deadline;
};

/* Limit the next wait on the socket to what is left of the login's time. */
static int mcs_login_arm_timeout(const struct mcs_login_io *io)
{
	long left = mcs_login_time_left(io->deadline);

	if (mcs_login_is_cancelled(io->ctl))
		return -ECANCELED;
	if (!left)
		return -ETIMEDOUT;
	WRITE_ONCE(io->sock->sk->sk_sndtimeo, left);
	WRITE_ONCE(io->sock->sk->sk_rcvtimeo, left);
	return 0;
}

static int mcs_login_send(const struct mcs_login_io *io,
			  const struct iscsi_login_req *req, const void *text,
			  size_t len)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec[] = {
		{ .iov_base = (void *)req, .iov_len = sizeof(*req) },
		{ .iov_base = (void *)text, .iov_len = len },
	};
	int ret;

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, vec, ARRAY_SIZE(vec),
		      sizeof(*req) + len);
	while (msg_data_left(&msg)) {
		ret = mcs_login_arm_timeout(io);
		if (ret)
			return ret;
		ret = sock_sendmsg(io->sock, &msg);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Read exactly @len bytes: what follows the login belongs to the engine. */
static int mcs_login_recv(const struct mcs_login_io *io, void *to, size_t len)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec;
	int ret;

	while (len) {
		ret = mcs_login_arm_timeout(io);
		if (ret)
			return ret;
		vec.iov_base = to;
		vec.iov_len = len;
		ret = kernel_recvmsg(io->sock, &msg, &vec, 1, len,
				     MSG_WAITALL);
		if (ret < 0)
			return ret;
		if (!ret)
			return -ECONNRESET;
		to += ret;
		len -= ret;
	}
	return 0;
}

static enum mcs_login_action mcs_login_socket_failed(struct mcs_login_io *io,
						     int error)
{
	enum mcs_login_cause cause = MCS_LOGIN_TRANSPORT;

	if (error == -ECANCELED || mcs_login_is_cancelled(io->ctl))
		cause = MCS_LOGIN_CANCELLED;
	else if (error == -ETIMEDOUT || error == -EAGAIN)
		cause = MCS_LOGIN_TIMEOUT;
	else if (error == -ECONNRESET || error == -EPIPE)
		cause = MCS_LOGIN_CLOSED;
	return mcs_login_fail(io->login, cause,
			      cause == MCS_LOGIN_TRANSPORT ? error : 0);
}

/* Read one response and let the state machine decide. */
static enum mcs_login_action mcs_login_receive(struct mcs_login_io *io)
{
	struct iscsi_login_rsp rsp;
	size_t len, room;
	void *data;
	int ret;

	ret = mcs_login_recv(io, &rsp, sizeof(rsp));
	if (ret)
		return mcs_login_socket_failed(io, ret);
	len = ntoh24(rsp.dlength);
	data = mcs_login_rx_space(io->login, &room);
	if (rsp.hlength || len > room)
		return mcs_login_fail(io->login, MCS_LOGIN_PROTOCOL, 0);
	/* apart from the padding: texts of several PDUs are put together */
	ret = mcs_login_recv(io, data, len);
	if (!ret) {
		u8 pad[ISCSI_PAD_LEN];

		ret = mcs_login_recv(io, pad, -len % ISCSI_PAD_LEN);
	}
	if (ret)
		return mcs_login_socket_failed(io, ret);
	return mcs_login_feed(io->login, &rsp, data, len);
}

static enum mcs_login_action
mcs_login_exchange(struct mcs_login_io *io, u32 cmdsn)
{
	struct iscsi_login_req req;
	const void *text;
	size_t len;
	int ret;

	len = mcs_login_build(io->login, cmdsn, &req, &text);
	ret = mcs_login_send(io, &req, text, ALIGN(len, ISCSI_PAD_LEN));
	if (ret)
		return mcs_login_socket_failed(io, ret);
	return mcs_login_receive(io);
}

/**
 * mcs_login_run - log a connected socket in to the session
 * @sock: connected socket whose callbacks are not replaced yet
 * @ctl: cancel handle the socket is attached to; it stays attached
 * @login: state machine after mcs_login_start()
 * @ops: the session's side
 * @data: argument of the @ops functions
 * @deadline: absolute time limit in jiffies for the whole login
 *
 * Reads no byte behind the final Login Response. The texts exchanged are
 * wiped from @login before the return; login->result says what came out.
 *
 * Context: process context, may sleep.
 *
 * Return: 0 in full feature phase; otherwise an errno, and the socket is of
 *	   no more use: that of the cause, see mcs_login_cause_errno(), or
 *	   the socket's for MCS_LOGIN_TRANSPORT.
 */
int mcs_login_run(struct socket *sock, struct mcs_login_ctl *ctl,
		  struct mcs_login *login, const struct mcs_login_ops *ops,
		  void *data, unsigned long deadline)
{
	struct mcs_login_result *result = &login->result;
	struct mcs_login_io io = {
		.sock = sock,
		.ctl = ctl,
		.login = login,
		.deadline = deadline,
	};
	unsigned int noio = memalloc_noio_save();
	enum mcs_login_action action;

	do {
		action = mcs_login_exchange(&io, ops->cmdsn(data));
		if (action != MCS_LOGIN_FAILED && result->has_window)
			ops->update_window(data, result->exp_cmdsn,
					   result->max_cmdsn);
	} while (action == MCS_LOGIN_SEND);

	if (action == MCS_LOGIN_DONE && mcs_login_is_cancelled(ctl))
		action = mcs_login_fail(login, MCS_LOGIN_CANCELLED, 0);
	mcs_login_wipe(login);
	memalloc_noio_restore(noio);
	if (action == MCS_LOGIN_FAILED)
		return result->error ? result->error :
				       mcs_login_cause_errno(result->cause);
	WRITE_ONCE(sock->sk->sk_sndtimeo, MAX_SCHEDULE_TIMEOUT);
	WRITE_ONCE(sock->sk->sk_rcvtimeo, MAX_SCHEDULE_TIMEOUT);
	return 0;
}
