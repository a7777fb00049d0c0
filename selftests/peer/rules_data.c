// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

/* Rules about Data-In and R2T. */

static enum rule_result add(struct conn *conn, struct pdu *pdu, u32 where)
{
	u32 offset = where >> 16, by = (u32)(int16_t)(where & 0xffff);

	put32(pdu->bhs + offset, get32(pdu->bhs + offset) + by);
	return RULE_SEND;
}

#define FIELD(offset, by)	((offset) << 16 | ((by) & 0xffff))

static enum rule_result set_all(struct conn *conn, struct pdu *pdu, u32 offset)
{
	put32(pdu->bhs + offset, RESERVED_TAG);
	return RULE_SEND;
}

static enum rule_result set_zero(struct conn *conn, struct pdu *pdu, u32 offset)
{
	put32(pdu->bhs + offset, 0);
	return RULE_SEND;
}

static enum rule_result flip_tag(struct conn *conn, struct pdu *pdu, u32 mask)
{
	put32(pdu->bhs + AT_ITT, get32(pdu->bhs + AT_ITT) ^ mask);
	return RULE_SEND;
}

/* Only with status: that one is numbered */
static enum rule_result data_statsn(struct conn *conn, struct pdu *pdu, u32 arg)
{
	if (!pdu->numbered)
		return RULE_WAIT;
	put32(pdu->bhs + AT_STATSN, get32(pdu->bhs + AT_STATSN) + 1);
	return RULE_SEND;
}

static enum rule_result data_no_final(struct conn *conn, struct pdu *pdu,
				      u32 arg)
{
	if (!pdu->numbered)
		return RULE_WAIT;
	pdu->bhs[AT_FLAGS] &= ~FLAG_FINAL;
	return RULE_SEND;
}

static enum rule_result again(struct conn *conn, struct pdu *pdu, u32 arg)
{
	if (pdu->numbered || !pdu->len)
		return RULE_WAIT;
	rule_insert(conn, pdu, rule_copy(pdu));
	put32(pdu->bhs + AT_DATASN, get32(pdu->bhs + AT_DATASN) + arg);
	return RULE_SEND;
}

/* Goes on where the buffer ends */
static enum rule_result past_end(struct conn *conn, struct pdu *pdu, u32 arg)
{
	struct pdu *extra;

	if (pdu->numbered || !(pdu->bhs[AT_FLAGS] & FLAG_FINAL))
		return RULE_WAIT;
	extra = rule_copy(pdu);
	rule_insert(conn, pdu, extra);
	put32(pdu->bhs + AT_DATASN, get32(pdu->bhs + AT_DATASN) + 1);
	put32(pdu->bhs + AT_OFFSET, get32(pdu->bhs + AT_OFFSET) + pdu->len);
	return RULE_SEND;
}

/* The data of a command with one Data-In is left out */
static enum rule_result leave_out(struct conn *conn, struct pdu *pdu, u32 arg)
{
	if (pdu->numbered || !(pdu->bhs[AT_FLAGS] & FLAG_FINAL) ||
	    get32(pdu->bhs + AT_DATASN))
		return RULE_WAIT;
	return RULE_DROP;
}

static enum rule_result lie(struct conn *conn, struct pdu *pdu, u32 len)
{
	put24(pdu->bhs + AT_DLEN, len);
	pdu->lies = true;
	return RULE_SEND;
}

/* Data-In for a write, R2T for a read */
static enum rule_result other_way(struct conn *conn, struct pdu *pdu, u32 op)
{
	if (pdu->numbered)
		return RULE_WAIT;
	pdu->bhs[0] = op;
	put32(pdu->bhs + AT_TTT, 9);
	put32(pdu->bhs + AT_DATASN, 0);
	put32(pdu->bhs + AT_OFFSET, 0);
	put32(pdu->bhs + AT_R2T_LEN, 512);
	pdu->len = op == OP_DATA_IN ? 512 : 0;
	return RULE_SEND;
}

static enum rule_result r2t_lun(struct conn *conn, struct pdu *pdu, u32 arg)
{
	pdu->bhs[AT_LUN + 1] ^= 1;
	return RULE_SEND;
}

/* A write that is long enough */
static enum rule_result r2t_burst(struct conn *conn, struct pdu *pdu, u32 by)
{
	struct task *task = task_find(conn, get32(pdu->bhs + AT_ITT));
	u32 len = conn->sess->max_burst + by;

	if (!task || task->length - get32(pdu->bhs + AT_OFFSET) < len)
		return RULE_WAIT;
	put32(pdu->bhs + AT_R2T_LEN, len);
	return RULE_SEND;
}

