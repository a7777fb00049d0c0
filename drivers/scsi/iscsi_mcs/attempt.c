// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/net.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <scsi/libiscsi.h>

#include "attempt.h"
#include "conn.h"
#include "event.h"
#include "failover.h"
#include "hush.h"
#include "param.h"
#include "recovery.h"
#include "session.h"
#include "sock.h"

/*
 * One attempt to make an added connection. The session mutex is held in the
 * first and the last step, not while the network is waited for; an attempt that
 * finds the session in another epoch afterwards is thrown away.
 */

#define MCS_ATTEMPT_SYN_RETRIES		2
/*
 * To come back soon after the link: two SYNs a second apart, and another second
 * for the answer. TCP would wait for two.
 */
#define MCS_ATTEMPT_SYN_RETRIES_AGAIN	1
#define MCS_ATTEMPT_AGAIN		(2 * HZ)
/* The other end may still be loading ciphers, and drops what comes */
#define MCS_ATTEMPT_SYN_RETRIES_IPSEC	5

/* Added connections of some targets are numbered from zero */
#define MCS_ATTEMPT_LOW_STATSN		16
/* Everybody's I/O waits for the commands there are, no longer than this. */
#define MCS_ATTEMPT_HUSH		HZ

static u32 mcs_attempt_cmdsn(void *data)
{
	struct mcs_session *sess = data;
	u32 cmdsn;

	spin_lock_bh(&sess->win_lock);
	cmdsn = sess->win.cmdsn;
	spin_unlock_bh(&sess->win_lock);
	return cmdsn;
}

static void mcs_attempt_update_window(void *data, u32 exp_cmdsn, u32 max_cmdsn)
{
	mcs_session_update_window(data, exp_cmdsn, max_cmdsn);
}

static const struct mcs_login_ops mcs_attempt_login_ops = {
	.cmdsn = mcs_attempt_cmdsn,
	.update_window = mcs_attempt_update_window,
};

static bool mcs_attempt_cid_in_use(struct mcs_session *sess, u16 cid)
{
	struct mcs_conn *conn;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn->cid == cid)
			return true;
	}
	return false;
}

/* A CID the target cannot take for one it still knows */
static u16 mcs_attempt_new_cid(struct mcs_session *sess)
{
	/* 0 is iscsid's, the last one is never used, see failover.c */
	while (!sess->next_cid || sess->next_cid == U16_MAX ||
	       mcs_attempt_cid_in_use(sess, sess->next_cid))
		sess->next_cid++;
	return sess->next_cid++;
}

static enum mcs_login_digest mcs_attempt_digest(s8 want, bool lead)
{
	if (want < 0)
		want = lead;
	return want ? MCS_LOGIN_DIGEST_CRC32C : MCS_LOGIN_DIGEST_NONE;
}

static bool mcs_attempt_is_protected(const struct mcs_conn *conn)
{
	return conn->conn_flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
}

static unsigned int mcs_attempt_syn_retries(const struct mcs_conn *conn)
{
	if (mcs_attempt_is_protected(conn))
		return MCS_ATTEMPT_SYN_RETRIES_IPSEC;
	return conn->was_up ? MCS_ATTEMPT_SYN_RETRIES_AGAIN :
			      MCS_ATTEMPT_SYN_RETRIES;
}

/**
 * mcs_attempt_begin - fill in what the attempt needs
 * @conn: connection
 *
 * Return: 0, -ECANCELED or -EALREADY when there is nothing to connect for, -EAGAIN
 *	   when the session is not logged in: mcs_connect_with_session() will come.
 */
