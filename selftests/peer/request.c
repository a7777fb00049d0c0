// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* Requests that are no SCSI commands, and what the target says unasked. */

#define TMF_ABORT_TASK		1
#define TMF_LU_RESET		5
#define TMF_NO_TASK		1

/* What to answer to Logouts instead of the truth */
static int logout_answer = LOGOUT_HONEST;
/* and to task management requests */
int tmf_answer = TMF_HONEST;

static void nop_out(struct task *task)
{
	struct conn *conn = task->conn;
	struct pdu *pdu;

	if (task->itt == RESERVED_TAG) {
		if (get32(task->bhs + AT_TTT) != RESERVED_TAG)
			conn->pongs++;
		return;
	}
	if (!(task->bhs[0] & OP_IMMEDIATE)) {
		counters.plugs++;
		/* as if the number had been there already: see task_arrived() */
		if (config.mute) {
			config.mute--;
			return;
		}
	}
	pdu = pdu_new(OP_NOP_IN, FLAG_FINAL);
	put32(pdu->bhs + AT_ITT, task->itt);
	put32(pdu->bhs + AT_TTT, RESERVED_TAG);
	pdu->numbered = true;
	if (task->data_len) {
		memcpy(pdu->data, task->data, task->data_len);
		pdu->len = task->data_len;
	}
	pdu_send(conn, pdu);
}

static void text(struct task *task)
{
	struct pdu *pdu = pdu_new(OP_TEXT_RSP, FLAG_FINAL);

	counters.texts++;
	put32(pdu->bhs + AT_ITT, task->itt);
	put32(pdu->bhs + AT_TTT, RESERVED_TAG);
	pdu->numbered = true;
	pdu_send(task->conn, pdu);
}

static void abort_tasks(struct session *sess, const struct conn *only,
			bool all, u32 itt)
{
	struct task *task, *next;
	struct conn *conn;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->sess != sess || (only && conn != only))
			continue;
		for (task = TAILQ_FIRST(&conn->tasks); task; task = next) {
			next = TAILQ_NEXT(task, by_conn);
			if ((task->bhs[0] & OP_MASK) == OP_CMD &&
			    (all || task->itt == itt))
				task_forget(task);
		}
	}
}

static struct conn *conn_beside(const struct conn *conn)
{
	struct conn *other;

	TAILQ_FOREACH(other, &conns, node) {
		if (other != conn && other->sess == conn->sess &&
		    other->phase == PHASE_FULL)
			return other;
	}
	return NULL;
}

/* ABORT TASK belongs on the connection of its command, and says which it is */
static void check_abort(struct conn *conn, const struct task *task, u32 itt)
{
	struct task *aborted = task_find(conn, itt);
	struct conn *other = conn_beside(conn);
	u32 cmdsn = get32(task->bhs + AT_REFCMDSN);

	if (aborted && cmdsn != aborted->cmdsn)
		complain(conn, "RefCmdSN %u of command %u", cmdsn,
			 aborted->cmdsn);
	if (!aborted && other && task_find(other, itt))
		complain(conn, "ABORT TASK of a command of cid %u", other->cid);
}

/* Return: what to answer */
static u8 tmf_run(struct conn *conn, const struct task *task)
{
	bool is_abort = (task->bhs[AT_FLAGS] & 0x7f) == TMF_ABORT_TASK;
	u32 itt = get32(task->bhs + AT_REFTAG);
	u8 code = is_abort && !task_find(conn, itt) ? TMF_NO_TASK : 0;

	if (is_abort)
		check_abort(conn, task, itt);
	if (tmf_answer >= 0)
		return tmf_answer;
	if (tmf_answer == TMF_PARTED && is_abort)
		return TMF_REJECTED;
	if (tmf_answer != TMF_LATE)
		abort_tasks(conn->sess, is_abort ? conn : NULL, !is_abort, itt);
	return code;
}

