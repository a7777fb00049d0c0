// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The documented calls for scenarios: every argument can be given, wrong ones
 * too, and the status is printed as a number.
 *
 *   iscsidsc_call add NAME=VALUE...	AddIScsiConnectionW, or A with form=a
 *   iscsidsc_call remove NAME=VALUE...	RemoveIScsiConnection
 *   iscsidsc_call secret TEXT		SetIScsiInitiatorCHAPSharedSecret
 *   iscsidsc_call timeout MS		login timeout of the first session
 *   iscsidsc_call conns		one line per connection of each session
 *   iscsidsc_call loop COUNT ADDRESS	add and remove so many times
 *
 * The names for add and remove are those of the members in names[] below; a
 * session that is not given is the first one there is.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iscsidsc_linux.h>
#include <iscsidsc.h>

/* What can be given, and what it is without */
struct arguments {
	char *session, *connection, *address, *symbolic, *form, *key;
	char *user, *secret;
	uint32_t socket, port, flags, version, bits, auth, header, data;
	uint32_t max, wait, retain, key_size, key_size_set, nothing;
	uint64_t security;
};

static struct arguments args;

static const struct {
	const char *name;
	char **text;
	uint32_t *number;
	uint32_t bit;
} names[] = {
	{ .name = "session", .text = &args.session },
	{ .name = "connection", .text = &args.connection },
	{ .name = "address", .text = &args.address },
	{ .name = "socket", .number = &args.socket },
	{ .name = "symbolic", .text = &args.symbolic },
	{ .name = "form", .text = &args.form },
	{ .name = "key", .text = &args.key },
	{ .name = "port", .number = &args.port },
	{ .name = "flags", .number = &args.flags },
	{ .name = "version", .number = &args.version },
	{ .name = "bits", .number = &args.bits },
	{ .name = "user", .text = &args.user,
	  .bit = ISCSI_LOGIN_OPTIONS_USERNAME },
	{ .name = "secret", .text = &args.secret,
	  .bit = ISCSI_LOGIN_OPTIONS_PASSWORD },
	{ .name = "auth", .number = &args.auth,
	  .bit = ISCSI_LOGIN_OPTIONS_AUTH_TYPE },
	{ .name = "header", .number = &args.header,
	  .bit = ISCSI_LOGIN_OPTIONS_HEADER_DIGEST },
	{ .name = "data", .number = &args.data,
	  .bit = ISCSI_LOGIN_OPTIONS_DATA_DIGEST },
	{ .name = "max", .number = &args.max,
	  .bit = ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS },
	{ .name = "wait", .number = &args.wait,
	  .bit = ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT },
	{ .name = "retain", .number = &args.retain,
	  .bit = ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN },
	{ .name = "null", .number = &args.nothing },
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static int usage(const char *word)
{
	fprintf(stderr, "iscsidsc_call: not understood: %s\n", word);
	return 2;
}

static int finish(ISDSC_STATUS status)
{
	printf("status 0x%08" PRIx32 " %s\n", status, iscsidsc_strerror(status));
	return status != 0;
}

static int take(char *word)
{
	char *value = strchr(word, '=');
	size_t i;

	if (!value)
		return -1;
	*value++ = '\0';
	for (i = 0; i < COUNT(names) && strcmp(names[i].name, word); i++)
		;
	if (i == COUNT(names)) {
		if (strcmp(word, "security") && strcmp(word, "key-size"))
			return -1;
		if (!strcmp(word, "security")) {
			args.security = strtoull(value, NULL, 0);
		} else {
			args.key_size = (uint32_t)strtoul(value, NULL, 0);
			args.key_size_set = 1;
		}
		return 0;
	}
	args.bits |= names[i].bit;
	if (names[i].text)
		*names[i].text = value;
	else
		*names[i].number = (uint32_t)strtoul(value, NULL, 0);
	return 0;
}

/* The ID that was given, or that of the first session */
static ISDSC_STATUS find_session(ISCSI_UNIQUE_SESSION_ID *id)
{
	ISCSI_SESSION_INFOW *list = NULL, *bigger;
	uint32_t size = 0, count = 0;
	ISDSC_STATUS status;

	if (args.session)
		return iscsidsc_id_parse(args.session, id) ?
			ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
	while ((status = GetIScsiSessionListW(&size, &count, list)) ==
	       ERROR_INSUFFICIENT_BUFFER) {
		bigger = realloc(list, size);
		if (!bigger)
			break;
		list = bigger;
	}
	if (!status && count)
		*id = list[0].SessionId;
	else if (!status)
		status = ISDSC_INVALID_SESSION_ID;
	free(list);
	return status;
}

static void widen(const char *from, char16_t *to, size_t units)
{
	size_t i;

	for (i = 0; from && from[i] && i + 1 < units; i++)
		to[i] = (unsigned char)from[i];
	to[i] = 0;
}

static ISDSC_STATUS call_w(ISCSI_UNIQUE_SESSION_ID *session,
			   ISCSI_LOGIN_OPTIONS *o,
			   ISCSI_UNIQUE_CONNECTION_ID *conn)
{
	static ISCSI_TARGET_PORTALW portal;

	widen(args.symbolic, portal.SymbolicName,
	      COUNT(portal.SymbolicName));
	widen(args.address, portal.Address, COUNT(portal.Address));
	portal.Socket = (uint16_t)args.socket;
	return AddIScsiConnectionW(session, NULL, args.port,
				   args.address ? &portal : NULL,
				   args.security, o, args.key_size, args.key,
				   conn);
}

static ISDSC_STATUS call_a(ISCSI_UNIQUE_SESSION_ID *session,
			   ISCSI_LOGIN_OPTIONS *o,
			   ISCSI_UNIQUE_CONNECTION_ID *conn)
{
	static ISCSI_TARGET_PORTALA portal;

	snprintf(portal.SymbolicName, sizeof(portal.SymbolicName), "%s",
		 args.symbolic ? args.symbolic : "");
	snprintf(portal.Address, sizeof(portal.Address), "%s",
		 args.address ? args.address : "");
	portal.Socket = (uint16_t)args.socket;
	return AddIScsiConnectionA(session, NULL, args.port,
				   args.address ? &portal : NULL,
				   args.security, o, args.key_size, args.key,
				   conn);
}

static int add(void)
{
	ISCSI_LOGIN_OPTIONS o = {
		.Version = args.version,
		.InformationSpecified = args.bits,
		.LoginFlags = args.flags,
		.AuthType = (ISCSI_AUTH_TYPES)args.auth,
		.HeaderDigest = (ISCSI_DIGEST_TYPES)args.header,
		.DataDigest = (ISCSI_DIGEST_TYPES)args.data,
		.MaximumConnections = args.max,
		.DefaultTime2Wait = args.wait,
		.DefaultTime2Retain = args.retain,
		.Username = (uint8_t *)args.user,
		.UsernameLength = args.user ? (uint32_t)strlen(args.user) : 0,
		.Password = (uint8_t *)args.secret,
		.PasswordLength =
			args.secret ? (uint32_t)strlen(args.secret) : 0,
	};
	int form_a = args.form && !strcmp(args.form, "a");
	ISCSI_UNIQUE_CONNECTION_ID conn;
	ISCSI_UNIQUE_SESSION_ID session;
	ISDSC_STATUS status;

	if (!args.key_size_set && args.key)
		args.key_size = (uint32_t)strlen(args.key);
	status = args.nothing ? ERROR_SUCCESS : find_session(&session);
	if (!status)
		status = (form_a ? call_a : call_w)(args.nothing ? NULL :
						    &session, &o, &conn);
	if (!status)
		printf("connection %" PRIx64 "-%" PRIx64 "\n",
		       conn.AdapterUnique, conn.AdapterSpecific);
	return finish(status);
}

static int remove_conn(void)
{
	ISCSI_UNIQUE_CONNECTION_ID conn;
	ISCSI_UNIQUE_SESSION_ID session;
	ISDSC_STATUS status = find_session(&session);

	if (!status && (!args.connection ||
			iscsidsc_id_parse(args.connection, &conn)))
		status = ERROR_INVALID_PARAMETER;
	if (!status)
		status = RemoveIScsiConnection(&session, &conn);
	return finish(status);
}

static int secret(uint8_t *text)
{
	uint32_t len = (uint32_t)strlen((const char *)text);

	return finish(SetIScsiInitiatorCHAPSharedSecret(len, text));
}

static int timeout(const char *ms)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	ISDSC_STATUS status;

	status = iscsidsc_open(&h);
	if (status)
		return finish(status);
	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &snap);
	if (!status && snap->session_count)
		status = iscsidsc_session_set(h, snap->sessions[0]->sid,
					      ISCSIDSC_SET_LOGIN_TIMEOUT_MS,
					      (uint32_t)strtoul(ms, NULL, 0));
	if (!status)
		iscsidsc_snapshot_free(snap);
	iscsidsc_close(h);
	return finish(status);
}

