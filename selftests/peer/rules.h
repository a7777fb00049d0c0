/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef PEER_RULES_H
#define PEER_RULES_H

#include "peer.h"

#define FAILS		'F'	/* the connection has to be failed */
#define GOES_ON		'I'	/* nothing may happen to it */
#define ERRS		'E'	/* the command has to end with an error */

/**
 * enum rule_result - what came of an attempt to break a rule
 * @RULE_WAIT: this was no occasion
 * @RULE_SEND: done, send the PDU
 * @RULE_DROP: done, do not send it
 */
enum rule_result {
	RULE_WAIT,
	RULE_SEND,
	RULE_DROP,
};

/**
 * struct rule - a rule to break
 * @name: name, NULL at the end of a table
 * @opcode: PDU that gives the occasion
 * @verdict: FAILS or GOES_ON
 * @apply: breaks it
 * @arg: for @apply
 * @help: what is done
 */
struct rule {
	const char *name;
	u8 opcode;
	char verdict;
	enum rule_result (*apply)(struct conn *conn, struct pdu *pdu, u32 arg);
	u32 arg;
	const char *help;
};

extern const struct rule rules_any[];
extern const struct rule rules_response[];
extern const struct rule rules_data[];

struct pdu *rule_copy(const struct pdu *pdu);
void rule_insert(struct conn *conn, struct pdu *due, struct pdu *extra);

#endif /* PEER_RULES_H */
