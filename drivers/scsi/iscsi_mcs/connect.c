// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/ctype.h>
#include <linux/error-injection.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <scsi/libiscsi.h>

#include "auth.h"
#include "conn.h"
#include "connect.h"
#include "event.h"
#include "failover.h"
#include "ipsec.h"
#include "leave.h"
#include "login.h"
#include "main.h"
#include "recovery.h"
#include "session.h"
#include "sock.h"
#include "stream.h"

/*
 * Making an added connection: TCP, login, and again after a loss. One work
 * item per connection, on a queue of its own, because a silent portal keeps
 * it busy for seconds. The session mutex is held before and after, not
 * during; an attempt that finds the session in another epoch afterwards is
 * thrown away.
 */

#define MCS_CONNECT_RETRY_MIN_MS	500
#define MCS_CONNECT_RETRY_MAX_MS	2000
#define MCS_CONNECT_SYN_RETRIES		2
/*
 * To come back soon after the link: two SYNs a second apart, and another second
 * for the answer. TCP would wait for two.
 */
#define MCS_CONNECT_SYN_RETRIES_AGAIN	1
#define MCS_CONNECT_AGAIN		(2 * HZ)
/* The other end may still be loading ciphers, and drops what comes */
#define MCS_CONNECT_SYN_RETRIES_IPSEC	5

/* How often a target is asked that has no room yet */
#define MCS_CONNECT_ROOM_POLL		(HZ / 10)

/* A connection that lives for less is flapping when that happens often */
#define MCS_CONNECT_STABLE		(10 * HZ)
#define MCS_CONNECT_FLAPS		3
#define MCS_CONNECT_FLAP_MS		1000
/* The longest pause where a loss costs a login of the session */
#define MCS_CONNECT_FLAP_SESSION_MS	60000

/**
 * struct mcs_connect - one attempt
 * @path: where from and where to
 * @params: what to log in with
 * @epoch: session's epoch when it began
 * @began: jiffies then
 * @initiator_name: copy of the session's
 * @target_name: copy of the session's
 * @auth: copy of the names and secrets, wiped after the attempt
 * @chap: the same for the login
 * @needs_secret: the leading login had to prove who it is, and this one cannot
 * @again: the target closed it over the question what it is like: once more
 * @may_be_in: the login failed here, but may have succeeded at the target
 * @ipsec: what protects the connection
 * @login: state of the login
 */
struct mcs_connect {
	struct mcs_login_path path;
	struct mcs_login_params params;
	u32 epoch;
	unsigned long began;
	char initiator_name[MCS_LOGIN_NAME_MAX + 1];
	char target_name[MCS_LOGIN_NAME_MAX + 1];
	struct mcs_auth auth;
	struct mcs_chap_auth chap;
	bool needs_secret;
	bool again;
	bool may_be_in;
	struct mcs_ipsec ipsec;
	struct mcs_login login;
};

static u32 mcs_connect_cmdsn(void *data)
{
	struct mcs_session *sess = data;
	u32 cmdsn;

	spin_lock_bh(&sess->win_lock);
	cmdsn = sess->win.cmdsn;
	spin_unlock_bh(&sess->win_lock);
	return cmdsn;
}

static void mcs_connect_update_window(void *data, u32 exp_cmdsn, u32 max_cmdsn)
{
	mcs_session_update_window(data, exp_cmdsn, max_cmdsn);
}

static const struct mcs_login_ops mcs_connect_login_ops = {
	.cmdsn = mcs_connect_cmdsn,
	.update_window = mcs_connect_update_window,
};

static bool mcs_connect_cid_in_use(struct mcs_session *sess, u16 cid)
{
	struct mcs_conn *conn;

	list_for_each_entry(conn, &sess->conns, node) {
		if (conn->cid == cid)
			return true;
	}
	return false;
}

/* A CID the target cannot take for one it still knows */
static u16 mcs_connect_new_cid(struct mcs_session *sess)
{
	/* 0 is iscsid's, the last one is never used, see failover.c */
	while (!sess->next_cid || sess->next_cid == U16_MAX ||
	       mcs_connect_cid_in_use(sess, sess->next_cid))
		sess->next_cid++;
	return sess->next_cid++;
}

static enum mcs_login_digest mcs_connect_digest(s8 want, bool lead)
{
	if (want < 0)
		want = lead;
	return want ? MCS_LOGIN_DIGEST_CRC32C : MCS_LOGIN_DIGEST_NONE;
}

