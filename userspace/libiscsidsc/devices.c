// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The SCSI devices of a session, from sysfs. */

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* List of devices that grows */
struct found {
	struct iscsidsc_device *items;
	size_t count;
};

static int read_attr(const char *dir, const char *attr, char *text, int size)
{
	char path[PATH_MAX];
	FILE *in;
	int ok;

	if (snprintf(path, sizeof(path), "%s/%s", dir, attr) >=
	    (int)sizeof(path))
		return -1;
	in = fopen(path, "re");
	if (!in)
		return -1;
	ok = !!fgets(text, size, in);
	fclose(in);
	return ok ? 0 : -1;
}

/* The first entry of a directory that is not hidden */
static int first_entry(const char *dir, char *name, size_t size)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int found = 0;

	while (d && !found && (e = readdir(d))) {
		if (e->d_name[0] == '.' || strlen(e->d_name) >= size)
			continue;
		strcpy(name, e->d_name);
		found = 1;
	}
	if (d)
		closedir(d);
	return found ? 0 : -1;
}

static void read_block(const char *dir, struct iscsidsc_device *device)
{
	char path[PATH_MAX], text[64];

	if (snprintf(path, sizeof(path), "%s/block", dir) >=
		    (int)sizeof(path) ||
	    first_entry(path, device->name, sizeof(device->name)))
		return;
	if (snprintf(path, sizeof(path), "%s/block/%s", dir, device->name) >=
	    (int)sizeof(path))
		return;
	if (!read_attr(path, "dev", text, sizeof(text)))
		sscanf(text, "%" SCNu32 ":%" SCNu32, &device->major,
		       &device->minor);
}

static int take_device(const char *dir, const char *name, struct found *found)
{
	struct iscsidsc_device device = { 0 }, *items;
	char text[64], end;

	if (sscanf(name, "%" SCNu32 ":%" SCNu32 ":%" SCNu32 ":%" SCNu64 "%c",
		   &device.host, &device.channel, &device.target, &device.lun,
		   &end) != 4)
		return 0;
	if (!read_attr(dir, "type", text, sizeof(text)))
		device.type = (uint32_t)strtoul(text, NULL, 10);
	read_block(dir, &device);
	items = realloc(found->items, (found->count + 1) * sizeof(*items));
	if (!items)
		return -ENOMEM;
	found->items = items;
	items[found->count++] = device;
	return 0;
}

/* Directories below @dir: targets of the session, or devices of a target */
static int walk(const char *dir, int depth, struct found *found)
{
	DIR *d = opendir(dir);
	char path[PATH_MAX];
	struct dirent *e;
	int err = 0;

	if (!d)
		return depth ? 0 : -errno;
	while (!err && (e = readdir(d))) {
		if (snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) >=
		    (int)sizeof(path))
			continue;
		if (depth)
			err = take_device(path, e->d_name, found);
		else if (!strncmp(e->d_name, "target", 6))
			err = walk(path, depth + 1, found);
	}
	closedir(d);
	return err;
}

static int device_cmp(const void *a, const void *b)
{
	const struct iscsidsc_device *x = a, *y = b;

	if (x->channel != y->channel)
		return x->channel < y->channel ? -1 : 1;
	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return (x->lun > y->lun) - (x->lun < y->lun);
}

/**
 * iscsidsc_devices_get - list the devices of a session
 * @sid: session
 * @devices: set to an array to be freed with free(3), ordered by address
 * @count: set to its length
 *
 * Return: 0, ISDSC_INVALID_SESSION_ID if there is no such session, or
 * ERROR_NOT_ENOUGH_MEMORY.
 */
ISDSC_STATUS iscsidsc_devices_get(uint32_t sid,
				  struct iscsidsc_device **devices,
				  size_t *count)
{
	struct found found = { 0 };
	char path[PATH_MAX];
	int err;

	if (snprintf(path, sizeof(path),
		     "%s/class/iscsi_session/session%" PRIu32 "/device",
		     iscsidsc_host_default()->sysfs, sid) >= (int)sizeof(path))
		return ERROR_INVALID_PARAMETER;
	err = walk(path, 0, &found);
	if (err) {
		free(found.items);
		return err == -ENOENT ? ISDSC_INVALID_SESSION_ID :
					iscsidsc_status(0, -err);
	}
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items),
		      device_cmp);
	*devices = found.items;
	*count = found.count;
	return ERROR_SUCCESS;
}
