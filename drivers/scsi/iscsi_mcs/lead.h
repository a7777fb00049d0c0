/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_LEAD_H
#define MCS_LEAD_H

#include <scsi/libiscsi.h>

#include "ctl.h"

struct mcs_conn;
struct mcs_session;

/**
 * struct mcs_lead_task - our part of a libiscsi task
 * @hdr: header libiscsi writes
 * @ctl: the PDU on its way
 */
struct mcs_lead_task {
	struct iscsi_hdr hdr;
	struct mcs_ctl ctl;
};

int mcs_lead_init_task(struct iscsi_task *task);
int mcs_lead_xmit_task(struct iscsi_task *task);
void mcs_lead_cleanup_task(struct iscsi_task *task);
int mcs_lead_send_pdu(struct iscsi_cls_conn *cls_conn, struct iscsi_hdr *hdr,
		      char *data, u32 len);

struct mcs_conn *mcs_lead_carrier(struct mcs_session *sess);
const char *mcs_lead_answer(struct mcs_conn *conn, struct mcs_ctl *ctl);
const char *mcs_lead_login_rsp(struct mcs_conn *conn);
void mcs_lead_pass_up(struct mcs_conn *conn);

#endif /* MCS_LEAD_H */
