// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm list, mcsadm ports. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"

/**
 * json_print - write an object as one line, and give it back
 * @object: object
 */
void json_print(json_object *object)
{
	puts(json_object_to_json_string_ext(object,
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(object);
}

/**
 * json_sessions - sessions with their connections as a JSON array
 * @snap: sessions
 *
 * Return: the array.
 */
json_object *json_sessions(const struct iscsidsc_snapshot *snap)
{
	json_object *sessions = json_object_new_array();
	json_object *session, *conns, *conn;
	size_t s, c;

	for (s = 0; s < snap->session_count; s++) {
		session = values_json(session_values, snap->sessions[s]);
		conns = json_object_new_array();
		for (c = 0; c < snap->sessions[s]->conn_count; c++) {
			conn = values_json(conn_values,
					   snap->sessions[s]->conns[c]);
			json_object_array_add(conns, conn);
		}
		json_object_object_add(session, "connections", conns);
		json_object_array_add(sessions, session);
	}
	return sessions;
}

/**
 * bytes_text - a number of bytes with its unit
 * @bytes: number
 * @text: where to write it
 * @size: size of @text
 *
 * Return: @text.
 */
const char *bytes_text(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB",
					     "PB" };
	double n = (double)bytes;
	size_t u = 0;

	while (n >= 1000 && u + 1 < ARRAY_SIZE(units)) {
		n /= 1000;
		u++;
	}
	snprintf(text, size, u ? "%.1f %s" : "%.0f %s", n, units[u]);
	return text;
}

/* Widths that align the columns of one session */
struct widths {
	int cid;
	int ends;
	int state;
};

/**
 * ends_text - both ends of a connection
 * @conn: connection
 * @text: where to write them
 * @size: size of @text
 */
void ends_text(const struct iscsidsc_conn *conn, char *text, size_t size)
{
	char local[ISCSIDSC_ADDR_TEXT_LEN], remote[ISCSIDSC_ADDR_TEXT_LEN];
	const struct iscsidsc_addr *from = conn->local.family ? &conn->local :
							       &conn->source;

	if (!iscsidsc_addr_text(from, 0, local, sizeof(local)))
		strcpy(local, "-");
	if (!iscsidsc_addr_text(&conn->remote, 1, remote, sizeof(remote)))
		strcpy(remote, "-");
	snprintf(text, size, "%s -> %s", local, remote);
}

static void measure(const struct iscsidsc_session *session, struct widths *w)
{
	char text[2 * ISCSIDSC_ADDR_TEXT_LEN + 8];
	size_t c;
	int n;

	memset(w, 0, sizeof(*w));
	for (c = 0; c < session->conn_count; c++) {
		const struct iscsidsc_conn *conn = session->conns[c];

		n = snprintf(text, sizeof(text), "%u", conn->cid);
		w->cid = n > w->cid ? n : w->cid;
		ends_text(conn, text, sizeof(text));
		n = (int)strlen(text);
		w->ends = n > w->ends ? n : w->ends;
		n = (int)strlen(iscsidsc_name(ISCSIDSC_NAMES_CONN_STATE,
					      conn->state));
		w->state = n > w->state ? n : w->state;
	}
}

static void show_conn(const struct iscsidsc_conn *conn, const struct widths *w)
{
	char ends[2 * ISCSIDSC_ADDR_TEXT_LEN + 8], cid[16], tx[24], rx[24];
	char counters[128];
	size_t columns;

	snprintf(cid, sizeof(cid), "%u%s", conn->cid, conn->leading ? "*" : "");
	ends_text(conn, ends, sizeof(ends));
	printf("  conn %-*s  %-*s  %s%-*s%s", w->cid + 1, cid, w->ends, ends,
	       term_colour(conn->state), w->state,
	       iscsidsc_name(ISCSIDSC_NAMES_CONN_STATE, conn->state),
	       term_plain());
	snprintf(counters, sizeof(counters),
		 "tx %s  rx %s  inflight %" PRIu32 "  losses %" PRIu32,
		 bytes_text(conn->tx_bytes, tx, sizeof(tx)),
		 bytes_text(conn->rx_bytes, rx, sizeof(rx)),
		 conn->cmds_in_flight, conn->losses);
	/* A terminal that is too narrow gets the counters on a line of their
	 * own.
	 */
	columns = strlen(counters) + 14 +
		  (size_t)(w->cid + w->ends + w->state);
	printf("%s%s", term_width() < columns ? "\n      " : "  ", counters);
	if (conn->role == ISCSI_MCS_ROLE_STANDBY)
		printf("  standby");
	if (conn->ipsec_mode != ISCSI_MCS_IPSEC_MODE_NONE)
		printf("  IPsec %s", iscsidsc_name(ISCSIDSC_NAMES_IPSEC_MODE,
						   conn->ipsec_mode));
	if (conn->state != ISCSI_MCS_CONN_STATE_UP && *conn->last_error_text)
		printf("  (%s)", conn->last_error_text);
	if (conn->retry_ms)
		printf("  tried again in %" PRIu32 " s",
		       (conn->retry_ms + 999) / 1000);
	putchar('\n');
}

static void show_session(const struct iscsidsc_session *session)
{
	struct widths w;
	size_t c;

	printf("session %" PRIu32 "  %s%sconnections %" PRIu32 "/%" PRIu32
	       "  max %" PRIu32 "  policy %s  class %s",
	       session->sid, session->target_name,
	       term_width() < strlen(session->target_name) + 80 ? "\n  " : "  ",
	       session->conns_active, session->conns_configured,
	       session->max_connections,
	       iscsidsc_name(ISCSIDSC_NAMES_POLICY, session->policy),
	       iscsidsc_name(ISCSIDSC_NAMES_TARGET_CLASS,
			     session->target_class));
	if (session->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN)
		printf("  %s", iscsidsc_name(ISCSIDSC_NAMES_SESSION_STATE,
					     session->state));
	putchar('\n');
	measure(session, &w);
	for (c = 0; c < session->conn_count; c++)
		show_conn(session->conns[c], &w);
}

/**
 * show_sessions - print the tree of sessions and connections
 * @snap: sessions
 */
void show_sessions(const struct iscsidsc_snapshot *snap)
{
	size_t s;

	for (s = 0; s < snap->session_count; s++)
		show_session(snap->sessions[s]);
}

/**
 * say_no_sessions - say why nothing is listed, beside the output
 */
void say_no_sessions(void)
{
	fputs("mcsadm: no session is logged in (log in with iscsiadm)\n",
	      stderr);
}

static void show_verbose(const struct iscsidsc_snapshot *snap)
{
	size_t s, c;

	for (s = 0; s < snap->session_count; s++) {
		const struct iscsidsc_session *session = snap->sessions[s];

		printf("session %" PRIu32 "\n", session->sid);
		values_text(stdout, "  ", session_values, session);
		for (c = 0; c < session->conn_count; c++) {
			printf("  conn %u\n", session->conns[c]->cid);
			values_text(stdout, "    ", conn_values,
				    session->conns[c]);
		}
	}
}

/**
 * cmd_list - list sessions and connections
 * @o: command line
 *
 * Return: exit code.
 */
int cmd_list(const struct options *o)
{
	struct iscsidsc_snapshot *snap;
	json_object *json;
	struct iscsidsc *h;
	ISDSC_STATUS status;
	int code;

	if (o->watch && o->verbose)
		return usage_error("--watch and --verbose do not go together");
	if (o->watch)
		return watch_list(o);
	if (o->interval_s || o->count)
		return usage_error("--interval and --count go with --watch");
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
	iscsidsc_close(h);
	if (code)
		return code;
	if (o->json) {
		json = json_object_new_object();
		json_object_object_add(json, "format",
				       json_object_new_int(JSON_FORMAT));
		json_object_object_add(json, "sessions", json_sessions(snap));
		json_print(json);
	} else if (o->verbose) {
		show_verbose(snap);
	} else {
		show_sessions(snap);
	}
	if (!o->json && !snap->session_count)
		say_no_sessions();
	iscsidsc_snapshot_free(snap);
	return EXIT_DONE;
}

static json_object *json_ports(const struct iscsidsc_port *ports, size_t count)
{
	json_object *json = json_object_new_object();
	json_object *list = json_object_new_array(), *one, *value;
	char text[ISCSIDSC_ADDR_TEXT_LEN];
	size_t i;

	for (i = 0; i < count; i++) {
		iscsidsc_addr_text(&ports[i].addr, 0, text, sizeof(text));
		one = json_object_new_object();
		value = json_object_new_int64(ports[i].number);
		json_object_object_add(one, "number", value);
		value = json_object_new_string(ports[i].ifname);
		json_object_object_add(one, "interface", value);
		value = json_object_new_string(text);
		json_object_object_add(one, "address", value);
		json_object_array_add(list, one);
	}
	json_object_object_add(json, "format",
			       json_object_new_int(JSON_FORMAT));
	json_object_object_add(json, "ports", list);
	return json;
}

/**
 * cmd_ports - list the local addresses with their initiator port numbers
 * @o: command line
 *
 * Return: exit code.
 */
int cmd_ports(const struct options *o)
{
	char text[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_port *ports;
	ISDSC_STATUS status;
	size_t count, i;

	status = iscsidsc_ports_get(&ports, &count);
	if (status)
		return failed(NULL, status, "cannot list local addresses");
	if (o->json) {
		json_print(json_ports(ports, count));
	} else {
		for (i = 0; i < count; i++) {
			iscsidsc_addr_text(&ports[i].addr, 0, text,
					   sizeof(text));
			printf("port %-3" PRIu32 "  %-15s  %s\n",
			       ports[i].number, ports[i].ifname, text);
		}
	}
	free(ports);
	return EXIT_DONE;
}
