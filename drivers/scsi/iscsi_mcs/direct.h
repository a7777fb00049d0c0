/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_DIRECT_H
#define MCS_DIRECT_H

#include <linux/types.h>

struct mcs_conn;
struct sock;

bool mcs_direct_enter(struct mcs_conn *conn);
void mcs_direct_send(struct mcs_conn *conn);
bool mcs_direct_receive(struct mcs_conn *conn, struct sock *sk);

#endif /* MCS_DIRECT_H */
