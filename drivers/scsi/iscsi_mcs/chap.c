// SPDX-License-Identifier: GPL-2.0
/*
 * CHAP for the login of added connections.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include <crypto/algapi.h>

#include "chap.h"

/* Strongest first; MD5 last, as every target must know it */
static const u8 mcs_chap_order[] = {
	MCS_CHAP_SHA256, MCS_CHAP_SHA3_256, MCS_CHAP_SHA1, MCS_CHAP_MD5,
};

/**
 * mcs_chap_digest_len - length of a response
 * @algorithm: CHAP_A value
 *
 * Return: bytes, 0 for an algorithm that is not known.
 */
unsigned int mcs_chap_digest_len(unsigned int algorithm)
{
	switch (algorithm) {
	case MCS_CHAP_MD5:
		return 16;
	case MCS_CHAP_SHA1:
		return 20;
	case MCS_CHAP_SHA256:
	case MCS_CHAP_SHA3_256:
		return 32;
	default:
		return 0;
	}
}

static bool mcs_chap_usable(const struct mcs_chap_auth *auth,
			    unsigned int algorithm)
{
	return mcs_chap_digest_len(algorithm) &&
	       (auth->env->algorithms & (1U << algorithm));
}

/**
 * mcs_chap_is_mutual - must the target authenticate, too?
 * @auth: names and secrets
 *
 * Return: true for mutual CHAP.
 */
bool mcs_chap_is_mutual(const struct mcs_chap_auth *auth)
{
	return auth->target_secret;
}

static bool mcs_chap_secret_ok(const u8 *secret, size_t len)
{
	return secret && len && len <= MCS_CHAP_SECRET_MAX;
}

static bool mcs_chap_name_ok(const char *name)
{
	return !name || strlen(name) <= MCS_TEXT_VALUE_MAX;
}

/**
 * mcs_chap_auth_ok - can these names and secrets be used?
 * @auth: names and secrets
 *
 * Mutual CHAP with one secret for both directions proves nothing: whoever
 * has seen us respond could have us compute the target's response.
 *
 * Return: true if so.
 */
bool mcs_chap_auth_ok(const struct mcs_chap_auth *auth)
{
	if (!auth->env || !mcs_chap_secret_ok(auth->secret, auth->secret_len) ||
	    !mcs_chap_name_ok(auth->name) ||
	    !mcs_chap_name_ok(auth->target_name))
		return false;
	if (!mcs_chap_is_mutual(auth))
		return true;
	return mcs_chap_secret_ok(auth->target_secret,
				  auth->target_secret_len) &&
	       (auth->secret_len != auth->target_secret_len ||
		crypto_memneq(auth->secret, auth->target_secret,
			      auth->secret_len));
}

/**
 * mcs_chap_history_init - remember nothing yet
 * @history: to be set up
 */
void mcs_chap_history_init(struct mcs_chap_history *history)
{
	memset(history, 0, sizeof(*history));
	spin_lock_init(&history->lock);
}

/**
 * mcs_chap_init - start an authentication
 * @chap: state
 * @auth: names and secrets, valid until mcs_chap_wipe()
 */
void mcs_chap_init(struct mcs_chap *chap, const struct mcs_chap_auth *auth)
{
	memset(chap, 0, sizeof(*chap));
	chap->auth = auth;
}

/**
 * mcs_chap_wipe - forget an authentication
 * @chap: state
 */
void mcs_chap_wipe(struct mcs_chap *chap)
{
	memzero_explicit(chap, sizeof(*chap));
}

/**
 * mcs_chap_offer - say which algorithms we know
 * @chap: state
 * @tx: text CHAP_A is appended to
 *
 * Return: MCS_LOGIN_OK, or MCS_LOGIN_AUTH_METHOD if none is usable.
 */
enum mcs_login_cause mcs_chap_offer(const struct mcs_chap *chap,
				    struct mcs_text_buf *tx)
{
	const struct mcs_chap_auth *auth = chap->auth;
	char list[2 * (ARRAY_SIZE(mcs_chap_order) + 1)];
	size_t len = 0;
	size_t i;

	/* All of them have one digit */
	if (mcs_chap_usable(auth, auth->algorithm)) {
		list[len++] = '0' + auth->algorithm;
		list[len++] = ',';
	}
	for (i = 0; i < ARRAY_SIZE(mcs_chap_order); i++) {
		if (mcs_chap_order[i] == auth->algorithm ||
		    !mcs_chap_usable(auth, mcs_chap_order[i]))
			continue;
		list[len++] = '0' + mcs_chap_order[i];
		list[len++] = ',';
	}
	if (!len)
		return MCS_LOGIN_AUTH_METHOD;
	mcs_text_put_len(tx, "CHAP_A", strlen("CHAP_A"), list, len - 1);
	return MCS_LOGIN_OK;
}

