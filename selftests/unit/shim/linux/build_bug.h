/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Build-time assertions.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_LINUX_BUILD_BUG_H
#define SHIM_LINUX_BUILD_BUG_H

#define static_assert(condition) \
	extern char static_assertion[(condition) ? 1 : -1]

#endif /* SHIM_LINUX_BUILD_BUG_H */
