// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kmod.h>
#include <linux/net.h>
#include <linux/sockptr.h>
#include <linux/wait.h>
#include <linux/xfrm.h>
#include <net/dst.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/xfrm.h>

#include "ipsec.h"
#include "login_sock.h"

/*
 * A connection that requires IPsec never sends in the clear. Who protects it,
 * and how, is decided by the system's policies, whoever put them there; but
 * policies come and go, a key daemon that stops takes its own along. So before
 * the first packet the route is asked what would protect it, and that answer
 * is pinned to the socket as a policy of its own, for both directions. From
 * then on the stack drops what it cannot protect, and what arrives in the
 * clear, until the socket is closed.
 */

#define MCS_IPSEC_POLL	(HZ / 10)

/**
 * struct mcs_ipsec_policy - argument of the socket option IP_XFRM_POLICY
 * @info: the policy; its empty selector stands for all packets of the socket
 * @tmpl: the one transformation it demands
 */
struct mcs_ipsec_policy {
	struct xfrm_userpolicy_info info;
	struct xfrm_user_tmpl tmpl;
};

/**
 * mcs_ipsec_load - have the kernel understand policies for sockets
 *
 * Not for a reconnect: the disk the module is on may be the one that waits.
 */
void mcs_ipsec_load(void)
{
	/* Whether that worked is seen when the first policy is set. */
	request_module("xfrm_user");
}

static struct dst_entry *mcs_ipsec_route4(struct sock *sk,
					  const struct mcs_login_path *path,
					  struct sockaddr_storage *source)
{
	const struct sockaddr_in *peer = (const struct sockaddr_in *)&path->peer;
	struct sockaddr_in *in = (struct sockaddr_in *)source;
	struct flowi4 fl4 = {
		.flowi4_oif = path->ifindex,
		.flowi4_mark = sk->sk_mark,
		.flowi4_proto = IPPROTO_TCP,
		.daddr = peer->sin_addr.s_addr,
		.fl4_dport = peer->sin_port,
		.fl4_sport = inet_sk(sk)->inet_sport,
	};
	struct rtable *rt;

	if (in->sin_family == AF_INET)
		fl4.saddr = in->sin_addr.s_addr;
	rt = ip_route_output_flow(path->net, &fl4, sk);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = fl4.saddr;
	return &rt->dst;
}

static struct dst_entry *mcs_ipsec_route6(struct sock *sk,
					  const struct mcs_login_path *path,
					  struct sockaddr_storage *source)
{
	const struct sockaddr_in6 *peer =
		(const struct sockaddr_in6 *)&path->peer;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)source;
	struct flowi6 fl6 = {
		.flowi6_oif = path->ifindex ?: peer->sin6_scope_id,
		.flowi6_mark = sk->sk_mark,
		.flowi6_proto = IPPROTO_TCP,
		.daddr = peer->sin6_addr,
		.fl6_dport = peer->sin6_port,
		.fl6_sport = inet_sk(sk)->inet_sport,
	};
	struct dst_entry *dst;

	if (!IS_ENABLED(CONFIG_IPV6))
		return ERR_PTR(-EAFNOSUPPORT);
	if (in6->sin6_family == AF_INET6)
		fl6.saddr = in6->sin6_addr;
	dst = ip6_dst_lookup_flow(path->net, sk, &fl6, NULL);
	if (IS_ERR(dst))
		return dst;
	in6->sin6_family = AF_INET6;
	in6->sin6_addr = fl6.saddr;
	return dst;
}

/* The route a packet of the socket takes; @source is filled in if unset */
static struct dst_entry *mcs_ipsec_route(struct sock *sk,
					 const struct mcs_login_path *path,
					 struct sockaddr_storage *source)
{
	return path->peer.ss_family == AF_INET ?
	       mcs_ipsec_route4(sk, path, source) :
	       mcs_ipsec_route6(sk, path, source);
}

