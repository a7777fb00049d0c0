// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Saved connections: those a session gets again when it is logged in again. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/**
 * iscsidsc_saved_get - read the saved connections and settings
 * @list: set to them; to be freed with iscsidsc_saved_free()
 *
 * Return: 0, ERROR_ACCESS_DENIED, ISDSC_CACHE_CORRUPTED or another status.
 */
ISDSC_STATUS iscsidsc_saved_get(struct iscsidsc_saved_list **list)
{
	struct iscsidsc_config *config = calloc(1, sizeof(*config));
	ISDSC_STATUS status;

	if (!config)
		return ERROR_NOT_ENOUGH_MEMORY;
	status = iscsidsc_config_read(config);
	if (status) {
		free(config);
		return status;
	}
	*list = &config->list;
	return ERROR_SUCCESS;
}

/**
 * iscsidsc_saved_free - free what iscsidsc_saved_get() returned
 * @list: it, or NULL
 */
void iscsidsc_saved_free(struct iscsidsc_saved_list *list)
{
	struct iscsidsc_config *config;

	if (!list)
		return;
	/* The list is the first member. */
	config = (struct iscsidsc_config *)list;
	iscsidsc_config_clear(config);
	free(config);
}

/**
 * iscsidsc_saved_detail - what is wrong with the file, in words
 * @text: filled in; empty if it can be read
 * @size: size of @text
 *
 * For when one of the calls about saved connections has failed.
 */
void iscsidsc_saved_detail(char *text, size_t size)
{
	struct iscsidsc_config config;

	iscsidsc_config_read(&config);
	if (size)
		*text = '\0';
	errno = config.error;
	if (config.error)
		snprintf(text, size, "%s: %m", iscsidsc_host_default()->config);
	else if (config.bad_line)
		snprintf(text, size,
			 "line %u of the file of saved connections is not understood",
			 config.bad_line);
	else if (config.incomplete)
		snprintf(text, size,
			 "connection %u in the file of saved connections has no target or no address",
			 config.incomplete);
	else if (config.nameless)
		snprintf(text, size,
			 "session %u in the file of saved connections has no target, or one that was there before",
			 config.nameless);
	iscsidsc_config_clear(&config);
}

static int same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* As the library writes it: an address has one form, a name stays */
static const char *canonical(const char *text, char room[ISCSIDSC_ADDR_TEXT_LEN])
{
	struct iscsidsc_addr addr;

	if (!text || iscsidsc_numeric(text, &addr) ||
	    !iscsidsc_addr_text(&addr, 0, room, ISCSIDSC_ADDR_TEXT_LEN))
		return text;
	return room;
}

/* The same of "ADDRESS:PORT" */
static const char *canonical_portal(const char *text,
				    char room[ISCSIDSC_ADDR_TEXT_LEN])
{
	char address[ISCSIDSC_ADDR_TEXT_LEN];
	const char *colon = text ? strrchr(text, ':') : NULL;
	struct iscsidsc_addr addr;
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (!len || len >= sizeof(address))
		return text;
	memcpy(address, text, len);
	address[len] = '\0';
	if (iscsidsc_numeric(address, &addr))
		return text;
	addr.port = (uint16_t)atoi(colon + 1);
	iscsidsc_addr_text(&addr, 1, room, ISCSIDSC_ADDR_TEXT_LEN);
	return room;
}

static int same_address(const char *a, const char *b)
{
	char room_a[ISCSIDSC_ADDR_TEXT_LEN], room_b[ISCSIDSC_ADDR_TEXT_LEN];

	return same_text(canonical(a, room_a), canonical(b, room_b));
}

static int same_portal(const char *a, const char *b)
{
	char room_a[ISCSIDSC_ADDR_TEXT_LEN], room_b[ISCSIDSC_ADDR_TEXT_LEN];

	return same_text(canonical_portal(a, room_a),
			 canonical_portal(b, room_b));
}

