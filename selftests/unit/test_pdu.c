// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: judging PDUs of the target.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <asm/byteorder.h>
#include <linux/kernel.h>

#include "pdu.h"

static const struct mcs_pdu_limits full_feature = {
	.max_recv_dlength = 65536,
};

static const struct mcs_pdu_limits in_login = {
	.max_recv_dlength = 65536,
	.login_phase = true,
};

static const u8 known[] = {
	ISCSI_OP_NOOP_IN, ISCSI_OP_SCSI_CMD_RSP, ISCSI_OP_SCSI_TMFUNC_RSP,
	ISCSI_OP_TEXT_RSP, ISCSI_OP_SCSI_DATA_IN, ISCSI_OP_LOGOUT_RSP,
	ISCSI_OP_R2T, ISCSI_OP_ASYNC_EVENT, ISCSI_OP_REJECT,
};

static bool ok(u8 opcode, u32 dlength, const struct mcs_pdu_limits *lim)
{
	struct iscsi_hdr hdr = { .opcode = opcode };

	hton24(hdr.dlength, dlength);
	hdr.itt = RESERVED_ITT;
	hdr.ttt = cpu_to_be32(ISCSI_RESERVED_TAG);
	return !mcs_pdu_check_bhs(&hdr, lim);
}

static bool is_known(u8 opcode)
{
	return memchr(known, opcode, sizeof(known));
}

static void knows_the_targets_opcodes(void **state)
{
	unsigned int opcode;

	for (opcode = 0; opcode < 64; opcode++) {
		assert_int_equal(ok(opcode, 0, &full_feature),
				 is_known(opcode));
		/* before full feature phase there is only one */
		assert_int_equal(ok(opcode, 0, &in_login),
				 opcode == ISCSI_OP_LOGIN_RSP);
	}
}

static void limits_the_data_segment(void **state)
{
	size_t i;

	assert_true(ok(ISCSI_OP_SCSI_DATA_IN, 65536, &full_feature));
	assert_false(ok(ISCSI_OP_SCSI_DATA_IN, 65537, &full_feature));
	assert_true(ok(ISCSI_OP_LOGIN_RSP, 8192, &in_login));
	assert_false(ok(ISCSI_OP_LOGIN_RSP, 8193, &in_login));
	for (i = 0; i < sizeof(known); i++)
		assert_false(ok(known[i], 0xffffff, &full_feature));
	assert_false(ok(ISCSI_OP_R2T, 1, &full_feature));
	assert_false(ok(ISCSI_OP_LOGOUT_RSP, 1, &full_feature));
	assert_false(ok(ISCSI_OP_SCSI_TMFUNC_RSP, 1, &full_feature));
}

static void refuses_messages_that_name_a_task(void **state)
{
	struct iscsi_hdr hdr = { .opcode = ISCSI_OP_ASYNC_EVENT };

	hdr.itt = RESERVED_ITT;
	assert_null(mcs_pdu_check_bhs(&hdr, &full_feature));
	hdr.itt = (__force itt_t)cpu_to_be32(1);
	assert_non_null(mcs_pdu_check_bhs(&hdr, &full_feature));
}

static void refuses_contradictory_pings(void **state)
{
	struct iscsi_hdr hdr = { .opcode = ISCSI_OP_NOOP_IN };

	/* the target's own ping */
	hdr.itt = RESERVED_ITT;
	hdr.ttt = cpu_to_be32(5);
	assert_null(mcs_pdu_check_bhs(&hdr, &full_feature));
	hton24(hdr.dlength, 4);
	assert_non_null(mcs_pdu_check_bhs(&hdr, &full_feature));
	/* the answer to ours */
	hdr.itt = 7;
	hdr.ttt = cpu_to_be32(ISCSI_RESERVED_TAG);
	assert_null(mcs_pdu_check_bhs(&hdr, &full_feature));
	/* both at once */
	hdr.ttt = cpu_to_be32(5);
	assert_non_null(mcs_pdu_check_bhs(&hdr, &full_feature));
}

static void knows_who_uses_up_a_statsn(void **state)
{
	struct iscsi_hdr hdr = { .opcode = ISCSI_OP_SCSI_CMD_RSP };

	assert_true(mcs_pdu_consumes_statsn(&hdr));
	hdr.opcode = ISCSI_OP_R2T;
	assert_false(mcs_pdu_consumes_statsn(&hdr));
	hdr.opcode = ISCSI_OP_SCSI_DATA_IN;
	assert_false(mcs_pdu_consumes_statsn(&hdr));
	hdr.flags = ISCSI_FLAG_DATA_STATUS | ISCSI_FLAG_CMD_FINAL;
	assert_true(mcs_pdu_consumes_statsn(&hdr));
	hdr.opcode = ISCSI_OP_NOOP_IN;
	hdr.itt = RESERVED_ITT;
	assert_false(mcs_pdu_consumes_statsn(&hdr));
	hdr.itt = 1;
	assert_true(mcs_pdu_consumes_statsn(&hdr));
	hdr.opcode = ISCSI_OP_ASYNC_EVENT;
	hdr.itt = RESERVED_ITT;
	assert_true(mcs_pdu_consumes_statsn(&hdr));
	hdr.opcode = ISCSI_OP_REJECT;
	assert_true(mcs_pdu_consumes_statsn(&hdr));
}

