// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: login of an added connection.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "login_peer.h"

/* One request as the target would see it */
struct seen_request {
	struct iscsi_login_req hdr;
	char text[MCS_LOGIN_TX_MAX];
	u32 len;
};

static int setup(void **state)
{
	*state = malloc(sizeof(struct mcs_login));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void next_request(struct mcs_login *login, u32 cmdsn,
			 struct seen_request *req)
{
	const void *text;

	req->len = mcs_login_build(login, cmdsn, &req->hdr, &text);
	assert_true(req->len <= sizeof(req->text));
	memcpy(req->text, text, req->len);
	assert_int_equal(ntoh24(req->hdr.dlength), req->len);
}

static enum mcs_login_action answer(struct mcs_login *login,
				    const struct peer_step *step, u32 statsn)
{
	struct iscsi_login_rsp rsp;
	char text[16384];
	size_t len = peer_text(step->text, text);
	enum mcs_login_action action;
	char *copy;

	/* exact size, so that ASan sees every byte too many */
	copy = malloc(len);
	memcpy(copy, text, len);
	peer_header(&rsp, step->flags, len, statsn);
	rsp.status_class = step->status >> 8;
	rsp.status_detail = step->status & 0xff;
	action = mcs_login_feed(login, &rsp, copy, len);
	free(copy);
	return action;
}

/* Play a script to its end; the last action is returned. */
static enum mcs_login_action play(struct mcs_login *login,
				  const struct mcs_login_params *p,
				  const struct peer_step *step, size_t count)
{
	enum mcs_login_action action = MCS_LOGIN_SEND;
	struct seen_request req;
	size_t i;

	assert_int_equal(mcs_login_start(login, p), 0);
	for (i = 0; i < count; i++) {
		assert_int_equal(action, MCS_LOGIN_SEND);
		next_request(login, 100, &req);
		action = answer(login, &step[i], 1000 + i);
	}
	return action;
}

static bool has_pair(const struct seen_request *req, const char *key,
		     const char *value)
{
	struct mcs_text_pair pair;

	return !mcs_text_find(req->text, req->len, key, &pair) &&
	       mcs_text_value_is(&pair, value);
}

static bool has_key(const struct seen_request *req, const char *key)
{
	struct mcs_text_pair pair;

	return !mcs_text_find(req->text, req->len, key, &pair);
}

static const struct peer_step lio_like[] = {
	{ SEC_TO_OP, "TargetPortalGroupTag=7\nAuthMethod=None" },
	{ OP_TO_FFP, "HeaderDigest=CRC32C\nDataDigest=None\n"
		     "MaxRecvDataSegmentLength=65536" },
};

static void reaches_full_feature_phase(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;

	peer_params(&p);
	p.header_digest = MCS_LOGIN_DIGEST_CRC32C_NONE;
	p.data_digest = MCS_LOGIN_DIGEST_NONE_CRC32C;
	assert_int_equal(play(login, &p, lio_like, ARRAY_SIZE(lio_like)),
			 MCS_LOGIN_DONE);
	assert_int_equal(login->result.cause, MCS_LOGIN_OK);
	assert_true(login->result.header_digest);
	assert_false(login->result.data_digest);
	assert_int_equal(login->result.max_xmit_dlength, 65536);
	assert_int_equal(login->result.exp_statsn, 1002);
	assert_int_equal(login->result.tpgt, PEER_TPGT);
	assert_int_equal(login->result.exp_cmdsn, 100);
	assert_int_equal(login->result.max_cmdsn, 163);
	assert_int_equal(login->result.exchanges, 2);
}

static void check_header(const struct iscsi_login_req *hdr, u8 flags,
			 u32 cmdsn, u32 exp_statsn)
{
	struct mcs_login_params p;

	peer_params(&p);
	assert_int_equal(hdr->opcode, 0x43);
	assert_int_equal(hdr->flags, flags);
	assert_int_equal(hdr->max_version | hdr->min_version, 0);
	assert_int_equal(hdr->hlength, 0);
	assert_memory_equal(hdr->isid, p.isid, 6);
	assert_int_equal(be16_to_cpu(hdr->tsih), PEER_TSIH);
	assert_int_equal(hdr->itt, PEER_ITT);
	assert_int_equal(be16_to_cpu(hdr->cid), PEER_CID);
	assert_int_equal(be32_to_cpu(hdr->cmdsn), cmdsn);
	assert_int_equal(be32_to_cpu(hdr->exp_statsn), exp_statsn);
}

static void sends_exactly_the_rfc_fields(void **state)
{
	static const char * const never[] = {
		"SessionType", "MaxConnections", "ErrorRecoveryLevel",
		"InitialR2T", "ImmediateData", "MaxBurstLength",
		"FirstBurstLength", "DefaultTime2Wait", "DefaultTime2Retain",
		"MaxOutstandingR2T", "DataPDUInOrder", "DataSequenceInOrder",
		"TaskReporting", "iSCSIProtocolLevel",
	};
	struct mcs_login *login = *state;
	struct seen_request first, second;
	struct mcs_login_params p;
	size_t i;

	peer_params(&p);
	assert_int_equal(mcs_login_start(login, &p), 0);
	next_request(login, 0xfffffffe, &first);
	check_header(&first.hdr, SEC_TO_OP, 0xfffffffe, 0);
	assert_true(has_pair(&first, "InitiatorName", p.initiator_name));
	assert_true(has_pair(&first, "TargetName", p.target_name));
	assert_true(has_pair(&first, "AuthMethod", "None"));

	/* StatSN may start anywhere; CmdSN may have moved on meanwhile */
	assert_int_equal(answer(login, &lio_like[0], 0xffffffff),
			 MCS_LOGIN_SEND);
	next_request(login, 5, &second);
	check_header(&second.hdr, OP_TO_FFP, 5, 0);
	assert_true(has_pair(&second, "HeaderDigest", "None"));
	assert_true(has_pair(&second, "DataDigest", "None"));
	assert_true(has_pair(&second, "MaxRecvDataSegmentLength", "262144"));
	for (i = 0; i < ARRAY_SIZE(never); i++) {
		assert_false(has_key(&first, never[i]));
		assert_false(has_key(&second, never[i]));
	}
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reaches_full_feature_phase),
		T(sends_exactly_the_rfc_fields),
	};

	return cmocka_run_group_tests_name("login_sm", tests, NULL, NULL);
}
