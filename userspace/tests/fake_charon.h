/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* A stand-in for strongSwan's charon, behind a socket of its own. */
#ifndef FAKE_CHARON_H
#define FAKE_CHARON_H

#include <stddef.h>

/**
 * struct fake_charon - how it behaves, and what it was asked
 * @log: commands with their arguments, one per line
 * @initiate_error: reason with which a negotiation fails, NULL for success
 * @initiate_line: log line that comes with it, or NULL
 * @no_policy: a negotiation succeeds and yet leaves no policy in the kernel
 * @responder: SPI of the other end, NULL if there is no IKE SA
 * @refused: command that fails, or NULL
 * @mute: command that is not answered, or NULL
 * @garbage: answer to everything with bytes that mean nothing
 * @foreign_ts: selector of a connection somebody else has loaded, or NULL
 * @sas: children that are installed, each behind a space
 * @conns: connections that are loaded, each behind a space
 */
struct fake_charon {
	char log[65536];
	const char *initiate_error;
	const char *initiate_line;
	int no_policy;
	const char *responder;
	const char *refused;
	const char *mute;
	int garbage;
	const char *foreign_ts;
	char sas[1024];
	char conns[1024];
};

extern struct fake_charon fake_charon;

void fake_charon_start(void);
void fake_charon_stop(void);
int fake_charon_heard(const char *text);

#endif /* FAKE_CHARON_H */
