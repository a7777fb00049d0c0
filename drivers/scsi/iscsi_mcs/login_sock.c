// SPDX-License-Identifier: GPL-2.0
/*
 * TCP socket of an added connection.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/errno.h>
#include <linux/error-injection.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/sched/mm.h>
#include <linux/tcp.h>
#include <linux/wait.h>

#include <net/sock.h>
#include <net/tcp.h>

#include "login_sock.h"

/**
 * mcs_login_ctl_init - prepare a cancel handle
 * @ctl: handle; lives longer than every call that gets it
 */
void mcs_login_ctl_init(struct mcs_login_ctl *ctl)
{
	mutex_init(&ctl->lock);
	ctl->sock = NULL;
	ctl->cancelled = false;
}

/**
 * mcs_login_ctl_attach - name the socket that a cancel shuts down
 * @ctl: handle
 * @sock: socket; detach before it is released
 *
 * Return: 0, or -ECANCELED if the handle was cancelled before.
 */
int mcs_login_ctl_attach(struct mcs_login_ctl *ctl, struct socket *sock)
{
	int ret = 0;

	mutex_lock(&ctl->lock);
	if (ctl->cancelled)
		ret = -ECANCELED;
	else
		ctl->sock = sock;
	mutex_unlock(&ctl->lock);
	return ret;
}

/**
 * mcs_login_ctl_detach - a later cancel leaves the socket alone
 * @ctl: handle; on return no cancel is using the socket any more
 */
void mcs_login_ctl_detach(struct mcs_login_ctl *ctl)
{
	mutex_lock(&ctl->lock);
	ctl->sock = NULL;
	mutex_unlock(&ctl->lock);
}

/**
 * mcs_login_is_cancelled - was mcs_login_cancel() called?
 * @ctl: handle
 *
 * Return: true if so.
 */
bool mcs_login_is_cancelled(const struct mcs_login_ctl *ctl)
{
	/* pairs with mcs_login_cancel(); set before the socket wakes us */
	return READ_ONCE(ctl->cancelled);
}

/**
 * mcs_login_cancel - make connect and login return at once
 * @ctl: handle
 *
 * Resets the attached socket, which wakes mcs_login_connect() and
 * mcs_login_run() wherever they wait; both then return -ECANCELED, and so do
 * later calls with this handle.
 *
 * Context: process context, may sleep. Any thread, any number of times.
 */
void mcs_login_cancel(struct mcs_login_ctl *ctl)
{
	struct sock *sk;

	mutex_lock(&ctl->lock);
	/* before the wake-up: whoever is about to wait looks at it first */
	WRITE_ONCE(ctl->cancelled, true);
	if (ctl->sock) {
		sk = ctl->sock->sk;
		if (READ_ONCE(sk->sk_state) != TCP_CLOSE)
			tcp_abort(sk, ECONNABORTED);
		wake_up_interruptible_all(sk_sleep(sk));
	}
	mutex_unlock(&ctl->lock);
}

/**
 * mcs_login_time_left - how long a wait may take
 * @deadline: absolute time in jiffies
 *
 * Return: jiffies until @deadline, 0 if it has passed.
 */
long mcs_login_time_left(unsigned long deadline)
{
	long left = deadline - jiffies;

	return left > 0 ? left : 0;
}

/*
 * Sockets below a block device are used while memory is reclaimed. Those of
 * user space are not; without a class of their own, lockdep would connect
 * the two and report a deadlock that cannot happen.
 */
static struct lock_class_key mcs_sock_slock_keys[2];
static struct lock_class_key mcs_sock_lock_keys[2];

static void mcs_login_sock_set_class(struct sock *sk)
{
	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) ||
	    WARN_ON_ONCE(!sock_allow_reclassification(sk)))
		return;
	if (sk->sk_family == AF_INET6)
		sock_lock_init_class_and_name(sk, "slock-AF_INET6-ISCSI-MCS",
					      &mcs_sock_slock_keys[1],
					      "sk_lock-AF_INET6-ISCSI-MCS",
					      &mcs_sock_lock_keys[1]);
	else
		sock_lock_init_class_and_name(sk, "slock-AF_INET-ISCSI-MCS",
					      &mcs_sock_slock_keys[0],
					      "sk_lock-AF_INET-ISCSI-MCS",
					      &mcs_sock_lock_keys[0]);
}

static int mcs_login_addr_len(const struct sockaddr_storage *addr)
{
	switch (addr->ss_family) {
	case AF_INET:
		return sizeof(struct sockaddr_in);
	case AF_INET6:
		return sizeof(struct sockaddr_in6);
	default:
		return -EAFNOSUPPORT;
	}
}

static void mcs_login_sock_set_options(struct sock *sk,
				       const struct mcs_login_path *path)
{
	mcs_login_sock_set_class(sk);
	/* I/O must be able to send while memory is short */
	sk->sk_allocation = GFP_ATOMIC;
	sk->sk_use_task_frag = false;
	sk_set_memalloc(sk);
	/* nothing of a connection given up may reach the target later */
	sock_no_linger(sk);
	tcp_sock_set_nodelay(sk);
	if (path->syn_retries)
		tcp_sock_set_syncnt(sk, path->syn_retries);
}

