/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashing and predictable "random" numbers for tests of CHAP.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef CHAP_OPENSSL_H
#define CHAP_OPENSSL_H

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "chap.h"

/* What chap_test_random() fills buffers with; tests may change it */
static u8 chap_test_fill = 0xa5;

static inline const EVP_MD *chap_test_md(unsigned int algorithm)
{
	switch (algorithm) {
	case MCS_CHAP_MD5:
		return EVP_md5();
	case MCS_CHAP_SHA1:
		return EVP_sha1();
	case MCS_CHAP_SHA256:
		return EVP_sha256();
	case MCS_CHAP_SHA3_256:
		return EVP_sha3_256();
	default:
		return NULL;
	}
}

static inline int chap_test_digest(const struct mcs_chap_env *env,
				   unsigned int algorithm,
				   const struct mcs_chap_part *parts,
				   unsigned int count, u8 *out)
{
	const EVP_MD *md = chap_test_md(algorithm);
	EVP_MD_CTX *ctx;
	unsigned int i;

	if (!md)
		return -ENOENT;
	ctx = EVP_MD_CTX_new();
	EVP_DigestInit_ex(ctx, md, NULL);
	for (i = 0; i < count; i++)
		EVP_DigestUpdate(ctx, parts[i].data, parts[i].len);
	EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	return 0;
}

static inline void chap_test_random(const struct mcs_chap_env *env, void *to,
				    size_t len)
{
	memset(to, chap_test_fill, len);
}

static const struct mcs_chap_env chap_test_env = {
	.algorithms = 1 << MCS_CHAP_MD5 | 1 << MCS_CHAP_SHA1 |
		      1 << MCS_CHAP_SHA256 | 1 << MCS_CHAP_SHA3_256,
	.digest = chap_test_digest,
	.random = chap_test_random,
};

/* What a target says about the challenge this side sends with chap_test_fill */
static inline size_t chap_test_target_response(unsigned int algorithm, u8 id,
					       const void *secret,
					       size_t secret_len,
					       const void *challenge,
					       size_t challenge_len, u8 *out)
{
	const struct mcs_chap_part parts[] = {
		{ &id, 1 }, { secret, secret_len },
		{ challenge, challenge_len },
	};

	chap_test_digest(&chap_test_env, algorithm, parts, 3, out);
	return mcs_chap_digest_len(algorithm);
}

#endif /* CHAP_OPENSSL_H */
