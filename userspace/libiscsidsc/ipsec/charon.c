// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* What charon is asked to do. */

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "ipsec/ipsec.h"

/* charon answers everything but a negotiation at once. */
#define ANSWER_MS	5000
/* Time for the goodbyes to a peer that may be gone */
#define TERMINATE_MS	1000
/* Log lines of charon that come with a negotiation */
#define LOG_LEVEL	"1"

/**
 * ipsec_charon_error - an error of the connection to charon
 * @err: 0 or -errno of vici_open() or vici_call()
 *
 * Return: what it means.
 */
enum ipsec_error ipsec_charon_error(int err)
{
	switch (-err) {
	case 0:
		return IPSEC_OK;
	case ENOENT:
	case ECONNREFUSED:
	case ECONNRESET:
	case EPIPE:
	case ENOTDIR:
		return IPSEC_NOT_RUNNING;
	case EACCES:
	case EPERM:
		return IPSEC_NOT_PERMITTED;
	case ETIMEDOUT:
		return IPSEC_HANGS;
	case ECANCELED:
		return IPSEC_CANCELLED;
	case EREMOTEIO:
		return IPSEC_REFUSED;
	case ENOMEM:
	case EMSGSIZE:
		return IPSEC_NO_MEMORY;
	}
	return IPSEC_PROTOCOL;
}

/**
 * ipsec_charon_open - connect to charon
 * @v: connection
 * @timeout_ms: for all that follows
 * @cancel_fd: becomes readable when waiting is to end, or -1
 *
 * Return: IPSEC_OK or why not.
 */
enum ipsec_error ipsec_charon_open(struct vici *v, int64_t timeout_ms,
				   int cancel_fd)
{
	v->cancel_fd = cancel_fd;
	v->deadline = vici_now() + timeout_ms;
	return ipsec_charon_error(vici_open(v, iscsidsc_host_default()->vici));
}

/* A command whose answer comes at once */
static int call(struct vici *v, const char *command, struct vici_msg *msg,
		char *text, size_t size)
{
	int64_t limit = vici_now() + ANSWER_MS, deadline = v->deadline;
	int err;

	if (limit < deadline)
		v->deadline = limit;
	err = vici_call(v, command, msg, NULL, NULL, NULL, text, size);
	v->deadline = deadline;
	vici_msg_clear(msg);
	return err;
}

static int load_key(struct vici *v, const struct ipsec_peer *peer,
		    const char *name, const char *const ids[2],
		    char *text, size_t size)
{
	char id[IPSEC_NAME_LEN + 4];
	struct vici_msg msg = { 0 };

	snprintf(id, sizeof(id), "ike-%s", name);
	vici_key(&msg, "id", id);
	vici_key(&msg, "type", "IKE");
	vici_key_bytes(&msg, "data", peer->key, peer->key_len);
	vici_list(&msg, "owners", ids, 2);
	return call(v, "load-shared", &msg, text, size);
}

static void put_child(struct vici_msg *msg, const struct ipsec_peer *peer,
		      const struct ipsec_child *child, int trap)
{
	char name[16], local[INET6_ADDRSTRLEN + 24], remote[sizeof(local)];
	char reqid[16];
	const char *list[1];

	snprintf(name, sizeof(name), "p%u", child->port);
	snprintf(reqid, sizeof(reqid), "%u",
		 ipsec_reqid(&peer->pair, child->port));
	ipsec_selector(&peer->pair.local, 0, local, sizeof(local));
	ipsec_selector(&peer->pair.remote, child->port, remote,
		       sizeof(remote));
	vici_section(msg, name);
	vici_key(msg, "mode",
		 child->flags & ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED ?
		 "tunnel" : "transport");
	vici_list(msg, "esp_proposals", ipsec_esp_proposals(child->flags),
		  IPSEC_ESP_PROPOSALS);
	list[0] = local;
	vici_list(msg, "local_ts", list, 1);
	list[0] = remote;
	vici_list(msg, "remote_ts", list, 1);
	vici_key(msg, "reqid", reqid);
	vici_key(msg, "start_action", trap ? "trap" : "none");
	vici_key(msg, "close_action", "none");
	vici_key(msg, "dpd_action", "clear");
	vici_section_end(msg);
}

