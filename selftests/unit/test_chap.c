// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: CHAP. Expected responses were computed with "openssl dgst".
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <cmocka.h>

#include <linux/kernel.h>

#include "chap_openssl.h"

#define CHALLENGE	"0x000102030405060708090a0b0c0d0e0f"
#define CHALLENGE64	"0bAAECAwQFBgcICQoLDA0ODw=="
/* with identifier 0x27 and the secret below */
#define RESPONSE_SHA256	"0xe343476183cd4e2e152207749bb06464477a6e2b54113173a2b245391d1ed27f"
#define RESPONSE_SHA3	"0x8a568c1e28d76febaf5c8063b51b391c2058d7f5ccb70113f10664c23ae4d3cf"
/* what chap_test_random() makes of ours */
#define OUR_CHALLENGE	"0xa5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"

static const u8 secret[] = "initiatorsecret!";
static const u8 target_secret[] = "target-secret-1";

static void one_way(struct mcs_chap_auth *auth)
{
	memset(auth, 0, sizeof(*auth));
	auth->env = &chap_test_env;
	auth->name = "user";
	auth->secret = secret;
	auth->secret_len = sizeof(secret) - 1;
}

static void mutual(struct mcs_chap_auth *auth)
{
	one_way(auth);
	auth->target_secret = target_secret;
	auth->target_secret_len = sizeof(target_secret) - 1;
}

static void set_pair(struct mcs_text_pair *pair, const char *key,
		     const char *value)
{
	pair->key = value ? key : NULL;
	pair->key_len = strlen(key);
	pair->value = value;
	pair->value_len = value ? strlen(value) : 0;
}

static void set_challenge(struct mcs_chap_keys *keys, const char *a,
			  const char *i, const char *c)
{
	memset(keys, 0, sizeof(*keys));
	set_pair(&keys->a, "CHAP_A", a);
	set_pair(&keys->i, "CHAP_I", i);
	set_pair(&keys->c, "CHAP_C", c);
}

struct answer {
	struct mcs_text_buf tx;
	char text[1024];
};

static enum mcs_login_cause respond(struct mcs_chap *chap,
				    const struct mcs_chap_keys *keys,
				    struct answer *answer)
{
	mcs_text_buf_init(&answer->tx, answer->text, sizeof(answer->text));
	return mcs_chap_respond(chap, keys, "iqn.2024-01.example:i",
				&answer->tx);
}

static void expect_pair(const struct answer *answer, const char *key,
			const char *value)
{
	struct mcs_text_pair pair;

	assert_int_equal(mcs_text_find(answer->text, answer->tx.len, key,
				       &pair), 0);
	assert_true(mcs_text_value_is(&pair, value));
}

static void computes_known_responses(void **state)
{
	static const struct {
		const char *a;
		const char *response;
	} cases[] = {
		{ "5", "0x71d08fb8ff39b14f99f2c9100385dff6" },
		{ "6", "0xe73aedbe9d35e79e3bc112b0735cbff71941ac63" },
		{ "7", RESPONSE_SHA256 },
		{ "8", RESPONSE_SHA3 },
	};
	static const char * const forms[] = {
		CHALLENGE, CHALLENGE64,
		"0X000102030405060708090A0B0C0D0E0F",
		"0BAAECAwQFBgcICQoLDA0ODw",
	};
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys;
	struct answer answer;
	struct mcs_chap chap;
	size_t i, form;

	one_way(&auth);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (form = 0; form < ARRAY_SIZE(forms); form++) {
			mcs_chap_init(&chap, &auth);
			set_challenge(&keys, cases[i].a, "0x27", forms[form]);
			assert_int_equal(respond(&chap, &keys, &answer), 0);
			expect_pair(&answer, "CHAP_N", "user");
			expect_pair(&answer, "CHAP_R", cases[i].response);
		}
	}
}

static void one_way_sends_no_challenge(void **state)
{
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys;
	struct mcs_text_pair pair;
	struct answer answer;
	struct mcs_chap chap;

	one_way(&auth);
	auth.name = "";
	mcs_chap_init(&chap, &auth);
	set_challenge(&keys, "5", "39", CHALLENGE);
	assert_int_equal(respond(&chap, &keys, &answer), 0);
	/* no name set: ours is that of the initiator */
	expect_pair(&answer, "CHAP_N", "iqn.2024-01.example:i");
	assert_int_not_equal(mcs_text_find(answer.text, answer.tx.len,
					   "CHAP_C", &pair), 0);
}

