/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What scsi/iscsi_proto.h needs of scsi/scsi.h.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_SCSI_SCSI_H
#define SHIM_SCSI_SCSI_H

#include <asm/byteorder.h>
#include <linux/types.h>

#define SCSI_MAX_VARLEN_CDB_SIZE	260

struct scsi_lun {
	u8 scsi_lun[8];
};

#endif /* SHIM_SCSI_SCSI_H */
