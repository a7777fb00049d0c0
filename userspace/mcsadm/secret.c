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
 * secret_read - read a secret
 * @file: name of the file, "-" for standard input
 * @secret: filled in; a newline at the end does not belong to it
 *
 * Return: EXIT_DONE or EXIT_FAILED.
 */
int secret_read(const char *file, struct secret *secret)
{
	int fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC) : 0;
	size_t len = 0;
	ssize_t n = -1;

	secret_hide();
	/* By read(2): stdio would leave a copy in its buffer. */
	while (fd >= 0 && len < sizeof(secret->bytes)) {
		n = read(fd, secret->bytes + len, sizeof(secret->bytes) - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (n < 0) {
		fprintf(stderr, "mcsadm: cannot read secret from %s: %s\n",
			file, strerror(errno));
		if (fd > 0)
			close(fd);
		return EXIT_FAILED;
	}
	if (fd > 0)
		close(fd);
	if (len && secret->bytes[len - 1] == '\n')
		len--;
	if (!len || len > ISCSI_MCS_CHAP_LEN) {
		secret_wipe(secret);
		fprintf(stderr,
			"mcsadm: secret in %s has not 1 to %d bytes\n", file,
			ISCSI_MCS_CHAP_LEN);
		return EXIT_FAILED;
	}
	secret->len = len;
	return EXIT_DONE;
}

/**
 * secret_wipe - forget a secret
 * @secret: secret
 */
void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}
