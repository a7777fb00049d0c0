// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "conn.h"
#include "event.h"
#include "policy.h"
#include "raise.h"
#include "recovery.h"
#include "retire.h"
#include "session.h"
#include "stream.h"
#include "trace.h"

/* Protects mcs_sessions; no session's mutex is taken under it. */
static DEFINE_MUTEX(mcs_sessions_mutex);
static LIST_HEAD(mcs_sessions);

/* Counts what comes to the lists of sessions and connections, and what goes */
static atomic_t mcs_lists_changed = ATOMIC_INIT(0);

/* Pings as iscsid asks for by default; it overrides both at login. */
#define MCS_NOP_INTERVAL_MS	5000
#define MCS_NOP_TIMEOUT_MS	5000
#define MCS_LOGIN_TIMEOUT_MS	15000
#define MCS_SILENCE_TIMEOUT_MS	1000

/**
 * mcs_session_alloc - make the session object that goes with libiscsi's
 * @cls: class session, set up by iscsi_session_setup()
 *
 * Return: the session with one reference, or NULL.
 */
struct mcs_session *mcs_session_alloc(struct iscsi_cls_session *cls)
{
	struct mcs_session *sess = kzalloc(sizeof(*sess), GFP_KERNEL);

	if (!sess)
		return NULL;
	kref_init(&sess->ref);
	INIT_LIST_HEAD(&sess->node);
	/* and with it libiscsi's session, which lies behind it */
	get_device(&cls->dev);
	sess->cls = cls;
	sess->isess = cls->dd_data;
	sess->shost = iscsi_session_to_shost(cls);
	sess->sid = cls->sid;
	if (mcs_chap_shash_alloc(&sess->hash)) {
		put_device(&cls->dev);
		kfree(sess);
		return NULL;
	}
	mutex_init(&sess->mutex);
	sess->room_by = jiffies;
	mcs_chap_history_init(&sess->chap_history);
	mutex_init(&sess->info_mutex);
	mutex_init(&sess->lead_mutex);
	init_waitqueue_head(&sess->wake);
	INIT_LIST_HEAD(&sess->conns);
	INIT_LIST_HEAD(&sess->parked);
	spin_lock_init(&sess->win_lock);
	sess->win.cmdsn = sess->isess->cmdsn;
	mcs_window_reset(&sess->win);
	sess->policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	sess->next_cid = 1;
	/* not all sessions' first connections on one CPU */
	sess->next_cpu = sess->sid;
	sess->max_conns = 1;
	sess->nop_interval_ms = MCS_NOP_INTERVAL_MS;
	sess->nop_timeout_ms = MCS_NOP_TIMEOUT_MS;
	sess->login_timeout_ms = MCS_LOGIN_TIMEOUT_MS;
	sess->silence_timeout_ms = MCS_SILENCE_TIMEOUT_MS;
	mcs_recovery_init(sess);
	mcs_retire_init(sess);
	mcs_raise_init(sess);
	mcs_stream_init(sess);
	return sess;
}

/**
 * mcs_session_lists_seq - whether the lists are those of before
 *
 * Return: a number that differs when sessions or connections have come or gone in
 *	   between; never 0.
 */
u32 mcs_session_lists_seq(void)
{
	return (u32)atomic_read(&mcs_lists_changed) | 1;
}

/* By two: the lowest bit is always set above. */
static void mcs_session_lists_change(void)
{
	atomic_add(2, &mcs_lists_changed);
}

/**
 * mcs_session_publish - let netlink find a session
 * @sess: session
 */
void mcs_session_publish(struct mcs_session *sess)
{
	mutex_lock(&mcs_sessions_mutex);
	list_add_tail(&sess->node, &mcs_sessions);
	mcs_session_lists_change();
	mutex_unlock(&mcs_sessions_mutex);
}

/**
 * mcs_session_unpublish - undo mcs_session_publish()
 * @sess: session
 */
void mcs_session_unpublish(struct mcs_session *sess)
{
	mutex_lock(&mcs_sessions_mutex);
	list_del_init(&sess->node);
	mcs_session_lists_change();
	mutex_unlock(&mcs_sessions_mutex);
}

