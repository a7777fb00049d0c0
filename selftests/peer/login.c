// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* Logging in: honest, without authentication. unit/hostile_target does the rest. */

#define STATUS_NOT_FOUND	0x0203
#define STATUS_TOO_MANY		0x0206
#define STATUS_NO_SESSION	0x020a
#define STAGE_FULL		3

struct pair {
	const char *key;
	const char *value;
};

static u32 at_most(const char *value, u32 limit)
{
	u32 n = strtoul(value, NULL, 0);

	return n < limit ? n : limit;
}

static bool is_yes(const char *value)
{
	return !strcmp(value, "Yes");
}

static void answer(struct pdu *pdu, const char *key, const char *value)
{
	pdu->len += snprintf((char *)pdu->data + pdu->len, 200, "%s=%s", key,
			     value) + 1;
}

static void answer_number(struct pdu *pdu, const char *key, u32 value)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", value);
	answer(pdu, key, text);
}

static bool answer_digest(struct conn *conn, struct pdu *pdu,
			  const struct pair *pair)
{
	bool *want = pair->key[0] == 'H' ? &conn->want_hdgst :
					   &conn->want_ddgst;

	if (strcmp(pair->key, "HeaderDigest") &&
	    strcmp(pair->key, "DataDigest"))
		return false;
	*want = strstr(pair->value, "CRC32C") &&
		(config.digests || !strstr(pair->value, "None"));
	answer(pdu, pair->key, *want ? "CRC32C" : "None");
	return true;
}

/* Keys that only the leading login may name */
static bool answer_session_key(struct session *sess, struct pdu *pdu,
			       const struct pair *p)
{
	if (!strcmp(p->key, "MaxConnections")) {
		answer_number(pdu, p->key, at_most(p->value, config.max_conns));
	} else if (!strcmp(p->key, "InitialR2T")) {
		sess->initial_r2t |= is_yes(p->value);
		answer(pdu, p->key, sess->initial_r2t ? "Yes" : "No");
	} else if (!strcmp(p->key, "ImmediateData")) {
		sess->immediate &= is_yes(p->value);
		answer(pdu, p->key, p->value);
	} else if (!strcmp(p->key, "MaxBurstLength")) {
		sess->max_burst = at_most(p->value, config.max_burst);
		answer_number(pdu, p->key, sess->max_burst);
	} else if (!strcmp(p->key, "FirstBurstLength")) {
		sess->first_burst = at_most(p->value, config.first_burst);
		answer_number(pdu, p->key, sess->first_burst);
	} else if (!strcmp(p->key, "MaxOutstandingR2T")) {
		sess->max_r2t = at_most(p->value, config.max_r2t);
		answer_number(pdu, p->key, sess->max_r2t);
	} else if (!strcmp(p->key, "DefaultTime2Wait") ||
		   !strcmp(p->key, "DefaultTime2Retain") ||
		   !strcmp(p->key, "ErrorRecoveryLevel")) {
		answer(pdu, p->key, "0");
	} else if (!strcmp(p->key, "DataPDUInOrder") ||
		   !strcmp(p->key, "DataSequenceInOrder")) {
		answer(pdu, p->key, "Yes");
	} else {
		return false;
	}
	return true;
}

static void answer_key(struct conn *conn, struct pdu *pdu,
		       const struct pair *pair, bool leading)
{
	struct session *sess = conn->sess;

	if (!strcmp(pair->key, "MaxRecvDataSegmentLength")) {
		conn->max_data = at_most(pair->value, MAX_DATA);
		answer_number(pdu, pair->key, MAX_DATA);
	} else if (!strcmp(pair->key, "AuthMethod")) {
		answer(pdu, pair->key, "None");
	} else if (!strcmp(pair->key, "IFMarker") ||
		   !strcmp(pair->key, "OFMarker")) {
		answer(pdu, pair->key, "No");
	} else if (!strcmp(pair->key, "InitiatorName") ||
		   !strcmp(pair->key, "InitiatorAlias") ||
		   !strcmp(pair->key, "TargetName") ||
		   !strcmp(pair->key, "SessionType")) {
		return;
	} else if (answer_digest(conn, pdu, pair)) {
		return;
	} else if (answer_session_key(sess, pdu, pair)) {
		if (!leading)
			complain(conn, "%s on an added connection", pair->key);
	} else {
		answer(pdu, pair->key, "NotUnderstood");
	}
}

