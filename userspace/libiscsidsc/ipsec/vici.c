// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * Talking to charon: packets over a local stream socket, one request at a
 * time, events in between. Every wait has an end.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ipsec/vici.h"

/* First byte of a packet; the first three types carry a name in requests */
enum packet {
	CMD_REQUEST,
	CMD_RESPONSE,
	CMD_UNKNOWN,
	EVENT_REGISTER,
	EVENT_UNREGISTER,
	EVENT_CONFIRM,
	EVENT_UNKNOWN,
	EVENT
};

/**
 * vici_now - a clock for deadlines
 *
 * Return: monotonic time in milliseconds.
 */
int64_t vici_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/**
 * vici_open - connect to charon
 * @v: connection; @cancel_fd and @deadline are the caller's to set
 * @path: its socket
 *
 * Return: 0, or -errno: -ENOENT and -ECONNREFUSED if charon does not run.
 */
int vici_open(struct vici *v, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	/* A daemon that hangs lets its queue of connections run full. */
	v->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (v->fd < 0)
		return -errno;
	if (!connect(v->fd, (struct sockaddr *)&addr, sizeof(addr)))
		return 0;
	err = errno == EAGAIN ? ETIMEDOUT : errno;
	vici_close(v);
	return -err;
}

/**
 * vici_close - end the connection
 * @v: connection
 */
void vici_close(struct vici *v)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}

/* Until the socket is ready. Return: 0 or -errno */
static int wait_for(struct vici *v, short events)
{
	struct pollfd p[2] = {
		{ .fd = v->fd, .events = events },
		{ .fd = v->cancel_fd, .events = POLLIN },
	};
	int64_t left;
	int n;

	for (;;) {
		left = v->deadline - vici_now();
		if (left <= 0)
			return -ETIMEDOUT;
		n = poll(p, 2, left > INT32_MAX ? INT32_MAX : (int)left);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && p[1].revents)
			return -ECANCELED;
		if (n > 0)
			return 0;
	}
}

static int send_all(struct vici *v, const uint8_t *data, size_t len)
{
	ssize_t n;
	int err;

	while (len) {
		n = send(v->fd, data, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			err = wait_for(v, POLLOUT);
			if (err)
				return err;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int recv_all(struct vici *v, uint8_t *data, size_t len)
{
	ssize_t n;
	int err;

	while (len) {
		err = wait_for(v, POLLIN);
		if (err)
			return err;
		n = recv(v->fd, data, len, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ECONNRESET;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int send_packet(struct vici *v, enum packet type, const char *name,
		       const struct vici_msg *msg)
{
	size_t name_len = strlen(name), len = 2 + name_len;
	uint8_t head[4 + 2 + VICI_MAX_NAME];
	uint32_t size;
	int err;

	if (msg && msg->bad)
		return -EMSGSIZE;
	size = htonl((uint32_t)(len + (msg ? msg->len : 0)));
	memcpy(head, &size, 4);
	head[4] = (uint8_t)type;
	head[5] = (uint8_t)name_len;
	memcpy(head + 6, name, name_len);
	err = send_all(v, head, 4 + len);
	if (!err && msg)
		err = send_all(v, msg->data, msg->len);
	return err;
}

/* One packet; *data is to be freed */
static int recv_packet(struct vici *v, uint8_t **data, size_t *len)
{
	uint32_t size;
	int err;

	err = recv_all(v, (uint8_t *)&size, 4);
	if (err)
		return err;
	*len = ntohl(size);
	if (!*len || *len > VICI_MAX_PACKET)
		return -EPROTO;
	*data = malloc(*len);
	if (!*data)
		return -ENOMEM;
	err = recv_all(v, *data, *len);
	if (err)
		free(*data);
	return err;
}

/* Hand an event to who waits for it */
static int take_event(const uint8_t *data, size_t len, vici_event_fn fn,
		      void *arg)
{
	struct vici_reader r;

	if (len < 2 || len - 2 < data[1])
		return -EPROTO;
	vici_read(&r, data + 2 + data[1], len - 2 - data[1]);
	if (fn)
		fn(&r, arg);
	return 0;
}

/* The next packet that is no event; *data is to be freed */
static int recv_answer(struct vici *v, vici_event_fn fn, void *arg,
		       uint8_t **data, size_t *len)
{
	int err;

	for (;;) {
		err = recv_packet(v, data, len);
		if (err || **data != EVENT)
			return err;
		err = take_event(*data, *len, fn, arg);
		free(*data);
		if (err)
			return err;
	}
}

static int register_event(struct vici *v, enum packet type, const char *name)
{
	uint8_t *data;
	size_t len;
	int err;

	err = send_packet(v, type, name, NULL);
	if (!err)
		err = recv_answer(v, NULL, NULL, &data, &len);
	if (err)
		return err;
	err = *data == EVENT_CONFIRM ? 0 : -EOPNOTSUPP;
	free(data);
	return err;
}

/* Many answers say "success = no" and why. Return: 0, -EREMOTEIO or -EPROTO */
static int judge(const uint8_t *data, size_t len, char *error, size_t size)
{
	enum vici_element e;
	struct vici_reader r;
	int depth = 0, err = 0;

	vici_read(&r, data, len);
	while ((e = vici_next(&r)) != VICI_END) {
		if (e == VICI_BAD)
			return -EPROTO;
		depth += e == VICI_SECTION_START;
		depth -= e == VICI_SECTION_END;
		if (e != VICI_KEY || depth)
			continue;
		if (!strcmp(r.name, "success") && !vici_is(&r, "yes"))
			err = -EREMOTEIO;
		if (!strcmp(r.name, "errmsg") && error)
			vici_text(&r, error, size);
	}
	return err;
}

static int take_response(const uint8_t *data, size_t len, vici_event_fn fn,
			 void *arg, char *error, size_t size)
{
	struct vici_reader r;
	int err;

	if (*data == CMD_UNKNOWN)
		return -EOPNOTSUPP;
	if (*data != CMD_RESPONSE)
		return -EPROTO;
	err = judge(data + 1, len - 1, error, size);
	if (!err && fn) {
		vici_read(&r, data + 1, len - 1);
		fn(&r, arg);
	}
	return err;
}

/**
 * vici_call - ask charon for something
 * @v: connection
 * @command: command
 * @msg: its arguments, or NULL
 * @event: event to hear while it runs, or NULL
 * @fn: called for each event and at last for the answer, or NULL
 * @arg: of @fn
 * @error: filled in with the reason of a refusal, or NULL
 * @error_size: size of @error
 *
 * Return: 0; -EREMOTEIO if charon says that it failed; -ETIMEDOUT,
 * -ECANCELED, -EPROTO, -EOPNOTSUPP or another -errno. The connection is of no
 * use after any error but -EREMOTEIO and -EOPNOTSUPP.
 */
int vici_call(struct vici *v, const char *command, const struct vici_msg *msg,
	      const char *event, vici_event_fn fn, void *arg,
	      char *error, size_t error_size)
{
	uint8_t *data;
	size_t len;
	int err, ret;

	if (error_size)
		error[0] = '\0';
	err = event ? register_event(v, EVENT_REGISTER, event) : 0;
	if (err)
		return err;
	err = send_packet(v, CMD_REQUEST, command, msg);
	if (!err)
		err = recv_answer(v, fn, arg, &data, &len);
	if (err)
		return err;
	ret = take_response(data, len, fn, arg, error, error_size);
	free(data);
	if (event && (!ret || ret == -EREMOTEIO || ret == -EOPNOTSUPP)) {
		err = register_event(v, EVENT_UNREGISTER, event);
		if (err)
			return err;
	}
	return ret;
}
