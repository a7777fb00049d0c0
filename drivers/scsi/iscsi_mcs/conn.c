// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/slab.h>
#include <linux/tcp.h>
#include <scsi/scsi_cmnd.h>

#include "conn.h"
#include "connect.h"
#include "direct.h"
#include "eh.h"
#include "link.h"
#include "main.h"
#include "recovery.h"
#include "rx.h"
#include "session.h"
#include "sock.h"
#include "stream.h"
#include "trace.h"
#include "tx.h"

/*
 * A connection and its io_work. One at a time, whoever holds MCS_CONN_ENGINE,
 * sends, receives and changes the connection's commands: io_work as a rule, or
 * who has little to do there (direct.c). Everybody else hands things in through
 * the queues under q_lock and kicks it. That is why commands need no lock of
 * their own.
 */

/* The io_work of one connection must not keep a CPU longer than this at once */
#define MCS_CONN_QUOTA_US	2000

/**
 * mcs_conn_take_submitted - move what others handed in to where it is sent
 * @conn: connection whose engine the caller has
 */
void mcs_conn_take_submitted(struct mcs_conn *conn)
{
	if (list_empty_careful(&conn->submitq))
		return;
	spin_lock_bh(&conn->q_lock);
	list_splice_tail_init(&conn->submitq, &conn->sendq);
	spin_unlock_bh(&conn->q_lock);
}

/* A target takes no longer to clean up after a connection, if all is well */
#define MCS_CONN_ROOM		(5 * HZ)

/* Without any byte for this long while commands are out: look closer */
#define MCS_CONN_QUIET		(HZ / 2)
#define MCS_CONN_QUIET_TICK	(HZ / 4)

/**
 * mcs_conn_may_ping - does the target stand a ping among commands?
 * @conn: connection
 *
 * Some targets take an immediate PDU between the commands of several
 * connections for an error; those of a known good class do not.
 */
bool mcs_conn_may_ping(struct mcs_conn *conn)
{
	const struct mcs_session *sess = conn->sess;

	return mcs_session_outlives_conns(sess) ||
	       READ_ONCE(sess->nconns) == 1;
}

/*
 * Is the link dead? The evidence is TCP's: data it has sent is not even
 * acknowledged. If there is none under way a ping makes some; but not with
 * targets that mistake a ping between commands.
 */
static void mcs_conn_check_silence(struct mcs_conn *conn)
{
	u32 timeout_ms = READ_ONCE(conn->sess->silence_timeout_ms);

	if ((!atomic_read(&conn->cmds) && !conn->ping_sent) ||
	    time_before(jiffies, conn->last_rx + MCS_CONN_QUIET))
		return;
	if (mcs_sock_is_silent(conn, msecs_to_jiffies(timeout_ms))) {
		mcs_conn_fail(conn, ISCSI_MCS_REASON_TCP_ERROR, -ETIMEDOUT,
			      "peer does not acknowledge any more");
		return;
	}
	if (mcs_conn_may_ping(conn))
		mcs_ctl_ping(conn);
}

/*
 * Are there answers that nothing has acknowledged, because no request followed? The
 * target keeps those commands until then (RFC 7143, 4.2.2.2), and LIO may end the
 * session three seconds after the last R2T of one: it starts its DataOut timer behind
 * the R2T, at times behind the data, and only forgetting the command stops it.
 */
static bool mcs_conn_has_to_ack(struct mcs_conn *conn)
{
	unsigned long since = READ_ONCE(conn->unacked_since);

	return since && time_after_eq(jiffies, since + MCS_CONN_QUIET) &&
	       mcs_conn_may_ping(conn);
}

