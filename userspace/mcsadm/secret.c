// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Secrets come from files, never from the command line. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "mcsadm.h"

/**
 * secret_hide - from now on no core file and no tracer sees this process
 */
void secret_hide(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

/**
 * secret_bytes - read a secret
 * @file: name of the file, "-" for standard input
 * @bytes: filled in, has room for two more than @max
 * @max: longest secret
 * @len: set to its length; a newline at the end does not belong to it
 *
 * Return: EXIT_DONE or EXIT_FAILED.
 */
int secret_bytes(const char *file, char *bytes, size_t max, size_t *len)
{
	int fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC) : 0;
	const char *name = fd ? file : "standard input";
	ssize_t n = -1;

	secret_hide();
	*len = 0;
	/* By read(2): stdio would leave a copy in its buffer. */
	while (fd >= 0 && *len < max + 2) {
		n = read(fd, bytes + *len, max + 2 - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		*len += (size_t)n;
	}
	if (n < 0)
		fprintf(stderr, "mcsadm: cannot read secret from %s: %s\n",
			name, strerror(errno));
	if (fd > 0)
		close(fd);
	if (*len && bytes[*len - 1] == '\n')
		(*len)--;
	if (n >= 0 && *len && *len <= max)
		return EXIT_DONE;
	explicit_bzero(bytes, max + 2);
	if (n >= 0)
		fprintf(stderr,
			"mcsadm: secret in %s is empty or longer than %zu bytes\n",
			name, max);
	*len = 0;
	return EXIT_FAILED;
}

/**
 * secret_read - read a secret for CHAP
 * @file: name of the file, "-" for standard input
 * @secret: filled in
 *
 * Return: EXIT_DONE or EXIT_FAILED.
 */
int secret_read(const char *file, struct secret *secret)
{
	return secret_bytes(file, secret->bytes, ISCSI_MCS_CHAP_LEN,
			    &secret->len);
}

/**
 * secret_wipe - forget a secret
 * @secret: secret
 */
void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}
