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
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "chap_openssl.h"
#include "login_script.h"

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

/* Scripts that reach the full feature phase, in the manner of real targets */
static const struct peer_step istgt_like[] = {
	{ SEC, "TargetAlias=disk\nTargetPortalGroupTag=7\nAuthMethod=None" },
	{ SEC_TO_OP, "" },
	{ OP_TO_FFP, "HeaderDigest=None\nDataDigest=None\n"
		     "MaxRecvDataSegmentLength=262144" },
};

static const struct peer_step tgt_like[] = {
	{ SEC_TO_OP, "TargetPortalGroupTag=7" },
	{ OP_TO_FFP, "HeaderDigest=None\nDataDigest=None" },
};

static const struct peer_step tgt_with_connections[] = {
	{ SEC_TO_OP, "TargetPortalGroupTag=7\nAuthMethod=None" },
	{ 0x05, "HeaderDigest=None\nDataDigest=None\nMaxConnections=4" },
	{ OP_TO_FFP, "MaxConnections=Reject" },
};

static const struct peer_step hesitant[] = {
	{ SEC, "" },
	{ SEC_TO_OP, "AuthMethod=None" },
	{ OP, "HeaderDigest=None" },
	{ OP, "" },
	{ OP_TO_FFP, "DataDigest=NotUnderstood\nTargetPortalGroupTag=0x7" },
};

static const struct peer_step in_pieces[] = {
	{ SEC_MORE, "TargetAlias=a" },
	{ SEC_MORE, "TargetPortalGroupTag=7" },
	{ SEC, "AuthMethod=None" },
	{ SEC_TO_OP, "" },
	{ OP_MORE, "HeaderDigest=None" },
	{ OP, "DataDigest=None" },
	{ OP_TO_FFP, "" },
};

static void gets_along_with_all_kinds_of_targets(void **state)
{
	static const struct {
		const struct peer_step *steps;
		size_t count;
		u32 max_xmit;
	} cases[] = {
		{ istgt_like, ARRAY_SIZE(istgt_like), 262144 },
		{ tgt_like, ARRAY_SIZE(tgt_like), 8192 },
		{ tgt_with_connections, ARRAY_SIZE(tgt_with_connections), 8192 },
		{ hesitant, ARRAY_SIZE(hesitant), 8192 },
		{ in_pieces, ARRAY_SIZE(in_pieces), 8192 },
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	size_t i;

	peer_params(&p);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(play(login, &p, cases[i].steps,
				      cases[i].count), MCS_LOGIN_DONE);
		assert_int_equal(login->result.max_xmit_dlength,
				 cases[i].max_xmit);
		assert_true(login->result.has_tpgt);
		assert_false(login->result.header_digest);
	}
}

static void reports_every_refusal(void **state)
{
	static const struct {
		u16 status;
		enum mcs_login_cause cause;
	} cases[] = {
		{ 0x0200, MCS_LOGIN_INITIATOR_ERROR },
		{ 0x0201, MCS_LOGIN_AUTH_NEEDED },	/* no secrets set */
		{ 0x0202, MCS_LOGIN_FORBIDDEN },
		{ 0x0203, MCS_LOGIN_NOT_FOUND },
		{ 0x0204, MCS_LOGIN_REMOVED },
		{ 0x0205, MCS_LOGIN_VERSION },
		{ 0x0206, MCS_LOGIN_TOO_MANY },
		{ 0x0207, MCS_LOGIN_MISSING },
		{ 0x0208, MCS_LOGIN_CANNOT_ADD },
		{ 0x0209, MCS_LOGIN_SESSION_TYPE },
		{ 0x020a, MCS_LOGIN_NO_SESSION },
		{ 0x020b, MCS_LOGIN_BAD_REQUEST },
		{ 0x0300, MCS_LOGIN_TARGET_ERROR },
		{ 0x0301, MCS_LOGIN_UNAVAILABLE },
		{ 0x0302, MCS_LOGIN_NO_RESOURCES },
		{ 0x0700, MCS_LOGIN_PROTOCOL },
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct peer_step step[2];
	size_t i;

	peer_params(&p);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		/* at once, with flags that mean nothing then */
		step[0] = (struct peer_step){ 0xff, "", cases[i].status };
		assert_int_equal(play(login, &p, step, 1), MCS_LOGIN_FAILED);
		assert_int_equal(login->result.cause, cases[i].cause);
		assert_int_equal(login->result.status_class << 8 |
				 login->result.status_detail, cases[i].status);
		assert_false(login->result.has_window);
		/* in the operational stage */
		step[1] = step[0];
		step[0] = lio_like[0];
		assert_int_equal(play(login, &p, step, 2), MCS_LOGIN_FAILED);
		assert_int_equal(login->result.cause, cases[i].cause);
	}
}

