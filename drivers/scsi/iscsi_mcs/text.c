// SPDX-License-Identifier: GPL-2.0
/*
 * Parser and builder for iSCSI text segments.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>

#include "text.h"

/**
 * mcs_text_iter_init - start reading a text segment
 * @it: iterator to set up
 * @data: the segment, may be NULL when @len is 0
 * @len: its length in bytes, padding not included
 */
void mcs_text_iter_init(struct mcs_text_iter *it, const void *data, size_t len)
{
	it->pos = data;
	it->end = len ? it->pos + len : it->pos;
}

static bool mcs_text_is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool mcs_text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Standard-label of the RFC, and '#' of the extension prefixes (X#...). */
static bool mcs_text_is_key_char(char c)
{
	return mcs_text_is_letter(c) || mcs_text_is_digit(c) || c == '.' ||
	       c == '-' || c == '+' || c == '@' || c == '_' || c == '#';
}

static bool mcs_text_key_ok(const char *key, size_t len)
{
	size_t i;

	/* no capital asked for: there is an iSCSIProtocolLevel */
	if (!len || len > MCS_TEXT_KEY_MAX || !mcs_text_is_letter(key[0]))
		return false;
	for (i = 1; i < len; i++)
		if (!mcs_text_is_key_char(key[i]))
			return false;
	return true;
}

/* Only binary values may be long; they announce themselves by a prefix. */
static size_t mcs_text_value_limit(const char *value, size_t len)
{
	if (len >= 2 && value[0] == '0' &&
	    (value[1] == 'x' || value[1] == 'X' ||
	     value[1] == 'b' || value[1] == 'B'))
		return MCS_TEXT_BINARY_MAX;
	return MCS_TEXT_VALUE_MAX;
}

static bool mcs_text_value_ok(const char *value, size_t len)
{
	size_t i;

	if (len > mcs_text_value_limit(value, len))
		return false;
	/* UTF-8 is allowed (aliases), control characters never are */
	for (i = 0; i < len; i++)
		if ((u8)value[i] < 0x20 || value[i] == 0x7f)
			return false;
	return true;
}

/* Some targets count padding into DataSegmentLength: NULs up to the end. */
static bool mcs_text_only_padding(const struct mcs_text_iter *it)
{
	const char *p;

	for (p = it->pos; p < it->end; p++)
		if (*p)
			return false;
	return true;
}

/**
 * mcs_text_next - read the next pair of a segment
 * @it: iterator
 * @pair: where the pair is described; valid only if 1 is returned
 *
 * Return: 1 for a pair, 0 at the end of the segment, -EBADMSG when what
 * follows is no well-formed pair; the iterator then stays where it is.
 */
int mcs_text_next(struct mcs_text_iter *it, struct mcs_text_pair *pair)
{
	const char *equal, *nul;

	if (it->pos == it->end)
		return 0;
	if (!*it->pos) {
		if (!mcs_text_only_padding(it))
			return -EBADMSG;
		it->pos = it->end;
		return 0;
	}

	nul = memchr(it->pos, '\0', it->end - it->pos);
	if (!nul)
		return -EBADMSG;
	equal = memchr(it->pos, '=', nul - it->pos);
	if (!equal)
		return -EBADMSG;

	pair->key = it->pos;
	pair->key_len = equal - it->pos;
	pair->value = equal + 1;
	pair->value_len = nul - pair->value;
	if (!mcs_text_key_ok(pair->key, pair->key_len) ||
	    !mcs_text_value_ok(pair->value, pair->value_len))
		return -EBADMSG;

	it->pos = nul + 1;
	return 1;
}

static bool mcs_text_same_key(const struct mcs_text_pair *a,
			      const struct mcs_text_pair *b)
{
	return a->key_len == b->key_len && !memcmp(a->key, b->key, a->key_len);
}

/* Is @pair's key already in the segment, before @pair itself? */
static bool mcs_text_seen_before(const char *data,
				 const struct mcs_text_pair *pair)
{
	struct mcs_text_pair other;
	struct mcs_text_iter it;

	mcs_text_iter_init(&it, data, pair->key - data);
	while (mcs_text_next(&it, &other) > 0)
		if (mcs_text_same_key(&other, pair))
			return true;
	return false;
}

/**
 * mcs_text_check - validate a complete segment
 * @data: the segment
 * @len: its length without padding
 *
 * After a successful check, mcs_text_next() cannot fail on this segment.
 *
 * Return: number of pairs, -EBADMSG for malformed text, -EEXIST for a key
 * that occurs twice, -E2BIG for more pairs than MCS_TEXT_PAIRS_MAX.
 */
int mcs_text_check(const void *data, size_t len)
{
	struct mcs_text_pair pair;
	struct mcs_text_iter it;
	int count = 0;
	int ret;

	mcs_text_iter_init(&it, data, len);
	while ((ret = mcs_text_next(&it, &pair)) > 0) {
		if (++count > MCS_TEXT_PAIRS_MAX)
			return -E2BIG;
		if (mcs_text_seen_before(data, &pair))
			return -EEXIST;
	}
	return ret ? ret : count;
}

/**
 * mcs_text_find - look a key up in a segment
 * @data: the segment
 * @len: its length without padding
 * @key: name of the key
 * @pair: where the first pair of that name is described
 *
 * Return: 0, -ENOENT when there is none, -EBADMSG for malformed text in
 * front of it.
 */
int mcs_text_find(const void *data, size_t len, const char *key,
		  struct mcs_text_pair *pair)
{
	struct mcs_text_iter it;
	int ret;

	mcs_text_iter_init(&it, data, len);
	while ((ret = mcs_text_next(&it, pair)) > 0)
		if (mcs_text_key_is(pair, key))
			return 0;
	return ret ? ret : -ENOENT;
}

/**
 * mcs_text_key_is - compare the key of a pair
 * @pair: the pair
 * @key: name to compare with; keys are case-sensitive
 *
 * Return: true if equal.
 */
bool mcs_text_key_is(const struct mcs_text_pair *pair, const char *key)
{
	return pair->key_len == strlen(key) &&
	       !memcmp(pair->key, key, pair->key_len);
}

/**
 * mcs_text_value_is - compare the value of a pair
 * @pair: the pair
 * @value: text to compare with, case-sensitive
 *
 * Return: true if equal.
 */
bool mcs_text_value_is(const struct mcs_text_pair *pair, const char *value)
{
	return pair->value_len == strlen(value) &&
	       !memcmp(pair->value, value, pair->value_len);
}

/**
 * mcs_text_value_is_refusal - does the peer decline to negotiate this key?
 * @pair: the pair
 *
 * Return: true for Reject, Irrelevant and NotUnderstood.
 */
bool mcs_text_value_is_refusal(const struct mcs_text_pair *pair)
{
	return mcs_text_value_is(pair, "Reject") ||
	       mcs_text_value_is(pair, "Irrelevant") ||
	       mcs_text_value_is(pair, "NotUnderstood");
}

/**
 * mcs_text_list_has - is an item in a comma-separated list?
 * @list: the list, not necessarily terminated
 * @len: its length
 * @item: item to look for
 *
 * Return: true if one element equals @item.
 */
bool mcs_text_list_has(const char *list, size_t len, const char *item)
{
	size_t item_len = strlen(item);
	const char *end = list + len;
	const char *comma;

	for (;;) {
		comma = memchr(list, ',', end - list);
		if (!comma)
			comma = end;
		if ((size_t)(comma - list) == item_len &&
		    !memcmp(list, item, item_len))
			return true;
		if (comma == end)
			return false;
		list = comma + 1;
	}
}

static int mcs_text_digit(char c)
{
	if (mcs_text_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/**
 * mcs_text_number - read a numerical value
 * @pair: pair whose value is decimal, or hexadecimal with 0x
 * @min: smallest accepted number
 * @max: largest accepted number
 * @number: result; untouched on error
 *
 * Return: 0, -EINVAL if the value is no number, -ERANGE if it is outside
 * the limits.
 */
int mcs_text_number(const struct mcs_text_pair *pair, u32 min, u32 max,
		    u32 *number)
{
	const char *p = pair->value;
	const char *end = p + pair->value_len;
	bool too_large = false;
	unsigned int base = 10;
	u64 sum = 0;
	int digit;

	if (pair->value_len > 2 && p[0] == '0' &&
	    (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	}
	if (p == end)
		return -EINVAL;
	for (; p < end; p++) {
		digit = mcs_text_digit(*p);
		if (digit >= (int)base)
			return -EINVAL;
		sum = sum * base + digit;
		if (sum > max) {
			too_large = true;
			sum = 0;	/* go on: it may be no number at all */
		}
	}
	if (too_large || sum < min)
		return -ERANGE;
	*number = sum;
	return 0;
}

/**
 * mcs_text_buf_init - start a text segment
 * @buf: builder
 * @data: memory for the segment
 * @size: size of @data
 */
void mcs_text_buf_init(struct mcs_text_buf *buf, void *data, size_t size)
{
	buf->data = data;
	buf->len = 0;
	buf->size = size;
	buf->overflow = false;
}

/*
 * Reserve room for a pair with a value of @value_len bytes, write key, '='
 * and the final NUL. Returns where the value goes, NULL if it does not fit.
 */
static char *mcs_text_reserve(struct mcs_text_buf *buf, const char *key,
			      size_t key_len, size_t value_len)
{
	size_t need = key_len + 1 + value_len + 1;
	char *at;

	if (buf->overflow || need > buf->size - buf->len) {
		buf->overflow = true;
		return NULL;
	}
	at = buf->data + buf->len;
	memcpy(at, key, key_len);
	at[key_len] = '=';
	at[need - 1] = '\0';
	buf->len += need;
	return at + key_len + 1;
}

/**
 * mcs_text_put_len - append a pair given by pointers and lengths
 * @buf: builder; its overflow flag is set when the pair does not fit
 * @key: key
 * @key_len: length of @key
 * @value: value
 * @value_len: length of @value
 */
void mcs_text_put_len(struct mcs_text_buf *buf, const char *key,
		      size_t key_len, const char *value, size_t value_len)
{
	char *to = mcs_text_reserve(buf, key, key_len, value_len);

	if (to)
		memcpy(to, value, value_len);
}

/**
 * mcs_text_put - append a pair of two strings
 * @buf: builder; its overflow flag is set when the pair does not fit
 * @key: key
 * @value: value
 */
void mcs_text_put(struct mcs_text_buf *buf, const char *key, const char *value)
{
	mcs_text_put_len(buf, key, strlen(key), value, strlen(value));
}

/**
 * mcs_text_put_number - append a pair with a decimal value
 * @buf: builder; its overflow flag is set when the pair does not fit
 * @key: key
 * @value: number
 */
void mcs_text_put_number(struct mcs_text_buf *buf, const char *key, u32 value)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = '0' + value % 10;
		value /= 10;
	} while (value);
	mcs_text_put_len(buf, key, strlen(key), digits + at,
			 sizeof(digits) - at);
}

/**
 * mcs_text_put_hex - append a pair with a binary value in hexadecimal
 * @buf: builder; its overflow flag is set when the pair does not fit
 * @key: key
 * @bytes: the binary value
 * @count: number of bytes
 */
void mcs_text_put_hex(struct mcs_text_buf *buf, const char *key,
		      const u8 *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	char *to = mcs_text_reserve(buf, key, strlen(key), 2 + 2 * count);
	size_t i;

	if (!to)
		return;
	*to++ = '0';
	*to++ = 'x';
	for (i = 0; i < count; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
}
