/* SPDX-License-Identifier: GPL-2.0 */
/*
 * v6.12: move asm/unaligned.h to linux/unaligned.h
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_LINUX_UNALIGNED_H
#define MCS_COMPAT_LINUX_UNALIGNED_H

#include <mcs_have.h>

#ifdef MCS_HAVE_LINUX_UNALIGNED_H
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* MCS_COMPAT_LINUX_UNALIGNED_H */