static void put_auth(struct vici_msg *msg, const char *section, const char *id)
{
	vici_section(msg, section);
	vici_key(msg, "auth", "psk");
	vici_key(msg, "id", id);
	vici_section_end(msg);
}

static int load_conn(struct vici *v, const struct ipsec_peer *peer,
		     const struct ipsec_used *used, uint16_t untrapped,
		     const char *name, const char *const ids[2], char *text,
		     size_t size)
{
	const struct ipsec_child *child;
	struct vici_msg msg = { 0 };
	size_t i;

	vici_section(&msg, name);
	vici_key(&msg, "version", "1");
	vici_key(&msg, "aggressive", peer->aggressive ? "yes" : "no");
	vici_list(&msg, "local_addrs", &ids[0], 1);
	vici_list(&msg, "remote_addrs", &ids[1], 1);
	vici_list(&msg, "proposals", ipsec_ike_proposals, IPSEC_PROPOSALS);
	vici_key(&msg, "keyingtries", "1");
	vici_key(&msg, "unique", "replace");
	vici_key(&msg, "mobike", "no");
	vici_key(&msg, "dpd_delay", "10s");
	vici_key(&msg, "dpd_timeout", "30s");
	put_auth(&msg, "local", ids[0]);
	put_auth(&msg, "remote", ids[1]);
	vici_section(&msg, "children");
	for (i = 0; i < peer->child_count; i++) {
		child = &peer->children[i];
		if (ipsec_used_has(used, child->port))
			put_child(&msg, peer, child, child->port != untrapped);
	}
	vici_section_end(&msg);
	vici_section_end(&msg);
	return call(v, "load-conn", &msg, text, size);
}

/**
 * ipsec_charon_load - tell charon of a pair, or of its new ports
 * @v: connection to charon
 * @peer: pair
 * @used: ports to protect
 * @untrapped: port whose packets are not to be held up meanwhile, or 0
 * @text: filled in with charon's reason of a refusal
 * @size: size of @text
 *
 * Security associations that stand stay.
 *
 * Return: IPSEC_OK or why not.
 */
enum ipsec_error ipsec_charon_load(struct vici *v,
				   const struct ipsec_peer *peer,
				   const struct ipsec_used *used,
				   uint16_t untrapped,
				   char *text, size_t size)
{
	char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];
	const char *const ids[2] = { local, remote };
	char name[IPSEC_NAME_LEN];
	int err;

	inet_ntop(peer->pair.local.family, peer->pair.local.addr, local,
		  sizeof(local));
	inet_ntop(peer->pair.remote.family, peer->pair.remote.addr, remote,
		  sizeof(remote));
	ipsec_pair_name(&peer->pair, name);
	err = load_key(v, peer, name, ids, text, size);
	if (!err)
		err = load_conn(v, peer, used, untrapped, name, ids, text,
				size);
	return ipsec_charon_error(err);
}

/**
 * struct negotiation - what is heard while one runs
 * @text: last line that tells something of a failure
 * @size: size of @text
 * @error: what it means
 */
struct negotiation {
	char *text;
	size_t size;
	enum ipsec_error error;
};

/* The names of notifications are those of the standard. */
static void hear(struct vici_reader *r, void *arg)
{
	static const struct {
		const char *word;
		enum ipsec_error error;
	} words[] = {
		{ "NO_PROPOSAL_CHOSEN", IPSEC_NO_PROPOSAL },
		{ "INVALID_ID_INFORMATION", IPSEC_SELECTORS },
		{ "AUTHENTICATION_FAILED", IPSEC_WRONG_KEY },
		{ "HASH does not match", IPSEC_WRONG_KEY },
	};
	struct negotiation *n = arg;
	enum vici_element e;
	char line[256];
	size_t i;

	while ((e = vici_next(r)) != VICI_END && e != VICI_BAD) {
		if (e != VICI_KEY || strcmp(r->name, "msg"))
			continue;
		vici_text(r, line, sizeof(line));
		for (i = 0; i < ARRAY_SIZE(words); i++) {
			if (!strstr(line, words[i].word))
				continue;
			n->error = words[i].error;
			snprintf(n->text, n->size, "%s", line);
		}
	}
}