static int mcs_chap_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int mcs_chap_decode_hex(const char *from, size_t len, u8 *to,
			       size_t size)
{
	int high, low;
	size_t i;

	/* half a byte at either end would be ambiguous */
	if (!len || len % 2)
		return -EBADMSG;
	if (len / 2 > size)
		return -EMSGSIZE;
	for (i = 0; i < len; i += 2) {
		high = mcs_chap_hex_digit(from[i]);
		low = mcs_chap_hex_digit(from[i + 1]);
		if (high < 0 || low < 0)
			return -EBADMSG;
		*to++ = high << 4 | low;
	}
	return len / 2;
}

static int mcs_chap_base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static int mcs_chap_decode_base64(const char *from, size_t len, u8 *to,
				  size_t size)
{
	unsigned int bits = 0;
	unsigned int have = 0;
	size_t count = 0;
	size_t padded = len;
	size_t i;
	int digit;

	/* padding may be left out, but it may not be wrong */
	while (len && padded - len < 2 && from[len - 1] == '=')
		len--;
	if (!len || len % 4 == 1 || (padded != len && padded % 4))
		return -EBADMSG;
	for (i = 0; i < len; i++) {
		digit = mcs_chap_base64_digit(from[i]);
		if (digit < 0)
			return -EBADMSG;
		bits = (bits << 6 | digit) & 0xffff;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (count == size)
			return -EMSGSIZE;
		to[count++] = bits >> have;
	}
	return bits & ((1U << have) - 1) ? -EBADMSG : (int)count;
}

/**
 * mcs_chap_decode - read a binary value
 * @pair: pair whose value is hexadecimal (0x) or base64 (0b)
 * @to: where the bytes go
 * @size: room there
 *
 * Return: number of bytes, at least 1; -EBADMSG if the value is neither
 * form; -EMSGSIZE if it is longer than @size.
 */
int mcs_chap_decode(const struct mcs_text_pair *pair, u8 *to, size_t size)
{
	const char *value = pair->value;

	if (pair->value_len < 3 || value[0] != '0')
		return -EBADMSG;
	switch (value[1]) {
	case 'x':
	case 'X':
		return mcs_chap_decode_hex(value + 2, pair->value_len - 2, to,
					   size);
	case 'b':
	case 'B':
		return mcs_chap_decode_base64(value + 2, pair->value_len - 2,
					      to, size);
	default:
		return -EBADMSG;
	}
}

/* The heart of CHAP: hash of identifier, secret and challenge. */
static int mcs_chap_hash(const struct mcs_chap *chap, u8 id, const u8 *secret,
			 size_t secret_len, const u8 *challenge,
			 size_t challenge_len, u8 *out)
{
	const struct mcs_chap_env *env = chap->auth->env;
	struct mcs_chap_part parts[] = {
		{ .data = &id, .len = sizeof(id) },
		{ .data = secret, .len = secret_len },
		{ .data = challenge, .len = challenge_len },
	};

	return env->digest(env, chap->algorithm, parts, ARRAY_SIZE(parts),
			   out);
}

/* Did we send this challenge ourselves a little while ago? */
static bool mcs_chap_is_reflected(const struct mcs_chap *chap, size_t len)
{
	struct mcs_chap_history *history = chap->auth->history;
	bool found = false;
	unsigned int i;

	if (!history || len != MCS_CHAP_CHALLENGE_LEN)
		return false;
	spin_lock(&history->lock);
	for (i = 0; i < history->used && !found; i++)
		found = !memcmp(history->sent[i], chap->peer_challenge, len);
	spin_unlock(&history->lock);
	return found;
}

static void mcs_chap_remember(struct mcs_chap_history *history,
			      const u8 *challenge)
{
	spin_lock(&history->lock);
	memcpy(history->sent[history->next], challenge,
	       MCS_CHAP_CHALLENGE_LEN);
	history->next = (history->next + 1) % MCS_CHAP_HISTORY;
	if (history->used < MCS_CHAP_HISTORY)
		history->used++;
	spin_unlock(&history->lock);
}

/* Challenge the target in turn, with a challenge that is not its own. */
static enum mcs_login_cause mcs_chap_put_challenge(struct mcs_chap *chap,
						   size_t peer_len,
						   struct mcs_text_buf *tx)
{
	const struct mcs_chap_env *env = chap->auth->env;

	env->random(env, &chap->id, sizeof(chap->id));
	env->random(env, chap->challenge, sizeof(chap->challenge));
	if (peer_len == sizeof(chap->challenge) &&
	    !memcmp(chap->challenge, chap->peer_challenge, peer_len))
		return MCS_LOGIN_TARGET_AUTH;
	if (chap->auth->history)
		mcs_chap_remember(chap->auth->history, chap->challenge);
	mcs_text_put_number(tx, "CHAP_I", chap->id);
	mcs_text_put_hex(tx, "CHAP_C", chap->challenge,
			 sizeof(chap->challenge));
	return MCS_LOGIN_OK;
}

