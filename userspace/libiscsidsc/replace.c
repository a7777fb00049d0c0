// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Files with secrets in them: for root only, replaced completely or not at all. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/**
 * iscsidsc_replace_begin - open the new file
 * @r: filled in
 * @path: file to be replaced
 *
 * Under a lock, so that there is one new file at a time: what is left of one whose
 * writer was killed does not stay, with the secrets in it.
 *
 * Return: 0 or -1 and errno.
 */
int iscsidsc_replace_begin(struct iscsidsc_replace *r, const char *path)
{
	int fd, error;

	if (snprintf(r->path, sizeof(r->path), "%s", path) >=
		    (int)sizeof(r->path) ||
	    snprintf(r->temp, sizeof(r->temp), "%s.new", path) >=
		    (int)sizeof(r->temp)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (unlink(r->temp) && errno != ENOENT)
		return -1;
	fd = open(r->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	r->out = fdopen(fd, "w");
	if (!r->out) {
		error = errno;
		close(fd);
		unlink(r->temp);
		errno = error;
		return -1;
	}
	/* One that can be wiped */
	setvbuf(r->out, r->buffer, _IOFBF, sizeof(r->buffer));
	return 0;
}

/**
 * iscsidsc_replace_end - put the new file in the place of the old one
 * @r: of iscsidsc_replace_begin()
 *
 * Return: 0, or -1 and errno when something could not be written; the old file is
 * as it was then.
 */
int iscsidsc_replace_end(struct iscsidsc_replace *r)
{
	int error = 0;

	if (fflush(r->out) || ferror(r->out) || fsync(fileno(r->out)))
		error = errno ? errno : EIO;
	if (fclose(r->out) && !error)
		error = errno;
	explicit_bzero(r->buffer, sizeof(r->buffer));
	if (!error && rename(r->temp, r->path))
		error = errno;
	if (!error)
		return 0;
	unlink(r->temp);
	errno = error;
	return -1;
}