/**
 * mcs_session_find - look a session up
 * @sid: its number
 *
 * Return: the session with a reference, or NULL.
 */
struct mcs_session *mcs_session_find(u32 sid)
{
	struct mcs_session *sess, *found = NULL;

	mutex_lock(&mcs_sessions_mutex);
	list_for_each_entry(sess, &mcs_sessions, node) {
		if (sess->sid == sid) {
			kref_get(&sess->ref);
			found = sess;
			break;
		}
	}
	mutex_unlock(&mcs_sessions_mutex);
	return found;
}

/**
 * mcs_session_find_host - look a host's session up
 * @shost: host
 *
 * For callers that nothing of the session waits for, such as a reset by ioctl: to
 * them what the host points at may be gone.
 *
 * Return: the session with a reference, or NULL.
 */
struct mcs_session *mcs_session_find_host(const struct Scsi_Host *shost)
{
	struct mcs_session *sess, *found = NULL;

	mutex_lock(&mcs_sessions_mutex);
	list_for_each_entry(sess, &mcs_sessions, node) {
		if (sess->shost == shost) {
			kref_get(&sess->ref);
			found = sess;
			break;
		}
	}
	mutex_unlock(&mcs_sessions_mutex);
	return found;
}

/**
 * mcs_session_find_from - the next session for whoever looks at all of them
 * @sid: number to begin with
 *
 * The list is not locked while a session is looked at: that may have to wait
 * for the session's mutex, and others have to get at other sessions meanwhile.
 *
 * Return: the session with the lowest number from @sid on, with a reference,
 *	   or NULL.
 */
struct mcs_session *mcs_session_find_from(u32 sid)
{
	struct mcs_session *sess, *found = NULL;

	mutex_lock(&mcs_sessions_mutex);
	list_for_each_entry(sess, &mcs_sessions, node) {
		if (sess->sid >= sid && (!found || sess->sid < found->sid))
			found = sess;
	}
	if (found)
		kref_get(&found->ref);
	mutex_unlock(&mcs_sessions_mutex);
	return found;
}

static void mcs_session_release(struct kref *ref)
{
	struct mcs_session *sess = container_of(ref, struct mcs_session, ref);

	if (sess->net)
		put_net(sess->net);
	mcs_chap_shash_free(&sess->hash);
	put_device(&sess->cls->dev);
	kfree_sensitive(sess);
}

/**
 * mcs_session_put - drop a reference
 * @sess: session
 */
void mcs_session_put(struct mcs_session *sess)
{
	kref_put(&sess->ref, mcs_session_release);
}

/**
 * mcs_session_set_state - the only place that changes a session's state
 * @sess: session
 * @state: new state
 */
void mcs_session_set_state(struct mcs_session *sess,
			   enum iscsi_mcs_session_state state)
{
	lockdep_assert_held(&sess->mutex);
	trace_mcs_session_state(sess, state);
	WRITE_ONCE(sess->state, state);
}

/**
 * mcs_session_lock_stop - take the mutex for a change that cannot wait
 * @sess: session
 *
 * Whoever waits for the target under the mutex gives up at once.
 */
void mcs_session_lock_stop(struct mcs_session *sess)
{
	atomic_inc(&sess->stopping);
	wake_up_all(&sess->wake);
	mutex_lock(&sess->mutex);
}

/**
 * mcs_session_unlock_stop - undo mcs_session_lock_stop()
 * @sess: session
 */
void mcs_session_unlock_stop(struct mcs_session *sess)
{
	/* Recovery leaves them to whoever stops; not everybody takes them down. */
	if (mcs_recovery_next_lost(sess))
		mcs_recovery_kick(sess);
	/* First, so that recovery does not take us for one who still will. */
	atomic_dec(&sess->stopping);
	mutex_unlock(&sess->mutex);
}

/**
 * mcs_session_add_conn - configure a connection
 * @sess: session
 * @conn: new connection; the list takes the caller's reference
 *
 * Return: 0 or -ENOSPC.
 */
