/* SPDX-License-Identifier: GPL-2.0 */
/*
 * iSCSI text segments: key=value pairs as RFC 7143 section 6.1 defines them.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Pure code: no sockets, no allocation, no sleeping. What is read comes from
 * the wire and is not trusted; nothing here needs the segment to end in a NUL.
 */
#ifndef MCS_TEXT_H
#define MCS_TEXT_H

#include <linux/types.h>

/* Longest key name and longest plain value of RFC 7143 */
#define MCS_TEXT_KEY_MAX	63
#define MCS_TEXT_VALUE_MAX	255
/* 1024 bytes in hexadecimal with its prefix: the longest binary value */
#define MCS_TEXT_BINARY_MAX	2050
/* More pairs than any honest peer sends in one segment */
#define MCS_TEXT_PAIRS_MAX	64

/**
 * struct mcs_text_iter - position in a text segment
 * @pos: next unread byte
 * @end: first byte behind the segment
 */
struct mcs_text_iter {
	const char *pos;
	const char *end;
};

/**
 * struct mcs_text_pair - one key=value pair, pointing into the segment
 * @key: first byte of the key
 * @value: first byte of the value
 * @key_len: length of the key without the '='
 * @value_len: length of the value without the NUL
 */
struct mcs_text_pair {
	const char *key;
	const char *value;
	size_t key_len;
	size_t value_len;
};

/**
 * struct mcs_text_buf - text segment under construction
 * @data: caller's buffer
 * @len: bytes used, terminating NULs included
 * @size: capacity of @data
 * @overflow: something did not fit; the content must not be sent
 */
struct mcs_text_buf {
	char *data;
	size_t len;
	size_t size;
	bool overflow;
};

void mcs_text_iter_init(struct mcs_text_iter *it, const void *data, size_t len);
int mcs_text_next(struct mcs_text_iter *it, struct mcs_text_pair *pair);
int mcs_text_check(const void *data, size_t len);
int mcs_text_find(const void *data, size_t len, const char *key,
		  struct mcs_text_pair *pair);

bool mcs_text_key_is(const struct mcs_text_pair *pair, const char *key);
bool mcs_text_value_is(const struct mcs_text_pair *pair, const char *value);
bool mcs_text_value_is_refusal(const struct mcs_text_pair *pair);
bool mcs_text_list_has(const char *list, size_t len, const char *item);
int mcs_text_number(const struct mcs_text_pair *pair, u32 min, u32 max,
		    u32 *number);

void mcs_text_buf_init(struct mcs_text_buf *buf, void *data, size_t size);
void mcs_text_put(struct mcs_text_buf *buf, const char *key,
		  const char *value);
void mcs_text_put_len(struct mcs_text_buf *buf, const char *key,
		      size_t key_len, const char *value, size_t value_len);
void mcs_text_put_number(struct mcs_text_buf *buf, const char *key, u32 value);
void mcs_text_put_hex(struct mcs_text_buf *buf, const char *key,
		      const u8 *bytes, size_t count);

#endif /* MCS_TEXT_H */
