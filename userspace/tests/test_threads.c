// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Eight threads add, list and remove at once; built with ThreadSanitizer. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "fake_kernel.h"

#define THREADS	8
#define ROUNDS	200

static ISCSI_UNIQUE_SESSION_ID sessions[THREADS];

static void *worker(void *arg)
{
	ISCSI_UNIQUE_SESSION_ID *session = arg;
	ISCSI_TARGET_PORTALA portal = { .Address = "10.0.9.9", .Socket = 3260 };
	ISCSI_UNIQUE_CONNECTION_ID conn;
	uint32_t size, count;
	size_t failures = 0;
	void *buffer = malloc(65536);
	int i;

	for (i = 0; i < ROUNDS; i++) {
		size = 65536;
		failures += !!AddIScsiConnectionA(session, NULL, -1, &portal, 0,
						  NULL, 0, NULL, &conn);
		failures += !!GetIScsiSessionListW(&size, &count, buffer);
		failures += !!RemoveIScsiConnection(session, &conn);
	}
	free(buffer);
	return (void *)failures;
}

int main(void)
{
	ISCSI_SESSION_INFOA *list = malloc(65536);
	pthread_t threads[THREADS];
	uint32_t size = 65536, count, i;
	size_t failures = 0;
	void *result;

	fake_reset();
	for (i = 0; i < THREADS; i++) {
		fake_session(i + 1, "iqn.2024-01.example:disk", 4);
		fake_conn(i + 1, 0, 0, "10.0.1.1", "10.0.1.10");
	}
	if (GetIScsiSessionListA(&size, &count, list) || count != THREADS)
		return 1;
	for (i = 0; i < THREADS; i++)
		sessions[i] = list[i].SessionId;
	free(list);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, worker, &sessions[i]))
			return 1;
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		failures += (size_t)result;
	}
	if (failures || fake.adds != THREADS * ROUNDS ||
	    fake.opened != fake.closed) {
		fprintf(stderr, "threads: %zu calls failed\n", failures);
		return 1;
	}
	return 0;
}
