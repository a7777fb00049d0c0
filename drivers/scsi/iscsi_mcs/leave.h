/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_LEAVE_H
#define MCS_LEAVE_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

struct mcs_conn;

int mcs_leave_drain(struct mcs_conn *conn, unsigned long timeout);
int mcs_leave_logout(struct mcs_conn *conn, u16 *time2wait);
void mcs_leave_failed(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
		      int err, const char *text);
void mcs_leave_asked(struct mcs_conn *conn, u16 seconds);
bool mcs_leave_run(struct mcs_conn *conn);

#endif /* MCS_LEAVE_H */