static int mcs_login_sock_bind(struct socket *sock,
			       const struct mcs_login_path *path)
{
	struct sockaddr_storage source = path->source;
	int ret;

	if (path->ifindex) {
		ret = sock_bindtoindex(sock->sk, path->ifindex, true);
		if (ret)
			return ret;
	}
	if (source.ss_family == AF_UNSPEC)
		return 0;
	if (source.ss_family != path->peer.ss_family)
		return -EAFNOSUPPORT;
	/* the type of the address argument differs between kernels */
	return kernel_bind(sock, (void *)&source, mcs_login_addr_len(&source));
}

/**
 * mcs_login_sock_create - create and bind the socket of a connection
 * @path: where it will connect from and to
 * @sockp: where the socket goes; release with mcs_login_sock_release()
 *
 * Return: 0, -EAFNOSUPPORT (addresses are not both IPv4 or both IPv6),
 *	   -EADDRNOTAVAIL (no such source address here), -ENOMEM, -ENOBUFS,
 *	   or another error from the stack.
 */
int mcs_login_sock_create(const struct mcs_login_path *path,
			  struct socket **sockp)
{
	unsigned int noio = memalloc_noio_save();
	struct socket *sock;
	int ret;

	ret = mcs_login_addr_len(&path->peer);
	if (ret < 0)
		goto restore;
	ret = sock_create_kern(path->net, path->peer.ss_family, SOCK_STREAM,
			       IPPROTO_TCP, &sock);
	if (ret)
		goto restore;
	mcs_login_sock_set_options(sock->sk, path);
	ret = mcs_login_sock_bind(sock, path);
	if (ret)
		mcs_login_sock_release(sock);
	else
		*sockp = sock;
restore:
	memalloc_noio_restore(noio);
	return ret;
}

ALLOW_ERROR_INJECTION(mcs_login_sock_create, ERRNO);

/**
 * mcs_login_sock_release - close a socket of mcs_login_sock_create()
 * @sock: socket, no callback of ours installed any more; NULL is ignored
 *
 * Data not yet acknowledged is thrown away and the target sees a reset.
 */
void mcs_login_sock_release(struct socket *sock)
{
	if (!sock)
		return;
	lock_sock(sock->sk);
	sk_clear_memalloc(sock->sk);
	release_sock(sock->sk);
	sock_release(sock);
}

static bool mcs_login_is_connecting(const struct sock *sk)
{
	return (1 << READ_ONCE(sk->sk_state)) & (TCPF_SYN_SENT | TCPF_SYN_RECV);
}

/*
 * Wait until the handshake is over one way or the other. Not done inside
 * kernel_connect(), where a cancel that comes just before the wait would be
 * missed until the deadline.
 */
static int mcs_login_wait_connected(struct sock *sk,
				    const struct mcs_login_ctl *ctl,
				    unsigned long deadline)
{
	long left = mcs_login_time_left(deadline);

	left = wait_event_interruptible_timeout(*sk_sleep(sk),
						mcs_login_is_cancelled(ctl) ||
						!mcs_login_is_connecting(sk),
						left);
	if (left < 0)
		return -EINTR;
	return left ? 0 : -ETIMEDOUT;
}

static int mcs_login_handshake(struct socket *sock,
			       const struct mcs_login_path *path,
			       const struct mcs_login_ctl *ctl,
			       unsigned long deadline)
{
	struct sockaddr_storage peer = path->peer;
	int len = mcs_login_addr_len(&peer);
	int ret;

	if (len < 0)
		return len;
	ret = kernel_connect(sock, (void *)&peer, len, O_NONBLOCK);
	if (ret != -EINPROGRESS)
		return ret;
	ret = mcs_login_wait_connected(sock->sk, ctl, deadline);
	if (ret)
		return ret;
	/* the second call reports how it ended */
	return kernel_connect(sock, (void *)&peer, len, O_NONBLOCK);
}

/**
 * mcs_login_connect - connect a socket to the target portal
 * @sock: socket from mcs_login_sock_create()
 * @path: where to connect to
 * @ctl: cancel handle; the socket stays attached to it on success
 * @deadline: absolute time limit in jiffies
 *
 * Return: 0, -ECANCELED, -ETIMEDOUT (no answer in time), -ECONNREFUSED
 *	   (nobody listens), -EHOSTUNREACH or -ENETUNREACH (no way there),
 *	   -ENODEV (no such device), -EAGAIN (IPsec is not ready), or another
 *	   error from the stack.
 *	   The socket remains the caller's; after an error it must be
 *	   released, and is detached from @ctl.
 */
int mcs_login_connect(struct socket *sock, const struct mcs_login_path *path,
		      struct mcs_login_ctl *ctl, unsigned long deadline)
{
	unsigned int noio = memalloc_noio_save();
	int ret;

	ret = mcs_login_ctl_attach(ctl, sock);
	if (ret)
		goto restore;
	ret = mcs_login_handshake(sock, path, ctl, deadline);
	if (mcs_login_is_cancelled(ctl))
		ret = -ECANCELED;
	if (ret)
		mcs_login_ctl_detach(ctl);
restore:
	memalloc_noio_restore(noio);
	return ret;
}

ALLOW_ERROR_INJECTION(mcs_login_connect, ERRNO);
