// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: MaxConnections in the leading login.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <errno.h>
#include <cmocka.h>

#include "login_peer.h"
#include "offer.h"

static char out[MCS_OFFER_TEXT_MAX + 1];

static void expect_out(int len, const char *script)
{
	char want[MCS_OFFER_TEXT_MAX];
	size_t want_len = peer_text(script, want);

	assert_int_equal(len, want_len);
	assert_memory_equal(out, want, want_len);
}

static int request(struct mcs_offer *offer, u8 flags, const char *script)
{
	struct iscsi_login_req req = { .flags = flags };
	char text[MCS_OFFER_TEXT_MAX];
	size_t len = peer_text(script, text);
	char *copy = malloc(len);
	int ret;

	memcpy(copy, text, len);
	req.isid[0] = 0x40;
	req.isid[5] = 9;
	ret = mcs_offer_request(offer, &req, copy, len, out, sizeof(out));
	free(copy);
	return ret;
}

static int respond_raw(struct mcs_offer *offer, u8 flags, const char *text,
		       size_t len)
{
	struct iscsi_login_rsp rsp;
	char *copy = malloc(len);
	int ret;

	memcpy(copy, text, len);
	peer_header(&rsp, flags, len, 1);
	ret = mcs_offer_response(offer, &rsp, copy, len, out, sizeof(out));
	free(copy);
	return ret;
}

static int respond(struct mcs_offer *offer, u8 flags, const char *script)
{
	char text[MCS_OFFER_TEXT_MAX];
	size_t len = peer_text(script, text);

	return respond_raw(offer, flags, text, len);
}

static void raises_the_offer_of_user_space(void **state)
{
	struct mcs_offer offer;
	int len;

	mcs_offer_init(&offer, 8);
	len = request(&offer, SEC_TO_OP,
		      "InitiatorName=i\nTargetName=t\nAuthMethod=None");
	expect_out(len, "InitiatorName=i\nTargetName=t\nAuthMethod=None");
	assert_false(offer.offered);
	len = request(&offer, OP_TO_FFP,
		      "HeaderDigest=None\nMaxConnections=1\nErrorRecoveryLevel=0");
	expect_out(len, "HeaderDigest=None\nMaxConnections=8\nErrorRecoveryLevel=0");
	assert_int_equal(offer.isid[0], 0x40);
	assert_int_equal(offer.isid[5], 9);
}

static void inserts_a_missing_offer_once(void **state)
{
	struct mcs_offer offer;

	mcs_offer_init(&offer, 65535);
	expect_out(request(&offer, OP, "HeaderDigest=None"),
		   "HeaderDigest=None\nMaxConnections=65535");
	expect_out(request(&offer, OP_TO_FFP, ""), "");
	/* user space comes with its own after all: it has been said */
	expect_out(request(&offer, OP_TO_FFP, "MaxConnections=1\nA=b"), "A=b");
}

static void never_offers_twice_in_one_request(void **state)
{
	struct mcs_offer offer;

	mcs_offer_init(&offer, 4);
	expect_out(request(&offer, OP, "MaxConnections=1\nA=b\nMaxConnections=1"),
		   "MaxConnections=4\nA=b");
}

static void leaves_alone_what_only_looks_like_it(void **state)
{
	struct mcs_offer offer;

	mcs_offer_init(&offer, 4);
	expect_out(request(&offer, OP,
			   "XMaxConnections=1\nMaxConnection=1\nmaxconnections=1"),
		   "XMaxConnections=1\nMaxConnection=1\nmaxconnections=1\n"
		   "MaxConnections=4");
}

static void leaves_logins_alone(void **state)
{
	struct mcs_offer offer;

	/* switched off */
	mcs_offer_init(&offer, 1);
	expect_out(request(&offer, OP, "MaxConnections=1"), "MaxConnections=1");
	assert_false(offer.offered);
	/* discovery session */
	mcs_offer_init(&offer, 8);
	request(&offer, SEC_TO_OP, "InitiatorName=i\nSessionType=Discovery");
	expect_out(request(&offer, OP, "MaxConnections=1"), "MaxConnections=1");
	assert_false(offer.offered);
	/* text over several requests */
	mcs_offer_init(&offer, 8);
	expect_out(request(&offer, OP_MORE, "HeaderDigest=None"),
		   "HeaderDigest=None");
	expect_out(request(&offer, OP, "MaxConnections=1"), "MaxConnections=1");
	assert_false(offer.offered);
	/* security stage */
	mcs_offer_init(&offer, 8);
	expect_out(request(&offer, SEC, "MaxConnections=1"), "MaxConnections=1");
	assert_false(offer.offered);
}

static void does_not_append_to_an_open_pair(void **state)
{
	struct iscsi_login_req req = { .flags = OP_TO_FFP };
	struct mcs_offer offer;

	mcs_offer_init(&offer, 8);
	assert_int_equal(mcs_offer_request(&offer, &req, "A=b", 3, out,
					   sizeof(out)), 3);
	assert_memory_equal(out, "A=b", 3);
	assert_false(offer.offered);
}

