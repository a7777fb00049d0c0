// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "peer.h"

/* The control socket: one line in, an answer, the end. */

#define WORDS_MAX	10

/**
 * struct line - a command
 * @word: what is no NAME=VALUE
 * @cid: connection, -1 if not given
 */
struct line {
	int fd;
	bool keep_fd;
	const char *word[WORDS_MAX];
	int n;
	int cid;
	u32 times;
	u32 p1, p2, p3;
	u32 seed;
	bool consumes;
};

static void parse(struct line *line, char *text)
{
	static const char gaps[] = { ' ', '\n', '\0' };
	char *word, *value;

	line->cid = -1;
	line->times = 1;
	line->p3 = 3;
	for (word = strtok(text, gaps); word; word = strtok(NULL, gaps)) {
		value = strchr(word, '=');
		if (!value) {
			if (line->n < WORDS_MAX)
				line->word[line->n++] = word;
			continue;
		}
		*value++ = '\0';
		if (!strcmp(word, "cid"))
			line->cid = atoi(value);
		else if (!strcmp(word, "times"))
			line->times = strtoul(value, NULL, 0);
		else if (!strcmp(word, "p1"))
			line->p1 = strtoul(value, NULL, 0);
		else if (!strcmp(word, "p2"))
			line->p2 = strtoul(value, NULL, 0);
		else if (!strcmp(word, "p3"))
			line->p3 = strtoul(value, NULL, 0);
		else if (!strcmp(word, "seed"))
			line->seed = strtoul(value, NULL, 0);
		else if (!strcmp(word, "consumes"))
			line->consumes = *value == 'y';
	}
}

static const char *word(const struct line *line, int i)
{
	return i < line->n ? line->word[i] : "";
}

static u32 number(const struct line *line, int i)
{
	return strtoul(word(line, i), NULL, 0);
}

static void cmd_list(struct line *line)
{
	struct conn *conn;

	TAILQ_FOREACH(conn, &conns, node) {
		if (!conn->gone)
			dprintf(line->fd,
				"cid=%u local=%s serial=%u phase=%s tsih=%u tasks=%u pings=%u pongs=%u unacked=%u\n",
				conn->cid, conn->local, conn->serial,
				conn->phase == PHASE_FULL ? "full" :
				conn->phase == PHASE_DEAD ? "dead" : "login",
				conn->sess ? conn->sess->tsih : 0,
				conn_outstanding(conn), conn->pings,
				conn->pongs,
				sn_before(conn->acked, conn->answered));
	}
}

static void cmd_counters(struct line *line)
{
	const struct counters *c = &counters;

	dprintf(line->fd,
		"sent=%llu received=%llu logins=%llu lost=%llu ended=%llu mutated=%llu complaints=%llu late=%llu undrained=%llu drained=%llu loud=%llu logouts=%llu plugs=%llu texts=%llu tmfs=%llu reserves=%llu rejects_left=%u armed=%u triggers=%u\n",
		(unsigned long long)c->sent, (unsigned long long)c->received,
		(unsigned long long)c->logins, (unsigned long long)c->lost,
		(unsigned long long)c->sessions_ended,
		(unsigned long long)c->mutated,
		(unsigned long long)c->complaints,
		(unsigned long long)c->late, (unsigned long long)c->undrained,
		(unsigned long long)c->drained, (unsigned long long)c->loud,
		(unsigned long long)c->logouts, (unsigned long long)c->plugs,
		(unsigned long long)c->texts,
		(unsigned long long)c->tmfs, (unsigned long long)c->reserves,
		reject_left(), rules_armed(), trigger_left());
	if (c->complaints)
		dprintf(line->fd, "complaint: %s\n", c->last_complaint);
}

static void cmd_break(struct line *line)
{
	if (rules_arm(word(line, 1), line->cid, line->times))
		dprintf(line->fd, "error: no such rule\n");
}

static void cmd_try(struct line *line)
{
	line->keep_fd = true;
	trial_start(line->fd, word(line, 1), line->cid);
}

static void cmd_rules(struct line *line)
{
	rules_list(line->fd);
}

