// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm auto: propose, and add, the connections that make sense. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "auto.h"

#define MAX_SYSCTLS	6

/* How the same is done by hand */
static void show_step(const struct iscsidsc_session *session,
		      const struct auto_step *step)
{
	char from[ISCSIDSC_ADDR_TEXT_LEN], to[ISCSIDSC_ADDR_TEXT_LEN];

	iscsidsc_addr_text(&step->link->addr, 0, from, sizeof(from));
	iscsidsc_addr_text(&step->portal->addr, 1, to, sizeof(to));
	printf("session %" PRIu32 ": %s %s -> %s\n", session->sid,
	       step->link->ifname, from, to);
	printf("  mcsadm add --session %" PRIu32 " --portal %s", session->sid,
	       to);
	if (step->bound)
		printf(" --source %s --interface %s", from, step->link->ifname);
	putchar('\n');
}

static void show_traps(const struct auto_step *step)
{
	char sysctls[MAX_SYSCTLS][80];
	size_t n = auto_traps(step, sysctls, MAX_SYSCTLS), i;

	if (!step->twin)
		return;
	fflush(stdout);
	fprintf(stderr, "mcsadm: %s and %s have addresses in one subnet, separate ones are safer",
		step->twin->ifname, step->link->ifname);
	if (n)
		fputs("; if it has to be:\n  sysctl -w", stderr);
	for (i = 0; i < n; i++)
		fprintf(stderr, " %s", sysctls[i]);
	fputc('\n', stderr);
}

static json_object *json_step(const struct iscsidsc_session *session,
			      const struct auto_step *step)
{
	json_object *json = json_object_new_object(), *list, *value;
	char sysctls[MAX_SYSCTLS][80], text[ISCSIDSC_ADDR_TEXT_LEN];
	size_t n = auto_traps(step, sysctls, MAX_SYSCTLS), i;

	json_object_object_add(json, "sid",
			       json_object_new_int64(session->sid));
	iscsidsc_addr_text(&step->portal->addr, 0, text, sizeof(text));
	json_object_object_add(json, "address", json_object_new_string(text));
	json_object_object_add(json, "port",
			       json_object_new_int(step->portal->addr.port));
	iscsidsc_addr_text(&step->link->addr, 0, text, sizeof(text));
	json_object_object_add(json, "source", json_object_new_string(text));
	value = json_object_new_string(step->link->ifname);
	json_object_object_add(json, "interface", value);
	json_object_object_add(json, "bound",
			       json_object_new_boolean(step->bound));
	value = step->twin ? json_object_new_string(step->twin->ifname) : NULL;
	json_object_object_add(json, "same_subnet_as", value);
	list = json_object_new_array();
	for (i = 0; i < n; i++) {
		value = json_object_new_string(sysctls[i]);
		json_object_array_add(list, value);
	}
	json_object_object_add(json, "sysctls", list);
	return json;
}

static int add_step(struct iscsidsc *h, const struct options *o,
		    const struct iscsidsc_session *session,
		    const struct auto_step *step)
{
	char from[ISCSIDSC_ADDR_TEXT_LEN], to[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_add add;

	iscsidsc_addr_text(&step->link->addr, 0, from, sizeof(from));
	iscsidsc_addr_text(&step->portal->addr, 1, to, sizeof(to));
	iscsidsc_add_init(&add);
	add.sid = session->sid;
	if (step->bound) {
		add.source = from;
		add.ifname = step->link->ifname;
	}
	return add_portal(h, session, &add, to, o->persistent);
}

/* Why a session gets nothing */
static void show_none(const struct iscsidsc_session *session)
{
	if (session->conns_configured >= session->max_connections)
		printf("session %" PRIu32 ": has the %" PRIu32
		       " connections that the target allows\n",
		       session->sid, session->max_connections);
	else
		printf("session %" PRIu32
		       ": nothing to add, no other link leads to a portal of group %u\n",
		       session->sid, session->tpgt);
}

/* Results of one session's steps are counted by exit code. */
static void one_session(struct iscsidsc *h, const struct options *o,
			const struct iscsidsc_session *session,
			json_object *proposals, size_t results[EXIT_PARTLY + 1])
{
	struct auto_step steps[AUTO_MAX];
	struct auto_net net = { .link_count = 0 };
	size_t n, i;

	if (session->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN) {
		fprintf(stderr, "mcsadm: session %" PRIu32 " is %s, not logged in\n",
			session->sid,
			iscsidsc_name(ISCSIDSC_NAMES_SESSION_STATE,
				      session->state));
		results[EXIT_FAILED]++;
		return;
	}
	if (auto_read_links(&net) || auto_read_portals(&net, session)) {
		fprintf(stderr, "mcsadm: no portals for session %" PRIu32 ": %s\n",
			session->sid, net.link_count ?
			"neither the target nor iscsiadm -m node names one" :
			"ip address does not name a link");
		results[EXIT_FAILED]++;
		return;
	}
	auto_count(&net, session);
	n = auto_plan(&net, session, steps);
	for (i = 0; i < n; i++) {
		if (o->json) {
			json_object_array_add(proposals,
					      json_step(session, &steps[i]));
			results[EXIT_DONE]++;
			continue;
		}
		show_traps(&steps[i]);
		if (o->add || o->persistent) {
			results[add_step(h, o, session, &steps[i])]++;
			continue;
		}
		results[EXIT_DONE]++;
		show_step(session, &steps[i]);
	}
	if (n)
		return;
	results[EXIT_DONE]++;
	if (!o->json)
		show_none(session);
}

static int all_sessions(struct iscsidsc *h, const struct options *o,
			const struct iscsidsc_snapshot *snap)
{
	json_object *json = json_object_new_object();
	json_object *proposals = json_object_new_array();
	size_t results[EXIT_PARTLY + 1] = { 0 }, s;

	for (s = 0; s < snap->session_count; s++)
		one_session(h, o, snap->sessions[s], proposals, results);
	json_object_object_add(json, "format",
			       json_object_new_int(JSON_FORMAT));
	json_object_object_add(json, "proposals", proposals);
	if (o->json)
		json_print(json);
	else
		json_object_put(json);
	if (!results[EXIT_FAILED] && !results[EXIT_PARTLY])
		return EXIT_DONE;
	return results[EXIT_DONE] || results[EXIT_PARTLY] ? EXIT_PARTLY :
							     EXIT_FAILED;
}

/**
 * cmd_auto - propose the connections that make sense, or add them
 * @o: command line
 *
 * Return: exit code, EXIT_PARTLY if some worked and some did not.
 */
int cmd_auto(const struct options *o)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	ISDSC_STATUS status;
	int code;

	if (o->json && (o->add || o->persistent))
		return usage_error("auto --json only proposes");
	code = open_handle(&h);
	if (code)
		return code;
	if (o->session) {
		code = find_session(h, o->session, &snap);
	} else {
		status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &snap);
		if (status)
			code = failed(h, status, "cannot list sessions");
	}
	if (!code) {
		if (!o->json && !snap->session_count)
			say_no_sessions();
		code = all_sessions(h, o, snap);
		iscsidsc_snapshot_free(snap);
	}
	iscsidsc_close(h);
	return code;
}