static void mcs_conn_check_alive(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;
	unsigned long interval = msecs_to_jiffies(READ_ONCE(sess->nop_interval_ms));
	unsigned long timeout = msecs_to_jiffies(READ_ONCE(sess->nop_timeout_ms));

	if (test_bit(MCS_CONN_LOGIN_PHASE, &conn->flags))
		return;
	if (unlikely(!mcs_link_has_dst(conn)))
		mcs_link_check_route(conn);
	mcs_conn_check_silence(conn);
	/* Also where pings are switched off: TCP's evidence needs it. */
	if (!conn->ping_sent &&
	    test_and_clear_bit(MCS_CONN_WANT_PING, &conn->flags) &&
	    ((interval && timeout) || mcs_conn_may_ping(conn)))
		mcs_ctl_ping(conn);
	if (mcs_conn_has_to_ack(conn))
		mcs_ctl_ping(conn);
	if (!interval || !timeout)
		return;

	if (!conn->ping_sent) {
		if (time_after_eq(jiffies, conn->last_rx + interval))
			mcs_ctl_ping(conn);
	} else if (time_after_eq(jiffies, conn->ping_sent + timeout) &&
		   time_after_eq(jiffies, conn->last_rx + timeout) &&
		   !READ_ONCE(sess->fencing)) {
		conn->stats.timeouts++;
		mcs_conn_fail(conn, ISCSI_MCS_REASON_NOP_TIMEOUT, -ETIMEDOUT,
			      "no answer to a NOP-Out");
	}
}

static bool mcs_conn_io_once(struct mcs_conn *conn)
{
	int sent, got;

	mcs_conn_take_submitted(conn);
	mcs_eh_run(conn);
	mcs_conn_check_alive(conn);

	sent = mcs_tx_run(conn);
	if (sent < 0)
		mcs_conn_fail(conn, ISCSI_MCS_REASON_TCP_ERROR, sent,
			      "cannot send");
	got = mcs_rx_run(conn);
	if (got < 0)
		mcs_conn_fail(conn, ISCSI_MCS_REASON_TCP_ERROR, got,
			      "cannot receive");
	return sent > 0 || got > 0;
}

static bool mcs_conn_may_io(struct mcs_conn *conn)
{
	return mcs_conn_is_live(conn) &&
	       !test_bit(MCS_CONN_BROKEN, &conn->flags);
}

/* Others than io_work have it for a moment only, and with BH off. */
static void mcs_conn_enter_engine(struct mcs_conn *conn)
{
	while (!mcs_conn_try_engine(conn)) {
		cpu_relax();
		cond_resched();
	}
}

static void mcs_conn_io_work(struct work_struct *work)
{
	struct mcs_conn *conn = container_of(work, struct mcs_conn, io_work);
	ktime_t end = ktime_add_us(ktime_get(), MCS_CONN_QUOTA_US);
	bool more;

	mcs_conn_enter_engine(conn);
	do {
		more = mcs_conn_may_io(conn) && mcs_conn_io_once(conn);
	} while (more && ktime_before(ktime_get(), end));

	/* What is left in the socket after a close still counts; then: */
	if (!more && mcs_conn_may_io(conn) && mcs_sock_is_closed(conn))
		mcs_conn_fail(conn, ISCSI_MCS_REASON_TCP_ERROR,
			      mcs_sock_error(conn), "connection closed");
	mcs_conn_leave_engine(conn);
	if (more)
		mcs_conn_kick(conn);
}

static void mcs_conn_nop_timer(struct timer_list *t)
{
	struct mcs_conn *conn = timer_container_of(conn, t, nop_timer);
	u32 interval = READ_ONCE(conn->sess->nop_interval_ms);
	u32 timeout = READ_ONCE(conn->sess->nop_timeout_ms);
	unsigned long last_rx = READ_ONCE(conn->last_rx);
	unsigned long next = last_rx + msecs_to_jiffies(interval);

	/* It was set for a login that had to wait: that may go now. */
	if (test_bit(MCS_CONN_LOGIN_PHASE, &conn->flags)) {
		mcs_conn_kick(conn);
		return;
	}
	mcs_sock_note_progress(conn);
	if (atomic_read(&conn->cmds) || READ_ONCE(conn->ping_sent)) {
		if (time_after_eq(jiffies, last_rx + MCS_CONN_QUIET) ||
		    mcs_conn_has_to_ack(conn) || !mcs_link_has_dst(conn))
			mcs_conn_kick(conn);
		next = jiffies + MCS_CONN_QUIET_TICK;
	} else if (mcs_conn_has_to_ack(conn)) {
		mcs_conn_kick(conn);
		next = jiffies + MCS_CONN_QUIET_TICK;
	} else if (!interval || !timeout) {
		next = jiffies + MCS_CONN_QUIET;
	} else if (time_after_eq(jiffies, next)) {
		mcs_conn_kick(conn);
		next = jiffies + MCS_CONN_QUIET_TICK;
	} else if (time_after(next, jiffies + MCS_CONN_QUIET)) {
		/* commands may come before the interval is over */
		next = jiffies + MCS_CONN_QUIET;
	}
	mod_timer(&conn->nop_timer, next);
}

