/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_LINUX_TIMER_H
#define MCS_COMPAT_LINUX_TIMER_H

#include_next <linux/timer.h>

/* v6.16: treewide, timers: Rename from_timer() to timer_container_of() */
#ifndef timer_container_of
#define timer_container_of(var, callback_timer, timer_fieldname) \
	from_timer(var, callback_timer, timer_fieldname)
#endif

#endif /* MCS_COMPAT_LINUX_TIMER_H */
