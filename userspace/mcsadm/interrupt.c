// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* SIGINT and SIGTERM have a command come to its end instead of cutting it off. */

#include <signal.h>
#include <unistd.h>

#include "interrupt.h"

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
	/*
	 * One that comes between a look at interrupted() and a wait ends no wait.
	 * The next one does.
	 */
	alarm(1);
}

/**
 * interrupt_catch - have SIGINT and SIGTERM end waits, and be noted
 *
 * Without SA_RESTART: a wait for events that goes on would not be over.
 */
void interrupt_catch(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
}

/**
 * interrupted - has a signal come since interrupt_catch()?
 */
int interrupted(void)
{
	return stop;
}
