/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/*
 * A stand-in for the module: takes the netlink messages of the library, checks
 * them as the kernel's policy would, and answers with real netlink messages.
 * Linked instead of transport.c.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "internal.h"

#define FAKE_FAMILY	29
#define FAKE_MAX	8

/**
 * struct fake_kernel - what the module knows, and how it misbehaves
 * @absent: the module is not loaded
 * @sessions: sessions, each with at most FAKE_MAX connections
 * @session_count: how many
 * @fail_cmd: command that fails, 0 for none
 * @fail_errno: with which errno
 * @fail_text: and which text, or NULL
 * @fail_times: how many times, -1 for ever
 * @fail_skip: how many times it works before
 * @interrupt: dumps to mark as interrupted
 * @split: answers are sent as one datagram per message
 * @noise: datagrams with a foreign sequence number before each answer
 * @silent_add: conn-add succeeds without an answer
 * @other_widths: numbers are not as wide as the specification says
 * @opened: handles opened
 * @closed: handles closed
 * @adds: conn-add requests seen
 * @bad_requests: requests that broke the policy
 * @last: the last conn-add: which attributes there were
 * @last_add: and their values
 * @secret: CHAP secret of it
 * @secret_len: its length
 * @secret_in: secret of the target
 * @secret_in_len: its length
 * @chap_name: CHAP name of it
 * @chap_name_len: its length
 * @interrupt_after: a wait for an event that does not come ends with SIGTERM
 * @on_add: called for a conn-add request
 * @before_add: the same, before anything else; others may come in meanwhile
 * @on_wait: called in place of waiting for an event that is not there yet
 * @clock_ms: what it makes of the time
 * @on_subscribe: called when a handle subscribes, to queue events
 */
struct fake_kernel {
	int absent;
	struct iscsidsc_session sessions[FAKE_MAX];
	struct iscsidsc_conn conns[FAKE_MAX][FAKE_MAX];
	size_t session_count;
	int fail_cmd;
	int fail_errno;
	const char *fail_text;
	int fail_times;
	int fail_skip;
	int interrupt;
	int split;
	int noise;
	int silent_add;
	int other_widths;
	int opened;
	int closed;
	int adds;
	int bad_requests;
	uint64_t last;
	struct iscsidsc_conn last_add;
	char secret[ISCSI_MCS_CHAP_LEN];
	size_t secret_len;
	char secret_in[ISCSI_MCS_CHAP_LEN];
	size_t secret_in_len;
	char chap_name[ISCSI_MCS_CHAP_LEN];
	size_t chap_name_len;
	int interrupt_after;
	void (*on_add)(void);
	void (*before_add)(void);
	void (*on_wait)(int timeout_ms);
	int64_t clock_ms;
	void (*on_subscribe)(void);
};

extern struct fake_kernel fake;

void fake_reset(void);
struct iscsidsc_session *fake_session(uint32_t sid, const char *target,
				      uint32_t max_connections);
struct iscsidsc_conn *fake_conn(uint32_t sid, uint32_t id, uint16_t cid,
				const char *local, const char *remote);
void fake_fail(int cmd, int error, const char *text, int times);
void fake_event(int cmd, uint32_t sid, uint32_t id, uint32_t reason,
		const char *text);
void fake_unload(int family);
void fake_overrun(void);
void fake_lull(void);
void fake_two_sessions(void);

#endif /* FAKE_KERNEL_H */
