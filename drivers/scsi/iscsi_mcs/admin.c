// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "admin.h"
#include "conn.h"
#include "connect.h"
#include "event.h"
#include "ipsec.h"
#include "leave.h"
#include "recovery.h"
#include "session.h"
#include "stream.h"

/* Adding and removing connections on request. */

#define MCS_ADMIN_DRAIN_TIMEOUT		(30 * HZ)
/* How soon the end of who asked is noticed */
#define MCS_ADMIN_POLL			(HZ / 5)

static bool mcs_admin_same_addr(const struct sockaddr_storage *a,
				const struct sockaddr_storage *b, bool port)
{
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)a;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)b;
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)b;

	if (a->ss_family != b->ss_family)
		return false;
	switch (a->ss_family) {
	case AF_INET:
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr &&
		       (!port || a4->sin_port == b4->sin_port);
	case AF_INET6:
		return ipv6_addr_equal(&a6->sin6_addr, &b6->sin6_addr) &&
		       a6->sin6_scope_id == b6->sin6_scope_id &&
		       (!port || a6->sin6_port == b6->sin6_port);
	}
	return true;
}

/*
 * The leading one was not asked for with a source or an interface: what it uses is
 * what counts, and any will do for a request that names none.
 */
static bool mcs_admin_same_source(const struct mcs_conn *conn,
				  const struct mcs_admin_add *req)
{
	bool any_source = conn->lead && req->source.ss_family == AF_UNSPEC;
	bool any_if = conn->lead && !req->ifindex;

	return (any_source ||
		mcs_admin_same_addr(conn->lead ? &conn->local : &conn->source,
				    &req->source, false)) &&
	       (any_if || conn->ifindex == req->ifindex);
}

static bool mcs_admin_is_duplicate(struct mcs_session *sess,
				   const struct mcs_admin_add *req)
{
	struct mcs_conn *conn;

	list_for_each_entry(conn, &sess->conns, node) {
		if (mcs_admin_same_addr(&conn->remote, &req->remote, true) &&
		    mcs_admin_same_source(conn, req))
			return true;
	}
	return false;
}

