// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"
#include "rules.h"

/*
 * A trial: break one rule once and watch what the initiator does. Either the
 * connection has to be failed, alone, and come back; or nothing may happen.
 */

#define TRIAL_MS	10000
#define CALM_MS		150
#define CALM_PDUS	40
#define OTHERS_MAX	32

/**
 * struct trial - the trial that runs
 * @fd: whom to tell; negative when none runs
 * @applied: the rule was broken
 * @victim: on this connection
 * @others: serials of the session's other connections
 */
static struct trial {
	int fd;
	const struct rule *rule;
	u64 begin;
	bool applied;
	u64 applied_at;
	u32 victim;
	u32 others[OTHERS_MAX];
	u32 n_others;
	u64 sent;
	u64 sessions_ended;
} trial = { .fd = -1 };

static void verdict(const char *text)
{
	dprintf(trial.fd, "%s: %s (%llu ms)\n", trial.rule->name, text,
		(unsigned long long)(now_ms() - (trial.applied ?
		trial.applied_at : trial.begin)));
	close(trial.fd);
	trial.fd = -1;
}

static bool is_up(u32 serial)
{
	struct conn *conn;

	TAILQ_FOREACH(conn, &conns, node) {
		if (conn->serial == serial)
			return conn->phase == PHASE_FULL;
	}
	return false;
}

static u32 all_up(void)
{
	struct conn *conn;
	u32 n = 0;

	TAILQ_FOREACH(conn, &conns, node)
		n += conn->phase == PHASE_FULL;
	return n;
}

/**
 * trial_start - begin a trial
 * @fd: whom to tell the outcome; closed then
 * @rule: name of a rule
 * @cid: connection, negative for any
 */
void trial_start(int fd, const char *rule, int cid)
{
	if (trial.fd >= 0 || rules_arm(rule, cid, 1)) {
		dprintf(fd, "error: %s\n", trial.fd >= 0 ? "a trial runs" :
			"no such rule");
		close(fd);
		return;
	}
	memset(&trial, 0, sizeof(trial));
	trial.fd = fd;
	trial.rule = rule_find(rule);
	trial.begin = now_ms();
	trial.sessions_ended = counters.sessions_ended;
}

/**
 * trial_applied - the rule was broken
 * @conn: where
 */
void trial_applied(struct conn *conn)
{
	struct conn *other;

	if (trial.fd < 0 || trial.applied)
		return;
	trial.applied = true;
	trial.applied_at = now_ms();
	trial.victim = conn->serial;
	trial.sent = counters.sent;
	TAILQ_FOREACH(other, &conns, node) {
		if (other != conn && other->phase == PHASE_FULL &&
		    trial.n_others < OTHERS_MAX)
			trial.others[trial.n_others++] = other->serial;
	}
}

static const char *collateral(void)
{
	u32 i;

	if (!trial.n_others)
		return NULL;
	if (trial.sessions_ended != counters.sessions_ended)
		return "FAILED: the session ended";
	for (i = 0; i < trial.n_others; i++) {
		if (!is_up(trial.others[i]))
			return "FAILED: another connection was lost";
	}
	return NULL;
}

/**
 * trial_poll - has the initiator done what it has to?
 */
void trial_poll(void)
{
	u64 now = now_ms();
	const char *why;

	if (trial.fd < 0)
		return;
	why = trial.applied ? collateral() : NULL;
	if (why) {
		verdict(why);
	} else if (!trial.applied && now > trial.begin + TRIAL_MS) {
		verdict("FAILED: no occasion to break it");
	} else if (!trial.applied) {
		return;
	} else if (rule_verdict(trial.rule) == FAILS) {
		if (!is_up(trial.victim) && all_up() > trial.n_others)
			verdict("ok, failed and came back");
		else if (now > trial.applied_at + TRIAL_MS)
			verdict(is_up(trial.victim) ?
				"FAILED: the connection lives on" :
				"FAILED: no connection came back");
	} else if (!is_up(trial.victim)) {
		verdict("FAILED: the connection was lost");
	} else if (now > trial.applied_at + CALM_MS &&
		   counters.sent > trial.sent + CALM_PDUS) {
		verdict("ok, goes on");
	} else if (now > trial.applied_at + TRIAL_MS) {
		verdict("FAILED: nothing moves");
	}
}
