// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * Unique IDs of sessions and connections. To callers they are opaque; they
 * are made so that the ID of a session that is gone does not name another one:
 *
 *   AdapterUnique			hash of the names, the ISID and the host
 *   AdapterSpecific of a session	first four bytes of the ISID, sid
 *   AdapterSpecific of a connection	its number in the session
 */

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* FNV-1a, 64 bits */
#define HASH_START	0xcbf29ce484222325ull
#define HASH_PRIME	0x100000001b3ull

static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		h = (h ^ *p++) * HASH_PRIME;
	return h;
}

/**
 * iscsidsc_ident_session - give a session its unique ID
 * @session: with sid, host, names and ISID filled in
 */
void iscsidsc_ident_session(struct iscsidsc_session *session)
{
	uint64_t h = HASH_START;
	const uint8_t *isid = session->isid;

	/* With the terminators, so that the border between names counts. */
	h = hash(h, session->initiator_name,
		 strlen(session->initiator_name) + 1);
	h = hash(h, session->target_name, strlen(session->target_name) + 1);
	h = hash(h, session->isid, sizeof(session->isid));
	h = hash(h, &session->host_no, sizeof(session->host_no));
	session->unique_id.AdapterUnique = h;
	session->unique_id.AdapterSpecific =
		(uint64_t)isid[0] << 56 | (uint64_t)isid[1] << 48 |
		(uint64_t)isid[2] << 40 | (uint64_t)isid[3] << 32 |
		session->sid;
}

/**
 * iscsidsc_ident_conn - give a connection its unique ID
 * @session: session of the connection, with its own ID
 * @conn: connection
 */
void iscsidsc_ident_conn(const struct iscsidsc_session *session,
			 struct iscsidsc_conn *conn)
{
	conn->unique_id.AdapterUnique = session->unique_id.AdapterUnique;
	conn->unique_id.AdapterSpecific = conn->id;
}

/**
 * iscsidsc_id_text - write a unique ID the way Windows tools do
 * @id: of a session or a connection
 * @text: room for the text
 */
void iscsidsc_id_text(const ISCSI_UNIQUE_SESSION_ID *id,
		      char text[ISCSIDSC_ID_TEXT_LEN])
{
	snprintf(text, ISCSIDSC_ID_TEXT_LEN, "%" PRIx64 "-%" PRIx64,
		 id->AdapterUnique, id->AdapterSpecific);
}

static const char *parse_half(const char *p, uint64_t *value)
{
	int digits = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	for (*value = 0; isxdigit((unsigned char)*p); p++) {
		int c = tolower((unsigned char)*p);

		if (++digits > 16)
			return NULL;
		*value = *value << 4 | (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	return digits ? p : NULL;
}

/**
 * iscsidsc_id_parse - read a unique ID
 * @text: two hexadecimal numbers with "-" between, each with "0x" or without
 * @id: where it goes
 *
 * Return: 0, or -1 if the text is no unique ID.
 */
int iscsidsc_id_parse(const char *text, ISCSI_UNIQUE_SESSION_ID *id)
{
	ISCSI_UNIQUE_SESSION_ID read;
	const char *p;

	p = parse_half(text, &read.AdapterUnique);
	if (!p || *p++ != '-')
		return -1;
	p = parse_half(p, &read.AdapterSpecific);
	if (!p || *p)
		return -1;
	*id = read;
	return 0;
}