/* Commands for each connection that is meant */
static void each(struct line *line, void (*act)(struct conn *conn,
						struct line *line))
{
	struct conn *conn;
	int n = 0;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->gone || conn->phase != PHASE_FULL ||
		    (line->cid >= 0 && conn->cid != line->cid))
			continue;
		act(conn, line);
		n++;
	}
	if (!n)
		dprintf(line->fd, "error: no such connection\n");
}

static void act_async(struct conn *conn, struct line *line)
{
	u32 i;

	for (i = 0; i < line->times && conn->phase == PHASE_FULL; i++)
		send_async(conn, number(line, 1), line->p1, line->p2, line->p3);
}

static void act_ping(struct conn *conn, struct line *line)
{
	u32 i;

	for (i = 0; i < line->times; i++)
		send_ping(conn, true);
}

static void act_note(struct conn *conn, struct line *line)
{
	send_ping(conn, false);
}

static void act_silent(struct conn *conn, struct line *line)
{
	conn->silent = true;
}

static void act_deaf(struct conn *conn, struct line *line)
{
	conn->deaf = true;
}

static void act_drip(struct conn *conn, struct line *line)
{
	conn->drip = number(line, 1);
}

static void act_close(struct conn *conn, struct line *line)
{
	conn_lost(conn, "closed as told");
}

static void act_reset(struct conn *conn, struct line *line)
{
	conn_abort(conn);
	conn_lost(conn, "reset as told");
}

static void act_forget(struct conn *conn, struct line *line)
{
	conn_close(conn, true);
}

/* Another connection is told that this one is dropped, with nothing kept */
static void act_drop(struct conn *conn, struct line *line)
{
	struct conn *other;

	TAILQ_FOREACH(other, &conns, node) {
		if (other == conn || other->sess != conn->sess ||
		    other->phase != PHASE_FULL)
			continue;
		send_async(other, 2, conn->cid, 0, 0);
		conn_close(conn, true);
		return;
	}
	dprintf(line->fd, "error: no other connection\n");
}

static const struct {
	const char *name;
	void (*act)(struct conn *conn, struct line *line);
} acts[] = {
	{ "async", act_async },		/* EVENT p1= p2= p3= times= */
	{ "ping", act_ping },		/* times= */
	{ "note", act_note },
	{ "silent", act_silent },
	{ "deaf", act_deaf },
	{ "drip", act_drip },		/* BYTES, 0 for no limit */
	{ "close", act_close },
	{ "reset", act_reset },
	{ "forget", act_forget },	/* reset, and no such CID any more */
	{ "drop", act_drop },		/* the same, announced by Async 2 */
};

static void cmd_trigger(struct line *line)
{
	if (trigger_set(word(line, 1), word(line, 2), line->cid))
		dprintf(line->fd, "error: no such event\n");
}

static void cmd_reject(struct line *line)
{
	if (reject_set(word(line, 1), number(line, 2), line->consumes,
		       line->times))
		dprintf(line->fd, "error: no such request\n");
}

static void cmd_mutate(struct line *line)
{
	const char *of = word(line, 2);

	mutate_set(number(line, 1), line->seed,
		   !strcmp(of, "login") ? MUTATE_LOGINS :
		   !strcmp(of, "added") ? MUTATE_ADDED : MUTATE_ALL);
}

static void cmd_hold(struct line *line)
{
	config.hold = true;
}

static void cmd_release(struct line *line)
{
	config.hold = false;
}

static void cmd_window(struct line *line)
{
	config.window = number(line, 1);
}

static void cmd_delay(struct line *line)
{
	config.delay_ms = number(line, 1);
}

static void cmd_grace(struct line *line)
{
	config.grace_ms = number(line, 1);
}

static void cmd_full(struct line *line)
{
	config.full = number(line, 1);
}

static void cmd_mute(struct line *line)
{
	config.mute = number(line, 1);
}

static void cmd_logout(struct line *line)
{
	if (!strcmp(word(line, 1), "never"))
		logout_answer_set(LOGOUT_NEVER);
	else if (!strcmp(word(line, 1), "late"))
		logout_answer_set(LOGOUT_LATE);
	else if (!strcmp(word(line, 1), "honest"))
		logout_answer_set(LOGOUT_HONEST);
	else
		logout_answer_set(number(line, 1));
}

