/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_RETIRE_H
#define MCS_RETIRE_H

#include <linux/types.h>

struct mcs_session;

bool mcs_retire_is_needed(struct mcs_session *sess);
bool mcs_retire_all_but_one(struct mcs_session *sess);
void mcs_retire_await_close(struct mcs_session *sess);

#endif /* MCS_RETIRE_H */
