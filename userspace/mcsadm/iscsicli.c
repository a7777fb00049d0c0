// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * iscsicli: the commands about connections that people know from Windows,
 * with their positional arguments and "*" for what is not given. It uses the
 * published calls only. The status of the call is the exit status; a wrong
 * number of arguments prints the usage and is no error, as there.
 */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mcsadm.h"

#define STAR(arg)	(!strcmp(arg, "*"))

static int finish(ISDSC_STATUS status)
{
	const char *advice = iscsidsc_advice(status);

	if (!status) {
		puts(iscsidsc_strerror(status));
		return 0;
	}
	printf("%s%s%s (0x%08" PRIx32 ")\n", iscsidsc_strerror(status),
	       *advice ? "; " : "", advice, status);
	return (int)(status & 0xff);
}

/* Decimal, or hexadecimal with 0x */
static int number(const char *text, uint32_t *value)
{
	int hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	n = strtoull(text, &end, hex ? 16 : 10);
	if (errno || *end || n > UINT32_MAX)
		return -1;
	*value = (uint32_t)n;
	return 0;
}

static int optional(const char *text, uint32_t preset, uint32_t *value)
{
	*value = preset;
	return STAR(text) ? 0 : number(text, value);
}

/* Bytes of a secret, in the place of the argument: pairs of digits with 0x,
 * else text. Return: their number, or -1.
 */
static int bytes_in_place(char *text)
{
	char pair[3] = "";
	size_t len = strlen(text), i;

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return (int)len;
	if (len % 2 || len == 2)
		return -1;
	for (i = 2; i < len; i++)
		if (!isxdigit((unsigned char)text[i]))
			return -1;
	for (i = 2; i < len; i += 2) {
		memcpy(pair, text + i, 2);
		text[i / 2 - 1] = (char)strtoul(pair, NULL, 16);
	}
	explicit_bzero(pair, sizeof(pair));
	return (int)(len / 2 - 1);
}

/*
 * Secrets are taken out of the list of processes before anything that may take
 * its time. Return: a copy, to be given to forget(), or NULL.
 */
static char *hide(char *arg)
{
	char *copy = strdup(arg);

	if (!STAR(arg)) {
		secret_hide();
		explicit_bzero(arg, strlen(arg));
	}
	return copy;
}

static void forget(char *copy, size_t len)
{
	if (copy)
		explicit_bzero(copy, len);
	free(copy);
}

static int portal_of(const char *address, const char *socket,
		     ISCSI_TARGET_PORTALA *portal)
{
	uint32_t port;

	if (strlen(address) >= sizeof(portal->Address) ||
	    number(socket, &port) || port > UINT16_MAX)
		return -1;
	memset(portal, 0, sizeof(*portal));
	strcpy(portal->Address, address);
	portal->Socket = (uint16_t)port;
	return 0;
}

/* One of the numbers that have a bit in InformationSpecified */
static int option(const char *text, uint32_t bit, uint32_t *value,
		  ISCSI_LOGIN_OPTIONS *o)
{
	if (STAR(text))
		return 0;
	o->InformationSpecified |= bit;
	return number(text, value);
}

static int credentials(char *name, char *secret, ISCSI_LOGIN_OPTIONS *o)
{
	int len;

	if (!STAR(name)) {
		o->InformationSpecified |= ISCSI_LOGIN_OPTIONS_USERNAME;
		o->Username = (uint8_t *)name;
		o->UsernameLength = strcmp(name, "-") ?
			(uint32_t)strlen(name) : 0;
	}
	if (!STAR(secret)) {
		len = strcmp(secret, "-") ? bytes_in_place(secret) : 0;
		if (len < 0)
			return -1;
		o->InformationSpecified |= ISCSI_LOGIN_OPTIONS_PASSWORD;
		o->Password = (uint8_t *)secret;
		o->PasswordLength = (uint32_t)len;
	}
	return 0;
}

/* Arguments 7 to 15 of AddConnection, the 14th from elsewhere */
static int login_options(char **a, char *password, ISCSI_LOGIN_OPTIONS *o)
{
	uint32_t header = 0, data = 0, auth = 0;
	int bad;

	memset(o, 0, sizeof(*o));
	bad = optional(a[6], 0, &o->LoginFlags) ||
	      option(a[7], ISCSI_LOGIN_OPTIONS_HEADER_DIGEST, &header, o) ||
	      option(a[8], ISCSI_LOGIN_OPTIONS_DATA_DIGEST, &data, o) ||
	      option(a[9], ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS,
		     &o->MaximumConnections, o) ||
	      option(a[10], ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT,
		     &o->DefaultTime2Wait, o) ||
	      option(a[11], ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN,
		     &o->DefaultTime2Retain, o) ||
	      credentials(a[12], password, o) ||
	      option(a[14], ISCSI_LOGIN_OPTIONS_AUTH_TYPE, &auth, o);
	o->HeaderDigest = (ISCSI_DIGEST_TYPES)header;
	o->DataDigest = (ISCSI_DIGEST_TYPES)data;
	o->AuthType = (ISCSI_AUTH_TYPES)auth;
	return bad ? -1 : 0;
}

