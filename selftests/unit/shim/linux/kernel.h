/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few helpers of linux/kernel.h that the pure files use.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <stdio.h>

#include <linux/build_bug.h>
#include <linux/minmax.h>
#include <linux/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define fallthrough __attribute__((__fallthrough__))

#endif /* SHIM_LINUX_KERNEL_H */
