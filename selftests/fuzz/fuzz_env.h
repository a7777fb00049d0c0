/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cheap hashing for fuzz targets: what is hashed does not matter here.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef FUZZ_ENV_H
#define FUZZ_ENV_H

#include "chap.h"
#include "fuzz.h"

static int fuzz_env_digest(const struct mcs_chap_env *env,
			   unsigned int algorithm,
			   const struct mcs_chap_part *parts,
			   unsigned int count, u8 *out)
{
	unsigned int len = mcs_chap_digest_len(algorithm);
	u64 sum = 0xcbf29ce484222325ULL + algorithm;
	unsigned int i;
	size_t at;

	FUZZ_CHECK(len);
	for (i = 0; i < count; i++)
		for (at = 0; at < parts[i].len; at++)
			sum = (sum ^ ((const u8 *)parts[i].data)[at]) *
			      0x100000001b3ULL;
	for (i = 0; i < len; i++)
		out[i] = sum >> (i % 8 * 8);
	return 0;
}

static void fuzz_env_random(const struct mcs_chap_env *env, void *to,
			    size_t len)
{
	memset(to, 0x5a, len);
}

static const struct mcs_chap_env fuzz_env = {
	.algorithms = 0x1e0,
	.digest = fuzz_env_digest,
	.random = fuzz_env_random,
};

#endif /* FUZZ_ENV_H */
