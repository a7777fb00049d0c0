// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm add, remove, set, policy. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"

static int take_name(const char *option, const char *text,
		     enum iscsidsc_names names, uint32_t *value)
{
	if (!iscsidsc_name_value(names, text, value))
		return EXIT_DONE;
	return name_error(option, text, names);
}

/* What --auth leaves no use for is a mistake. */
static int check_auth(const struct options *o, uint32_t auth)
{
	int in = o->chap_name_in || o->secret_in_file;
	int out = o->chap_name || o->secret_file;

	if (auth == ISCSI_MCS_AUTH_MUTUAL_CHAP)
		return EXIT_DONE;
	if (in)
		return usage_error("what the target has to prove goes with --auth mutual-chap");
	if (out && auth != ISCSI_MCS_AUTH_CHAP)
		return usage_error("--auth %s goes without name and secret",
				   o->auth);
	return EXIT_DONE;
}

/* Names and secrets for CHAP; giving any of them asks for CHAP */
static int fill_auth(const struct options *o, struct iscsidsc_add *add,
		     struct secret *secret, struct secret *secret_in)
{
	int code = EXIT_DONE;

	if (o->auth)
		code = take_name("--auth", o->auth, ISCSIDSC_NAMES_AUTH,
				 &add->auth);
	else if (o->chap_name_in || o->secret_in_file)
		add->auth = ISCSI_MCS_AUTH_MUTUAL_CHAP;
	else if (o->chap_name || o->secret_file)
		add->auth = ISCSI_MCS_AUTH_CHAP;
	if (!code && o->auth)
		code = check_auth(o, add->auth);
	if (!code && o->secret_file)
		code = secret_read(o->secret_file, secret);
	if (!code && o->secret_in_file)
		code = secret_read(o->secret_in_file, secret_in);
	if (code)
		return code;
	add->chap_name = o->chap_name;
	add->chap_name_len = o->chap_name ? strlen(o->chap_name) : 0;
	add->chap_name_in = o->chap_name_in;
	add->chap_name_in_len = o->chap_name_in ? strlen(o->chap_name_in) : 0;
	add->chap_secret = secret->len ? secret->bytes : NULL;
	add->chap_secret_len = secret->len;
	add->chap_secret_in = secret_in->len ? secret_in->bytes : NULL;
	add->chap_secret_in_len = secret_in->len;
	if ((o->chap_name && !*o->chap_name) ||
	    (o->chap_name_in && !*o->chap_name_in) ||
	    add->chap_name_len > ISCSI_MCS_CHAP_NAME_LEN ||
	    add->chap_name_in_len > ISCSI_MCS_CHAP_NAME_LEN)
		return usage_error("a name for CHAP has 1 to %d bytes",
				   ISCSI_MCS_CHAP_NAME_LEN);
	return EXIT_DONE;
}

/* Options of add that do not depend on the portal */
static int fill_add(const struct options *o, struct iscsidsc_add *add)
{
	uint32_t value;
	int code;

	iscsidsc_add_init(add);
	add->source = o->source;
	add->ifname = o->ifname;
	add->timeout_ms = o->timeout_s * 1000;
	if (o->duplicate)
		add->flags |= ISCSI_MCS_CONN_FLAGS_ALLOW_DUPLICATE;
	if (o->digest_header) {
		code = take_name("--header-digest", o->digest_header,
				 ISCSIDSC_NAMES_DIGEST, &value);
		if (code)
			return code;
		add->header_digest = (int)value;
	}
	if (o->digest_data) {
		code = take_name("--data-digest", o->digest_data,
				 ISCSIDSC_NAMES_DIGEST, &value);
		if (code)
			return code;
		add->data_digest = (int)value;
	}
	if (o->role) {
		code = take_name("--role", o->role, ISCSIDSC_NAMES_ROLE,
				 &add->role);
		if (code)
			return code;
	}
	if (o->weight && parse_u32(o->weight, UINT32_MAX, &add->weight))
		return usage_error("--weight takes 0 to %" PRIu32, UINT32_MAX);
	return EXIT_DONE;
}

/*
 * A connection that is there already is what was asked for, but not one in the
 * clear when that was IPsec.
 */
