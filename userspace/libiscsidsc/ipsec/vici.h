/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* The interface of strongSwan's key daemon, charon, as far as it is used. */
#ifndef ISCSIDSC_VICI_H
#define ISCSIDSC_VICI_H

#include <stddef.h>
#include <stdint.h>

/* A packet may not be longer. */
#define VICI_MAX_PACKET		(512 * 1024)
#define VICI_MAX_NAME		255

/* Elements of a message, with their numbers on the wire */
enum vici_element {
	VICI_END,
	VICI_SECTION_START,
	VICI_SECTION_END,
	VICI_KEY,
	VICI_LIST_START,
	VICI_ITEM,
	VICI_LIST_END,
	VICI_BAD
};

/**
 * struct vici_msg - a message under construction
 * @data: encoded elements
 * @len: their length
 * @room: size of @data
 * @bad: memory was short or something was too long; nothing else is added
 */
struct vici_msg {
	uint8_t *data;
	size_t len;
	size_t room;
	int bad;
};

/**
 * struct vici_reader - a walk through a message
 * @p: next element
 * @end: behind the last one
 * @name: name of the element read last
 * @value: its value, not terminated
 * @len: length of @value
 */
struct vici_reader {
	const uint8_t *p;
	const uint8_t *end;
	char name[VICI_MAX_NAME + 1];
	const uint8_t *value;
	size_t len;
};

/**
 * struct vici - a connection to charon
 * @fd: socket
 * @cancel_fd: becomes readable when waiting is to end, or -1
 * @deadline: monotonic time in milliseconds at which waiting ends
 */
struct vici {
	int fd;
	int cancel_fd;
	int64_t deadline;
};

typedef void (*vici_event_fn)(struct vici_reader *event, void *arg);

void vici_section(struct vici_msg *msg, const char *name);
void vici_section_end(struct vici_msg *msg);
void vici_key(struct vici_msg *msg, const char *name, const char *value);
void vici_key_bytes(struct vici_msg *msg, const char *name, const void *value,
		    size_t len);
void vici_list(struct vici_msg *msg, const char *name,
	       const char *const items[], size_t count);
void vici_msg_clear(struct vici_msg *msg);

void vici_read(struct vici_reader *r, const uint8_t *data, size_t len);
enum vici_element vici_next(struct vici_reader *r);
int vici_is(const struct vici_reader *r, const char *text);
void vici_text(const struct vici_reader *r, char *text, size_t size);

int64_t vici_now(void);
int vici_open(struct vici *v, const char *path);
void vici_close(struct vici *v);
int vici_call(struct vici *v, const char *command, const struct vici_msg *msg,
	      const char *event, vici_event_fn fn, void *arg,
	      char *error, size_t error_size);

#endif /* ISCSIDSC_VICI_H */