int mcs_attempt_begin(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	struct mcs_attempt *job = conn->job;
	struct mcs_login_params *p = &job->params;

	lockdep_assert_held(&sess->mutex);
	job->may_be_in = false;
	if (sess->closing || mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING)
		return -ECANCELED;
	/* iscsid was faster with its own. */
	if (conn->sock)
		return -EALREADY;
	if (sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN ||
	    READ_ONCE(sess->logging_out))
		return -EAGAIN;

	conn->cid = mcs_attempt_new_cid(sess);
	strscpy(job->initiator_name, sess->isess->initiatorname ?: "",
		sizeof(job->initiator_name));
	strscpy(job->target_name, sess->isess->targetname ?: "",
		sizeof(job->target_name));
	job->epoch = sess->epoch;
	job->began = jiffies;
	job->again = false;
	job->path = (struct mcs_login_path){
		.net = sess->net,
		.peer = conn->remote,
		.source = conn->source,
		.ifindex = conn->ifindex,
		.syn_retries = mcs_attempt_syn_retries(conn),
	};
	*p = (struct mcs_login_params){
		.initiator_name = job->initiator_name,
		.target_name = job->target_name,
		.tsih = sess->tsih,
		.cid = conn->cid,
		.tpgt = sess->offer.has_tpgt ? sess->offer.tpgt :
						sess->isess->tpgt,
		.itt = mcs_ctl_new_itt(sess),
		.header_digest = mcs_attempt_digest(conn->want_hdgst,
						    sess->lead_hdgst),
		.data_digest = mcs_attempt_digest(conn->want_ddgst,
						  sess->lead_ddgst),
		.max_recv_dlength = sess->max_recv,
	};
	memcpy(p->isid, sess->isid, sizeof(p->isid));
	mcs_auth_resolve(&job->auth, conn->auth, sess);
	if (mcs_auth_chap(&job->auth, sess, &job->chap))
		p->auth = &job->chap;
	job->needs_secret = sess->offer.chap && !p->auth;
	mcs_login_ctl_init(&conn->login_ctl);
	conn->status_class = 0;
	conn->status_detail = 0;
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_CONNECTING);
	return 0;
}

/* CHAP may have been offered and not chosen. */
static enum iscsi_mcs_auth mcs_attempt_auth(const struct mcs_attempt *job)
{
	if (!job->params.auth || !job->login.chap_chosen)
		return ISCSI_MCS_AUTH_NONE;
	return mcs_chap_is_mutual(job->params.auth) ?
	       ISCSI_MCS_AUTH_MUTUAL_CHAP : ISCSI_MCS_AUTH_CHAP;
}

/* Nobody has said that the login failed: not in a way that can be understood. */
static bool mcs_attempt_is_unanswered(const struct mcs_login_result *r)
{
	switch (r->cause) {
	case MCS_LOGIN_CLOSED:
	case MCS_LOGIN_TIMEOUT:
	case MCS_LOGIN_CANCELLED:
	case MCS_LOGIN_TRANSPORT:
	case MCS_LOGIN_PROTOCOL:
	case MCS_LOGIN_BAD_TEXT:
		return true;
	case MCS_LOGIN_VERSION:
	case MCS_LOGIN_NO_TPGT:
		return r->status_class == ISCSI_STATUS_CLS_SUCCESS;
	default:
		return false;
	}
}

/*
 * Does it say nothing about the next attempt of a connection that has been up? It had
 * room for this one, and took the same login for right; what could not be understood
 * was of that moment, too.
 */
static bool mcs_attempt_is_of_the_moment(enum mcs_login_cause cause)
{
	switch (cause) {
	case MCS_LOGIN_TOO_MANY:
	case MCS_LOGIN_INITIATOR_ERROR:
	case MCS_LOGIN_VERSION:
	case MCS_LOGIN_MISSING:
	case MCS_LOGIN_BAD_REQUEST:
	case MCS_LOGIN_NO_TPGT:
	case MCS_LOGIN_PROTOCOL:
	case MCS_LOGIN_BAD_TEXT:
	case MCS_LOGIN_ENDLESS:
		return true;
	default:
		return false;
	}
}

/* Would another attempt come to the same end? */
static bool mcs_attempt_is_final(const struct mcs_conn *conn,
				 enum mcs_login_cause cause)
{
	if (cause == MCS_LOGIN_CANCELLED)
		return false;
	if (conn->was_up && mcs_attempt_is_of_the_moment(cause))
		return false;
	return mcs_login_cause_advice(cause) == MCS_LOGIN_STOP;
}

