// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: leading login passing through.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Input: MaxConnections to offer, then PDUs: one byte of flags, one byte
 * that tells request (even) from response (odd) and failed (3), two bytes of
 * length, text.
 */
#include "fuzz.h"
#include "offer.h"

#include <asm/byteorder.h>

static char out[MCS_OFFER_TEXT_MAX + MCS_OFFER_HELD_MAX];

static unsigned int count_key(const char *text, size_t len)
{
	static const char key[] = "MaxConnections=";
	size_t key_len = sizeof(key) - 1;
	unsigned int count = 0;
	size_t i;

	for (i = 0; i + key_len <= len; i++)
		if ((!i || !text[i - 1]) && !memcmp(text + i, key, key_len))
			count++;
	return count;
}

static bool has_answer_other_than_1(const char *text, size_t len)
{
	static const char key[] = "MaxConnections=";
	size_t key_len = sizeof(key) - 1;
	size_t i;

	for (i = 0; i + key_len <= len; i++)
		if ((!i || !text[i - 1]) && !memcmp(text + i, key, key_len) &&
		    (len < i + key_len + 2 ||
		     memcmp(text + i + key_len, "1", 2)))
			return true;
	return false;
}

static void request(struct mcs_offer *offer, u8 flags, const char *text,
		    size_t len)
{
	struct iscsi_login_req req = { .flags = flags };
	bool before = offer->offered;
	int ret;

	ret = mcs_offer_request(offer, &req, text, len, out,
				MCS_OFFER_TEXT_MAX);
	if (ret < 0) {
		FUZZ_CHECK(len > MCS_OFFER_TEXT_MAX);
		return;
	}
	FUZZ_CHECK(ret <= MCS_OFFER_TEXT_MAX);
	if (!before && offer->offered)
		FUZZ_CHECK(count_key(out, ret) == 1);
	else if (!offer->offered)
		FUZZ_CHECK(ret == len && (!len || !memcmp(out, text, len)));
	else
		FUZZ_CHECK(offer->max_connections > 1);
}

static bool respond(struct mcs_offer *offer, u8 flags, u8 status,
		    const char *text, size_t len)
{
	struct iscsi_login_rsp rsp = { .flags = flags };
	size_t held = offer->held_len;
	int ret;

	rsp.status_class = status;
	ret = mcs_offer_response(offer, &rsp, text, len, out, sizeof(out));
	if (ret < 0)
		return false;
	FUZZ_CHECK(ret <= len + held + 1);
	FUZZ_CHECK(offer->held_len <= MCS_OFFER_HELD_MAX);
	FUZZ_CHECK(offer->granted >= 1);
	FUZZ_CHECK(offer->granted == 1 ||
		   offer->granted <= offer->max_connections);
	if (offer->offered && !status)
		FUZZ_CHECK(!has_answer_other_than_1(out, ret));
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct mcs_offer offer;
	bool going = true;
	size_t piece_len;
	u8 flags, kind;
	char *piece;

	mcs_offer_init(&offer, fuzz_byte(&in));
	while (in.len && going) {
		flags = fuzz_byte(&in);
		kind = fuzz_byte(&in);
		piece_len = fuzz_length(&in);
		piece = fuzz_piece(&in, piece_len);
		if (kind & 1)
			going = respond(&offer, flags, kind == 3, piece,
					piece_len);
		else
			request(&offer, flags, piece, piece_len);
		free(piece);
	}
	return 0;
}
