// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

static struct session_list ended = TAILQ_HEAD_INITIALIZER(ended);

/**
 * session_new - begin a session
 * @isid: initiator's part of its name
 * @initiator: initiator's name
 *
 * Return: the session, without connections.
 */
struct session *session_new(const u8 *isid, const char *initiator)
{
	static u16 tsih;
	struct session *sess = calloc(1, sizeof(*sess));

	if (!sess)
		abort();
	memcpy(sess->isid, isid, sizeof(sess->isid));
	strncpy(sess->initiator, initiator, sizeof(sess->initiator) - 1);
	while (!++tsih)
		;
	sess->tsih = tsih;
	sess->initial_r2t = config.initial_r2t;
	sess->immediate = true;
	sess->max_burst = config.max_burst;
	sess->first_burst = config.first_burst;
	sess->max_r2t = 1;
	TAILQ_INIT(&sess->pending);
	TAILQ_INSERT_TAIL(&sessions, sess, node);
	return sess;
}

/**
 * session_find - the session of an initiator
 * @isid: ISID
 * @initiator: name
 */
struct session *session_find(const u8 *isid, const char *initiator)
{
	struct session *sess;

	TAILQ_FOREACH(sess, &sessions, node) {
		if (!memcmp(sess->isid, isid, sizeof(sess->isid)) &&
		    !strcmp(sess->initiator, initiator))
			return sess;
	}
	return NULL;
}

/**
 * session_live - connections whose TCP is alive, in full feature phase
 * @sess: session
 */
u32 session_live(const struct session *sess)
{
	struct conn *conn;
	u32 n = 0;

	TAILQ_FOREACH(conn, &conns, node)
		n += conn->sess == sess && conn->phase == PHASE_FULL;
	return n;
}

/**
 * session_outstanding - SCSI commands that were not answered
 * @sess: session
 */
u32 session_outstanding(const struct session *sess)
{
	struct conn *conn;
	u32 n = 0;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->sess == sess)
			n += conn_outstanding(conn);
	}
	return n;
}

/**
 * session_has_leaver - is one of its connections about to close after its Logout?
 * @sess: session
 */
bool session_has_leaver(const struct session *sess)
{
	const struct conn *conn;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->sess == sess && conn->leaving && conn->fd >= 0)
			return true;
	}
	return false;
}

/**
 * session_end - end a session with all its connections
 * @sess: session; freed when the loop comes round
 * @why: for the log
 */
void session_end(struct session *sess, const char *why)
{
	struct conn *conn;
	struct task *task;

	say("session %u ends: %s", sess->tsih, why);
	counters.sessions_ended++;
	TAILQ_REMOVE(&sessions, sess, node);
	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->sess != sess)
			continue;
		/* no second end from there */
		conn->sess = NULL;
		while ((task = TAILQ_FIRST(&conn->tasks))) {
			if (task->state == TASK_WAITING &&
			    !(task->bhs[0] & OP_IMMEDIATE))
				TAILQ_REMOVE(&sess->pending, task, by_sess);
			task->state = TASK_READY;
			task_free(task);
		}
		conn_close(conn, false);
	}
	while ((task = TAILQ_FIRST(&sess->pending))) {
		TAILQ_REMOVE(&sess->pending, task, by_sess);
		task->state = TASK_READY;
		task_free(task);
	}
	/* somebody further up may be at work on it */
	TAILQ_INSERT_TAIL(&ended, sess, node);
}

/**
 * session_reap - what time does to sessions and connections
 *
 * Ends those whose lost connection nobody has logged out in time, drops those
 * that were asked to leave and did not, frees what is gone.
 */
void session_reap(void)
{
	struct conn *conn, *next;
	struct session *sess;
	u64 now = now_ms();

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->gone || !conn->sess)
			continue;
		if (conn->phase == PHASE_DEAD && config.grace_ms &&
		    now >= conn->dead_since + config.grace_ms) {
			session_end(conn->sess, "a lost connection was not logged out");
			break;
		}
		if (conn->logout_by && now >= conn->logout_by) {
			counters.late++;
			conn_close(conn, true);
		}
	}
	for (conn = TAILQ_FIRST(&conns); conn; conn = next) {
		next = TAILQ_NEXT(conn, node);
		if (conn->gone)
			conn_free(conn);
	}
	while ((sess = TAILQ_FIRST(&ended))) {
		TAILQ_REMOVE(&ended, sess, node);
		free(sess);
	}
}