static void reports_where_a_target_moved(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct peer_step step = {
		SEC, "TargetAlias=a\nTargetAddress=[fe80::1]:3260,7", 0x0101
	};
	static char address[400] = "TargetAddress=";

	peer_params(&p);
	assert_int_equal(play(login, &p, &step, 1), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_REDIRECT_TEMP);
	assert_string_equal(login->result.redirect, "[fe80::1]:3260,7");
	step.status = 0x0102;
	step.text = "";
	assert_int_equal(play(login, &p, &step, 1), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_REDIRECT_PERM);
	assert_string_equal(login->result.redirect, "");
	/* too long to be true */
	memset(address + strlen(address), 'a', 300);
	step.text = address;
	assert_int_equal(play(login, &p, &step, 1), MCS_LOGIN_FAILED);
	assert_string_equal(login->result.redirect, "");
}

/* One answer in the security stage, one in the operational stage */
struct bad_answer {
	u8 flags;
	const char *text;
	enum mcs_login_cause cause;
};

static const struct bad_answer bad_security[] = {
	{ SEC_TO_OP, "TargetPortalGroupTag=8", MCS_LOGIN_WRONG_TPGT },
	{ SEC_TO_OP, "TargetPortalGroupTag=", MCS_LOGIN_PROTOCOL },
	{ SEC_TO_OP, "TargetPortalGroupTag=65536", MCS_LOGIN_PROTOCOL },
	{ SEC_TO_OP, "TargetPortalGroupTag=7\nTargetPortalGroupTag=7",
	  MCS_LOGIN_BAD_TEXT },
	{ SEC_TO_OP, "AuthMethod=CHAP", MCS_LOGIN_AUTH_NEEDED },
	{ SEC_TO_OP, "AuthMethod=Reject", MCS_LOGIN_AUTH_NEEDED },
	{ SEC_TO_OP, "AuthMethod=SRP", MCS_LOGIN_PROTOCOL },
	{ SEC, "CHAP_A=5\nCHAP_I=1\nCHAP_C=0x00", MCS_LOGIN_PROTOCOL },
	{ SEC_TO_OP, "HeaderDigest=None", MCS_LOGIN_PROTOCOL },
	{ SEC_TO_OP, "Junk", MCS_LOGIN_BAD_TEXT },
	{ SEC_TO_OP, "A=b\n\nC=d", MCS_LOGIN_BAD_TEXT },
	{ OP, "", MCS_LOGIN_PROTOCOL },			/* other stage */
	{ OP_TO_FFP, "", MCS_LOGIN_PROTOCOL },
	{ 0x83, "", MCS_LOGIN_PROTOCOL },		/* 0 -> 3, not asked */
	{ 0x80, "", MCS_LOGIN_PROTOCOL },		/* 0 -> 0 */
	{ 0x82, "", MCS_LOGIN_PROTOCOL },		/* no such stage */
	{ 0xc1, "", MCS_LOGIN_PROTOCOL },		/* T and C */
};