/**
 * mcs_conn_alloc - make a connection object
 * @sess: session it will belong to
 *
 * Return: the connection with one reference, or NULL.
 */
struct mcs_conn *mcs_conn_alloc(struct mcs_session *sess)
{
	struct mcs_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL);

	if (!conn)
		return NULL;
	conn->rx.buf = kmalloc(MCS_PDU_CTL_DATA_MAX, GFP_KERNEL);
	if (!conn->rx.buf) {
		kfree(conn);
		return NULL;
	}
	kref_init(&conn->ref);
	conn->sess = sess;
	conn->state = ISCSI_MCS_CONN_STATE_NEW;
	conn->want_hdgst = -1;
	conn->want_ddgst = -1;
	spin_lock_init(&conn->q_lock);
	INIT_LIST_HEAD(&conn->node);
	INIT_LIST_HEAD(&conn->submitq);
	INIT_LIST_HEAD(&conn->ctlq);
	INIT_LIST_HEAD(&conn->ctl_wait);
	INIT_LIST_HEAD(&conn->ehq);
	INIT_LIST_HEAD(&conn->sendq);
	INIT_LIST_HEAD(&conn->dataq);
	INIT_LIST_HEAD(&conn->active);
	INIT_LIST_HEAD(&conn->ping.node);
	INIT_WORK(&conn->io_work, mcs_conn_io_work);
	timer_setup(&conn->nop_timer, mcs_conn_nop_timer, 0);
	mcs_connect_init(conn);
	return conn;
}

static void mcs_conn_free_rcu(struct rcu_head *rcu)
{
	struct mcs_conn *conn = container_of(rcu, struct mcs_conn, rcu);

	/* Readers may have looked at what this frees, too. */
	mcs_connect_destroy(conn);
	kfree(conn->rx.buf);
	kfree(conn);
}

static void mcs_conn_release(struct kref *ref)
{
	struct mcs_conn *conn = container_of(ref, struct mcs_conn, ref);

	WARN_ON_ONCE(conn->sock);
	call_rcu(&conn->rcu, mcs_conn_free_rcu);
}

/**
 * mcs_conn_get - take a reference
 * @conn: connection
 */
void mcs_conn_get(struct mcs_conn *conn)
{
	kref_get(&conn->ref);
}

/**
 * mcs_conn_get_unless_gone - take a reference on what was found under RCU
 * @conn: connection
 *
 * Return: false when it is being freed.
 */
bool mcs_conn_get_unless_gone(struct mcs_conn *conn)
{
	return kref_get_unless_zero(&conn->ref);
}

/**
 * mcs_conn_put - drop a reference
 * @conn: connection
 */
void mcs_conn_put(struct mcs_conn *conn)
{
	kref_put(&conn->ref, mcs_conn_release);
}

/**
 * mcs_conn_set_state - the only place that changes a connection's state
 * @conn: connection
 * @state: new state
 */
void mcs_conn_set_state(struct mcs_conn *conn, enum iscsi_mcs_conn_state state)
{
	lockdep_assert_held(&conn->sess->mutex);
	trace_mcs_conn_state(conn, state);
	WRITE_ONCE(conn->state, state);
}

/**
 * mcs_conn_attach - give a connection its socket and let io_work run
 * @conn: connection without a socket
 * @sock: connected TCP socket; the reference is consumed
 * @sock_is_users: @sock came from sockfd_lookup()
 *
 * Numbers and digests of the login have been set by the caller.
 */
