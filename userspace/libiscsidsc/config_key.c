// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * One saved connection as lines "key = value". Saved connections own their
 * texts, although the structure, which callers fill in too, says const.
 */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* What a secret that is not plain text is written as */
#define HEX_PREFIX	"hex:"

enum key_kind { KEY_TEXT, KEY_BLOB, KEY_U16, KEY_U32, KEY_INT_NAME,
		KEY_U32_NAME };

#define SAVED(m)	offsetof(struct iscsidsc_saved, m)

/* In the order they are written; default is what is not written at all */
static const struct key {
	const char *name;
	enum key_kind kind;
	size_t offset;
	size_t len_offset;
	enum iscsidsc_names names;
	int64_t preset;
} keys[] = {
	{ "target", KEY_TEXT, SAVED(target), 0, 0, 0 },
	{ "leading", KEY_TEXT, SAVED(leading), 0, 0, 0 },
	{ "address", KEY_TEXT, SAVED(add.address), 0, 0, 0 },
	{ "port", KEY_U16, SAVED(add.port), 0, 0, 3260 },
	{ "source", KEY_TEXT, SAVED(add.source), 0, 0, 0 },
	{ "interface", KEY_TEXT, SAVED(add.ifname), 0, 0, 0 },
	{ "timeout-ms", KEY_U32, SAVED(add.timeout_ms), 0, 0, 0 },
	{ "header-digest", KEY_INT_NAME, SAVED(add.header_digest), 0,
	  ISCSIDSC_NAMES_DIGEST, ISCSIDSC_DIGEST_SESSION },
	{ "data-digest", KEY_INT_NAME, SAVED(add.data_digest), 0,
	  ISCSIDSC_NAMES_DIGEST, ISCSIDSC_DIGEST_SESSION },
	{ "role", KEY_U32_NAME, SAVED(add.role), 0, ISCSIDSC_NAMES_ROLE,
	  ISCSI_MCS_ROLE_ACTIVE },
	{ "weight", KEY_U32, SAVED(add.weight), 0, 0, 0 },
	{ "flags", KEY_U32, SAVED(add.flags), 0, 0, 0 },
	{ "symbolic-name", KEY_TEXT, SAVED(add.symbolic_name), 0, 0, 0 },
	{ "auth", KEY_U32_NAME, SAVED(add.auth), 0, ISCSIDSC_NAMES_AUTH,
	  ISCSI_MCS_AUTH_SESSION },
	{ "chap-name", KEY_BLOB, SAVED(add.chap_name),
	  SAVED(add.chap_name_len), 0, 0 },
	{ "chap-secret", KEY_BLOB, SAVED(add.chap_secret),
	  SAVED(add.chap_secret_len), 0, 0 },
	{ "chap-name-in", KEY_BLOB, SAVED(add.chap_name_in),
	  SAVED(add.chap_name_in_len), 0, 0 },
	{ "chap-secret-in", KEY_BLOB, SAVED(add.chap_secret_in),
	  SAVED(add.chap_secret_in_len), 0, 0 },
};

static void *at(struct iscsidsc_saved *saved, size_t offset)
{
	return (char *)saved + offset;
}

static const void *at_const(const struct iscsidsc_saved *saved, size_t offset)
{
	return (const char *)saved + offset;
}