static const struct bad_answer bad_operational[] = {
	{ OP_TO_FFP, "HeaderDigest=CRC32C", MCS_LOGIN_PROTOCOL },
	{ OP_TO_FFP, "HeaderDigest=MD5", MCS_LOGIN_PROTOCOL },
	{ OP_TO_FFP, "DataDigest=CRC32C,None", MCS_LOGIN_PROTOCOL },
	{ OP_TO_FFP, "MaxRecvDataSegmentLength=511", MCS_LOGIN_PROTOCOL },
	{ OP_TO_FFP, "MaxRecvDataSegmentLength=16777216", MCS_LOGIN_PROTOCOL },
	{ OP_TO_FFP, "MaxRecvDataSegmentLength=Yes", MCS_LOGIN_PROTOCOL },
	{ OP_TO_FFP, "AuthMethod=None", MCS_LOGIN_BAD_TEXT },	/* again */
	{ OP_TO_FFP, "CHAP_R=0x00", MCS_LOGIN_PROTOCOL },
	{ 0x85, "", MCS_LOGIN_PROTOCOL },		/* 1 -> 1 */
	{ SEC_TO_OP, "", MCS_LOGIN_PROTOCOL },		/* back */
	{ 0xc7, "", MCS_LOGIN_PROTOCOL },		/* T and C */
};

static void drops_targets_that_break_the_rules(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct peer_step step[2];
	size_t i;

	peer_params(&p);
	for (i = 0; i < ARRAY_SIZE(bad_security); i++) {
		step[0].flags = bad_security[i].flags;
		step[0].text = bad_security[i].text;
		step[0].status = 0;
		assert_int_equal(play(login, &p, step, 1), MCS_LOGIN_FAILED);
		assert_int_equal(login->result.cause, bad_security[i].cause);
	}
	for (i = 0; i < ARRAY_SIZE(bad_operational); i++) {
		step[0] = lio_like[0];
		step[1].flags = bad_operational[i].flags;
		step[1].text = bad_operational[i].text;
		step[1].status = 0;
		assert_int_equal(play(login, &p, step, 2), MCS_LOGIN_FAILED);
		assert_int_equal(login->result.cause, bad_operational[i].cause);
	}
}

