/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_RX_H
#define MCS_RX_H

struct mcs_conn;
struct sock;

int mcs_rx_run(struct mcs_conn *conn);
int mcs_rx_read(struct mcs_conn *conn, struct sock *sk);
bool mcs_rx_has_more(struct mcs_conn *conn);
void mcs_rx_reset(struct mcs_conn *conn);

#endif /* MCS_RX_H */
