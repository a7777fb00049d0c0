// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm: connections of iSCSI sessions, for people. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"

#define DIGEST_OPTIONS	"header-digest data-digest "
#define IPSEC_OPTIONS	"ipsec ipsec-key-file "
#define CHAP_OPTIONS	"auth chap-name chap-name-in chap-secret-file chap-secret-in-file"

static const struct command commands[] = {
	{ "list", cmd_list, "[--session SID] [--verbose | --watch] [--json]",
	  "list sessions and their connections (default)",
	  "session verbose json watch interval count" },
	{ "status", cmd_status, "[--json]",
	  "say whether MC/S is in use, and if not, why not", "json" },
	{ "enable", cmd_enable, "[--next-boot]",
	  "let open-iscsi use iscsi_mcs in place of iscsi_tcp", "next-boot" },
	{ "disable", cmd_disable, "[--next-boot]",
	  "let open-iscsi use iscsi_tcp again", "next-boot" },
	{ "add", cmd_add, "--session SID --portal ADDRESS[:PORT] [OPTIONS]",
	  "add a connection to a session",
	  "session portal source interface timeout role weight duplicate persistent "
	  DIGEST_OPTIONS IPSEC_OPTIONS CHAP_OPTIONS },
	{ "auto", cmd_auto, "[--session SID] [--add] [--persistent] [--json]",
	  "propose connections for links that have none, or add them",
	  "session add persistent json" },
	{ "remove", cmd_remove,
	  "--session SID --cid N [--persistent] | --persistent --portal ADDRESS[:PORT]",
	  "remove a connection from a session, or only forget one",
	  "session cid id connection persistent portal target source interface" },
	{ "set", cmd_set, "--session SID --cid N [--role NAME] [--weight N]",
	  "change what a connection is used for",
	  "session cid id connection role weight" },
	{ "policy", cmd_policy, "--session SID [--persistent] NAME",
	  "choose how commands are spread", "session persistent" },
	{ "tune", cmd_tune,
	  "--session SID [--persistent] NAME=VALUE... | --persistent --target NAME NAME=VALUE...",
	  "change settings of a session, or only what is saved for a target",
	  "session persistent target" },
	{ "monitor", cmd_monitor, "[--timeout SECONDS] [--json]",
	  "print the state, then events as they come", "timeout json" },
	{ "saved", cmd_saved, "[--json]",
	  "list the connections and settings that are saved", "json" },
	{ "restore", cmd_restore, "[--session SID | --follow]",
	  "give sessions what is saved: settings, and connections",
	  "session follow" },
	{ "ports", cmd_ports, "[--json]",
	  "list local addresses and their initiator port numbers", "json" },
	{ "report", cmd_report, "[> FILE]",
	  "print what a bug report needs, without secrets", "" },
};

enum {
	OPT_HEADER_DIGEST = 256,
	OPT_TARGET,
	OPT_DATA_DIGEST,
	OPT_ROLE,
	OPT_WEIGHT,
	OPT_DUPLICATE,
	OPT_AUTH,
	OPT_CHAP_NAME,
	OPT_CHAP_NAME_IN,
	OPT_SECRET_FILE,
	OPT_SECRET_IN_FILE,
	OPT_IPSEC,
	OPT_IPSEC_KEY_FILE,
	OPT_FOLLOW,
	OPT_NEXT_BOOT,
	OPT_ADD,
	OPT_INTERVAL,
	OPT_COUNT
};