/* What a route does to packets. Return: false for other than nothing or ESP */
static bool mcs_ipsec_read(const struct dst_entry *dst, struct mcs_ipsec *ipsec)
{
	const struct xfrm_state *x = dst_xfrm(dst);

	memset(ipsec, 0, sizeof(*ipsec));
	if (!x)
		return true;
	/* With IPComp or AH around it there are two. */
	if (x->id.proto != IPPROTO_ESP || dst_xfrm(xfrm_dst_child(dst)))
		return false;
	switch (x->props.mode) {
	case XFRM_MODE_TRANSPORT:
		ipsec->mode = ISCSI_MCS_IPSEC_MODE_TRANSPORT;
		break;
	case XFRM_MODE_TUNNEL:
		ipsec->mode = ISCSI_MCS_IPSEC_MODE_TUNNEL;
		break;
	default:
		return false;
	}
	ipsec->reqid = x->props.reqid;
	ipsec->family = x->props.family;
	ipsec->local = x->props.saddr;
	ipsec->remote = x->id.daddr;
	return true;
}

/*
 * Return: 0 with @ipsec filled in, -EAGAIN while keys are being negotiated,
 * or why there is no protection.
 */
static int mcs_ipsec_find(struct sock *sk, const struct mcs_login_path *path,
			  struct sockaddr_storage *source,
			  struct mcs_ipsec *ipsec)
{
	struct dst_entry *dst = mcs_ipsec_route(sk, path, source);
	int err = 0;

	/* A policy that blocks */
	if (dst == ERR_PTR(-EPERM))
		return -EKEYREVOKED;
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	if (dst->error)
		err = dst->error;
	else if (!mcs_ipsec_read(dst, ipsec))
		err = -EKEYREVOKED;
	else if (ipsec->mode == ISCSI_MCS_IPSEC_MODE_NONE)
		/* This is what the stack drops packets with that wait for keys. */
		err = dst->output == dst_discard_out ? -EAGAIN : -EKEYREVOKED;
	dst_release(dst);
	return err;
}

static int mcs_ipsec_set(struct sock *sk, const struct mcs_ipsec *ipsec, u8 dir)
{
	struct mcs_ipsec_policy policy = {
		.info = {
			.sel.family = sk->sk_family,
			.dir = dir,
			.action = XFRM_POLICY_ALLOW,
			.share = XFRM_SHARE_ANY,
			.lft = {
				.soft_byte_limit = XFRM_INF,
				.hard_byte_limit = XFRM_INF,
				.soft_packet_limit = XFRM_INF,
				.hard_packet_limit = XFRM_INF,
			},
		},
		.tmpl = {
			.id.proto = IPPROTO_ESP,
			.family = ipsec->family,
			.reqid = ipsec->reqid,
			.mode = XFRM_MODE_TRANSPORT,
			.share = XFRM_SHARE_ANY,
			.aalgos = ~0U,
			.ealgos = ~0U,
			.calgos = ~0U,
		},
	};
	bool out = dir == XFRM_POLICY_OUT;
	int err;

	if (ipsec->mode == ISCSI_MCS_IPSEC_MODE_TUNNEL) {
		policy.tmpl.mode = XFRM_MODE_TUNNEL;
		policy.tmpl.saddr = out ? ipsec->local : ipsec->remote;
		policy.tmpl.id.daddr = out ? ipsec->remote : ipsec->local;
	}
	lock_sock(sk);
	err = xfrm_user_policy(sk, sk->sk_family == AF_INET ?
				   IP_XFRM_POLICY : IPV6_XFRM_POLICY,
			       KERNEL_SOCKPTR(&policy), sizeof(policy));
	release_sock(sk);
	/* All values are good, so it is the one who reads them that lacks. */
	return err == -EINVAL ? -EOPNOTSUPP : err;
}

/* Until the key daemon has done its part, the time is up, or somebody cancels */
static int mcs_ipsec_wait(struct sock *sk, const struct mcs_login_path *path,
			  struct mcs_login_ctl *ctl, unsigned long deadline,
			  struct sockaddr_storage *source,
			  struct mcs_ipsec *ipsec)
{
	int err;

