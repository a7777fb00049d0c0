/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_EVENT_H
#define MCS_EVENT_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

struct mcs_conn;
struct mcs_session;

void mcs_event_session(struct mcs_session *sess, u8 cmd,
		       enum iscsi_mcs_reason reason, u32 duration_ms);
void mcs_event_conn_added(struct mcs_conn *conn);
void mcs_event_conn_up(struct mcs_conn *conn);
void mcs_event_conn_down(struct mcs_conn *conn, u32 pause_ms);
void mcs_event_conn_removed(struct mcs_conn *conn,
			    enum iscsi_mcs_reason reason);

#endif /* MCS_EVENT_H */
