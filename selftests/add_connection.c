// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The library as a program from Windows sees it: the public header, nothing
 * else. Lists the sessions, adds a connection to one of them and lists again.
 *
 *   add_connection				list
 *   add_connection ADDRESS [PORT [INDEX]]	add to the INDEX-th session
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iscsidsc.h>

/* Names and addresses of iSCSI are ASCII; others are shown as "?". */
static void print_wide(const char16_t *text)
{
	for (; text && *text; text++)
		putchar(*text < 0x80 ? (int)*text : '?');
}

static void print_id(const ISCSI_UNIQUE_SESSION_ID *id)
{
	printf("%" PRIx64 "-%" PRIx64, id->AdapterUnique, id->AdapterSpecific);
}

static void print_sessions(const ISCSI_SESSION_INFOW *sessions, uint32_t count)
{
	uint32_t s, c;

	for (s = 0; s < count; s++) {
		printf("session ");
		print_id(&sessions[s].SessionId);
		printf(" ");
		print_wide(sessions[s].TargetName);
		printf(" connections %" PRIu32 "\n",
		       sessions[s].ConnectionCount);
		for (c = 0; c < sessions[s].ConnectionCount; c++) {
			const ISCSI_CONNECTION_INFOW *conn =
				&sessions[s].Connections[c];

			printf("  connection ");
			print_id(&conn->ConnectionId);
			printf(" cid %d ", conn->CID[0] | conn->CID[1] << 8);
			print_wide(conn->InitiatorAddress);
			printf(" -> ");
			print_wide(conn->TargetAddress);
			printf(" port %d\n", conn->TargetSocket);
		}
	}
}

/* The list may grow between the two calls, so this is a loop. */
static ISDSC_STATUS get_sessions(ISCSI_SESSION_INFOW **sessions,
				 uint32_t *count)
{
	ISCSI_SESSION_INFOW *buffer = NULL;
	ISDSC_STATUS status;
	uint32_t size = 0;

	while ((status = GetIScsiSessionListW(&size, count, buffer)) ==
	       ERROR_INSUFFICIENT_BUFFER) {
		free(buffer);
		buffer = malloc(size);
		if (!buffer)
			return ERROR_NOT_ENOUGH_MEMORY;
	}
	if (status) {
		free(buffer);
		return status;
	}
	*sessions = buffer;
	return ERROR_SUCCESS;
}

static ISDSC_STATUS show(void)
{
	ISCSI_SESSION_INFOW *sessions;
	ISDSC_STATUS status;
	uint32_t count;

	status = get_sessions(&sessions, &count);
	if (status)
		return status;
	print_sessions(sessions, count);
	free(sessions);
	return ERROR_SUCCESS;
}

static ISDSC_STATUS add(const char *address, uint16_t port, uint32_t index)
{
	ISCSI_TARGET_PORTALW portal = { .Socket = port };
	ISCSI_UNIQUE_SESSION_ID session;
	ISCSI_UNIQUE_CONNECTION_ID conn;
	ISCSI_SESSION_INFOW *sessions;
	ISDSC_STATUS status;
	uint32_t count;
	size_t i;

	for (i = 0; address[i] && i + 1 < MAX_ISCSI_PORTAL_ADDRESS_LEN; i++)
		portal.Address[i] = (unsigned char)address[i];
	status = get_sessions(&sessions, &count);
	if (status)
		return status;
	if (index >= count) {
		free(sessions);
		return ISDSC_INVALID_SESSION_ID;
	}
	session = sessions[index].SessionId;
	free(sessions);
	status = AddIScsiConnectionW(&session, NULL, ISCSI_ANY_INITIATOR_PORT,
				     &portal, 0, NULL, 0, NULL, &conn);
	if (status)
		return status;
	printf("added ");
	print_id(&conn);
	printf("\n");
	return ERROR_SUCCESS;
}

int main(int argc, char **argv)
{
	ISDSC_STATUS status = ERROR_SUCCESS;

	if (argc > 4) {
		fprintf(stderr,
			"usage: add_connection [ADDRESS [PORT [INDEX]]]\n");
		return 2;
	}
	if (argc > 1)
		status = add(argv[1],
			     (uint16_t)(argc > 2 ? atoi(argv[2]) : 3260),
			     (uint32_t)(argc > 3 ? atoi(argv[3]) : 0));
	if (!status)
		status = show();
	if (status) {
		fprintf(stderr, "add_connection: status 0x%08" PRIX32 "\n",
			status);
		return 1;
	}
	return 0;
}
