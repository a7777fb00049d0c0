// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The transport itself, against the one generic netlink family every kernel
 * has: the controller.
 */

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "unit.h"

#include "internal.h"

#undef ISCSI_MCS_FAMILY_NAME
#define ISCSI_MCS_FAMILY_NAME	"nlctrl"
#undef ISCSI_MCS_MCGRP_EVENTS
#define ISCSI_MCS_MCGRP_EVENTS	"notify"
#include "transport.c"

static int count(struct genlmsghdr *ghdr, void *arg)
{
	assert_int_equal(ghdr->cmd, CTRL_CMD_NEWFAMILY);
	++*(int *)arg;
	return 0;
}

static int ask(struct iscsidsc *h, const char *name, int *seen)
{
	struct nl_msg *msg = iscsidsc_msg_new(h, CTRL_CMD_GETFAMILY,
					      name ? 0 : NLM_F_DUMP);
	int err;

	if (name)
		nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	*seen = 0;
	err = iscsidsc_request(h, msg, count, seen);
	iscsidsc_msg_free(msg);
	return err;
}

static void requests(void **state)
{
	struct iscsidsc *h;
	int seen;

	(void)state;
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(h->family, GENL_ID_CTRL);
	assert_int_equal(ask(h, "nlctrl", &seen), 0);
	assert_int_equal(seen, 1);
	assert_int_equal(ask(h, NULL, &seen), 0);
	assert_true(seen >= 1);
	assert_int_equal(ask(h, "no such family", &seen), -ENOENT);
	assert_int_equal(seen, 0);
	/* The error was the last message: the next exchange is clean. */
	assert_int_equal(ask(h, "nlctrl", &seen), 0);
	assert_int_equal(seen, 1);
	/* An operation that does not exist */
	assert_int_not_equal(iscsidsc_conn_remove(h, 1, 1), 0);
	iscsidsc_close(h);
}

static void events(void **state)
{
	struct iscsidsc_event event;
	struct iscsidsc *h;

	(void)state;
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_subscribe(h), 0);
	assert_true(iscsidsc_event_fd(h) >= 0);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), ERROR_TIMEOUT);
	iscsidsc_close(h);
}

/* The first signal has to end the wait; if a second one comes, it did not. */
static void on_alarm(int sig)
{
	static const char text[] = "not ok a signal ends waiting for ever\n";
	static volatile sig_atomic_t seen;

	(void)sig;
	if (!seen++)
		return;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) > 0)
		_exit(1);
	_exit(2);
}

static void a_signal_ends_waiting(void **state)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval timer = { { 30, 0 }, { 1, 0 } };
	struct iscsidsc_event event;
	struct iscsidsc *h;

	(void)state;
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_subscribe(h), 0);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	assert_int_equal(iscsidsc_event_next(h, -1, &event), ERROR_TIMEOUT);
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	iscsidsc_close(h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(events),
		cmocka_unit_test(a_signal_ends_waiting),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
