// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* What iscsid does is asked of iscsiadm(8). */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Exit status of iscsiadm, as its manual page lists them */
static const struct {
	int exit_status;
	ISDSC_STATUS status;
} exits[] = {
	{ 0, ERROR_SUCCESS },
	{ 2, ISDSC_INVALID_SESSION_ID },
	{ 3, ERROR_NOT_ENOUGH_MEMORY },
	{ 4, ISDSC_CONNECTION_FAILED },
	{ 5, ISDSC_LOGIN_FAILED },
	{ 7, ERROR_INVALID_PARAMETER },
	{ 8, ISDSC_CONNECTION_FAILED },
	{ 11, ISDSC_CONNECTION_FAILED },
	{ 12, ISDSC_SERVICE_NOT_RUNNING },
	{ 13, ERROR_ACCESS_DENIED },
	{ 15, ISDSC_TARGET_ALREADY_LOGGED_IN },
	{ 18, ISDSC_SERVICE_DID_NOT_RESPOND },
	{ 19, ISDSC_LOGIN_FAILED },
	{ 20, ERROR_SERVICE_NOT_ACTIVE },
	{ 21, ISDSC_TARGET_NOT_FOUND },
	{ 24, ISDSC_AUTHENTICATION_FAILURE },
	{ 28, ISDSC_DEVICE_BUSY_ON_SESSION },
	{ 29, ISDSC_SESSION_BUSY },
	{ 32, ISDSC_NO_CONNECTION_AVAILABLE },
};

/**
 * iscsidsc_iscsiadm - run iscsiadm
 * @argv: arguments, NULL at the end
 * @output: set to what it printed, to be freed; or NULL
 *
 * Return: 0, the status that stands for its exit status, or
 * ERROR_SERVICE_NOT_ACTIVE if open-iscsi is not there.
 */
ISDSC_STATUS iscsidsc_iscsiadm(const char *const argv[], char **output)
{
	char *text = NULL;
	size_t i;
	int ret;

	ret = iscsidsc_host_default()->iscsiadm(argv, &text);
	/* ISDSC_SERVICE_NOT_RUNNING is about the module. */
	if (ret < 0)
		return ret == -ENOENT ? ERROR_SERVICE_NOT_ACTIVE :
					iscsidsc_status(0, -ret);
	if (!ret && output)
		*output = text;
	else
		free(text);
	for (i = 0; i < ARRAY_SIZE(exits); i++)
		if (exits[i].exit_status == ret)
			return exits[i].status;
	return ISDSC_NON_SPECIFIC_ERROR;
}

/* "ADDRESS:PORT,TAG NAME" of one node record; 0 if it is of this target */
static int parse_node(char *line, const char *target, int tag,
		      struct iscsidsc_addr *addr)
{
	char *name = strchr(line, ' ');
	char *comma, *colon;

	if (!name)
		return -1;
	*name++ = '\0';
	comma = strrchr(line, ',');
	if (!comma || strcmp(name, target))
		return -1;
	*comma++ = '\0';
	if (tag >= 0 && atoi(comma) != tag)
		return -1;
	colon = strrchr(line, ':');
	if (!colon)
		return -1;
	*colon++ = '\0';
	if (iscsidsc_numeric(line, addr))
		return -1;
	addr->port = (uint16_t)atoi(colon);
	return 0;
}

/**
 * iscsidsc_node_portals - portals of a target that iscsid knows
 * @target: name of the target
 * @tag: portal group, or -1 for any
 * @addrs: set to an array to be freed
 * @count: set to its length, at least 1
 *
 * Return: 0, ISDSC_TARGET_NOT_FOUND or another status.
 */
ISDSC_STATUS iscsidsc_node_portals(const char *target, int tag,
				   struct iscsidsc_addr **addrs, size_t *count)
{
	static const char *const argv[] = { "iscsiadm", "-m", "node", NULL };
	struct iscsidsc_addr *list, *more;
	char *output, *line, *rest = NULL;
	ISDSC_STATUS status;
	size_t n = 0;

	status = iscsidsc_iscsiadm(argv, &output);
	if (status)
		return status;
	list = malloc(sizeof(*list));
	line = list ? strtok_r(output, "\n", &rest) : NULL;
	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		if (parse_node(line, target, tag, &list[n]))
			continue;
		more = realloc(list, (++n + 1) * sizeof(*list));
		if (!more) {
			free(list);
			list = NULL;
			break;
		}
		list = more;
	}
	free(output);
	if (!list)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (!n) {
		free(list);
		return ISDSC_TARGET_NOT_FOUND;
	}
	*addrs = list;
	*count = n;
	return ERROR_SUCCESS;
}