static void drops_a_wrong_portal_group_without_tag(void **state)
{
	static const struct peer_step steps[] = {
		{ SEC_TO_OP, "AuthMethod=None" },
		{ OP_TO_FFP, "HeaderDigest=None" },
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;

	peer_params(&p);
	assert_int_equal(play(login, &p, steps, 2), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_NO_TPGT);
}

static void insists_on_a_required_digest(void **state)
{
	static const char * const answers[] = {
		"HeaderDigest=CRC32C\nDataDigest=Reject",
		"HeaderDigest=CRC32C",
		"DataDigest=CRC32C\nHeaderDigest=NotUnderstood",
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct peer_step step[2];
	size_t i;

	peer_params(&p);
	p.header_digest = MCS_LOGIN_DIGEST_CRC32C;
	p.data_digest = MCS_LOGIN_DIGEST_CRC32C;
	step[0] = lio_like[0];
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		step[1] = (struct peer_step){ OP_TO_FFP, answers[i] };
		assert_int_equal(play(login, &p, step, 2), MCS_LOGIN_FAILED);
		assert_int_equal(login->result.cause, MCS_LOGIN_NO_DIGEST);
	}
	step[1].text = "HeaderDigest=CRC32C\nDataDigest=CRC32C";
	assert_int_equal(play(login, &p, step, 2), MCS_LOGIN_DONE);
	assert_true(login->result.header_digest && login->result.data_digest);
	/* None is outside of what was offered */
	step[1].text = "HeaderDigest=None\nDataDigest=CRC32C";
	assert_int_equal(play(login, &p, step, 2), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_PROTOCOL);
}

static void answers_what_the_target_proposes(void **state)
{
	struct peer_step step = {
		SEC, "TargetPortalGroupTag=7\nAuthMethod=None\n"
		     "MaxConnections=9\nOFMarker=No\nX-com.example.a=1\n"
		     "Strange=1\nInitialR2T=NotUnderstood\nOther=Reject"
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct seen_request req;

	peer_params(&p);
	assert_int_equal(play(login, &p, &step, 1), MCS_LOGIN_SEND);
	next_request(login, 1, &req);
	assert_int_equal(req.hdr.flags, SEC_TO_OP);
	assert_true(has_pair(&req, "MaxConnections", "Reject"));
	assert_true(has_pair(&req, "OFMarker", "Reject"));
	assert_true(has_pair(&req, "X-com.example.a", "NotUnderstood"));
	assert_true(has_pair(&req, "Strange", "NotUnderstood"));
	/* an answer is not answered */
	assert_false(has_key(&req, "InitialR2T"));
	assert_false(has_key(&req, "Other"));
	assert_false(has_key(&req, "InitiatorName"));
}

static void carries_answers_into_the_next_stage(void **state)
{
	struct peer_step step = {
		SEC_TO_OP, "TargetPortalGroupTag=7\nErrorRecoveryLevel=2"
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct seen_request req;

	peer_params(&p);
	assert_int_equal(play(login, &p, &step, 1), MCS_LOGIN_SEND);
	next_request(login, 1, &req);
	assert_int_equal(req.hdr.flags, OP_TO_FFP);
	assert_true(has_pair(&req, "ErrorRecoveryLevel", "Reject"));
	assert_true(has_pair(&req, "HeaderDigest", "None"));
}

static void drops_a_proposal_made_twice(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct peer_step steps[] = {
		lio_like[0], { OP, "MaxConnections=4" },
		{ OP, "MaxConnections=4" },
	};

	peer_params(&p);
	assert_int_equal(play(login, &p, steps, 3), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_BAD_TEXT);
}

static void loses_patience_with_unknown_keys(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct peer_step step = { SEC };
	char text[1000] = "";
	int i;

	peer_params(&p);
	for (i = 0; i < 17; i++)
		sprintf(text + strlen(text), "%sK%d=1", i ? "\n" : "", i);
	step.text = text;
	assert_int_equal(play(login, &p, &step, 1), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_PROTOCOL);
}

static void asks_for_the_rest_with_an_empty_request(void **state)
{
	struct peer_step more = { SEC_MORE, "TargetAlias=a\nMaxConnections=1" };
	struct peer_step end = { SEC, "AuthMethod=None" };
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct seen_request req;

	peer_params(&p);
	assert_int_equal(play(login, &p, &more, 1), MCS_LOGIN_SEND);
	next_request(login, 1, &req);
	assert_int_equal(req.len, 0);
	assert_int_equal(req.hdr.flags, SEC);
	assert_int_equal(answer(login, &end, 5), MCS_LOGIN_SEND);
	next_request(login, 1, &req);
	assert_int_equal(req.hdr.flags, SEC_TO_OP);
	assert_true(has_pair(&req, "MaxConnections", "Reject"));
}

static void joins_text_cut_anywhere(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct iscsi_login_rsp rsp;
	struct seen_request req;
	char text[200];
	size_t cut, len;

	peer_params(&p);
	len = peer_text("TargetPortalGroupTag=7\nAuthMethod=None", text);
	for (cut = 0; cut <= len; cut++) {
		assert_int_equal(mcs_login_start(login, &p), 0);
		next_request(login, 1, &req);
		peer_header(&rsp, SEC_MORE, cut, 1);
		assert_int_equal(mcs_login_feed(login, &rsp, text, cut),
				 MCS_LOGIN_SEND);
		next_request(login, 1, &req);
		peer_header(&rsp, SEC, len - cut, 2);
		assert_int_equal(mcs_login_feed(login, &rsp, text + cut,
						len - cut), MCS_LOGIN_SEND);
		assert_true(login->result.has_tpgt);
	}
}

static void bounds_endless_text(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct peer_step steps[20];
	static char text[1001];
	int i;

	peer_params(&p);
	memset(text, 'A', 1000);
	for (i = 0; i < 20; i++)
		steps[i] = (struct peer_step){ SEC_MORE, text };
	assert_int_equal(play(login, &p, steps, 9), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_BAD_TEXT);
	/* one byte at a time it is the number of exchanges that counts */
	for (i = 0; i < 20; i++)
		steps[i].text = "";
	assert_int_equal(play(login, &p, steps, 16), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_ENDLESS);
}

static void bounds_endless_negotiation(void **state)
{
	struct mcs_login *login = *state;
	struct peer_step steps[16];
	struct mcs_login_params p;
	int i;

	peer_params(&p);
	steps[0] = lio_like[0];
	for (i = 1; i < 16; i++)
		steps[i] = (struct peer_step){ OP, "" };
	assert_int_equal(play(login, &p, steps, 16), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_ENDLESS);
	/* the last response may not lead to another request either */
	for (i = 0; i < 15; i++)
		steps[i] = (struct peer_step){ SEC, "" };
	steps[15] = lio_like[0];
	assert_int_equal(play(login, &p, steps, 16), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_ENDLESS);
	/* in time, if late */
	steps[0] = lio_like[0];
	for (i = 1; i < 15; i++)
		steps[i] = (struct peer_step){ OP, "" };
	steps[15] = (struct peer_step){ OP_TO_FFP, "HeaderDigest=None" };
	assert_int_equal(play(login, &p, steps, 16), MCS_LOGIN_DONE);
}

static void accepts_nothing_after_the_end(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;

	peer_params(&p);
	assert_int_equal(play(login, &p, tgt_like, 2), MCS_LOGIN_DONE);
	assert_int_equal(answer(login, &tgt_like[1], 9), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_OK);
}

typedef void (*spoil_fn)(struct iscsi_login_rsp *rsp);

static void spoil_opcode(struct iscsi_login_rsp *rsp)
{
	rsp->opcode = ISCSI_OP_NOOP_IN;
}

static void spoil_itt(struct iscsi_login_rsp *rsp)
{
	rsp->itt = RESERVED_ITT;
}

static void spoil_ahs(struct iscsi_login_rsp *rsp)
{
	rsp->hlength = 1;
}

static void spoil_length(struct iscsi_login_rsp *rsp)
{
	rsp->dlength[0] = 0xff;
}

static void spoil_tsih(struct iscsi_login_rsp *rsp)
{
	rsp->tsih = cpu_to_be16(PEER_TSIH + 1);
}

static void spoil_version(struct iscsi_login_rsp *rsp)
{
	rsp->active_version = 1;
}

static void refuses_spoilt_headers(void **state)
{
	static const struct {
		spoil_fn spoil;
		enum mcs_login_cause cause;
	} cases[] = {
		{ spoil_opcode, MCS_LOGIN_PROTOCOL },
		{ spoil_itt, MCS_LOGIN_PROTOCOL },
		{ spoil_ahs, MCS_LOGIN_PROTOCOL },
		{ spoil_length, MCS_LOGIN_PROTOCOL },
		{ spoil_tsih, MCS_LOGIN_PROTOCOL },
		{ spoil_version, MCS_LOGIN_VERSION },
	};
	struct mcs_login *login = *state;
	struct iscsi_login_rsp rsp;
	struct mcs_login_params p;
	struct seen_request req;
	size_t i;

	peer_params(&p);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(mcs_login_start(login, &p), 0);
		next_request(login, 1, &req);
		peer_header(&rsp, SEC_TO_OP, 0, 1);
		cases[i].spoil(&rsp);
		assert_int_equal(mcs_login_feed(login, &rsp, NULL, 0),
				 MCS_LOGIN_FAILED);
		assert_int_equal(login->result.cause, cases[i].cause);
	}
}

static void demands_its_tsih_at_the_end(void **state)
{
	struct mcs_login *login = *state;
	struct iscsi_login_rsp rsp;
	struct mcs_login_params p;

	/* 0 is fine on the way */
	peer_params(&p);
	assert_int_equal(mcs_login_start(login, &p), 0);
	peer_header(&rsp, SEC_TO_OP, 23, 1);
	rsp.tsih = 0;
	assert_int_equal(mcs_login_feed(login, &rsp, "TargetPortalGroupTag=7",
					23), MCS_LOGIN_SEND);
	peer_header(&rsp, OP_TO_FFP, 0, 1);
	rsp.tsih = 0;
	assert_int_equal(mcs_login_feed(login, &rsp, NULL, 0),
			 MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_PROTOCOL);
}

static void refuses_unusable_parameters(void **state)
{
	static char long_name[MCS_LOGIN_NAME_MAX + 2];
	struct mcs_login *login = *state;
	struct mcs_login_params good, p;
	struct mcs_chap_auth auth = { .env = &chap_test_env };

	memset(long_name, 'n', sizeof(long_name) - 1);
	peer_params(&good);
	p = good;
	p.tsih = 0;	/* would reinstate the session */
	assert_int_equal(mcs_login_start(login, &p), -EINVAL);
	p = good;
	p.itt = RESERVED_ITT;
	assert_int_equal(mcs_login_start(login, &p), -EINVAL);
	p = good;
	p.initiator_name = NULL;
	assert_int_equal(mcs_login_start(login, &p), -EINVAL);
	p = good;
	p.target_name = "";
	assert_int_equal(mcs_login_start(login, &p), -EINVAL);
	p.target_name = long_name;
	assert_int_equal(mcs_login_start(login, &p), -EINVAL);
	p = good;
	p.max_recv_dlength = 511;
	assert_int_equal(mcs_login_start(login, &p), -EINVAL);
	assert_int_equal(login->result.cause, MCS_LOGIN_PROTOCOL);
	p = good;
	p.auth = &auth;	/* no secret */
	assert_int_equal(mcs_login_start(login, &p), -EINVAL);
	assert_int_equal(login->result.cause, MCS_LOGIN_AUTH_SETUP);
	/* and a login that did not start takes nothing */
	assert_int_equal(answer(login, &lio_like[0], 1), MCS_LOGIN_FAILED);
}

static void wipes_the_texts(void **state)
{
	static const char zero[MCS_LOGIN_RX_MAX];
	struct mcs_login *login = *state;
	struct mcs_login_params p;

	peer_params(&p);
	play(login, &p, lio_like, 2);
	mcs_login_wipe(login);
	assert_memory_equal(login->tx_data, zero, sizeof(login->tx_data));
	assert_memory_equal(login->rx_data, zero, sizeof(login->rx_data));
	assert_int_equal(login->result.tpgt, PEER_TPGT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reaches_full_feature_phase),
		T(sends_exactly_the_rfc_fields),
		T(gets_along_with_all_kinds_of_targets),
		T(reports_every_refusal),
		T(reports_where_a_target_moved),
		T(drops_targets_that_break_the_rules),
		T(drops_a_wrong_portal_group_without_tag),
		T(insists_on_a_required_digest),
		T(answers_what_the_target_proposes),
		T(carries_answers_into_the_next_stage),
		T(drops_a_proposal_made_twice),
		T(loses_patience_with_unknown_keys),
		T(asks_for_the_rest_with_an_empty_request),
		T(joins_text_cut_anywhere),
		T(bounds_endless_text),
		T(bounds_endless_negotiation),
		T(accepts_nothing_after_the_end),
		T(refuses_spoilt_headers),
		T(demands_its_tsih_at_the_end),
		T(refuses_unusable_parameters),
		T(wipes_the_texts),
	};

	return cmocka_run_group_tests_name("login_sm", tests, NULL, NULL);
}