/**
 * mcs_chap_respond - answer the target's challenge
 * @chap: state
 * @keys: keys of the response that carries the challenge
 * @initiator_name: our name if no other is set
 * @tx: text our keys are appended to
 *
 * Return: MCS_LOGIN_OK; MCS_LOGIN_AUTH_METHOD if the target chose an
 * algorithm we did not offer; MCS_LOGIN_TARGET_AUTH if the challenge is one
 * of ours; MCS_LOGIN_PROTOCOL for anything missing, superfluous or
 * malformed; MCS_LOGIN_AUTH_SETUP if hashing failed.
 */
enum mcs_login_cause mcs_chap_respond(struct mcs_chap *chap,
				      const struct mcs_chap_keys *keys,
				      const char *initiator_name,
				      struct mcs_text_buf *tx)
{
	const struct mcs_chap_auth *auth = chap->auth;
	const char *name = auth->name;
	u32 algorithm, id;
	int len;

	if (!keys->a.key || !keys->i.key || !keys->c.key || keys->n.key ||
	    keys->r.key || mcs_text_number(&keys->i, 0, U8_MAX, &id))
		return MCS_LOGIN_PROTOCOL;
	if (mcs_text_number(&keys->a, 1, 31, &algorithm) ||
	    !mcs_chap_usable(auth, algorithm))
		return MCS_LOGIN_AUTH_METHOD;
	chap->algorithm = algorithm;
	len = mcs_chap_decode(&keys->c, chap->peer_challenge,
			      sizeof(chap->peer_challenge));
	if (len < 0)
		return MCS_LOGIN_PROTOCOL;
	if (mcs_chap_is_reflected(chap, len))
		return MCS_LOGIN_TARGET_AUTH;
	if (mcs_chap_hash(chap, id, auth->secret, auth->secret_len,
			  chap->peer_challenge, len, chap->response))
		return MCS_LOGIN_AUTH_SETUP;

	if (!name || !*name)
		name = initiator_name;
	mcs_text_put(tx, "CHAP_N", name);
	mcs_text_put_hex(tx, "CHAP_R", chap->response,
			 mcs_chap_digest_len(chap->algorithm));
	if (mcs_chap_is_mutual(auth))
		return mcs_chap_put_challenge(chap, len, tx);
	return MCS_LOGIN_OK;
}

static bool mcs_chap_peer_name_ok(const struct mcs_chap_auth *auth,
				  const struct mcs_text_pair *name)
{
	if (!auth->target_name || !*auth->target_name)
		return true;
	return mcs_text_value_is(name, auth->target_name);
}

/**
 * mcs_chap_verify - check the target's answer to our challenge
 * @chap: state
 * @keys: keys of the response that carries the answer
 *
 * The comparison takes the same time wherever the answers differ.
 *
 * Return: MCS_LOGIN_OK; MCS_LOGIN_TARGET_AUTH if the target is not who it
 * should be or did not answer; MCS_LOGIN_PROTOCOL for superfluous or
 * malformed keys; MCS_LOGIN_AUTH_SETUP if hashing failed.
 */
enum mcs_login_cause mcs_chap_verify(const struct mcs_chap *chap,
				     const struct mcs_chap_keys *keys)
{
	const struct mcs_chap_auth *auth = chap->auth;
	unsigned int len = mcs_chap_digest_len(chap->algorithm);
	enum mcs_login_cause cause = MCS_LOGIN_OK;
	u8 expected[MCS_CHAP_DIGEST_MAX];
	u8 got[MCS_CHAP_DIGEST_MAX];

	if (keys->a.key || keys->i.key || keys->c.key)
		return MCS_LOGIN_PROTOCOL;
	if (!keys->n.key || !keys->r.key)
		return MCS_LOGIN_TARGET_AUTH;
	if (mcs_chap_decode(&keys->r, got, len) != len)
		return MCS_LOGIN_PROTOCOL;
	if (mcs_chap_hash(chap, chap->id, auth->target_secret,
			  auth->target_secret_len, chap->challenge,
			  sizeof(chap->challenge), expected))
		return MCS_LOGIN_AUTH_SETUP;

	/* our own response sent back must not count, whatever the secrets */
	if (crypto_memneq(expected, got, len) ||
	    !crypto_memneq(chap->response, got, len) ||
	    !mcs_chap_peer_name_ok(auth, &keys->n))
		cause = MCS_LOGIN_TARGET_AUTH;
	memzero_explicit(expected, sizeof(expected));
	return cause;
}
