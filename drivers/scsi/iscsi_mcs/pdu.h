/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_PDU_H
#define MCS_PDU_H

#include <linux/types.h>
#include <scsi/iscsi_proto.h>

/*
 * Validation of PDUs received from the target. Everything here is pure:
 * header and expectations in, verdict out. Also built in user space, where
 * it is fuzzed.
 *
 * Every check returns NULL when the PDU may be used, else a short text that
 * says which rule was broken; the connection it came on is then failed.
 */

/* Largest data segment of a PDU that is not Data-In: text, sense, reject */
#define MCS_PDU_CTL_DATA_MAX	8192

/* Additional header segments: TotalAHSLength counts 4-byte words, 8 bits */
#define MCS_PDU_AHS_MAX		(255 * 4)

/**
 * struct mcs_pdu_limits - what a connection allows in its present phase
 * @max_recv_dlength: our declared MaxRecvDataSegmentLength in bytes
 * @login_phase: only Login Responses may arrive
 */
struct mcs_pdu_limits {
	u32 max_recv_dlength;
	bool login_phase;
};

/**
 * struct mcs_pdu_xfer - state of a SCSI command that R2T and Data-In obey
 * @length: expected data transfer length in bytes
 * @is_read: the command reads (Data-In legal)
 * @is_write: the command writes (R2T legal)
 * @max_burst: negotiated MaxBurstLength in bytes
 * @r2t_room: R2Ts that may still become outstanding
 * @exp_datasn: next DataSN or R2TSN
 * @next_offset: offset at which the next Data-In has to start
 *	(DataPDUInOrder and DataSequenceInOrder are always Yes)
 */
struct mcs_pdu_xfer {
	u32 length;
	bool is_read;
	bool is_write;
	u32 max_burst;
	u32 r2t_room;
	u32 exp_datasn;
	u32 next_offset;
};

static inline u8 mcs_pdu_opcode(const struct iscsi_hdr *hdr)
{
	return hdr->opcode & ISCSI_OPCODE_MASK;
}

static inline u32 mcs_pdu_dlength(const struct iscsi_hdr *hdr)
{
	return (u32)hdr->dlength[0] << 16 | (u32)hdr->dlength[1] << 8 |
	       hdr->dlength[2];
}

static inline u32 mcs_pdu_pad(u32 len)
{
	return -len & 3;
}

const char *mcs_pdu_check_bhs(const struct iscsi_hdr *hdr,
			      const struct mcs_pdu_limits *lim);
bool mcs_pdu_consumes_statsn(const struct iscsi_hdr *hdr);
const char *mcs_pdu_check_data_in(const struct iscsi_data_rsp *hdr,
				  const struct mcs_pdu_xfer *x);
const char *mcs_pdu_check_r2t(const struct iscsi_r2t_rsp *hdr,
			      const struct mcs_pdu_xfer *x);

#endif /* MCS_PDU_H */
