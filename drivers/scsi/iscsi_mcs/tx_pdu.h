/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_TX_PDU_H
#define MCS_TX_PDU_H

#include <linux/types.h>

struct mcs_conn;

bool mcs_tx_next(struct mcs_conn *conn);
bool mcs_tx_next_scsi(struct mcs_conn *conn);
void mcs_tx_pdu_sent(struct mcs_conn *conn);
void mcs_tx_start(struct mcs_conn *conn, u32 hdr_len, const void *data);

#endif /* MCS_TX_PDU_H */
