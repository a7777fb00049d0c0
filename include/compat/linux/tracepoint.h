/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 *
 * No guard around the include: the kernel's header reads itself again for each
 * trace header and does its own guarding.
 */
#include_next <linux/tracepoint.h>

#ifndef mcs_assign_str
#include <mcs_have.h>

/* mcs_assign_str - __assign_str(), which lost its second argument in v6.10 */
#ifdef MCS_HAVE_ASSIGN_STR_ONE
#define mcs_assign_str(dst, src)	__assign_str(dst)
#else
#define mcs_assign_str(dst, src)	__assign_str(dst, src)
#endif
#endif /* mcs_assign_str */