/* The other connection goes down at the next ping */
static void tmf_part(struct conn *conn)
{
	struct conn *other = conn_beside(conn);

	tmf_answer = TMF_HONEST;
	if (other)
		trigger_set("nop", "reset", other->cid);
}

static void task_management(struct task *task)
{
	struct conn *conn = task->conn;
	struct pdu *pdu;
	u8 code;

	counters.tmfs++;
	if (tmf_answer == TMF_NEVER)
		return;
	code = tmf_run(conn, task);
	pdu = pdu_new(OP_TMF_RSP, FLAG_FINAL);
	put32(pdu->bhs + AT_ITT, task->itt ^
	      (tmf_answer == TMF_OTHER_TAG ? 0x00111000 : 0));
	pdu->bhs[AT_CODE] = code;
	pdu->numbered = true;
	if (tmf_answer == TMF_ELSEWHERE && conn_beside(conn))
		conn = conn_beside(conn);
	pdu_send(conn, pdu);
	if (tmf_answer == TMF_PARTED && !code)
		tmf_part(conn);
}

static void logout_respond(struct task *task, u8 code)
{
	struct pdu *pdu = pdu_new(OP_LOGOUT_RSP, FLAG_FINAL);

	put32(pdu->bhs + AT_ITT, task->itt);
	pdu->bhs[AT_CODE] = code;
	pdu->numbered = true;
	pdu_send(task->conn, pdu);
}

/* A connection leaves by itself; was it asked to, and is it empty? */
static void logout_own(struct task *task)
{
	struct conn *conn = task->conn;

	if (conn_outstanding(conn))
		counters.undrained++;
	else
		counters.drained++;
	if (session_outstanding(conn->sess))
		counters.loud++;
	conn->logout_by = 0;
	logout_respond(task, 0);
	conn->closing = true;
	conn->leaving = true;
	conn->close_at = now_ms() + config.linger_ms;
}

static void logout_session(struct task *task)
{
	struct session *sess = task->conn->sess;
	struct conn *conn;

	logout_respond(task, 0);
	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->sess != sess)
			continue;
		conn->closing = true;
		conn->leaving = true;
	}
}

static void logout_other(struct task *task, u16 cid)
{
	struct conn *victim = conn_find(task->conn->sess, cid);

	if (!victim) {
		logout_respond(task, 1);
		return;
	}
	conn_close(victim, false);
	task->conn->fence_due = true;
	logout_respond(task, 0);
}

static void logout(struct task *task)
{
	u8 reason = task->bhs[AT_FLAGS] & 0x7f;
	u16 cid = get16(task->bhs + AT_CID);
	struct conn *conn = task->conn;

	if (logout_answer == LOGOUT_NEVER)
		return;
	if (logout_answer != LOGOUT_HONEST)
		logout_respond(task, logout_answer);
	else if (reason == 0)
		logout_session(task);
	else if (config.class != CLASS_FENCE || cid == conn->cid)
		logout_own(task);
	else if (reason == 1)
		logout_other(task, cid);
	else
		logout_respond(task, 2);
}

/**
 * request_run - answer a request that is no SCSI command
 * @task: the request; freed here
 */
void request_run(struct task *task)
{
	struct conn *conn = task->conn;

	task->state = TASK_READY;
	switch (task->bhs[0] & OP_MASK) {
	case OP_NOP_OUT:
		nop_out(task);
		break;
	case OP_TMF:
		task_management(task);
		break;
	case OP_TEXT:
		text(task);
		break;
	case OP_LOGOUT:
		if (logout_answer == LOGOUT_LATE)
			return;
		logout(task);
		break;
	}
	if (!conn->gone)
		task_free(task);
}

static struct task *late_logout(void)
{
	struct conn *conn;
	struct task *task;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->phase != PHASE_FULL)
			continue;
		TAILQ_FOREACH(task, &conn->tasks, by_conn) {
			if ((task->bhs[0] & OP_MASK) == OP_LOGOUT &&
			    task->state == TASK_READY)
				return task;
		}
	}
	return NULL;
}

