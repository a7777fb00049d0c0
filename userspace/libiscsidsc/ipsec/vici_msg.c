// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Messages of charon's interface: building them and walking through them. */

#include <stdlib.h>
#include <string.h>

#include "ipsec/vici.h"

/* Room for @more bytes. Not realloc(), which leaves keys behind. */
static int grow(struct vici_msg *msg, size_t more)
{
	size_t room = msg->room ? msg->room : 512;
	uint8_t *data;

	if (msg->bad || msg->len + more > VICI_MAX_PACKET)
		goto bad;
	while (room < msg->len + more)
		room *= 2;
	if (room == msg->room)
		return 0;
	data = malloc(room);
	if (!data)
		goto bad;
	if (msg->data) {
		memcpy(data, msg->data, msg->len);
		explicit_bzero(msg->data, msg->len);
		free(msg->data);
	}
	msg->data = data;
	msg->room = room;
	return 0;
bad:
	msg->bad = 1;
	return -1;
}

static void put(struct vici_msg *msg, const void *bytes, size_t len)
{
	if (!len || grow(msg, len))
		return;
	memcpy(msg->data + msg->len, bytes, len);
	msg->len += len;
}

static void put_u8(struct vici_msg *msg, unsigned int value)
{
	uint8_t byte = (uint8_t)value;

	put(msg, &byte, 1);
}

static void put_name(struct vici_msg *msg, enum vici_element type,
		     const char *name)
{
	size_t len = strlen(name);

	if (len > VICI_MAX_NAME)
		msg->bad = 1;
	put_u8(msg, type);
	put_u8(msg, (unsigned int)len);
	put(msg, name, len);
}

static void put_value(struct vici_msg *msg, const void *value, size_t len)
{
	if (len > UINT16_MAX)
		msg->bad = 1;
	put_u8(msg, (unsigned int)(len >> 8));
	put_u8(msg, (unsigned int)(len & 0xff));
	put(msg, value, len);
}

/**
 * vici_section - begin a section
 * @msg: message
 * @name: its name
 */
void vici_section(struct vici_msg *msg, const char *name)
{
	put_name(msg, VICI_SECTION_START, name);
}

/**
 * vici_section_end - end the innermost section
 * @msg: message
 */
void vici_section_end(struct vici_msg *msg)
{
	put_u8(msg, VICI_SECTION_END);
}

/**
 * vici_key_bytes - add a key with a value of any bytes
 * @msg: message
 * @name: key
 * @value: its value
 * @len: length of @value
 */
void vici_key_bytes(struct vici_msg *msg, const char *name, const void *value,
		    size_t len)
{
	put_name(msg, VICI_KEY, name);
	put_value(msg, value, len);
}

/**
 * vici_key - add a key with a text
 * @msg: message
 * @name: key
 * @value: its value
 */
void vici_key(struct vici_msg *msg, const char *name, const char *value)
{
	vici_key_bytes(msg, name, value, strlen(value));
}

/**
 * vici_list - add a list of texts
 * @msg: message
 * @name: its name
 * @items: texts
 * @count: their number
 */
void vici_list(struct vici_msg *msg, const char *name,
	       const char *const items[], size_t count)
{
	size_t i;

	put_name(msg, VICI_LIST_START, name);
	for (i = 0; i < count; i++) {
		put_u8(msg, VICI_ITEM);
		put_value(msg, items[i], strlen(items[i]));
	}
	put_u8(msg, VICI_LIST_END);
}

/**
 * vici_msg_clear - wipe and free a message
 * @msg: message
 */
void vici_msg_clear(struct vici_msg *msg)
{
	if (msg->data)
		explicit_bzero(msg->data, msg->room);
	free(msg->data);
	memset(msg, 0, sizeof(*msg));
}

/**
 * vici_read - begin a walk
 * @r: reader
 * @data: elements
 * @len: their length
 */
void vici_read(struct vici_reader *r, const uint8_t *data, size_t len)
{
	memset(r, 0, sizeof(*r));
	r->p = data;
	r->end = data + len;
}

static int take_name(struct vici_reader *r)
{
	size_t len;

	if (r->end - r->p < 1)
		return -1;
	len = *r->p++;
	if ((size_t)(r->end - r->p) < len)
		return -1;
	memcpy(r->name, r->p, len);
	r->name[len] = '\0';
	r->p += len;
	return 0;
}

static int take_value(struct vici_reader *r)
{
	if (r->end - r->p < 2)
		return -1;
	r->len = (size_t)r->p[0] << 8 | r->p[1];
	r->p += 2;
	if ((size_t)(r->end - r->p) < r->len)
		return -1;
	r->value = r->p;
	r->p += r->len;
	return 0;
}

/**
 * vici_next - go to the next element
 * @r: reader; its members describe the element
 *
 * Return: what it is; VICI_END behind the last one, VICI_BAD if malformed.
 */
enum vici_element vici_next(struct vici_reader *r)
{
	enum vici_element type;
	int bad = 0;

	if (r->p == r->end)
		return VICI_END;
	type = *r->p++;
	switch (type) {
	case VICI_SECTION_START:
	case VICI_LIST_START:
		bad = take_name(r);
		break;
	case VICI_KEY:
		bad = take_name(r) || take_value(r);
		break;
	case VICI_ITEM:
		bad = take_value(r);
		break;
	case VICI_SECTION_END:
	case VICI_LIST_END:
		break;
	default:
		bad = 1;
	}
	if (!bad)
		return type;
	r->p = r->end;
	return VICI_BAD;
}

/**
 * vici_is - compare the value read last
 * @r: reader
 * @text: text to compare with
 *
 * Return: not 0 if they are equal.
 */
int vici_is(const struct vici_reader *r, const char *text)
{
	return r->len == strlen(text) && !memcmp(r->value, text, r->len);
}

/**
 * vici_text - the value read last as a text that can be printed
 * @r: reader
 * @text: filled in, cut off if need be
 * @size: size of @text
 */
void vici_text(const struct vici_reader *r, char *text, size_t size)
{
	size_t len = r->len < size ? r->len : size - 1, i;

	for (i = 0; i < len; i++)
		text[i] = r->value[i] < ' ' || r->value[i] > '~' ?
			  '?' : (char)r->value[i];
	text[len] = '\0';
}
