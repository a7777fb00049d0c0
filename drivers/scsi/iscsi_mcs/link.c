// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "conn.h"
#include "connect.h"
#include "link.h"
#include "main.h"
#include "session.h"
#include "sock.h"

/*
 * Network interfaces that come and go. TCP would notice a link that went down
 * only by its retransmission timer; and a connection that waits for its next
 * attempt need not wait when its link has just come back.
 */

/* For a session that somebody is busy with */
#define MCS_LINK_AGAIN	(HZ / 20)

static void mcs_link_check_conn(struct mcs_conn *conn)
{
	if (conn->sock && mcs_conn_is_live(conn) && mcs_sock_is_link_down(conn))
		mcs_conn_fail(conn, ISCSI_MCS_REASON_LINK, -ENETDOWN,
			      "network interface went down");
	else if (conn->state == ISCSI_MCS_CONN_STATE_WAITING && conn->was_up &&
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

/* Under the RTNL: sessions are looked at from a work item. */
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

/**
 * mcs_link_register - begin to watch network interfaces
 *
 * Return: 0 or a negative errno.
 */
int mcs_link_register(void)
{
	return register_netdevice_notifier(&mcs_link_notifier);
}

/**
 * mcs_link_unregister - undo mcs_link_register()
 */
void mcs_link_unregister(void)
{
	unregister_netdevice_notifier(&mcs_link_notifier);
	cancel_delayed_work_sync(&mcs_link_work);
}