int mcs_session_add_conn(struct mcs_session *sess, struct mcs_conn *conn)
{
	lockdep_assert_held(&sess->mutex);

	if (sess->nconns >= MCS_MAX_CONNS)
		return -ENOSPC;
	conn->id = sess->next_id++;
	conn->io_cpu = cpumask_local_spread(sess->next_cpu++, NUMA_NO_NODE);
	list_add_tail_rcu(&conn->node, &sess->conns);
	mcs_session_lists_change();
	WRITE_ONCE(sess->nconns, sess->nconns + 1);
	return 0;
}

/**
 * mcs_session_remove_conn - forget a connection
 * @sess: session
 * @conn: detached connection without commands; may be freed here
 */
void mcs_session_remove_conn(struct mcs_session *sess, struct mcs_conn *conn)
{
	lockdep_assert_held(&sess->mutex);

	mutex_lock(&sess->info_mutex);
	list_del_rcu(&conn->node);
	mcs_session_lists_change();
	if (sess->lead != conn)
		mcs_conn_stats_add(&sess->gone, &conn->stats);
	mutex_unlock(&sess->info_mutex);
	WRITE_ONCE(sess->nconns, sess->nconns - 1);
	mcs_stream_kick(sess);
	/* iscsid's own stays, unlisted, for its next login. */
	if (sess->lead != conn)
		mcs_conn_put(conn);
}

/**
 * mcs_session_lists - is a connection configured?
 * @sess: session
 * @conn: connection somebody has a reference on
 */
bool mcs_session_lists(struct mcs_session *sess, struct mcs_conn *conn)
{
	struct mcs_conn *c;

	lockdep_assert_held(&sess->mutex);
	list_for_each_entry(c, &sess->conns, node) {
		if (c == conn)
			return true;
	}
	return false;
}

/**
 * mcs_session_restore_lead - iscsid logs in: its connection is one of ours again
 * @sess: session
 */
void mcs_session_restore_lead(struct mcs_session *sess)
{
	lockdep_assert_held(&sess->mutex);
	if (mcs_session_lists(sess, sess->lead))
		return;
	/* Readers may still stand on its old place in the list. */
	synchronize_rcu();
	list_add_rcu(&sess->lead->node, &sess->conns);
	mcs_session_lists_change();
	WRITE_ONCE(sess->nconns, sess->nconns + 1);
}

/**
 * mcs_session_forget_lead - iscsid's connection object goes away
 * @sess: session whose leading connection is down
 */
void mcs_session_forget_lead(struct mcs_session *sess)
{
	struct mcs_conn *lead = sess->lead;

	lockdep_assert_held(&sess->mutex);
	if (mcs_session_lists(sess, lead))
		mcs_session_remove_conn(sess, lead);
	sess->lead = NULL;
	mcs_conn_put(lead);
}

/**
 * mcs_session_active_conns - connections in full feature phase
 * @sess: session
 */
u32 mcs_session_active_conns(struct mcs_session *sess)
{
	struct mcs_conn *conn;
	u32 n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node)
		n += READ_ONCE(conn->accepting);
	rcu_read_unlock();
	return n;
}

/*
 * Which one to say something on? One without commands may have died unseen, so first
 * of all one that has answered when it was asked, and was heard from lately.
 */
static bool mcs_session_is_livelier(const struct mcs_conn *conn,
				    const struct mcs_conn *than)
{
	unsigned long heard = READ_ONCE(conn->last_rx);
	unsigned long other = READ_ONCE(than->last_rx);
	bool sought = test_bit(MCS_CONN_SOUGHT, &conn->flags);

	if (sought != test_bit(MCS_CONN_SOUGHT, &than->flags))
		return !sought;
	if (heard != other)
		return time_after(heard, other);
	return atomic_read(&conn->bytes) < atomic_read(&than->bytes);
}

/**
 * mcs_session_any_conn - some connection that carries commands
 * @sess: session
 * @except: not this one
 *
 * Return: the one that most likely lives, or NULL. Valid while the session
 *	   mutex is held.
 */
struct mcs_conn *mcs_session_any_conn(struct mcs_session *sess,
				      struct mcs_conn *except)
{
	struct mcs_conn *conn, *best = NULL;