static int conns(void)
{
	ISCSI_SESSION_INFO_EX *list = NULL, *bigger;
	uint32_t size = 0, count = 0, s, c;
	ISDSC_STATUS status;

	while ((status = GetIScsiSessionListEx(&size, &count, list)) ==
	       ERROR_INSUFFICIENT_BUFFER) {
		bigger = realloc(list, size);
		if (!bigger)
			break;
		list = bigger;
	}
	for (s = 0; !status && s < count; s++)
		for (c = 0; c < list[s].ConnectionCount; c++)
			printf("conn %" PRIx64 " auth %d header %d data %d\n",
			       list[s].Connections[c].ConnectionId.AdapterSpecific,
			       (int)list[s].Connections[c].AuthType,
			       list[s].Connections[c].HeaderDigest,
			       list[s].Connections[c].DataDigest);
	free(list);
	return finish(status);
}

static int loop(uint32_t times, char *address)
{
	ISCSI_UNIQUE_CONNECTION_ID conn;
	ISCSI_UNIQUE_SESSION_ID session;
	ISCSI_LOGIN_OPTIONS o = { .Version = ISCSI_LOGIN_OPTIONS_VERSION };
	ISDSC_STATUS status = find_session(&session);
	uint32_t i;

	args.address = address;
	for (i = 0; !status && i < times; i++) {
		status = call_w(&session, &o, &conn);
		if (!status)
			status = RemoveIScsiConnection(&session, &conn);
	}
	if (status)
		printf("round %" PRIu32 "\n", i);
	return finish(status);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	int i;

	args.socket = 3260;
	args.port = ISCSI_ANY_INITIATOR_PORT;
	if (!strcmp(word, "secret") && argc == 3)
		return secret((uint8_t *)argv[2]);
	if (!strcmp(word, "timeout") && argc == 3)
		return timeout(argv[2]);
	if (!strcmp(word, "loop") && argc == 4)
		return loop((uint32_t)strtoul(argv[2], NULL, 0), argv[3]);
	for (i = 2; i < argc; i++)
		if (take(argv[i]))
			return usage(argv[i]);
	if (!strcmp(word, "add"))
		return add();
	if (!strcmp(word, "remove"))
		return remove_conn();
	if (!strcmp(word, "conns"))
		return conns();
	return usage(word);
}
