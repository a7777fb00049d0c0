// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * Puts the stand-in for the module into the state that MCSADM_TEST names,
 * before mcsadm starts.
 */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/xfrm.h>

#include "fake_host.h"
#include "fake_kernel.h"

static void events(void)
{
	fake_event(ISCSI_MCS_CMD_CONN_DOWN_NTF, 1, 1,
		   ISCSI_MCS_REASON_NOP_TIMEOUT, "no answer in 5 s");
	fake_overrun();
	/* older than what was lost: not shown behind the state */
	fake_event(ISCSI_MCS_CMD_CONN_REMOVED_NTF, 1, 1, 0, NULL);
	fake_lull();
	fake_event(ISCSI_MCS_CMD_CONN_UP_NTF, 1, 1, 0, NULL);
	fake_event(ISCSI_MCS_CMD_SESSION_REMOVED_NTF, 12, 0,
		   ISCSI_MCS_REASON_SESSION_CLOSED, NULL);
}

/* What the kernel got, for tests to compare; the secrets are none. */
static void __attribute__((destructor)) report(void)
{
	const char *test = getenv("MCSADM_TEST");

	if (test && !strcmp(test, "chap"))
		printf("auth %u name '%.*s' secret '%.*s' secret in '%.*s'\n",
		       fake.last_add.auth, (int)fake.chap_name_len,
		       fake.chap_name, (int)fake.secret_len, fake.secret,
		       (int)fake.secret_in_len, fake.secret_in);
}

static void second_fails(int cmd)
{
	fake_fail(cmd, EAGAIN, "session is being recovered", 1);
	fake.fail_skip = 1;
}

/* Two sessions come, then somebody interrupts. */
static void sessions_come(void)
{
	fake_event(ISCSI_MCS_CMD_CONN_DOWN_NTF, 1, 1, 0, NULL);
	fake_event(ISCSI_MCS_CMD_SESSION_ADDED_NTF, 1, 0, 0, NULL);
	fake.interrupt_after = 1;
}

/* An IPsec policy for 10.0.3.0/24 that somebody else has made */
static void policy(void)
{
	static const struct iscsidsc_xfrm_policy esp = {
		.family = AF_INET,
		.dir = XFRM_POLICY_OUT,
		.priority = 100,
		.saddr = { 10, 0, 2, 1 },
		.daddr = { 10, 0, 3, 0 },
		.sprefix = 32,
		.dprefix = 24,
		.templates = 1,
		.esp = 1,
		.reqid = 7,
	};

	fake_host_policy(&esp);
}

/*
 * A portal that does not answer. While it is waited for, events that mean
 * nothing come, then a session; then somebody interrupts.
 */
static void waiting(int timeout_ms)
{
	static const struct {
		int after_ms;
		int event;
	} plan[] = {
		{ 4000, ISCSI_MCS_CMD_CONN_DOWN_NTF },
		{ 4000, ISCSI_MCS_CMD_CONN_UP_NTF },
		{ 0, 0 },
		{ 5000, ISCSI_MCS_CMD_SESSION_ADDED_NTF },
		{ 0, 0 },
		{ 0, 0 },
	};
	static size_t step;

	printf("waits for %d ms\n", timeout_ms);
	if (step == ARRAY_SIZE(plan)) {
		raise(SIGTERM);
		return;
	}
	fake.clock_ms += plan[step].event ? plan[step].after_ms : timeout_ms;
	if (plan[step].event)
		fake_event(plan[step].event, 1, 1, 0, NULL);
	step++;
}

static void nobody_answers(void)
{
	fake_fail(ISCSI_MCS_CMD_CONN_ADD, ECONNREFUSED, NULL, -1);
	fake.on_wait = waiting;
}

/* Somebody sets a session to something else; later another one comes. */
static void tuned_meanwhile(int timeout_ms)
{
	static int step;

	(void)timeout_ms;
	if (step++) {
		printf("session 1 has policy %u\n", fake.sessions[0].policy);
		raise(SIGTERM);
		return;
	}
	printf("session 1 gets policy 0, session 20 comes\n");
	fake.sessions[0].policy = 0;
	fake_session(20, "iqn.2024-01.example:disk1", 1);
	fake_event(ISCSI_MCS_CMD_SESSION_ADDED_NTF, 20, 0, 0, NULL);
}

static void signal_in_add(void)
{
	raise(SIGTERM);
}

/* It comes when nobody looks any more, and before the wait that it is to end. */
static void signal_before_wait(int timeout_ms)
{
	(void)timeout_ms;
	raise(SIGTERM);
	if (!poll(NULL, 0, 20000))
		printf("nothing ends the wait\n");
}

