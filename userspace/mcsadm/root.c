// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Where the machine's files are: in a file of its own so that tests link
 * another.
 */

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
