// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "conn.h"
#include "connect.h"
#include "link.h"
#include "main.h"
#include "session.h"

/*
 * Network interfaces, addresses and routes that come and go. TCP would notice
 * one that went away only by its retransmission timer, and would tell nobody;
 * and a connection that waits for its next attempt need not wait when its link
 * or its address has just come back.
 */

/* For a session that somebody is busy with */
#define MCS_LINK_AGAIN	(HZ / 20)

static bool mcs_link_dev_is_down(const struct net_device *dev)
{
	return !netif_running(dev) || !netif_carrier_ok(dev);
}

/* The interface it went over when it had a route, by number */
static bool mcs_link_last_dev_is_down(struct mcs_conn *conn)
{
	const struct net_device *dev;
	bool down = true;

	if (!conn->last_ifindex)
		return false;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(sock_net(conn->sock->sk),
				   conn->last_ifindex);
	if (dev)
		down = mcs_link_dev_is_down(dev);
	rcu_read_unlock();
	return down;
}

/**
 * mcs_link_is_down - has the interface gone that the connection uses?
 * @conn: connection with a socket
 *
 * TCP drops a route that went away when it tries to use it. What counts then
 * is the interface that was last seen in use.
 */
bool mcs_link_is_down(struct mcs_conn *conn)
{
	struct dst_entry *dst = sk_dst_get(conn->sock->sk);
	bool down;

	if (!dst)
		return mcs_link_last_dev_is_down(conn);
	conn->last_ifindex = dst->dev->ifindex;
	down = mcs_link_dev_is_down(dst->dev);
	dst_release(dst);
	return down;
}

/**
 * mcs_link_has_dst - did the last packet of a connection find a route?
 * @conn: connection with a socket
 *
 * TCP forgets its route for other causes as well: false is no proof, but the
 * moment to call mcs_link_check_route().
 */
bool mcs_link_has_dst(const struct mcs_conn *conn)
{
	return rcu_access_pointer(conn->sock->sk->sk_dst_cache);
}

/* What TCP asks before it sends again. Return: 0 or a negative errno */
static int mcs_link_route_error(struct mcs_conn *conn)
{
	struct sock *sk = conn->sock->sk;
	int err = 0;

	lock_sock(sk);
	if (sk->sk_state == TCP_ESTABLISHED)
		err = inet_csk(sk)->icsk_af_ops->rebuild_header(sk);
	release_sock(sk);
	return err;
}

/**
 * mcs_link_check_route - give a connection up that has no way to its portal
 * @conn: connection with a socket
 *
 * Only where another one can go on without a login of the session: an address
 * or a route may be back in a moment, which is less than that takes.
 *
 * Context: process; takes the socket's lock.
 */
void mcs_link_check_route(struct mcs_conn *conn)
{
	int err;

	if (!mcs_session_outlives_conns(conn->sess) ||
	    mcs_session_active_conns(conn->sess) < 2)
		return;
	err = mcs_link_route_error(conn);
	switch (err) {
	case -ENETUNREACH:	/* no route, or no such address of ours */
	case -EHOSTUNREACH:	/* a route of type unreachable */
	case -EACCES:		/* or prohibit */
		mcs_conn_fail(conn, ISCSI_MCS_REASON_LINK, err,
			      "no route to the portal any more");
		break;
	}
}

static void mcs_link_check_live(struct mcs_conn *conn)
{
	if (mcs_link_is_down(conn))
		mcs_conn_fail(conn, ISCSI_MCS_REASON_LINK, -ENETDOWN,
			      "network interface went down");
	else
		mcs_link_check_route(conn);
}

static void mcs_link_check_conn(struct mcs_conn *conn)
{
	if (conn->sock && mcs_conn_is_live(conn))
		mcs_link_check_live(conn);
	else if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_WAITING && conn->was_up &&
		 !test_bit(MCS_CONN_NO_RETRY, &conn->flags) &&
		 !mcs_connect_is_flapping(conn))
		mcs_connect_hasten(conn);
}

/* Return: false when somebody else is busy with the session */
static bool mcs_link_check_session(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	if (!mutex_trylock(&sess->mutex))
		return false;
	if (sess->state == ISCSI_MCS_SESSION_STATE_LOGGED_IN &&
	    !sess->closing) {
		list_for_each_entry(conn, &sess->conns, node)
			mcs_link_check_conn(conn);
	}
	mutex_unlock(&sess->mutex);
	return true;
}

static void mcs_link_work_fn(struct work_struct *work)
{
	struct mcs_session *sess;
	bool again = false;
	u32 sid = 0;

	while ((sess = mcs_session_find_from(sid))) {
		sid = sess->sid + 1;
		/* One that recovers must not hold up the others. */
		if (!mcs_link_check_session(sess))
			again = true;
		mcs_session_put(sess);
	}
	if (again)
		queue_delayed_work(mcs_recovery_wq, to_delayed_work(work),
				   MCS_LINK_AGAIN);
}

static DECLARE_DELAYED_WORK(mcs_link_work, mcs_link_work_fn);

/*
 * Of interfaces and of addresses. Under the RTNL, or not even that: sessions are
 * looked at from a work item.
 */
static int mcs_link_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_UNREGISTER:
		mod_delayed_work(mcs_recovery_wq, &mcs_link_work, 0);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block mcs_link_notifier = {
	.notifier_call = mcs_link_event,
};

static struct notifier_block mcs_link_addr4_notifier = {
	.notifier_call = mcs_link_event,
};

static struct notifier_block mcs_link_addr6_notifier = {
	.notifier_call = mcs_link_event,
};

static int mcs_link_register_addr6(void)
{
	return IS_ENABLED(CONFIG_IPV6) ?
	       register_inet6addr_notifier(&mcs_link_addr6_notifier) : 0;
}

static void mcs_link_unregister_addr6(void)
{
	if (IS_ENABLED(CONFIG_IPV6))
		unregister_inet6addr_notifier(&mcs_link_addr6_notifier);
}

/**
 * mcs_link_register - begin to watch network interfaces and addresses
 *
 * Return: 0 or a negative errno.
 */
int mcs_link_register(void)
{
	int err;

	err = register_netdevice_notifier(&mcs_link_notifier);
	if (err)
		return err;
	err = register_inetaddr_notifier(&mcs_link_addr4_notifier);
	if (err)
		goto out_link;
	err = mcs_link_register_addr6();
	if (err)
		goto out_addr4;
	return 0;

out_addr4:
	unregister_inetaddr_notifier(&mcs_link_addr4_notifier);
out_link:
	unregister_netdevice_notifier(&mcs_link_notifier);
	cancel_delayed_work_sync(&mcs_link_work);
	return err;
}

/**
 * mcs_link_unregister - undo mcs_link_register()
 */
void mcs_link_unregister(void)
{
	mcs_link_unregister_addr6();
	unregister_inetaddr_notifier(&mcs_link_addr4_notifier);
	unregister_netdevice_notifier(&mcs_link_notifier);
	cancel_delayed_work_sync(&mcs_link_work);
}
