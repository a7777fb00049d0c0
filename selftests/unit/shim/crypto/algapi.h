/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Comparison in constant time.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_CRYPTO_ALGAPI_H
#define SHIM_CRYPTO_ALGAPI_H

#include <stddef.h>

static inline unsigned long crypto_memneq(const void *a, const void *b,
					  size_t len)
{
	const volatile unsigned char *p = a;
	const volatile unsigned char *q = b;
	unsigned long differ = 0;

	while (len--)
		differ |= *p++ ^ *q++;
	return differ;
}

#endif /* SHIM_CRYPTO_ALGAPI_H */