/* Two that would be one connection */
static int same(const struct iscsidsc_saved *a, const struct iscsidsc_saved *b)
{
	return same_text(a->target, b->target) &&
	       same_portal(a->leading, b->leading) &&
	       same_address(a->add.address, b->add.address) &&
	       same_address(a->add.source, b->add.source) &&
	       same_text(a->add.ifname, b->add.ifname) &&
	       a->add.port == b->add.port;
}

/* The file has lines of 4096 bytes; no name that exists comes near */
#define TEXT_MAX	1024

/* Nothing of ours may look like another line of the file, or be cut off there */
static int clean(const char *text)
{
	return !text || (!strpbrk(text, "\r\n") && strlen(text) <= TEXT_MAX);
}

static ISDSC_STATUS check(const struct iscsidsc_saved *s)
{
	if (!iscsidsc_is_target(s->target) || !s->add.address || !*s->add.address ||
	    s->add.size != sizeof(s->add) || !s->add.port ||
	    !clean(s->leading) || !clean(s->add.address) ||
	    !clean(s->add.source) || !clean(s->add.ifname) ||
	    !clean(s->add.symbolic_name))
		return ERROR_INVALID_PARAMETER;
	return ERROR_SUCCESS;
}

static ISDSC_STATUS append(struct iscsidsc_config *config,
			   const struct iscsidsc_saved *saved)
{
	char address[ISCSIDSC_ADDR_TEXT_LEN], source[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_saved plain = *saved;

	plain.add.address = canonical(saved->add.address, address);
	plain.add.source = canonical(saved->add.source, source);
	return iscsidsc_config_append(config, &plain);
}

/* Replace in the file what equals @saved by @saved, or by nothing */
static ISDSC_STATUS change(const struct iscsidsc_saved *saved, int keep)
{
	struct iscsidsc_config config;
	ISDSC_STATUS status = check(saved);
	size_t i, before;
	int lock;

	if (status)
		return status;
	status = iscsidsc_config_lock(&lock);
	if (status)
		return status;
	status = iscsidsc_config_read(&config);
	if (status)
		goto err_unlock;
	before = config.list.count;
	for (i = config.list.count; i--;)
		if (same(config.list.items[i], saved))
			iscsidsc_config_drop(&config, i);
	if (keep)
		status = append(&config, saved);
	else if (config.list.count == before)
		status = ISDSC_INVALID_CONNECTION_ID;
	if (!status)
		status = iscsidsc_config_write(&config);
	iscsidsc_config_clear(&config);
err_unlock:
	iscsidsc_config_unlock(lock);
	return status;
}

/**
 * iscsidsc_saved_add - save a connection, instead of an equal one if there is
 * @saved: connection; addresses are saved in the form the library writes
 *
 * Return: 0, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED,
 * ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA or another status.
 */
ISDSC_STATUS iscsidsc_saved_add(const struct iscsidsc_saved *saved)
{
	return change(saved, 1);
}

/**
 * iscsidsc_saved_remove - save a connection no more
 * @saved: target, leading, address, port, source and interface say which
 *
 * Return: 0, ISDSC_INVALID_CONNECTION_ID if it was not saved, or another
 * status.
 */
ISDSC_STATUS iscsidsc_saved_remove(const struct iscsidsc_saved *saved)
{
	return change(saved, 0);
}

/**
 * iscsidsc_saved_matches - does a saved connection belong to a session
 * @saved: connection
 * @session: session
 *
 * Return: 1 if target and, if it is given, leading portal agree; else 0.
 */
int iscsidsc_saved_matches(const struct iscsidsc_saved *saved,
			   const struct iscsidsc_session *session)
{
	char text[ISCSIDSC_ADDR_TEXT_LEN];
	size_t i;

	if (strcmp(saved->target, session->target_name))
		return 0;
	if (!saved->leading)
		return 1;
	for (i = 0; i < session->conn_count; i++) {
		if (!session->conns[i]->leading)
			continue;
		iscsidsc_addr_text(&session->conns[i]->remote, 1, text,
				   sizeof(text));
		return same_portal(text, saved->leading);
	}
	/* The leading connection was removed; the target has to do. */
	return 1;
}
