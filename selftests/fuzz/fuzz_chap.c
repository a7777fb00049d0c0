// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: CHAP keys of a target.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Input: one byte of settings, then a challenge and an answer, each with two
 * bytes of length in front, as text segments.
 */
#include "fuzz.h"
#include "fuzz_env.h"

static void collect(const char *text, size_t len, struct mcs_chap_keys *keys)
{
	static const char * const names[] = {
		"CHAP_A", "CHAP_I", "CHAP_C", "CHAP_N", "CHAP_R",
	};
	struct mcs_text_pair *pairs[] = {
		&keys->a, &keys->i, &keys->c, &keys->n, &keys->r,
	};
	size_t i;

	memset(keys, 0, sizeof(*keys));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (mcs_text_find(text, len, names[i], pairs[i]))
			pairs[i]->key = NULL;
}

static void decode(const struct mcs_text_pair *pair)
{
	u8 exact[20];
	u8 *bytes;
	int len;

	if (!pair->key)
		return;
	mcs_chap_decode(pair, exact, sizeof(exact));
	bytes = malloc(MCS_CHAP_CHALLENGE_MAX);
	len = mcs_chap_decode(pair, bytes, MCS_CHAP_CHALLENGE_MAX);
	FUZZ_CHECK(len && len <= MCS_CHAP_CHALLENGE_MAX);
	free(bytes);
}

static void respond(struct mcs_chap *chap, const char *text, size_t len)
{
	struct mcs_chap_keys keys;
	struct mcs_text_buf tx;
	char out[512];

	collect(text, len, &keys);
	decode(&keys.c);
	mcs_text_buf_init(&tx, out, sizeof(out));
	if (mcs_chap_respond(chap, &keys, "iqn.x:i", &tx))
		return;
	FUZZ_CHECK(!tx.overflow);
	FUZZ_CHECK(mcs_text_check(out, tx.len) ==
		   (mcs_chap_is_mutual(chap->auth) ? 4 : 2));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct mcs_chap_history history = { 0 };
	struct fuzz_input in = { data, len };
	struct mcs_chap_auth auth = {
		.env = &fuzz_env,
		.history = &history,
		.name = "user",
		.secret = (const u8 *)"secret of ours",
		.secret_len = 14,
	};
	u8 settings = fuzz_byte(&in);
	struct mcs_chap_keys keys;
	struct mcs_chap chap;
	size_t piece_len;
	char *piece;

	auth.algorithm = settings & 15;
	if (settings & 16) {
		auth.target_secret = (const u8 *)"secret of theirs";
		auth.target_secret_len = 16;
	}
	if (settings & 32)
		auth.target_name = "target";
	mcs_chap_init(&chap, &auth);
	piece_len = fuzz_length(&in);
	piece = fuzz_piece(&in, piece_len);
	respond(&chap, piece, piece_len);
	free(piece);

	piece_len = fuzz_length(&in);
	piece = fuzz_piece(&in, piece_len);
	collect(piece, piece_len, &keys);
	decode(&keys.r);
	if (chap.algorithm && mcs_chap_is_mutual(&auth))
		mcs_chap_verify(&chap, &keys);
	free(piece);
	return 0;
}
