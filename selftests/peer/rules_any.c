// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

/* Rules about all PDUs, and PDUs nobody asked for. */

#define UNKNOWN_TAG	0x00abcdef
#define HUGE		0xfffffc

static enum rule_result set_opcode(struct conn *conn, struct pdu *pdu, u32 op)
{
	pdu->bhs[0] = op;
	return RULE_SEND;
}

/* An answer to a request that was never made */
static enum rule_result unasked(struct conn *conn, struct pdu *pdu, u32 op)
{
	struct pdu *extra = pdu_new(op, FLAG_FINAL);

	extra->numbered = true;
	put32(extra->bhs + AT_ITT, UNKNOWN_TAG);
	put32(extra->bhs + AT_TTT, RESERVED_TAG);
	rule_insert(conn, pdu, extra);
	return RULE_SEND;
}

static enum rule_result nop_both_tags(struct conn *conn, struct pdu *pdu,
				      u32 arg)
{
	struct pdu *extra = pdu_new(OP_NOP_IN, FLAG_FINAL);

	put32(extra->bhs + AT_ITT, UNKNOWN_TAG);
	put32(extra->bhs + AT_TTT, 1);
	rule_insert(conn, pdu, extra);
	return RULE_SEND;
}

static enum rule_result nop_data(struct conn *conn, struct pdu *pdu, u32 len)
{
	struct pdu *extra = pdu_new(OP_NOP_IN, FLAG_FINAL);

	put32(extra->bhs + AT_TTT, 1);
	extra->len = len;
	rule_insert(conn, pdu, extra);
	return RULE_SEND;
}

static enum rule_result pings(struct conn *conn, struct pdu *pdu, u32 n)
{
	struct pdu *extra;

	while (n--) {
		extra = pdu_new(OP_NOP_IN, FLAG_FINAL);
		put32(extra->bhs + AT_TTT, n + 1);
		rule_insert(conn, pdu, extra);
	}
	return RULE_SEND;
}

static enum rule_result async(struct conn *conn, struct pdu *pdu, u32 event)
{
	struct pdu *extra = pdu_new(OP_ASYNC, FLAG_FINAL);

	put32(extra->bhs + AT_TTT, RESERVED_TAG);
	extra->bhs[AT_EVENT] = event;
	put16(extra->bhs + AT_PARAM1, 0x7777);
	put16(extra->bhs + AT_PARAM3, 10);
	extra->numbered = true;
	rule_insert(conn, pdu, extra);
	return RULE_SEND;
}

static enum rule_result async_tag(struct conn *conn, struct pdu *pdu, u32 arg)
{
	struct pdu *extra = pdu_new(OP_ASYNC, FLAG_FINAL);

	put32(extra->bhs + AT_ITT, UNKNOWN_TAG);
	put32(extra->bhs + AT_TTT, RESERVED_TAG);
	extra->bhs[AT_EVENT] = 255;
	extra->numbered = true;
	rule_insert(conn, pdu, extra);
	return RULE_SEND;
}

/* A Reject of a PDU that was never sent, with @opcode, cut to @arg bytes */
static void reject(struct conn *conn, struct pdu *pdu, u8 opcode, u32 len)
{
	struct pdu *extra = pdu_new(OP_REJECT, FLAG_FINAL);

	extra->bhs[AT_CODE] = 0x09;
	memset(extra->data, 0x5a, BHS_LEN);
	extra->data[0] = opcode;
	extra->len = len;
	extra->numbered = true;
	rule_insert(conn, pdu, extra);
}

static enum rule_result reject_short(struct conn *conn, struct pdu *pdu,
				     u32 len)
{
	reject(conn, pdu, OP_CMD, len);
	return RULE_SEND;
}

static enum rule_result reject_opcode(struct conn *conn, struct pdu *pdu,
				      u32 opcode)
{
	reject(conn, pdu, opcode, BHS_LEN);
	return RULE_SEND;
}

static enum rule_result length(struct conn *conn, struct pdu *pdu, u32 len)
{
	put24(pdu->bhs + AT_DLEN, len);
	pdu->lies = true;
	return RULE_SEND;
}