void mcs_conn_attach(struct mcs_conn *conn, struct socket *sock,
		     bool sock_is_users)
{
	lockdep_assert_held(&conn->sess->mutex);

	conn->tx.busy = false;
	conn->tx.corked = false;
	conn->tx.task = NULL;
	conn->tx.unsol = NULL;
	conn->tx.ctl = NULL;
	mcs_rx_reset(conn);
	conn->ping_sent = 0;
	conn->late_answers = 0;
	conn->last_rx = jiffies;
	conn->acked_at = jiffies;
	memset(&conn->drain, 0, sizeof(conn->drain));
	conn->sock_is_users = sock_is_users;
	/* pairs with mcs_conn_load(), which follows the pointer */
	smp_store_release(&conn->sock, sock);

	spin_lock_bh(&conn->q_lock);
	clear_bit(MCS_CONN_BROKEN, &conn->flags);
	clear_bit(MCS_CONN_WIN_WAIT, &conn->flags);
	clear_bit(MCS_CONN_LEAVING, &conn->flags);
	clear_bit(MCS_CONN_SOUGHT, &conn->flags);
	set_bit(MCS_CONN_LIVE, &conn->flags);
	spin_unlock_bh(&conn->q_lock);

	mcs_sock_take(conn);
	/* Bytes may have arrived before the callbacks were ours. */
	mcs_conn_kick(conn);
}

/**
 * mcs_conn_open - let a connection in full feature phase carry commands
 * @conn: connection
 *
 * One that was lost since it was attached is recovery's from here on, which had
 * to leave it alone before.
 *
 * Return: 0, or -ENOTCONN when it has been taken down.
 */
int mcs_conn_open(struct mcs_conn *conn)
{
	bool broken;

	if (!mcs_conn_is_live(conn))
		return -ENOTCONN;
	mcs_conn_set_state(conn, ISCSI_MCS_CONN_STATE_UP);
	clear_bit(MCS_CONN_NO_RETRY, &conn->flags);
	conn->up_since = jiffies;
	spin_lock_bh(&conn->q_lock);
	broken = test_bit(MCS_CONN_BROKEN, &conn->flags);
	conn->accepting = !broken;
	spin_unlock_bh(&conn->q_lock);
	if (broken)
		mcs_recovery_kick(conn->sess);
	else if (test_bit(MCS_CONN_LEAVING, &conn->flags))
		/* The target has asked for its logout before it was there. */
		mcs_connect_start(conn, 0);
	mcs_stream_kick(conn->sess);
	mod_timer(&conn->nop_timer, jiffies + 1);
	return 0;
}

/* Until whoever works on it outside io_work is done */
static void mcs_conn_wait_engine(struct mcs_conn *conn)
{
	mcs_conn_enter_engine(conn);
	mcs_conn_leave_engine(conn);
}

/**
 * mcs_conn_flush - wait until whatever happens on a connection now is over
 * @conn: connection
 */
void mcs_conn_flush(struct mcs_conn *conn)
{
	flush_work(&conn->io_work);
	mcs_conn_wait_engine(conn);
}

/**
 * mcs_conn_quiesce - stop everything that happens on a connection
 * @conn: connection
 *
 * Afterwards nobody works on it, nobody will, and the commands stay where they
 * were. May be called again. Control PDUs and error handler requests are
 * ended here, so nobody waits for this connection any more.
 */
void mcs_conn_quiesce(struct mcs_conn *conn)
{
	lockdep_assert_held(&conn->sess->mutex);

	spin_lock_bh(&conn->q_lock);
	conn->accepting = false;
	clear_bit(MCS_CONN_LIVE, &conn->flags);
	spin_unlock_bh(&conn->q_lock);

	timer_delete_sync(&conn->nop_timer);
	if (conn->sock)
		mcs_sock_give_back(conn);
	cancel_work_sync(&conn->io_work);
	mcs_conn_wait_engine(conn);
	mcs_ctl_drop_all(conn);
	mcs_eh_drop_all(conn);
	/* The ping may have been in flight. */
	conn->ping_sent = 0;
}

/**
 * mcs_conn_detach - close the socket of a quiesced connection
 * @conn: connection
 */
