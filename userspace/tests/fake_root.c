// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* A machine below a directory: its files, and programs that are scripts. */

#include <time.h>

#include "fake_host.h"
#include "fake_kernel.h"
#include "../mcsadm/system.h"

/**
 * system_root - what paths of files and programs start with
 *
 * Return: the directory.
 */
const char *system_root(void)
{
	return fake_host_dir();
}

/**
 * system_now_ms - a clock, that of the test if it plays with time
 *
 * Return: milliseconds.
 */
int64_t system_now_ms(void)
{
	struct timespec now;

	if (fake.on_wait)
		return fake.clock_ms;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