static int is_as_protected(struct iscsidsc *h, const struct iscsidsc_add *add)
{
	struct iscsidsc_addr addrs[ADDR_MAX];
	size_t n = addr_find(add->address, addrs, ADDR_MAX), i, c;
	const struct iscsidsc_session *session;
	struct iscsidsc_snapshot *snap;
	int clear = 0, found = 0;

	if (!(add->flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC) &&
	    !(add->security_flags & ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED))
		return 1;
	if (iscsidsc_snapshot_get(h, add->sid, &snap))
		return 0;
	session = snap->sessions[0];
	for (c = 0; c < session->conn_count; c++) {
		for (i = 0; i < n; i++) {
			if (session->conns[c]->remote.port != add->port ||
			    !addr_is_same(&session->conns[c]->remote, &addrs[i]))
				continue;
			found = 1;
			clear |= !(session->conns[c]->flags &
				   ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC);
		}
	}
	iscsidsc_snapshot_free(snap);
	return found && !clear;
}

/**
 * add_portal - add one connection and say so
 * @h: handle
 * @session: session
 * @add: what to add, but for its address and port
 * @portal: ADDRESS:PORT of it
 * @persistent: save it, too
 *
 * Return: exit code, EXIT_PARTLY if it was added but not saved.
 */
int add_portal(struct iscsidsc *h, const struct iscsidsc_session *session,
	       const struct iscsidsc_add *add, const char *portal,
	       int persistent)
{
	/* What one portal needs is none of the next one's. */
	struct iscsidsc_add one = *add;
	char address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	char local[ISCSIDSC_ADDR_TEXT_LEN], remote[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_conn conn;
	ISDSC_STATUS status;

	if (parse_portal(portal, address, sizeof(address), &one.port))
		return portal_error(portal);
	one.address = address;
	status = iscsidsc_conn_add(h, &one, &conn);
	if (status == ISDSC_CONNECTION_ALREADY_EXISTS &&
	    !is_as_protected(h, &one)) {
		fprintf(stderr, "mcsadm: session %" PRIu32 ": connection to %s",
			add->sid, portal);
		fputs(" exists already, and without IPsec (remove it first)\n",
		      stderr);
		return EXIT_FAILED;
	}
	if (status == ISDSC_CONNECTION_ALREADY_EXISTS) {
		printf("session %" PRIu32 ": connection to %s exists already\n",
		       add->sid, portal);
		return persistent ? persist_existing(h, session, &one) :
				    EXIT_DONE;
	}
	if (status)
		return failed(h, status,
			      "cannot add connection to session %" PRIu32 " via %s",
			      add->sid, portal);
	iscsidsc_addr_text(&conn.local, 0, local, sizeof(local));
	iscsidsc_addr_text(&conn.remote, 1, remote, sizeof(remote));
	printf("session %" PRIu32 ": added conn %u  %s -> %s%s\n", add->sid,
	       conn.cid, *local ? local : "-", *remote ? remote : portal,
	       ipsec_told(&conn));
	/* Saved without flags and key, which the library remembers. */
	if (conn.ipsec_origin != ISCSIDSC_IPSEC_NONE)
		one.flags |= ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
	return persistent ? persist_add(session, &one, &conn) : EXIT_DONE;
}

static int add_all(const struct options *o, struct iscsidsc_add *add)
{
	size_t i, results[EXIT_PARTLY + 1] = { 0 };
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	int code = open_handle(&h);

	if (code)
		return code;
	code = find_session(h, o->session, &snap);
	if (!code) {
		add->sid = snap->sessions[0]->sid;
		/* A secret without a name belongs to the initiator's. */
		if (add->chap_secret && !add->chap_name) {
			add->chap_name = snap->sessions[0]->initiator_name;
			add->chap_name_len = strlen(add->chap_name);
		}
		for (i = 0; i < o->portal_count; i++)
			results[add_portal(h, snap->sessions[0], add,
					   o->portals[i], o->persistent)]++;
		iscsidsc_snapshot_free(snap);
		if (results[EXIT_DONE] < o->portal_count)
			code = results[EXIT_DONE] || results[EXIT_PARTLY] ?
				EXIT_PARTLY : EXIT_FAILED;
	}
	iscsidsc_close(h);
	return code;
}

/**
 * cmd_add - add a connection, or several
 * @o: command line
 *
 * Return: exit code, EXIT_PARTLY if some portals worked and some did not.
 */
int cmd_add(const struct options *o)
{
	struct secret secret = { .len = 0 }, secret_in = { .len = 0 };
	char address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	struct ipsec_key key = { .len = 0 };
	struct iscsidsc_add add;
	uint16_t port;
	size_t i;
	int code;

	if (!o->session || !o->portal_count)
		return usage_error("add needs --session and --portal");
	for (i = 0; i < o->portal_count; i++)
		if (parse_portal(o->portals[i], address, sizeof(address),
				 &port))
			return portal_error(o->portals[i]);
	code = fill_add(o, &add);
	if (!code)
		code = fill_auth(o, &add, &secret, &secret_in);
	if (!code)
		code = ipsec_fill(o, &add, &key);
	if (!code)
		code = add_all(o, &add);
	explicit_bzero(&key, sizeof(key));
	secret_wipe(&secret);
	secret_wipe(&secret_in);
	return code;
}

/* Whether the word can name a connection, before the kernel is asked */
static int check_conn(const struct options *o)
{
	ISCSI_UNIQUE_CONNECTION_ID id;
	uint32_t number;

	if (o->conn_kind == 'u' ? iscsidsc_id_parse(o->conn, &id) :
	    parse_u32(o->conn, o->conn_kind == 'c' ? UINT16_MAX : UINT32_MAX,
		      &number))
		return usage_error("'%s' is no connection, give a number that mcsadm list shows",
				   o->conn);
	return EXIT_DONE;
}

static const struct iscsidsc_conn *
find_conn(const struct iscsidsc_session *session, const struct options *o)
{
	ISCSI_UNIQUE_CONNECTION_ID id;
	uint32_t number = 0;
	size_t i;

	if (o->conn_kind == 'u')
		iscsidsc_id_parse(o->conn, &id);
	else
		parse_u32(o->conn, UINT32_MAX, &number);
	for (i = 0; i < session->conn_count; i++) {
		const struct iscsidsc_conn *c = session->conns[i];

		if ((o->conn_kind == 'c' && c->cid == number) ||
		    (o->conn_kind == 'i' && c->id == number) ||
		    (o->conn_kind == 'u' &&
		     !memcmp(&c->unique_id, &id, sizeof(id))))
			return c;
	}
	return NULL;
}

static int remove_from(struct iscsidsc *h,
		       const struct iscsidsc_session *session,
		       const struct options *o)
{
	const struct iscsidsc_conn *conn;
	ISDSC_STATUS status;

	conn = find_conn(session, o);
	if (!conn && o->persistent) {
		fprintf(stderr, "mcsadm: session %" PRIu32
			" has no conn %s, nothing is forgotten (give --portal, as mcsadm saved shows it, in place of --cid)\n",
			session->sid, o->conn);
		return EXIT_PARTLY;
	}
	if (!conn) {
		printf("session %" PRIu32 ": has no conn %s, nothing to do\n",
		       session->sid, o->conn);
		return EXIT_DONE;
	}
	status = iscsidsc_conn_remove(h, session->sid, conn->id);
	if (status)
		return failed(h, status,
			      "cannot remove conn %u of session %" PRIu32,
			      conn->cid, session->sid);
	printf("session %" PRIu32 ": removed conn %u\n", session->sid,
	       conn->cid);
	return persist_remove(session, conn, o->persistent);
}

/**
 * cmd_remove - remove a connection, or forget one that is saved
 * @o: command line
 *
 * Return: exit code.
 */
int cmd_remove(const struct options *o)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	int code;

	if (o->portal_count)
		return forget_saved(o);
	if (o->target || o->source || o->ifname)
		return usage_error("--target, --source and --interface go with remove --portal");
	if (!o->session || !o->conn)
		return usage_error("remove needs --session and --cid, or --persistent --portal");
	code = check_conn(o);
	if (!code)
		code = open_handle(&h);
	if (code)
		return code;
	code = find_session(h, o->session, &snap);
	if (!code) {
		code = remove_from(h, snap->sessions[0], o);
		iscsidsc_snapshot_free(snap);
	}
	iscsidsc_close(h);
	return code;
}