static const struct mcs_pdu_xfer reading = {
	.length = 65536,
	.is_read = true,
	.max_burst = 262144,
	.exp_datasn = 3,
	.next_offset = 24576,
};

static const char *data_in(u32 datasn, u32 offset, u32 dlength, u8 flags,
			   const struct mcs_pdu_xfer *x)
{
	struct iscsi_data_rsp hdr = { .flags = flags };

	hton24(hdr.dlength, dlength);
	hdr.datasn = cpu_to_be32(datasn);
	hdr.offset = cpu_to_be32(offset);
	return mcs_pdu_check_data_in(&hdr, x);
}

static void judges_data_in(void **state)
{
	struct mcs_pdu_xfer writing = reading;
	struct mcs_pdu_xfer at_end = reading;

	writing.is_read = false;
	at_end.next_offset = 65536;
	assert_null(data_in(3, 24576, 8192, 0, &reading));
	assert_null(data_in(3, 24576, 40960, 0x81, &reading));
	assert_null(data_in(3, 0, 0, 0x81, &reading));
	assert_null(data_in(3, 65536, 0, 0x81, &at_end));

	assert_non_null(data_in(3, 24576, 8192, 0, &writing));
	assert_non_null(data_in(2, 24576, 8192, 0, &reading));
	assert_non_null(data_in(4, 24576, 8192, 0, &reading));
	assert_non_null(data_in(3, 24575, 8192, 0, &reading));
	assert_non_null(data_in(3, 32768, 8192, 0, &reading));
	assert_non_null(data_in(3, 24576, 40961, 0, &reading));
	assert_non_null(data_in(3, 0xffffffff, 8192, 0, &reading));
	assert_non_null(data_in(3, 65536, 1, 0, &at_end));
	assert_non_null(data_in(3, 65537, 0, 0, &reading));
	/* status comes with the last PDU only */
	assert_non_null(data_in(3, 24576, 8192, 0x01, &reading));
}

static const struct mcs_pdu_xfer writing = {
	.length = 1048576,
	.is_write = true,
	.max_burst = 262144,
	.r2t_room = 1,
	.exp_datasn = 0,
};

static const char *r2t(u32 r2tsn, u32 offset, u32 length, u32 ttt,
		       const struct mcs_pdu_xfer *x)
{
	struct iscsi_r2t_rsp hdr = { .opcode = ISCSI_OP_R2T };

	hdr.r2tsn = cpu_to_be32(r2tsn);
	hdr.ttt = cpu_to_be32(ttt);
	hdr.data_offset = cpu_to_be32(offset);
	hdr.data_length = cpu_to_be32(length);
	return mcs_pdu_check_r2t(&hdr, x);
}

static void judges_r2t(void **state)
{
	struct mcs_pdu_xfer read = writing;
	struct mcs_pdu_xfer full = writing;

	read.is_write = false;
	full.r2t_room = 0;
	assert_null(r2t(0, 0, 262144, 1, &writing));
	assert_null(r2t(0, 786432, 262144, 0, &writing));
	assert_null(r2t(0, 1048575, 1, 0xfffffffe, &writing));

	assert_non_null(r2t(0, 0, 262144, 1, &read));
	assert_non_null(r2t(0, 0, 262144, 0xffffffff, &writing));
	assert_non_null(r2t(1, 0, 262144, 1, &writing));
	assert_non_null(r2t(0, 0, 0, 1, &writing));
	assert_non_null(r2t(0, 0, 262145, 1, &writing));
	assert_non_null(r2t(0, 1048576, 1, 1, &writing));
	assert_non_null(r2t(0, 1048575, 2, 1, &writing));
	assert_non_null(r2t(0, 0xffffffff, 2, 1, &writing));
	assert_non_null(r2t(0, 0, 262144, 1, &full));
}

static void counts_padding(void **state)
{
	u32 len;

	for (len = 0; len < 100; len++) {
		assert_int_equal((len + mcs_pdu_pad(len)) % 4, 0);
		assert_true(mcs_pdu_pad(len) < 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_targets_opcodes),
		cmocka_unit_test(limits_the_data_segment),
		cmocka_unit_test(refuses_messages_that_name_a_task),
		cmocka_unit_test(refuses_contradictory_pings),
		cmocka_unit_test(knows_who_uses_up_a_statsn),
		cmocka_unit_test(judges_data_in),
		cmocka_unit_test(judges_r2t),
		cmocka_unit_test(counts_padding),
	};

	return cmocka_run_group_tests_name("pdu", tests, NULL, NULL);
}