static void offers_the_preferred_algorithm_first(void **state)
{
	struct mcs_chap_env env = chap_test_env;
	static const struct {
		u8 preferred;
		u32 algorithms;
		const char *list;
	} cases[] = {
		{ 0, 0x1e0, "7,8,6,5" },
		{ 5, 0x1e0, "5,7,8,6" },
		{ 8, 0x1e0, "8,7,6,5" },
		{ 8, 0x0e0, "7,6,5" },
		{ 200, 0x1e0, "7,8,6,5" },
		{ 0, 0x020, "5" },
		{ 5, 0x020, "5" },
	};
	struct mcs_chap_auth auth;
	struct answer answer;
	struct mcs_chap chap;
	size_t i;

	one_way(&auth);
	auth.env = &env;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		env.algorithms = cases[i].algorithms;
		auth.algorithm = cases[i].preferred;
		mcs_chap_init(&chap, &auth);
		mcs_text_buf_init(&answer.tx, answer.text, sizeof(answer.text));
		assert_int_equal(mcs_chap_offer(&chap, &answer.tx), 0);
		expect_pair(&answer, "CHAP_A", cases[i].list);
	}
	env.algorithms = 0;
	assert_int_equal(mcs_chap_offer(&chap, &answer.tx),
			 MCS_LOGIN_AUTH_METHOD);
}

static void refuses_bad_challenges(void **state)
{
	static const struct {
		const char *a, *i, *c;
		enum mcs_login_cause cause;
	} cases[] = {
		{ NULL, "1", CHALLENGE, MCS_LOGIN_PROTOCOL },
		{ "5", NULL, CHALLENGE, MCS_LOGIN_PROTOCOL },
		{ "5", "1", NULL, MCS_LOGIN_PROTOCOL },
		{ "4", "1", CHALLENGE, MCS_LOGIN_AUTH_METHOD },
		{ "9", "1", CHALLENGE, MCS_LOGIN_AUTH_METHOD },
		{ "Reject", "1", CHALLENGE, MCS_LOGIN_AUTH_METHOD },
		{ "5,7", "1", CHALLENGE, MCS_LOGIN_AUTH_METHOD },
		{ "5", "256", CHALLENGE, MCS_LOGIN_PROTOCOL },
		{ "5", "-1", CHALLENGE, MCS_LOGIN_PROTOCOL },
		{ "5", "1", "", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0x", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0b", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "1234", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0x123", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0x12g4", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0bA", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0bAA=", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0bA===", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0bAB==", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0bAA-A", MCS_LOGIN_PROTOCOL },
		{ "5", "1", "0b====", MCS_LOGIN_PROTOCOL },
	};
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys;
	struct answer answer;
	struct mcs_chap chap;
	size_t i;

	one_way(&auth);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		mcs_chap_init(&chap, &auth);
		set_challenge(&keys, cases[i].a, cases[i].i, cases[i].c);
		assert_int_equal(respond(&chap, &keys, &answer),
				 cases[i].cause);
		assert_int_equal(answer.tx.len, 0);
	}
	/* an answer where a challenge is due */
	set_challenge(&keys, "5", "1", CHALLENGE);
	set_pair(&keys.r, "CHAP_R", "0x00");
	assert_int_equal(respond(&chap, &keys, &answer), MCS_LOGIN_PROTOCOL);
}

static void takes_challenges_up_to_the_limit(void **state)
{
	char value[2 * MCS_CHAP_CHALLENGE_MAX + 5] = "0x";
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys;
	struct answer answer;
	struct mcs_chap chap;

	one_way(&auth);
	mcs_chap_init(&chap, &auth);
	memset(value + 2, '7', 2 * MCS_CHAP_CHALLENGE_MAX);
	set_challenge(&keys, "8", "0", value);
	assert_int_equal(respond(&chap, &keys, &answer), 0);
	memset(value + 2, '7', 2 * MCS_CHAP_CHALLENGE_MAX + 2);
	set_challenge(&keys, "8", "0", value);
	assert_int_equal(respond(&chap, &keys, &answer), MCS_LOGIN_PROTOCOL);
	/* the same limit in base64 */
	value[1] = 'b';
	memset(value + 2, 'A', sizeof(value) - 3);
	value[2 + 1368] = '\0';
	set_challenge(&keys, "8", "0", value);
	assert_int_equal(respond(&chap, &keys, &answer), MCS_LOGIN_PROTOCOL);
	value[2 + 1366] = '\0';
	set_challenge(&keys, "8", "0", value);
	assert_int_equal(respond(&chap, &keys, &answer), 0);
}

