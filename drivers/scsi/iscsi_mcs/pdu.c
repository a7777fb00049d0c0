// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <asm/byteorder.h>

#include "pdu.h"

static bool mcs_pdu_opcode_is_known(u8 opcode)
{
	switch (opcode) {
	case ISCSI_OP_NOOP_IN:
	case ISCSI_OP_SCSI_CMD_RSP:
	case ISCSI_OP_SCSI_TMFUNC_RSP:
	case ISCSI_OP_LOGIN_RSP:
	case ISCSI_OP_TEXT_RSP:
	case ISCSI_OP_SCSI_DATA_IN:
	case ISCSI_OP_LOGOUT_RSP:
	case ISCSI_OP_R2T:
	case ISCSI_OP_ASYNC_EVENT:
	case ISCSI_OP_REJECT:
		return true;
	}
	return false;
}

/* Does this opcode never carry a data segment? */
static bool mcs_pdu_opcode_is_bare(u8 opcode)
{
	return opcode == ISCSI_OP_R2T || opcode == ISCSI_OP_LOGOUT_RSP ||
	       opcode == ISCSI_OP_SCSI_TMFUNC_RSP;
}

/**
 * mcs_pdu_check_bhs - is a received basic header segment acceptable?
 * @hdr: header as received
 * @lim: limits of the connection
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_pdu_check_bhs(const struct iscsi_hdr *hdr,
			      const struct mcs_pdu_limits *lim)
{
	u8 opcode = mcs_pdu_opcode(hdr);
	u32 dlen = mcs_pdu_dlength(hdr);

	if (!mcs_pdu_opcode_is_known(opcode))
		return "unknown opcode";
	if (lim->login_phase && opcode != ISCSI_OP_LOGIN_RSP)
		return "PDU before the login ended";
	if (!lim->login_phase && opcode == ISCSI_OP_LOGIN_RSP)
		return "login response after the login";
	if (mcs_pdu_opcode_is_bare(opcode) && dlen)
		return "data segment where none is allowed";
	if (opcode == ISCSI_OP_SCSI_DATA_IN) {
		if (dlen > lim->max_recv_dlength)
			return "data segment above MaxRecvDataSegmentLength";
	} else if (dlen > MCS_PDU_CTL_DATA_MAX) {
		return "data segment too long for its opcode";
	}
	if (opcode == ISCSI_OP_ASYNC_EVENT && hdr->itt != RESERVED_ITT)
		return "Async Message with a task tag";
	if (opcode == ISCSI_OP_NOOP_IN && hdr->itt == RESERVED_ITT && dlen)
		return "NOP-In ping with a data segment";
	if (opcode == ISCSI_OP_NOOP_IN && hdr->itt != RESERVED_ITT &&
	    hdr->ttt != cpu_to_be32(ISCSI_RESERVED_TAG))
		return "NOP-In with both tags";
	return NULL;
}

/**
 * mcs_pdu_consumes_statsn - does this PDU carry a StatSN of its own?
 * @hdr: header as received
 *
 * R2T, target pings and Data-In without status show the next StatSN without
 * using it up (RFC 7143, 4.2.2.2).
 */
bool mcs_pdu_consumes_statsn(const struct iscsi_hdr *hdr)
{
	switch (mcs_pdu_opcode(hdr)) {
	case ISCSI_OP_R2T:
		return false;
	case ISCSI_OP_NOOP_IN:
		return hdr->itt != RESERVED_ITT;
	case ISCSI_OP_SCSI_DATA_IN:
		return hdr->flags & ISCSI_FLAG_DATA_STATUS;
	}
	return true;
}

/**
 * mcs_pdu_check_data_in - may this Data-In be placed into its command?
 * @hdr: header as received
 * @x: state of the command
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_pdu_check_data_in(const struct iscsi_data_rsp *hdr,
				  const struct mcs_pdu_xfer *x)
{
	u32 dlen = mcs_pdu_dlength((const struct iscsi_hdr *)hdr);
	u32 offset = be32_to_cpu(hdr->offset);

	if (!x->is_read)
		return "Data-In for a command that does not read";
	if (be32_to_cpu(hdr->datasn) != x->exp_datasn)
		return "Data-In with a DataSN out of order";
	if (dlen && offset != x->next_offset)
		return "Data-In at an offset out of order";
	if (offset > x->length || dlen > x->length - offset)
		return "Data-In beyond the end of the buffer";
	if ((hdr->flags & ISCSI_FLAG_DATA_STATUS) &&
	    !(hdr->flags & ISCSI_FLAG_CMD_FINAL))
		return "Data-In with status but without the final bit";
	return NULL;
}

/**
 * mcs_pdu_check_r2t - may this R2T be served?
 * @hdr: header as received
 * @x: state of the command
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_pdu_check_r2t(const struct iscsi_r2t_rsp *hdr,
			      const struct mcs_pdu_xfer *x)
{
	u32 offset = be32_to_cpu(hdr->data_offset);
	u32 length = be32_to_cpu(hdr->data_length);

	if (!x->is_write)
		return "R2T for a command that does not write";
	if (hdr->ttt == cpu_to_be32(ISCSI_RESERVED_TAG))
		return "R2T without a Target Transfer Tag";
	if (be32_to_cpu(hdr->r2tsn) != x->exp_datasn)
		return "R2T with an R2TSN out of order";
	if (!length || length > x->max_burst)
		return "R2T with an illegal length";
	if (offset > x->length || length > x->length - offset)
		return "R2T beyond the end of the buffer";
	if (!x->r2t_room)
		return "more R2Ts than MaxOutstandingR2T";
	return NULL;
}
