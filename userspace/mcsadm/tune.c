// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm tune: how losses are noticed and dealt with, and large requests cut. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"

/**
 * struct tunable - a setting of a session
 * @name: as on the command line
 * @what: as in the library
 * @min: smallest value
 * @max: largest value; with names those instead
 * @unit: of both
 * @names: names of its values, if it has any
 * @has_names: it has
 */
struct tunable {
	const char *name;
	enum iscsidsc_setting what;
	uint32_t min;
	uint32_t max;
	const char *unit;
	enum iscsidsc_names names;
	int has_names;
};

#define DAY_MS	86400000U

static const struct tunable tunables[] = {
	{ "silence-timeout", ISCSIDSC_SET_SILENCE_TIMEOUT_MS, 500, DAY_MS,
	  "ms", ISCSIDSC_NAMES_POLICY, 0 },
	{ "nop-interval", ISCSIDSC_SET_NOP_INTERVAL_MS, 0, DAY_MS,
	  "ms", ISCSIDSC_NAMES_POLICY, 0 },
	{ "nop-timeout", ISCSIDSC_SET_NOP_TIMEOUT_MS, 0, DAY_MS,
	  "ms", ISCSIDSC_NAMES_POLICY, 0 },
	{ "login-timeout", ISCSIDSC_SET_LOGIN_TIMEOUT_MS, 1, 600000,
	  "ms", ISCSIDSC_NAMES_POLICY, 0 },
	{ "stream-split", ISCSIDSC_SET_STREAM_SPLIT_KIB, 0, 16384,
	  "KiB", ISCSIDSC_NAMES_POLICY, 0 },
	{ "target-class", ISCSIDSC_SET_TARGET_CLASS, 0, 0,
	  "", ISCSIDSC_NAMES_TARGET_CLASS, 1 },
};

/* Return: the setting that "NAME=..." begins with, or NULL */
static const struct tunable *find_tunable(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tunables); i++) {
		if (strlen(tunables[i].name) == len &&
		    !memcmp(tunables[i].name, word, len))
			return &tunables[i];
	}
	return NULL;
}

/**
 * tune_name - a setting, for completion
 * @i: which, from 0
 *
 * Return: its name, or NULL behind the last one.
 */
const char *tune_name(size_t i)
{
	return i < ARRAY_SIZE(tunables) ? tunables[i].name : NULL;
}

static int unknown_tunable(const char *word, size_t len)
{
	size_t i;

	fprintf(stderr, "mcsadm: '%.*s' is no setting, there are", (int)len,
		word);
	for (i = 0; i < ARRAY_SIZE(tunables); i++)
		fprintf(stderr, "%s %s", i ? "," : "", tunables[i].name);
	fputs("; see mcsadm --help\n", stderr);
	return EXIT_USAGE;
}

static int parse_setting(const char *word, const struct tunable **tunable,
			 uint32_t *value)
{
	const char *text = strchr(word, '=');
	const struct tunable *t;

	if (!text)
		return usage_error("'%s' is not NAME=VALUE", word);
	t = find_tunable(word, text - word);
	if (!t)
		return unknown_tunable(word, text - word);
	text++;
	*tunable = t;
	if (t->has_names) {
		if (!iscsidsc_name_value(t->names, text, value))
			return EXIT_DONE;
		return name_error(t->name, text, t->names);
	}
	if (!parse_u32(text, t->max, value) && *value >= t->min)
		return EXIT_DONE;
	return usage_error("%s takes %" PRIu32 " to %" PRIu32 " %s", t->name,
			   t->min, t->max, t->unit);
}

/* All of them are looked at before any of them is sent. */
static int check_settings(const struct options *o)
{
	const struct tunable *t;
	uint32_t value;
	int code, i;

	for (i = 0; i < o->argc; i++) {
		code = parse_setting(o->argv[i], &t, &value);
		if (code)
			return code;
	}
	return EXIT_DONE;
}

static int tune_session(struct iscsidsc *h, uint32_t sid,
			const struct options *o)
{
	const struct tunable *t;
	ISDSC_STATUS status;
	uint32_t value;
	int i;

	for (i = 0; i < o->argc; i++) {
		if (parse_setting(o->argv[i], &t, &value))
			return EXIT_USAGE;
		status = iscsidsc_session_set(h, sid, t->what, value);
		if (status) {
			failed(h, status, "cannot set %s of session %" PRIu32,
			       t->name, sid);
			return i ? EXIT_PARTLY : EXIT_FAILED;
		}
		printf("session %" PRIu32 ": %s\n", sid, o->argv[i]);
	}
	return EXIT_DONE;
}

/**
 * cmd_tune - change how losses of a session are noticed and dealt with, and how
 *	large its commands are
 * @o: command line
 *
 * Return: exit code, EXIT_PARTLY if some settings were changed and one was not.
 */
int cmd_tune(const struct options *o)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	int code;

	if (!o->session || !o->argc)
		return usage_error("tune needs --session and NAME=VALUE");
	code = check_settings(o);
	if (!code)
		code = open_handle(&h);
	if (code)
		return code;
	code = find_session(h, o->session, &snap);
	if (!code) {
		code = tune_session(h, snap->sessions[0]->sid, o);
		iscsidsc_snapshot_free(snap);
	}
	iscsidsc_close(h);
	return code;
}
