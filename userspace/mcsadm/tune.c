// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm tune: settings of a session, also those that are saved for its target. */

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
	{ "policy", ISCSIDSC_SET_POLICY, 0, 0, "", ISCSIDSC_NAMES_POLICY, 1 },
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

/**
 * setting_name - what a setting's value is called
 * @what: setting
 * @value: its value
 *
 * Return: text, NULL for a setting whose values are numbers.
 */
const char *setting_name(enum iscsidsc_setting what, uint32_t value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tunables); i++)
		if (tunables[i].what == what && tunables[i].has_names)
			return iscsidsc_name(tunables[i].names, value);
	return NULL;
}

/**
 * setting_text - print a setting as it is given to mcsadm tune
 * @what: setting
 * @value: its value
 */
void setting_text(enum iscsidsc_setting what, uint32_t value)
{
	const char *name = setting_name(what, value);

	printf("%s=", iscsidsc_name(ISCSIDSC_NAMES_SETTING, what));
	if (name)
		fputs(name, stdout);
	else
		printf("%" PRIu32, value);
}

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

/**
 * struct setting - one word of the command line
 * @t: what is set
 * @value: to what
 * @forget: nothing is; it is saved no more
 */
struct setting {
	const struct tunable *t;
	uint32_t value;
	int forget;
};

static int parse_setting(const struct options *o, int i, struct setting *s)
{
	const char *word = o->argv[i], *text = strchr(word, '=');
	const struct tunable *t;

	if (!text)
		return usage_error("'%s' is not NAME=VALUE", word);
	t = find_tunable(word, text - word);
	if (!t)
		return unknown_tunable(word, text - word);
	text++;
	s->t = t;
	s->forget = !*text && o->persistent;
	if (s->forget)
		return EXIT_DONE;
	if (t->has_names) {
		if (!iscsidsc_name_value(t->names, text, &s->value))
			return EXIT_DONE;
		return name_error(t->name, text, t->names);
	}
	if (!parse_u32(text, t->max, &s->value) && s->value >= t->min)
		return EXIT_DONE;
	return usage_error("%s takes %" PRIu32 " to %" PRIu32 " %s", t->name,
			   t->min, t->max, t->unit);
}

/* All of them are looked at before any of them is sent. */
static int check_settings(const struct options *o)
{
	struct setting setting;
	int code, i;

	for (i = 0; i < o->argc; i++) {
		code = parse_setting(o, i, &setting);
		if (code)
			return code;
	}
	return EXIT_DONE;
}

static int tune_session(struct iscsidsc *h, uint32_t sid,
			const struct options *o, int *tuned)
{
	struct setting s;
	ISDSC_STATUS status;
	int i;

	for (i = 0; i < o->argc; i++) {
		if (parse_setting(o, i, &s))
			return EXIT_USAGE;
		if (s.forget)
			continue;
		status = iscsidsc_session_set(h, sid, s.t->what, s.value);
		if (status) {
			failed(h, status, "cannot set %s of session %" PRIu32,
			       s.t->name, sid);
			return *tuned ? EXIT_PARTLY : EXIT_FAILED;
		}
		*tuned = 1;
		printf("session %" PRIu32 ": %s\n", sid, o->argv[i]);
	}
	return EXIT_DONE;
}

static int is_saved(const char *target, enum iscsidsc_setting what)
{
	struct iscsidsc_saved_list *list;
	int found = 0;
	size_t i;

	/* Why it cannot be read is said when it is to be changed. */
	if (iscsidsc_saved_get(&list))
		return 1;
	for (i = 0; i < list->session_count; i++)
		found |= !strcmp(list->sessions[i]->target, target) &&
			 list->sessions[i]->mask & 1U << what;
	iscsidsc_saved_free(list);
	return found;
}

/**
 * save_setting - save a setting for the sessions of a target
 * @target: its iSCSI name
 * @what: which
 * @value: its value
 *
 * Return: exit code.
 */
int save_setting(const char *target, enum iscsidsc_setting what, uint32_t value)
{
	const char *name = iscsidsc_name(ISCSIDSC_NAMES_SETTING, what);
	ISDSC_STATUS status = iscsidsc_saved_set(target, what, value);

	if (status)
		return failed_saved(status, "cannot save %s for %s", name,
				    target);
	printf("saved %s for %s\n", name, target);
	return EXIT_DONE;
}

static int forget_setting(const char *target, enum iscsidsc_setting what)
{
	const char *name = iscsidsc_name(ISCSIDSC_NAMES_SETTING, what);
	ISDSC_STATUS status;

	if (!is_saved(target, what)) {
		fprintf(stderr, "mcsadm: no %s is saved for %s (see mcsadm saved)\n",
			name, target);
		return EXIT_FAILED;
	}
	status = iscsidsc_saved_unset(target, what);
	if (status)
		return failed_saved(status, "cannot forget %s of %s", name,
				    target);
	printf("forgot %s of %s\n", name, target);
	return EXIT_DONE;
}

/* For all sessions of the target from now on */
static int save_settings(const char *target, const struct options *o)
{
	int code = EXIT_DONE, done = 0, i;
	struct setting s;

	secret_hide();
	for (i = 0; i < o->argc && !code; i++) {
		code = parse_setting(o, i, &s);
		if (!code)
			code = s.forget ?
				forget_setting(target, s.t->what) :
				save_setting(target, s.t->what, s.value);
		done += !code;
	}
	return code && done ? EXIT_PARTLY : code;
}

static int tune_and_save(struct iscsidsc *h,
			 const struct iscsidsc_session *session,
			 const struct options *o)
{
	int tuned = 0;
	int code = tune_session(h, session->sid, o, &tuned);

	if (code || !o->persistent)
		return code;
	code = save_settings(session->target_name, o);
	return code && tuned ? EXIT_PARTLY : code;
}

static int is_name(const char *text)
{
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return 0;
	return len && len <= MAX_ISCSI_NAME_LEN;
}

/**
 * cmd_tune - change settings of a session, or what is saved for a target
 * @o: command line
 *
 * Return: exit code, EXIT_PARTLY if some settings were changed and one was not,
 * or is not saved.
 */
int cmd_tune(const struct options *o)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	int code;

	if (!o->argc || !o->session == !o->target ||
	    (o->target && !o->persistent))
		return usage_error("tune needs NAME=VALUE, and --session, or --target with -P");
	if (o->target && !is_name(o->target))
		return usage_error("--target takes the iSCSI name of a target");
	code = check_settings(o);
	if (!code && !o->session)
		return save_settings(o->target, o);
	if (!code)
		code = open_handle(&h);
	if (code)
		return code;
	code = find_session(h, o->session, &snap);
	if (!code) {
		code = tune_and_save(h, snap->sessions[0], o);
		iscsidsc_snapshot_free(snap);
	}
	iscsidsc_close(h);
	return code;
}
