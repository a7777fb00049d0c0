// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/file.h>
#include <linux/net.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <trace/events/sock.h>

#include "conn.h"
#include "direct.h"
#include "link.h"
#include "login_sock.h"
#include "main.h"
#include "session.h"
#include "sock.h"

/*
 * Between a connection and its socket: callbacks, options, closing. The
 * callbacks run in softirq and queue io_work, but for what direct.c does.
 */

static void mcs_sock_queue_io(struct mcs_conn *conn)
{
	queue_work_on(conn->io_cpu, mcs_io_wq, &conn->io_work);
}

static void mcs_sock_data_ready(struct sock *sk)
{
	struct mcs_conn *conn;

	trace_sk_data_ready(sk);
	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (likely(conn) && !mcs_direct_receive(conn, sk))
		mcs_sock_queue_io(conn);
	read_unlock_bh(&sk->sk_callback_lock);
}

static void mcs_sock_write_space(struct sock *sk)
{
	struct mcs_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (likely(conn && sk_stream_is_writeable(sk))) {
		clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
		mcs_sock_queue_io(conn);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void mcs_sock_state_change(struct sock *sk)
{
	struct mcs_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn) {
		/* io_work takes what came before the close, then sees it. */
		mcs_sock_queue_io(conn);
		conn->old_state_change(sk);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

/*
 * No more than this waits in a socket without having been sent. A command that
 * comes behind it has its number already, and what others send with later ones
 * waits for it at the target.
 */
#define MCS_SOCK_UNSENT		(128 * 1024)

/**
 * mcs_sock_take - set options and callbacks of a connection's socket
 * @conn: connection with a socket
 */
void mcs_sock_take(struct mcs_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	sk->sk_reuse = SK_CAN_REUSE;
	sk->sk_use_task_frag = false;
	/*
	 * Once for a socket: it is counted, and cleared once. The flag shares its word
	 * with others that change as segments arrive.
	 */
	lock_sock(sk);
	if (!sock_flag(sk, SOCK_MEMALLOC))
		sk_set_memalloc(sk);
	release_sock(sk);
	sk->sk_allocation = GFP_ATOMIC | __GFP_MEMALLOC;
	sock_no_linger(sk);
	tcp_sock_set_nodelay(sk);
	WRITE_ONCE(tcp_sk(sk)->notsent_lowat, MCS_SOCK_UNSENT);

	write_lock_bh(&sk->sk_callback_lock);
	conn->old_data_ready = sk->sk_data_ready;
	conn->old_state_change = sk->sk_state_change;
	conn->old_write_space = sk->sk_write_space;
	sk->sk_user_data = conn;
	sk->sk_data_ready = mcs_sock_data_ready;
	sk->sk_state_change = mcs_sock_state_change;
	sk->sk_write_space = mcs_sock_write_space;
	write_unlock_bh(&sk->sk_callback_lock);

	/* Note the interface while there certainly is a route. */
	conn->last_ifindex = 0;
	mcs_link_is_down(conn);
}

/**
 * mcs_sock_give_back - restore the callbacks the socket came with
 * @conn: connection with a socket
 */
void mcs_sock_give_back(struct mcs_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_user_data == conn) {
		sk->sk_user_data = NULL;
		sk->sk_data_ready = conn->old_data_ready;
		sk->sk_state_change = conn->old_state_change;
		sk->sk_write_space = conn->old_write_space;
	}
	write_unlock_bh(&sk->sk_callback_lock);
}

/**
 * mcs_sock_abort - make sure that nothing of a socket's queues is sent later
 * @conn: quiesced connection
 *
 * Sends RST and drops what TCP would still transmit or retransmit. A mere
 * shutdown leaves both queues alive; and dropping our reference on iscsid's
 * socket closes nothing, as iscsid holds its own.
 */
void mcs_sock_abort(struct mcs_conn *conn)
{
	if (conn->sock)
		tcp_abort(conn->sock->sk, ECONNABORTED);
}

/**
 * mcs_sock_close - shut a socket and drop the reference on it
 * @conn: quiesced connection that it was taken from
 * @sock: the socket
 */
void mcs_sock_close(struct mcs_conn *conn, struct socket *sock)
{
	if (!conn->sock_is_users) {
		mcs_login_sock_release(sock);
		return;
	}
	/* iscsid may be slow to close its file: end the TCP connection now. */
	WRITE_ONCE(sock->sk->sk_err, EIO);
	wake_up_interruptible(sk_sleep(sock->sk));
	kernel_sock_shutdown(sock, SHUT_RDWR);
	/* It gives memory back while the peer's answer may be coming in. */
	lock_sock(sock->sk);
	sk_clear_memalloc(sock->sk);
	release_sock(sock->sk);
	sockfd_put(sock);
}

/**
 * mcs_sock_is_closed - has the peer or the stack ended the TCP connection?
 * @conn: connection with a socket
 */
bool mcs_sock_is_closed(struct mcs_conn *conn)
{
	return READ_ONCE(conn->sock->sk->sk_state) != TCP_ESTABLISHED;
}

/* One retransmission may be plain loss */
#define MCS_SOCK_RETRANSMITS	2

/**
 * mcs_sock_note_progress - note when the peer last acknowledged something
 * @conn: connection with a socket; its timer only
 *
 * Called often enough for mcs_sock_is_silent() while something is under way.
 */
void mcs_sock_note_progress(struct mcs_conn *conn)
{
	const struct tcp_sock *tp = tcp_sk(conn->sock->sk);
	u32 una = READ_ONCE(tp->snd_una);

	if (una == conn->acked && una != READ_ONCE(tp->snd_nxt))
		return;
	conn->acked = una;
	WRITE_ONCE(conn->acked_at, jiffies);
}

/**
 * mcs_sock_is_silent - does the peer's TCP not answer any more?
 * @conn: connection with a socket
 * @timeout: jiffies it may take
 *
 * Only what has been sent and not acknowledged counts, or could not be sent for
 * want of a route. A peer whose receiver is full or stopped acknowledges
 * nevertheless, and answers window probes, so a slow or stopped target is not
 * taken for a dead one.
 *
 * Where only what we send is lost, the peer is heard: it repeats what it has
 * no acknowledgment of. But it acknowledges nothing either.
 */
bool mcs_sock_is_silent(struct mcs_conn *conn, unsigned long timeout)
{
	const struct sock *sk = conn->sock->sk;
	bool unheard = tcp_jiffies32 - READ_ONCE(tcp_sk(sk)->rcv_tstamp) >=
		       timeout;

	if (READ_ONCE(inet_csk(sk)->icsk_retransmits) >= MCS_SOCK_RETRANSMITS)
		return time_after_eq(jiffies,
				     READ_ONCE(conn->acked_at) + timeout);
	return unheard && READ_ONCE(inet_csk(sk)->icsk_probes_out) >=
			  MCS_SOCK_RETRANSMITS;
}

/**
 * mcs_sock_retransmits - segments TCP has sent again
 * @conn: connection
 * @segments: set to their number since the TCP connection was made
 *
 * The socket may be going: what is read of it then is stale, but memory of sockets.
 *
 * Return: false when there is no TCP connection.
 */
bool mcs_sock_retransmits(struct mcs_conn *conn, u32 *segments)
{
	struct socket *sock;
	struct sock *sk;

	rcu_read_lock();
	sock = READ_ONCE(conn->sock);
	sk = sock ? READ_ONCE(sock->sk) : NULL;
	if (sk)
		*segments = READ_ONCE(tcp_sk(sk)->total_retrans);
	rcu_read_unlock();
	return sk;
}

/**
 * mcs_sock_error - why it was ended
 * @conn: connection with a socket
 *
 * Return: negative errno.
 */
int mcs_sock_error(struct mcs_conn *conn)
{
	int err = READ_ONCE(conn->sock->sk->sk_err);

	return err ? -err : -ECONNRESET;
}
