// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * mcsadm remove --persistent --portal: forget a saved connection by what it is
 * saved as. It need not be there, nor its session.
 */

#include <string.h>

#include "mcsadm.h"

/**
 * struct search - which saved connection is meant
 * @o: command line
 * @address: of the portal
 * @port: of the portal
 * @session: session it belongs to, or NULL for any
 */
struct search {
	const struct options *o;
	char address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t port;
	const struct iscsidsc_session *session;
};

static int is_meant(const struct search *search,
		    const struct iscsidsc_saved *saved)
{
	const struct iscsidsc_add *add = &saved->add;
	const struct options *o = search->o;

	return add->port == search->port &&
	       addr_text_is_same(add->address, search->address) &&
	       (!o->target || !strcmp(o->target, saved->target)) &&
	       (!search->session ||
		iscsidsc_saved_matches(saved, search->session)) &&
	       (!o->source || (add->source &&
			       addr_text_is_same(add->source, o->source))) &&
	       (!o->ifname || (add->ifname &&
			       !strcmp(add->ifname, o->ifname)));
}

static int not_one(const struct search *search,
		   const struct iscsidsc_saved_list *list, size_t found)
{
	const char *portal = search->o->portals[0];
	size_t i;

	if (!found) {
		fprintf(stderr, "mcsadm: no such connection to %s is saved (see mcsadm saved)\n",
			portal);
		return EXIT_FAILED;
	}
	fprintf(stderr, "mcsadm: %zu connections to %s are saved, ", found,
		portal);
	fprintf(stderr, "say which with --target, --session, --source or --interface:\n");
	for (i = 0; i < list->count; i++)
		if (is_meant(search, list->items[i]))
			saved_text(stderr, list->items[i]);
	return EXIT_FAILED;
}

static int forget(const struct search *search)
{
	const struct iscsidsc_saved *saved = NULL;
	struct iscsidsc_saved_list *list;
	ISDSC_STATUS status;
	size_t found = 0, i;
	int code = EXIT_DONE;

	secret_hide();
	status = iscsidsc_saved_get(&list);
	if (status)
		return failed_saved(status, "cannot read saved connections");
	for (i = 0; i < list->count; i++) {
		if (!is_meant(search, list->items[i]))
			continue;
		saved = list->items[i];
		found++;
	}
	if (found != 1) {
		code = not_one(search, list, found);
	} else {
		status = iscsidsc_saved_remove(saved);
		if (status)
			code = failed_saved(status,
					    "cannot remove saved connection to %s",
					    search->o->portals[0]);
	}
	if (!code) {
		fputs("forgot ", stdout);
		saved_text(stdout, saved);
	}
	iscsidsc_saved_free(list);
	return code;
}

static int forget_of_session(struct search *search)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	int code = open_handle(&h);

	if (code)
		return code;
	code = find_session(h, search->o->session, &snap);
	iscsidsc_close(h);
	if (code)
		return code;
	search->session = snap->sessions[0];
	code = forget(search);
	iscsidsc_snapshot_free(snap);
	return code;
}

/**
 * forget_saved - forget one saved connection; what is up stays up
 * @o: command line, with a portal
 *
 * Return: exit code.
 */
int forget_saved(const struct options *o)
{
	struct search search = { .o = o };

	if (!o->persistent || o->conn || o->portal_count > 1)
		return usage_error("remove --portal takes one, --persistent, and no --cid");
	if (parse_portal(o->portals[0], search.address, sizeof(search.address),
			 &search.port))
		return portal_error(o->portals[0]);
	return o->session ? forget_of_session(&search) : forget(&search);
}
