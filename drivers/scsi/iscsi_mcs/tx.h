/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_TX_H
#define MCS_TX_H

struct mcs_conn;

int mcs_tx_run(struct mcs_conn *conn);
int mcs_tx_run_direct(struct mcs_conn *conn);
bool mcs_tx_is_idle(struct mcs_conn *conn);

#endif /* MCS_TX_H */
