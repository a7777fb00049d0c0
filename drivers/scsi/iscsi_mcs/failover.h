/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_FAILOVER_H
#define MCS_FAILOVER_H

#include <linux/types.h>

struct mcs_conn;
struct mcs_session;

bool mcs_failover_is_possible(struct mcs_session *sess);
int mcs_failover_conn(struct mcs_conn *conn);
int mcs_failover_probe(struct mcs_conn *conn);

#endif /* MCS_FAILOVER_H */
