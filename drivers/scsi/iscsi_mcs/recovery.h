/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_RECOVERY_H
#define MCS_RECOVERY_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

struct mcs_conn;
struct mcs_session;

bool mcs_recovery_login_waits(const struct mcs_session *sess);
void mcs_recovery_init(struct mcs_session *sess);
void mcs_recovery_kick(struct mcs_session *sess);
void mcs_recovery_cancel(struct mcs_session *sess);

struct mcs_conn *mcs_recovery_next_lost(struct mcs_session *sess);
void mcs_recovery_take_tasks(struct mcs_conn *conn);
void mcs_recovery_drop_conn(struct mcs_conn *conn, bool abortive);
void mcs_recovery_stop_all(struct mcs_session *sess,
			   enum iscsi_mcs_reason reason);
void mcs_recovery_resubmit(struct mcs_session *sess);
void mcs_recovery_fail_parked(struct mcs_session *sess, u32 result);

#endif /* MCS_RECOVERY_H */
