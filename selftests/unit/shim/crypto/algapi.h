/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What takes constant time in the kernel only has to be right here.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef SHIM_CRYPTO_ALGAPI_H
#define SHIM_CRYPTO_ALGAPI_H

#include <stddef.h>

static inline unsigned long crypto_memneq(const void *a, const void *b,
					  size_t len)
{
	const unsigned char *p = a;
	const unsigned char *q = b;
	unsigned long differ = 0;

	while (len--)
		differ |= *p++ ^ *q++;
	return differ;
}

#endif /* SHIM_CRYPTO_ALGAPI_H */
