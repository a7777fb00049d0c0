// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* UTF-16 of the W calls to UTF-8 and back. */

#include <string.h>

#include "internal.h"

static size_t put_utf8(uint32_t c, unsigned char *to)
{
	if (c < 0x80) {
		to[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (unsigned char)(0xc0 | c >> 6);
		to[1] = (unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (unsigned char)(0xe0 | c >> 12);
		to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (unsigned char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (unsigned char)(0xf0 | c >> 18);
	to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (unsigned char)(0x80 | (c & 0x3f));
	return 4;
}

/**
 * iscsidsc_utf16_to_utf8 - convert text of a caller
 * @from: text, which must end within @units
 * @units: size of the array @from is in
 * @to: result, terminated
 * @size: size of @to in bytes
 *
 * Return: 0, or -1 if there is no terminator, half a pair, or no room.
 */
int iscsidsc_utf16_to_utf8(const char16_t *from, size_t units, char *to,
			   size_t size)
{
	unsigned char seq[4];
	size_t i, len;

	for (i = 0; i < units && from[i]; i++) {
		uint32_t c = from[i];

		if (c >= 0xdc00 && c <= 0xdfff)
			return -1;
		if (c >= 0xd800 && c <= 0xdbff) {
			if (i + 1 >= units || from[i + 1] < 0xdc00 ||
			    from[i + 1] > 0xdfff)
				return -1;
			c = 0x10000 + ((c - 0xd800) << 10) +
			    (from[++i] - 0xdc00u);
		}
		len = put_utf8(c, seq);
		if (len >= size)
			return -1;
		memcpy(to, seq, len);
		to += len;
		size -= len;
	}
	if (i == units || !size)
		return -1;
	*to = '\0';
	return 0;
}

/* Next character of UTF-8, U+FFFD for what is none; advances *@from */
static uint32_t get_utf8(const unsigned char **from)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = *from;
	uint32_t c = *p++;
	int n, i;

	if (c < 0x80)
		n = 1;
	else if ((c & 0xe0) == 0xc0)
		n = 2;
	else if ((c & 0xf0) == 0xe0)
		n = 3;
	else if ((c & 0xf8) == 0xf0)
		n = 4;
	else
		n = 0;
	*from = p;
	if (n == 1)
		return c;
	if (n == 0)
		return 0xfffd;
	c &= 0x7fu >> n;
	for (i = 1; i < n; i++, p++) {
		if ((*p & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (*p & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0xfffd;
	*from = p;
	return c;
}

/**
 * iscsidsc_make_plain - leave nothing in a text that a terminal would obey, or
 *	that is no UTF-8: names and aliases are what the target says
 * @text: text; each byte of what does not belong there becomes a "?"
 */
void iscsidsc_make_plain(char *text)
{
	const unsigned char *p = (const unsigned char *)text, *from;
	uint32_t c;

	while (*p) {
		from = p;
		c = get_utf8(&p);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd)
			memset(text + (from - (unsigned char *)text), '?',
			       p - from);
	}
}

/**
 * iscsidsc_utf8_to_utf16 - convert text for a caller
 * @from: text
 * @to: result, terminated, or NULL to count only
 * @units: size of @to; it must be large enough
 *
 * Return: length of the result with its terminator.
 */
size_t iscsidsc_utf8_to_utf16(const char *from, char16_t *to, size_t units)
{
	const unsigned char *p = (const unsigned char *)from;
	size_t n = 0;
	uint32_t c;

	do {
		c = *p ? get_utf8(&p) : 0;
		if (c >= 0x10000) {
			if (to && n + 1 < units) {
				to[n] = (char16_t)(0xd800 +
						   ((c - 0x10000) >> 10));
				to[n + 1] = (char16_t)(0xdc00 + (c & 0x3ff));
			}
			n += 2;
		} else {
			if (to && n < units)
				to[n] = (char16_t)c;
			n++;
		}
	} while (c);
	return n;
}

/**
 * iscsidsc_utf8_valid - is text of a caller UTF-8
 * @text: text
 *
 * Return: 1 if so, else 0.
 */
int iscsidsc_utf8_valid(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p)
		if (get_utf8(&p) == 0xfffd)
			return 0;
	return 1;
}

/**
 * iscsidsc_put_utf16 - fill a text field of a W structure
 * @from: text; characters that do not fit are left out
 * @to: field, terminated afterwards
 * @units: its size
 */
void iscsidsc_put_utf16(const char *from, char16_t *to, size_t units)
{
	memset(to, 0, units * sizeof(*to));
	/* One less: a pair at the end would lose its second half. */
	iscsidsc_utf8_to_utf16(from, to, units - 1);
}

/**
 * iscsidsc_put_utf8 - fill a text field of an A structure
 * @from: text; characters that do not fit are left out
 * @to: field, terminated afterwards
 * @size: its size
 */
void iscsidsc_put_utf8(const char *from, char *to, size_t size)
{
	size_t len = strlen(from);

	if (len >= size) {
		len = size - 1;
		while (len && (from[len] & 0xc0) == 0x80)
			len--;
	}
	memset(to, 0, size);
	memcpy(to, from, len);
}

/**
 * iscsidsc_is_target - can this be the name of a target?
 * @text: text, or NULL
 *
 * What it would do to a file of lines and to a terminal counts as well.
 *
 * Return: 1 if it has a length that names have (RFC 7143, 4.2.7.1), is UTF-8, and
 * has no spaces and no control characters; else 0.
 */
int iscsidsc_is_target(const char *text)
{
	size_t len = text ? strlen(text) : 0, i;

	if (!len || len > MAX_ISCSI_NAME_LEN || !iscsidsc_utf8_valid(text))
		return 0;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return 0;
	return 1;
}
