/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashing for CHAP with the kernel's crypto API.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef MCS_CHAP_SHASH_H
#define MCS_CHAP_SHASH_H

#include "chap.h"

struct crypto_shash;

#define MCS_CHAP_ALGORITHMS	4

/**
 * struct mcs_chap_shash - the hash algorithms this kernel has
 * @env: to be used in struct mcs_chap_auth
 * @tfm: transforms, NULL where there is none
 */
struct mcs_chap_shash {
	struct mcs_chap_env env;
	struct crypto_shash *tfm[MCS_CHAP_ALGORITHMS];
};

int mcs_chap_shash_alloc(struct mcs_chap_shash *hash);
void mcs_chap_shash_free(struct mcs_chap_shash *hash);

#endif /* MCS_CHAP_SHASH_H */