/**
 * logout_answer_set - what to answer to Logouts from now on
 * @answer: LOGOUT_HONEST and so on, or a response
 *
 * Those that wait for that are answered.
 */
void logout_answer_set(int answer)
{
	struct task *task;

	logout_answer = answer;
	if (answer == LOGOUT_LATE)
		return;
	while ((task = late_logout()))
		request_run(task);
}

static void check_request(struct conn *conn, const struct request *req)
{
	u32 itt = get32(req->bhs + AT_ITT);
	u32 acked = get32(req->bhs + AT_EXPSTATSN);

	if (sn_before(conn->statsn, acked))
		complain(conn, "ExpStatSN %u, only %u sent", acked,
			 conn->statsn);
	if ((req->bhs[0] & OP_MASK) == OP_DATA_OUT)
		return;
	if (itt != RESERVED_TAG)
		conn->acked = acked;
	if (itt == RESERVED_TAG && req->bhs[0] != (OP_NOP_OUT | OP_IMMEDIATE))
		complain(conn, "opcode %02x without a tag", req->bhs[0]);
	if (itt != RESERVED_TAG && task_find(conn, itt))
		complain(conn, "tag %08x twice", itt);
}

/**
 * request_received - a PDU in full feature phase
 * @conn: connection
 * @req: the PDU
 */
void request_received(struct conn *conn, const struct request *req)
{
	u8 opcode = req->bhs[0] & OP_MASK;

	check_request(conn, req);
	plans_see(conn, req->bhs[0] & (OP_MASK | OP_IMMEDIATE));
	if (trigger_hits(conn, req->bhs[0] & (OP_MASK | OP_IMMEDIATE)))
		return;
	if (reject_hits(conn, req))
		return;
	counters.logouts += opcode == OP_LOGOUT;
	counters.loud += opcode == OP_CMD && session_has_leaver(conn->sess);
	/* PERSISTENT RESERVE OUT */
	counters.reserves += opcode == OP_CMD && req->bhs[AT_CDB] == 0x5f;
	switch (opcode) {
	case OP_NOP_OUT:
	case OP_CMD:
	case OP_TMF:
	case OP_TEXT:
	case OP_LOGOUT:
		task_arrived(task_new(conn, req));
		break;
	case OP_DATA_OUT:
		task_data_out(conn, req);
		break;
	default:
		complain(conn, "opcode %02x", req->bhs[0]);
		conn_close(conn, true);
		break;
	}
}

/**
 * send_async - send an asynchronous message
 * @conn: connection
 * @event: AsyncEvent
 * @p1: parameters
 * @p2: see @p1
 * @p3: see @p1
 *
 * Event 1 begins to wait for the Logout.
 */
void send_async(struct conn *conn, u8 event, u16 p1, u16 p2, u16 p3)
{
	struct pdu *pdu = pdu_new(OP_ASYNC, FLAG_FINAL);

	put32(pdu->bhs + AT_TTT, RESERVED_TAG);
	pdu->bhs[AT_EVENT] = event;
	put16(pdu->bhs + AT_PARAM1, p1);
	put16(pdu->bhs + AT_PARAM2, p2);
	put16(pdu->bhs + AT_PARAM3, p3);
	pdu->numbered = true;
	if (!event) {
		put16(pdu->data, 18);
		pdu->data[2] = 0x70;
		pdu->data[9] = 10;
		pdu->len = 20;
	}
	if (event == 1 && !conn->logout_by)
		conn->logout_by = now_ms() + p3 * 1000;
	pdu_send(conn, pdu);
}

/**
 * send_ping - send a NOP-In
 * @conn: connection
 * @wants_answer: with a Target Transfer Tag
 */
void send_ping(struct conn *conn, bool wants_answer)
{
	struct pdu *pdu = pdu_new(OP_NOP_IN, FLAG_FINAL);

	put32(pdu->bhs + AT_TTT, wants_answer ? 0x1234 : RESERVED_TAG);
	conn->pings += wants_answer;
	pdu_send(conn, pdu);
}