void mcs_conn_detach(struct mcs_conn *conn)
{
	struct socket *sock = conn->sock;

	lockdep_assert_held(&conn->sess->mutex);

	if (!sock)
		return;
	/* First, for mcs_conn_load(): memory of sockets is freed under RCU. */
	WRITE_ONCE(conn->sock, NULL);
	mcs_sock_close(conn, sock);
	conn->sess->room_by = jiffies + MCS_CONN_ROOM;
}

/* Send what is in submitq, here or in io_work; releases q_lock, BH still off */
static void mcs_conn_push_unlock(struct mcs_conn *conn)
	__releases(&conn->q_lock)
{
	bool direct = mcs_direct_enter(conn);

	clear_bit(MCS_CONN_DEFERRED, &conn->flags);
	if (!direct && mcs_conn_is_live(conn))
		queue_work_on(conn->io_cpu, mcs_io_wq, &conn->io_work);
	spin_unlock(&conn->q_lock);
	if (direct)
		mcs_direct_send(conn);
}

static u32 mcs_conn_now_us(void)
{
	return ktime_to_us(ktime_get());
}

/* It has nothing to do but for this command. The clock is not read for nothing. */
static void mcs_conn_begin_burst(struct mcs_conn *conn, u32 bytes)
{
	lockdep_assert_held(&conn->q_lock);
	if (bytes >= MCS_DRAIN_BURST_BYTES || READ_ONCE(conn->drain.in_burst))
		mcs_drain_begin(&conn->drain, bytes, mcs_conn_now_us());
}

/**
 * mcs_conn_submit - give a command to a connection
 * @conn: connection
 * @task: command in nobody's list
 * @last: no more follows at once; without it mcs_conn_commit() must come
 *
 * Context: any, as queuecommand; RCU read side.
 * Return: false when the connection takes no commands now.
 */
bool mcs_conn_submit(struct mcs_conn *conn, struct mcs_task *task, bool last)
{
	bool taken;

	local_bh_disable();
	spin_lock(&conn->q_lock);
	taken = conn->accepting;
	if (taken) {
		atomic_inc(&conn->cmds);
		if (atomic_add_return(task->cost, &conn->bytes) == task->cost &&
		    READ_ONCE(conn->sess->nconns) > 1)
			mcs_conn_begin_burst(conn, task->cost);
		WRITE_ONCE(task->conn, conn);
		WRITE_ONCE(task->state, MCS_TASK_QUEUED);
		list_add_tail(&task->node, &conn->submitq);
		if (!last)
			set_bit(MCS_CONN_DEFERRED, &conn->flags);
	}
	if (taken && last)
		mcs_conn_push_unlock(conn);
	else
		spin_unlock(&conn->q_lock);
	local_bh_enable();
	return taken;
}

/**
 * mcs_conn_commit - the batch of commands that was submitted is complete
 * @conn: connection
 *
 * Context: as mcs_conn_submit().
 */
void mcs_conn_commit(struct mcs_conn *conn)
{
	if (!test_bit(MCS_CONN_DEFERRED, &conn->flags))
		return;
	local_bh_disable();
	spin_lock(&conn->q_lock);
	mcs_conn_push_unlock(conn);
	local_bh_enable();
}

/**
 * mcs_conn_kick - have io_work look at the connection
 * @conn: connection, whatever its state
 */
void mcs_conn_kick(struct mcs_conn *conn)
{
	spin_lock_bh(&conn->q_lock);
	if (mcs_conn_is_live(conn))
		queue_work_on(conn->io_cpu, mcs_io_wq, &conn->io_work);
	spin_unlock_bh(&conn->q_lock);
}

/**
 * mcs_conn_fail - a connection is lost
 * @conn: connection
 * @reason: why
 * @error: negative errno
 * @text: why in words, for people
 *
 * Only notes it and wakes the session's recovery. The first call counts.
 *
 * Context: any.
 */
void mcs_conn_fail(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
		   int error, const char *text)
{
	bool first;

	spin_lock_bh(&conn->q_lock);
	first = mcs_conn_is_live(conn) &&
		!test_and_set_bit(MCS_CONN_BROKEN, &conn->flags);
	if (first) {
		conn->accepting = false;
		mcs_last_set_locked(conn, reason, error, text);
		conn->lost_at = jiffies;
	}
	spin_unlock_bh(&conn->q_lock);
	if (first) {
		trace_mcs_conn_lost(conn, reason, error, text);
		wake_up_all(&conn->sess->wake);
		mcs_recovery_kick(conn->sess);
	}
}

