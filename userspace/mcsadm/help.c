// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm --help, of everything or of one command. */

#include <string.h>

#include "mcsadm.h"

static const struct {
	const char *option;
	const char *text;
} texts[] = {
	{ "session",
	  "  -s, --session SID        number N of sessionN, or unique ID\n" },
	{ "portal",
	  "  -p, --portal ADDR[:PORT] target portal, port 3260 if absent;\n"
	  "                           may be given several times\n" },
	{ "target",
	  "      --target NAME        target of what is saved\n" },
	{ "source", "  -S, --source ADDRESS     local address\n" },
	{ "interface", "  -I, --interface NAME     local interface\n" },
	{ "timeout",
	  "  -t, --timeout SECONDS    add: limit for connect and login;\n"
	  "                           monitor: end after them (1-600)\n" },
	{ "header-digest", "      --header-digest NAME none, crc32c\n" },
	{ "data-digest", "      --data-digest NAME   none, crc32c\n" },
	{ "role", "      --role NAME          active, standby\n" },
	{ "weight", "      --weight N           for policy weighted-paths\n" },
	{ "auth",
	  "      --auth NAME          session, none, chap, mutual-chap\n" },
	{ "chap-name", "      --chap-name NAME     name for CHAP\n" },
	{ "chap-secret-file",
	  "      --chap-secret-file FILE\n"
	  "                           its secret; - for standard input\n" },
	{ "chap-name-in",
	  "      --chap-name-in NAME  name the target has to give\n" },
	{ "chap-secret-in-file",
	  "      --chap-secret-in-file FILE\n"
	  "                           secret the target has to know\n" },
	{ "ipsec",
	  "      --ipsec WORDS        transport or tunnel, main or aggressive,\n"
	  "                           pfs, with commas between; none; require\n" },
	{ "ipsec-key-file",
	  "      --ipsec-key-file FILE\n"
	  "                           pre-shared key; - for standard input\n" },
	{ "duplicate",
	  "      --duplicate          even if there is such a connection\n" },
	{ "persistent",
	  "  -P, --persistent         save it; with remove: forget it\n" },
	{ "follow",
	  "      --follow             go on when sessions are logged in\n" },
	{ "cid", "  -c, --cid N              connection, by its CID\n" },
	{ "id", "  -i, --id N               connection, by its number\n" },
	{ "connection",
	  "  -u, --connection ID      connection, by its unique ID\n" },
	{ "next-boot",
	  "      --next-boot          leave the driver in use alone\n" },
	{ "add", "      --add                add what auto proposes\n" },
	{ "watch", "  -w, --watch              rates, until interrupted\n" },
	{ "interval",
	  "      --interval SECONDS   of the rates, default 1\n" },
	{ "count", "      --count N            so many times\n" },
	{ "verbose", "  -v, --verbose            everything that is known\n" },
	{ "json", "  -j, --json               as JSON\n" },
};

static const char last_options[] =
	"  -h, --help               this text, of a command if one is given\n"
	"  -V, --version            version of mcsadm\n";

static const char policies[] =
	"\nPolicies: least-queue-depth, round-robin,\n"
	"round-robin-with-subset, fail-over-only, weighted-paths\n";

static const char settings[] =
	"\nSettings, in ms: silence-timeout (500-), nop-interval (0: never),\n"
	"nop-timeout, login-timeout; in KiB: stream-split (0: off);\n"
	"target-class: unknown, logout-fence, close-retry, session;\n"
	"and policy. With --persistent NAME= forgets what is saved\n";

static const char ends[] =
	"\nExit status: 0 done, 1 failed, 2 wrong usage, 3 partly done\n";

static void show_commands(const struct command *commands, size_t count)
{
	size_t i;

	puts("Usage: mcsadm COMMAND [OPTIONS]\n\nCommands:");
	for (i = 0; i < count; i++)
		printf("  %-8s %s\n           %s\n", commands[i].name,
		       commands[i].args, commands[i].help);
}

/**
 * show_help - print how mcsadm, or one of its commands, is used
 * @commands: all commands
 * @count: how many
 * @command: the one that is asked for, NULL for all
 *
 * Return: exit code.
 */
int show_help(const struct command *commands, size_t count,
	      const struct command *command)
{
	size_t i;

	if (command)
		printf("Usage: mcsadm %s %s\n\n%s\n", command->name,
		       command->args, command->help);
	else
		show_commands(commands, count);
	puts("\nOptions:");
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (!command || takes_option(command, texts[i].option))
			fputs(texts[i].text, stdout);
	fputs(last_options, stdout);
	if (!command || command->run == cmd_policy)
		fputs(policies, stdout);
	if (!command || command->run == cmd_tune)
		fputs(settings, stdout);
	fputs(ends, stdout);
	return EXIT_DONE;
}
