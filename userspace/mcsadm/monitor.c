// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm monitor: the state, then what happens. */

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "interrupt.h"
#include "mcsadm.h"
#include "system.h"

/* Local time; @zone is "%z" for one that others can read, or empty */
static void time_text(char *text, size_t size, const char *zone)
{
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(text + n, size - n, ".%03ld",
			      now.tv_nsec / 1000000);
	strftime(text + n, size - n, zone, &tm);
}

static void json_event(const struct iscsidsc_event *event)
{
	json_object *json = values_json(event_values, event);
	char when[40];

	time_text(when, sizeof(when), "%z");
	json_object_object_add(json, "format",
			       json_object_new_int(JSON_FORMAT));
	json_object_object_add(json, "time", json_object_new_string(when));
	json_print(json);
}

static void show_event(const struct iscsidsc_event *event)
{
	char when[40], local[ISCSIDSC_ADDR_TEXT_LEN];
	char remote[ISCSIDSC_ADDR_TEXT_LEN];

	time_text(when, sizeof(when), "");
	printf("%s  session %" PRIu32, when, event->sid);
	if (event->has_conn)
		printf("  conn %u", event->cid);
	printf("  %s", iscsidsc_name(ISCSIDSC_NAMES_EVENT, event->type));
	if (*event->target_name)
		printf("  %s", event->target_name);
	if (iscsidsc_addr_text(&event->remote, 1, remote, sizeof(remote))) {
		if (!iscsidsc_addr_text(&event->local, 0, local,
					sizeof(local)))
			strcpy(local, "-");
		printf("  %s -> %s", local, remote);
	}
	if (event->reason)
		printf("  reason %s",
		       iscsidsc_name(ISCSIDSC_NAMES_REASON, event->reason));
	if (event->error)
		printf("  error %" PRIu32, event->error);
	if (*event->text)
		printf("  (%s)", event->text);
	if (event->duration_ms)
		printf("  after %" PRIu32 " ms", event->duration_ms);
	putchar('\n');
	fflush(stdout);
}

/* The state as it is, on a handle of its own: the other one is for events */
static int show_state(int as_json)
{
	struct iscsidsc_snapshot *snap;
	json_object *json;
	struct iscsidsc *h;
	ISDSC_STATUS status;
	int code = open_handle(&h);

	if (code)
		return code;
	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &snap);
	if (status) {
		code = failed(h, status, "cannot list sessions");
		iscsidsc_close(h);
		return code;
	}
	iscsidsc_close(h);
	if (as_json) {
		json = json_object_new_object();
		json_object_object_add(json, "event",
				       json_object_new_string("state"));
		json_object_object_add(json, "format",
				       json_object_new_int(JSON_FORMAT));
		json_object_object_add(json, "sessions", json_sessions(snap));
		json_print(json);
	} else {
		show_sessions(snap);
		fflush(stdout);
	}
	iscsidsc_snapshot_free(snap);
	return EXIT_DONE;
}

static int follow(struct iscsidsc *h, const struct options *o)
{
	int64_t end = system_now_ms() + (int64_t)o->timeout_s * 1000;
	struct iscsidsc_event event;
	ISDSC_STATUS status;
	int64_t left = -1;
	int code;

	while (!interrupted()) {
		if (o->timeout_s) {
			left = end - system_now_ms();
			if (left <= 0)
				break;
		}
		status = iscsidsc_event_next(h, (int)left, &event);
		if (status == ERROR_TIMEOUT)
			continue;
		if (status == ERROR_MORE_DATA) {
			fprintf(stderr,
				"mcsadm: events were lost, state follows\n");
			code = show_state(o->json);
			if (code)
				return code;
			continue;
		}
		if (status)
			return failed(h, status, "cannot read events");
		if (o->json)
			json_event(&event);
		else
			show_event(&event);
	}
	return EXIT_DONE;
}

/**
 * cmd_monitor - print the state and then every event
 * @o: command line
 *
 * Ends with --timeout, or when it is interrupted.
 *
 * Return: exit code.
 */
int cmd_monitor(const struct options *o)
{
	struct iscsidsc *h;
	ISDSC_STATUS status;
	int code = open_handle(&h);

	if (code)
		return code;
	interrupt_catch();
	/* Subscribed before the state is read, so that nothing is missed. */
	status = iscsidsc_subscribe(h);
	if (status)
		code = failed(h, status, "cannot subscribe to events");
	if (!code)
		code = show_state(o->json);
	if (!code)
		code = follow(h, o);
	iscsidsc_close(h);
	return code;
}
