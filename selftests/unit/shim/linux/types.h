/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel types for the module's pure files when built in user space.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX

#ifndef __force
#define __force
#endif

#endif /* SHIM_LINUX_TYPES_H */
