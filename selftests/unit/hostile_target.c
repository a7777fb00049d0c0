// SPDX-License-Identifier: GPL-2.0
/*
 * A target that misbehaves during login, for tests of added connections.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Usage: hostile_target <port> <manner> [<portal group>]
 *
 * Listens on all addresses and treats every connection to a port in the same
 * manner until it is killed. "hostile_target 0 list" prints the manners. Two
 * words stand for many ports: "all" for each manner on a port of its own, the
 * first one on <port> and so on in the order of the list, and "statuses" for
 * refusals with status class C and detail D on <port> + 32 * C + D.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/types.h>

#define BHS_LEN		48
#define TEXT_MAX	65536

/* Offsets in the header of Login Requests and Responses */
#define AT_FLAGS	1
#define AT_LENGTH	5
#define AT_ISID		8
#define AT_ITT		16
#define AT_CMDSN	24
#define AT_STATSN	24
#define AT_EXP_CMDSN	28
#define AT_MAX_CMDSN	32
#define AT_STATUS	36

#define FLAG_T		0x80
#define FLAG_C		0x40

/* Where "reflect" keeps the challenge it got */
#define LAST_CHALLENGE	"/tmp/last-chap-challenge"

/**
 * struct login - one connection under test
 * @fd: its socket
 * @tpgt: portal group to pretend
 * @step: requests received so far
 * @statsn: StatSN of the next response
 * @request: header of the last request
 * @text: text of the last request
 * @text_len: its length
 * @drip_ms: pause between single bytes, 0 to send at once
 * @status: class and detail for answer_status()
 */
struct login {
	int fd;
	int tpgt;
	unsigned int step;
	u32 statsn;
	u8 request[BHS_LEN];
	char text[TEXT_MAX];
	size_t text_len;
	unsigned int drip_ms;
	u16 status;
};

/**
 * struct manner - a way to treat an initiator
 * @name: its name on the command line
 * @help: what it does
 * @answer: answers a request; returns false to close the connection
 */
struct manner {
	const char *name;
	const char *help;
	bool (*answer)(struct login *login);
};

static void put32(u8 *at, u32 value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof(value));
}

static bool read_all(int fd, void *to, size_t len)
{
	u8 *at = to;
	ssize_t got;

	while (len) {
		got = read(fd, at, len);
		if (got <= 0)
			return false;
		at += got;
		len -= got;
	}
	return true;
}

