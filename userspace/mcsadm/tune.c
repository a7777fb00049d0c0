// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm tune: settings of a session, also those that are saved for its target. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"
#include "setting.h"

static int unknown_setting(const char *word, size_t len)
{
	const struct setting *setting;
	size_t i;

	fprintf(stderr, "mcsadm: '%.*s' is no setting, there are", (int)len,
		word);
	for (i = 0; (setting = setting_at(i)); i++)
		fprintf(stderr, "%s %s", i ? "," : "", setting_name(setting));
	fputs("; see mcsadm --help\n", stderr);
	return EXIT_USAGE;
}

/**
 * struct wish - one word of the command line
 * @setting: what is set
 * @value: to what
 * @forget: nothing is; it is saved no more
 */
struct wish {
	const struct setting *setting;
	uint32_t value;
	int forget;
};

static int parse_wish(const struct options *o, int i, struct wish *wish)
{
	const char *word = o->argv[i], *text = strchr(word, '=');
	const struct setting *s;

	if (!text)
		return usage_error("'%s' is not NAME=VALUE", word);
	s = setting_find(word, text - word);
	if (!s)
		return unknown_setting(word, text - word);
	text++;
	wish->setting = s;
	wish->forget = !*text && o->persistent;
	if (wish->forget)
		return EXIT_DONE;
	if (s->has_names) {
		if (!iscsidsc_name_value(s->names, text, &wish->value))
			return EXIT_DONE;
		return name_error(setting_name(s), text, s->names);
	}
	if (!parse_u32(text, s->max, &wish->value) && wish->value >= s->min)
		return EXIT_DONE;
	return usage_error("%s takes %" PRIu32 " to %" PRIu32 " %s",
			   setting_name(s), s->min, s->max, s->unit);
}

/* All of them are looked at before any of them is sent. */
static int check_wishes(const struct options *o)
{
	struct wish wish;
	int code, i;

	for (i = 0; i < o->argc; i++) {
		code = parse_wish(o, i, &wish);
		if (code)
			return code;
	}
	return EXIT_DONE;
}

static int tune_session(struct iscsidsc *h, uint32_t sid,
			const struct options *o, int *tuned)
{
	ISDSC_STATUS status;
	struct wish wish;
	int i;

	for (i = 0; i < o->argc; i++) {
		if (parse_wish(o, i, &wish))
			return EXIT_USAGE;
		if (wish.forget)
			continue;
		status = iscsidsc_session_set(h, sid, wish.setting->what,
					      wish.value);
		if (status) {
			failed(h, status, "cannot set %s of session %" PRIu32,
			       setting_name(wish.setting), sid);
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
	struct wish wish;

	secret_hide();
	for (i = 0; i < o->argc && !code; i++) {
		code = parse_wish(o, i, &wish);
		if (!code)
			code = wish.forget ?
				forget_setting(target, wish.setting->what) :
				save_setting(target, wish.setting->what,
					     wish.value);
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
	code = check_wishes(o);
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
