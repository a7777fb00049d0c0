// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "rules.h"

/*
 * Rules to break, each once, on the next PDU that gives the occasion. A rule's
 * function changes the PDU, or sends others before it.
 */

#define ARMED_MAX	16

/**
 * struct armed - a rule that waits for its occasion
 * @cid: connection, negative for any
 * @times: how often
 */
struct armed {
	const struct rule *rule;
	int cid;
	u32 times;
};

static struct armed armed[ARMED_MAX];

/**
 * rule_copy - a second PDU like this one
 * @pdu: PDU
 */
struct pdu *rule_copy(const struct pdu *pdu)
{
	struct pdu *copy = pdu_new(0, 0);

	memcpy(copy, pdu, sizeof(*copy));
	return copy;
}

/**
 * rule_insert - send a PDU before the one that is due
 * @conn: connection
 * @due: PDU with its numbers set; they move on if need be
 * @extra: PDU to send first, freed here
 */
void rule_insert(struct conn *conn, struct pdu *due, struct pdu *extra)
{
	u32 statsn = get32(due->bhs + AT_STATSN);

	memcpy(extra->bhs + AT_STATSN, due->bhs + AT_STATSN, 12);
	if (extra->numbered) {
		conn->statsn++;
		put32(due->bhs + AT_STATSN, statsn + 1);
	}
	pdu_emit(conn, extra);
}

static const struct rule *const tables[] = {
	rules_any, rules_response, rules_data,
};

/**
 * rule_find - a rule by its name
 * @name: name
 */
const struct rule *rule_find(const char *name)
{
	const struct rule *rule;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (rule = tables[i]; rule->name; rule++) {
			if (!strcmp(rule->name, name))
				return rule;
		}
	}
	return NULL;
}

/**
 * rule_verdict - what the initiator has to do
 * @rule: rule
 *
 * Return: FAILS when the connection has to be failed, GOES_ON when not.
 */
char rule_verdict(const struct rule *rule)
{
	return rule->verdict;
}

/**
 * rules_list - name, verdict and meaning of all rules
 * @fd: where to write
 */
void rules_list(int fd)
{
	const struct rule *rule;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (rule = tables[i]; rule->name; rule++)
			dprintf(fd, "%s %c %s\n", rule->name, rule->verdict,
				rule->help);
	}
}

/**
 * rules_arm - have a rule broken
 * @name: its name
 * @cid: connection, negative for any
 * @times: how often
 *
 * Return: 0, or -1 when there is no such rule.
 */
int rules_arm(const char *name, int cid, u32 times)
{
	const struct rule *rule = rule_find(name);
	u32 i;

	for (i = 0; rule && i < ARMED_MAX; i++) {
		if (armed[i].times)
			continue;
		armed[i] = (struct armed){ rule, cid, times };
		return 0;
	}
	return -1;
}

/**
 * rules_armed - how many rules wait for their occasion
 */
u32 rules_armed(void)
{
	u32 i, n = 0;

	for (i = 0; i < ARMED_MAX; i++)
		n += armed[i].times > 0;
	return n;
}

/**
 * rules_apply - break a rule if this is the occasion
 * @conn: connection
 * @pdu: PDU about to be sent
 *
 * Return: true when the PDU is not to be sent.
 */
bool rules_apply(struct conn *conn, struct pdu *pdu)
{
	u8 opcode = pdu->bhs[0] & OP_MASK;
	enum rule_result result;
	u32 i;

	for (i = 0; i < ARMED_MAX; i++) {
		const struct rule *rule = armed[i].rule;

		if (!armed[i].times ||
		    (armed[i].cid >= 0 && armed[i].cid != conn->cid) ||
		    (rule->opcode != OP_ANY && rule->opcode != opcode))
			continue;
		result = rule->apply(conn, pdu, rule->arg);
		if (result == RULE_WAIT)
			continue;
		armed[i].times--;
		say("broke %s on cid %u", rule->name, conn->cid);
		trial_applied(conn);
		return result == RULE_DROP;
	}
	return false;
}