static int nibble(int c)
{
	if (!isxdigit(c))
		return -1;
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/**
 * iscsidsc_key_blob - read counted bytes
 * @value: text as it is, or "hex:" and pairs of digits
 * @len: set to their number
 *
 * Return: the bytes, to be freed; NULL if they are malformed or too many.
 */
void *iscsidsc_key_blob(const char *value, size_t *len)
{
	size_t n = strlen(value), i;
	char *bytes;

	if (strncmp(value, HEX_PREFIX, strlen(HEX_PREFIX))) {
		*len = n;
		return n && n <= ISCSI_MCS_CHAP_LEN ? strdup(value) : NULL;
	}
	value += strlen(HEX_PREFIX);
	n = strlen(value);
	if (!n || n % 2 || n / 2 > ISCSI_MCS_CHAP_LEN)
		return NULL;
	bytes = malloc(n / 2);
	for (i = 0; bytes && i < n / 2; i++) {
		int high = nibble((unsigned char)value[2 * i]);
		int low = nibble((unsigned char)value[2 * i + 1]);

		if (high < 0 || low < 0) {
			explicit_bzero(bytes, i);
			free(bytes);
			return NULL;
		}
		bytes[i] = (char)(high << 4 | low);
	}
	*len = n / 2;
	return bytes;
}

/**
 * iscsidsc_key_free_blob - wipe counted bytes, which may be a secret, and free them
 * @data: bytes, or NULL
 * @len: their number
 */
void iscsidsc_key_free_blob(void *data, size_t len)
{
	if (data)
		explicit_bzero(data, len);
	free(data);
}

/**
 * iscsidsc_key_print_blob - write counted bytes
 * @out: where to
 * @key: key
 * @data: bytes
 * @len: their number; none is not written
 */
void iscsidsc_key_print_blob(FILE *out, const char *key, const void *data,
			     size_t len)
{
	const unsigned char *bytes = data;
	int plain = len < strlen(HEX_PREFIX) ||
		    memcmp(data, HEX_PREFIX, strlen(HEX_PREFIX));
	size_t i;

	if (!data || !len)
		return;
	/* Spaces at the ends would be lost. */
	for (i = 0; i < len; i++)
		if (bytes[i] < ' ' || bytes[i] > '~' ||
		    (bytes[i] == ' ' && (i == 0 || i == len - 1)))
			plain = 0;
	if (plain) {
		fprintf(out, "%s = %.*s\n", key, (int)len, (const char *)data);
		return;
	}
	fprintf(out, "%s = " HEX_PREFIX, key);
	for (i = 0; i < len; i++)
		fprintf(out, "%02x", bytes[i]);
	fputc('\n', out);
}

static int parse_number(const char *value, uint32_t max, uint32_t *number)
{
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)*value))
		return -1;
	errno = 0;
	n = strtoull(value, &end, 10);
	if (errno || *end || n > max)
		return -1;
	*number = (uint32_t)n;
	return 0;
}