static void keeps_to_the_size_limit(void **state)
{
	struct iscsi_login_req req = { .flags = OP_TO_FFP };
	static char text[MCS_OFFER_TEXT_MAX];
	struct mcs_offer offer;
	size_t room = sizeof("MaxConnections=8");

	memset(text, 'v', sizeof(text));
	text[0] = 'A';
	text[1] = '=';
	/* fits exactly */
	text[sizeof(text) - room - 1] = '\0';
	mcs_offer_init(&offer, 8);
	assert_int_equal(mcs_offer_request(&offer, &req, text,
					   sizeof(text) - room, out,
					   sizeof(out)),
			 sizeof(text));
	assert_true(offer.offered);
	/* one byte too many: unchanged */
	text[sizeof(text) - room - 1] = 'v';
	text[sizeof(text) - room] = '\0';
	mcs_offer_init(&offer, 8);
	assert_int_equal(mcs_offer_request(&offer, &req, text,
					   sizeof(text) - room + 1, out,
					   sizeof(out)),
			 sizeof(text) - room + 1);
	assert_false(offer.offered);
	assert_memory_equal(out, text, sizeof(text) - room + 1);
	/* no room for anything */
	assert_int_equal(mcs_offer_request(&offer, &req, text, 100, out, 99),
			 -EMSGSIZE);
}

static void offer8(struct mcs_offer *offer)
{
	mcs_offer_init(offer, 8);
	request(offer, OP_TO_FFP, "MaxConnections=1");
	assert_true(offer->offered);
}

static void hides_every_legal_answer(void **state)
{
	static const struct {
		const char *answer;
		u16 granted;
	} cases[] = {
		{ "8", 8 }, { "4", 4 }, { "1", 1 }, { "0x2", 2 },
		{ "Reject", 1 }, { "Irrelevant", 1 }, { "NotUnderstood", 1 },
	};
	char script[100];
	struct mcs_offer offer;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		offer8(&offer);
		snprintf(script, sizeof(script),
			 "InitialR2T=Yes\nMaxConnections=%s\nErrorRecoveryLevel=0",
			 cases[i].answer);
		expect_out(respond(&offer, OP_TO_FFP, script),
			   "InitialR2T=Yes\nMaxConnections=1\nErrorRecoveryLevel=0");
		assert_int_equal(mcs_offer_granted(&offer), cases[i].granted);
	}
}

static void refuses_every_illegal_answer(void **state)
{
	static const char * const answers[] = {
		"9", "0", "65536", "-1", "Yes", "4,5", "", " 4", "4 ", "0x",
		"99999999999999999999", "8\nMaxConnections=8",
	};
	static char script[6000];
	struct mcs_offer offer;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		offer8(&offer);
		snprintf(script, sizeof(script), "MaxConnections=%s",
			 answers[i]);
		assert_int_equal(respond(&offer, OP_TO_FFP, script), -EPROTO);
		assert_int_equal(mcs_offer_granted(&offer), 1);
	}
	offer8(&offer);
	memset(script + strlen("MaxConnections="), '1', 5000);
	assert_int_equal(respond(&offer, OP_TO_FFP, script), -EPROTO);
	/* the second answer in another response */
	offer8(&offer);
	assert_true(respond(&offer, OP, "MaxConnections=2") > 0);
	assert_int_equal(respond(&offer, OP_TO_FFP, "MaxConnections=2"),
			 -EPROTO);
}

static void counts_a_missing_answer_as_one(void **state)
{
	struct mcs_offer offer;

	offer8(&offer);
	expect_out(respond(&offer, OP_TO_FFP, "InitialR2T=Yes"),
		   "InitialR2T=Yes");
	assert_true(offer.full_feature);
	assert_int_equal(mcs_offer_granted(&offer), 1);
}

static void grants_nothing_before_the_end(void **state)
{
	struct mcs_offer offer;

	offer8(&offer);
	respond(&offer, OP, "MaxConnections=4");
	assert_int_equal(mcs_offer_granted(&offer), 1);
	respond(&offer, OP_TO_FFP, "");
	assert_int_equal(mcs_offer_granted(&offer), 4);
}

static void does_not_touch_answers_it_did_not_ask_for(void **state)
{
	struct mcs_offer offer;

	mcs_offer_init(&offer, 1);
	request(&offer, OP_TO_FFP, "MaxConnections=1");
	expect_out(respond(&offer, OP_TO_FFP, "MaxConnections=5"),
		   "MaxConnections=5");
	assert_int_equal(mcs_offer_granted(&offer), 1);
}

