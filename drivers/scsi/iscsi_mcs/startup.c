// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <net/sock.h>
#include <scsi/libiscsi.h>

#include "conn.h"
#include "connect.h"
#include "event.h"
#include "main.h"
#include "param.h"
#include "raise.h"
#include "recovery.h"
#include "retire.h"
#include "session.h"
#include "startup.h"

/*
 * The life of a session as iscsid steers it:
 *
 *   create -> bind -> (login PDUs) -> start -> ... -> stop -> bind -> ...
 *                                               stop -> destroy -> close
 *
 * Every bind begins an epoch: a new login of the leading connection is a new
 * session at the target (TSIH 0, session reinstatement), so the added
 * connections of the epoch before are dead and connect again after start.
 */

/* At most this much Data-In per PDU, unless iscsid declared another limit */
#define MCS_STARTUP_MAX_RECV	262144

/**
 * mcs_startup_create - make the leading connection
 * @sess: session without one
 * @iconn: libiscsi's connection object
 *
 * Return: 0 or a negative errno.
 */
int mcs_startup_create(struct mcs_session *sess, struct iscsi_conn *iconn)
{
	struct mcs_conn *conn = mcs_conn_alloc(sess);
	int err;

	if (!conn)
		return -ENOMEM;
	conn->lead = true;
	conn->login_timeout_ms = sess->login_timeout_ms;
	/* When it is lost and others live, we connect it again, not iscsid. */
	if (mcs_connect_prepare(conn)) {
		mcs_conn_put(conn);
		return -ENOMEM;
	}
	mutex_lock(&sess->mutex);
	err = mcs_session_add_conn(sess, conn);
	if (!err) {
		sess->lead = conn;
		sess->iconn = iconn;
	}
	mutex_unlock(&sess->mutex);
	if (err)
		mcs_conn_put(conn);
	return err;
}

static void mcs_startup_clear_port(struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET6)
		((struct sockaddr_in6 *)addr)->sin6_port = 0;
	else
		((struct sockaddr_in *)addr)->sin_port = 0;
}

/* Also what iscsid has bound it to, for when it is lost and connected again. */
static void mcs_startup_addresses(struct mcs_conn *conn, struct socket *sock)
{
	struct sockaddr_storage remote = { }, local = { }, source = { };
	bool has_remote, has_local;

	has_remote = kernel_getpeername(sock, (struct sockaddr *)&remote) >= 0;
	has_local = kernel_getsockname(sock, (struct sockaddr *)&local) >= 0;
	if (has_local && sock->sk->sk_userlocks & SOCK_BINDADDR_LOCK) {
		source = local;
		mcs_startup_clear_port(&source);
	}

	mutex_lock(&conn->sess->info_mutex);
	if (has_remote)
		conn->remote = remote;
	if (has_local)
		conn->local = local;
	conn->source = source;
	conn->ifindex = READ_ONCE(sock->sk->sk_bound_dev_if);
	mutex_unlock(&conn->sess->info_mutex);
	mcs_param_note_addresses(conn);
}

/**
 * mcs_startup_bind - iscsid has connected: a leading login begins
 * @sess: session
 * @sock: its socket; the reference is consumed on success
 *
 * Return: 0 or -EBUSY, when the leading connection still has a socket.
 */
int mcs_startup_bind(struct mcs_session *sess, struct socket *sock)
{
	struct mcs_conn *lead = sess->lead;
	int err = 0;

	mcs_session_lock_stop(sess);
	if (!lead || lead->sock) {
		err = -EBUSY;
		goto out;
	}
	mcs_session_restore_lead(sess);
	if (!sess->net)
		sess->net = get_net(sock_net(sock->sk));

	sess->epoch++;
	sess->bound = true;
	sess->error_raised = false;
	sess->logging_out = false;
	sess->logout_answered = false;
	mcs_offer_init(&sess->offer, clamp_t(u32, mcs_max_connections, 1,
					     MCS_MAX_CONNS));
	spin_lock_bh(&sess->win_lock);
	mcs_window_reset(&sess->win);
	spin_unlock_bh(&sess->win_lock);

	lead->cid = 0;
	lead->was_up = true;
	lead->hdgst = false;
	lead->ddgst = false;
	lead->statsn_known = false;
	lead->max_recv = MCS_STARTUP_MAX_RECV;
	lead->max_xmit = ISCSI_DEF_MAX_RECV_SEG_LEN;
	set_bit(MCS_CONN_LOGIN_PHASE, &lead->flags);
	mcs_startup_addresses(lead, sock);
	mcs_conn_set_state(lead, ISCSI_MCS_CONN_STATE_LOGIN);
	mcs_conn_attach(lead, sock, true);
	/* The end of the wait of a login: see mcs_tx_is_early() */
	if (mcs_recovery_login_waits(sess))
		mod_timer(&lead->nop_timer, sess->relogin_at);
out:
	mcs_session_unlock_stop(sess);
	return err;
}

static void mcs_startup_negotiated(struct mcs_session *sess)
{
	const struct mcs_offer *offer = &sess->offer;
	struct iscsi_conn *iconn = sess->iconn;
	struct mcs_conn *lead = sess->lead;

	sess->lead_hdgst = iconn->hdrdgst_en;
	sess->lead_ddgst = iconn->datadgst_en;
	memcpy(sess->isid, offer->isid, sizeof(sess->isid));
	sess->tsih = offer->tsih;
	sess->max_conns = mcs_offer_granted(offer);
	if (iconn->max_recv_dlength)
		lead->max_recv = iconn->max_recv_dlength;
	sess->max_recv = lead->max_recv;
	if (iconn->max_xmit_dlength)
		lead->max_xmit = iconn->max_xmit_dlength;
}

