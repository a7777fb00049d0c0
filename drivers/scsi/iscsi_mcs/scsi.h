/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_SCSI_H
#define MCS_SCSI_H

#include <scsi/scsi_host.h>

extern struct scsi_host_template mcs_scsi_template;

#endif /* MCS_SCSI_H */
