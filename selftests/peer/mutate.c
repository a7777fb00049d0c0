// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/*
 * Random changes of PDUs that are right otherwise. The generator is our own so
 * that a seed means the same everywhere.
 */

static u32 rate;
static enum mutate_what what;
static u64 state;

static u32 next(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 33;
}

/**
 * mutate_set - begin or end
 * @one_in: change one PDU of so many, 0 for none
 * @seed: seed
 * @of: which PDUs
 */
void mutate_set(u32 one_in, u32 seed, enum mutate_what of)
{
	rate = one_in;
	what = of;
	state = seed;
	next();
}

/* A leading login is iscsid's business. */
static bool is_meant(const struct conn *conn)
{
	switch (what) {
	case MUTATE_LOGINS:
		return conn->phase == PHASE_LOGIN && conn->added;
	case MUTATE_ADDED:
		return conn->phase == PHASE_FULL && conn->added;
	default:
		return conn->phase == PHASE_FULL;
	}
}

static void flip_bits(struct pdu *pdu)
{
	u32 n = 1 + next() % 3;

	while (n--)
		pdu->bhs[next() % BHS_LEN] ^= 1 << next() % 8;
}

static void set_field(struct pdu *pdu)
{
	static const u8 fields[] = {
		AT_LUN, AT_ITT, AT_TTT, AT_STATSN, AT_EXPCMDSN, AT_MAXCMDSN,
		AT_DATASN, AT_OFFSET, AT_RESIDUAL,
	};
	u8 *at = pdu->bhs + fields[next() % sizeof(fields)];

	switch (next() % 6) {
	case 0:
		put32(at, 0);
		break;
	case 1:
		put32(at, RESERVED_TAG);
		break;
	case 2:
		put32(at, get32(at) + 1);
		break;
	case 3:
		put32(at, get32(at) - 1);
		break;
	case 4:
		put32(at, get32(at) ^ 0x80000000);
		break;
	default:
		put32(at, next());
		break;
	}
}

static void garble_ahs(struct pdu *pdu)
{
	u32 i;

	pdu->ahs_len = next() % 256 * 4;
	for (i = 0; i < pdu->ahs_len; i++)
		pdu->ahs[i] = next();
}

static void garbage(struct conn *conn)
{
	u8 bytes[64];
	u32 i, n = 1 + next() % sizeof(bytes);

	for (i = 0; i < n; i++)
		bytes[i] = next();
	conn_put_out(conn, bytes, n);
}

static void lie_about_length(struct pdu *pdu)
{
	pdu->lies = true;
	pdu->bhs[AT_AHS] = next() % 4 ? 0 : next();
	put24(pdu->bhs + AT_DLEN, next() % 2 ? next() : next() % 9000);
}

static void twice(struct conn *conn, const struct pdu *pdu)
{
	struct pdu *copy = pdu_new(0, 0);

	memcpy(copy, pdu, sizeof(*copy));
	pdu_emit(conn, copy);
}

/**
 * mutate - change a PDU, perhaps
 * @conn: connection
 * @pdu: PDU about to be sent
 *
 * Return: true when it is not to be sent.
 */
bool mutate(struct conn *conn, struct pdu *pdu)
{
	if (!rate || !is_meant(conn) || next() % rate)
		return false;
	counters.mutated++;
	switch (next() % 16) {
	case 0:
		lie_about_length(pdu);
		break;
	case 1:
		garble_ahs(pdu);
		break;
	case 2:
		twice(conn, pdu);
		break;
	case 3:
		return true;
	case 4:
		pdu->cut = 1 + next() % (BHS_LEN + pdu->len);
		break;
	case 5:
		garbage(conn);
		break;
	case 6:
		pdu->bhs[0] = next();
		break;
	case 7:
		pdu->bad_hdgst = true;
		pdu->bad_ddgst = true;
		break;
	case 8:
		conn->drip = 1 + next() % 50;
		break;
	case 9:
	case 10:
	case 11:
	case 12:
		set_field(pdu);
		break;
	default:
		flip_bits(pdu);
		break;
	}
	return false;
}
