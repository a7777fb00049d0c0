/* SPDX-License-Identifier: GPL-2.0 */
/*
 * String functions: the C library's, and the kernel's wiping memset.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_LINUX_STRING_H
#define SHIM_LINUX_STRING_H

#include <string.h>

static inline void memzero_explicit(void *at, size_t count)
{
	explicit_bzero(at, count);
}

#endif /* SHIM_LINUX_STRING_H */
