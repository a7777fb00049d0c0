// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The machine the library runs on: files, and iscsiadm for what iscsid does. */

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

/* More than this iscsiadm has no reason to say. */
#define MAX_OUTPUT	(1024 * 1024)

static int spawn(const char *path, const char *const argv[], int out,
		 pid_t *pid)
{
	static char *const env[] = {
		"LC_ALL=C",
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		NULL,
	};
	posix_spawn_file_actions_t actions;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return -err;
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY,
					 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY,
					 0);
	err = posix_spawn(pid, path, &actions, NULL, (char *const *)argv, env);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

/* All that comes out of the pipe; NULL if memory is short or it is too much */
static char *read_all(int fd)
{
	size_t len = 0, room = 0;
	char *text = NULL, *more;
	ssize_t n = 1;

	while (n) {
		if (len + 1 >= room) {
			room = room ? 2 * room : 4096;
			more = room > MAX_OUTPUT ? NULL : realloc(text, room);
			if (!more) {
				free(text);
				return NULL;
			}
			text = more;
		}
		n = read(fd, text + len, room - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	return text;
}

/* Exit status, or -errno if the program could not be run */
static int run(const char *path, const char *const argv[], char **output)
{
	int fds[2], status, err;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	err = spawn(path, argv, fds[1], &pid);
	close(fds[1]);
	if (err) {
		close(fds[0]);
		return err;
	}
	*output = read_all(fds[0]);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		/* The program ignores its children; nobody knows. */
		err = -errno;
		break;
	}
	if (!*output && !err)
		err = -ENOMEM;
	if (err) {
		free(*output);
		return err;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

static int run_iscsiadm(const char *const argv[], char **output)
{
	int ret = run("/usr/sbin/iscsiadm", argv, output);

	if (ret == -ENOENT)
		ret = run("/sbin/iscsiadm", argv, output);
	return ret;
}

/**
 * iscsidsc_host_default - the machine the library runs on
 *
 * Return: where things are.
 */
const struct iscsidsc_host *iscsidsc_host_default(void)
{
	static const struct iscsidsc_host host = {
		.sysfs = "/sys",
		.config = "/etc/iscsi_mcs.conf",
		.ipsec = "/etc/iscsi_mcs.ipsec",
		.swanctl = "/etc/swanctl/conf.d",
		.vici = "/run/charon.vici",
		.xfrm_dump = iscsidsc_xfrm_dump,
		.xfrm_change = iscsidsc_xfrm_change,
		.xfrm_sa_dump = iscsidsc_xfrm_sa_dump,
		.xfrm_sa_remove = iscsidsc_xfrm_sa_remove,
		.iscsiadm = run_iscsiadm,
	};

	return &host;
}
