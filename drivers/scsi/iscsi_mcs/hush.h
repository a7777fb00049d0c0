/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_HUSH_H
#define MCS_HUSH_H

#include <linux/types.h>

struct mcs_conn;
struct mcs_session;

bool mcs_hush_is_needed(const struct mcs_session *sess);
bool mcs_hush_begin(struct mcs_conn *conn, unsigned long timeout);
void mcs_hush_until_closed(struct mcs_conn *conn);
void mcs_hush_end(struct mcs_conn *conn);

#endif /* MCS_HUSH_H */