/* What set changes, read from the command line */
struct changes {
	uint32_t role;
	uint32_t weight;
	int has_role;
	int has_weight;
};

static int set_conn(struct iscsidsc *h, const struct iscsidsc_session *session,
		    const struct options *o, const struct changes *want)
{
	const struct iscsidsc_conn *conn = find_conn(session, o);
	int role = want->has_role, weight = want->has_weight;
	ISDSC_STATUS status = ERROR_SUCCESS;

	if (!conn)
		status = ISDSC_INVALID_CONNECTION_ID;
	if (!status && role)
		status = iscsidsc_conn_set(h, session->sid, conn->id,
					   ISCSIDSC_SET_ROLE, want->role);
	/* What was done so far is done. */
	role &= !status;
	if (!status && weight)
		status = iscsidsc_conn_set(h, session->sid, conn->id,
					   ISCSIDSC_SET_WEIGHT, want->weight);
	weight &= !status;
	if (role || weight)
		printf("session %" PRIu32 ": conn %u", session->sid, conn->cid);
	if (role)
		printf("  role %s", o->role);
	if (weight)
		printf("  weight %" PRIu32, want->weight);
	if (role || weight)
		putchar('\n');
	if (!status)
		return EXIT_DONE;
	failed(h, status, "cannot change %sconn %s of session %" PRIu32,
	       role ? "weight of " : "", o->conn, session->sid);
	return role ? EXIT_PARTLY : EXIT_FAILED;
}