static void judges_names_and_secrets(void **state)
{
	static const u8 long_secret[MCS_CHAP_SECRET_MAX + 1];
	static char long_name[300];
	struct mcs_chap_auth auth;

	one_way(&auth);
	assert_true(mcs_chap_auth_ok(&auth));
	auth.secret_len = 1;
	assert_true(mcs_chap_auth_ok(&auth));
	auth.secret_len = 0;
	assert_false(mcs_chap_auth_ok(&auth));
	auth.secret = long_secret;
	auth.secret_len = MCS_CHAP_SECRET_MAX;
	assert_true(mcs_chap_auth_ok(&auth));
	auth.secret_len++;
	assert_false(mcs_chap_auth_ok(&auth));
	auth.secret = NULL;
	auth.secret_len = 12;
	assert_false(mcs_chap_auth_ok(&auth));

	one_way(&auth);
	memset(long_name, 'n', 256);
	auth.name = long_name;
	assert_false(mcs_chap_auth_ok(&auth));
	long_name[255] = '\0';
	assert_true(mcs_chap_auth_ok(&auth));

	mutual(&auth);
	assert_true(mcs_chap_is_mutual(&auth));
	assert_true(mcs_chap_auth_ok(&auth));
	auth.target_secret_len = 0;
	assert_false(mcs_chap_auth_ok(&auth));
	/* one secret for both directions */
	auth.target_secret = (const u8 *)"initiatorsecret!";
	auth.target_secret_len = auth.secret_len;
	assert_false(mcs_chap_auth_ok(&auth));
	auth.target_secret_len--;
	assert_true(mcs_chap_auth_ok(&auth));
}

/* Let a mutual exchange get to where the target has to answer. */
static void reach_verification(struct mcs_chap *chap,
			       const struct mcs_chap_auth *auth)
{
	struct mcs_chap_keys keys;
	struct answer answer;

	mcs_chap_init(chap, auth);
	set_challenge(&keys, "7", "1", CHALLENGE);
	assert_int_equal(respond(chap, &keys, &answer), 0);
	expect_pair(&answer, "CHAP_I", "165");
	expect_pair(&answer, "CHAP_C", OUR_CHALLENGE);
}

static void target_answer(struct mcs_chap_keys *keys, char *hex,
			  const char *name, const void *with, size_t len)
{
	u8 challenge[MCS_CHAP_CHALLENGE_LEN];
	u8 response[MCS_CHAP_DIGEST_MAX];
	size_t i, count;

	memset(challenge, 0xa5, sizeof(challenge));
	count = chap_test_target_response(MCS_CHAP_SHA256, 0xa5, with, len,
					  challenge, sizeof(challenge),
					  response);
	strcpy(hex, "0x");
	for (i = 0; i < count; i++)
		sprintf(hex + 2 + 2 * i, "%02X", response[i]);
	memset(keys, 0, sizeof(*keys));
	set_pair(&keys->n, "CHAP_N", name);
	set_pair(&keys->r, "CHAP_R", hex);
}

static void believes_the_right_target_only(void **state)
{
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys;
	struct mcs_chap chap;
	char hex[100];

	mutual(&auth);
	auth.target_name = "target";
	reach_verification(&chap, &auth);
	target_answer(&keys, hex, "target", target_secret,
		      sizeof(target_secret) - 1);
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_OK);

	target_answer(&keys, hex, "Target", target_secret,
		      sizeof(target_secret) - 1);
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_TARGET_AUTH);
	target_answer(&keys, hex, "target", target_secret,
		      sizeof(target_secret) - 2);
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_TARGET_AUTH);
	target_answer(&keys, hex, "target", secret, sizeof(secret) - 1);
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_TARGET_AUTH);

	/* any name will do if none is set */
	auth.target_name = NULL;
	target_answer(&keys, hex, "somebody", target_secret,
		      sizeof(target_secret) - 1);
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_OK);
}

