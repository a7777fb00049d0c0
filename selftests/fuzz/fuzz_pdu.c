// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: judging the headers of PDUs.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Input: one byte of settings, four numbers of four bytes that describe the
 * command, a header.
 */
#include <asm/byteorder.h>

#include "fuzz.h"
#include "pdu.h"

#define LIMIT	65536

static u32 number(struct fuzz_input *in)
{
	u32 value = fuzz_byte(in) << 8 | fuzz_byte(in);

	return value << 16 | fuzz_byte(in) << 8 | fuzz_byte(in);
}

static void check_header(const struct iscsi_hdr *hdr, bool login_phase)
{
	const struct mcs_pdu_limits limits = {
		.max_recv_dlength = LIMIT,
		.login_phase = login_phase,
	};

	if (mcs_pdu_check_bhs(hdr, &limits))
		return;
	FUZZ_CHECK(mcs_pdu_dlength(hdr) <= LIMIT);
	FUZZ_CHECK((mcs_pdu_opcode(hdr) == ISCSI_OP_LOGIN_RSP) == login_phase);
	mcs_pdu_consumes_statsn(hdr);
}

/* What passes must lie within the buffer, in numbers that cannot wrap. */
static void check_transfer(const struct iscsi_hdr *hdr,
			   const struct mcs_pdu_xfer *x)
{
	const struct iscsi_data_rsp *data = (const void *)hdr;
	const struct iscsi_r2t_rsp *r2t = (const void *)hdr;
	u64 offset, len;

	if (!mcs_pdu_check_data_in(data, x)) {
		offset = be32_to_cpu(data->offset);
		FUZZ_CHECK(x->is_read);
		FUZZ_CHECK(offset + mcs_pdu_dlength(hdr) <= x->length);
	}
	if (!mcs_pdu_check_r2t(r2t, x)) {
		offset = be32_to_cpu(r2t->data_offset);
		len = be32_to_cpu(r2t->data_length);
		FUZZ_CHECK(x->is_write && x->r2t_room);
		FUZZ_CHECK(len && len <= x->max_burst);
		FUZZ_CHECK(offset + len <= x->length);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct mcs_pdu_xfer x = { 0 };
	struct iscsi_hdr hdr;
	u8 settings = fuzz_byte(&in);

	x.is_read = settings & 1;
	x.is_write = settings & 2;
	x.r2t_room = settings >> 4;
	x.length = number(&in);
	x.max_burst = number(&in);
	x.exp_datasn = number(&in);
	x.next_offset = number(&in);
	if (in.len < sizeof(hdr))
		return 0;
	memcpy(&hdr, in.data, sizeof(hdr));
	check_header(&hdr, settings & 4);
	check_transfer(&hdr, &x);
	return 0;
}
