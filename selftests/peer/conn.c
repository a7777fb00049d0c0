// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

/* Connections: bytes in, PDUs cut out of them, bytes out. */

/* Output that nobody takes beyond this is thrown away with the connection */
#define OUT_MAX		(64 << 20)
#define DRIP_BURST	256

static void note_local(struct conn *conn)
{
	struct sockaddr_in6 addr;
	socklen_t len = sizeof(addr);
	const char *text = conn->local;

	if (getsockname(conn->fd, (struct sockaddr *)&addr, &len))
		return;
	inet_ntop(AF_INET6, &addr.sin6_addr, conn->local, sizeof(conn->local));
	if (!strncmp(text, "::ffff:", 7))
		memmove(conn->local, text + 7, strlen(text) - 6);
}

/**
 * conn_new - take a TCP connection
 * @fd: its socket
 *
 * Return: the connection, which waits for a login.
 */
struct conn *conn_new(int fd)
{
	static u32 serial;
	struct conn *conn = calloc(1, sizeof(*conn));
	int one = 1;

	if (!conn)
		abort();
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	conn->fd = fd;
	conn->serial = ++serial;
	note_local(conn);
	conn->statsn = config.first_statsn_set ? config.first_statsn :
							(u32)rand();
	conn->answered = conn->statsn;
	conn->acked = conn->statsn;
	conn->max_data = 8192;
	TAILQ_INIT(&conn->tasks);
	TAILQ_INSERT_TAIL(&conns, conn, node);
	return conn;
}

static void conn_drop_tasks(struct conn *conn)
{
	struct task *task;

	while ((task = TAILQ_FIRST(&conn->tasks)))
		task_forget(task);
}

/* Not freed before the loop is done with it. */
static void conn_forget(struct conn *conn)
{
	struct session *sess = conn->sess;

	if (conn->gone)
		return;
	conn_drop_tasks(conn);
	conn->phase = PHASE_DEAD;
	conn->gone = true;
	conn->sess = NULL;
	if (!sess)
		return;
	sess->n_conns--;
	if (!sess->n_conns)
		session_end(sess, "last connection");
	else
		sequence_run(sess);
}

/**
 * conn_free - end of a connection object
 * @conn: connection that is gone
 */
void conn_free(struct conn *conn)
{
	TAILQ_REMOVE(&conns, conn, node);
	if (conn->fd >= 0)
		close(conn->fd);
	free(conn->out);
	free(conn);
}

/**
 * conn_abort - have the coming close of a connection be a reset
 * @conn: connection
 */
void conn_abort(struct conn *conn)
{
	struct linger linger = { .l_onoff = 1 };

	if (conn->fd >= 0)
		setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger,
			   sizeof(linger));
}

/**
 * conn_close - close a connection and forget it
 * @conn: connection
 * @abort: with a reset
 */
void conn_close(struct conn *conn, bool abort)
{
	if (conn->fd >= 0) {
		if (abort)
			conn_abort(conn);
		close(conn->fd);
		conn->fd = -1;
	}
	conn_forget(conn);
}

/* Like istgt: commands that wait are discarded, on all connections. */
static void discard_waiting(struct session *sess)
{
	struct conn *conn;
	struct task *task, *next;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->sess != sess)
			continue;
		for (task = TAILQ_FIRST(&conn->tasks); task; task = next) {
			next = TAILQ_NEXT(task, by_conn);
			if (task->state != TASK_WAITING &&
			    (task->bhs[0] & OP_MASK) == OP_CMD)
				task_free(task);
		}
	}
}

/**
 * conn_lost - TCP is gone
 * @conn: connection
 * @why: for the log
 *
 * What that means is a matter of the class.
 */
void conn_lost(struct conn *conn, const char *why)
{
	struct session *sess = conn->sess;

	if (conn->phase == PHASE_DEAD)
		return;
	say("connection %u cid %u: %s", conn->serial, conn->cid, why);
	if (conn->phase == PHASE_LOGIN || !sess || conn->leaving) {
		if (conn->leaving && config.class == CLASS_SESSION)
			discard_waiting(sess);
		conn_close(conn, false);
		return;
	}
	counters.lost++;
	close(conn->fd);
	conn->fd = -1;
	conn->phase = PHASE_DEAD;
	conn->dead_since = now_ms();
	if (config.class == CLASS_FENCE && session_live(sess))
		return;
	if (config.class == CLASS_SESSION)
		discard_waiting(sess);
	conn_forget(conn);
}

/**
 * conn_put_out - append to what is to be sent
 * @conn: connection
 * @bytes: what
 * @len: how much
 */
