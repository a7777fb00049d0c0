// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The saved connections of all sessions. A portal that does not answer takes the
 * time that logins have, and where a switch is down there is one for each session:
 * sessions do not wait for each other.
 */

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "mcsadm.h"
#include "restore_conns.h"

/* Sessions at a time */
#define AT_ONCE		16

/**
 * struct outcome - what came of one connection
 * @saved: connection
 * @status: status of the attempt
 * @cid: CID of the new one
 * @why: words of the kernel
 */
struct outcome {
	const struct iscsidsc_saved *saved;
	ISDSC_STATUS status;
	unsigned int cid;
	char why[256];
};

/**
 * struct share - the connections of one session, added one after the other
 * @session: session
 * @outcomes: connections, in the order in which they are saved
 * @count: how many
 * @thread: adds them
 * @lock: protects what follows
 * @changed: and this says that it has
 * @done: how many outcomes there are
 * @over: there will be no more
 */
struct share {
	const struct iscsidsc_session *session;
	struct outcome *outcomes;
	size_t count;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t done;
	int over;
};

static void add_one(struct iscsidsc *h, const struct iscsidsc_session *session,
		    struct outcome *outcome)
{
	struct iscsidsc_add add = outcome->saved->add;
	struct iscsidsc_conn conn;

	add.sid = session->sid;
	outcome->status = iscsidsc_conn_add(h, &add, &conn);
	if (outcome->status)
		snprintf(outcome->why, sizeof(outcome->why), "%s",
			 iscsidsc_detail(h));
	else
		outcome->cid = conn.cid;
}

static void *add_all(void *arg)
{
	struct share *share = arg;
	struct iscsidsc *h = NULL;
	ISDSC_STATUS status;
	size_t i;

	status = iscsidsc_open(&h);
	for (i = 0; i < share->count && !interrupted(); i++) {
		if (status)
			share->outcomes[i].status = status;
		else
			add_one(h, share->session, &share->outcomes[i]);
		pthread_mutex_lock(&share->lock);
		share->done++;
		pthread_cond_signal(&share->changed);
		pthread_mutex_unlock(&share->lock);
	}
	iscsidsc_close(h);
	pthread_mutex_lock(&share->lock);
	share->over = 1;
	pthread_cond_signal(&share->changed);
	pthread_mutex_unlock(&share->lock);
	return NULL;
}

static void say(const struct iscsidsc_session *session,
		const struct outcome *outcome, struct tally *tally)
{
	const char *address = outcome->saved->add.address;
	ISDSC_STATUS status = outcome->status;

	if (status && status != ISDSC_CONNECTION_ALREADY_EXISTS) {
		tally->bad++;
		failed_why(outcome->why, status,
			   "cannot add connection to session %" PRIu32 " via %s",
			   session->sid, address);
		return;
	}
	tally->good++;
	if (!status)
		printf("session %" PRIu32 ": added conn %u  %s\n",
		       session->sid, outcome->cid, address);
	fflush(stdout);
}

/* As they come */
static void say_all(struct share *share, struct tally *tally)
{
	size_t said = 0;

	pthread_mutex_lock(&share->lock);
	while (said < share->done || !share->over) {
		if (said == share->done) {
			pthread_cond_wait(&share->changed, &share->lock);
			continue;
		}
		pthread_mutex_unlock(&share->lock);
		say(share->session, &share->outcomes[said++], tally);
		pthread_mutex_lock(&share->lock);
	}
	pthread_mutex_unlock(&share->lock);
}

/* Return: 0 or -1 */
static int fill(struct share *share, const struct iscsidsc_session *session,
		const struct iscsidsc_saved_list *list)
{
	size_t i;

	share->session = session;
	pthread_mutex_init(&share->lock, NULL);
	pthread_cond_init(&share->changed, NULL);
	share->outcomes = calloc(list->count + 1, sizeof(*share->outcomes));
	if (!share->outcomes)
		return -1;
	for (i = 0; i < list->count; i++)
		if (iscsidsc_saved_matches(list->items[i], session))
			share->outcomes[share->count++].saved = list->items[i];
	return 0;
}

static void run(struct share *shares, size_t count, struct tally *tally)
{
	int started[AT_ONCE] = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		started[i] = !pthread_create(&shares[i].thread, NULL, add_all,
					     &shares[i]);
	for (i = 0; i < count; i++) {
		if (!started[i])
			add_all(&shares[i]);
		say_all(&shares[i], tally);
		if (started[i])
			pthread_join(shares[i].thread, NULL);
	}
}

static void empty(struct share *share)
{
	pthread_cond_destroy(&share->changed);
	pthread_mutex_destroy(&share->lock);
	free(share->outcomes);
}

/**
 * restore_conns - add the saved connections that sessions do not have
 * @snap: sessions
 * @list: what is saved
 * @tally: counts what came of it
 *
 * Return: exit code.
 */
int restore_conns(const struct iscsidsc_snapshot *snap,
		  const struct iscsidsc_saved_list *list, struct tally *tally)
{
	struct share shares[AT_ONCE];
	size_t s = 0, n, i;
	int err = 0;

	while (s < snap->session_count && !err && !interrupted()) {
		memset(shares, 0, sizeof(shares));
		for (n = 0; n < AT_ONCE && s < snap->session_count && !err; s++) {
			err = fill(&shares[n], snap->sessions[s], list);
			/* most have none */
			if (shares[n].count || err)
				n++;
			else
				empty(&shares[n]);
		}
		if (!err)
			run(shares, n, tally);
		for (i = 0; i < n; i++)
			empty(&shares[i]);
	}
	return err ? failed(NULL, ERROR_NOT_ENOUGH_MEMORY,
			    "cannot add connections") : EXIT_DONE;
}