static ISDSC_STATUS set_text(char **text, const char *value)
{
	free(*text);
	*text = strdup(value);
	return *text ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

static ISDSC_STATUS set_blob(struct iscsidsc_saved *saved,
			     const struct key *key, const char *value)
{
	void **data = at(saved, key->offset);
	size_t *len = at(saved, key->len_offset);

	/* A key may come twice. */
	iscsidsc_key_free_blob(*data, *len);
	*data = iscsidsc_key_blob(value, len);
	return *data ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

/**
 * iscsidsc_key_set - take one line
 * @saved: connection
 * @key: left of "="
 * @value: right of it
 *
 * Return: 0, ERROR_INVALID_PARAMETER for an unknown key or a wrong value, or
 * ERROR_NOT_ENOUGH_MEMORY.
 */
ISDSC_STATUS iscsidsc_key_set(struct iscsidsc_saved *saved, const char *key,
			      const char *value)
{
	const struct key *k = keys;
	uint32_t number;

	while (k < keys + ARRAY_SIZE(keys) && strcmp(k->name, key))
		k++;
	if (k == keys + ARRAY_SIZE(keys))
		return ERROR_INVALID_PARAMETER;
	switch (k->kind) {
	case KEY_TEXT:
		return set_text(at(saved, k->offset), value);
	case KEY_BLOB:
		return set_blob(saved, k, value);
	case KEY_U16:
		if (parse_number(value, UINT16_MAX, &number))
			return ERROR_INVALID_PARAMETER;
		*(uint16_t *)at(saved, k->offset) = (uint16_t)number;
		return ERROR_SUCCESS;
	case KEY_U32:
		if (parse_number(value, UINT32_MAX, &number))
			return ERROR_INVALID_PARAMETER;
		break;
	case KEY_INT_NAME:
	case KEY_U32_NAME:
		if (iscsidsc_name_value(k->names, value, &number))
			return ERROR_INVALID_PARAMETER;
		break;
	}
	memcpy(at(saved, k->offset), &number, sizeof(number));
	return ERROR_SUCCESS;
}

static void print_number(FILE *out, const struct key *k,
			 const struct iscsidsc_saved *saved)
{
	uint16_t u16;
	uint32_t u32;
	int32_t s32;

	if (k->kind == KEY_U16) {
		memcpy(&u16, at_const(saved, k->offset), sizeof(u16));
		u32 = u16;
		s32 = u16;
	} else {
		memcpy(&u32, at_const(saved, k->offset), sizeof(u32));
		memcpy(&s32, at_const(saved, k->offset), sizeof(s32));
	}
	if (s32 == k->preset)
		return;
	if (k->kind == KEY_INT_NAME || k->kind == KEY_U32_NAME)
		fprintf(out, "%s = %s\n", k->name,
			iscsidsc_name(k->names, u32));
	else
		fprintf(out, "%s = %" PRIu32 "\n", k->name, u32);
}

/**
 * iscsidsc_key_print - write a connection as lines
 * @out: where to
 * @saved: connection
 */
void iscsidsc_key_print(FILE *out, const struct iscsidsc_saved *saved)
{
	const struct key *k;
	const char *text;
	size_t len;

	for (k = keys; k < keys + ARRAY_SIZE(keys); k++) {
		memcpy(&text, at_const(saved, k->offset),
		       k->kind <= KEY_BLOB ? sizeof(text) : 0);
		switch (k->kind) {
		case KEY_TEXT:
			if (text && *text)
				fprintf(out, "%s = %s\n", k->name, text);
			break;
		case KEY_BLOB:
			memcpy(&len, at_const(saved, k->len_offset),
			       sizeof(len));
			iscsidsc_key_print_blob(out, k->name, text, len);
			break;
		default:
			print_number(out, k, saved);
		}
	}
}

/**
 * iscsidsc_key_clear - free what a saved connection owns, and wipe secrets
 * @saved: connection
 */
void iscsidsc_key_clear(struct iscsidsc_saved *saved)
{
	const struct key *k;
	void *data;
	size_t len;

	for (k = keys; k < keys + ARRAY_SIZE(keys); k++) {
		if (k->kind > KEY_BLOB)
			continue;
		memcpy(&data, at_const(saved, k->offset), sizeof(data));
		len = 0;
		if (k->kind == KEY_BLOB)
			memcpy(&len, at_const(saved, k->len_offset),
			       sizeof(len));
		iscsidsc_key_free_blob(data, len);
	}
	memset(saved, 0, sizeof(*saved));
}

/**
 * iscsidsc_key_copy - copy a saved connection with all it refers to
 * @to: filled in; to be freed with iscsidsc_key_clear()
 * @from: connection, which may be the caller's
 *
 * Return: 0 or ERROR_NOT_ENOUGH_MEMORY.
 */
ISDSC_STATUS iscsidsc_key_copy(struct iscsidsc_saved *to,
			       const struct iscsidsc_saved *from)
{
	const struct key *k;
	const void *data;
	void *copy;
	size_t len;
	int missing = 0;

	*to = *from;
	for (k = keys; k < keys + ARRAY_SIZE(keys); k++) {
		if (k->kind > KEY_BLOB)
			continue;
		memcpy(&data, at_const(from, k->offset), sizeof(data));
		if (k->kind == KEY_BLOB)
			memcpy(&len, at_const(from, k->len_offset),
			       sizeof(len));
		else
			len = data ? strlen(data) + 1 : 0;
		copy = data && len ? malloc(len) : NULL;
		if (copy)
			memcpy(copy, data, len);
		missing |= data && len && !copy;
		memcpy(at(to, k->offset), &copy, sizeof(copy));
	}
	if (!missing)
		return ERROR_SUCCESS;
	iscsidsc_key_clear(to);
	return ERROR_NOT_ENOUGH_MEMORY;
}
