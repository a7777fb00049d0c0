/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_LINUX_WORKQUEUE_H
#define MCS_COMPAT_LINUX_WORKQUEUE_H

#include_next <linux/workqueue.h>
#include <mcs_have.h>

/* A queue without WQ_UNBOUND was per-CPU before it had to say so. */
#ifndef MCS_HAVE_WQ_PERCPU
#define WQ_PERCPU		0
#endif

#ifndef MCS_HAVE_SYSTEM_DFL_WQ
#define system_percpu_wq	system_wq
#define system_dfl_wq		system_unbound_wq
#endif

#endif /* MCS_COMPAT_LINUX_WORKQUEUE_H */