static const struct option long_options[] = {
	{ "session", required_argument, NULL, 's' },
	{ "portal", required_argument, NULL, 'p' },
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "source", required_argument, NULL, 'S' },
	{ "interface", required_argument, NULL, 'I' },
	{ "timeout", required_argument, NULL, 't' },
	{ "header-digest", required_argument, NULL, OPT_HEADER_DIGEST },
	{ "data-digest", required_argument, NULL, OPT_DATA_DIGEST },
	{ "role", required_argument, NULL, OPT_ROLE },
	{ "weight", required_argument, NULL, OPT_WEIGHT },
	{ "duplicate", no_argument, NULL, OPT_DUPLICATE },
	{ "auth", required_argument, NULL, OPT_AUTH },
	{ "chap-name", required_argument, NULL, OPT_CHAP_NAME },
	{ "chap-name-in", required_argument, NULL, OPT_CHAP_NAME_IN },
	{ "chap-secret-file", required_argument, NULL, OPT_SECRET_FILE },
	{ "chap-secret-in-file", required_argument, NULL, OPT_SECRET_IN_FILE },
	{ "ipsec", required_argument, NULL, OPT_IPSEC },
	{ "ipsec-key-file", required_argument, NULL, OPT_IPSEC_KEY_FILE },
	{ "cid", required_argument, NULL, 'c' },
	{ "id", required_argument, NULL, 'i' },
	{ "connection", required_argument, NULL, 'u' },
	{ "persistent", no_argument, NULL, 'P' },
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ "next-boot", no_argument, NULL, OPT_NEXT_BOOT },
	{ "add", no_argument, NULL, OPT_ADD },
	{ "watch", no_argument, NULL, 'w' },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "verbose", no_argument, NULL, 'v' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Options whose word is kept as it is, for the command to look at */
static const char **plain_option(struct options *o, int opt)
{
	switch (opt) {
	case 's':
		return &o->session;
	case OPT_TARGET:
		return &o->target;
	case 'S':
		return &o->source;
	case 'I':
		return &o->ifname;
	case OPT_HEADER_DIGEST:
		return &o->digest_header;
	case OPT_DATA_DIGEST:
		return &o->digest_data;
	case OPT_ROLE:
		return &o->role;
	case OPT_WEIGHT:
		return &o->weight;
	case OPT_AUTH:
		return &o->auth;
	case OPT_CHAP_NAME:
		return &o->chap_name;
	case OPT_CHAP_NAME_IN:
		return &o->chap_name_in;
	case OPT_SECRET_FILE:
		return &o->secret_file;
	case OPT_SECRET_IN_FILE:
		return &o->secret_in_file;
	case OPT_IPSEC:
		return &o->ipsec;
	case OPT_IPSEC_KEY_FILE:
		return &o->ipsec_key_file;
	}
	return NULL;
}

#define STOP	(-1)

/* Nothing more to do after --version */
static int take_option(struct options *o, int opt, const char *arg)
{
	const char **plain = plain_option(o, opt);
	uint32_t seconds;

	if (plain) {
		*plain = arg;
		return EXIT_DONE;
	}
	switch (opt) {
	case 'p':
		if (o->portal_count == MAX_PORTALS)
			return usage_error("more than %d portals", MAX_PORTALS);
		o->portals[o->portal_count++] = arg;
		break;
	case 't':
		if (parse_u32(arg, 600, &seconds) || !seconds)
			return usage_error("--timeout takes 1 to 600");
		o->timeout_s = seconds;
		break;
	case 'c':
	case 'i':
	case 'u':
		if (o->conn)
			return usage_error("one connection at a time");
		o->conn = arg;
		o->conn_kind = opt;
		break;
	case 'v':
		o->verbose = 1;
		break;
	case 'j':
		o->json = 1;
		break;
	case 'P':
		o->persistent = 1;
		break;
	case OPT_FOLLOW:
		o->follow = 1;
		break;
	case OPT_NEXT_BOOT:
		o->next_boot = 1;
		break;
	case OPT_ADD:
		o->add = 1;
		break;
	case 'w':
		o->watch = 1;
		break;
	case OPT_INTERVAL:
		if (parse_u32(arg, 3600, &o->interval_s) || !o->interval_s)
			return usage_error("--interval takes 1 to 3600");
		break;
	case OPT_COUNT:
		if (parse_u32(arg, UINT32_MAX, &o->count) || !o->count)
			return usage_error("--count takes a number above 0");
		break;
	case OPT_DUPLICATE:
		o->duplicate = 1;
		break;
	case 'h':
		o->help = 1;
		break;
	case 'V':
		printf("mcsadm %s\n", ISCSIDSC_VERSION);
		return STOP;
	}
	return EXIT_DONE;
}

