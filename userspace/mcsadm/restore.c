// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm restore: saved settings and connections come back, once or for good. */

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "mcsadm.h"
#include "restore_conns.h"
#include "setting.h"
#include "system.h"

/* How long restore --follow waits before it tries what failed again */
#define RETRY_MS	10000
#define RETRY_MAX_MS	320000

/*
 * Sessions that have their settings. What somebody changes afterwards stays, when
 * another session logs in, too.
 */
struct known {
	uint32_t *sids;
	size_t count;
};

static void restore_setting(struct iscsidsc *h,
			    const struct iscsidsc_session *session,
			    const struct setting *setting, uint32_t value,
			    struct tally *tally)
{
	ISDSC_STATUS status = ERROR_SUCCESS;

	if (setting_now(setting, session) != value) {
		status = iscsidsc_session_set(h, session->sid, setting->what,
					      value);
		if (!status) {
			printf("session %" PRIu32 ": ", session->sid);
			setting_print(setting, value);
			putchar('\n');
		}
	}
	if (status)
		failed(h, status, "cannot set %s of session %" PRIu32,
		       setting_name(setting), session->sid);
	tally->good += !status;
	tally->bad += !!status;
	fflush(stdout);
}

static void restore_settings(struct iscsidsc *h,
			     const struct iscsidsc_session *session,
			     const struct iscsidsc_saved_list *list,
			     struct tally *tally)
{
	const struct iscsidsc_saved_session *saved;
	const struct setting *s;
	size_t i, n;

	for (i = 0; i < list->session_count; i++) {
		saved = list->sessions[i];
		if (strcmp(saved->target, session->target_name))
			continue;
		for (n = 0; (s = setting_at(n)); n++)
			if (saved->mask & 1U << s->what)
				restore_setting(h, session, s,
						saved->values[s->what], tally);
	}
}

static int is_known(const struct known *known, uint32_t sid)
{
	size_t i;

	for (i = 0; i < known->count; i++)
		if (known->sids[i] == sid)
			return 1;
	return 0;
}

/* No number comes twice as long as the module is loaded. */
static void know(struct known *known, uint32_t sid)
{
	uint32_t *sids = realloc(known->sids,
				 (known->count + 1) * sizeof(*sids));

	/* Without memory they are set once more. */
	if (!sids)
		return;
	sids[known->count++] = sid;
	known->sids = sids;
}

static void restore_session(struct iscsidsc *h,
			    const struct iscsidsc_session *session,
			    const struct iscsidsc_saved_list *list,
			    struct known *known, struct tally *tally)
{
	size_t bad = tally->bad;

	if (is_known(known, session->sid))
		return;
	restore_settings(h, session, list, tally);
	if (tally->bad == bad)
		know(known, session->sid);
}

static int restore(struct iscsidsc *h, const struct options *o,
		   struct known *known, struct tally *tally)
{
	struct iscsidsc_saved_list *list;
	struct iscsidsc_snapshot *snap;
	ISDSC_STATUS status;
	int code = EXIT_DONE;
	size_t s;

	*tally = (struct tally){ 0 };
	status = iscsidsc_saved_get(&list);
	if (status)
		return failed_saved(status, "cannot read saved connections");
	if (o->session) {
		code = find_session(h, o->session, &snap);
	} else {
		status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &snap);
		if (status)
			code = failed(h, status, "cannot list sessions");
	}
	if (!code) {
		/* Settings first: how losses are dealt with is one of them. */
		for (s = 0; s < snap->session_count && !interrupted(); s++)
			restore_session(h, snap->sessions[s], list, known,
					tally);
		code = restore_conns(snap, list, tally);
		iscsidsc_snapshot_free(snap);
	}
	iscsidsc_saved_free(list);
	return code;
}

/* How following goes on */
enum follow_next { FOLLOW_RESTORE, FOLLOW_RETRY, FOLLOW_REOPEN, FOLLOW_END,
		   FOLLOW_FAILED };

/* Wait for a session, or for the time to try again; @end is -1 for never */
static enum follow_next wait_for_session(struct iscsidsc *events, int64_t end)
{
	struct iscsidsc_event event;
	ISDSC_STATUS status;
	int64_t left = -1;