static void cmd_tmf(struct line *line)
{
	static const struct {
		const char *name;
		int answer;
	} answers[] = {
		{ "honest", TMF_HONEST },
		{ "never", TMF_NEVER },
		{ "late", TMF_LATE },
		{ "tag", TMF_OTHER_TAG },
		{ "elsewhere", TMF_ELSEWHERE },
		{ "parted", TMF_PARTED },
	};
	size_t i;

	tmf_answer = number(line, 1);
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		if (!strcmp(answers[i].name, word(line, 1)))
			tmf_answer = answers[i].answer;
	}
}

static const struct {
	const char *name;
	void (*run)(struct line *line);
} commands[] = {
	{ "list", cmd_list },
	{ "counters", cmd_counters },
	{ "rules", cmd_rules },
	{ "break", cmd_break },		/* RULE cid= times= */
	{ "try", cmd_try },		/* RULE cid=; answers when it is over */
	{ "trigger", cmd_trigger },	/* EVENT close|reset|silent|deaf|after cid= */
	{ "reject", cmd_reject },	/* EVENT|none REASON consumes=y times= */
	{ "mutate", cmd_mutate },	/* ONE-IN [login|added] seed= */
	{ "hold", cmd_hold },
	{ "release", cmd_release },
	{ "window", cmd_window },	/* COMMANDS */
	{ "delay", cmd_delay },		/* MS */
	{ "grace", cmd_grace },		/* MS */
	{ "full", cmd_full },		/* so many logins find no room */
	{ "mute", cmd_mute },		/* so many numbered NOP-Outs: no answer */
	{ "logout", cmd_logout },	/* honest|never|late|RESPONSE */
	{ "tmf", cmd_tmf },	/* honest|never|late|tag|elsewhere|parted|RESPONSE */
};

static void run(struct line *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, word(line, 0))) {
			commands[i].run(line);
			return;
		}
	}
	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		if (!strcmp(acts[i].name, word(line, 0))) {
			each(line, acts[i].act);
			return;
		}
	}
	dprintf(line->fd, "error: no such command: %s\n", word(line, 0));
}

static int address(const char *path, struct sockaddr_un *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(addr->sun_path))
		return -1;
	strcpy(addr->sun_path, path);
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

/**
 * control_listen - make the control socket
 * @path: where
 *
 * Return: the socket, or -1.
 */
int control_listen(const char *path)
{
	struct sockaddr_un addr;
	int fd = address(path, &addr);

	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 8))
		return -1;
	return fd;
}

/**
 * control_accept - serve one command
 * @listener: the control socket
 */
void control_accept(int listener)
{
	struct line line = { .fd = accept(listener, NULL, NULL) };
	char text[512];
	ssize_t got;

	if (line.fd < 0)
		return;
	got = read(line.fd, text, sizeof(text) - 1);
	if (got > 0) {
		text[got] = '\0';
		parse(&line, text);
		run(&line);
	}
	if (!line.keep_fd)
		close(line.fd);
}

/**
 * control_client - send a command to a running target and print its answer
 * @path: its control socket
 * @argc: words of the command
 * @argv: likewise
 *
 * Return: exit status.
 */
int control_client(const char *path, int argc, char **argv)
{
	struct sockaddr_un addr;
	char text[4096] = "";
	int fd = address(path, &addr);
	bool failed = false;
	ssize_t got;
	int i;

	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror(path);
		return 1;
	}
	for (i = 0; i < argc; i++) {
		strncat(text, argv[i], sizeof(text) - strlen(text) - 2);
		strcat(text, i + 1 < argc ? " " : "\n");
	}
	if (write(fd, text, strlen(text)) < 0)
		return 1;
	while ((got = read(fd, text, sizeof(text) - 1)) > 0) {
		text[got] = '\0';
		failed |= strstr(text, "error:") || strstr(text, "FAILED");
		fputs(text, stdout);
	}
	return failed;
}
