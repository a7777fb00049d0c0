// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * What was set up for connections that are gone. Connections end in many ways,
 * a logout by iscsiadm among them, so nothing is taken down along with one;
 * instead all that is there is compared with the connections the kernel has.
 */

#include <stdlib.h>
#include <string.h>

#include "ipsec/ipsec.h"

#define SWEEP_MS	10000

/**
 * ipsec_used_ports - ports of a pair that protected connections use
 * @snap: all sessions
 * @pair: addresses
 * @used: filled in
 */
void ipsec_used_ports(const struct iscsidsc_snapshot *snap,
		      const struct ipsec_pair *pair, struct ipsec_used *used)
{
	const struct iscsidsc_conn *conn;
	struct ipsec_pair theirs;
	size_t i, j;

	used->count = 0;
	for (i = 0; i < snap->session_count; i++) {
		for (j = 0; j < snap->sessions[i]->conn_count; j++) {
			conn = snap->sessions[i]->conns[j];
			if (!(conn->flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC))
				continue;
			/* Not connected yet, it has no local address. */
			ipsec_pair_set(&theirs, conn->source.family ?
				       &conn->source : &conn->local,
				       &conn->remote);
			if (ipsec_pair_equal(&theirs, pair) &&
			    !ipsec_used_has(used, conn->remote.port) &&
			    used->count < IPSEC_MAX_CHILDREN)
				used->ports[used->count++] = conn->remote.port;
		}
	}
}

/* charon may not run, and then has nothing that could be taken down */
static struct vici *charon(struct vici *v, int *state)
{
	if (!*state)
		*state = ipsec_charon_open(v, SWEEP_MS, -1) ? -1 : 1;
	return *state > 0 ? v : NULL;
}

/* Some ports of a pair stay */
static void shrink(struct vici *v, const char *name,
		   const struct ipsec_pair *pair,
		   const struct ipsec_used *loaded,
		   const struct ipsec_used *left)
{
	struct ipsec_peer *peer = malloc(sizeof(*peer));
	char why[IPSEC_WHY_LEN];
	size_t i;

	if (!peer)
		return;
	if (!ipsec_peer_read(pair, peer, why) && peer->key_len &&
	    !ipsec_conf_write(peer, left) && v) {
		ipsec_charon_load(v, peer, left, 0, NULL, 0);
		for (i = 0; i < loaded->count; i++)
			if (!ipsec_used_has(left, loaded->ports[i]))
				ipsec_charon_end_child(v, name,
						       loaded->ports[i]);
	}
	explicit_bzero(peer, sizeof(*peer));
	free(peer);
}

static void sweep_pair(const struct iscsidsc_snapshot *snap, struct vici *v,
		       int *state, const char *name)
{
	struct ipsec_used loaded, used, left = { .count = 0 };
	struct ipsec_pair pair;
	size_t i;

	if (ipsec_pair_parse(name, &pair) || ipsec_conf_ports(name, &loaded))
		return;
	ipsec_used_ports(snap, &pair, &used);
	for (i = 0; i < loaded.count; i++)
		if (ipsec_used_has(&used, loaded.ports[i]))
			left.ports[left.count++] = loaded.ports[i];
	if (left.count && left.count == loaded.count)
		return;
	v = charon(v, state);
	if (left.count) {
		shrink(v, name, &pair, &loaded, &left);
		return;
	}
	if (v)
		ipsec_charon_unload(v, name);
	ipsec_conf_remove(name);
}

static int is_used(const struct iscsidsc_snapshot *snap, const char *name)
{
	struct ipsec_pair pair;
	struct ipsec_used used;

	if (ipsec_pair_parse(name, &pair))
		return 0;
	ipsec_used_ports(snap, &pair, &used);
	return used.count > 0;
}

/*
 * Loaded by somebody who did not come to write the file. A file that was
 * deleted or cannot be read is no reason to take down what is in use.
 */
static void sweep_charon(const struct iscsidsc_snapshot *snap, struct vici *v,
			 ipsec_name *known, size_t known_count)
{
	ipsec_name *names;
	size_t count, i, j;

	if (ipsec_charon_names(v, &names, &count))
		count = 0;
	for (i = 0; i < count; i++) {
		for (j = 0; j < known_count; j++)
			if (!strcmp(names[i], known[j]))
				break;
		if (j == known_count && !is_used(snap, names[i]))
			ipsec_charon_unload(v, names[i]);
	}
	free(names);
}

/**
 * ipsec_sweep - take down what no connection uses; under the lock
 * @h: handle
 */
void ipsec_sweep(struct iscsidsc *h)
{
	char detail[sizeof(h->detail)];
	struct vici v = { .fd = -1 };
	struct iscsidsc_snapshot *snap;
	ipsec_name *names;
	int state = 0;
	size_t count, i;

	/* What is said about the call this is part of stays. */
	memcpy(detail, h->detail, sizeof(detail));
	if (!iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &snap)) {
		if (ipsec_conf_names(&names, &count))
			count = 0;
		for (i = 0; i < count; i++)
			sweep_pair(snap, &v, &state, names[i]);
		if (charon(&v, &state))
			sweep_charon(snap, &v, names, count);
		free(names);
		ipsec_sweep_kernel(snap);
		iscsidsc_snapshot_free(snap);
	}
	if (state > 0)
		vici_close(&v);
	memcpy(h->detail, detail, sizeof(detail));
}