static bool next_pair(const struct request *req, u32 *at, struct pair *pair)
{
	static char text[1024];
	char *equals;

	if (*at >= req->len)
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(req->len - *at),
		 (const char *)req->data + *at);
	*at += strlen(text) + 1;
	equals = strchr(text, '=');
	if (!equals)
		return false;
	*equals = '\0';
	pair->key = text;
	pair->value = equals + 1;
	return true;
}

static const char *find_value(const struct request *req, const char *key)
{
	struct pair pair;
	u32 at = 0;

	while (next_pair(req, &at, &pair)) {
		if (!strcmp(pair.key, key))
			return pair.value;
	}
	return NULL;
}

static void login_refuse(struct conn *conn, const struct request *req,
			 u16 status)
{
	struct pdu *pdu = pdu_new(OP_LOGIN_RSP, 0);

	say("login refused: %04x", status);
	memcpy(pdu->bhs + AT_ISID, req->bhs + AT_ISID, 8);
	memcpy(pdu->bhs + AT_ITT, req->bhs + AT_ITT, 4);
	put16(pdu->bhs + AT_LOGIN_STATUS, status);
	pdu_emit(conn, pdu);
	conn->closing = true;
}

/* The first request says which session it is. Return: 0, or a status */
static u16 login_begin(struct conn *conn, const struct request *req)
{
	u16 tsih = get16(req->bhs + AT_TSIH);
	struct session *sess;
	const char *value;

	value = find_value(req, "TargetName");
	if (!value || strcmp(value, config.target))
		return STATUS_NOT_FOUND;
	value = find_value(req, "InitiatorName");
	if (!value)
		return STATUS_NOT_FOUND;
	snprintf(conn->initiator, sizeof(conn->initiator), "%s", value);
	sess = session_find(req->bhs + AT_ISID, conn->initiator);
	if (tsih) {
		if (!sess || sess->tsih != tsih)
			return STATUS_NO_SESSION;
		if (session_live(sess) >= config.max_conns || config.full) {
			config.full -= !!config.full;
			return STATUS_TOO_MANY;
		}
		conn->added = true;
	} else {
		if (sess)
			session_end(sess, "reinstated");
		sess = session_new(req->bhs + AT_ISID, conn->initiator);
		sess->exp_cmdsn = get32(req->bhs + AT_CMDSN);
	}
	conn->cid = get16(req->bhs + AT_CID);
	if (conn_find(sess, conn->cid))
		complain(conn, "CID %u is in use", conn->cid);
	conn->sess = sess;
	sess->n_conns++;
	return 0;
}

static void login_done(struct conn *conn)
{
	conn->phase = PHASE_FULL;
	conn->hdgst = conn->want_hdgst;
	conn->ddgst = conn->want_ddgst;
	counters.logins++;
	say("connection %u logged in: session %u cid %u", conn->serial,
	    conn->sess->tsih, conn->cid);
}

/**
 * login_request - a PDU before full feature phase
 * @conn: connection
 * @req: the PDU
 */
void login_request(struct conn *conn, const struct request *req)
{
	u8 flags = req->bhs[AT_FLAGS];
	bool leading = !get16(req->bhs + AT_TSIH);
	bool first = !conn->sess;
	struct pair pair;
	struct pdu *pdu;
	u16 status = 0;
	u32 at = 0;

	if ((req->bhs[0] & OP_MASK) != OP_LOGIN) {
		complain(conn, "opcode %02x before the login", req->bhs[0]);
		conn_close(conn, true);
		return;
	}
	if (first)
		status = login_begin(conn, req);
	if (status) {
		login_refuse(conn, req, status);
		return;
	}
	pdu = pdu_new(OP_LOGIN_RSP, flags);
	memcpy(pdu->bhs + AT_ISID, req->bhs + AT_ISID, 6);
	memcpy(pdu->bhs + AT_ITT, req->bhs + AT_ITT, 4);
	put16(pdu->bhs + AT_TSIH, conn->sess->tsih);
	pdu->numbered = true;
	if (first)
		answer(pdu, "TargetPortalGroupTag", "1");
	while (next_pair(req, &at, &pair))
		answer_key(conn, pdu, &pair, leading);
	if (trigger_hits(conn, OP_LOGIN)) {
		free(pdu);
		return;
	}
	pdu_send(conn, pdu);
	if ((flags & FLAG_FINAL) && (flags & 3) == STAGE_FULL) {
		login_done(conn);
		/* not flushed yet */
		trigger_hits(conn, OP_LOGIN_RSP);
	}
}
