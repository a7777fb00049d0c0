// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

/* Rules about SCSI Responses, and about what comes on the wrong connection. */

#define AT_RESPONSE	AT_CODE

static enum rule_result statsn(struct conn *conn, struct pdu *pdu, u32 by)
{
	put32(pdu->bhs + AT_STATSN, get32(pdu->bhs + AT_STATSN) + by);
	return RULE_SEND;
}

static enum rule_result tag(struct conn *conn, struct pdu *pdu, u32 mask)
{
	put32(pdu->bhs + AT_ITT, mask == RESERVED_TAG ? mask :
	      get32(pdu->bhs + AT_ITT) ^ mask);
	return RULE_SEND;
}

static enum rule_result twice(struct conn *conn, struct pdu *pdu, u32 arg)
{
	rule_insert(conn, pdu, rule_copy(pdu));
	return RULE_SEND;
}

/* What belongs to a command that another connection carries */
static enum rule_result foreign(struct conn *conn, struct pdu *pdu, u32 arg)
{
	struct task *task;
	struct conn *other;

	TAILQ_FOREACH(other, &conns, node) {
		if (other == conn || other->sess != conn->sess ||
		    other->phase != PHASE_FULL)
			continue;
		task = TAILQ_FIRST(&other->tasks);
		if (!task || (task->bhs[0] & OP_MASK) != OP_CMD)
			continue;
		put32(pdu->bhs + AT_ITT, task->itt);
		return RULE_SEND;
	}
	return RULE_WAIT;
}

static enum rule_result status(struct conn *conn, struct pdu *pdu, u32 value)
{
	pdu->bhs[AT_STATUS] = value;
	return RULE_SEND;
}

static enum rule_result response(struct conn *conn, struct pdu *pdu, u32 value)
{
	pdu->bhs[AT_RESPONSE] = value;
	return RULE_SEND;
}

static enum rule_result residual(struct conn *conn, struct pdu *pdu, u32 value)
{
	pdu->bhs[AT_FLAGS] |= value ? FLAG_UNDERFLOW : FLAG_OVERFLOW;
	put32(pdu->bhs + AT_RESIDUAL, value);
	return RULE_SEND;
}

static enum rule_result data(struct conn *conn, struct pdu *pdu, u32 len)
{
	pdu->len = len;
	return RULE_SEND;
}

/* CHECK CONDITION whose sense data is @len bytes and says it is more */
static enum rule_result sense(struct conn *conn, struct pdu *pdu, u32 len)
{
	pdu->bhs[AT_STATUS] = 2;
	memset(pdu->data, 0xff, 2);
	pdu->len = len;
	return RULE_SEND;
}

static enum rule_result cut(struct conn *conn, struct pdu *pdu, u32 len)
{
	pdu->cut = len;
	return RULE_SEND;
}

/* An R2T for the command, behind its response */
static enum rule_result late_r2t(struct conn *conn, struct pdu *pdu, u32 arg)
{
	rule_insert(conn, pdu, rule_copy(pdu));
	pdu->bhs[0] = OP_R2T;
	pdu->bhs[AT_FLAGS] = FLAG_FINAL;
	put32(pdu->bhs + AT_TTT, 7);
	put32(pdu->bhs + AT_DATASN, 0);
	put32(pdu->bhs + AT_OFFSET, 0);
	put32(pdu->bhs + AT_R2T_LEN, 512);
	pdu->len = 0;
	return RULE_SEND;
}

const struct rule rules_response[] = {
	{ "statsn-gap", OP_RSP, FAILS, statsn, 1, "a StatSN left out" },
	{ "statsn-again", OP_RSP, FAILS, statsn, -1U, "a StatSN twice" },
	{ "statsn-wild", OP_RSP, FAILS, statsn, 0x80000000,
	  "a StatSN from the other end" },
	{ "response-tag", OP_RSP, FAILS, tag, 0x00111000,
	  "a response with an unknown tag" },
	{ "response-age", OP_RSP, FAILS, tag, 0x80000000,
	  "a response with a stale tag" },
	{ "response-no-tag", OP_RSP, FAILS, tag, RESERVED_TAG,
	  "a response with the reserved tag" },
	{ "response-twice", OP_RSP, FAILS, twice, 0, "a response twice" },
	{ "response-elsewhere", OP_RSP, FAILS, foreign, 0,
	  "a response on another connection" },
	{ "r2t-elsewhere", OP_R2T, FAILS, foreign, 0,
	  "an R2T on another connection" },
	{ "data-in-elsewhere", OP_DATA_IN, FAILS, foreign, 0,
	  "Data-In on another connection" },
	{ "response-data", OP_RSP, FAILS, data, 8196,
	  "a response with more data than may be" },
	{ "response-busy", OP_RSP, GOES_ON, status, 0x08, "status BUSY" },
	{ "response-full", OP_RSP, GOES_ON, status, 0x28,
	  "status TASK SET FULL" },
	{ "response-failure", OP_RSP, GOES_ON, response, 0x01,
	  "response code: target failure" },
	{ "response-code", OP_RSP, GOES_ON, response, 0xfe,
	  "a response code that does not exist" },
	{ "r2t-late", OP_RSP, FAILS, late_r2t, 0,
	  "an R2T after the response" },
	{ "cut-response", OP_RSP, FAILS, cut, 47,
	  "closed in the middle of a response" },
	{ "sense-none", OP_RSP, ERRS, sense, 0,
	  "CHECK CONDITION without sense data" },
	{ "sense-short", OP_RSP, ERRS, sense, 20,
	  "sense data shorter than it says" },
	{ "sense-byte", OP_RSP, ERRS, sense, 1,
	  "one byte of sense data" },
	{ "residual-huge", OP_RSP, ERRS, residual, 0x7fffffff,
	  "a residual larger than the transfer" },
	{ "residual-zero", OP_RSP, ERRS, residual, 0,
	  "an overflow of nothing" },
	{ }
};
