/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Minimum and maximum, evaluated once.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_LINUX_MINMAX_H
#define SHIM_LINUX_MINMAX_H

#define min_t(type, a, b) ({			\
	type min_a = (a);			\
	type min_b = (b);			\
	min_a < min_b ? min_a : min_b; })
#define max_t(type, a, b) ({			\
	type max_a = (a);			\
	type max_b = (b);			\
	max_a > max_b ? max_a : max_b; })
#define min(a, b) min_t(__typeof__(a), a, b)
#define max(a, b) max_t(__typeof__(a), a, b)
#define clamp_t(type, value, low, high) \
	min_t(type, max_t(type, value, low), high)

#endif /* SHIM_LINUX_MINMAX_H */
