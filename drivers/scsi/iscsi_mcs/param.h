/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_PARAM_H
#define MCS_PARAM_H

#include <scsi/scsi_transport_iscsi.h>

struct mcs_conn;

umode_t mcs_param_is_visible(int param_type, int param);
int mcs_param_set(struct iscsi_cls_conn *cls_conn, enum iscsi_param param,
		  char *buf, int buflen);
int mcs_param_get_conn(struct iscsi_cls_conn *cls_conn, enum iscsi_param param,
		       char *buf);
void mcs_param_note_addresses(struct mcs_conn *conn);
int mcs_param_get_host(struct Scsi_Host *shost, enum iscsi_host_param param,
		       char *buf);
void mcs_param_get_stats(struct iscsi_cls_conn *cls_conn,
			 struct iscsi_stats *stats);

#endif /* MCS_PARAM_H */
