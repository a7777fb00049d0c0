// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* PDUs on their way out: numbers, rules to break, bytes. */

/**
 * crc32c_of - continue a CRC32C
 * @crc: value so far, ~0 to begin with
 * @p: bytes
 * @len: their number
 *
 * Return: the new value; its complement goes on the wire.
 */
u32 crc32c_of(u32 crc, const u8 *p, size_t len)
{
	static u32 table[256];
	u32 i, k, v;

	if (!table[1]) {
		for (i = 0; i < 256; i++) {
			v = i;
			for (k = 0; k < 8; k++)
				v = v & 1 ? v >> 1 ^ 0x82f63b78 : v >> 1;
			table[i] = v;
		}
	}
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
	return crc;
}

/**
 * pdu_new - an empty PDU
 * @opcode: opcode
 * @flags: byte 1
 *
 * Return: the PDU; pdu_send() or pdu_emit() frees it.
 */
struct pdu *pdu_new(u8 opcode, u8 flags)
{
	struct pdu *pdu = calloc(1, sizeof(*pdu));

	if (!pdu)
		abort();
	pdu->bhs[0] = opcode;
	pdu->bhs[AT_FLAGS] = flags;
	put32(pdu->bhs + AT_ITT, RESERVED_TAG);
	return pdu;
}

static void put_digest(struct conn *conn, u32 crc, bool bad)
{
	u8 bytes[4];

	crc = ~crc;
	if (bad)
		crc ^= 0x10;
	bytes[0] = crc;
	bytes[1] = crc >> 8;
	bytes[2] = crc >> 16;
	bytes[3] = crc >> 24;
	conn_put_out(conn, bytes, sizeof(bytes));
}

static void set_numbers(struct conn *conn, struct pdu *pdu)
{
	struct session *sess = conn->sess;
	u8 opcode = pdu->bhs[0] & OP_MASK;

	put32(pdu->bhs + AT_STATSN, conn->statsn);
	if (pdu->numbered)
		conn->statsn++;
	if (pdu->numbered && (opcode == OP_RSP || opcode == OP_DATA_IN))
		conn->answered = conn->statsn;
	if (!sess)
		return;
	put32(pdu->bhs + AT_EXPCMDSN, sess->exp_cmdsn);
	put32(pdu->bhs + AT_MAXCMDSN, sess->exp_cmdsn + config.window - 1);
}

static void put_pdu(struct conn *conn, struct pdu *pdu)
{
	static const u8 zero[4];
	u32 crc;

	if (!pdu->lies) {
		pdu->bhs[AT_AHS] = pdu->ahs_len / 4;
		put24(pdu->bhs + AT_DLEN, pdu->len);
	}
	conn_put_out(conn, pdu->bhs, BHS_LEN);
	conn_put_out(conn, pdu->ahs, pdu->ahs_len);
	if (conn->hdgst) {
		crc = crc32c_of(~0U, pdu->bhs, BHS_LEN);
		crc = crc32c_of(crc, pdu->ahs, pdu->ahs_len);
		put_digest(conn, crc, pdu->bad_hdgst);
	}
	if (!pdu->len)
		return;
	conn_put_out(conn, pdu->data, pdu->len);
	conn_put_out(conn, zero, padding(pdu->len));
	if (conn->ddgst) {
		crc = crc32c_of(~0U, pdu->data, pdu->len);
		crc = crc32c_of(crc, zero, padding(pdu->len));
		put_digest(conn, crc, pdu->bad_ddgst);
	}
}

/**
 * pdu_emit - send a PDU whose numbers are set, as it is
 * @conn: connection
 * @pdu: the PDU, freed here
 */
void pdu_emit(struct conn *conn, struct pdu *pdu)
{
	size_t before = conn->out_len;

	if (conn->phase != PHASE_DEAD && !conn->silent && !conn->closing) {
		put_pdu(conn, pdu);
		counters.sent++;
		if (pdu->cut && conn->out_len > before + pdu->cut) {
			conn->out_len = before + pdu->cut;
			conn->closing = true;
		}
		if (conn->last_one)
			conn->closing = true;
	}
	free(pdu);
}

/**
 * pdu_send - send a PDU, or what a rule to break makes of it
 * @conn: connection
 * @pdu: the PDU, freed here
 */
void pdu_send(struct conn *conn, struct pdu *pdu)
{
	u8 opcode = pdu->bhs[0] & OP_MASK;

	if (conn->silent) {
		free(pdu);
		return;
	}
	set_numbers(conn, pdu);
	if (conn->phase == PHASE_FULL && trigger_hits(conn, opcode)) {
		free(pdu);
		return;
	}
	if (conn->phase == PHASE_FULL && rules_apply(conn, pdu)) {
		free(pdu);
		return;
	}
	if (mutate(conn, pdu)) {
		free(pdu);
		return;
	}
	pdu_emit(conn, pdu);
}
