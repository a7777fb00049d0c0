// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* What is saved: add and remove --persistent, saved. */

#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"
#include "setting.h"

static const struct iscsidsc_conn *
leading(const struct iscsidsc_session *session)
{
	size_t i;

	for (i = 0; i < session->conn_count; i++)
		if (session->conns[i]->leading)
			return session->conns[i];
	return NULL;
}

/**
 * persist_add - save a connection that was added
 * @session: its session, as it was before
 * @add: what was asked for
 * @conn: what came of it; its address is saved, not the name it was found by
 *
 * Return: EXIT_DONE, or EXIT_PARTLY after saying why not.
 */
int persist_add(const struct iscsidsc_session *session,
		const struct iscsidsc_add *add,
		const struct iscsidsc_conn *conn)
{
	char lead[ISCSIDSC_ADDR_TEXT_LEN], remote[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_saved saved = { .target = session->target_name,
					.add = *add };
	const struct iscsidsc_conn *first = leading(session);
	ISDSC_STATUS status;

	if (first && iscsidsc_addr_text(&first->remote, 1, lead, sizeof(lead)))
		saved.leading = lead;
	if (conn && iscsidsc_addr_text(&conn->remote, 0, remote,
				       sizeof(remote)))
		saved.add.address = remote;
	status = iscsidsc_saved_add(&saved);
	if (!status)
		return EXIT_DONE;
	failed_saved(status,
		     "connection of session %" PRIu32 " works, but is not saved",
		     session->sid);
	return EXIT_PARTLY;
}

static uint32_t index_of(const char *ifname)
{
	return ifname ? if_nametoindex(ifname) : 0;
}

/* Is it the one that the kernel took a request for? */
static int is_asked_for(const struct iscsidsc_conn *conn,
			const struct iscsidsc_add *add,
			const struct iscsidsc_addr *remote)
{
	static const struct iscsidsc_addr none = { 0 };

	return addr_is_same(&conn->remote, remote) &&
	       conn->remote.port == add->port &&
	       conn->ifindex == index_of(add->ifname) &&
	       (add->source ? addr_is(&conn->source, add->source) :
		conn->flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC ||
		addr_is_same(&conn->source, &none));
}

static const struct iscsidsc_conn *
find_asked_for(const struct iscsidsc_session *session,
	       const struct iscsidsc_add *add)
{
	struct iscsidsc_addr addrs[ADDR_MAX];
	size_t n = addr_find(add->address, addrs, ADDR_MAX), i, c;

	for (i = 0; i < n; i++)
		for (c = 0; c < session->conn_count; c++)
			if (is_asked_for(session->conns[c], add, &addrs[i]))
				return session->conns[c];
	return NULL;
}

/**
 * persist_existing - save a connection that was there already
 * @h: handle
 * @session: its session
 * @add: what was asked for, perhaps with a name
 *
 * Return: EXIT_DONE, or EXIT_PARTLY after saying why not.
 */
int persist_existing(struct iscsidsc *h, const struct iscsidsc_session *session,
		     const struct iscsidsc_add *add)
{
	const struct iscsidsc_conn *conn;
	struct iscsidsc_add one = *add;
	struct iscsidsc_snapshot *snap;
	int code;

	/* It may have been added a moment ago. */
	if (iscsidsc_snapshot_get(h, session->sid, &snap))
		return persist_add(session, add, NULL);
	conn = find_asked_for(snap->sessions[0], add);
	if (conn)
		one.flags |= conn->flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
	code = persist_add(session, &one, conn);
	iscsidsc_snapshot_free(snap);
	return code;
}

/*
 * Does a saved connection stand for one of a session? With IPsec the library
 * chooses the source where none was given, and it is not saved.
 */
static int is_saved_as(const struct iscsidsc_saved *s,
		       const struct iscsidsc_session *session,
		       const struct iscsidsc_conn *conn, int any_source)
{
	static const struct iscsidsc_addr none = { 0 };

	if (!iscsidsc_saved_matches(s, session) ||
	    s->add.port != conn->remote.port ||
	    conn->ifindex != index_of(s->add.ifname) ||
	    !addr_is_of(&conn->remote, s->add.address))
		return 0;
	if (s->add.source)
		return addr_is(&conn->source, s->add.source);
	return any_source || addr_is_same(&conn->source, &none);
}

/* The saved connection that stands for one of a session, or NULL */
static const struct iscsidsc_saved *
find_saved(const struct iscsidsc_saved_list *list,
	   const struct iscsidsc_session *session,
	   const struct iscsidsc_conn *conn)
{
	int ipsec = conn->flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
	const struct iscsidsc_saved *found = NULL;
	size_t i;

	for (i = 0; i < list->count; i++) {
		/* One that names the source comes first. */
		if (is_saved_as(list->items[i], session, conn, 0))
			return list->items[i];
		if (!found && ipsec &&
		    is_saved_as(list->items[i], session, conn, 1))
			found = list->items[i];
	}
	return found;
}

/**
 * persist_remove - save a connection that was removed no more
 * @session: its session, as it was before
 * @conn: connection
 * @forget: do so; else only say that it is saved
 *
 * Return: EXIT_DONE, or EXIT_PARTLY after saying why not.
 */
int persist_remove(const struct iscsidsc_session *session,
		   const struct iscsidsc_conn *conn, int forget)
{
	struct iscsidsc_saved_list *list;
	const struct iscsidsc_saved *saved;
	ISDSC_STATUS status;
	int is_saved;

	status = iscsidsc_saved_get(&list);
	if (status) {
		/* Somebody who does not ask for it need not be root. */
		if (!forget)
			return EXIT_DONE;
		failed_saved(status, "cannot read saved connections");
		return EXIT_PARTLY;
	}
	saved = find_saved(list, session, conn);
	is_saved = !!saved;
	if (saved && forget)
		status = iscsidsc_saved_remove(saved);
	else if (saved)
		printf("session %" PRIu32
		       ": conn %u stays saved, remove --persistent forgets it\n",
		       session->sid, conn->cid);
	iscsidsc_saved_free(list);
	if (status)
		failed_saved(status, "connection is removed, but stays saved");
	else if (forget && !is_saved)
		fputs("mcsadm: connection is removed, but was not saved (see mcsadm saved)\n",
		      stderr);
	return status || (forget && !is_saved) ? EXIT_PARTLY : EXIT_DONE;
}

static json_object *json_saved(const struct iscsidsc_saved *saved)
{
	json_object *json = json_object_new_object(), *value;

	value = json_object_new_string(saved->target);
	json_object_object_add(json, "target_name", value);
	value = saved->leading ? json_object_new_string(saved->leading) : NULL;
	json_object_object_add(json, "leading", value);
	value = json_object_new_string(saved->add.address);
	json_object_object_add(json, "address", value);
	value = json_object_new_int(saved->add.port);
	json_object_object_add(json, "port", value);
	value = saved->add.source ? json_object_new_string(saved->add.source) :
				    NULL;
	json_object_object_add(json, "source", value);
	value = saved->add.ifname ? json_object_new_string(saved->add.ifname) :
				    NULL;
	json_object_object_add(json, "interface", value);
	value = json_object_new_string(iscsidsc_name(ISCSIDSC_NAMES_AUTH,
						     saved->add.auth));
	json_object_object_add(json, "auth", value);
	return json;
}

/**
 * saved_text - write a saved connection, without its secrets
 * @out: where to
 * @saved: connection
 */
void saved_text(FILE *out, const struct iscsidsc_saved *saved)
{
	/* IPv6 addresses in brackets, for the port behind them */
	int v6 = strchr(saved->add.address, ':') && *saved->add.address != '[';

	fprintf(out, "%s  %s -> %s%s%s:%u%s%s%s%s\n", saved->target,
		saved->add.source ? saved->add.source : "-", v6 ? "[" : "",
		saved->add.address, v6 ? "]" : "", saved->add.port,
		saved->leading ? "  leading " : "",
		saved->leading ? saved->leading : "",
		saved->add.ifname ? "  interface " : "",
		saved->add.ifname ? saved->add.ifname : "");
}

static void settings_text(const struct iscsidsc_saved_session *saved)
{
	const struct setting *s;
	size_t i;

	fputs(saved->target, stdout);
	for (i = 0; (s = setting_at(i)); i++) {
		if (!(saved->mask & 1U << s->what))
			continue;
		fputs("  ", stdout);
		setting_print(s, saved->values[s->what]);
	}
	putchar('\n');
}

/* Keys as those of a session */
static json_object *json_settings(const struct iscsidsc_saved_session *saved)
{
	json_object *json = json_object_new_object(), *value;
	const struct setting *s;
	const char *name;
	size_t i;

	value = json_object_new_string(saved->target);
	json_object_object_add(json, "target_name", value);
	for (i = 0; (s = setting_at(i)); i++) {
		if (!(saved->mask & 1U << s->what))
			continue;
		name = setting_value_name(s, saved->values[s->what]);
		value = name ? json_object_new_string(name) :
			       json_object_new_int64(saved->values[s->what]);
		json_object_object_add(json, s->key, value);
	}
	return json;
}

static void show_saved(const struct iscsidsc_saved_list *list)
{
	size_t i;

	for (i = 0; i < list->session_count; i++)
		settings_text(list->sessions[i]);
	for (i = 0; i < list->count; i++)
		saved_text(stdout, list->items[i]);
}

static void show_saved_json(const struct iscsidsc_saved_list *list)
{
	json_object *json = json_object_new_object();
	json_object *conns = json_object_new_array();
	json_object *settings = json_object_new_array();
	size_t i;

	json_object_object_add(json, "format",
			       json_object_new_int(JSON_FORMAT));
	json_object_object_add(json, "saved", conns);
	json_object_object_add(json, "settings", settings);
	for (i = 0; i < list->count; i++)
		json_object_array_add(conns, json_saved(list->items[i]));
	for (i = 0; i < list->session_count; i++)
		json_object_array_add(settings,
				      json_settings(list->sessions[i]));
	json_print(json);
}

/**
 * cmd_saved - list what is saved, without secrets
 * @o: command line
 *
 * Return: exit code.
 */
int cmd_saved(const struct options *o)
{
	struct iscsidsc_saved_list *list;
	ISDSC_STATUS status;

	secret_hide();
	status = iscsidsc_saved_get(&list);
	if (status)
		return failed_saved(status, "cannot read saved connections");
	if (o->json)
		show_saved_json(list);
	else
		show_saved(list);
	iscsidsc_saved_free(list);
	return EXIT_DONE;
}