/* What others see of the arguments while the kernel logs in */
static void show_arguments(void)
{
	char text[1024];
	size_t n, i = 0;
	FILE *in = fopen("/proc/self/cmdline", "r");

	n = in ? fread(text, 1, sizeof(text) - 1, in) : 0;
	if (in)
		fclose(in);
	text[n] = '\0';
	/* not the path of the program */
	for (i = strlen(text) + 1; i < n; i += strlen(text + i) + 1)
		printf("%s|", text + i);
	putchar('\n');
}

static void interrupted_add(void)
{
	fake.on_add = signal_in_add;
	fake.on_wait = waiting;
}

/* Two requests have to be under way at the same time */
static void meet(void)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static pthread_cond_t met = PTHREAD_COND_INITIALIZER;
	static int here;
	struct timespec end;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 20;
	pthread_mutex_lock(&mutex);
	here++;
	pthread_cond_broadcast(&met);
	while (here < 2 && !err)
		err = pthread_cond_timedwait(&met, &mutex, &end);
	if (err)
		printf("nobody else asks for a connection\n");
	pthread_mutex_unlock(&mutex);
}

static void at_once(void)
{
	fake.sessions[1].max_connections = 4;
	fake.before_add = meet;
}

/* Connections whose saved form says less than the kernel does, or more */
static void saved(void)
{
	struct iscsidsc_conn *c;

	fake.sessions[0].max_connections = 8;
	c = fake_conn(1, 2, 2, "10.0.2.1", "10.0.3.10");
	c->flags = ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
	c->source = c->local;
	c->source.port = 0;
	c = fake_conn(1, 3, 3, "2001:db8::1", "2001:db8::20");
	c->source = c->local;
	c->source.port = 0;
	fake_conn(1, 4, 4, NULL, "10.0.5.10")->ifindex = 1;
	fake_conn(1, 5, 5, NULL, "127.0.0.1");
	fake_conn(1, 6, 6, NULL, "::1");
}

/* One session for each reason not to have more connections */
static void reasons(void)
{
	struct iscsidsc_session *s;

	s = fake_session(13, "iqn.2024-01.example:one", 1);
	fake_conn(13, 0, 0, "10.0.1.1", "10.0.1.10");
	s = fake_session(14, "iqn.2024-01.example:old", 1);
	s->max_connections_offered = 1;
	fake_conn(14, 0, 0, "10.0.1.1", "10.0.1.10");
	fake_session(15, "iqn.2024-01.example:full", 2);
	fake_conn(15, 0, 0, "10.0.1.1", "10.0.1.10");
	fake_conn(15, 1, 1, "10.0.2.1", "10.0.2.10");
	fake_session(16, "iqn.2024-01.example:lost", 2);
	fake_conn(16, 0, 0, "10.0.1.1", "10.0.1.10");
	fake_conn(16, 1, 1, NULL, "10.0.2.10")->state =
		ISCSI_MCS_CONN_STATE_WAITING;
}

static void __attribute__((constructor)) prepare(void)
{
	const char *test = getenv("MCSADM_TEST");

	fake_two_sessions();
	if (!test)
		return;
	if (!strcmp(test, "empty"))
		fake_reset();
	else if (!strcmp(test, "absent"))
		fake.absent = 1;
	else if (!strcmp(test, "denied"))
		fake_fail(ISCSI_MCS_CMD_CONN_ADD, EPERM, NULL, -1);
	else if (!strcmp(test, "full"))
		fake_fail(ISCSI_MCS_CMD_CONN_ADD, ENOSPC,
			  "target offered MaxConnections=1", -1);
	else if (!strcmp(test, "first-fails"))
		fake_fail(ISCSI_MCS_CMD_CONN_ADD, ECONNREFUSED,
			  "connection refused by 10.0.3.10:3260", 1);
	else if (!strcmp(test, "busy"))
		fake_fail(ISCSI_MCS_CMD_CONN_DEL, EAGAIN,
			  "session is being recovered", -1);
	else if (!strcmp(test, "second-set"))
		second_fails(ISCSI_MCS_CMD_CONN_SET);
	else if (!strcmp(test, "second-tune"))
		second_fails(ISCSI_MCS_CMD_SESSION_SET);
	else if (!strcmp(test, "reasons"))
		reasons();
	else if (!strcmp(test, "saved"))
		saved();
	else if (!strcmp(test, "policy"))
		policy();
	else if (!strcmp(test, "arguments"))
		fake.on_add = show_arguments;
	else if (!strcmp(test, "at-once"))
		at_once();
	else if (!strcmp(test, "follow-retry"))
		nobody_answers();
	else if (!strcmp(test, "follow-add"))
		interrupted_add();
	else if (!strcmp(test, "signal-before-wait"))
		fake.on_wait = signal_before_wait;
	else if (!strcmp(test, "follow-tuned"))
		fake.on_wait = tuned_meanwhile;
	else if (!strcmp(test, "follow"))
		fake.on_subscribe = sessions_come;
	else if (!strcmp(test, "events"))
		fake.on_subscribe = events;
}
