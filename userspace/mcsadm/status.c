// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm status: is MC/S in use, and if not, why not. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"
#include "system.h"

/**
 * struct machine - what is asked of the machine
 * @driver: which driver is in charge
 * @version: its version
 * @enabled: whether open-iscsi gets iscsi_mcs at boot
 * @offer: MaxConnections that the next login offers, 0 if it does not
 * @snap: sessions of iscsi_mcs, or NULL
 * @others: sessions of iscsi_tcp
 * @other_count: how many
 */
struct machine {
	enum driver driver;
	char version[32];
	int enabled;
	uint32_t offer;
	struct iscsidsc_snapshot *snap;
	struct driver_session *others;
	size_t other_count;
};

static int look(struct machine *m)
{
	struct iscsidsc *h;
	ISDSC_STATUS status;
	char text[16];
	int code;

	memset(m, 0, sizeof(*m));
	m->driver = driver_in_charge();
	m->enabled = system_exists(MODPROBE_CONF);
	if (m->driver == DRIVER_TCP) {
		m->other_count = driver_sessions(&m->others);
		return EXIT_DONE;
	}
	if (m->driver == DRIVER_NONE)
		return EXIT_DONE;
	system_read("/sys/module/iscsi_mcs/version", m->version,
		    sizeof(m->version));
	if (!system_read("/sys/module/iscsi_mcs/parameters/max_connections",
			 text, sizeof(text)))
		parse_u32(text, UINT32_MAX, &m->offer);
	code = open_handle(&h);
	if (code)
		return code;
	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &m->snap);
	if (status)
		code = failed(h, status, "cannot list sessions");
	iscsidsc_close(h);
	return code;
}

static const struct iscsidsc_conn *first_down(const struct iscsidsc_session *s)
{
	size_t i;

	for (i = 0; i < s->conn_count; i++)
		if (s->conns[i]->state != ISCSI_MCS_CONN_STATE_UP)
			return s->conns[i];
	return NULL;
}

/* Why a session has no more connections than it has */
static void why_text(const struct iscsidsc_session *s, char *text, size_t size)
{
	const struct iscsidsc_conn *down = first_down(s);

	if (s->state != ISCSI_MCS_SESSION_STATE_LOGGED_IN)
		snprintf(text, size, "session is %s%s%s",
			 iscsidsc_name(ISCSIDSC_NAMES_SESSION_STATE, s->state),
			 down && *down->last_error_text ? ": " : "",
			 down ? down->last_error_text : "");
	else if (down)
		snprintf(text, size, "conn %u is %s%s%s", down->cid,
			 iscsidsc_name(ISCSIDSC_NAMES_CONN_STATE, down->state),
			 *down->last_error_text ? ": " : "",
			 down->last_error_text);
	else if (s->max_connections_offered == 1)
		snprintf(text, size,
			 "MC/S was not offered when it logged in (log in again)");
	else if (s->max_connections == 1)
		snprintf(text, size,
			 "target answered MaxConnections=1 (raise it on the target, then log in again)");
	else if (s->conns_configured < s->max_connections)
		snprintf(text, size,
			 "%" PRIu32 " more possible (mcsadm auto --session %" PRIu32 ")",
			 s->max_connections - s->conns_configured, s->sid);
	else
		snprintf(text, size, "all that the target allows");
}

static json_object *json_session(const struct iscsidsc_session *s)
{
	static const struct value values[] = {
		{ "sid", VALUE_U32, offsetof(struct iscsidsc_session, sid), 0 },
		{ "target_name", VALUE_TEXT,
		  offsetof(struct iscsidsc_session, target_name), 0 },
		{ "state", VALUE_NAME, offsetof(struct iscsidsc_session, state),
		  ISCSIDSC_NAMES_SESSION_STATE },
		{ "max_connections", VALUE_U32,
		  offsetof(struct iscsidsc_session, max_connections), 0 },
		{ "max_connections_offered", VALUE_U32,
		  offsetof(struct iscsidsc_session, max_connections_offered),
		  0 },
		{ "conns_configured", VALUE_U32,
		  offsetof(struct iscsidsc_session, conns_configured), 0 },
		{ "conns_active", VALUE_U32,
		  offsetof(struct iscsidsc_session, conns_active), 0 },
		{ NULL, VALUE_U8, 0, 0 },
	};
	json_object *json = values_json(values, s);
	char why[256];

	why_text(s, why, sizeof(why));
	json_object_object_add(json, "why", json_object_new_string(why));
	return json;
}

