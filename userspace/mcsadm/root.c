// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Where the machine's files are, and its clock: apart, so that tests link
 * another.
 */

#include <time.h>

#include "system.h"

/**
 * system_root - what paths of files and programs start with
 *
 * Return: nothing, outside of tests.
 */
const char *system_root(void)
{
	return "";
}

/**
 * system_now_ms - a clock that only goes forward
 *
 * Return: milliseconds since some time.
 */
int64_t system_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
