/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Common to all fuzz targets.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/types.h>

/* Something that must hold for every input does not. */
#define FUZZ_CHECK(condition) do {					\
	if (!(condition)) {						\
		fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__,	\
			__LINE__, #condition);				\
		abort();						\
	}								\
} while (0)

/**
 * struct fuzz_input - what is left of the input
 * @data: next byte
 * @len: bytes left
 */
struct fuzz_input {
	const u8 *data;
	size_t len;
};

static inline u8 fuzz_byte(struct fuzz_input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

/* A piece of the input, in memory of its own so that ASan guards its end. */
static inline char *fuzz_piece(struct fuzz_input *in, size_t len)
{
	char *piece = malloc(len);

	FUZZ_CHECK(piece || !len);
	if (len)
		memcpy(piece, in->data, len);
	in->data += len;
	in->len -= len;
	return piece;
}

/* Length of the next piece: two bytes, cut to what there is. */
static inline size_t fuzz_length(struct fuzz_input *in)
{
	size_t len = fuzz_byte(in) << 8;

	len |= fuzz_byte(in);
	return min_t(size_t, len, in->len);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

#endif /* FUZZ_H */
