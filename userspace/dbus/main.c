// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * iscsi-mcs-dbus: the session class of the Windows management interface on the
 * system bus. Started by the bus when somebody asks for it.
 */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "service.h"

static int failed(const char *what, int err)
{
	fprintf(stderr, "iscsi-mcs-dbus: cannot %s: %s\n", what,
		strerror(-err));
	return 1;
}

static int serve(sd_event *event, sd_bus *bus)
{
	int err;

	err = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
	if (err < 0)
		return failed("wait for the system bus", err);
	err = session_register(bus);
	if (err < 0)
		return failed("offer sessions", err);
	err = sd_bus_request_name(bus, BUS_NAME, 0);
	if (err < 0)
		return failed("get the name " BUS_NAME, err);
	err = sd_event_loop(event);
	return err < 0 ? failed("go on", err) : 0;
}

int main(int argc, char **argv)
{
	sigset_t signals;
	sd_event *event;
	sd_bus *bus;
	int err, code;

	if (argc > 1) {
		fprintf(stderr, "usage: %s\nTakes no arguments; started by the system bus.\n",
			argv[0]);
		return 2;
	}
	/* Secrets for CHAP and IPsec come by the bus. */
	prctl(PR_SET_DUMPABLE, 0);
	/* Blocked, so that the loop gets them and threads do not. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	err = sd_event_default(&event);
	if (err < 0)
		return failed("make an event loop", err);
	sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
	sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
	err = sd_bus_open_system(&bus);
	if (err < 0) {
		sd_event_unref(event);
		return failed("connect to the system bus", err);
	}
	code = serve(event, bus);
	sd_bus_flush_close_unref(bus);
	sd_event_unref(event);
	return code;
}