static int mcs_attempt_login(struct mcs_conn *conn, struct socket *sock,
			     unsigned long deadline)
{
	struct mcs_attempt *job = conn->job;
	struct mcs_login_result *r = &job->login.result;
	enum mcs_login_cause cause;
	int err;

	err = mcs_login_start(&job->login, &job->params);
	if (err && r->cause == MCS_LOGIN_OK) {
		mcs_attempt_note(conn, err,
				 "session has no TSIH or name to log in with");
		return err;
	}
	if (!err)
		err = mcs_login_run(sock, &conn->login_ctl, &job->login,
				    &mcs_attempt_login_ops, conn->sess, deadline);
	if (r->exchanges)
		WRITE_ONCE(conn->sess->last_login_status,
			   r->status_class << 8 | r->status_detail);
	if (!err)
		return 0;

	cause = r->cause;
	job->may_be_in = mcs_attempt_is_unanswered(r);
	if (cause != MCS_LOGIN_TRANSPORT)
		err = mcs_login_cause_errno(cause);
	conn->status_class = r->status_class;
	conn->status_detail = r->status_detail;
	if (mcs_attempt_is_final(conn, cause))
		set_bit(MCS_CONN_NO_RETRY, &conn->flags);
	mcs_attempt_note_cause(conn, err, r);
	return err;
}

/* Until when TCP's handshake has to be over */
static unsigned long mcs_attempt_handshake_end(const struct mcs_conn *conn,
					       unsigned long deadline)
{
	unsigned long soon = jiffies + MCS_ATTEMPT_AGAIN;

	if (!conn->was_up || mcs_attempt_is_protected(conn) ||
	    time_after(soon, deadline))
		return deadline;
	return soon;
}

/* The TCP connection, protected from its first packet on if it has to be */
static int mcs_attempt_tcp(struct mcs_conn *conn, struct socket *sock,
			   unsigned long deadline)
{
	bool protect = mcs_attempt_is_protected(conn);
	struct mcs_attempt *job = conn->job;
	int err = 0;

	if (protect)
		err = mcs_ipsec_protect(sock, &job->path, &conn->login_ctl,
					deadline, &job->ipsec);
	if (err)
		return err;
	err = mcs_login_connect(sock, &job->path, &conn->login_ctl,
				mcs_attempt_handshake_end(conn, deadline));
	/* No keys; protected, they went away between the look at the route and the SYN. */
	if (err == -EAGAIN)
		return -EKEYEXPIRED;
	if (err)
		return err;
	if (protect)
		return mcs_ipsec_verify(sock, &job->path, &job->ipsec);
	mcs_ipsec_look(sock, &job->ipsec);
	return 0;
}

/**
 * mcs_attempt_run - the part that waits for the network, without the mutex
 * @conn: connection
 * @sockp: the socket, logged in
 *
 * Return: 0 or a negative errno.
 */
int mcs_attempt_run(struct mcs_conn *conn, struct socket **sockp)
{
	struct mcs_attempt *job = conn->job;
	unsigned long deadline;
	struct socket *sock;
	int err;

	/* LIO would just close the connection. */
	if (job->needs_secret) {
		err = mcs_login_cause_errno(MCS_LOGIN_AUTH_NEEDED);
		set_bit(MCS_CONN_NO_RETRY, &conn->flags);
		mcs_attempt_note(conn, err,
				 mcs_login_cause_text(MCS_LOGIN_AUTH_NEEDED));
		return err;
	}

	deadline = jiffies + msecs_to_jiffies(conn->login_timeout_ms);
	err = mcs_login_sock_create(&job->path, &sock);
	if (err) {
		mcs_attempt_note_errno(conn, err);
		return err;
	}
	err = mcs_attempt_tcp(conn, sock, deadline);
	if (err) {
		mcs_attempt_note_errno(conn, err);
		goto err_release;
	}
	/* Without the mutex: a removal that has begun meanwhile remains one. */
	cmpxchg(&conn->state, ISCSI_MCS_CONN_STATE_CONNECTING,
		ISCSI_MCS_CONN_STATE_LOGIN);
	err = mcs_attempt_login(conn, sock, deadline);
	if (err)
		goto err_release;
	mcs_login_ctl_detach(&conn->login_ctl);
	*sockp = sock;
	return 0;

err_release:
	mcs_login_ctl_detach(&conn->login_ctl);
	mcs_login_sock_release(sock);
	return err;
}

static bool mcs_attempt_is_stale(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	return sess->epoch != conn->job->epoch || sess->closing ||
	       READ_ONCE(sess->logging_out) ||
	       mcs_login_is_cancelled(&conn->login_ctl) ||
	       mcs_conn_state(conn) == ISCSI_MCS_CONN_STATE_REMOVING ||
	       sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN;
}

/*
 * istgt answers the question by closing the connection, and on closing one it
 * throws the commands of all away. It numbers from zero; so what does that is
 * asked only while the session has no commands there.
 */