	lockdep_assert_held(&sess->mutex);
	list_for_each_entry(conn, &sess->conns, node) {
		if (conn == except || !READ_ONCE(conn->accepting))
			continue;
		if (!best || mcs_session_is_livelier(conn, best))
			best = conn;
	}
	return best;
}

/*
 * Is this one of the commands that were given to an idle session together, as the
 * pieces of a large request are? Written only when that changes.
 */
static bool mcs_session_in_burst(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	if (READ_ONCE(sess->in_burst))
		return true;
	list_for_each_entry_rcu(conn, &sess->conns, node) {
		if (atomic_read(&conn->bytes))
			return false;
	}
	WRITE_ONCE(sess->in_burst, true);
	return true;
}

/* What only this policy looks at */
static void mcs_session_weigh(struct mcs_conn *conn, u32 cost, bool in_burst,
			      struct mcs_policy_cand *cand)
{
	u32 now_ms = jiffies_to_msecs(jiffies);

	cand->bytes = mcs_conn_load(conn);
	cand->cost = cost;
	cand->in_burst = in_burst;
	cand->pace = in_burst ? mcs_drain_burst_pace(&conn->drain, now_ms) :
				mcs_drain_pace(&conn->drain, now_ms);
	cand->bound = mcs_drain_bound(&conn->drain, now_ms);
	cand->rtt_us = mcs_drain_rtt_us(&conn->drain, now_ms);
}

static struct mcs_conn *mcs_session_pick_best(struct mcs_session *sess,
					      u32 cost)
{
	enum iscsi_mcs_policy policy = READ_ONCE(sess->policy);
	struct mcs_policy_cand cand[MCS_MAX_CONNS];
	struct mcs_conn *conns[MCS_MAX_CONNS];
	struct mcs_conn *conn;
	bool weigh = policy == ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	bool in_burst = weigh && mcs_session_in_burst(sess);
	int n = 0;
	int i;

	list_for_each_entry_rcu(conn, &sess->conns, node) {
		if (n == MCS_MAX_CONNS)
			break;
		conns[n] = conn;
		cand[n].usable = READ_ONCE(conn->accepting);
		cand[n].standby = READ_ONCE(conn->role) ==
				  ISCSI_MCS_ROLE_STANDBY;
		cand[n].weight = READ_ONCE(conn->weight);
		if (weigh)
			mcs_session_weigh(conn, cost, in_burst, &cand[n]);
		n++;
	}
	i = mcs_policy_pick(policy, cand, n, atomic_inc_return(&sess->turn));
	return i < 0 ? NULL : conns[i];
}

/* Return: the chosen connection, or NULL; under rcu_read_lock() */
static struct mcs_conn *mcs_session_pick(struct mcs_session *sess, u32 cost)
{
	struct mcs_conn *conn;

	if (READ_ONCE(sess->nconns) == 1) {
		/* The list may be changing: whichever it is will do. */
		conn = list_first_or_null_rcu(&sess->conns, struct mcs_conn,
					      node);
		if (likely(conn && READ_ONCE(conn->accepting)))
			return conn;
	}
	return mcs_session_pick_best(sess, cost);
}

/**
 * mcs_session_dispatch - give a command to the connection the policy chooses
 * @sess: session
 * @task: command that owns a reservation in the window
 * @last: no more follows at once; without it mcs_session_commit() must come
 *
 * Context: any, as queuecommand.
 * Return: false when no connection takes commands.
 */
bool mcs_session_dispatch(struct mcs_session *sess, struct mcs_task *task,
			  bool last)
{
	struct mcs_conn *conn;
	bool taken = false;
	int tries = MCS_MAX_CONNS;

	rcu_read_lock();
	while (!taken && tries--) {
		conn = mcs_session_pick(sess, task->cost);
		if (!conn)
			break;
		/* It may have been lost since it was picked: pick again. */
		taken = mcs_conn_submit(conn, task, last);
	}
	rcu_read_unlock();
	return taken;
}

