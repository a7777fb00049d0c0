// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: login of an added connection with CHAP.
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

static const u8 our_secret[] = "initiatorsecret!";
static const u8 target_secret[] = "target-secret-1";

static void set_auth(struct mcs_chap_auth *auth, bool mutual)
{
	memset(auth, 0, sizeof(*auth));
	auth->env = &chap_test_env;
	auth->name = "user";
	auth->secret = our_secret;
	auth->secret_len = sizeof(our_secret) - 1;
	if (mutual) {
		auth->target_secret = target_secret;
		auth->target_secret_len = sizeof(target_secret) - 1;
	}
}

static const struct peer_step chap_steps[] = {
	{ SEC, "TargetPortalGroupTag=7\nAuthMethod=CHAP" },
	{ SEC, "CHAP_A=5\nCHAP_I=39\n"
	       "CHAP_C=0x000102030405060708090a0b0c0d0e0f" },
	{ SEC_TO_OP, "" },
	{ OP_TO_FFP, "HeaderDigest=None\nDataDigest=None" },
};

static void authenticates_one_way(void **state)
{
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct mcs_chap_auth auth;
	struct seen_request req;

	peer_params(&p);
	set_auth(&auth, false);
	p.auth = &auth;
	assert_int_equal(mcs_login_start(login, &p), 0);
	next_request(login, 1, &req);
	assert_int_equal(req.hdr.flags, SEC);
	assert_true(has_pair(&req, "AuthMethod", "CHAP,None"));
	assert_int_equal(answer(login, &chap_steps[0], 1), MCS_LOGIN_SEND);
	next_request(login, 1, &req);
	assert_int_equal(req.hdr.flags, SEC);
	assert_true(has_pair(&req, "CHAP_A", "7,8,6,5"));
	assert_int_equal(answer(login, &chap_steps[1], 2), MCS_LOGIN_SEND);
	next_request(login, 1, &req);
	assert_int_equal(req.hdr.flags, SEC_TO_OP);
	assert_true(has_pair(&req, "CHAP_N", "user"));
	assert_true(has_pair(&req, "CHAP_R",
			     "0x71d08fb8ff39b14f99f2c9100385dff6"));
	assert_false(has_key(&req, "CHAP_C"));
	assert_int_equal(answer(login, &chap_steps[2], 3), MCS_LOGIN_SEND);
	next_request(login, 1, &req);
	assert_int_equal(req.hdr.flags, OP_TO_FFP);
	assert_int_equal(answer(login, &chap_steps[3], 4), MCS_LOGIN_DONE);
}