/* With password and key in memory of our own */
static ISDSC_STATUS add_hidden(char **a, char *password, char *key)
{
	ISCSI_UNIQUE_SESSION_ID session;
	ISCSI_TARGET_PORTALA portal;
	ISCSI_LOGIN_OPTIONS options;
	uint32_t port, security;
	int no_portal, key_len;

	no_portal = STAR(a[3]) || STAR(a[4]);
	if (iscsidsc_id_parse(a[0], &session) ||
	    optional(a[2], ISCSI_ANY_INITIATOR_PORT, &port) ||
	    (!no_portal && portal_of(a[3], a[4], &portal)) ||
	    optional(a[5], 0, &security) ||
	    login_options(a, password, &options))
		return ERROR_INVALID_PARAMETER;
	key_len = STAR(key) ? 0 : bytes_in_place(key);
	if (key_len < 0)
		return ERROR_INVALID_PARAMETER;
	return AddIScsiConnectionA(&session, STAR(a[1]) ? NULL : a[1], port,
				   no_portal ? NULL : &portal, security,
				   &options, (uint32_t)key_len,
				   STAR(key) ? NULL : key, NULL);
}

static int add_connection(int argc, char **a)
{
	size_t password_len = strlen(a[13]), key_len = strlen(a[15]);
	char *password = hide(a[13]), *key = hide(a[15]);
	ISDSC_STATUS status = ERROR_NOT_ENOUGH_MEMORY;

	(void)argc;
	if (password && key)
		status = add_hidden(a, password, key);
	forget(password, password_len);
	forget(key, key_len);
	return finish(status);
}

static ISDSC_STATUS quick_add_hidden(char **a, char *password,
				     ISCSI_UNIQUE_CONNECTION_ID *conn)
{
	ISCSI_LOGIN_OPTIONS options = { .Version = 0 };
	ISCSI_UNIQUE_SESSION_ID session;
	ISCSI_TARGET_PORTALA portal;

	if (iscsidsc_id_parse(a[0], &session) ||
	    portal_of(a[2], "3260", &portal) ||
	    (password && credentials(a[3], password, &options)))
		return ERROR_INVALID_PARAMETER;
	if (password) {
		options.InformationSpecified |= ISCSI_LOGIN_OPTIONS_AUTH_TYPE;
		options.AuthType = ISCSI_CHAP_AUTH_TYPE;
	}
	return AddIScsiConnectionA(&session, NULL, ISCSI_ANY_INITIATOR_PORT,
				   &portal, 0, password ? &options : NULL, 0,
				   NULL, conn);
}

static int quick_add_connection(int argc, char **a)
{
	size_t password_len = argc == 5 ? strlen(a[4]) : 0;
	char *password = argc == 5 ? hide(a[4]) : NULL;
	ISDSC_STATUS status = ERROR_NOT_ENOUGH_MEMORY;
	ISCSI_UNIQUE_CONNECTION_ID conn;

	if (password || argc < 5)
		status = quick_add_hidden(a, password, &conn);
	forget(password, password_len);
	if (!status)
		printf("Connection Id is 0x%" PRIx64 "-0x%" PRIx64 "\n",
		       conn.AdapterUnique, conn.AdapterSpecific);
	return finish(status);
}

static int remove_connection(int argc, char **a)
{
	ISCSI_UNIQUE_CONNECTION_ID conn;
	ISCSI_UNIQUE_SESSION_ID session;

	(void)argc;
	if (iscsidsc_id_parse(a[0], &session) || iscsidsc_id_parse(a[1], &conn))
		return finish(ERROR_INVALID_PARAMETER);
	return finish(RemoveIScsiConnection(&session, &conn));
}

static int logout_target(int argc, char **a)
{
	ISCSI_UNIQUE_SESSION_ID session;

	(void)argc;
	if (iscsidsc_id_parse(a[0], &session))
		return finish(ERROR_INVALID_PARAMETER);
	return finish(LogoutIScsiTarget(&session));
}