/* May a connection be added now? Under the mutex */
static int mcs_admin_check(struct mcs_session *sess,
			   const struct mcs_admin_add *req,
			   struct netlink_ext_ack *extack)
{
	if (sess->closing || READ_ONCE(sess->logging_out) ||
	    sess->state == ISCSI_MCS_SESSION_STATE_CLOSING) {
		NL_SET_ERR_MSG(extack, "session is closing");
		return -ESHUTDOWN;
	}
	if (sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN) {
		NL_SET_ERR_MSG(extack,
			       "session is logging in or being recovered, try again");
		return -EAGAIN;
	}
	if (sess->max_conns == 1 && sess->offer.max_connections == 1) {
		NL_SET_ERR_MSG(extack,
			       "MC/S is off (module parameter max_connections=1)");
		return -ENOSPC;
	}
	if (sess->max_conns == 1) {
		NL_SET_ERR_MSG(extack,
			       "target allows one connection per session (MaxConnections=1)");
		return -ENOSPC;
	}
	if (sess->nconns >= sess->max_conns) {
		NL_SET_ERR_MSG_FMT(extack,
				   "session has all %u connections it may have (MaxConnections)",
				   sess->max_conns);
		return -ENOSPC;
	}
	if (!(req->flags & ISCSI_MCS_CONN_FLAGS_ALLOW_DUPLICATE) &&
	    mcs_admin_is_duplicate(sess, req)) {
		NL_SET_ERR_MSG(extack,
			       "session has a connection from this source to this portal already");
		return -EEXIST;
	}
	if (req->want_ddgst == 1 && !sess->lead_ddgst) {
		NL_SET_ERR_MSG(extack,
			       "data digest needs a session that was logged in with one");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int mcs_admin_copy_name(struct mcs_conn *conn, const char *name)
{
	if (!name)
		return 0;
	conn->symbolic_name = kstrdup(name, GFP_KERNEL);
	return conn->symbolic_name ? 0 : -ENOMEM;
}

static struct mcs_conn *mcs_admin_new_conn(struct mcs_session *sess,
					   struct mcs_admin_add *req)
{
	struct mcs_conn *conn = mcs_conn_alloc(sess);

	if (!conn)
		return NULL;
	if (mcs_connect_prepare(conn) ||
	    mcs_admin_copy_name(conn, req->symbolic_name)) {
		mcs_conn_put(conn);
		return NULL;
	}
	conn->has_port = req->has_port;
	conn->initiator_port = req->initiator_port;
	conn->remote = req->remote;
	conn->source = req->source;
	conn->ifindex = req->ifindex;
	conn->login_timeout_ms = req->login_timeout_ms ?:
				 sess->login_timeout_ms;
	conn->want_hdgst = req->want_hdgst;
	conn->want_ddgst = req->want_ddgst;
	conn->role = req->role;
	conn->weight = req->weight;
	conn->conn_flags = req->flags;
	conn->auth = req->auth;
	req->auth = NULL;
	return conn;
}

/* The attempt failed, or nobody waits for it any more: leave nothing behind */
static void mcs_admin_undo(struct mcs_session *sess, struct mcs_conn *conn)
{
	bool was_up;

	mutex_lock(&sess->mutex);
	/* Logged in, but not in use yet: it is not torn off, but waited for. */
	if (conn->sock && !conn->was_up) {
		mutex_unlock(&sess->mutex);
		wait_for_completion(&conn->connect_done);
		mutex_lock(&sess->mutex);
	}
	was_up = conn->was_up;
	if (!was_up && mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_REMOVING) {
		mcs_event_conn_removed(conn, ISCSI_MCS_REASON_LOGIN_FAILED);
		mcs_connect_remove(conn);
	}
	mutex_unlock(&sess->mutex);
	/* It may carry commands by now: these have to come to their end. */
	if (was_up)
		mcs_admin_del(sess, conn, NULL);
}

static int mcs_admin_result(struct mcs_session *sess, struct mcs_conn *conn,
			    struct netlink_ext_ack *extack)
{
	struct mcs_last last;
	int err = 0;

	mutex_lock(&sess->mutex);
	if (!conn->was_up) {
		mcs_last_get(conn, &last);
		err = last.error ?: -ECANCELED;
		NL_SET_ERR_MSG_FMT(extack, "%s", last.text);
		if (err == -EAGAIN)
			err = -ECANCELED;
	}
	mutex_unlock(&sess->mutex);
	return err;
}

/* Return: false when the one who asked has gone */
static bool mcs_admin_wait(struct mcs_conn *conn, const bool *given_up)
{
	while (!wait_for_completion_timeout(&conn->connect_done,
					    MCS_ADMIN_POLL)) {
		if (READ_ONCE(*given_up))
			return false;
	}
	return true;
}

/**
 * mcs_admin_add - add a connection to a session and wait until it works
 * @sess: session
 * @req: what to add; its secrets are taken over
 * @given_up: set when nobody waits for it any more
 * @connp: set to the connection, with a reference
 * @extack: takes the reason in words
 *
 * A connection that does not come up is not kept.
 *
 * Return: 0 or a negative errno as listed in the netlink specification.
 */
int mcs_admin_add(struct mcs_session *sess, struct mcs_admin_add *req,
		  const bool *given_up, struct mcs_conn **connp,
		  struct netlink_ext_ack *extack)
{
	struct mcs_conn *conn;
	int err;

	if (req->flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC)
		mcs_ipsec_load();
	conn = mcs_admin_new_conn(sess, req);
	if (!conn)
		return -ENOMEM;

	mutex_lock(&sess->mutex);
	err = mcs_admin_check(sess, req, extack);
	if (!err)
		err = mcs_session_add_conn(sess, conn);
	if (err) {
		mutex_unlock(&sess->mutex);
		mcs_conn_put(conn);
		return err;
	}
	mcs_conn_get(conn);
	mcs_event_conn_added(conn);
	mcs_connect_start(conn, 0);
	mutex_unlock(&sess->mutex);

	if (!mcs_admin_wait(conn, given_up)) {
		NL_SET_ERR_MSG(extack, "interrupted, nothing was added");
		err = -ECANCELED;
	} else {
		err = mcs_admin_result(sess, conn, extack);
	}
	if (err) {
		mcs_admin_undo(sess, conn);
		mcs_conn_put(conn);
		return err;
	}
	*connp = conn;
	return 0;
}

/**
 * mcs_admin_set - change what a connection is used for
 * @sess: session, mutex held
 * @conn: one of its connections
 * @role: new role, NULL for no change
 * @weight: new weight, NULL for no change
 * @extack: takes the reason in words
 *
 * Counts for commands from now on; those it carries stay.
 *
 * Return: 0 or -EALREADY.
 */
int mcs_admin_set(struct mcs_session *sess, struct mcs_conn *conn,
		  const enum iscsi_mcs_role *role, const u32 *weight,
		  struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&sess->mutex);
	if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING) {
		NL_SET_ERR_MSG(extack, "connection is being removed");
		return -EALREADY;
	}
	/* The chooser looks without a lock. */
	if (role)
		WRITE_ONCE(conn->role, *role);
	if (weight)
		WRITE_ONCE(conn->weight, *weight);
	mcs_stream_kick(sess);
	return 0;
}

