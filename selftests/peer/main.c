// SPDX-License-Identifier: GPL-2.0
/*
 * A scripted iSCSI target for tests of what happens after the login.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Usage: peer --socket PATH [options]         run the target
 *        peer --control PATH COMMAND...       tell it something
 */
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

#define POLL_MAX	64

struct config config = {
	.class = CLASS_FENCE,
	.grace_ms = 2000,
	.window = 64,
	.max_conns = 8,
	.max_burst = 65536,
	.first_burst = 16384,
	.max_r2t = 4,
	.chunk = 8192,
	.r2t_len = 16384,
	.target = "iqn.2024-01.example:disk",
};

struct counters counters;
struct conn_list conns = TAILQ_HEAD_INITIALIZER(conns);
struct session_list sessions = TAILQ_HEAD_INITIALIZER(sessions);
u8 *disk;
u64 disk_sectors = (32 << 20) / SECTOR;

/**
 * now_ms - a clock that does not jump
 */
u64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/**
 * say - a line of log
 * @format: as for printf
 */
void say(const char *format, ...)
{
	va_list args;

	if (!config.verbose)
		return;
	fprintf(stderr, "%8llu ", (unsigned long long)now_ms());
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * complain - the initiator broke a rule
 * @conn: connection
 * @format: what it did
 */
void complain(struct conn *conn, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	counters.complaints++;
	snprintf(counters.last_complaint, sizeof(counters.last_complaint),
		 "cid %u: %s", conn->cid, text);
	fprintf(stderr, "complaint: %s\n", counters.last_complaint);
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

static void accept_conn(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd >= 0)
		conn_new(fd);
}

static short wanted(const struct conn *conn)
{
	short events = 0;

	if (!conn->deaf && conn->in_len < IN_MAX)
		events |= POLLIN;
	if (conn->out_at < conn->out_len || conn_closes(conn))
		events |= POLLOUT;
	return events;
}

static void flush_all(void)
{
	struct conn *conn;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->fd >= 0)
			conn_flush(conn);
	}
}

static bool work_is_due(void)
{
	struct conn *conn;

	if (config.hold)
		return false;
	TAILQ_FOREACH(conn, &conns, node) {
		if (!TAILQ_EMPTY(&conn->tasks))
			return true;
	}
	return false;
}

static void serve_once(int listener, int control)
{
	struct pollfd fds[POLL_MAX] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = control, .events = POLLIN },
	};
	struct conn *of[POLL_MAX] = { 0 };
	struct conn *conn;
	int i, n = 2;

	TAILQ_FOREACH(conn, &conns, node) {
		/* One that has logged out is not looked at, closed or not. */
		if (conn->fd < 0 || n == POLL_MAX ||
		    (conn->closing && !conn_closes(conn)))
			continue;
		fds[n].fd = conn->fd;
		fds[n].events = wanted(conn);
		of[n++] = conn;
	}
	if (poll(fds, n, work_is_due() ? 2 : 50) < 0 && errno != EINTR)
		exit(1);
	for (i = 2; i < n; i++) {
		if (of[i]->fd < 0 || !fds[i].revents)
			continue;
		if (fds[i].revents & ~POLLOUT) {
			if (of[i]->deaf && !(fds[i].revents & POLLIN))
				conn_lost(of[i], "reset while deaf");
			else
				conn_read(of[i]);
		}
	}
	task_run_due();
	flush_all();
	trial_poll();
	session_reap();
	if (fds[1].revents)
		control_accept(control);
	if (fds[0].revents)
		accept_conn(listener);
	flush_all();
}

static void set_class(const char *name)
{
	config.class = !strcmp(name, "retry") ? CLASS_RETRY :
		       !strcmp(name, "session") ? CLASS_SESSION : CLASS_FENCE;
}