static enum rule_result r2t_many(struct conn *conn, struct pdu *pdu, u32 n)
{
	u32 sn = get32(pdu->bhs + AT_DATASN);

	for (; n; n--) {
		rule_insert(conn, pdu, rule_copy(pdu));
		put32(pdu->bhs + AT_DATASN, ++sn);
	}
	return RULE_SEND;
}

static enum rule_result r2t_data(struct conn *conn, struct pdu *pdu, u32 len)
{
	pdu->len = len;
	return RULE_SEND;
}

static enum rule_result cut(struct conn *conn, struct pdu *pdu, u32 len)
{
	if (pdu->len && len >= BHS_LEN)
		len += pdu->len / 2;
	pdu->cut = len;
	return RULE_SEND;
}

const struct rule rules_data[] = {
	{ "data-in-tag", OP_DATA_IN, FAILS, flip_tag, 0x00111000,
	  "Data-In with an unknown tag" },
	{ "data-in-no-tag", OP_DATA_IN, FAILS, set_all, AT_ITT,
	  "Data-In with the reserved tag" },
	{ "data-in-sn-gap", OP_DATA_IN, FAILS, add, FIELD(AT_DATASN, 1),
	  "a DataSN left out" },
	{ "data-in-sn-back", OP_DATA_IN, FAILS, add, FIELD(AT_DATASN, -1),
	  "a DataSN below the expected one" },
	{ "data-in-ahead", OP_DATA_IN, FAILS, add, FIELD(AT_OFFSET, 512),
	  "Data-In that leaves a gap" },
	{ "data-in-wild", OP_DATA_IN, FAILS, set_all, AT_OFFSET,
	  "Data-In at offset 2^32 - 1" },
	{ "data-in-wrap", OP_DATA_IN, FAILS, add, FIELD(AT_OFFSET, -512),
	  "Data-In at an offset that wraps" },
	{ "data-in-again", OP_DATA_IN, FAILS, again, 0,
	  "the same Data-In twice" },
	{ "data-in-overlap", OP_DATA_IN, FAILS, again, 1,
	  "the same data twice" },
	{ "data-in-past-end", OP_DATA_IN, FAILS, past_end, 0,
	  "Data-In beyond the end of the buffer" },
	{ "data-in-left-out", OP_DATA_IN, GOES_ON, leave_out, 0,
	  "GOOD status without the data" },
	{ "data-in-long", OP_DATA_IN, FAILS, lie, 0x100000,
	  "Data-In above MaxRecvDataSegmentLength" },
	{ "data-in-statsn", OP_DATA_IN, FAILS, data_statsn, 0,
	  "a wrong StatSN in Data-In" },
	{ "data-in-no-final", OP_DATA_IN, FAILS, data_no_final, 0,
	  "Data-In with status and without the final bit" },
	{ "data-in-for-write", OP_R2T, FAILS, other_way, OP_DATA_IN,
	  "Data-In for a write" },
	{ "cut-data-in", OP_DATA_IN, FAILS, cut, BHS_LEN,
	  "closed in the middle of Data-In" },
	{ "r2t-tag", OP_R2T, FAILS, flip_tag, 0x00111000,
	  "R2T with an unknown tag" },
	{ "r2t-no-ttt", OP_R2T, FAILS, set_all, AT_TTT,
	  "R2T without a Target Transfer Tag" },
	{ "r2t-sn", OP_R2T, FAILS, add, FIELD(AT_DATASN, 1),
	  "an R2TSN left out" },
	{ "r2t-empty", OP_R2T, FAILS, set_zero, AT_R2T_LEN,
	  "R2T for no data" },
	{ "r2t-long", OP_R2T, FAILS, set_all, AT_R2T_LEN,
	  "R2T for 4 GB" },
	{ "r2t-burst", OP_R2T, FAILS, r2t_burst, 512,
	  "R2T above MaxBurstLength, for data that exists" },
	{ "r2t-beyond", OP_R2T, FAILS, set_all, AT_OFFSET,
	  "R2T beyond the end of the buffer" },
	{ "r2t-lun", OP_R2T, FAILS, r2t_lun, 0, "R2T with another LUN" },
	{ "r2t-many", OP_R2T, FAILS, r2t_many, 20,
	  "more R2Ts than MaxOutstandingR2T" },
	{ "r2t-data", OP_R2T, FAILS, r2t_data, 16, "R2T with data" },
	{ "r2t-for-read", OP_DATA_IN, FAILS, other_way, OP_R2T,
	  "R2T for a read" },
	{ "cut-r2t", OP_R2T, FAILS, cut, 20, "closed in the middle of an R2T" },
	{ }
};