/* Is optopt, which getopt complains of, one of a cluster of letters? */
static int is_letter(const char *word, size_t len)
{
	size_t i;

	if (strncmp(word, "--", 2))
		return 1;
	/* An unknown word, or one before the cluster */
	for (i = 0; long_options[i].name; i++)
		if (long_options[i].val == optopt &&
		    !strncmp(word + 2, long_options[i].name, len - 2))
			return 0;
	return optopt != 0;
}

/* What getopt did not understand, in one line as everything else */
static int option_error(int opt, const char *word)
{
	size_t i, len = strcspn(word, "="), matches = 0;
	char text[] = "-?";

	if (is_letter(word, len)) {
		text[1] = (char)optopt;
		word = text;
		len = 2;
	}
	if (opt == ':')
		return usage_error("%s needs a value", word);
	/* known, so it got a value that it does not take */
	if (len > 2 && optopt)
		return usage_error("%.*s takes no value", (int)len, word);
	for (i = 0; len > 2 && long_options[i].name; i++)
		matches += !strncmp(word + 2, long_options[i].name, len - 2);
	return usage_error("%s option '%s'", matches > 1 ? "ambiguous" :
			   "unknown", word);
}

/* Options that were given, as bits that stand for members of long_options */
static uint64_t given;

static void note_given(int opt)
{
	size_t i;

	for (i = 0; long_options[i].name; i++)
		if (long_options[i].val == opt)
			given |= UINT64_C(1) << i;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	int opt, code;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":s:p:S:I:t:c:i:u:PwvjhV",
				  long_options, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return option_error(opt, argv[optind - 1]);
		code = take_option(o, opt, optarg);
		if (code)
			return code;
		note_given(opt);
	}
	o->argc = argc - optind;
	o->argv = argv + optind;
	return EXIT_DONE;
}

static int check_given(const struct command *command)
{
	size_t i;

	for (i = 0; long_options[i].name; i++)
		if (given & (UINT64_C(1) << i) &&
		    !takes_option(command, long_options[i].name))
			return usage_error("%s does not take --%s",
					   command->name,
					   long_options[i].name);
	return EXIT_DONE;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int run(const struct command *command, const struct options *o)
{
	int code;

	if (o->argc && command->run != cmd_policy && command->run != cmd_tune)
		return usage_error("%s does not take '%s'", command->name,
				   o->argv[0]);
	code = check_given(command);
	if (!code && o->session)
		code = check_session(o->session);
	return code ? code : command->run(o);
}

static int mcsadm_main(int argc, char **argv)
{
	const struct command *command = &commands[0];
	struct options o = { 0 };
	int code;

	if (argc > 1 && !strcmp(argv[1], "--complete"))
		return complete(commands, ARRAY_SIZE(commands), long_options,
				argc - 2, argv + 2);
	code = parse_options(argc, argv, &o);
	if (code)
		return code == STOP ? EXIT_DONE : code;
	if (o.argc && !strcmp(o.argv[0], "help")) {
		o.help = 1;
		o.argc--;
		o.argv++;
	}
	if (o.argc) {
		command = find_command(o.argv[0]);
		if (!command)
			return usage_error("unknown command '%s'", o.argv[0]);
		o.argc--;
		o.argv++;
	} else if (o.help) {
		command = NULL;
	}
	return o.help ? show_help(commands, ARRAY_SIZE(commands), command) :
			run(command, &o);
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	int code = strcmp(name ? name + 1 : argv[0], "iscsicli") ?
		mcsadm_main(argc, argv) : iscsicli_main(argc, argv);

	if (fflush(stdout) || ferror(stdout)) {
		perror("mcsadm: cannot write");
		return EXIT_FAILED;
	}
	return code;
}