static int mcs_admin_check_del(struct mcs_session *sess, struct mcs_conn *conn,
			       struct netlink_ext_ack *extack)
{
	if (test_bit(MCS_CONN_LEAVING, &conn->flags) && conn->sock) {
		NL_SET_ERR_MSG(extack,
			       "target has just asked this connection to log out, try again");
		return -EAGAIN;
	}
	if (conn->sock && !conn->was_up) {
		NL_SET_ERR_MSG(extack,
			       "connection has just logged in, try again");
		return -EAGAIN;
	}
	switch (mcs_conn_state(conn)) {
	case ISCSI_MCS_CONN_STATE_REMOVING:
	case ISCSI_MCS_CONN_STATE_DRAINING:
	case ISCSI_MCS_CONN_STATE_LOGOUT:
		NL_SET_ERR_MSG(extack, "connection is being removed already");
		return -EALREADY;
	default:
		break;
	}
	if (READ_ONCE(conn->accepting) && mcs_session_active_conns(sess) == 1) {
		NL_SET_ERR_MSG(extack,
			       "last connection of the session, log the session out instead");
		return -EBUSY;
	}
	if (conn->lead && sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN) {
		NL_SET_ERR_MSG(extack,
			       "session is logging in or being recovered, try again");
		return -EAGAIN;
	}
	return 0;
}

/* It is not removed after all */
static void mcs_admin_keep(struct mcs_conn *conn)
{
	clear_bit(MCS_CONN_NO_RETRY, &conn->flags);
	if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_WAITING) {
		mcs_connect_start(conn, 0);
	} else if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_DRAINING &&
		   mcs_conn_is_live(conn) &&
		   !test_bit(MCS_CONN_BROKEN, &conn->flags)) {
		mcs_conn_open(conn);
	}
}

/* Its commands come to their end, and it logs itself out */
static int mcs_admin_log_out(struct mcs_conn *conn,
			     struct netlink_ext_ack *extack)
{
	int err;

	/* If it is lost meanwhile it is not to come back. */
	set_bit(MCS_CONN_NO_RETRY, &conn->flags);
	err = mcs_leave_drain(conn, MCS_ADMIN_DRAIN_TIMEOUT);
	if (err == -ETIMEDOUT) {
		if (atomic_read(&conn->cmds))
			NL_SET_ERR_MSG(extack,
				       "its commands do not come to an end: it stays");
		else
			NL_SET_ERR_MSG(extack,
				       "commands on others, which this target may lose with it, do not come to an end: it stays");
		return err;
	}
	if (!err)
		err = mcs_leave_logout(conn, NULL);
	/*
	 * The target may not have seen it: a survivor tells it once more. But
	 * not when the whole session logs out.
	 */
	if (err && mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_LOGOUT &&
	    !READ_ONCE(conn->sess->logging_out))
		mcs_leave_failed(conn, ISCSI_MCS_REASON_REQUEST,
				 err < 0 ? err : -EREMOTEIO,
				 "no answer to its logout");
	return 0;
}

/* Lost; in state LOGOUT it was closed because it had asked for that */
static bool mcs_admin_is_lost(const struct mcs_conn *conn)
{
	return test_bit(MCS_CONN_BROKEN, &conn->flags) &&
	       mcs_conn_is_live(conn) &&
	       mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_LOGOUT;
}

/*
 * A connection that was lost, perhaps while it was being removed, is recovery's
 * first: its commands may be sent again only after the target has let go of
 * them, and LIO ends the session for a connection that nobody logs out.
 */
static int mcs_admin_settle(struct mcs_session *sess, struct mcs_conn *conn,
			    struct netlink_ext_ack *extack)
{
	if (!sess->closing && mcs_admin_is_lost(conn)) {
		set_bit(MCS_CONN_NO_RETRY, &conn->flags);
		mutex_unlock(&sess->mutex);
		flush_work(&sess->recovery_work);
		mutex_lock(&sess->mutex);
	}
	/* Its commands may be running still; they end with the session. */
	if (sess->closing ||
	    (READ_ONCE(sess->logging_out) && atomic_read(&conn->cmds))) {
		NL_SET_ERR_MSG(extack, "session is closing");
		return -ESHUTDOWN;
	}
	if (mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING) {
		NL_SET_ERR_MSG(extack, "connection is being removed already");
		return -EALREADY;
	}
	/* The session may have been logged in again, or be about to. */
	if (mcs_admin_is_lost(conn) || READ_ONCE(conn->accepting) ||
	    mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_CLEANUP ||
	    (conn->lead && sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN)) {
		NL_SET_ERR_MSG(extack,
			       "connection was lost and is being recovered, try again");
		return -EAGAIN;
	}
	return 0;
}

/**
 * mcs_admin_del - remove a connection
 * @sess: session
 * @conn: one of its connections; the caller holds a reference
 * @extack: takes the reason in words
 *
 * Commands it carries come to their end first, then it is logged out.
 *
 * Return: 0 or a negative errno as listed in the netlink specification.
 */
int mcs_admin_del(struct mcs_session *sess, struct mcs_conn *conn,
		  struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&sess->mutex);
	err = mcs_admin_check_del(sess, conn, extack);
	if (err)
		goto out;

	if (READ_ONCE(conn->accepting))
		err = mcs_admin_log_out(conn, extack);
	if (!err)
		err = mcs_admin_settle(sess, conn, extack);
	if (err) {
		mcs_admin_keep(conn);
		goto out;
	}
	mcs_event_conn_removed(conn, ISCSI_MCS_REASON_REQUEST);
	mcs_connect_remove(conn);
out:
	mutex_unlock(&sess->mutex);
	return err;
}
