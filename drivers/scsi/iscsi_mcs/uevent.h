/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_UEVENT_H
#define MCS_UEVENT_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

struct mcs_conn;
struct mcs_session;

void mcs_uevent_session(struct mcs_session *sess, u8 cmd,
			enum iscsi_mcs_reason reason, u32 duration_ms);
void mcs_uevent_conn(struct mcs_conn *conn, u8 cmd,
		     enum iscsi_mcs_reason reason, u32 duration_ms);
void mcs_uevent_flush(void);

#endif /* MCS_UEVENT_H */