static void authenticates_before_a_hesitant_transit(void **state)
{
	static const struct peer_step steps[] = {
		{ SEC, "TargetPortalGroupTag=7\nAuthMethod=CHAP" },
		{ SEC, "CHAP_A=8\nCHAP_I=0\nCHAP_C=0b/////w==" },
		{ SEC, "" },
		{ SEC_TO_OP, "" },
		{ OP_TO_FFP, "" },
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct mcs_chap_auth auth;

	peer_params(&p);
	set_auth(&auth, false);
	p.auth = &auth;
	assert_int_equal(play(login, &p, steps, ARRAY_SIZE(steps)),
			 MCS_LOGIN_DONE);
}

static void goes_without_if_both_agree(void **state)
{
	static const struct peer_step steps[] = {
		{ SEC, "TargetPortalGroupTag=7\nAuthMethod=None" },
		{ SEC_TO_OP, "" },
		{ OP_TO_FFP, "HeaderDigest=None\nDataDigest=None" },
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct mcs_chap_auth auth;

	peer_params(&p);
	set_auth(&auth, false);
	p.auth = &auth;
	assert_int_equal(play(login, &p, steps, ARRAY_SIZE(steps)),
			 MCS_LOGIN_DONE);
}

static void does_not_go_without_if_it_must_not(void **state)
{
	static const struct {
		const char *text;
		enum mcs_login_cause cause;
	} cases[] = {
		{ "AuthMethod=None", MCS_LOGIN_AUTH_METHOD },
		{ "AuthMethod=Reject", MCS_LOGIN_AUTH_METHOD },
		{ "AuthMethod=NotUnderstood", MCS_LOGIN_AUTH_METHOD },
		{ "", MCS_LOGIN_AUTH_METHOD },
		{ "AuthMethod=KRB5", MCS_LOGIN_PROTOCOL },
	};
	struct mcs_login *login = *state;
	struct mcs_login_params p;
	struct mcs_chap_auth auth;
	struct seen_request req;
	struct peer_step step;
	int mutual;
	size_t i;

	peer_params(&p);
	p.auth = &auth;
	for (mutual = 0; mutual < 2; mutual++) {
		set_auth(&auth, mutual);
		auth.required = !mutual;
		for (i = 0; i < ARRAY_SIZE(cases); i++) {
			assert_int_equal(mcs_login_start(login, &p), 0);
			next_request(login, 1, &req);
			assert_true(has_pair(&req, "AuthMethod", "CHAP"));
			step = (struct peer_step){ SEC, cases[i].text };
			assert_int_equal(answer(login, &step, 1),
					 MCS_LOGIN_FAILED);
			assert_int_equal(login->result.cause, cases[i].cause);
		}
	}
}

static void drops_targets_that_cheat_at_chap(void **state)
{
	static const struct peer_step steps[][3] = {
		/* into the next stage without a challenge */
		{ { SEC_TO_OP, "AuthMethod=CHAP" } },
		{ { SEC, "AuthMethod=CHAP" }, { SEC_TO_OP, "" } },
		{ { SEC, "AuthMethod=CHAP" }, { SEC, "" } },
		/* another method when the first one is settled */
		{ { SEC, "TargetPortalGroupTag=7" }, { SEC_TO_OP, "AuthMethod=CHAP" } },
		{ { SEC, "AuthMethod=CHAP" }, { SEC, "AuthMethod=None" } },
		/* keys out of turn */
		{ { SEC, "AuthMethod=CHAP\nCHAP_A=5\nCHAP_I=1\nCHAP_C=0x00" } },
		{ { SEC, "CHAP_A=5" } },
		{ { SEC, "AuthMethod=CHAP" },
		  { SEC, "CHAP_A=5\nCHAP_I=1\nCHAP_C=0x00" },
		  { SEC_TO_OP, "CHAP_N=t\nCHAP_R=0x00" } },
		/* a second challenge */
		{ { SEC, "AuthMethod=CHAP" },
		  { SEC, "CHAP_A=5\nCHAP_I=1\nCHAP_C=0x00" },
		  { SEC, "CHAP_A=5\nCHAP_I=1\nCHAP_C=0x01" } },
	};
	struct mcs_login *login = *state;
	enum mcs_login_action action;
	struct mcs_login_params p;
	struct mcs_chap_auth auth;
	struct seen_request req;
	size_t i, step;

	peer_params(&p);
	set_auth(&auth, false);
	p.auth = &auth;
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		assert_int_equal(mcs_login_start(login, &p), 0);
		action = MCS_LOGIN_SEND;
		for (step = 0; step < 3 && action == MCS_LOGIN_SEND; step++) {
			assert_non_null(steps[i][step].text);
			next_request(login, 1, &req);
			action = answer(login, &steps[i][step], step);
		}
		assert_int_equal(action, MCS_LOGIN_FAILED);
		assert_true(login->result.cause == MCS_LOGIN_PROTOCOL ||
			    login->result.cause == MCS_LOGIN_BAD_TEXT);
	}
}

/* The answer a target with this secret gives to our challenge. */
static const char *target_proof(const char *secret, char *text)
{
	u8 challenge[MCS_CHAP_CHALLENGE_LEN];
	u8 response[MCS_CHAP_DIGEST_MAX];
	size_t i, len;

	memset(challenge, 0xa5, sizeof(challenge));
	len = chap_test_target_response(MCS_CHAP_MD5, 0xa5, secret,
					strlen(secret), challenge,
					sizeof(challenge), response);
	strcpy(text, "CHAP_N=target\nCHAP_R=0x");
	for (i = 0; i < len; i++)
		sprintf(text + strlen(text), "%02x", response[i]);
	return text;
}

static void authenticates_both_ways(void **state)
{
	struct mcs_login *login = *state;
	struct peer_step steps[5];
	struct mcs_login_params p;
	struct mcs_chap_auth auth;
	char text[200];

	peer_params(&p);
	set_auth(&auth, true);
	p.auth = &auth;
	memcpy(steps, chap_steps, sizeof(chap_steps));
	steps[2].text = target_proof("target-secret-1", text);
	assert_int_equal(play(login, &p, steps, 4), MCS_LOGIN_DONE);

	/* the proof before the transit */
	steps[2].flags = SEC;
	steps[3] = (struct peer_step){ SEC_TO_OP, "" };
	steps[4] = chap_steps[3];
	assert_int_equal(play(login, &p, steps, 5), MCS_LOGIN_DONE);

	/* no proof, and the wrong one */
	assert_int_equal(play(login, &p, chap_steps, 3), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_TARGET_AUTH);
	steps[2].text = target_proof("target-secret-2", text);
	assert_int_equal(play(login, &p, steps, 3), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_TARGET_AUTH);
}

static void reports_a_refused_secret(void **state)
{
	struct mcs_login *login = *state;
	struct peer_step steps[3];
	struct mcs_login_params p;
	struct mcs_chap_auth auth;

	peer_params(&p);
	set_auth(&auth, false);
	p.auth = &auth;
	memcpy(steps, chap_steps, sizeof(steps));
	steps[2].status = 0x0201;
	assert_int_equal(play(login, &p, steps, 3), MCS_LOGIN_FAILED);
	assert_int_equal(login->result.cause, MCS_LOGIN_AUTH_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(authenticates_one_way),
		T(authenticates_before_a_hesitant_transit),
		T(goes_without_if_both_agree),
		T(does_not_go_without_if_it_must_not),
		T(drops_targets_that_cheat_at_chap),
		T(authenticates_both_ways),
		T(reports_a_refused_secret),
	};

	return cmocka_run_group_tests_name("login_auth", tests, NULL, NULL);
}