static bool mcs_connect_protected(const struct mcs_conn *conn)
{
	return conn->conn_flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
}

static unsigned int mcs_connect_syn_retries(const struct mcs_conn *conn)
{
	if (mcs_connect_protected(conn))
		return MCS_CONNECT_SYN_RETRIES_IPSEC;
	return conn->was_up ? MCS_CONNECT_SYN_RETRIES_AGAIN :
			      MCS_CONNECT_SYN_RETRIES;
}

/* Fill in the attempt; under the mutex. -EAGAIN: not now, start() will come */
static int mcs_connect_begin(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	struct mcs_connect *job = conn->job;
	struct mcs_login_params *p = &job->params;

	lockdep_assert_held(&sess->mutex);
	if (sess->closing || conn->state == ISCSI_MCS_CONN_STATE_REMOVING)
		return -ECANCELED;
	/* iscsid was faster with its own. */
	if (conn->sock)
		return -EALREADY;
	if (sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN ||
	    sess->logging_out)
		return -EAGAIN;

	conn->cid = mcs_connect_new_cid(sess);
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
		.syn_retries = mcs_connect_syn_retries(conn),
	};
	*p = (struct mcs_login_params){
		.initiator_name = job->initiator_name,
		.target_name = job->target_name,
		.tsih = sess->tsih,
		.cid = conn->cid,
		.tpgt = sess->offer.has_tpgt ? sess->offer.tpgt :
						sess->isess->tpgt,
		.itt = mcs_ctl_new_itt(sess),
		.header_digest = mcs_connect_digest(conn->want_hdgst,
						    sess->lead_hdgst),
		.data_digest = mcs_connect_digest(conn->want_ddgst,
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

static const char *mcs_connect_errno_text(int err)
{
	const char *text = mcs_ipsec_errno_text(err);

	if (text)
		return text;
	switch (err) {
	case -ECONNREFUSED:
		return "nobody listens at this portal";
	case -ETIMEDOUT:
		return "portal does not answer";
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return "no route to this portal";
	case -EADDRNOTAVAIL:
		return "source address is not an address of this host";
	case -ENODEV:
		return "no such network interface";
	case -ECANCELED:
		return "given up: the session is changing or the request was cancelled";
	case -ENOBUFS:
	case -ENOMEM:
		return "out of memory";
	}
	return "cannot connect to this portal";
}

static void mcs_connect_note_error(struct mcs_conn *conn, int err,
				   const char *text)
{
	conn->last_error = err;
	conn->last_reason = ISCSI_MCS_REASON_LOGIN_FAILED;
	strscpy(conn->last_text, text, sizeof(conn->last_text));
}

/* What a target calls its new address is shown only if it can be one. */
static bool mcs_connect_is_address(const char *text)
{
	const char *c;

	for (c = text; *c; c++) {
		if (!isascii(*c) || (!isalnum(*c) && !strchr(".:,[]-", *c)))
			return false;
	}
	return *text;
}

static void mcs_connect_note_cause(struct mcs_conn *conn, int err,
				   const struct mcs_login_result *r)
{
	char text[sizeof(conn->last_text)];

	if ((r->cause != MCS_LOGIN_REDIRECT_TEMP &&
	     r->cause != MCS_LOGIN_REDIRECT_PERM) ||
	    !mcs_connect_is_address(r->redirect)) {
		mcs_connect_note_error(conn, err,
				       mcs_login_cause_text(r->cause));
		return;
	}
	snprintf(text, sizeof(text), "target moved to %.79s", r->redirect);
	mcs_connect_note_error(conn, err, text);
}

/* CHAP may have been offered and not chosen. */
static enum iscsi_mcs_auth mcs_connect_auth(const struct mcs_connect *job)
{
	if (!job->params.auth || !job->login.chap_chosen)
		return ISCSI_MCS_AUTH_NONE;
	return mcs_chap_is_mutual(job->params.auth) ?
	       ISCSI_MCS_AUTH_MUTUAL_CHAP : ISCSI_MCS_AUTH_CHAP;
}

/* Nobody has said that the login failed. */
static bool mcs_connect_is_unanswered(enum mcs_login_cause cause)
{
	return cause == MCS_LOGIN_CLOSED || cause == MCS_LOGIN_TIMEOUT ||
	       cause == MCS_LOGIN_CANCELLED || cause == MCS_LOGIN_TRANSPORT;
}

/*
 * A target counts a connection that has left until it has torn it down. LIO
 * takes a moment for that, and others until they notice that it is gone.
 */
static bool mcs_connect_makes_room(const struct mcs_session *sess, int err)
{
	/* clang does not like time_before() to make a variable of a const one */
	unsigned long room_by = sess->room_by;

	return err == -EUSERS && time_before(jiffies, room_by);
}

/* Would another attempt come to the same end? */
static bool mcs_connect_is_final(const struct mcs_conn *conn,
				 enum mcs_login_cause cause)
{
	if (cause == MCS_LOGIN_CANCELLED)
		return false;
	/* It had room for this one. */
	if (cause == MCS_LOGIN_TOO_MANY && conn->was_up)
		return false;
	return mcs_login_cause_advice(cause) == MCS_LOGIN_STOP;
}

static int mcs_connect_login(struct mcs_conn *conn, struct socket *sock,
			     unsigned long deadline)
{
	struct mcs_connect *job = conn->job;
	struct mcs_login_result *r = &job->login.result;
	enum mcs_login_cause cause;
	int err;

	err = mcs_login_start(&job->login, &job->params);
	if (err && r->cause == MCS_LOGIN_OK) {
		mcs_connect_note_error(conn, err,
				       "session has no TSIH or name to log in with");
		return err;
	}
	if (!err)
		err = mcs_login_run(sock, &conn->login_ctl, &job->login,
				    &mcs_connect_login_ops, conn->sess, deadline);
	if (r->exchanges)
		WRITE_ONCE(conn->sess->last_login_status,
			   r->status_class << 8 | r->status_detail);
	if (!err)
		return 0;

	cause = r->cause;
	job->may_be_in = mcs_connect_is_unanswered(cause);
	if (cause != MCS_LOGIN_TRANSPORT)
		err = mcs_login_cause_errno(cause);
	conn->status_class = r->status_class;
	conn->status_detail = r->status_detail;
	if (mcs_connect_is_final(conn, cause))
		set_bit(MCS_CONN_NO_RETRY, &conn->flags);
	mcs_connect_note_cause(conn, err, r);
	return err;
}

/* Until when TCP's handshake has to be over */
static unsigned long mcs_connect_handshake_end(const struct mcs_conn *conn,
					       unsigned long deadline)
{
	unsigned long soon = jiffies + MCS_CONNECT_AGAIN;

	if (!conn->was_up || mcs_connect_protected(conn) ||
	    time_after(soon, deadline))
		return deadline;
	return soon;
}

/* The TCP connection, protected from its first packet on if it has to be */
static int mcs_connect_tcp(struct mcs_conn *conn, struct socket *sock,
			   unsigned long deadline)
{
	bool protect = mcs_connect_protected(conn);
	struct mcs_connect *job = conn->job;
	int err = 0;

	if (protect)
		err = mcs_ipsec_protect(sock, &job->path, &conn->login_ctl,
					deadline, &job->ipsec);
	if (err)
		return err;
	err = mcs_login_connect(sock, &job->path, &conn->login_ctl,
				mcs_connect_handshake_end(conn, deadline));
	/* The keys went away between the look at the route and the first SYN. */
	if (protect && err == -EAGAIN)
		return -EKEYEXPIRED;
	if (err)
		return err;
	if (protect)
		return mcs_ipsec_verify(sock, &job->path, &job->ipsec);
	mcs_ipsec_look(sock, &job->ipsec);
	return 0;
}

/* The part that waits for the network. Return: 0 and the socket, or errno */
static int mcs_connect_attempt(struct mcs_conn *conn, struct socket **sockp)
{
	struct mcs_connect *job = conn->job;
	unsigned long deadline;
	struct socket *sock;
	int err;

	/* LIO would just close the connection. */
	if (job->needs_secret) {
		err = mcs_login_cause_errno(MCS_LOGIN_AUTH_NEEDED);
		set_bit(MCS_CONN_NO_RETRY, &conn->flags);
		mcs_connect_note_error(conn, err,
				       mcs_login_cause_text(MCS_LOGIN_AUTH_NEEDED));
		return err;
	}

	deadline = jiffies + msecs_to_jiffies(conn->login_timeout_ms);
	err = mcs_login_sock_create(&job->path, &sock);
	if (err) {
		mcs_connect_note_error(conn, err, mcs_connect_errno_text(err));
		return err;
	}
	err = mcs_connect_tcp(conn, sock, deadline);
	if (err) {
		mcs_connect_note_error(conn, err, mcs_connect_errno_text(err));
		goto err_release;
	}
	/* Without the mutex: a removal that has begun meanwhile remains one. */
	cmpxchg(&conn->state, ISCSI_MCS_CONN_STATE_CONNECTING,
		ISCSI_MCS_CONN_STATE_LOGIN);
	err = mcs_connect_login(conn, sock, deadline);
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

static bool mcs_connect_is_stale(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	return sess->epoch != conn->job->epoch || sess->closing ||
	       sess->logging_out ||
	       mcs_login_is_cancelled(&conn->login_ctl) ||
	       conn->state == ISCSI_MCS_CONN_STATE_REMOVING ||
	       sess->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN;
}

/* Added connections of some targets are numbered from zero */
#define MCS_CONNECT_LOW_STATSN		16

/*
 * istgt answers the question by closing the connection, and on closing one it
 * throws the commands of all away. It numbers from zero; so is only asked what
 * does not, or when there are no commands.
 */
static bool mcs_connect_may_probe(struct mcs_conn *conn)
{
	struct mcs_conn *other;

	if (conn->exp_statsn > MCS_CONNECT_LOW_STATSN)
		return true;
	list_for_each_entry(other, &conn->sess->conns, node) {
		if (atomic_read(&other->cmds))
			return false;
	}
	return true;
}

/* Ask the target what it is like, once. Return: 0 when the connection is good */
static int mcs_connect_probe(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	int err;

	if (sess->target_class != ISCSI_MCS_TARGET_CLASS_UNKNOWN ||
	    !mcs_connect_may_probe(conn))
		return 0;
	err = mcs_failover_probe(conn);
	conn->job->again = err == -ECONNRESET;
	if (mcs_connect_is_stale(conn))
		err = -ECANCELED;
	if (!err)
		return 0;
	mcs_conn_quiesce(conn);
	mcs_conn_detach(conn);
	return err;
}

/* Logged in, and the session is still the one we logged in to */
static int mcs_connect_up(struct mcs_conn *conn, struct socket *sock)
{
	struct mcs_connect *job = conn->job;
	const struct mcs_login_result *r = &job->login.result;
	struct sockaddr_storage addr = { };
	int err;

	conn->auth_used = mcs_connect_auth(job);
	conn->hdgst = r->header_digest;
	conn->ddgst = r->data_digest;
	conn->max_xmit = r->max_xmit_dlength;
	conn->max_recv = job->params.max_recv_dlength;
	conn->exp_statsn = r->exp_statsn;
	conn->statsn_known = true;
	conn->ipsec_mode = job->ipsec.mode;
	conn->ipsec_reqid = job->ipsec.reqid;
	if (kernel_getsockname(sock, (struct sockaddr *)&addr) >= 0)
		conn->local = addr;
	mcs_conn_attach(conn, sock, false);
	err = mcs_connect_probe(conn);
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
	/* Lost meanwhile, it keeps the reason for that. */
	if (!test_bit(MCS_CONN_BROKEN, &conn->flags)) {
		conn->last_error = 0;
		conn->last_reason = ISCSI_MCS_REASON_NONE;
		conn->last_text[0] = '\0';
	}
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

static unsigned long mcs_connect_delay(u32 attempts, u32 max_ms)
{
	u32 ms = MCS_CONNECT_RETRY_MIN_MS << min(attempts, 10U);

	ms = min(ms, max_ms);
	/* Many connections lost at once should not come back in step. */
	return msecs_to_jiffies(ms - ms / 4 + get_random_u32_below(ms / 2));
}

/*
 * Counted from the beginning of an attempt, which may have taken longer. That a
 * neighbour does not answer is found out once for all attempts that wait for
 * it: also for one that has only just begun. It asks anew soon.
 */
static void mcs_connect_retry(struct mcs_conn *conn, int err)
{
	u32 attempts = err == -EHOSTUNREACH ? 0 : conn->attempts++;
	unsigned long delay = mcs_connect_delay(attempts,
						MCS_CONNECT_RETRY_MAX_MS);
	unsigned long next = conn->job->began + delay;

	mcs_connect_start(conn, time_after(next, jiffies) ? next - jiffies : 0);
}

static void mcs_connect_failed(struct mcs_conn *conn, int err)
{
	struct mcs_session *sess = conn->sess;

	/* iscsid has logged in on it meanwhile: no longer ours to judge. */
	if (conn->sock)
		return;
	if (!conn->last_error)
		conn->last_error = err;
	if (conn->state == ISCSI_MCS_CONN_STATE_REMOVING)
		return;
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_WAITING);
	mcs_stream_kick(sess);
	if (!conn->was_up || sess->closing || err == -EAGAIN ||
	    test_bit(MCS_CONN_NO_RETRY, &conn->flags)) {
		if (conn->was_up && test_bit(MCS_CONN_NO_RETRY, &conn->flags))
			shost_printk(KERN_NOTICE, sess->shost,
				     "conn %u: not tried again: %s\n",
				     conn->id, conn->last_text);
		return;
	}
	if (sess->state == ISCSI_MCS_SESSION_STATE_LOGGED_IN)
		mcs_connect_retry(conn, err);
}

/* Is another attempt due before anybody hears of this one? Starts it */
static bool mcs_connect_once_more(struct mcs_conn *conn, int err)
{
	if (conn->was_up || conn->state == ISCSI_MCS_CONN_STATE_REMOVING)
		return false;
	if (conn->job->again && conn->attempts++ < 2) {
		mcs_connect_start(conn, 0);
		return true;
	}
	if (!mcs_connect_makes_room(conn->sess, err))
		return false;
	clear_bit(MCS_CONN_NO_RETRY, &conn->flags);
	mcs_connect_start(conn, MCS_CONNECT_ROOM_POLL);
	return true;
}

static void mcs_connect_work(struct work_struct *work)
{
	struct mcs_conn *conn = container_of(to_delayed_work(work),
					     struct mcs_conn, connect_work);
	struct mcs_session *sess = conn->sess;
	unsigned int noio = memalloc_noio_save();
	struct socket *sock = NULL;
	int err;

	mutex_lock(&sess->mutex);
	if (mcs_leave_run(conn))
		goto out;
	conn->job->may_be_in = false;
	err = mcs_connect_begin(conn);
	mutex_unlock(&sess->mutex);
	if (!err)
		err = mcs_connect_attempt(conn, &sock);
	mcs_login_wipe(&conn->job->login);
	memzero_explicit(&conn->job->auth, sizeof(conn->job->auth));

	mutex_lock(&sess->mutex);
	if (!err && mcs_connect_is_stale(conn)) {
		err = -ECANCELED;
		mcs_connect_note_error(conn, err, mcs_connect_errno_text(err));
		mcs_login_sock_release(sock);
		conn->job->may_be_in = true;
	} else if (!err) {
		err = mcs_connect_up(conn, sock);
	}
	if (err && conn->job->may_be_in && sess->epoch == conn->job->epoch)
		mcs_failover_disown(conn);
	if (err && mcs_connect_once_more(conn, err))
		goto out;
	if (err && err != -EALREADY)
		mcs_connect_failed(conn, err);
	complete_all(&conn->connect_done);
out:
	mutex_unlock(&sess->mutex);
	memalloc_noio_restore(noio);
}

/**
 * mcs_connect_init - prepare a connection object
 * @conn: connection
 */
void mcs_connect_init(struct mcs_conn *conn)
{
	INIT_DELAYED_WORK(&conn->connect_work, mcs_connect_work);
	init_completion(&conn->connect_done);
	mcs_login_ctl_init(&conn->login_ctl);
}

/**
 * mcs_connect_prepare - allocate what attempts need, so that a reconnect under
 *	memory pressure does not
 * @conn: connection
 *
 * Return: 0 or -ENOMEM.
 */
int mcs_connect_prepare(struct mcs_conn *conn)
{
	conn->job = kvzalloc(sizeof(*conn->job), GFP_KERNEL);
	return conn->job ? 0 : -ENOMEM;
}

ALLOW_ERROR_INJECTION(mcs_connect_prepare, ERRNO);

/**
 * mcs_connect_destroy - undo mcs_connect_prepare()
 * @conn: connection without attempts
 */
void mcs_connect_destroy(struct mcs_conn *conn)
{
	kfree_sensitive(conn->auth);
	kfree(conn->symbolic_name);
	kvfree(conn->job);
}

/**
 * mcs_connect_start - connect and log in
 * @conn: added connection
 * @delay: jiffies from now
 */
void mcs_connect_start(struct mcs_conn *conn, unsigned long delay)
{
	lockdep_assert_held(&conn->sess->mutex);
	if (conn->job)
		mod_delayed_work(mcs_connect_wq, &conn->connect_work, delay);
}

/**
 * mcs_connect_hasten - the link may be back: do not wait for the next attempt
 * @conn: connection that waits
 *
 * Interfaces that have nothing to do with it come and go as well: not sooner
 * after the last attempt than the first of several would be.
 */
void mcs_connect_hasten(struct mcs_conn *conn)
{
	unsigned long next;

	lockdep_assert_held(&conn->sess->mutex);
	if (!conn->job)
		return;
	next = conn->job->began + msecs_to_jiffies(MCS_CONNECT_RETRY_MIN_MS / 2);
	mcs_connect_start(conn, time_after(next, jiffies) ? next - jiffies : 0);
}

/**
 * mcs_connect_is_flapping - does a connection not stay up when it comes up?
 * @conn: connection
 */
bool mcs_connect_is_flapping(struct mcs_conn *conn)
{
	return conn->flaps > MCS_CONNECT_FLAPS;
}

/**
 * mcs_connect_count_loss - a connection is lost
 * @conn: connection that has been up
 */
void mcs_connect_count_loss(struct mcs_conn *conn)
{
	lockdep_assert_held(&conn->sess->mutex);
	if (time_after(jiffies, conn->up_since + MCS_CONNECT_STABLE))
		conn->flaps = 0;
	else
		conn->flaps++;
	if (conn->flaps == MCS_CONNECT_FLAPS + 1)
		shost_printk(KERN_NOTICE, conn->sess->shost,
			     "conn %u: lost %u times soon after it came up, tried less often now\n",
			     conn->id, conn->flaps);
}

/**
 * mcs_connect_again - connect once more after a loss
 * @conn: connection that has been up
 *
 * At once; but each loss costs the session a moment, so for a connection that is
 * lost again and again a second passes between. Not more: meanwhile the session
 * has a connection less to lose.
 */
void mcs_connect_again(struct mcs_conn *conn)
{
	unsigned long delay = 0;

	lockdep_assert_held(&conn->sess->mutex);
	if (mcs_connect_is_flapping(conn))
		delay = mcs_connect_delay(1, MCS_CONNECT_FLAP_MS);
	mcs_connect_start(conn, delay);
}

/**
 * mcs_connect_with_session - connect after the session has logged in
 * @conn: configured connection
 *
 * At once; but where each loss of it costs a login of the session, one that is
 * lost again and again waits longer and longer.
 */
void mcs_connect_with_session(struct mcs_conn *conn)
{
	unsigned long delay = 0;

	lockdep_assert_held(&conn->sess->mutex);
	if (mcs_connect_is_flapping(conn))
		delay = mcs_connect_delay(conn->flaps - MCS_CONNECT_FLAPS,
					  MCS_CONNECT_FLAP_SESSION_MS);
	mcs_connect_start(conn, delay);
}

/**
 * mcs_connect_cancel - have the attempt in progress fail at once
 * @conn: connection
 *
 * Does not wait for it.
 */
void mcs_connect_cancel(struct mcs_conn *conn)
{
	lockdep_assert_held(&conn->sess->mutex);
	if (conn->job && !conn->sock)
		mcs_login_cancel(&conn->login_ctl);
}

/**
 * mcs_connect_cancel_all - no attempt of the session gets any further
 * @sess: session
 *
 * One that has not begun to log in never will; see there for the others.
 */
void mcs_connect_cancel_all(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	lockdep_assert_held(&sess->mutex);
	list_for_each_entry(conn, &sess->conns, node)
		mcs_connect_cancel(conn);
}

/**
 * mcs_connect_remove - take a connection down and forget it
 * @conn: connection; may be freed here
 *
 * Drops the session mutex for a moment. The state REMOVING keeps others away,
 * but the end of the session, which may find the connection being removed.
 */
void mcs_connect_remove(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	lockdep_assert_held(&sess->mutex);
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_REMOVING);
	mcs_recovery_drop_conn(conn, false);
	mcs_conn_get(conn);

	mutex_unlock(&sess->mutex);
	cancel_delayed_work_sync(&conn->connect_work);
	mutex_lock(&sess->mutex);
	/* Who waits for an attempt that has not begun waits no longer. */
	if (!conn->was_up)
		mcs_connect_note_error(conn, -ECANCELED,
				       "removed before it was logged in");
	complete_all(&conn->connect_done);

	/* iscsid may have begun to log in on its connection meanwhile. */
	if (mcs_session_lists(sess, conn) &&
	    conn->state == ISCSI_MCS_CONN_STATE_REMOVING) {
		mcs_session_remove_conn(sess, conn);
		mcs_recovery_resubmit(sess);
		wake_up_all(&sess->wake);
	}
	mcs_conn_put(conn);
}
