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

/* Why a program failed, on one line */
static const char *first_line(int ret, char *output)
{
	if (ret < 0)
		return strerror(-ret);
	output[strcspn(output, "\n")] = '\0';
	return *output ? output : "no reason given";
}

/*
 * There as long as the initramfs does not know of a change, also if we are
 * interrupted: the next call goes on. modprobe does not read it.
 */
#define STALE	MODPROBE_CONF ".stale"

static int mark_stale(void)
{
	return system_write(STALE, "# mcsadm has yet to refresh the initramfs.\n");
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
	if (!ret) {
		free(output);
		puts("initramfs: refreshed");
	}
	if (!ret || ret == -ENOENT) {
		system_remove(STALE);
		return EXIT_DONE;
	}
	fprintf(stderr, "mcsadm: cannot refresh the initramfs: %s (try the same command again)\n",
		first_line(ret, output));
	if (ret >= 0)
		free(output);
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
		fprintf(stderr, "mcsadm: cannot run modprobe: %s\n",
			strerror(-ret));
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

/* iscsid takes a transport that was there once to be there for ever: a login
 * does not load it again. So one of the drivers is always put in place.
 */
static int put_in(enum driver driver)
{
	const char *name = driver_name(driver);
	char *output;
	int ret = run_modprobe(name, NULL, &output);

	if (!ret) {
		free(output);
		printf("%s: in charge\n", name);
		return EXIT_DONE;
	}
	fprintf(stderr, "mcsadm: cannot load %s: %s\n", name,
		first_line(ret, output));
	if (ret >= 0)
		free(output);
	return EXIT_PARTLY;
}

static int take_out(enum driver driver)
{
	/* modprobe -r would go on to what it depends on, and fail there. */
	const char *const argv[] = { "rmmod", driver_name(driver), NULL };
	char *output;
	int ret = system_run(argv, &output);

	if (!ret) {
		free(output);
		return EXIT_DONE;
	}
	fprintf(stderr, "mcsadm: cannot unload %s, the change follows at the next boot: %s\n",
		driver_name(driver), first_line(ret, output));
	if (ret >= 0)
		free(output);
	return EXIT_PARTLY;
}

static int take_over(enum driver before)
{
	if (before == DRIVER_MCS) {
		puts("iscsi_mcs: in charge already");
		return EXIT_DONE;
	}
	if (before == DRIVER_TCP && take_out(DRIVER_TCP))
		return EXIT_PARTLY;
	if (!put_in(DRIVER_MCS))
		return EXIT_DONE;
	if (driver_secure_boot())
		fputs(secure_boot, stderr);
	if (before == DRIVER_TCP)
		put_in(DRIVER_TCP);
	return EXIT_PARTLY;
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

	/* the next boot may be one of another kernel */
	if (!o->next_boot)
		code = refuse_sessions(DRIVER_TCP, "enable");
	if (!o->next_boot && !code)
		code = find_module();
	if (code)
		return code;
	if (!system_read(MODPROBE_CONF, now, sizeof(now)) &&
	    !strncmp(now, conf, sizeof(conf) - 2)) {
		puts("iscsi_mcs: enabled already");
	} else {
		err = mark_stale();
		if (!err)
			err = system_write(MODPROBE_CONF, conf);
		if (err)
			return failed_file("write", err);
		puts("iscsi_mcs: enabled, " MODPROBE_CONF);
	}
	if (system_exists(STALE))
		code = refresh_initramfs();
	if (!o->next_boot && take_over(driver_in_charge()))
		code = EXIT_PARTLY;
	return code;
}

static int give_back(void)
{
	if (driver_in_charge() != DRIVER_MCS)
		return EXIT_DONE;
	return take_out(DRIVER_MCS) || put_in(DRIVER_TCP) ? EXIT_PARTLY : EXIT_DONE;
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
	if (system_exists(MODPROBE_CONF)) {
		err = mark_stale();
		if (!err)
			err = system_remove(MODPROBE_CONF);
		if (err)
			return failed_file("remove", err);
		puts("iscsi_mcs: disabled, " MODPROBE_CONF " removed");
	} else {
		puts("iscsi_mcs: disabled already");
	}
	if (system_exists(STALE))
		code = refresh_initramfs();
	if (!o->next_boot && give_back())
		code = EXIT_PARTLY;
	return code;
}