static void learns_what_the_session_needs(void **state)
{
	struct mcs_offer offer;

	mcs_offer_init(&offer, 8);
	respond(&offer, SEC, "TargetPortalGroupTag=65535\nAuthMethod=CHAP");
	respond(&offer, SEC, "CHAP_A=7\nCHAP_I=1\nCHAP_C=0x00");
	respond(&offer, SEC_TO_OP, "");
	request(&offer, OP_TO_FFP, "MaxConnections=1");
	assert_false(offer.full_feature);
	respond(&offer, OP_TO_FFP, "HeaderDigest=CRC32C\nDataDigest=None\n"
		"MaxConnections=4\nMaxRecvDataSegmentLength=65536");
	assert_true(offer.full_feature);
	assert_true(offer.has_tpgt);
	assert_int_equal(offer.tpgt, 65535);
	assert_int_equal(offer.tsih, PEER_TSIH);
	assert_true(offer.chap);
	assert_int_equal(offer.chap_algorithm, 7);
	assert_true(offer.header_digest);
	assert_false(offer.data_digest);
	assert_int_equal(offer.max_xmit_dlength, 65536);
}

static void joins_an_answer_cut_at_any_byte(void **state)
{
	static const char script[] =
		"InitialR2T=Yes\nMaxConnections=4\nHeaderDigest=CRC32C";
	static const char want[] =
		"InitialR2T=Yes\0MaxConnections=1\0HeaderDigest=CRC32C";
	char text[100], got[100];
	size_t len = peer_text(script, text);
	struct mcs_offer offer;
	size_t cut;
	int a, b;

	for (cut = 0; cut <= len; cut++) {
		offer8(&offer);
		a = respond_raw(&offer, OP_MORE, text, cut);
		assert_true(a >= 0 && a <= cut);
		memcpy(got, out, min_t(size_t, a, cut));
		b = respond_raw(&offer, OP_TO_FFP, text + cut, len - cut);
		assert_true(b >= 0);
		memcpy(got + a, out, min_t(size_t, b, sizeof(want)));
		assert_int_equal(a + b, sizeof(want));
		assert_memory_equal(got, want, sizeof(want));
		assert_int_equal(mcs_offer_granted(&offer), 4);
		assert_true(offer.header_digest);
	}
}

static void joins_an_answer_sent_byte_by_byte(void **state)
{
	char text[100];
	size_t len = peer_text("MaxConnections=4\nA=b", text);
	struct mcs_offer offer;
	size_t i, total = 0;

	offer8(&offer);
	for (i = 0; i < len; i++)
		total += respond_raw(&offer, i + 1 < len ? OP_MORE : OP_TO_FFP,
				     text + i, 1);
	assert_int_equal(total, len);
	assert_int_equal(mcs_offer_granted(&offer), 4);
}

static void bounds_what_it_holds_back(void **state)
{
	static char text[8192];
	struct mcs_offer offer;

	memset(text, 'x', sizeof(text));
	offer8(&offer);
	assert_int_equal(respond_raw(&offer, OP_MORE, text, sizeof(text)),
			 -EPROTO);
	offer8(&offer);
	assert_int_equal(respond_raw(&offer, OP_MORE, text, 2000), 0);
	assert_int_equal(respond_raw(&offer, OP_MORE, text, 2000), -EPROTO);
}

static void passes_unterminated_text(void **state)
{
	struct mcs_offer offer;

	offer8(&offer);
	assert_int_equal(respond_raw(&offer, OP_TO_FFP, "A=b\0C", 5), 5);
	assert_memory_equal(out, "A=b\0C", 5);
}

static void passes_failures_unread(void **state)
{
	struct iscsi_login_rsp rsp;
	struct mcs_offer offer;

	offer8(&offer);
	peer_header(&rsp, OP_TO_FFP, 18, 1);
	rsp.status_class = 2;
	assert_int_equal(mcs_offer_response(&offer, &rsp, "MaxConnections=99",
					    18, out, sizeof(out)), 18);
	assert_false(offer.full_feature);
	assert_int_equal(mcs_offer_response(&offer, &rsp, "MaxConnections=99",
					    18, out, 17), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raises_the_offer_of_user_space),
		cmocka_unit_test(inserts_a_missing_offer_once),
		cmocka_unit_test(never_offers_twice_in_one_request),
		cmocka_unit_test(leaves_alone_what_only_looks_like_it),
		cmocka_unit_test(leaves_logins_alone),
		cmocka_unit_test(does_not_append_to_an_open_pair),
		cmocka_unit_test(keeps_to_the_size_limit),
		cmocka_unit_test(hides_every_legal_answer),
		cmocka_unit_test(refuses_every_illegal_answer),
		cmocka_unit_test(counts_a_missing_answer_as_one),
		cmocka_unit_test(grants_nothing_before_the_end),
		cmocka_unit_test(does_not_touch_answers_it_did_not_ask_for),
		cmocka_unit_test(learns_what_the_session_needs),
		cmocka_unit_test(joins_an_answer_cut_at_any_byte),
		cmocka_unit_test(joins_an_answer_sent_byte_by_byte),
		cmocka_unit_test(bounds_what_it_holds_back),
		cmocka_unit_test(passes_unterminated_text),
		cmocka_unit_test(passes_failures_unread),
	};

	return cmocka_run_group_tests_name("offer", tests, NULL, NULL);
}