/**
 * mcs_conn_unlink_task - take a command off its connection
 * @conn: connection of allegiance
 * @task: command none of whose PDUs is half sent or half received
 *
 * Context: holds the engine, or after mcs_conn_quiesce().
 */
void mcs_conn_unlink_task(struct mcs_conn *conn, struct mcs_task *task)
{
	if (task->state == MCS_TASK_QUEUED)
		mcs_session_unreserve(conn->sess);
	if (conn->tx.unsol == task)
		conn->tx.unsol = NULL;
	list_del_init(&task->node);
	list_del_init(&task->data_node);
	WRITE_ONCE(conn->sent_bytes, conn->sent_bytes - task->sent);
	task->sent = 0;
	atomic_sub(task->cost, &conn->bytes);
	/* Whoever drains the connection, or all, waits for the last one. */
	if (atomic_dec_and_test(&conn->cmds) &&
	    (!READ_ONCE(conn->accepting) || READ_ONCE(conn->sess->hushed)))
		wake_up_all(&conn->sess->wake);
}

/**
 * mcs_conn_load - bytes that are still to go over a connection's link
 * @conn: connection
 *
 * A write whose data the target has is no load, whatever it still waits for:
 * often that is a command with a lower number on a slower connection.
 *
 * Context: RCU read side or the engine's holder. The socket may be going: what
 * is read of it then is stale, but memory of sockets.
 */
u32 mcs_conn_load(struct mcs_conn *conn)
{
	struct socket *sock = READ_ONCE(conn->sock);
	struct sock *sk = sock ? READ_ONCE(sock->sk) : NULL;
	u32 load = atomic_read(&conn->bytes);
	u32 sent = READ_ONCE(conn->sent_bytes);
	u32 una;

	/* They change one after the other. */
	load = load > sent ? load - sent : 0;
	if (sk) {
		una = READ_ONCE(tcp_sk(sk)->snd_una);
		/* Both grow: the one that follows the other is read first. */
		smp_rmb();
		load += READ_ONCE(tcp_sk(sk)->write_seq) - una;
	}
	return load;
}

/* A command is complete: what that says about the link */
static void mcs_conn_measure(struct mcs_conn *conn, u32 bytes)
{
	struct mcs_session *sess = conn->sess;
	u32 now_ms = jiffies_to_msecs(jiffies);
	bool busy = mcs_conn_load(conn);

	if (READ_ONCE(sess->in_burst))
		WRITE_ONCE(sess->in_burst, false);
	/* With nothing left to go over the link all that is held has been there. */
	if (READ_ONCE(conn->drain.in_burst))
		mcs_drain_burst(&conn->drain, busy ? bytes :
				bytes + atomic_read(&conn->bytes), busy,
				mcs_conn_now_us(), now_ms);
	mcs_drain_done(&conn->drain, bytes, busy, now_ms);
	mcs_drain_rtt(&conn->drain,
		      READ_ONCE(tcp_sk(conn->sock->sk)->srtt_us) >> 3, now_ms);
}

/**
 * mcs_conn_finish_task - the target has completed a command
 * @conn: connection of allegiance whose engine the caller has
 * @task: the command
 * @result: SCSI result
 *
 * A PDU of it that is half sent has to go out first; its data is read from the
 * command's buffer.
 */
void mcs_conn_finish_task(struct mcs_conn *conn, struct mcs_task *task,
			  u32 result)
{
	if (conn->tx.busy && conn->tx.task == task) {
		task->finish_after_tx = true;
		task->sc->result = result;
		return;
	}
	conn->stats.rsps++;
	mcs_conn_unlink_task(conn, task);
	/* Only where there is a choice does anybody ask. */
	if (READ_ONCE(conn->sess->nconns) > 1)
		mcs_conn_measure(conn, task->cost);
	else if (unlikely(conn->drain.counting ||
			  READ_ONCE(conn->drain.in_burst)))
		mcs_drain_pause(&conn->drain);
	mcs_task_complete(task, result);
}
