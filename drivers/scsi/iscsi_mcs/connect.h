/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_CONNECT_H
#define MCS_CONNECT_H

#include <linux/types.h>

struct mcs_conn;

void mcs_connect_init(struct mcs_conn *conn);
int mcs_connect_prepare(struct mcs_conn *conn);
void mcs_connect_destroy(struct mcs_conn *conn);
void mcs_connect_start(struct mcs_conn *conn, unsigned long delay);
void mcs_connect_hasten(struct mcs_conn *conn);
void mcs_connect_count_loss(struct mcs_conn *conn, bool relogin);
void mcs_connect_with_session(struct mcs_conn *conn);
void mcs_connect_again(struct mcs_conn *conn);
u32 mcs_connect_retry_ms(struct mcs_conn *conn);
bool mcs_connect_is_flapping(struct mcs_conn *conn);
void mcs_connect_cancel_all(struct mcs_session *sess);
void mcs_connect_cancel(struct mcs_conn *conn);
void mcs_connect_remove(struct mcs_conn *conn);

#endif /* MCS_CONNECT_H */