enum option_code {
	O_SOCKET, O_CONTROL, O_PORT, O_CLASS, O_GRACE, O_WINDOW, O_CONNS,
	O_BURST, O_FIRST, O_R2TS, O_CHUNK, O_R2T_LEN, O_R2T, O_DIGESTS,
	O_STATSN, O_LINGER, O_TARGET, O_MIB, O_SEED, O_VERBOSE,
};

static const struct option options[] = {
	{ "socket", 1, NULL, O_SOCKET },
	{ "control", 1, NULL, O_CONTROL },
	{ "port", 1, NULL, O_PORT },
	{ "class", 1, NULL, O_CLASS },		/* fence, retry, session */
	{ "grace", 1, NULL, O_GRACE },		/* ms, 0 for ever */
	{ "window", 1, NULL, O_WINDOW },
	{ "max-connections", 1, NULL, O_CONNS },
	{ "max-burst", 1, NULL, O_BURST },
	{ "first-burst", 1, NULL, O_FIRST },
	{ "max-r2t", 1, NULL, O_R2TS },
	{ "chunk", 1, NULL, O_CHUNK },		/* largest Data-In */
	{ "r2t-length", 1, NULL, O_R2T_LEN },
	{ "initial-r2t", 0, NULL, O_R2T },
	{ "digests", 0, NULL, O_DIGESTS },
	{ "statsn", 1, NULL, O_STATSN },	/* first one of a connection */
	{ "linger", 1, NULL, O_LINGER },	/* ms from Logout to close */
	{ "target", 1, NULL, O_TARGET },
	{ "size", 1, NULL, O_MIB },
	{ "seed", 1, NULL, O_SEED },
	{ "verbose", 0, NULL, O_VERBOSE },
	{ }
};

static u16 port = 3260;
static const char *socket_path;
static const char *control_path;

static void set_number(int code, u32 value)
{
	switch (code) {
	case O_GRACE:
		config.grace_ms = value;
		break;
	case O_WINDOW:
		config.window = value;
		break;
	case O_CONNS:
		config.max_conns = value;
		break;
	case O_BURST:
		config.max_burst = value;
		break;
	case O_FIRST:
		config.first_burst = value;
		break;
	case O_R2TS:
		config.max_r2t = value;
		break;
	case O_CHUNK:
		config.chunk = value < MAX_DATA ? value : MAX_DATA;
		break;
	case O_R2T_LEN:
		config.r2t_len = value;
		break;
	case O_STATSN:
		config.first_statsn = value;
		config.first_statsn_set = true;
		break;
	case O_LINGER:
		config.linger_ms = value;
		break;
	case O_MIB:
		disk_sectors = (u64)value * 2048;
		break;
	case O_SEED:
		srand(value);
		break;
	case O_PORT:
		port = value;
		break;
	}
}

static bool set_option(int code, const char *value)
{
	switch (code) {
	case O_SOCKET:
		socket_path = value;
		return true;
	case O_CONTROL:
		control_path = value;
		return true;
	case O_CLASS:
		set_class(value);
		return true;
	case O_TARGET:
		snprintf(config.target, sizeof(config.target), "%s", value);
		return true;
	case O_R2T:
		config.initial_r2t = true;
		return true;
	case O_DIGESTS:
		config.digests = true;
		return true;
	case O_VERBOSE:
		config.verbose = true;
		return true;
	case '?':
		return false;
	}
	set_number(code, strtoul(value, NULL, 0));
	return true;
}

int main(int argc, char **argv)
{
	int code, listener, control;

	signal(SIGPIPE, SIG_IGN);
	while ((code = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		if (!set_option(code, optarg))
			return 2;
		if (control_path)
			return control_client(control_path, argc - optind,
					      argv + optind);
	}
	if (!socket_path) {
		fprintf(stderr, "usage: %s --socket PATH [options]\n", argv[0]);
		return 2;
	}
	disk = calloc(disk_sectors, SECTOR);
	control = control_listen(socket_path);
	if (!disk || control < 0) {
		perror(socket_path);
		return 1;
	}
	listener = listen_on(port);
	for (;;)
		serve_once(listener, control);
}