	for (;;) {
		err = mcs_ipsec_find(sk, path, source, ipsec);
		if (err != -EAGAIN)
			return err;
		if (!mcs_login_time_left(deadline))
			return -EKEYEXPIRED;
		if (wait_event_interruptible_timeout(*sk_sleep(sk),
						     mcs_login_is_cancelled(ctl),
						     MCS_IPSEC_POLL))
			return -ECANCELED;
	}
}

/**
 * mcs_ipsec_protect - pin a socket to the IPsec that covers its connection
 * @sock: socket that is not connected yet
 * @path: where it will connect from and to
 * @ctl: cancel handle; the socket stays attached to it
 * @deadline: how long security associations may take, in jiffies
 * @ipsec: set to what was found
 *
 * Return: 0, -EKEYREVOKED (nothing protects it, or a policy blocks it),
 *	   -EKEYEXPIRED (no security associations in time), -EOPNOTSUPP (no
 *	   xfrm_user), -ECANCELED, or what the route lookup says. After an error
 *	   the socket must not be connected.
 */
int mcs_ipsec_protect(struct socket *sock, const struct mcs_login_path *path,
		      struct mcs_login_ctl *ctl, unsigned long deadline,
		      struct mcs_ipsec *ipsec)
{
	struct sockaddr_storage source = path->source;
	int err;

	err = mcs_login_ctl_attach(ctl, sock);
	if (err)
		return err;
	err = mcs_ipsec_wait(sock->sk, path, ctl, deadline, &source, ipsec);
	if (err)
		return err;
	err = mcs_ipsec_set(sock->sk, ipsec, XFRM_POLICY_IN);
	if (err)
		return err;
	return mcs_ipsec_set(sock->sk, ipsec, XFRM_POLICY_OUT);
}

/**
 * mcs_ipsec_verify - is it as it was pinned?
 * @sock: connected socket
 * @path: where it connected to
 * @ipsec: what mcs_ipsec_protect() found
 *
 * Return: 0 or -EKEYREVOKED.
 */
int mcs_ipsec_verify(struct socket *sock, const struct mcs_login_path *path,
		     const struct mcs_ipsec *ipsec)
{
	struct sockaddr_storage source = { };
	struct dst_entry *dst = sk_dst_get(sock->sk);
	struct mcs_ipsec now = { };
	bool same;

	if (!dst) {
		/* Forgotten because some policy changed: ask again. */
		if (kernel_getsockname(sock, (void *)&source) < 0)
			return -EKEYREVOKED;
		dst = mcs_ipsec_route(sock->sk, path, &source);
		if (IS_ERR(dst))
			return -EKEYREVOKED;
	}
	same = mcs_ipsec_read(dst, &now) && now.mode == ipsec->mode &&
	       now.mode != ISCSI_MCS_IPSEC_MODE_NONE &&
	       now.reqid == ipsec->reqid;
	dst_release(dst);
	return same ? 0 : -EKEYREVOKED;
}

/**
 * mcs_ipsec_look - what protects a connection that does not insist?
 * @sock: connected socket
 * @ipsec: filled in
 */
void mcs_ipsec_look(struct socket *sock, struct mcs_ipsec *ipsec)
{
	struct dst_entry *dst = sk_dst_get(sock->sk);

	if (!dst || !mcs_ipsec_read(dst, ipsec))
		memset(ipsec, 0, sizeof(*ipsec));
	dst_release(dst);
}

/**
 * mcs_ipsec_errno_text - errors of this file in words
 * @err: negative errno
 *
 * Return: a text, NULL for other errors.
 */
const char *mcs_ipsec_errno_text(int err)
{
	switch (err) {
	case -EKEYREVOKED:
		return "IPsec is required, and no IPsec policy protects this connection";
	case -EKEYEXPIRED:
		return "IPsec has to protect this connection, and no keys were negotiated in time";
	case -EOPNOTSUPP:
		return "IPsec is required, and this kernel has no xfrm_user module";
	}
	return NULL;
}
