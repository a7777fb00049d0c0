// SPDX-License-Identifier: GPL-2.0
/*
 * Users of the netlink family as nobody wants them.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * storm [options] family             print the family's number
 * storm [options] calm SID CLASS     default timers and a class for a session
 * storm [options] random             messages that are random, more or less
 * storm [options] busy ADDRESS...    right messages, from many processes
 *
 * Options: --family N, --seed N, --messages N, --seconds N, --processes N,
 * --sid N.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../include/uapi/linux/iscsi_mcs.h"
#include "netlink.h"

/* An answer may wait for what the session is busy with, and for a login */
#define PATIENCE_MS	30000
#define QUIET_MS	3000

static struct {
	int family;
	uint32_t seed;
	uint64_t messages;
	uint32_t seconds;
	uint32_t processes;
	uint32_t sid;
} set = { .seed = 1, .messages = ~0ULL, .seconds = 5, .processes = 8,
	  .sid = 1 };

static uint64_t state;

static uint32_t any(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 33;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static uint32_t any_sid(void)
{
	return any() % 4 ? set.sid : any() % 3 ? any() % 4 : any();
}

static void put_any(struct message *msg, int depth);

/* An address of this machine where nobody listens, or no address at all */
static void put_address(struct message *msg, uint16_t type)
{
	uint32_t nest = message_nest(msg, type);
	uint8_t addr[16] = { 127, 0, 0, 1 };
	uint16_t port = any();
	uint16_t family = any() % 8 ? AF_INET : any() % 32;

	if (any() % 8)
		message_put(msg, ISCSI_MCS_A_ADDR_FAMILY, &family, 2);
	if (any() % 8)
		message_put(msg, ISCSI_MCS_A_ADDR_ADDR, addr,
			    any() % 8 ? 4 : any() % 17);
	if (any() % 8)
		message_put(msg, ISCSI_MCS_A_ADDR_PORT, &port, 2);
	if (!(any() % 4))
		put_any(msg, 3);
	message_nest_end(msg, nest);
}

static void put_any(struct message *msg, int depth)
{
	uint8_t data[600];
	uint16_t type = any() % 48, len = any() % 12;
	uint32_t nest, i;

	if (!(any() % 16))
		type = any();
	if (!(any() % 8))
		len = any() % sizeof(data);
	for (i = 0; i < len; i++)
		data[i] = any() % 4 ? 0 : any();
	if (depth < 3 && !(any() % 8)) {
		nest = message_nest(msg, type);
		for (i = any() % 6; i; i--)
			put_any(msg, depth + 1);
		message_nest_end(msg, nest);
	} else if (any() % 4 && len == 4) {
		message_put32(msg, type, any() % 8);
	} else {
		message_put(msg, type, data, len);
	}
}

/* Attributes that might be right: a number of the size of an u32 or u8 */
static void put_plausible(struct message *msg)
{
	uint16_t type = 1 + any() % ISCSI_MCS_A_CONN_MAX;
	uint8_t byte = any() % 4;

	if (type == ISCSI_MCS_A_CONN_REMOTE || type == ISCSI_MCS_A_CONN_SOURCE)
		put_address(msg, type);
	else if (type == ISCSI_MCS_A_CONN_LOGIN_TIMEOUT_MS)
		message_put32(msg, type, any() % 2000);
	else if (any() % 2)
		message_put32(msg, type, any() % 6);
	else
		message_put(msg, type, &byte, 1);
}

static void spoil(struct message *msg)
{
	uint16_t family = msg->hdr.nlmsg_type;
	uint32_t n = 1 + any() % 4;

	switch (any() % 4) {
	case 0:
		while (n--)
			msg->bytes[any() % msg->size] ^= 1 << any() % 8;
		break;
	case 1:
		msg->hdr.nlmsg_len = any() % (msg->size + 64);
		break;
	case 2:
		msg->size = NLMSG_HDRLEN + any() % (msg->size - NLMSG_HDRLEN);
		break;
	default:
		msg->hdr.nlmsg_flags = any();
		break;
	}
	/* others are not to be bothered */
	msg->hdr.nlmsg_type = family;
}

static void random_message(struct nl *nl)
{
	struct message msg;
	uint8_t cmd = any() % 8 ? 1 + any() % ISCSI_MCS_CMD_CONN_SET : any();
	uint32_t n = any() % 8;

	message_begin(nl, &msg, cmd,
		      NLM_F_ACK | (any() % 4 ? 0 : NLM_F_DUMP));
	/* the session's number is attribute 2 everywhere */
	if (any() % 8)
		message_put32(&msg, ISCSI_MCS_A_CONN_SID, any_sid());
	if (cmd == ISCSI_MCS_CMD_CONN_ADD && any() % 4)
		put_address(&msg, ISCSI_MCS_A_CONN_REMOTE);
	if (cmd == ISCSI_MCS_CMD_CONN_SET && any() % 4)
		message_put32(&msg, ISCSI_MCS_A_CONN_ID, any() % 3);
	while (n--) {
		if (any() % 2)
			put_plausible(&msg);
		else
			put_any(&msg, 0);
	}
	if (!(any() % 4))
		spoil(&msg);
	nl_talk(nl, &msg, NULL, NULL);
}

static void put_portal(struct message *msg, const char *text)
{
	uint32_t nest = message_nest(msg, ISCSI_MCS_A_CONN_REMOTE);
	uint16_t family = AF_INET, port = 3260;
	struct in_addr addr = { 0 };

	inet_pton(AF_INET, text, &addr);
	message_put(msg, ISCSI_MCS_A_ADDR_FAMILY, &family, 2);
	message_put(msg, ISCSI_MCS_A_ADDR_ADDR, &addr, 4);
	message_put(msg, ISCSI_MCS_A_ADDR_PORT, &port, 2);
	message_nest_end(msg, nest);
}

/* One right request of any kind; connections get numbers below 64 soon */
static void right_message(struct nl *nl, char **portals, int n)
{
	static uint32_t last_id;
	struct message msg;

	switch (any() % 7) {
	case 0:
		message_begin(nl, &msg, ISCSI_MCS_CMD_SESSION_GET,
			      NLM_F_ACK | NLM_F_DUMP);
		break;
	case 1:
		message_begin(nl, &msg, ISCSI_MCS_CMD_CONN_GET,
			      NLM_F_ACK | NLM_F_DUMP);
		break;
	case 2:
		message_begin(nl, &msg, ISCSI_MCS_CMD_SESSION_SET, NLM_F_ACK);
		message_put32(&msg, ISCSI_MCS_A_SESSION_SID, set.sid);
		message_put32(&msg, ISCSI_MCS_A_SESSION_POLICY, 1 + any() % 5);
		break;
	case 3:
		message_begin(nl, &msg, ISCSI_MCS_CMD_CONN_ADD, NLM_F_ACK);
		message_put32(&msg, ISCSI_MCS_A_CONN_SID, set.sid);
		put_portal(&msg, portals[any() % n]);
		message_put32(&msg, ISCSI_MCS_A_CONN_FLAGS,
			      ISCSI_MCS_CONN_FLAGS_ALLOW_DUPLICATE);
		break;
	case 4:
		message_begin(nl, &msg, ISCSI_MCS_CMD_CONN_SET, NLM_F_ACK);
		message_put32(&msg, ISCSI_MCS_A_CONN_SID, set.sid);
		message_put32(&msg, ISCSI_MCS_A_CONN_ID, any() % 64);
		message_put32(&msg, ISCSI_MCS_A_CONN_WEIGHT, any() % 4);
		break;
	default:
		message_begin(nl, &msg, ISCSI_MCS_CMD_CONN_DEL, NLM_F_ACK);
		message_put32(&msg, ISCSI_MCS_A_CONN_SID, set.sid);
		message_put32(&msg, ISCSI_MCS_A_CONN_ID, last_id++);
		if (last_id > 40 + nl->messages / 8)
			last_id = 0;
		break;
	}
	nl_talk(nl, &msg, NULL, NULL);
}

static void report(const struct nl *nl)
{
	int i;

	printf("messages=%llu done=%llu changed=%llu unsent=%llu",
	       (unsigned long long)nl->messages, (unsigned long long)nl->done,
	       (unsigned long long)nl->changed,
	       (unsigned long long)nl->unsent);
	for (i = 0; i < ERRNO_MAX; i++) {
		if (nl->error[i])
			printf(" %s=%llu", strerrorname_np(i) ?: "unknown",
			       (unsigned long long)nl->error[i]);
	}
	printf("\n");
}

static int storm(uint32_t process, char **portals, int n)
{
	uint64_t end = now() + set.seconds;
	struct nl nl;

	state = set.seed + process * 7919;
	any();
	if (nl_open(&nl, set.family)) {
		fprintf(stderr, "no such family\n");
		return 1;
	}
	while (nl.messages < set.messages && now() < end) {
		if (n)
			right_message(&nl, portals, n);
		else
			random_message(&nl);
	}
	nl_drain(&nl, QUIET_MS);
	report(&nl);
	return 0;
}

static int calm(uint32_t sid, uint32_t class)
{
	struct message msg;
	struct nl nl;
	int err;

	if (nl_open(&nl, set.family))
		return 1;
	message_begin(&nl, &msg, ISCSI_MCS_CMD_SESSION_SET, NLM_F_ACK);
	message_put32(&msg, ISCSI_MCS_A_SESSION_SID, sid);
	message_put32(&msg, ISCSI_MCS_A_SESSION_TARGET_CLASS, class);
	message_put32(&msg, ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS, 1000);
	message_put32(&msg, ISCSI_MCS_A_SESSION_NOP_TIMEOUT_MS, 3000);
	message_put32(&msg, ISCSI_MCS_A_SESSION_LOGIN_TIMEOUT_MS, 15000);
	nl.patience_ms = PATIENCE_MS;
	err = nl_talk(&nl, &msg, NULL, NULL);
	if (err)
		fprintf(stderr, "refused: %s\n",
			err < 0 ? strerror(-err) : "no answer");
	return err != 0;
}

static int storms(char **portals, int n)
{
	uint32_t i;
	int status, failed = 0;

	for (i = 0; i < set.processes; i++) {
		if (!fork())
			exit(storm(i, portals, n));
	}
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}

static int run(int argc, char **argv)
{
	struct nl nl;

	if (argc && !strcmp(argv[0], "family")) {
		if (nl_open(&nl, 0))
			return 1;
		printf("%u\n", nl.family);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[0], "calm"))
		return calm(atoi(argv[1]), atoi(argv[2]));
	if (argc == 1 && !strcmp(argv[0], "random"))
		return storms(NULL, 0);
	if (argc > 1 && !strcmp(argv[0], "busy"))
		return storms(argv + 1, argc - 1);
	fprintf(stderr, "usage: storm [options] family|calm|random|busy\n");
	return 2;
}

static const struct option options[] = {
	{ "family", 1, NULL, 'f' },
	{ "seed", 1, NULL, 's' },
	{ "messages", 1, NULL, 'm' },
	{ "seconds", 1, NULL, 't' },
	{ "processes", 1, NULL, 'p' },
	{ "sid", 1, NULL, 'i' },
	{ }
};

int main(int argc, char **argv)
{
	int code;

	while ((code = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		switch (code) {
		case 'f':
			set.family = atoi(optarg);
			break;
		case 's':
			set.seed = strtoul(optarg, NULL, 0);
			break;
		case 'm':
			set.messages = strtoull(optarg, NULL, 0);
			break;
		case 't':
			set.seconds = strtoul(optarg, NULL, 0);
			break;
		case 'p':
			set.processes = strtoul(optarg, NULL, 0);
			break;
		case 'i':
			set.sid = strtoul(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	}
	return run(argc - optind, argv + optind);
}
