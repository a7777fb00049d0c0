// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: parser and builder of text segments.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Input: a text segment.
 */
#include "fuzz.h"
#include "text.h"

static void use_value(const struct mcs_text_pair *pair)
{
	u32 number;

	if (!mcs_text_number(pair, 5, 1000, &number))
		FUZZ_CHECK(number >= 5 && number <= 1000);
	if (mcs_text_value_is_refusal(pair))
		FUZZ_CHECK(mcs_text_number(pair, 0, U32_MAX, &number));
	if (mcs_text_list_has(pair->value, pair->value_len, "None"))
		FUZZ_CHECK(pair->value_len >= 4);
}

/* What was parsed and is built again must be what was there. */
static void rebuild(const char *text, size_t len, int pairs)
{
	struct mcs_text_pair pair, found;
	struct mcs_text_iter it;
	struct mcs_text_buf buf;
	char *out = malloc(len);

	mcs_text_buf_init(&buf, out, len);
	mcs_text_iter_init(&it, text, len);
	while (mcs_text_next(&it, &pair) > 0) {
		pairs--;
		use_value(&pair);
		mcs_text_put_len(&buf, pair.key, pair.key_len, pair.value,
				 pair.value_len);
		if (pair.key_len == 1 && *pair.key == 'A') {
			FUZZ_CHECK(!mcs_text_find(text, len, "A", &found));
			FUZZ_CHECK(found.value == pair.value);
		}
	}
	FUZZ_CHECK(pairs == 0);
	FUZZ_CHECK(!buf.overflow);
	FUZZ_CHECK(buf.len <= len);
	FUZZ_CHECK(!len || !memcmp(out, text, buf.len));
	free(out);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct mcs_text_pair pair;
	char *text = fuzz_piece(&in, len);
	int pairs = mcs_text_check(text, len);

	if (pairs >= 0) {
		FUZZ_CHECK(pairs <= MCS_TEXT_PAIRS_MAX);
		rebuild(text, len, pairs);
	} else {
		mcs_text_find(text, len, "MaxConnections", &pair);
	}
	free(text);
	return 0;
}
