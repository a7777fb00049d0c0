/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_EH_H
#define MCS_EH_H

#include <scsi/scsi_host.h>

struct mcs_conn;
struct mcs_session;
struct scsi_cmnd;

enum scsi_timeout_action mcs_eh_timed_out(struct scsi_cmnd *sc);
int mcs_eh_abort(struct scsi_cmnd *sc);
int mcs_eh_device_reset(struct scsi_cmnd *sc);
int mcs_eh_target_reset(struct scsi_cmnd *sc);
int mcs_eh_host_reset(struct scsi_cmnd *sc);

void mcs_eh_flush(struct mcs_session *sess);
void mcs_eh_run(struct mcs_conn *conn);
void mcs_eh_drop_all(struct mcs_conn *conn);

#endif /* MCS_EH_H */
