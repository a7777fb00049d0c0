// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The settings that a target's sessions have, as lines "key = value" of a
 * section [session]. A key is the setting's name, a value what it is called, or
 * a number.
 */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void session_free(struct iscsidsc_saved_session *session)
{
	free((char *)session->target);
	free(session);
}

/**
 * iscsidsc_config_session_new - begin a section
 * @config: configuration
 * @target: its target, NULL if that comes later
 *
 * Return: the new one at the end of the list, or NULL.
 */
struct iscsidsc_saved_session *
iscsidsc_config_session_new(struct iscsidsc_config *config, const char *target)
{
	struct iscsidsc_saved_list *list = &config->list;
	struct iscsidsc_saved_session **sessions, *session;

	sessions = realloc(list->sessions, (list->session_count + 1) *
						   sizeof(*sessions));
	if (!sessions)
		return NULL;
	list->sessions = sessions;
	session = calloc(1, sizeof(*session));
	if (!session)
		return NULL;
	session->target = target ? strdup(target) : NULL;
	if (target && !session->target) {
		free(session);
		return NULL;
	}
	sessions[list->session_count++] = session;
	return session;
}

/**
 * iscsidsc_config_session_drop - take one off the list
 * @config: configuration
 * @index: which
 */
void iscsidsc_config_session_drop(struct iscsidsc_config *config, size_t index)
{
	struct iscsidsc_saved_list *list = &config->list;

	session_free(list->sessions[index]);
	list->session_count--;
	memmove(&list->sessions[index], &list->sessions[index + 1],
		(list->session_count - index) * sizeof(list->sessions[0]));
}

/**
 * iscsidsc_config_session_find - what is saved for a target
 * @config: configuration
 * @target: its name
 *
 * Return: its index, or the number of sessions if there is none.
 */
size_t iscsidsc_config_session_find(const struct iscsidsc_config *config,
				    const char *target)
{
	size_t i;

	for (i = 0; i < config->list.session_count; i++)
		if (config->list.sessions[i]->target &&
		    !strcmp(config->list.sessions[i]->target, target))
			break;
	return i;
}

/* Numbers where a setting's values have no names */
static int parse_value(enum iscsidsc_setting what, const char *text,
		       uint32_t *value)
{
	unsigned long long number;
	char *end;

	if (what == ISCSIDSC_SET_POLICY)
		return iscsidsc_name_value(ISCSIDSC_NAMES_POLICY, text, value);
	if (what == ISCSIDSC_SET_TARGET_CLASS)
		return iscsidsc_name_value(ISCSIDSC_NAMES_TARGET_CLASS, text,
					   value);
	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || number > UINT32_MAX)
		return -1;
	*value = (uint32_t)number;
	return 0;
}

/**
 * iscsidsc_config_session_line - take one line of the section
 * @session: section
 * @key: left of "="
 * @value: right of it
 *
 * Return: 0, ERROR_INVALID_PARAMETER for an unknown key, a wrong value or a
 * second target, or ERROR_NOT_ENOUGH_MEMORY.
 */
ISDSC_STATUS
iscsidsc_config_session_line(struct iscsidsc_saved_session *session,
			     const char *key, const char *value)
{
	uint32_t what, number;

	if (!strcmp(key, "target")) {
		if (session->target || !iscsidsc_is_target(value))
			return ERROR_INVALID_PARAMETER;
		session->target = strdup(value);
		return session->target ? ERROR_SUCCESS :
					 ERROR_NOT_ENOUGH_MEMORY;
	}
	if (iscsidsc_name_value(ISCSIDSC_NAMES_SETTING, key, &what) ||
	    parse_value(what, value, &number))
		return ERROR_INVALID_PARAMETER;
	session->mask |= 1U << what;
	session->values[what] = number;
	return ERROR_SUCCESS;
}

static void print_value(FILE *out, enum iscsidsc_setting what, uint32_t value)
{
	const char *name = iscsidsc_name(ISCSIDSC_NAMES_SETTING, what);

	if (what == ISCSIDSC_SET_POLICY)
		fprintf(out, "%s = %s\n", name,
			iscsidsc_name(ISCSIDSC_NAMES_POLICY, value));
	else if (what == ISCSIDSC_SET_TARGET_CLASS)
		fprintf(out, "%s = %s\n", name,
			iscsidsc_name(ISCSIDSC_NAMES_TARGET_CLASS, value));
	else
		fprintf(out, "%s = %" PRIu32 "\n", name, value);
}

/**
 * iscsidsc_config_session_print - write a section
 * @out: where to
 * @session: what it says
 */
void iscsidsc_config_session_print(FILE *out,
				   const struct iscsidsc_saved_session *session)
{
	uint32_t what;

	fprintf(out, "\n[session]\ntarget = %s\n", session->target);
	for (what = 0; what < ISCSIDSC_SETTINGS; what++)
		if (session->mask & 1U << what)
			print_value(out, what, session->values[what]);
}
