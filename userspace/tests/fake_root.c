// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* A machine below a directory: its files, and programs that are scripts. */

#include "fake_host.h"
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
