// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm --complete WORD...: what the last word may become, for the shell. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"
#include "setting.h"

/**
 * takes_option - whether a command takes a long option
 * @command: command
 * @name: option, without dashes
 *
 * Return: 1 or 0.
 */
int takes_option(const struct command *command, const char *name)
{
	const char *at = command->options;
	size_t len = strlen(name);

	while ((at = strstr(at, name))) {
		if ((at == command->options || at[-1] == ' ') &&
		    (!at[len] || at[len] == ' '))
			return 1;
		at += len;
	}
	return 0;
}

static void offer(const char *word, const char *begin)
{
	if (!strncmp(word, begin, strlen(begin)))
		puts(word);
}

/* Settings of tune; the shell leaves out the blank behind "=" */
static void offer_settings(const char *begin)
{
	const struct setting *setting;
	char text[64];
	size_t i;

	for (i = 0; (setting = setting_at(i)); i++) {
		snprintf(text, sizeof(text), "%s=", setting_name(setting));
		offer(text, begin);
	}
}

static void offer_names(enum iscsidsc_names names, const char *begin)
{
	uint32_t value, found;

	/* Names are not listed anywhere; their values are small. */
	for (value = 0; value < 16; value++) {
		const char *name = iscsidsc_name(names, value);

		if (!iscsidsc_name_value(names, name, &found) && found == value)
			offer(name, begin);
	}
}

/* Numbers of sessions, or of the connections of one of them */
static void offer_live(int kind, const char *session, const char *begin)
{
	char text[ISCSIDSC_ID_TEXT_LEN];
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	uint32_t sid = 0;
	size_t s, c;

	if (session && parse_u32(session, UINT32_MAX, &sid))
		return;
	if (iscsidsc_open(&h))
		return;
	if (iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &snap)) {
		iscsidsc_close(h);
		return;
	}
	iscsidsc_close(h);
	for (s = 0; s < snap->session_count; s++) {
		const struct iscsidsc_session *one = snap->sessions[s];

		if (kind == 's') {
			snprintf(text, sizeof(text), "%" PRIu32, one->sid);
			offer(text, begin);
			continue;
		}
		for (c = 0; c < one->conn_count; c++) {
			if (session && one->sid != sid)
				continue;
			if (kind == 'u')
				iscsidsc_id_text(&one->conns[c]->unique_id, text);
			else
				snprintf(text, sizeof(text), "%" PRIu32,
					 kind == 'c' ? one->conns[c]->cid :
						       one->conns[c]->id);
			offer(text, begin);
		}
	}
	iscsidsc_snapshot_free(snap);
}

static void offer_ports(int kind, const char *begin)
{
	char text[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_port *ports;
	size_t count, i;

	if (iscsidsc_ports_get(&ports, &count))
		return;
	for (i = 0; i < count; i++) {
		iscsidsc_addr_text(&ports[i].addr, 0, text, sizeof(text));
		/* ordered by interface, one may have several addresses */
		if (kind == 'S')
			offer(text, begin);
		else if (!i || strcmp(ports[i].ifname, ports[i - 1].ifname))
			offer(ports[i].ifname, begin);
	}
	free(ports);
}

static int is_one_of(int val, const char *letters)
{
	return val > 0 && val < 128 && strchr(letters, val);
}

static void offer_value(const struct option *option, const char *session,
			const char *begin)
{
	const char *name = option->name;

	if (is_one_of(option->val, "sciu"))
		offer_live(option->val, option->val == 's' ? NULL : session,
			   begin);
	else if (is_one_of(option->val, "SI"))
		offer_ports(option->val, begin);
	else if (strstr(name, "digest"))
		offer_names(ISCSIDSC_NAMES_DIGEST, begin);
	else if (!strcmp(name, "role"))
		offer_names(ISCSIDSC_NAMES_ROLE, begin);
	else if (!strcmp(name, "auth"))
		offer_names(ISCSIDSC_NAMES_AUTH, begin);
}

static const struct option *find_option(const struct option *options,
					const char *word)
{
	for (; options->name; options++) {
		if (!strncmp(word, "--", 2) && !strcmp(word + 2, options->name))
			return options;
		if (*word == '-' && word[1] == options->val && !word[2])
			return options;
	}
	return NULL;
}

/**
 * struct words - what the words before the last one say
 * @command: command, or NULL
 * @session: value of --session, or NULL
 * @waiting: option whose value the last word is, or NULL
 */
struct words {
	const struct command *command;
	const char *session;
	const struct option *waiting;
};

static void read_words(const struct command *commands, size_t count,
		       const struct option *options, int argc, char **argv,
		       struct words *w)
{
	const struct option *option;
	size_t c;
	int i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i + 1 < argc; i++) {
		if (w->waiting) {
			if (w->waiting->val == 's')
				w->session = argv[i];
			w->waiting = NULL;
			continue;
		}
		option = find_option(options, argv[i]);
		if (option && option->has_arg)
			w->waiting = option;
		for (c = 0; c < count && !w->command; c++)
			if (!strcmp(argv[i], commands[c].name))
				w->command = &commands[c];
	}
}

/**
 * complete - print what the last word may become, one per line
 * @commands: commands
 * @count: how many
 * @options: options
 * @argc: number of words, the last one not yet complete
 * @argv: words, without the name of the program
 *
 * Return: exit code.
 */
int complete(const struct command *commands, size_t count,
	     const struct option *options, int argc, char **argv)
{
	const char *begin = argc ? argv[argc - 1] : "";
	char text[64];
	struct words w;
	size_t c;

	read_words(commands, count, options, argc, argv, &w);
	if (w.waiting) {
		offer_value(w.waiting, w.session, begin);
	} else if (*begin == '-') {
		for (; options->name; options++) {
			if (!takes_option(w.command ? : commands, options->name) &&
			    !is_one_of(options->val, "hV"))
				continue;
			snprintf(text, sizeof(text), "--%s", options->name);
			offer(text, begin);
		}
	} else if (!w.command) {
		for (c = 0; c < count; c++)
			offer(commands[c].name, begin);
	} else if (!strcmp(w.command->name, "policy")) {
		offer_names(ISCSIDSC_NAMES_POLICY, begin);
	} else if (!strcmp(w.command->name, "tune")) {
		offer_settings(begin);
	}
	return EXIT_DONE;
}