	for (;;) {
		/* Events that mean nothing here do not put it off. */
		if (end >= 0)
			left = end - system_now_ms();
		if (end >= 0 && left <= 0)
			return FOLLOW_RETRY;
		/* Perhaps it was while connections were being added. */
		if (interrupted())
			return FOLLOW_END;
		status = iscsidsc_event_next(events, (int)left, &event);
		if (interrupted())
			return FOLLOW_END;
		if (status == ERROR_MORE_DATA)
			return FOLLOW_RESTORE;
		if (status == ISDSC_SERVICE_NOT_RUNNING)
			return FOLLOW_REOPEN;
		if (status && status != ERROR_TIMEOUT) {
			failed(events, status, "cannot read events");
			return FOLLOW_FAILED;
		}
		if (!status && (event.type == ISCSI_MCS_CMD_SESSION_ADDED_NTF ||
				event.type ==
					ISCSI_MCS_CMD_RECOVERY_ENDED_NTF))
			return FOLLOW_RESTORE;
	}
}

/*
 * What cannot be restored is tried again, less and less often. A session that
 * comes is a reason to try, but none to wait longer from then on.
 */
static enum follow_next follow_sessions(struct iscsidsc *h,
					struct iscsidsc *events,
					const struct options *o)
{
	enum follow_next next = FOLLOW_RESTORE;
	struct known known = { NULL, 0 };
	int delay = RETRY_MS;
	struct tally tally;

	while ((next == FOLLOW_RESTORE || next == FOLLOW_RETRY) &&
	       !interrupted()) {
		if (restore(h, o, &known, &tally)) {
			next = FOLLOW_FAILED;
			break;
		}
		if (!tally.bad)
			delay = RETRY_MS;
		else if (next == FOLLOW_RETRY && delay < RETRY_MAX_MS)
			delay *= 2;
		next = wait_for_session(events, tally.bad ?
					system_now_ms() + delay : -1);
	}
	free(known.sids);
	return interrupted() ? FOLLOW_END : next;
}

/* As long as the module stays loaded */
static enum follow_next follow_module(struct iscsidsc *h,
				      const struct options *o)
{
	struct iscsidsc *events;
	enum follow_next next;
	ISDSC_STATUS status;

	if (open_handle(&events))
		return FOLLOW_FAILED;
	/* Subscribed first: a session that comes in between is seen. */
	status = iscsidsc_subscribe(events);
	if (status) {
		failed(events, status, "cannot subscribe to events");
		next = FOLLOW_FAILED;
	} else {
		next = follow_sessions(h, events, o);
	}
	iscsidsc_close(events);
	return next;
}

static int follow(const struct options *o)
{
	enum follow_next next = FOLLOW_REOPEN;
	struct iscsidsc *h;
	ISDSC_STATUS status;
	int said = 0;

	interrupt_catch();
	while (next == FOLLOW_REOPEN && !interrupted()) {
		status = iscsidsc_open(&h);
		if (status == ISDSC_SERVICE_NOT_RUNNING) {
			if (!said++)
				fprintf(stderr,
					"mcsadm: module iscsi_mcs is not loaded, waiting for it\n");
			poll(NULL, 0, RETRY_MS);
			continue;
		}
		if (status)
			return failed(NULL, status,
				      "cannot talk to the kernel");
		next = follow_module(h, o);
		iscsidsc_close(h);
		said = 0;
	}
	return next == FOLLOW_FAILED ? EXIT_FAILED : EXIT_DONE;
}

/**
 * cmd_restore - give sessions the settings and connections that are saved
 * @o: command line
 *
 * Return: exit code.
 */
int cmd_restore(const struct options *o)
{
	struct known known = { NULL, 0 };
	struct tally tally;
	struct iscsidsc *h;
	int code;

	if (o->follow && o->session)
		return usage_error("restore --follow goes without --session");
	secret_hide();
	if (o->follow)
		return follow(o);
	code = open_handle(&h);
	if (code)
		return code;
	code = restore(h, o, &known, &tally);
	free(known.sids);
	iscsidsc_close(h);
	if (!code && tally.bad)
		code = tally.good ? EXIT_PARTLY : EXIT_FAILED;
	return code;
}