static void print_id(const char *what, const ISCSI_UNIQUE_SESSION_ID *id)
{
	char text[ISCSIDSC_ID_TEXT_LEN];

	iscsidsc_id_text(id, text);
	printf("%-23s: %s\n", what, text);
}

static void print_session(const ISCSI_SESSION_INFOA *s)
{
	uint32_t c;

	print_id("Session Id", &s->SessionId);
	printf("Initiator Node Name    : %s\n", s->InitiatorName);
	printf("Target Node Name       : %s\n", s->TargetNodeName);
	printf("Target Name            : %s\n", s->TargetName);
	printf("ISID                   : %02x %02x %02x %02x %02x %02x\n",
	       s->ISID[0], s->ISID[1], s->ISID[2], s->ISID[3], s->ISID[4],
	       s->ISID[5]);
	printf("TSID                   : %02x %02x\n", s->TSID[0], s->TSID[1]);
	printf("Number Connections     : %" PRIu32 "\n", s->ConnectionCount);
	for (c = 0; c < s->ConnectionCount; c++) {
		const ISCSI_CONNECTION_INFOA *conn = &s->Connections[c];

		putchar('\n');
		print_id("    Connection Id", &conn->ConnectionId);
		printf("    Initiator Portal   : %s/%u\n",
		       conn->InitiatorAddress, conn->InitiatorSocket);
		printf("    Target Portal      : %s/%u\n", conn->TargetAddress,
		       conn->TargetSocket);
		printf("    CID                : %02x %02x\n", conn->CID[0],
		       conn->CID[1]);
	}
	putchar('\n');
}

static int session_list(int argc, char **a)
{
	ISCSI_SESSION_INFOA *sessions = NULL;
	uint32_t size = 0, count = 0, i;
	ISDSC_STATUS status;

	(void)argc;
	(void)a;
	while ((status = GetIScsiSessionListA(&size, &count, sessions)) ==
	       ERROR_INSUFFICIENT_BUFFER) {
		free(sessions);
		sessions = malloc(size);
		if (!sessions)
			return finish(ERROR_NOT_ENOUGH_MEMORY);
	}
	if (!status) {
		printf("Total of %" PRIu32 " sessions\n\n", count);
		for (i = 0; i < count; i++)
			print_session(&sessions[i]);
	}
	free(sessions);
	return finish(status);
}

static int list_initiators(int argc, char **a)
{
	char names[1024], *name;
	uint32_t size = sizeof(names);
	ISDSC_STATUS status = ReportIScsiInitiatorListA(&size, names);

	(void)argc;
	(void)a;
	for (name = names; !status && *name; name += strlen(name) + 1)
		printf("    %s\n", name);
	return finish(status);
}

static const struct {
	const char *name;
	int least;
	int most;
	int (*run)(int argc, char **a);
	const char *args;
} verbs[] = {
	{ "AddConnection", 16, 16, add_connection,
	  "<SessionId> <Initiator Instance> <Port Number>\n"
	  "    <Target Portal Address> <Target Portal Socket>\n"
	  "    <Security Flags> <Login Flags> <Header Digest> <Data Digest>\n"
	  "    <Max Connections> <DefaultTime2Wait> <DefaultTime2Retain>\n"
	  "    <Username> <Password> <AuthType> <Key>" },
	{ "QAddConnection", 3, 5, quick_add_connection,
	  "<SessionId> <Initiator Instance> <Target Portal Address>\n"
	  "    [CHAP Username] [CHAP Password]" },
	{ "RemoveConnection", 2, 2, remove_connection,
	  "<SessionId> <ConnectionId>" },
	{ "SessionList", 0, 1, session_list, "[Show Session Info T or F]" },
	{ "LogoutTarget", 1, 1, logout_target, "<SessionId>" },
	{ "ListInitiators", 0, 0, list_initiators, "" },
};

/**
 * iscsicli_main - the program under its second name
 * @argc: as of main()
 * @argv: likewise
 *
 * Return: low byte of the status.
 */
int iscsicli_main(int argc, char **argv)
{
	size_t i;
	int n = argc - 2;

	for (i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++) {
		if (strcasecmp(verbs[i].name, argv[1]))
			continue;
		/* Of QAddConnection name and password go together. */
		if (n >= verbs[i].least && n <= verbs[i].most &&
		    !(verbs[i].run == quick_add_connection && n == 4))
			return verbs[i].run(n, argv + 2);
		printf("iscsicli %s %s\n", verbs[i].name, verbs[i].args);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("iscsicli %s %s\n", verbs[i].name, verbs[i].args);
	puts("\n* stands for what is not given.");
	return 0;
}
