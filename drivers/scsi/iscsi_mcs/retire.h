/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_RETIRE_H
#define MCS_RETIRE_H

#include <linux/types.h>

struct mcs_ctl;
struct mcs_session;

bool mcs_retire_is_needed(struct mcs_session *sess);
bool mcs_retire_all_but_one(struct mcs_session *sess);
void mcs_retire_then_logout(struct mcs_session *sess, struct mcs_ctl *ctl);
void mcs_retire_forget_logout(struct mcs_session *sess);
void mcs_retire_init(struct mcs_session *sess);
void mcs_retire_cancel(struct mcs_session *sess);

#endif /* MCS_RETIRE_H */
