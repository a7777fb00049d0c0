// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../include/uapi/linux/iscsi_mcs.h"
#include "netlink.h"

/* Generic netlink by hand: a library would not let anything wrong through. */

#define FAMILY_NAME	"iscsi_mcs"

/**
 * message_begin - begin a message
 * @nl: socket
 * @msg: message
 * @cmd: command
 * @flags: beside NLM_F_REQUEST
 */
void message_begin(struct nl *nl, struct message *msg, uint8_t cmd,
		   uint16_t flags)
{
	struct genlmsghdr *genl = (void *)(msg->bytes + NLMSG_HDRLEN);

	memset(msg, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	msg->hdr.nlmsg_type = nl->family;
	msg->hdr.nlmsg_flags = NLM_F_REQUEST | flags;
	msg->hdr.nlmsg_seq = ++nl->seq;
	genl->cmd = cmd;
	genl->version = 1;
	msg->size = NLMSG_HDRLEN + GENL_HDRLEN;
}

/**
 * message_put - append an attribute
 * @msg: message
 * @type: type, flags included
 * @data: payload
 * @len: its length
 */
void message_put(struct message *msg, uint16_t type, const void *data,
		 uint16_t len)
{
	struct nlattr *attr = (void *)(msg->bytes + msg->size);

	if (msg->size + NLA_HDRLEN + NLA_ALIGN(len) > sizeof(msg->bytes))
		return;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memset(attr + 1, 0, NLA_ALIGN(len));
	memcpy(attr + 1, data, len);
	msg->size += NLA_HDRLEN + NLA_ALIGN(len);
}

/**
 * message_put32 - append a number
 * @msg: message
 * @type: type
 * @value: number
 */
void message_put32(struct message *msg, uint16_t type, uint32_t value)
{
	message_put(msg, type, &value, sizeof(value));
}

/**
 * message_nest - begin a nest
 * @msg: message
 * @type: type
 *
 * Return: for message_nest_end().
 */
uint32_t message_nest(struct message *msg, uint16_t type)
{
	uint32_t at = msg->size;

	message_put(msg, type | NLA_F_NESTED, "", 0);
	return at;
}

/**
 * message_nest_end - end a nest
 * @msg: message
 * @nest: its beginning
 */
void message_nest_end(struct message *msg, uint32_t nest)
{
	struct nlattr *attr = (void *)(msg->bytes + nest);

	attr->nla_len = msg->size - nest;
}

static bool is_change(const struct message *msg)
{
	const struct genlmsghdr *genl = (void *)(msg->bytes + NLMSG_HDRLEN);

	/* what is no request is acknowledged and that is all */
	if (!(msg->hdr.nlmsg_flags & NLM_F_REQUEST))
		return false;
	switch (genl->cmd) {
	case ISCSI_MCS_CMD_SESSION_SET:
	case ISCSI_MCS_CMD_CONN_ADD:
	case ISCSI_MCS_CMD_CONN_DEL:
	case ISCSI_MCS_CMD_CONN_SET:
		return true;
	default:
		return false;
	}
}

/* Return: true when the exchange is over */
static bool take(struct nl *nl, const struct message *msg,
		 const struct nlmsghdr *hdr, int *result)
{
	int error = 0;

	if (hdr->nlmsg_type == NLMSG_DONE) {
		nl->done++;
		*result = 0;
		return true;
	}
	if (hdr->nlmsg_type != NLMSG_ERROR)
		return false;
	memcpy(&error, NLMSG_DATA(hdr), sizeof(error));
	*result = error;
	if (error > -ERRNO_MAX && error < 0) {
		nl->error[-error]++;
	} else {
		nl->done++;
		nl->changed += is_change(msg);
	}
	return true;
}

/*
 * Requests to change something are answered when the change is made; the sender may
 * be further on by then. Everything else is answered at once.
 */
static void take_late(struct nl *nl, const struct nlmsghdr *hdr)
{
	const struct nlmsgerr *answer = NLMSG_DATA(hdr);

	if (hdr->nlmsg_type != NLMSG_ERROR)
		return;
	if (answer->error > -ERRNO_MAX && answer->error < 0) {
		nl->error[-answer->error]++;
	} else if (answer->msg.nlmsg_type == nl->family &&
		   answer->msg.nlmsg_flags & NLM_F_REQUEST) {
		nl->done++;
		nl->changed++;
	}
}

static __thread uint8_t in[65536];

/**
 * nl_talk - send a message and take what comes back
 * @nl: socket
 * @msg: message; its length field is set here unless it is set already
 * @each: called for each message that is no acknowledgment; may be NULL
 * @data: for @each
 *
 * Return: 0, a negative errno from the kernel, or 1 when nothing came.
 */
int nl_talk(struct nl *nl, struct message *msg,
	    void (*each)(const struct nlmsghdr *hdr, void *data), void *data)
{
	struct pollfd pollfd = { .fd = nl->fd, .events = POLLIN };
	const struct nlmsghdr *hdr;
	int result = 1;
	ssize_t got;

	if (!msg->hdr.nlmsg_len)
		msg->hdr.nlmsg_len = msg->size;
	nl->messages++;
	if (send(nl->fd, msg->bytes, msg->size, 0) < 0) {
		nl->unsent++;
		return -errno;
	}
	while (poll(&pollfd, 1, nl->patience_ms) > 0) {
		got = recv(nl->fd, in, sizeof(in), 0);
		if (got <= 0)
			break;
		for (hdr = (void *)in; NLMSG_OK(hdr, (size_t)got);
		     hdr = NLMSG_NEXT(hdr, got)) {
			if (hdr->nlmsg_seq != msg->hdr.nlmsg_seq) {
				take_late(nl, hdr);
				continue;
			}
			if (take(nl, msg, hdr, &result))
				return result;
			if (each)
				each(hdr, data);
		}
	}
	return result;
}

/**
 * nl_drain - take the answers that are still to come
 * @nl: socket
 * @quiet_ms: when nothing has come for so long there are no more
 */
void nl_drain(struct nl *nl, int quiet_ms)
{
	struct pollfd pollfd = { .fd = nl->fd, .events = POLLIN };
	const struct nlmsghdr *hdr;
	ssize_t got;

	while (poll(&pollfd, 1, quiet_ms) > 0) {
		got = recv(nl->fd, in, sizeof(in), 0);
		for (hdr = (void *)in; got > 0 && NLMSG_OK(hdr, (size_t)got);
		     hdr = NLMSG_NEXT(hdr, got))
			take_late(nl, hdr);
	}
}

static void find_family(const struct nlmsghdr *hdr, void *data)
{
	const struct nlattr *attr;
	uint16_t *family = data;
	uint32_t at = NLMSG_HDRLEN + GENL_HDRLEN;

	while (at + NLA_HDRLEN <= hdr->nlmsg_len) {
		attr = (const void *)((const uint8_t *)hdr + at);
		if (attr->nla_len < NLA_HDRLEN)
			break;
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(family, attr + 1, sizeof(*family));
		at += NLA_ALIGN(attr->nla_len);
	}
}

/**
 * nl_open - open a socket
 * @nl: what to fill in
 * @family: number of the family, 0 to ask for it
 *
 * Return: 0, or -1 when there is no such family.
 */
int nl_open(struct nl *nl, int family)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct message msg;

	memset(nl, 0, sizeof(*nl));
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0 || bind(nl->fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -1;
	if (!family) {
		nl->family = GENL_ID_CTRL;
		message_begin(nl, &msg, CTRL_CMD_GETFAMILY, NLM_F_ACK);
		message_put(&msg, CTRL_ATTR_FAMILY_NAME, FAMILY_NAME,
			    sizeof(FAMILY_NAME));
		nl->family = 0;
		nl_talk(nl, &msg, find_family, &nl->family);
		family = nl->family;
		nl->messages = 0;
		nl->done = 0;
		nl->changed = 0;
	}
	nl->family = family;
	return family ? 0 : -1;
}
