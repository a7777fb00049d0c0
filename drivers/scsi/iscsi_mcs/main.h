/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_MAIN_H
#define MCS_MAIN_H

#include <linux/workqueue.h>

extern struct workqueue_struct *mcs_io_wq;
extern struct workqueue_struct *mcs_recovery_wq;
extern struct workqueue_struct *mcs_connect_wq;
extern unsigned int mcs_max_connections;

#endif /* MCS_MAIN_H */