void conn_put_out(struct conn *conn, const u8 *bytes, size_t len)
{
	if (conn->out_len + len > conn->out_size) {
		conn->out_size = (conn->out_len + len) * 2;
		conn->out = realloc(conn->out, conn->out_size);
		if (!conn->out)
			abort();
	}
	if (len)
		memcpy(conn->out + conn->out_len, bytes, len);
	conn->out_len += len;
}

/**
 * conn_closes - is it time to close a connection whose output is out?
 * @conn: connection
 */
bool conn_closes(const struct conn *conn)
{
	return conn->closing && now_ms() >= conn->close_at;
}

/**
 * conn_flush - send what the socket takes
 * @conn: connection
 */
void conn_flush(struct conn *conn)
{
	int turns = DRIP_BURST;
	ssize_t put;
	size_t len;

	while (conn->fd >= 0 && conn->out_at < conn->out_len && turns) {
		len = conn->out_len - conn->out_at;
		if (conn->drip) {
			len = conn->drip < len ? conn->drip : len;
			turns--;
		}
		put = send(conn->fd, conn->out + conn->out_at, len,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (put < 0) {
			conn_lost(conn, "cannot send");
			return;
		}
		conn->out_at += put;
	}
	if (conn->out_at < conn->out_len) {
		if (conn->out_len > OUT_MAX)
			conn_lost(conn, "takes nothing");
		return;
	}
	conn->out_at = 0;
	conn->out_len = 0;
	if (conn_closes(conn))
		conn_lost(conn, "closed as told");
}

static bool digest_is_good(const u8 *at, u32 crc)
{
	crc = ~crc;
	return at[0] == (u8)crc && at[1] == (u8)(crc >> 8) &&
	       at[2] == (u8)(crc >> 16) && at[3] == (u8)(crc >> 24);
}

/* Return: bytes of the first PDU, 0 when it is not whole yet */
static size_t conn_cut(struct conn *conn, struct request *req)
{
	const u8 *p = conn->in;
	size_t len = BHS_LEN;

	if (conn->in_len < len)
		return 0;
	req->bhs = p;
	req->ahs = p + BHS_LEN;
	req->ahs_len = p[AT_AHS] * 4;
	req->len = get24(p + AT_DLEN);
	len += req->ahs_len + (conn->hdgst ? 4 : 0);
	req->data = p + len;
	if (req->len)
		len += req->len + padding(req->len) + (conn->ddgst ? 4 : 0);
	if (len > IN_MAX) {
		complain(conn, "data segment of %u bytes", req->len);
		conn_close(conn, true);
		return 0;
	}
	if (conn->in_len < len)
		return 0;
	if (conn->hdgst &&
	    !digest_is_good(req->ahs + req->ahs_len,
			    crc32c_of(~0U, p, BHS_LEN + req->ahs_len)))
		complain(conn, "header digest");
	if (conn->ddgst && req->len &&
	    !digest_is_good(p + len - 4,
			    crc32c_of(~0U, req->data, req->len + padding(req->len))))
		complain(conn, "data digest");
	return len;
}

/**
 * conn_read - take what the socket has
 * @conn: connection
 */
void conn_read(struct conn *conn)
{
	struct request req;
	ssize_t got;
	size_t len;

	got = recv(conn->fd, conn->in + conn->in_len, IN_MAX - conn->in_len,
		   MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		conn_lost(conn, got ? "reset by the initiator" :
				"closed by the initiator");
		return;
	}
	conn->in_len += got;
	while (conn->fd >= 0 && (len = conn_cut(conn, &req))) {
		counters.received++;
		if (conn->phase == PHASE_LOGIN)
			login_request(conn, &req);
		else if (!conn->silent)
			request_received(conn, &req);
		conn->in_len -= len;
		memmove(conn->in, conn->in + len, conn->in_len);
	}
}

/**
 * conn_find - a connection of a session by its number
 * @sess: session
 * @cid: number
 *
 * Return: the connection, dead or alive, or NULL.
 */
struct conn *conn_find(struct session *sess, u16 cid)
{
	struct conn *conn;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->sess == sess && conn->cid == cid &&
		    conn->phase != PHASE_LOGIN)
			return conn;
	}
	return NULL;
}

/**
 * conn_outstanding - SCSI commands that were not answered
 * @conn: connection
 */
u32 conn_outstanding(const struct conn *conn)
{
	const struct task *task;
	u32 n = 0;

	TAILQ_FOREACH(task, &conn->tasks, by_conn)
		n += (task->bhs[0] & OP_MASK) == OP_CMD;
	return n;
}