static void pause_ms(unsigned int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

static bool write_all(struct login *login, const void *from, size_t len)
{
	const u8 *at = from;
	ssize_t put;

	while (len) {
		put = write(login->fd, at, login->drip_ms ? 1 : len);
		if (put <= 0)
			return false;
		at += put;
		len -= put;
		if (login->drip_ms)
			pause_ms(login->drip_ms);
	}
	return true;
}

static bool read_request(struct login *login)
{
	u8 *at = login->request + AT_LENGTH;
	size_t len;

	if (!read_all(login->fd, login->request, BHS_LEN))
		return false;
	len = at[0] << 16 | at[1] << 8 | at[2];
	login->text_len = len;
	len = (len + 3) & ~3UL;
	login->step++;
	return len <= TEXT_MAX && read_all(login->fd, login->text, len);
}

/* A correct header: what the request asks for, with these flags. */
static void make_header(struct login *login, u8 *rsp, u8 flags,
			size_t len)
{
	u32 cmdsn;

	memset(rsp, 0, BHS_LEN);
	rsp[0] = 0x23;
	rsp[AT_FLAGS] = flags;
	rsp[AT_LENGTH] = len >> 16;
	rsp[AT_LENGTH + 1] = len >> 8;
	rsp[AT_LENGTH + 2] = len;
	/* ISID and TSIH, then the tag */
	memcpy(rsp + AT_ISID, login->request + AT_ISID, 8);
	memcpy(rsp + AT_ITT, login->request + AT_ITT, 4);
	put32(rsp + AT_STATSN, login->statsn++);
	memcpy(&cmdsn, login->request + AT_CMDSN, 4);
	cmdsn = ntohl(cmdsn);
	put32(rsp + AT_EXP_CMDSN, cmdsn);
	put32(rsp + AT_MAX_CMDSN, cmdsn + 31);
}

static bool send_pdu(struct login *login, const u8 *header,
		     const char *text, size_t len)
{
	u8 pdu[BHS_LEN + TEXT_MAX] = { 0 };

	memcpy(pdu, header, BHS_LEN);
	if (len)
		memcpy(pdu + BHS_LEN, text, len);
	return write_all(login, pdu, BHS_LEN + ((len + 3) & ~3UL));
}

/* Answer with pairs separated by newlines. */
static bool reply(struct login *login, u8 flags, const char *pairs)
{
	size_t len = *pairs ? strlen(pairs) + 1 : 0;
	u8 header[BHS_LEN];
	char text[TEXT_MAX];
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = pairs[i] == '\n' ? '\0' : pairs[i];
	make_header(login, header, flags, len);
	return send_pdu(login, header, text, len);
}

static u8 asked_flags(const struct login *login)
{
	return login->request[AT_FLAGS];
}

static bool is_first(const struct login *login)
{
	return login->step == 1;
}

/* What an honest target without authentication says. */
static bool answer_honest(struct login *login)
{
	char text[200];

	if (is_first(login)) {
		snprintf(text, sizeof(text),
			 "TargetPortalGroupTag=%d\nAuthMethod=None",
			 login->tpgt);
		return reply(login, 0x81, text);
	}
	return reply(login, asked_flags(login),
		     "HeaderDigest=None\nDataDigest=None\n"
		     "MaxRecvDataSegmentLength=8192");
}

static bool answer_silent(struct login *login)
{
	/* the initiator hangs up at some time */
	return true;
}

static bool answer_close(struct login *login)
{
	return false;
}

static bool answer_reset(struct login *login)
{
	struct linger abort = { .l_onoff = 1 };

	setsockopt(login->fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	return false;
}

static bool answer_drip(struct login *login)
{
	login->drip_ms = 100;
	return answer_honest(login);
}

static bool answer_single(struct login *login)
{
	login->drip_ms = 1;
	return answer_honest(login);
}

static bool answer_half(struct login *login)
{
	u8 header[BHS_LEN];

	make_header(login, header, 0x81, 100);
	write_all(login, header, 20);
	return true;
}

static bool answer_endless(struct login *login)
{
	if (is_first(login))
		return answer_honest(login);
	return reply(login, asked_flags(login) & 0x0c, "");
}

static bool answer_more(struct login *login)
{
	return reply(login, (asked_flags(login) & 0x0c) | FLAG_C, "X-a=b");
}

static bool answer_garbage(struct login *login)
{
	u8 garbage[1000];
	size_t i;

	for (i = 0; i < sizeof(garbage); i++)
		garbage[i] = rand();
	return write_all(login, garbage, sizeof(garbage));
}

static bool answer_huge(struct login *login)
{
	u8 header[BHS_LEN];

	make_header(login, header, 0x81, 0xffffff);
	return write_all(login, header, BHS_LEN);
}

static bool answer_other_pdu(struct login *login)
{
	u8 header[BHS_LEN];

	make_header(login, header, 0x81, 0);
	header[0] = 0x20;
	return write_all(login, header, BHS_LEN);
}

static bool answer_other_tag(struct login *login)
{
	u8 header[BHS_LEN];

	make_header(login, header, 0x81, 0);
	header[AT_ITT] ^= 0x55;
	return write_all(login, header, BHS_LEN);
}

static bool answer_other_session(struct login *login)
{
	login->request[AT_ISID + 7] ^= 0x55;
	return answer_honest(login);
}

static bool answer_other_group(struct login *login)
{
	login->tpgt++;
	return answer_honest(login);
}

static bool answer_no_group(struct login *login)
{
	if (is_first(login))
		return reply(login, 0x81, "AuthMethod=None");
	return answer_honest(login);
}

static bool answer_twice(struct login *login)
{
	return reply(login, 0x81,
		     "TargetPortalGroupTag=1\nTargetPortalGroupTag=1");
}

static bool answer_malformed(struct login *login)
{
	return reply(login, 0x81, "TargetPortalGroupTag=1\nwhat is this");
}

static bool answer_shortcut(struct login *login)
{
	return reply(login, 0x83, "TargetPortalGroupTag=1");
}

static bool answer_wants_chap(struct login *login)
{
	return reply(login, 0x00, "TargetPortalGroupTag=1\nAuthMethod=CHAP");
}

static const char *find_value(const struct login *login, const char *key)
{
	const char *end = login->text + login->text_len;
	size_t len = strlen(key);
	const char *at;

	for (at = login->text; at < end; at += strnlen(at, end - at) + 1)
		if (!strncmp(at, key, len) && at[len] == '=')
			return at + len + 1;
	return NULL;
}

/*
 * Mutual CHAP without knowing a secret: each challenge of the initiator is
 * kept, in a file, as each connection has a process of its own, and put to
 * it on the next connection.
 */
static void keep_challenge(const char *challenge)
{
	FILE *file = fopen(LAST_CHALLENGE, "w");

	if (!file)
		return;
	fputs(challenge, file);
	fclose(file);
}

static void recall_challenge(char *challenge, size_t size)
{
	FILE *file = fopen(LAST_CHALLENGE, "r");

	snprintf(challenge, size, "0x000102030405060708090a0b0c0d0e0f");
	if (!file)
		return;
	if (!fgets(challenge, size, file))
		challenge[0] = '\0';
	fclose(file);
}

static bool answer_reflect(struct login *login)
{
	static const char no_proof[] =
		"CHAP_N=t\nCHAP_R=0x00000000000000000000000000000000";
	const char *challenge = find_value(login, "CHAP_C");
	char text[3000], recalled[2100];

	if (challenge) {
		keep_challenge(challenge);
		return reply(login, 0x81, no_proof);
	}
	if (find_value(login, "CHAP_A")) {
		recall_challenge(recalled, sizeof(recalled));
		snprintf(text, sizeof(text), "CHAP_A=5\nCHAP_I=1\nCHAP_C=%s",
			 recalled);
		return reply(login, 0x00, text);
	}
	return answer_wants_chap(login);
}

static bool answer_refuse(struct login *login, u8 status_class,
			  u8 detail)
{
	u8 header[BHS_LEN];

	make_header(login, header, 0, 0);
	header[AT_STATUS] = status_class;
	header[AT_STATUS + 1] = detail;
	return write_all(login, header, BHS_LEN);
}

static bool answer_too_many(struct login *login)
{
	return answer_refuse(login, 2, 6);
}

static bool answer_no_session(struct login *login)
{
	return answer_refuse(login, 2, 10);
}

static bool answer_busy(struct login *login)
{
	return answer_refuse(login, 3, 1);
}

static bool answer_status(struct login *login)
{
	return answer_refuse(login, login->status >> 8, login->status);
}

static bool answer_moved(struct login *login)
{
	static const char text[] = "TargetAddress=192.0.2.1:3260,1";
	u8 header[BHS_LEN];

	make_header(login, header, 0, sizeof(text));
	header[AT_STATUS] = 1;
	header[AT_STATUS + 1] = 1;
	return send_pdu(login, header, text, sizeof(text));
}

/* Full feature phase, and more right behind it in the same segment. */
static bool answer_eager(struct login *login)
{
	u8 pdus[2 * BHS_LEN];

	if (is_first(login))
		return answer_honest(login);
	make_header(login, pdus, asked_flags(login), 0);
	memset(pdus + BHS_LEN, 0, BHS_LEN);
	pdus[BHS_LEN] = 0x20;
	pdus[BHS_LEN + 1] = 0x80;
	put32(pdus + BHS_LEN + AT_ITT, 0xffffffff);
	put32(pdus + BHS_LEN + 20, 0xffffffff);
	memcpy(pdus + BHS_LEN + AT_STATSN, pdus + AT_STATSN, 12);
	return write_all(login, pdus, sizeof(pdus));
}

static const struct manner manners[] = {
	{ "honest", "logs in as it should", answer_honest },
	{ "single", "logs in, in single bytes", answer_single },
	{ "eager", "logs in and sends a NOP-In at once", answer_eager },
	{ "silent", "accepts and never answers", answer_silent },
	{ "half", "sends half a header", answer_half },
	{ "drip", "one byte every 100 ms", answer_drip },
	{ "close", "closes after the first request", answer_close },
	{ "reset", "resets after the first request", answer_reset },
	{ "endless", "never grants the transit", answer_endless },
	{ "more", "never ends its text", answer_more },
	{ "garbage", "random bytes", answer_garbage },
	{ "huge", "announces 16 MB of text", answer_huge },
	{ "other-pdu", "a NOP-In during login", answer_other_pdu },
	{ "other-tag", "another Initiator Task Tag", answer_other_tag },
	{ "other-session", "another TSIH", answer_other_session },
	{ "other-group", "another portal group", answer_other_group },
	{ "no-group", "keeps its portal group to itself", answer_no_group },
	{ "twice", "a key twice", answer_twice },
	{ "malformed", "text without '='", answer_malformed },
	{ "shortcut", "full feature phase at once", answer_shortcut },
	{ "wants-chap", "demands CHAP", answer_wants_chap },
	{ "reflect", "hands our CHAP challenges back", answer_reflect },
	{ "too-many", "status 0206", answer_too_many },
	{ "no-session", "status 020A", answer_no_session },
	{ "busy", "status 0301", answer_busy },
	{ "moved", "status 0101 with an address", answer_moved },
};

/* One port and what happens to those who connect there */
struct listener {
	const struct manner *manner;
	u16 status;
};

#define LISTENERS_MAX	160

static struct listener listeners[LISTENERS_MAX];
static struct pollfd polls[LISTENERS_MAX];
static nfds_t listener_count;

static void serve(int fd, int tpgt, const struct listener *listener)
{
	const struct manner *manner = listener->manner;
	static struct login login;

	login.fd = fd;
	login.tpgt = tpgt;
	login.status = listener->status;
	while (read_request(&login) && manner->answer(&login))
		;
	close(fd);
}

static int listen_on(u16 port)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_ANY_INIT,
	};
	int one = 1;
	int fd;

	fd = socket(AF_INET6, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 16)) {
		perror("cannot listen");
		exit(1);
	}
	return fd;
}

