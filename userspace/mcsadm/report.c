// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm report: what somebody who looks for a fault asks for first. Nothing in
 * here reads a secret: no record of iscsid, no saved connection's CHAP.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "mcsadm.h"
#include "system.h"

static void title(const char *text)
{
	printf("\n== %s\n", text);
}

static void show_file(const char *path)
{
	char text[4096];

	if (!system_read(path, text, sizeof(text)))
		printf("%s: %s\n", path, text);
	else
		printf("%s: -\n", path);
}

/* What a program prints, or only the lines with a certain word */
static void show_program(const char *const argv[], const char *word)
{
	char *output, *line, *rest = NULL;
	size_t i;
	int ret;

	printf("\n$");
	for (i = 0; argv[i]; i++)
		printf(" %s", argv[i]);
	ret = system_run(argv, &output);
	printf("%s\n", ret < 0 ? ": cannot be run" : "");
	if (ret < 0)
		return;
	line = strtok_r(output, "\n", &rest);
	for (; line; line = strtok_r(NULL, "\n", &rest))
		if (!word || strstr(line, word))
			puts(line);
	free(output);
}

static void show_machine(void)
{
	struct utsname name;

	title("machine");
	uname(&name);
	printf("mcsadm: %s\nkernel: %s %s %s\n", ISCSIDSC_VERSION, name.release,
	       name.version, name.machine);
	show_file("/etc/debian_version");
	show_file("/proc/sys/kernel/tainted");
	show_file("/sys/kernel/security/lockdown");
	show_file("/sys/module/iscsi_mcs/version");
	show_file("/sys/module/iscsi_mcs/srcversion");
	show_file("/sys/module/iscsi_mcs/parameters/max_connections");
	show_file(MODPROBE_CONF);
}

static void show_network(void)
{
	static const char *const address[] = { "ip", "-br", "address", NULL };
	static const char *const route[] = { "ip", "route", NULL };
	static const char *const link[] = { "ip", "-s", "-br", "link", NULL };

	title("network");
	show_program(address, NULL);
	show_program(route, NULL);
	show_program(link, NULL);
	show_file("/proc/sys/net/ipv4/conf/all/arp_ignore");
	show_file("/proc/sys/net/ipv4/conf/all/rp_filter");
}

static void show_saved(void)
{
	struct iscsidsc_saved_list *list;
	ISDSC_STATUS status;

	title("saved connections");
	status = iscsidsc_saved_get(&list);
	if (status) {
		printf("cannot read them: %s\n", iscsidsc_strerror(status));
		return;
	}
	printf("%zu\n", list->count);
	iscsidsc_saved_free(list);
}

/**
 * cmd_report - print what a bug report needs
 * @o: command line
 *
 * Parts that cannot be had are named, and the rest is printed.
 *
 * Return: exit code.
 */
int cmd_report(const struct options *o)
{
	static const char *const version[] = { "iscsiadm", "--version", NULL };
	static const char *const session[] = { "iscsiadm", "-m", "session", "-P",
					       "1", NULL };
	static const char *const log[] = { "dmesg", NULL };
	static const char *const modules[] = { "lsmod", NULL };
	struct options all = { .verbose = 1 };

	(void)o;
	puts("Names of targets and addresses are in here, secrets are not.");
	show_machine();
	title("driver and sessions");
	fflush(stdout);
	cmd_status(&all);
	if (driver_in_charge() == DRIVER_MCS)
		cmd_list(&all);
	show_saved();
	title("open-iscsi");
	show_program(version, NULL);
	show_program(session, NULL);
	show_network();
	title("kernel");
	show_program(modules, "iscsi");
	show_program(log, "iscsi");
	show_program(log, "session");
	return EXIT_DONE;
}
