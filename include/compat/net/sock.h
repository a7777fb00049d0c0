/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_NET_SOCK_H
#define MCS_COMPAT_NET_SOCK_H

#include_next <net/sock.h>
#include <mcs_have.h>

#ifndef MCS_HAVE_SK_NET_REFCNT_UPGRADE
/**
 * sk_net_refcnt_upgrade - make a kernel socket pin its network namespace
 * @sk: socket made by sock_create_kern(), not yet connected
 */
static inline void sk_net_refcnt_upgrade(struct sock *sk)
{
	struct net *net = sock_net(sk);

	WARN_ON_ONCE(sk->sk_net_refcnt);
	sk->sk_net_refcnt = 1;
	get_net_track(net, &sk->ns_tracker, GFP_KERNEL);
	sock_inuse_add(net, 1);
}
#endif

#endif /* MCS_COMPAT_NET_SOCK_H */
