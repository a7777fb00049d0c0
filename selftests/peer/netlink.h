/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef PEER_NETLINK_H
#define PEER_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#define ERRNO_MAX	4096

/**
 * struct nl - a netlink socket and what came back on it
 * @seq: of the last message
 * @done: acknowledged without error
 * @changed: of these, requests to change something
 * @messages: sent
 * @error: counts by errno
 * @unsent: refused by the socket itself
 * @patience_ms: how long nl_talk() waits for an answer; 0 to take what is there
 */
struct nl {
	int fd;
	uint16_t family;
	uint32_t seq;
	uint64_t done;
	uint64_t changed;
	uint64_t messages;
	uint64_t unsent;
	int patience_ms;
	uint64_t error[ERRNO_MAX];
};

/**
 * struct message - a message being built
 * @size: bytes so far
 */
struct message {
	union {
		struct nlmsghdr hdr;
		uint8_t bytes[16384];
	};
	uint32_t size;
};

int nl_open(struct nl *nl, int family);
void message_begin(struct nl *nl, struct message *msg, uint8_t cmd,
		   uint16_t flags);
void message_put(struct message *msg, uint16_t type, const void *data,
		 uint16_t len);
void message_put32(struct message *msg, uint16_t type, uint32_t value);
uint32_t message_nest(struct message *msg, uint16_t type);
void message_nest_end(struct message *msg, uint32_t nest);
int nl_talk(struct nl *nl, struct message *msg,
	    void (*each)(const struct nlmsghdr *hdr, void *data), void *data);
void nl_drain(struct nl *nl, int quiet_ms);

#endif /* PEER_NETLINK_H */