static int mcs_attempt_ask(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	bool quiet = true;
	int err;

	if (conn->exp_statsn <= MCS_ATTEMPT_LOW_STATSN) {
		mutex_unlock(&sess->mutex);
		quiet = mcs_hush_begin(conn, MCS_ATTEMPT_HUSH);
		mutex_lock(&sess->mutex);
	}
	/* Lost before it was asked, it says nothing about the target. */
	if (!quiet || mcs_attempt_is_stale(conn) ||
	    test_bit(MCS_CONN_BROKEN, &conn->flags))
		err = 0;
	else
		err = mcs_failover_probe(conn);
	if (err == -ECONNRESET) {
		mutex_unlock(&sess->mutex);
		mcs_hush_until_closed(conn);
		mutex_lock(&sess->mutex);
	}
	mcs_hush_end(conn);
	return err;
}

/* Ask the target what it is like, once. Return: 0 when the connection is good */
static int mcs_attempt_probe(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	int err;

	if (sess->target_class != ISCSI_MCS_TARGET_CLASS_UNKNOWN)
		return 0;
	err = mcs_attempt_ask(conn);
	conn->job->again = err == -ECONNRESET;
	if (mcs_attempt_is_stale(conn))
		err = -ECANCELED;
	if (!err)
		return 0;
	mcs_conn_quiesce(conn);
	mcs_conn_detach(conn);
	return err;
}

/* Logged in, and the session is still the one we logged in to */
static int mcs_attempt_up(struct mcs_conn *conn, struct socket *sock)
{
	struct mcs_attempt *job = conn->job;
	const struct mcs_login_result *r = &job->login.result;
	struct sockaddr_storage addr = { };
	int err;

	conn->auth_used = mcs_attempt_auth(job);
	conn->hdgst = r->header_digest;
	conn->ddgst = r->data_digest;
	conn->max_xmit = r->max_xmit_dlength;
	conn->max_recv = job->params.max_recv_dlength;
	conn->exp_statsn = r->exp_statsn;
	conn->statsn_known = true;
	conn->unacked_since = 0;
	conn->ipsec_mode = job->ipsec.mode;
	conn->ipsec_reqid = job->ipsec.reqid;
	if (kernel_getsockname(sock, (struct sockaddr *)&addr) >= 0) {
		mutex_lock(&conn->sess->info_mutex);
		conn->local = addr;
		mutex_unlock(&conn->sess->info_mutex);
	}
	if (conn->lead)
		mcs_param_note_addresses(conn);
	mcs_conn_attach(conn, sock, false);
	err = mcs_attempt_probe(conn);
	if (err)
		return err;

	/*
	 * Lost before it carried a command, it is a failed attempt: where recovery
	 * is a new login of the session there is nothing that would be for.
	 */
	if (!conn->lead && test_bit(MCS_CONN_BROKEN, &conn->flags) &&
	    !mcs_failover_is_possible(conn->sess)) {
		mcs_conn_quiesce(conn);
		mcs_conn_detach(conn);
		return -ENOTCONN;
	}
	mcs_last_forget(conn);
	err = mcs_conn_open(conn);
	if (err)
		return err;
	if (conn->was_up)
		conn->stats.reconnects++;
	conn->was_up = true;
	conn->attempts = 0;
	mcs_recovery_resubmit(conn->sess);
	mcs_event_conn_up(conn);
	return 0;
}

/**
 * mcs_attempt_wipe - leave no secret behind
 * @conn: connection
 */
void mcs_attempt_wipe(struct mcs_conn *conn)
{
	mcs_login_wipe(&conn->job->login);
	memzero_explicit(&conn->job->auth, sizeof(conn->job->auth));
}

/**
 * mcs_attempt_end - give the connection to the session, if it is still the same
 * @conn: connection
 * @sock: what mcs_attempt_run() has made; released here when it is not needed
 *
 * Return: 0 or a negative errno.
 */
int mcs_attempt_end(struct mcs_conn *conn, struct socket *sock)
{
	lockdep_assert_held(&conn->sess->mutex);
	if (!mcs_attempt_is_stale(conn))
		return mcs_attempt_up(conn, sock);
	mcs_attempt_note_errno(conn, -ECANCELED);
	mcs_login_sock_release(sock);
	conn->job->may_be_in = true;
	return -ECANCELED;
}
