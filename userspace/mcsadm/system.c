// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Files and programs of the machine. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mcsadm.h"
#include "system.h"

static int full_path(const char *path, char *full, size_t size)
{
	int n = snprintf(full, size, "%s%s", system_root(), path);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/**
 * system_exists - whether there is a file or directory
 * @path: its path
 *
 * Return: 1 or 0.
 */
int system_exists(const char *path)
{
	char full[PATH_MAX];

	return !full_path(path, full, sizeof(full)) && !access(full, F_OK);
}

/**
 * system_read - read a small file, without the newline at its end
 * @path: its path
 * @text: set to its beginning, empty on error
 * @size: size of @text
 *
 * Return: 0 or -errno.
 */
int system_read(const char *path, char *text, size_t size)
{
	char full[PATH_MAX];
	int err = full_path(path, full, sizeof(full));
	size_t len;
	FILE *in;

	*text = '\0';
	if (err)
		return err;
	in = fopen(full, "re");
	if (!in)
		return -errno;
	len = fread(text, 1, size - 1, in);
	err = ferror(in) ? -EIO : 0;
	fclose(in);
	while (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return err;
}

/**
 * system_write - replace a file as a whole
 * @path: its path
 * @text: its content
 *
 * Return: 0 or -errno; then the file is what it was.
 */
int system_write(const char *path, const char *text)
{
	char full[PATH_MAX], fresh[PATH_MAX];
	int err = full_path(path, full, sizeof(full) - 8);
	size_t len = strlen(text);
	FILE *out;

	if (err)
		return err;
	/* modprobe ignores what does not end in .conf */
	snprintf(fresh, sizeof(fresh), "%.*s.new", PATH_MAX - 8, full);
	out = fopen(fresh, "we");
	if (!out)
		return -errno;
	fchmod(fileno(out), 0644);
	if (fwrite(text, 1, len, out) != len || fflush(out) ||
	    fsync(fileno(out)))
		err = -errno;
	if (fclose(out) && !err)
		err = -errno;
	if (!err && rename(fresh, full))
		err = -errno;
	if (err)
		unlink(fresh);
	return err;
}

/**
 * system_remove - remove a file
 * @path: its path
 *
 * Return: 0 or -errno.
 */
int system_remove(const char *path)
{
	char full[PATH_MAX];
	int err = full_path(path, full, sizeof(full));

	if (!err && unlink(full))
		err = -errno;
	return err;
}

/* At most size - 1 bytes of what comes out of a pipe; the rest is lost */
static void read_some(int fd, char *text, size_t size)
{
	char rest[512];
	size_t len = 0;
	ssize_t n;

	do {
		if (len + 1 < size)
			n = read(fd, text + len, size - 1 - len);
		else
			n = read(fd, rest, sizeof(rest));
		if (n > 0 && len + 1 < size)
			len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	text[len] = '\0';
}

static int spawn(const char *path, const char *const argv[], int out,
		 pid_t *pid)
{
	char search[PATH_MAX];
	char *const env[] = { "LC_ALL=C", search, NULL };
	posix_spawn_file_actions_t actions;
	const char *root = system_root();
	int err;

	/* what the tests' stand-ins for programs call lies where it always does */
	snprintf(search, sizeof(search), "PATH=%s%s/usr/sbin:/usr/bin:/sbin:/bin",
		 root, *root ? "/bin:" : "");
	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return -err;
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY,
					 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, out, 2);
	err = posix_spawn(pid, path, &actions, NULL, (char *const *)argv, env);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int find_program(const char *name, char *full, size_t size)
{
	static const char *const dirs[] = { "/usr/sbin", "/usr/bin", "/sbin",
					    "/bin" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(full, size, "%s%s/%s", system_root(), dirs[i], name);
		if (!access(full, X_OK))
			return 0;
	}
	return -ENOENT;
}

/* The first lines are enough of any program that is run here */
#define MAX_OUTPUT	(256 * 1024)

/**
 * system_run - run a program and wait for its end
 * @argv: its name and arguments, NULL at the end
 * @output: set to what it printed, to be freed
 *
 * Return: exit status; -ENOENT if there is no such program, or another -errno.
 *	There is an output only for an exit status.
 */
int system_run(const char *const argv[], char **output)
{
	char path[PATH_MAX];
	int fds[2], status, err;
	pid_t pid;

	err = find_program(argv[0], path, sizeof(path));
	if (err)
		return err;
	*output = malloc(MAX_OUTPUT);
	if (!*output)
		return -ENOMEM;
	if (pipe2(fds, O_CLOEXEC)) {
		free(*output);
		return -errno;
	}
	err = spawn(path, argv, fds[1], &pid);
	close(fds[1]);
	if (!err) {
		read_some(fds[0], *output, MAX_OUTPUT);
		while (waitpid(pid, &status, 0) < 0 && !err)
			err = errno == EINTR ? 0 : -errno;
	}
	close(fds[0]);
	if (err) {
		free(*output);
		return err;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