static enum rule_result ahs(struct conn *conn, struct pdu *pdu, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		pdu->ahs[i] = rand();
	pdu->ahs_len = len;
	return RULE_SEND;
}

static enum rule_result header_digest(struct conn *conn, struct pdu *pdu,
				      u32 arg)
{
	if (!conn->hdgst)
		return RULE_WAIT;
	pdu->bad_hdgst = true;
	return RULE_SEND;
}

static enum rule_result data_digest(struct conn *conn, struct pdu *pdu,
				    u32 arg)
{
	if (!conn->ddgst || !pdu->len)
		return RULE_WAIT;
	pdu->bad_ddgst = true;
	return RULE_SEND;
}

static enum rule_result end(struct conn *conn, struct pdu *pdu, u32 abort)
{
	if (abort)
		conn_abort(conn);
	conn_lost(conn, "ended as told");
	return RULE_DROP;
}

const struct rule rules_any[] = {
	{ "opcode-unknown", OP_ANY, FAILS, set_opcode, 0x3c,
	  "an opcode that does not exist" },
	{ "opcode-of-initiator", OP_ANY, FAILS, set_opcode, OP_CMD,
	  "a SCSI Command from the target" },
	{ "login-response", OP_ANY, FAILS, set_opcode, OP_LOGIN_RSP,
	  "a Login Response long after the login" },
	{ "text-response", OP_ANY, FAILS, unasked, OP_TEXT_RSP,
	  "an answer to no Text Request" },
	{ "logout-response", OP_ANY, FAILS, unasked, OP_LOGOUT_RSP,
	  "an answer to no Logout" },
	{ "tmf-response", OP_ANY, FAILS, unasked, OP_TMF_RSP,
	  "an answer to no task management request" },
	{ "nop-answer", OP_ANY, FAILS, unasked, OP_NOP_IN,
	  "an answer to no NOP-Out" },
	{ "nop-both-tags", OP_ANY, FAILS, nop_both_tags, 0,
	  "a NOP-In with both tags valid" },
	{ "nop-data", OP_ANY, FAILS, nop_data, 16,
	  "a ping with data" },
	{ "ping", OP_ANY, GOES_ON, pings, 1,
	  "a ping in the middle of everything" },
	{ "ping-flood", OP_ANY, GOES_ON, pings, 500,
	  "500 pings at once" },
	{ "async-with-tag", OP_ANY, FAILS, async_tag, 0,
	  "an Async Message that names a task" },
	{ "async-fast-abort", OP_ANY, FAILS, async, 5,
	  "Async event 5 without FastAbort" },
	{ "async-scsi", OP_ANY, GOES_ON, async, 0,
	  "Async event 0 without sense data" },
	{ "async-vendor", OP_ANY, GOES_ON, async, 248,
	  "an Async event of a vendor's own" },
	{ "async-unknown-cid", OP_ANY, GOES_ON, async, 2,
	  "Async event 2 for a CID that does not exist" },
	{ "async-negotiate", OP_ANY, GOES_ON, async, 4,
	  "a wish to negotiate" },
	{ "reject-empty", OP_ANY, FAILS, reject_short, 0,
	  "a Reject without the rejected header" },
	{ "reject-short", OP_ANY, FAILS, reject_short, 47,
	  "a Reject with 47 bytes of header" },
	{ "reject-command", OP_ANY, FAILS, reject_opcode, OP_CMD,
	  "a Reject of a command that was not sent" },
	{ "reject-nothing", OP_ANY, GOES_ON, reject_opcode, 0x1f,
	  "a Reject of an opcode nobody has" },
	{ "length-huge", OP_ANY, FAILS, length, HUGE,
	  "a data segment of 16 MB" },
	{ "ahs", OP_ANY, GOES_ON, ahs, AHS_MAX,
	  "the longest AHS, full of garbage" },
	{ "header-digest", OP_ANY, FAILS, header_digest, 0,
	  "a wrong header digest" },
	{ "data-digest", OP_ANY, FAILS, data_digest, 0,
	  "a wrong data digest" },
	{ "close", OP_ANY, FAILS, end, 0, "the connection closed" },
	{ "reset", OP_ANY, FAILS, end, 1,
	  "the connection reset" },
	{ }
};
