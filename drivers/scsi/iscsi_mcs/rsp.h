/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_RSP_H
#define MCS_RSP_H

struct mcs_conn;

const char *mcs_rsp_begin(struct mcs_conn *conn);
const char *mcs_rsp_end(struct mcs_conn *conn);

#endif /* MCS_RSP_H */