/**
 * mcs_session_commit - the commands dispatched so far are to be sent
 * @sess: session
 *
 * Context: any, as queuecommand.
 */
void mcs_session_commit(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node)
		mcs_conn_commit(conn);
	rcu_read_unlock();
}

/* Commands wait for the window on some connections, and it has opened */
static void mcs_session_kick_waiting(struct mcs_session *sess)
{
	struct mcs_conn *conn;

	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node) {
		if (test_and_clear_bit(MCS_CONN_WIN_WAIT, &conn->flags))
			mcs_conn_kick(conn);
	}
	rcu_read_unlock();
}

/**
 * mcs_session_update_window - take the numbers of a received PDU
 * @sess: session
 * @exp_cmdsn: ExpCmdSN
 * @max_cmdsn: MaxCmdSN
 */
void mcs_session_update_window(struct mcs_session *sess, u32 exp_cmdsn,
			       u32 max_cmdsn)
{
	bool opened, waiting, filling;

	spin_lock_bh(&sess->win_lock);
	waiting = !mcs_window_is_open(&sess->win);
	opened = mcs_window_update(&sess->win, exp_cmdsn, max_cmdsn);
	filling = sess->filling;
	spin_unlock_bh(&sess->win_lock);
	if (waiting && opened)
		mcs_session_kick_waiting(sess);
	if (unlikely(filling))
		wake_up_all(&sess->wake);
}

/**
 * mcs_session_exp_cmdsn - the number that the target waits for
 * @sess: session
 *
 * Return: the highest ExpCmdSN heard on any connection.
 */
u32 mcs_session_exp_cmdsn(struct mcs_session *sess)
{
	u32 exp_cmdsn;

	spin_lock_bh(&sess->win_lock);
	exp_cmdsn = sess->win.exp_cmdsn;
	spin_unlock_bh(&sess->win_lock);
	return exp_cmdsn;
}

/**
 * mcs_session_set_filling - begin or end to fill numbers that were lost
 * @sess: session
 * @filling: every PDU that may bring an ExpCmdSN wakes who waits for one
 */
void mcs_session_set_filling(struct mcs_session *sess, bool filling)
{
	spin_lock_bh(&sess->win_lock);
	sess->filling = filling;
	spin_unlock_bh(&sess->win_lock);
}

/**
 * mcs_session_take_cmdsn - number a PDU that is sent now
 * @sess: session
 * @conn: connection that sends it; woken when a closed window opens
 * @reserved: the PDU is a command that had reserved its place
 * @cmdsn: set to the number
 *
 * Return: false when the window is closed.
 */
bool mcs_session_take_cmdsn(struct mcs_session *sess, struct mcs_conn *conn,
			    bool reserved, u32 *cmdsn)
{
	bool open;

	spin_lock_bh(&sess->win_lock);
	open = mcs_window_is_open(&sess->win);
	if (open) {
		*cmdsn = mcs_window_take(&sess->win);
		if (reserved)
			sess->win.reserved--;
	} else {
		/* Under the lock: the update that opens it will see this. */
		set_bit(MCS_CONN_WIN_WAIT, &conn->flags);
	}
	spin_unlock_bh(&sess->win_lock);
	return open;
}

/**
 * mcs_session_reserve - account for a command in the window
 * @sess: session
 * @force: also beyond the window: a command that is sent again
 *
 * Return: false when the window has no room, or nothing is taken for now.
 */
bool mcs_session_reserve(struct mcs_session *sess, bool force)
{
	bool room;

	spin_lock_bh(&sess->win_lock);
	room = !sess->hushed && mcs_window_reserve(&sess->win);
	if (!room && force)
		sess->win.reserved++;
	spin_unlock_bh(&sess->win_lock);
	return room || force;
}

/**
 * mcs_session_unreserve - a command that waited for a number needs none
 * @sess: session
 */
void mcs_session_unreserve(struct mcs_session *sess)
{
	spin_lock_bh(&sess->win_lock);
	sess->win.reserved--;
	spin_unlock_bh(&sess->win_lock);
	if (READ_ONCE(sess->hushed))
		wake_up_all(&sess->wake);
}
