// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* What to do at the next PDU of a kind: end the connection, or reject it. */

/* No opcode: a NOP-Out that carries a number */
#define EVENT_PLUG	0x80
/* The first NOP-Out behind a Logout that named another connection */
#define EVENT_FENCE	0x81

static const struct {
	const char *name;
	u8 opcode;
} events[] = {
	{ "login", OP_LOGIN },
	{ "login-response", OP_LOGIN_RSP },	/* the last one of a login */
	{ "command", OP_CMD },
	{ "nop", OP_NOP_OUT },
	{ "plug", EVENT_PLUG },
	{ "fence", EVENT_FENCE },
	{ "tmf", OP_TMF },
	{ "logout", OP_LOGOUT },
	{ "text", OP_TEXT },
	{ "data-out", OP_DATA_OUT },
	{ "r2t", OP_R2T },
	{ "data-in", OP_DATA_IN },
	{ "response", OP_RSP },
	{ "nop-in", OP_NOP_IN },
	{ "logout-response", OP_LOGOUT_RSP },
};

static u8 opcode_of(const char *event)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		if (!strcmp(events[i].name, event))
			return events[i].opcode;
	}
	return OP_ANY;
}

/*
 * Of what was received, the opcode comes with the immediate bit. Fences are the first
 * NOP-Out behind a Logout, or all of them.
 */
static bool is_a(const struct conn *conn, u8 opcode, u8 kind, bool first)
{
	switch (kind) {
	case EVENT_PLUG:
		return opcode == OP_NOP_OUT;
	case EVENT_FENCE:
		return opcode == (OP_NOP_OUT | OP_IMMEDIATE) &&
		       (first ? conn->fence : conn->behind_logout);
	default:
		return (opcode & ~OP_IMMEDIATE) == kind;
	}
}

/**
 * plans_see - note what a PDU is that was received, before plans are asked
 * @conn: connection
 * @opcode: of the PDU, with the immediate bit
 */
void plans_see(struct conn *conn, u8 opcode)
{
	conn->fence = conn->fence_due && opcode == (OP_NOP_OUT | OP_IMMEDIATE);
	if (conn->fence)
		conn->fence_due = false;
	conn->behind_logout |= conn->fence;
}

static void forget_fences(void)
{
	struct conn *conn;

	TAILQ_FOREACH(conn, &conns, node) {
		conn->fence_due = false;
		conn->behind_logout = false;
	}
}

static struct {
	u8 opcode;
	int cid;
	char how;
	bool armed;
} trigger;

/**
 * trigger_set - end a connection at its next PDU of a kind
 * @event: the kind, sent or received
 * @how: close, reset, silent, deaf; after: once this PDU has been sent
 * @cid: connection, negative for any
 *
 * Of Logouts, and the fences behind them, those from now on count.
 *
 * Return: 0, or -1 when there is no such kind.
 */
int trigger_set(const char *event, const char *how, int cid)
{
	forget_fences();
	trigger.opcode = opcode_of(event);
	trigger.cid = cid;
	trigger.how = how[0];
	trigger.armed = trigger.opcode != OP_ANY;
	return trigger.armed ? 0 : -1;
}

/**
 * trigger_left - does a plan to end a connection still wait for its PDU?
 */
u32 trigger_left(void)
{
	return trigger.armed;
}

/**
 * trigger_hits - does the plan say to end the connection now?
 * @conn: connection
 * @opcode: of the PDU
 *
 * Return: true when it did.
 */
bool trigger_hits(struct conn *conn, u8 opcode)
{
	if (!trigger.armed || !is_a(conn, opcode, trigger.opcode, true) ||
	    (trigger.cid >= 0 && trigger.cid != conn->cid))
		return false;
	trigger.armed = false;
	say("cid %u ends at opcode %02x", conn->cid, opcode);
	switch (trigger.how) {
	case 's':
		conn->silent = true;
		break;
	case 'a':
		conn->last_one = true;
		return false;
	case 'd':
		conn->deaf = true;
		conn->silent = true;
		break;
	case 'r':
		conn_abort(conn);
		conn_lost(conn, "reset as told");
		break;
	default:
		conn_lost(conn, "closed as told");
		break;
	}
	return true;
}

static struct {
	u8 opcode;
	u8 reason;
	bool consumes;
	u32 times;
} rejecting;

/**
 * reject_set - reject the next PDUs of a kind
 * @event: the kind
 * @reason: reason code
 * @consumes: the CmdSN counts as received
 * @times: how many
 *
 * Of fences, those behind Logouts from now on count, and as nobody can tell them from
 * pings, all immediate NOP-Outs there do. None ends the plan.
 *
 * Return: 0, or -1 when there is no such kind.
 */
int reject_set(const char *event, u8 reason, bool consumes, u32 times)
{
	if (!strcmp(event, "none")) {
		rejecting.times = 0;
		return 0;
	}
	forget_fences();
	rejecting.opcode = opcode_of(event);
	rejecting.reason = reason;
	rejecting.consumes = consumes;
	rejecting.times = rejecting.opcode == OP_ANY ? 0 : times;
	return rejecting.times ? 0 : -1;
}

/**
 * reject_left - how many are still to be rejected
 */
u32 reject_left(void)
{
	return rejecting.times;
}

/* The write whose data was refused ends with a status, as it has to */
static void end_write(struct conn *conn, u32 itt)
{
	struct task *task = task_find(conn, itt);
	struct pdu *pdu;

	if (!task || task->state == TASK_WAITING)
		return;
	pdu = pdu_new(OP_RSP, FLAG_FINAL);
	put32(pdu->bhs + AT_ITT, itt);
	pdu->bhs[AT_STATUS] = 2;
	put16(pdu->data, 18);
	/* ABORTED COMMAND, protocol service CRC error */
	pdu->data[2] = 0x70;
	pdu->data[4] = 0x0b;
	pdu->data[9] = 10;
	pdu->data[14] = 0x47;
	pdu->data[15] = 0x05;
	pdu->len = 20;
	pdu->numbered = true;
	pdu_send(conn, pdu);
	if (!conn->gone)
		task_free(task);
}

/**
 * reject_hits - reject a PDU if the plan says so
 * @conn: connection
 * @req: PDU received
 *
 * Return: true when it was rejected.
 */
bool reject_hits(struct conn *conn, const struct request *req)
{
	u8 opcode = req->bhs[0] & OP_MASK;
	struct pdu *pdu;

	if (!rejecting.times ||
	    !is_a(conn, req->bhs[0] & (OP_MASK | OP_IMMEDIATE), rejecting.opcode, false))
		return false;
	rejecting.times--;
	/* only its number counts */
	if (rejecting.consumes && !(req->bhs[0] & OP_IMMEDIATE) &&
	    opcode != OP_DATA_OUT) {
		struct task *task = task_new(conn, req);

		TAILQ_REMOVE(&conn->tasks, task, by_conn);
		task->conn = NULL;
		TAILQ_INSERT_TAIL(&conn->sess->pending, task, by_sess);
		sequence_run(conn->sess);
	}
	pdu = pdu_new(OP_REJECT, FLAG_FINAL);
	pdu->bhs[AT_CODE] = rejecting.reason;
	memcpy(pdu->data, req->bhs, BHS_LEN);
	pdu->len = BHS_LEN;
	pdu->numbered = true;
	pdu_send(conn, pdu);
	if (opcode == OP_DATA_OUT && !conn->gone)
		end_write(conn, get32(req->bhs + AT_ITT));
	return true;
}