static void refuses_a_target_that_evades(void **state)
{
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys, good;
	struct mcs_chap chap;
	char hex[100];

	mutual(&auth);
	reach_verification(&chap, &auth);
	target_answer(&good, hex, "target", target_secret,
		      sizeof(target_secret) - 1);

	keys = good;
	keys.r.key = NULL;
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_TARGET_AUTH);
	keys = good;
	keys.n.key = NULL;
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_TARGET_AUTH);
	keys = good;
	keys.r.value_len -= 2;
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_PROTOCOL);
	keys = good;
	set_pair(&keys.c, "CHAP_C", CHALLENGE);
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_PROTOCOL);
	keys = good;
	hex[2] ^= 1;
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_TARGET_AUTH);
}

static void refuses_our_own_response(void **state)
{
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys;
	struct mcs_chap chap;
	char hex[100];

	mutual(&auth);
	reach_verification(&chap, &auth);
	target_answer(&keys, hex, "target", target_secret,
		      sizeof(target_secret) - 1);
	/* as if both directions had come out the same */
	assert_true(mcs_chap_decode(&keys.r, chap.response,
				    sizeof(chap.response)) > 0);
	assert_int_equal(mcs_chap_verify(&chap, &keys), MCS_LOGIN_TARGET_AUTH);
}

static void refuses_reflected_challenges(void **state)
{
	static const char reflected[] = OUR_CHALLENGE;
	struct mcs_chap_history history = { 0 };
	struct mcs_chap_auth auth;
	struct mcs_chap_keys keys;
	struct answer answer;
	struct mcs_chap chap;
	int i;

	/* ours would be the same as the target's */
	mutual(&auth);
	mcs_chap_init(&chap, &auth);
	set_challenge(&keys, "7", "1", reflected);
	assert_int_equal(respond(&chap, &keys, &answer),
			 MCS_LOGIN_TARGET_AUTH);

	/* one that an earlier login sent */
	auth.history = &history;
	reach_verification(&chap, &auth);
	chap_test_fill = 0x11;
	mcs_chap_init(&chap, &auth);
	assert_int_equal(respond(&chap, &keys, &answer),
			 MCS_LOGIN_TARGET_AUTH);
	assert_int_equal(answer.tx.len, 0);

	/* the memory is bounded: the oldest ones are forgotten */
	for (i = 0; i < MCS_CHAP_HISTORY; i++) {
		chap_test_fill = 0x20 + i;
		mcs_chap_init(&chap, &auth);
		set_challenge(&keys, "7", "1", CHALLENGE);
		assert_int_equal(respond(&chap, &keys, &answer), 0);
	}
	assert_int_equal(history.used, MCS_CHAP_HISTORY);
	mcs_chap_init(&chap, &auth);
	set_challenge(&keys, "7", "1", reflected);
	assert_int_equal(respond(&chap, &keys, &answer), 0);
	chap_test_fill = 0xa5;
}

static void wipes_everything(void **state)
{
	static const struct mcs_chap zero;
	struct mcs_chap_auth auth;
	struct mcs_chap chap;

	mutual(&auth);
	reach_verification(&chap, &auth);
	mcs_chap_wipe(&chap);
	assert_memory_equal(&chap, &zero, sizeof(chap));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(computes_known_responses),
		cmocka_unit_test(one_way_sends_no_challenge),
		cmocka_unit_test(offers_the_preferred_algorithm_first),
		cmocka_unit_test(refuses_bad_challenges),
		cmocka_unit_test(takes_challenges_up_to_the_limit),
		cmocka_unit_test(judges_names_and_secrets),
		cmocka_unit_test(believes_the_right_target_only),
		cmocka_unit_test(refuses_a_target_that_evades),
		cmocka_unit_test(refuses_our_own_response),
		cmocka_unit_test(refuses_reflected_challenges),
		cmocka_unit_test(wipes_everything),
	};

	return cmocka_run_group_tests_name("chap", tests, NULL, NULL);
}