/**
 * cmd_set - change what a connection is used for
 * @o: command line
 *
 * Return: exit code, EXIT_PARTLY if the role was changed and the weight was not.
 */
int cmd_set(const struct options *o)
{
	struct changes want = { .has_role = !!o->role,
				.has_weight = !!o->weight };
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	int code;

	if (!o->session || !o->conn || (!o->role && !o->weight))
		return usage_error("set needs --session, --cid, and --role or --weight");
	if (o->role) {
		code = take_name("--role", o->role, ISCSIDSC_NAMES_ROLE,
				 &want.role);
		if (code)
			return code;
	}
	if (o->weight && parse_u32(o->weight, UINT32_MAX, &want.weight))
		return usage_error("--weight takes 0 to %" PRIu32, UINT32_MAX);
	code = check_conn(o);
	if (!code)
		code = open_handle(&h);
	if (code)
		return code;
	code = find_session(h, o->session, &snap);
	if (!code) {
		code = set_conn(h, snap->sessions[0], o, &want);
		iscsidsc_snapshot_free(snap);
	}
	iscsidsc_close(h);
	return code;
}

static int set_policy(struct iscsidsc *h,
		      const struct iscsidsc_session *session, const char *name)
{
	ISDSC_STATUS status;
	uint32_t policy;

	if (iscsidsc_name_value(ISCSIDSC_NAMES_POLICY, name, &policy))
		return name_error("policy", name, ISCSIDSC_NAMES_POLICY);
	if (session->policy == policy) {
		printf("session %" PRIu32 ": policy is %s already\n",
		       session->sid, name);
		return EXIT_DONE;
	}
	status = iscsidsc_session_set(h, session->sid, ISCSIDSC_SET_POLICY,
				      policy);
	if (status)
		return failed(h, status,
			      "cannot set policy of session %" PRIu32,
			      session->sid);
	printf("session %" PRIu32 ": policy %s\n", session->sid, name);
	return EXIT_DONE;
}

/**
 * cmd_policy - choose how commands are spread
 * @o: command line
 *
 * Return: exit code.
 */
int cmd_policy(const struct options *o)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	uint32_t policy;
	int code;

	if (!o->session || o->argc != 1)
		return usage_error("policy needs --session and one name");
	if (iscsidsc_name_value(ISCSIDSC_NAMES_POLICY, o->argv[0], &policy))
		return name_error("policy", o->argv[0], ISCSIDSC_NAMES_POLICY);
	code = open_handle(&h);
	if (code)
		return code;
	code = find_session(h, o->session, &snap);
	if (!code) {
		code = set_policy(h, snap->sessions[0], o->argv[0]);
		if (!code && o->persistent &&
		    save_setting(snap->sessions[0]->target_name,
				 ISCSIDSC_SET_POLICY, policy))
			code = EXIT_PARTLY;
		iscsidsc_snapshot_free(snap);
	}
	iscsidsc_close(h);
	return code;
}