static void mcs_startup_recovered(struct mcs_session *sess)
{
	u32 ms = jiffies_to_msecs(jiffies - sess->recovery_since);

	sess->longest_pause_ms = max(sess->longest_pause_ms, ms);
	mcs_event_session(sess, ISCSI_MCS_CMD_RECOVERY_ENDED_NTF,
			  ISCSI_MCS_REASON_SESSION_RECOVERY, ms);
}

static bool mcs_startup_is_up(struct mcs_session *sess)
{
	lockdep_assert_held(&sess->mutex);
	return sess->bound && sess->lead && mcs_conn_is_live(sess->lead) &&
	       !test_bit(MCS_CONN_BROKEN, &sess->lead->flags);
}

/**
 * mcs_startup_may_start - has the leading login survived up to now?
 * @sess: session
 *
 * libiscsi takes a session for logged in whatever its connection is like. One
 * that was lost since the last Login Response must not get as far as that.
 *
 * Return: 0 or -ENOTCONN.
 */
int mcs_startup_may_start(struct mcs_session *sess)
{
	int err;

	mcs_session_lock_stop(sess);
	err = mcs_startup_is_up(sess) ? 0 : -ENOTCONN;
	mcs_session_unlock_stop(sess);
	return err;
}

/**
 * mcs_startup_start - the leading login is complete
 * @sess: session
 *
 * Parked commands go out, and the added connections are made again.
 *
 * Return: 0, or -ENOTCONN when the leading connection is down already: then
 *	   recovery has told libiscsi, and the class is about to stop the session.
 */
int mcs_startup_start(struct mcs_session *sess)
{
	enum iscsi_mcs_session_state was;
	struct mcs_conn *conn;
	int err = -ENOTCONN;

	mcs_session_lock_stop(sess);
	if (!sess->bound || !mcs_conn_is_live(sess->lead))
		goto out;

	err = 0;
	was = sess->state;
	mcs_startup_negotiated(sess);
	mcs_session_set_state(sess, ISCSI_MCS_SESSION_STATE_LOGGED_IN);
	mcs_conn_open(sess->lead);
	mcs_recovery_resubmit(sess);
	if (was == ISCSI_MCS_SESSION_STATE_LOGGING_IN)
		mcs_event_session(sess, ISCSI_MCS_CMD_SESSION_ADDED_NTF,
				  ISCSI_MCS_REASON_NONE, 0);
	else
		mcs_startup_recovered(sess);
	mcs_event_conn_up(sess->lead);
	list_for_each_entry(conn, &sess->conns, node) {
		if (conn->lead)
			continue;
		/* What the target refused before it may allow now. */
		clear_bit(MCS_CONN_NO_RETRY, &conn->flags);
		mcs_connect_with_session(conn);
	}
out:
	mcs_session_unlock_stop(sess);
	return err;
}

/**
 * mcs_startup_stop - end this login of the session
 * @sess: session
 * @terminate: for good; else a new login will follow
 *
 * Return: false when there was no login to end.
 */
bool mcs_startup_stop(struct mcs_session *sess, bool terminate)
{
	bool bound;

	mcs_session_lock_stop(sess);
	bound = sess->bound;
	sess->bound = false;
	mcs_retire_forget_logout(sess);
	if (bound)
		mcs_recovery_stop_all(sess, terminate ?
				      ISCSI_MCS_REASON_SESSION_CLOSED :
				      ISCSI_MCS_REASON_SESSION_RECOVERY);
	if (terminate) {
		mcs_session_set_state(sess, ISCSI_MCS_SESSION_STATE_CLOSING);
		mcs_recovery_fail_parked(sess, DID_TRANSPORT_DISRUPTED << 16);
	}
	mcs_session_unlock_stop(sess);
	return bound;
}

/**
 * mcs_startup_destroy - remove the leading connection
 * @sess: session
 */
void mcs_startup_destroy(struct mcs_session *sess)
{
	struct mcs_conn *lead = sess->lead;

	mcs_startup_stop(sess, true);
	/* It may be about to report an error on the object that goes away. */
	mcs_recovery_cancel(sess);
	mcs_retire_cancel(sess);
	mcs_raise_cancel(sess);
	if (lead)
		cancel_delayed_work_sync(&lead->connect_work);
	mcs_session_lock_stop(sess);
	if (lead)
		mcs_session_forget_lead(sess);
	sess->iconn = NULL;
	mcs_session_unlock_stop(sess);
}

/**
 * mcs_startup_close - remove everything a session still has
 * @sess: session that nobody can find any more
 */
void mcs_startup_close(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	mcs_session_lock_stop(sess);
	mutex_lock(&sess->info_mutex);
	sess->closing = true;
	mutex_unlock(&sess->info_mutex);
	mcs_recovery_stop_all(sess, ISCSI_MCS_REASON_SESSION_CLOSED);
	mcs_recovery_fail_parked(sess, DID_NO_CONNECT << 16);
	while (!list_empty(&sess->conns)) {
		conn = list_first_entry(&sess->conns, struct mcs_conn, node);
		mcs_connect_remove(conn);
	}
	mcs_session_unlock_stop(sess);
	mcs_recovery_cancel(sess);
	mcs_retire_cancel(sess);
	mcs_raise_cancel(sess);
}
