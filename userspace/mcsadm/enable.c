// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* mcsadm enable, disable: which driver open-iscsi gets. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "mcsadm.h"
#include "system.h"

#define LOAD_MCS	"/sbin/modprobe -q iscsi_mcs"
#define LOAD_TCP	"/sbin/modprobe --ignore-install iscsi_tcp $CMDLINE_OPTS"

/* iscsi_tcp is what open-iscsi asks for. What is here works in the initramfs,
 * and without mcsadm.
 */
static const char conf[] =
	"# Written by mcsadm enable; mcsadm disable removes it.\n"
	"# iscsi_mcs is loaded in place of iscsi_tcp, or that if it cannot be.\n"
	"install iscsi_tcp " LOAD_MCS " || " LOAD_TCP "\n";

static void list_devices(uint32_t sid)
{
	struct iscsidsc_device *devices;
	size_t count, i;

	if (iscsidsc_devices_get(sid, &devices, &count))
		return;
	for (i = 0; i < count; i++)
		if (*devices[i].name)
			fprintf(stderr, "  %s", devices[i].name);
	free(devices);
}

/* Sessions cannot change their driver. */
static int refuse_sessions(enum driver used, const char *what)
{
	struct driver_session *sessions = NULL;
	size_t count = 0, i;

	if (driver_in_charge() == used)
		count = driver_sessions(&sessions);
	if (!count)
		return EXIT_DONE;
	fprintf(stderr, "mcsadm: cannot %s: sessions use %s:\n", what,
		driver_name(used));
	for (i = 0; i < count; i++) {
		fprintf(stderr, "  session %" PRIu32 "  %s", sessions[i].sid,
			sessions[i].target);
		list_devices(sessions[i].sid);
		fputc('\n', stderr);
	}
	fprintf(stderr, "log out of them (iscsiadm -m session -r SID -u) or let it wait: %s\n",
		used == DRIVER_TCP ? "mcsadm enable --next-boot" :
				     "mcsadm disable --next-boot");
	free(sessions);
	return EXIT_FAILED;
}

/* What a program said, on one line, for an error message */
static void say(const char *what, int ret, char *output)
{
	if (ret >= 0)
		output[strcspn(output, "\n")] = '\0';
	fprintf(stderr, "mcsadm: %s: %s\n", what,
		ret < 0 ? strerror(-ret) : *output ? output : "failed");
	if (ret >= 0)
		free(output);
}

/* Nothing to do where there is no initramfs */
static int refresh_initramfs(void)
{
	static const char *const update[] = { "update-initramfs", "-u", NULL };
	static const char *const dracut[] = { "dracut", "-f", NULL };
	char *output;
	int ret;

	ret = system_run(update, &output);
	if (ret == -ENOENT)
		ret = system_run(dracut, &output);
	if (ret == -ENOENT)
		return EXIT_DONE;
	if (!ret) {
		free(output);
		puts("initramfs: refreshed");
		return EXIT_DONE;
	}
	say("cannot refresh the initramfs", ret, output);
	return EXIT_PARTLY;
}

static int failed_file(const char *what, int err)
{
	fprintf(stderr, "mcsadm: cannot %s " MODPROBE_CONF ": %s%s\n", what,
		strerror(-err), err == -EACCES ? " (run it as root)" : "");
	return EXIT_FAILED;
}

static int run_modprobe(const char *module, const char *option, char **output)
{
	const char *const argv[] = { "modprobe", module, option, NULL };

	return system_run(argv, output);
}

/* Whether there is a module to load at all, before anything is changed */
static int find_module(void)
{
	struct utsname name;
	char *output;
	int ret = run_modprobe("iscsi_mcs", "-n", &output);

	if (!ret) {
		free(output);
		return EXIT_DONE;
	}
	if (ret < 0) {
		say("cannot run modprobe", ret, NULL);
		return EXIT_FAILED;
	}
	free(output);
	uname(&name);
	fprintf(stderr, "mcsadm: cannot enable iscsi_mcs: no such module for kernel %s",
		name.release);
	fprintf(stderr, " (install iscsi-mcs-dkms and linux-headers-%s)\n",
		name.release);
	return EXIT_FAILED;
}

static const char secure_boot[] =
	"the kernel takes signed modules only (Secure Boot): enrol DKMS's key by\n"
	"  mokutil --import /var/lib/dkms/mok.pub\n"
	"and reboot, then mcsadm enable again\n";

static int take_over(enum driver before)
{
	char *output;
	int ret;

	if (before == DRIVER_MCS) {
		puts("iscsi_mcs: in charge already");
		return EXIT_DONE;
	}
	if (before == DRIVER_TCP) {
		ret = run_modprobe("iscsi_tcp", "-r", &output);
		if (ret) {
			say("cannot unload iscsi_tcp, iscsi_mcs follows at the next boot",
			    ret, output);
			return EXIT_PARTLY;
		}
		free(output);
	}
	ret = run_modprobe("iscsi_mcs", NULL, &output);
	if (ret) {
		say("cannot load iscsi_mcs, iscsi_tcp is used", ret,
		    output);
		if (driver_secure_boot())
			fputs(secure_boot, stderr);
		return EXIT_PARTLY;
	}
	free(output);
	puts("iscsi_mcs: in charge");
	return EXIT_DONE;
}

/**
 * cmd_enable - let open-iscsi use iscsi_mcs, now and at every boot
 * @o: command line
 *
 * Return: exit code; EXIT_PARTLY if it holds for the next boot only.
 */
int cmd_enable(const struct options *o)
{
	char now[sizeof(conf) + 1];
	int code = EXIT_DONE, err;

	if (!o->next_boot)
		code = refuse_sessions(DRIVER_TCP, "enable");
	if (!code)
		code = find_module();
	if (code)
		return code;
	if (!system_read(MODPROBE_CONF, now, sizeof(now)) &&
	    !strncmp(now, conf, sizeof(conf) - 2)) {
		puts("iscsi_mcs: enabled already");
	} else {
		err = system_write(MODPROBE_CONF, conf);
		if (err)
			return failed_file("write", err);
		puts("iscsi_mcs: enabled, " MODPROBE_CONF);
		code = refresh_initramfs();
	}
	if (!o->next_boot && take_over(driver_in_charge()))
		code = EXIT_PARTLY;
	return code;
}

static int give_back(void)
{
	char *output;
	int ret;

	if (driver_in_charge() != DRIVER_MCS)
		return EXIT_DONE;
	ret = run_modprobe("iscsi_mcs", "-r", &output);
	if (ret) {
		say("cannot unload iscsi_mcs, iscsi_tcp follows at the next boot",
		    ret, output);
		return EXIT_PARTLY;
	}
	free(output);
	puts("iscsi_mcs: unloaded, the next login loads iscsi_tcp");
	return EXIT_DONE;
}

/**
 * cmd_disable - let open-iscsi use iscsi_tcp again
 * @o: command line
 *
 * Return: exit code; EXIT_PARTLY if it holds for the next boot only.
 */
int cmd_disable(const struct options *o)
{
	int code = EXIT_DONE, err;

	if (!o->next_boot)
		code = refuse_sessions(DRIVER_MCS, "disable");
	if (code)
		return code;
	err = system_remove(MODPROBE_CONF);
	if (err && err != -ENOENT)
		return failed_file("remove", err);
	if (err) {
		puts("iscsi_mcs: disabled already");
	} else {
		puts("iscsi_mcs: disabled, " MODPROBE_CONF " removed");
		code = refresh_initramfs();
	}
	if (!o->next_boot && give_back())
		code = EXIT_PARTLY;
	return code;
}
