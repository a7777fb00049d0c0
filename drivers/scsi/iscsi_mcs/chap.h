/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CHAP and mutual CHAP as RFC 7143 section 12.1.3 uses it.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Pure code: hashing and random numbers come through an ops table. Secrets
 * are used where they are and never copied.
 */
#ifndef MCS_CHAP_H
#define MCS_CHAP_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "login_cause.h"
#include "text.h"

/* CHAP_A values */
#define MCS_CHAP_MD5		5
#define MCS_CHAP_SHA1		6
#define MCS_CHAP_SHA256		7
#define MCS_CHAP_SHA3_256	8

#define MCS_CHAP_DIGEST_MAX	32
#define MCS_CHAP_SECRET_MAX	256
/* Challenges of targets may be this long, ours always are */
#define MCS_CHAP_CHALLENGE_MAX	1024
#define MCS_CHAP_CHALLENGE_LEN	32
/* Challenges of ours that are remembered; one login of each connection */
#define MCS_CHAP_HISTORY	32

/**
 * struct mcs_chap_part - one piece of what is hashed
 * @data: bytes
 * @len: number of bytes
 */
struct mcs_chap_part {
	const void *data;
	size_t len;
};

/**
 * struct mcs_chap_env - hashing and random numbers
 * @algorithms: usable algorithms, bit N for CHAP_A value N
 * @digest: hash @count parts with one of the algorithms, 0 or -errno
 * @random: fill a buffer with unpredictable bytes
 */
struct mcs_chap_env {
	u32 algorithms;
	int (*digest)(const struct mcs_chap_env *env, unsigned int algorithm,
		      const struct mcs_chap_part *parts, unsigned int count,
		      u8 *out);
	void (*random)(const struct mcs_chap_env *env, void *to, size_t len);
};

/**
 * struct mcs_chap_history - challenges this side has sent lately
 * @lock: protects the others: logins of a session run side by side
 * @next: slot for the next one
 * @used: slots in use
 * @sent: the challenges
 *
 * A target that cannot answer a challenge may try to have it answered by
 * us on another connection. A challenge is in here before it is sent.
 */
struct mcs_chap_history {
	spinlock_t lock;	/* see above */
	unsigned int next;
	unsigned int used;
	u8 sent[MCS_CHAP_HISTORY][MCS_CHAP_CHALLENGE_LEN];
};

/**
 * struct mcs_chap_auth - who we are and whom we believe
 * @env: hashing and random numbers
 * @history: shared by the logins of a session, may be NULL
 * @name: our CHAP_N; NULL or empty means the initiator name
 * @secret: secret that proves who we are
 * @secret_len: its length, 1 to MCS_CHAP_SECRET_MAX
 * @target_name: CHAP_N the target must have; NULL or empty for any
 * @target_secret: secret the target has to prove; NULL for one-way CHAP
 * @target_secret_len: its length
 * @algorithm: CHAP_A to prefer, that of the leading login; 0 for none
 * @required: do not offer to go without authentication
 */
struct mcs_chap_auth {
	const struct mcs_chap_env *env;
	struct mcs_chap_history *history;
	const char *name;
	const u8 *secret;
	size_t secret_len;
	const char *target_name;
	const u8 *target_secret;
	size_t target_secret_len;
	u8 algorithm;
	bool required;
};

/**
 * struct mcs_chap_keys - CHAP keys of one response
 * @a: CHAP_A; as all of them, its key member is NULL if it did not come
 * @i: CHAP_I
 * @c: CHAP_C
 * @n: CHAP_N
 * @r: CHAP_R
 */
struct mcs_chap_keys {
	struct mcs_text_pair a;
	struct mcs_text_pair i;
	struct mcs_text_pair c;
	struct mcs_text_pair n;
	struct mcs_text_pair r;
};

/**
 * struct mcs_chap - state of one authentication
 * @auth: names and secrets
 * @algorithm: CHAP_A agreed upon
 * @id: CHAP_I we sent
 * @challenge: CHAP_C we sent
 * @response: CHAP_R we sent
 * @peer_challenge: CHAP_C of the target
 */
struct mcs_chap {
	const struct mcs_chap_auth *auth;
	u8 algorithm;
	u8 id;
	u8 challenge[MCS_CHAP_CHALLENGE_LEN];
	u8 response[MCS_CHAP_DIGEST_MAX];
	u8 peer_challenge[MCS_CHAP_CHALLENGE_MAX];
};

bool mcs_chap_is_mutual(const struct mcs_chap_auth *auth);
bool mcs_chap_auth_ok(const struct mcs_chap_auth *auth);
void mcs_chap_history_init(struct mcs_chap_history *history);
void mcs_chap_init(struct mcs_chap *chap, const struct mcs_chap_auth *auth);
void mcs_chap_wipe(struct mcs_chap *chap);
enum mcs_login_cause mcs_chap_offer(const struct mcs_chap *chap,
				    struct mcs_text_buf *tx);
enum mcs_login_cause mcs_chap_respond(struct mcs_chap *chap,
				      const struct mcs_chap_keys *keys,
				      const char *initiator_name,
				      struct mcs_text_buf *tx);
enum mcs_login_cause mcs_chap_verify(const struct mcs_chap *chap,
				     const struct mcs_chap_keys *keys);
unsigned int mcs_chap_digest_len(unsigned int algorithm);
int mcs_chap_decode(const struct mcs_text_pair *pair, u8 *to, size_t size);

#endif /* MCS_CHAP_H */
