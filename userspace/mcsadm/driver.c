// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Which driver is in charge, and the sessions that use it. */

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcsadm.h"
#include "system.h"

/**
 * driver_in_charge - which driver has transport "tcp"
 *
 * Return: driver.
 */
enum driver driver_in_charge(void)
{
	if (system_exists("/sys/module/iscsi_mcs"))
		return DRIVER_MCS;
	if (system_exists("/sys/module/iscsi_tcp"))
		return DRIVER_TCP;
	return DRIVER_NONE;
}

/**
 * driver_name - name of a driver's module
 * @driver: driver
 *
 * Return: the name.
 */
const char *driver_name(enum driver driver)
{
	switch (driver) {
	case DRIVER_MCS:
		return "iscsi_mcs";
	case DRIVER_TCP:
		return "iscsi_tcp";
	default:
		return "none";
	}
}

/* Offload adapters have sessions too; both drivers here say "iscsi_tcp". */
static int is_ours(const char *session)
{
	char link[PATH_MAX], target[PATH_MAX], path[128], name[32];
	char *host, *end;

	snprintf(link, sizeof(link), "%s/sys/class/iscsi_session/%s/device",
		 system_root(), session);
	/* ".../hostN/sessionN" */
	if (!realpath(link, target))
		return 0;
	host = strstr(target, "/host");
	while (host && (host[5] < '0' || host[5] > '9'))
		host = strstr(host + 1, "/host");
	if (!host)
		return 0;
	end = strchr(++host, '/');
	if (end)
		*end = '\0';
	snprintf(path, sizeof(path), "/sys/class/scsi_host/%.20s/proc_name",
		 host);
	return !system_read(path, name, sizeof(name)) &&
	       !strcmp(name, "iscsi_tcp");
}

/* LOGGED_IN and others, written as the netlink family does */
static void read_state(uint32_t sid, char *state, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path),
		 "/sys/class/iscsi_session/session%u/state", sid);
	system_read(path, state, size);
	for (; *state; state++)
		*state = *state == '_' ? '-' : (char)tolower(*state);
}

static int session_cmp(const void *a, const void *b)
{
	const struct driver_session *x = a, *y = b;

	return x->sid < y->sid ? -1 : x->sid > y->sid;
}

/**
 * driver_sessions - sessions of transport "tcp"
 * @sessions: set to an array to be freed, ordered by number; or NULL
 *
 * Return: how many.
 */
size_t driver_sessions(struct driver_session **sessions)
{
	struct driver_session *list = NULL, *more, s;
	char path[PATH_MAX];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/class/iscsi_session",
		 system_root());
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "session", 7) ||
		    parse_u32(entry->d_name + 7, UINT32_MAX, &s.sid) ||
		    !is_ours(entry->d_name))
			continue;
		snprintf(path, sizeof(path),
			 "/sys/class/iscsi_session/session%u/targetname", s.sid);
		system_read(path, s.target, sizeof(s.target));
		read_state(s.sid, s.state, sizeof(s.state));
		more = realloc(list, (n + 1) * sizeof(*list));
		if (!more)
			break;
		list = more;
		list[n++] = s;
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(list, n, sizeof(*list), session_cmp);
	*sessions = list;
	return n;
}

/**
 * driver_secure_boot - whether the kernel takes signed modules only
 *
 * Return: 1 if so, 0 if not or not known.
 */
int driver_secure_boot(void)
{
	char text[64];

	if (!system_read("/sys/module/module/parameters/sig_enforce", text,
			 sizeof(text)) && *text == 'Y')
		return 1;
	/* "none [integrity] confidentiality": the current one in brackets */
	return !system_read("/sys/kernel/security/lockdown", text,
			    sizeof(text)) && *text && !strstr(text, "[none]");
}