static const struct manner *find_manner(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(manners); i++) {
		if (!strcmp(name, "list"))
			printf("%-14s %s\n", manners[i].name, manners[i].help);
		if (!strcmp(name, manners[i].name))
			return &manners[i];
	}
	return NULL;
}

static void add_listener(u16 port, const struct manner *manner, u16 status)
{
	struct listener *listener = &listeners[listener_count];

	listener->manner = manner;
	listener->status = status;
	polls[listener_count].fd = listen_on(port);
	polls[listener_count++].events = POLLIN;
}

static bool add_listeners(u16 port, const char *word)
{
	static const struct manner status = { .answer = answer_status };
	const struct manner *manner;
	unsigned int i;

	if (!strcmp(word, "all")) {
		for (i = 0; i < ARRAY_SIZE(manners); i++)
			add_listener(port + i, &manners[i], 0);
		return true;
	}
	if (!strcmp(word, "statuses")) {
		for (i = 1 << 5; i < LISTENERS_MAX; i++)
			add_listener(port + i, &status, (i >> 5) << 8 | (i & 31));
		return true;
	}
	manner = find_manner(word);
	if (manner)
		add_listener(port, manner, 0);
	return manner;
}

static void accept_on(nfds_t number, int tpgt)
{
	int fd = accept(polls[number].fd, NULL, NULL);
	nfds_t i;

	if (fd < 0)
		return;
	if (!fork()) {
		for (i = 0; i < listener_count; i++)
			close(polls[i].fd);
		serve(fd, tpgt, &listeners[number]);
		exit(0);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	int tpgt = argc > 3 ? atoi(argv[3]) : 1;
	nfds_t i;

	if (argc < 3) {
		fprintf(stderr, "usage: %s <port> <manner> [<portal group>]\n",
			argv[0]);
		return 2;
	}
	if (!add_listeners(atoi(argv[1]), argv[2]))
		return strcmp(argv[2], "list") ? 2 : 0;
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		if (poll(polls, listener_count, -1) < 0)
			continue;
		for (i = 0; i < listener_count; i++)
			if (polls[i].revents & POLLIN)
				accept_on(i, tpgt);
	}
}