static enum ipsec_error classify(struct vici *v, const char *ike,
				 const char *child, enum ipsec_error heard,
				 const char *text)
{
	enum ipsec_error error;
	struct ipsec_sa sa;

	if (heard != IPSEC_OK)
		return heard;
	/* A wrong key in main mode makes a complaint that cannot be read. */
	if (strstr(text, "not established")) {
		error = ipsec_charon_sa(v, ike, child, &sa);
		if (error)
			return error;
		return sa.answered ? IPSEC_WRONG_KEY : IPSEC_PEER_SILENT;
	}
	return IPSEC_FAILED;
}

/**
 * ipsec_charon_initiate - negotiate, unless it is done
 * @v: connection to charon
 * @ike: connection
 * @child: its child
 * @timeout_ms: limit
 * @text: filled in with what charon says of a failure
 * @size: size of @text
 *
 * Return: IPSEC_OK when the security associations stand, or why not.
 */
enum ipsec_error ipsec_charon_initiate(struct vici *v, const char *ike,
				       const char *child, int64_t timeout_ms,
				       char *text, size_t size)
{
	struct negotiation n = { .error = IPSEC_OK };
	struct vici_msg msg = { 0 };
	enum ipsec_error error;
	char number[24], heard[256] = "";
	struct ipsec_sa sa;
	int err;

	n.text = heard;
	n.size = sizeof(heard);
	/* Once more would make a second pair of associations. */
	error = ipsec_charon_sa(v, ike, child, &sa);
	if (error || sa.installed)
		return error;
	snprintf(number, sizeof(number), "%lld", (long long)timeout_ms);
	vici_key(&msg, "child", child);
	vici_key(&msg, "ike", ike);
	vici_key(&msg, "timeout", number);
	vici_key(&msg, "loglevel", LOG_LEVEL);
	v->deadline = vici_now() + timeout_ms + ANSWER_MS;
	err = vici_call(v, "initiate", &msg, "control-log", hear, &n, text,
			size);
	vici_msg_clear(&msg);
	v->deadline = vici_now() + ANSWER_MS;
	if (err != -EREMOTEIO)
		return ipsec_charon_error(err);
	error = classify(v, ike, child, n.error, text);
	if (*heard)
		snprintf(text, size, "%s", heard);
	return error;
}

static void terminate(struct vici *v, const char *name, const char *child)
{
	struct vici_msg msg = { 0 };
	char timeout[16];

	snprintf(timeout, sizeof(timeout), "%d", TERMINATE_MS);
	vici_key(&msg, "ike", name);
	if (child)
		vici_key(&msg, "child", child);
	else
		vici_key(&msg, "force", "yes");
	vici_key(&msg, "timeout", timeout);
	/* That there was nothing to end is no harm. */
	call(v, "terminate", &msg, NULL, 0);
}

/**
 * ipsec_charon_unload - have charon forget a pair
 * @v: connection to charon
 * @name: of ipsec_pair_name()
 */
void ipsec_charon_unload(struct vici *v, const char *name)
{
	struct vici_msg msg = { 0 };
	char id[IPSEC_NAME_LEN + 4];

	/* First, or traffic would bring the associations back. */
	vici_key(&msg, "name", name);
	call(v, "unload-conn", &msg, NULL, 0);
	terminate(v, name, NULL);
	snprintf(id, sizeof(id), "ike-%s", name);
	vici_key(&msg, "id", id);
	call(v, "unload-shared", &msg, NULL, 0);
}

/**
 * ipsec_charon_end_child - end the associations of a port
 * @v: connection to charon
 * @name: of ipsec_pair_name()
 * @port: TCP port, not loaded any more
 */
void ipsec_charon_end_child(struct vici *v, const char *name, uint16_t port)
{
	char child[16];

	snprintf(child, sizeof(child), "p%u", port);
	terminate(v, name, child);
}