/* The same of a session that is not ours: it has one connection */
static json_object *json_other(const struct driver_session *s)
{
	json_object *json = json_object_new_object(), *value;

	json_object_object_add(json, "sid", json_object_new_int64(s->sid));
	value = json_object_new_string(s->target);
	json_object_object_add(json, "target_name", value);
	value = json_object_new_string(s->state);
	json_object_object_add(json, "state", value);
	value = json_object_new_string("iscsi_tcp is in charge");
	json_object_object_add(json, "why", value);
	return json;
}

static void json_status(const struct machine *m)
{
	json_object *json = json_object_new_object(), *value;
	json_object *sessions = json_object_new_array();
	size_t i;

	json_object_object_add(json, "format",
			       json_object_new_int(JSON_FORMAT));
	value = json_object_new_string(driver_name(m->driver));
	json_object_object_add(json, "driver", value);
	value = json_object_new_string(m->version);
	json_object_object_add(json, "driver_version", value);
	value = json_object_new_boolean(m->enabled);
	json_object_object_add(json, "enabled", value);
	value = json_object_new_int64(m->offer);
	json_object_object_add(json, "offered_next", value);
	for (i = 0; m->snap && i < m->snap->session_count; i++)
		json_object_array_add(sessions,
				      json_session(m->snap->sessions[i]));
	for (i = 0; i < m->other_count; i++)
		json_object_array_add(sessions, json_other(&m->others[i]));
	json_object_object_add(json, "sessions", sessions);
	json_print(json);
}

static void show_driver(const struct machine *m)
{
	const char *boot = m->enabled ? "iscsi_mcs" : "iscsi_tcp";

	if (m->driver == DRIVER_NONE)
		printf("driver     none is loaded, the next login loads %s\n",
		       boot);
	else
		printf("driver     %s %s%sin charge\n", driver_name(m->driver),
		       m->version, *m->version ? " " : "");
	printf("at boot    %s%s\n", boot,
	       m->enabled ? "" : " (mcsadm enable changes that)");
	if (m->driver == DRIVER_TCP)
		printf("MC/S       no: %s\n", m->enabled ?
		       "iscsi_tcp was loaded first (log out, then mcsadm enable)" :
		       "iscsi_tcp cannot do it (mcsadm enable)");
	else if (m->driver == DRIVER_MCS && m->offer > 1)
		printf("MC/S       offered, up to %" PRIu32
		       " connections per session\n", m->offer);
	else if (m->driver == DRIVER_MCS)
		puts("MC/S       not offered: parameter max_connections is 1");
	if (m->driver != DRIVER_MCS && driver_secure_boot())
		puts("modules    signed ones only (Secure Boot), see iscsi_mcs(7)");
}

static void show_status(const struct machine *m)
{
	const struct iscsidsc_session *s;
	char why[256];
	size_t i;

	show_driver(m);
	for (i = 0; m->snap && i < m->snap->session_count; i++) {
		s = m->snap->sessions[i];
		why_text(s, why, sizeof(why));
		printf("session %-2" PRIu32 " %s  connections %" PRIu32
		       "/%" PRIu32 "%s%s\n",
		       s->sid, s->target_name, s->conns_active,
		       s->conns_configured,
		       term_width() < strlen(s->target_name) + strlen(why) + 32 ?
		       "\n           " : "  ", why);
	}
	for (i = 0; i < m->other_count; i++)
		printf("session %-2" PRIu32 " %s  one connection\n",
		       m->others[i].sid, m->others[i].target);
}

/**
 * cmd_status - say whether MC/S is in use
 * @o: command line
 *
 * Return: exit code.
 */
int cmd_status(const struct options *o)
{
	struct machine m;
	int code = look(&m);

	if (!code && o->json)
		json_status(&m);
	else if (!code)
		show_status(&m);
	if (m.snap)
		iscsidsc_snapshot_free(m.snap);
	free(m.others);
	return code;
}
