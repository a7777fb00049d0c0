/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Plays scripts of a target against the login state machine.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Include after cmocka.h.
 */
#ifndef LOGIN_SCRIPT_H
#define LOGIN_SCRIPT_H

#include <stdlib.h>

#include "login_peer.h"

/* One request as the target would see it */
struct seen_request {
	struct iscsi_login_req hdr;
	char text[MCS_LOGIN_TX_MAX];
	u32 len;
};

static inline int setup(void **state)
{
	*state = malloc(sizeof(struct mcs_login));
	return *state ? 0 : -1;
}

static inline int teardown(void **state)
{
	free(*state);
	return 0;
}

static inline void next_request(struct mcs_login *login, u32 cmdsn,
				struct seen_request *req)
{
	const void *text;

	req->len = mcs_login_build(login, cmdsn, &req->hdr, &text);
	assert_true(req->len <= sizeof(req->text));
	memcpy(req->text, text, req->len);
	assert_int_equal(ntoh24(req->hdr.dlength), req->len);
}

static inline enum mcs_login_action
answer(struct mcs_login *login, const struct peer_step *step, u32 statsn)
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
static inline int play(struct mcs_login *login,
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

static inline bool has_pair(const struct seen_request *req, const char *key,
			    const char *value)
{
	struct mcs_text_pair pair;

	return !mcs_text_find(req->text, req->len, key, &pair) &&
	       mcs_text_value_is(&pair, value);
}

static inline bool has_key(const struct seen_request *req, const char *key)
{
	struct mcs_text_pair pair;

	return !mcs_text_find(req->text, req->len, key, &pair);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif /* LOGIN_SCRIPT_H */
