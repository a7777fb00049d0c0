/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_RSP_SCSI_H
#define MCS_RSP_SCSI_H

struct iscsi_hdr;
struct mcs_conn;

const char *mcs_rsp_data_in_begin(struct mcs_conn *conn);
const char *mcs_rsp_data_in_end(struct mcs_conn *conn);
const char *mcs_rsp_scsi(struct mcs_conn *conn);
const char *mcs_rsp_r2t(struct mcs_conn *conn);
const char *mcs_rsp_scsi_rejected(struct mcs_conn *conn,
				  const struct iscsi_hdr *bad);

#endif /* MCS_RSP_SCSI_H */
