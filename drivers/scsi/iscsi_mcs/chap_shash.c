// SPDX-License-Identifier: GPL-2.0
/*
 * Hashing for CHAP with the kernel's crypto API.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/random.h>

#include <crypto/hash.h>

#include "chap_shash.h"

static const char * const mcs_chap_shash_names[MCS_CHAP_ALGORITHMS] = {
	[MCS_CHAP_MD5 - MCS_CHAP_MD5] = "md5",
	[MCS_CHAP_SHA1 - MCS_CHAP_MD5] = "sha1",
	[MCS_CHAP_SHA256 - MCS_CHAP_MD5] = "sha256",
	[MCS_CHAP_SHA3_256 - MCS_CHAP_MD5] = "sha3-256",
};

static int mcs_chap_shash_hash(struct crypto_shash *tfm,
			       const struct mcs_chap_part *parts,
			       unsigned int count, u8 *out)
{
	SHASH_DESC_ON_STACK(desc, tfm);
	unsigned int i;
	int ret;

	desc->tfm = tfm;
	ret = crypto_shash_init(desc);
	for (i = 0; !ret && i < count; i++)
		ret = crypto_shash_update(desc, parts[i].data, parts[i].len);
	if (!ret)
		ret = crypto_shash_final(desc, out);
	shash_desc_zero(desc);
	return ret;
}

static int mcs_chap_shash_digest(const struct mcs_chap_env *env,
				 unsigned int algorithm,
				 const struct mcs_chap_part *parts,
				 unsigned int count, u8 *out)
{
	const struct mcs_chap_shash *hash =
		container_of(env, struct mcs_chap_shash, env);
	unsigned int index = algorithm - MCS_CHAP_MD5;

	if (index >= MCS_CHAP_ALGORITHMS || !hash->tfm[index])
		return -ENOENT;
	return mcs_chap_shash_hash(hash->tfm[index], parts, count, out);
}

static void mcs_chap_shash_random(const struct mcs_chap_env *env, void *to,
				  size_t len)
{
	get_random_bytes(to, len);
}

/**
 * mcs_chap_shash_alloc - get hold of the hash algorithms
 * @hash: to be set up
 *
 * To be done before anything depends on the session, since it allocates
 * memory and may load modules. Reconnects then need neither. Algorithms
 * this kernel does not have are left out.
 *
 * Return: 0, or -EOPNOTSUPP if there is not a single one.
 */
int mcs_chap_shash_alloc(struct mcs_chap_shash *hash)
{
	struct crypto_shash *tfm;
	unsigned int i;

	hash->env.algorithms = 0;
	hash->env.digest = mcs_chap_shash_digest;
	hash->env.random = mcs_chap_shash_random;
	for (i = 0; i < MCS_CHAP_ALGORITHMS; i++) {
		tfm = crypto_alloc_shash(mcs_chap_shash_names[i], 0, 0);
		hash->tfm[i] = IS_ERR(tfm) ? NULL : tfm;
		if (hash->tfm[i])
			hash->env.algorithms |= 1U << (MCS_CHAP_MD5 + i);
	}
	return hash->env.algorithms ? 0 : -EOPNOTSUPP;
}

/**
 * mcs_chap_shash_free - let go of the hash algorithms
 * @hash: set up by mcs_chap_shash_alloc(), or zeroed
 */
void mcs_chap_shash_free(struct mcs_chap_shash *hash)
{
	unsigned int i;

	for (i = 0; i < MCS_CHAP_ALGORITHMS; i++) {
		crypto_free_shash(hash->tfm[i]);
		hash->tfm[i] = NULL;
	}
	hash->env.algorithms = 0;
}
