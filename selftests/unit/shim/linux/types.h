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

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX

#ifndef __force
#define __force
#endif

#endif /* SHIM_LINUX_TYPES_H */
