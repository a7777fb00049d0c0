// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * IPsec around the request for a connection: whose policy counts, having
 * charon negotiate, and what is left of it when the connection does not come
 * up.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipsec/ipsec.h"

/**
 * struct plan - what is to be set up
 * @add: request
 * @pair: addresses
 * @port: TCP port of the portal
 * @flags: ISCSI_SECURITY_FLAGS that count
 * @key: key that counts
 * @key_len: its length, 0 if there is none
 * @timeout_ms: limit of the negotiation
 * @text: what charon says of a failure, or what is wrong with a file
 */
struct plan {
	const struct iscsidsc_add *add;
	struct ipsec_pair pair;
	uint16_t port;
	uint32_t flags;
	uint8_t key[IPSEC_MAX_KEY];
	size_t key_len;
	int64_t timeout_ms;
	char text[IPSEC_WHY_LEN];
};

static int is_enabled(uint64_t flags)
{
	return flags & ISCSI_SECURITY_FLAG_VALID &&
	       flags & ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED;
}

static int is_required(const struct iscsidsc_add *add)
{
	return add->flags & ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
}

/**
 * iscsidsc_ipsec_check - refuse what makes no sense, before anything happens
 * @h: handle
 * @add: request
 *
 * Return: 0 or ERROR_INVALID_PARAMETER.
 */
ISDSC_STATUS iscsidsc_ipsec_check(struct iscsidsc *h,
				  const struct iscsidsc_add *add)
{
	const char *text = NULL;
	ISDSC_STATUS status;

	status = ipsec_check_flags(add->security_flags, &text);
	if (!status)
		status = ipsec_check_key(add->key, add->key_len, &text);
	if (!status && is_required(add) &&
	    add->security_flags & ISCSI_SECURITY_FLAG_VALID &&
	    !is_enabled(add->security_flags)) {
		status = ERROR_INVALID_PARAMETER;
		text = "IPsec is required and switched off at the same time";
	}
	if (status)
		iscsidsc_say(h, "%s", text);
	return status;
}

/* Flags and key of the call, of memory, or of the file of defaults */
static enum ipsec_error choose(struct plan *plan, struct ipsec_peer *peer,
			       uint32_t *origin)
{
	const struct iscsidsc_add *add = plan->add;
	const struct ipsec_child *child = ipsec_child(peer, plan->port);
	uint32_t flags;
	const char *wrong;

	if (ipsec_defaults(&flags, plan->key, &plan->key_len, plan->text))
		return IPSEC_FILES;
	if (is_enabled(add->security_flags)) {
		*origin = ISCSIDSC_IPSEC_REQUESTED;
		plan->flags = (uint32_t)add->security_flags;
		if (add->key_len) {
			memcpy(plan->key, add->key, add->key_len);
			plan->key_len = add->key_len;
		}
		return IPSEC_OK;
	}
	if (child) {
		*origin = ISCSIDSC_IPSEC_REMEMBERED;
		plan->flags = child->flags;
		if (peer->key_len) {
			memcpy(plan->key, peer->key, peer->key_len);
			plan->key_len = peer->key_len;
		}
		return IPSEC_OK;
	}
	/* Somebody wants something: to guess what, or nothing, would not do. */
	if (flags && (!(flags & ISCSI_SECURITY_FLAG_VALID) ||
		      ipsec_check_flags(flags, &wrong))) {
		snprintf(plan->text, sizeof(plan->text),
			 "flags = %#x in the file of defaults: %s", flags,
			 flags & ISCSI_SECURITY_FLAG_VALID ? wrong :
			 "the bit that makes them valid (0x1) is not set");
		return IPSEC_FILES;
	}
	*origin = ISCSIDSC_IPSEC_DEFAULT;
	plan->flags = flags;
	return IPSEC_OK;
}

/* Enter the new port; a key that is in use for the pair stays */
static enum ipsec_error fill_peer(struct plan *plan, struct ipsec_peer *peer,
				  struct ipsec_used *used)
{
	if (!used->count || !peer->key_len) {
		if (!plan->key_len)
			return IPSEC_NO_KEY;
		explicit_bzero(peer->key, sizeof(peer->key));
		memcpy(peer->key, plan->key, plan->key_len);
		peer->key_len = plan->key_len;
		peer->aggressive = plan->flags &
			ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED ? 1 : 0;
	}
	if (used->count == IPSEC_MAX_CHILDREN ||
	    ipsec_child_set(peer, plan->port, plan->flags))
		return IPSEC_TOO_MANY;
	used->ports[used->count++] = plan->port;
	return IPSEC_OK;
}

/*
 * Until the associations stand there is neither a trap nor a block, because
 * an unprotected connection between the same ends would be held up.
 */
static enum ipsec_error negotiate(struct plan *plan, struct vici *v,
				  const struct ipsec_peer *peer,
				  const struct ipsec_used *used)
{
	char name[IPSEC_NAME_LEN], child[16];
	enum ipsec_error error;

	if (ipsec_conf_write(peer, used))
		return IPSEC_FILES;
	error = ipsec_charon_load(v, peer, used, plan->port, plan->text,
				  sizeof(plan->text));
	if (error)
		return error;
	ipsec_pair_name(&plan->pair, name);
	snprintf(child, sizeof(child), "p%u", plan->port);
	error = ipsec_charon_initiate(v, name, child, plan->timeout_ms,
				      plan->text, sizeof(plan->text));
	if (error)
		return error;
	if (ipsec_policy_block(&plan->pair, plan->port))
		return IPSEC_NO_XFRM;
	return ipsec_charon_load(v, peer, used, 0, plan->text,
				 sizeof(plan->text));
}

static enum ipsec_error verify(const struct plan *plan)
{
	enum ipsec_cover cover;
	int tunnel, want;

	want = plan->flags & ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED ? 1 : 0;
	if (ipsec_policy_find(&plan->pair, plan->port, &cover, &tunnel))
		return IPSEC_NO_XFRM;
	return cover == IPSEC_COVER_OURS && tunnel == want ?
	       IPSEC_OK : IPSEC_NOT_IN_EFFECT;
}

/* Ports of the pair that are loaded: after a sweep, those in use */
static void loaded_ports(const struct ipsec_pair *pair,
			 struct ipsec_used *used)
{
	char name[IPSEC_NAME_LEN];

	ipsec_pair_name(pair, name);
	if (ipsec_conf_ports(name, used))
		used->count = 0;
}

static enum ipsec_error set_up(struct plan *plan, struct vici *v,
			       struct iscsidsc_ipsec *ipsec)
{
	struct ipsec_used used;
	enum ipsec_error error;

	loaded_ports(&plan->pair, &used);
	error = fill_peer(plan, ipsec->peer, &used);
	if (error)
		return error;
	ipsec->own = 1;
	error = negotiate(plan, v, ipsec->peer, &used);
	return error ? error : verify(plan);
}

/* A connection of ours, or one somebody else loaded, has to stand */
static enum ipsec_error join(struct plan *plan, struct vici *v,
			     const char *ike, const char *child)
{
	return ipsec_charon_initiate(v, ike, child, plan->timeout_ms,
				     plan->text, sizeof(plan->text));
}

static enum ipsec_error join_own(struct plan *plan, struct vici *v)
{
	char name[IPSEC_NAME_LEN], child[16];

	ipsec_pair_name(&plan->pair, name);
	snprintf(child, sizeof(child), "p%u", plan->port);
	return join(plan, v, name, child);
}

/* The kernel has no policy; charon may have one that is not in effect yet */
static enum ipsec_error ask_charon(struct plan *plan, struct vici *v,
				   struct iscsidsc_ipsec *ipsec)
{
	struct ipsec_foreign foreign;
	enum ipsec_error error;

	error = ipsec_charon_foreign(v, &plan->pair, plan->port, &foreign);
	if (error)
		return error;
	if (*foreign.ike) {
		ipsec->origin = ISCSIDSC_IPSEC_EXISTING;
		return join(plan, v, foreign.ike, foreign.child);
	}
	if (!is_enabled(plan->flags))
		return IPSEC_NO_POLICY;
	return set_up(plan, v, ipsec);
}

static enum ipsec_error with_charon(struct plan *plan,
				    struct iscsidsc_ipsec *ipsec, int ours)
{
	struct vici v;
	enum ipsec_error error;

	error = ipsec_charon_open(&v, plan->timeout_ms, plan->add->cancel_fd);
	if (error)
		return error;
	if (ours) {
		ipsec->origin = ISCSIDSC_IPSEC_EXISTING;
		error = join_own(plan, &v);
	} else {
		error = ask_charon(plan, &v, ipsec);
	}
	vici_close(&v);
	return error;
}

/* What is there wins; only then comes what was asked for */
static enum ipsec_error protect(struct plan *plan,
				struct iscsidsc_ipsec *ipsec)
{
	enum ipsec_cover cover;
	int tunnel, err;

	err = ipsec_policy_find(&plan->pair, plan->port, &cover, &tunnel);
	if (err)
		return err == -EPERM ? IPSEC_NOT_PERMITTED : IPSEC_NO_XFRM;
	switch (cover) {
	case IPSEC_COVER_BLOCK:
		return IPSEC_BLOCKED;
	case IPSEC_COVER_BYPASS:
		return IPSEC_EXEMPT;
	case IPSEC_COVER_FOREIGN:
		ipsec->origin = ISCSIDSC_IPSEC_EXISTING;
		return IPSEC_OK;
	case IPSEC_COVER_OURS:
		return with_charon(plan, ipsec, 1);
	case IPSEC_COVER_NONE:
		break;
	}
	return with_charon(plan, ipsec, 0);
}

/*
 * What is remembered goes by both addresses. Link-local ones are never
 * remembered; a route may come until the connection is made, so that without
 * one nobody can say that there is no IPsec to be.
 */
static enum ipsec_error without_local(struct plan *plan,
				      enum ipsec_error error)
{
	uint32_t flags;

	if (error != IPSEC_LINK_LOCAL || is_required(plan->add) ||
	    is_enabled(plan->add->security_flags))
		return error;
	if (ipsec_defaults(&flags, plan->key, &plan->key_len, plan->text))
		return IPSEC_FILES;
	return is_enabled(flags) ? error : IPSEC_OK;
}

static enum ipsec_error prepare(struct iscsidsc *h, struct plan *plan,
				const struct iscsidsc_addr *remote,
				const struct iscsidsc_addr *source,
				uint32_t ifindex,
				struct iscsidsc_ipsec *ipsec)
{
	enum ipsec_error error;

	ipsec->peer = calloc(1, sizeof(*ipsec->peer));
	if (!ipsec->peer)
		return IPSEC_NO_MEMORY;
	error = ipsec_local_addr(remote, source, ifindex, &ipsec->local);
	if (error)
		return without_local(plan, error);
	ipsec_pair_set(&plan->pair, &ipsec->local, remote);
	plan->port = remote->port;
	if (ipsec_peer_read(&plan->pair, ipsec->peer, plan->text))
		return IPSEC_FILES;
	error = choose(plan, ipsec->peer, &ipsec->origin);
	if (error)
		return error;
	if (!is_enabled(plan->flags) && !is_required(plan->add)) {
		ipsec->origin = ISCSIDSC_IPSEC_NONE;
		return IPSEC_OK;
	}
	ipsec->required = 1;
	/* What is left of others must not pass for a policy. */
	ipsec_sweep(h);
	return protect(plan, ipsec);
}

/* Was anything ever set up here? What cannot be looked at may have been. */
static int is_used_here(void)
{
	return !access(iscsidsc_host_default()->ipsec, F_OK) ||
	       errno != ENOENT;
}

static enum ipsec_error no_lock(struct plan *plan)
{
	int denied = errno == EACCES || errno == EPERM;

	snprintf(plan->text, sizeof(plan->text), "%s: %m",
		 iscsidsc_host_default()->ipsec);
	return denied ? IPSEC_FILES_DENIED : IPSEC_FILES;
}

/**
 * iscsidsc_ipsec_begin - see to the protection of a connection
 * @h: handle
 * @add: request
 * @remote: address of the portal
 * @source: local address asked for, or NULL
 * @ifindex: interface asked for, or 0
 * @ipsec: filled in; iscsidsc_ipsec_end() is to follow if this succeeds
 *
 * Return: 0, with @ipsec saying whether the connection has to insist; or the
 * status of the failure, and nothing is left of the attempt.
 */
ISDSC_STATUS iscsidsc_ipsec_begin(struct iscsidsc *h,
				  const struct iscsidsc_add *add,
				  const struct iscsidsc_addr *remote,
				  const struct iscsidsc_addr *source,
				  uint32_t ifindex,
				  struct iscsidsc_ipsec *ipsec)
{
	int wanted = is_enabled(add->security_flags) || is_required(add);
	enum ipsec_error error;
	struct plan plan = {
		.add = add,
		.timeout_ms = add->ipsec_timeout_ms ? add->ipsec_timeout_ms :
						      IPSEC_TIMEOUT_MS,
	};

	memset(ipsec, 0, sizeof(*ipsec));
	ipsec->lock = -1;
	/* Switched off by the call, or nothing was ever set up here */
	if (!wanted && (add->security_flags & ISCSI_SECURITY_FLAG_VALID ||
			!is_used_here()))
		return ERROR_SUCCESS;
	ipsec->lock = ipsec_lock(wanted);
	if (ipsec->lock < 0)
		error = no_lock(&plan);
	else
		error = prepare(h, &plan, remote, source, ifindex, ipsec);
	explicit_bzero(plan.key, sizeof(plan.key));
	/* Connections without IPsec need not wait for each other. */
	if (!error && !ipsec->required)
		iscsidsc_ipsec_end(h, ipsec, ERROR_SUCCESS);
	if (!error)
		return ERROR_SUCCESS;
	iscsidsc_say(h, "%s%s%s%s", ipsec_error_text(error),
		     *plan.text ? " (" : "", plan.text,
		     *plan.text ? ")" : "");
	iscsidsc_ipsec_end(h, ipsec, ipsec_error_status(error));
	return ipsec_error_status(error);
}

/**
 * iscsidsc_ipsec_end - the connection is there, or is not
 * @h: handle
 * @ipsec: of iscsidsc_ipsec_begin()
 * @status: how it ended
 */
void iscsidsc_ipsec_end(struct iscsidsc *h, struct iscsidsc_ipsec *ipsec,
			ISDSC_STATUS status)
{
	if (ipsec->own && status)
		ipsec_sweep(h);
	/* The connection works either way. */
	if (ipsec->own && !status && ipsec_peer_write(ipsec->peer))
		iscsidsc_say(h, "IPsec of the portal could not be remembered");
	if (ipsec->peer)
		explicit_bzero(ipsec->peer, sizeof(*ipsec->peer));
	free(ipsec->peer);
	ipsec->peer = NULL;
	ipsec_unlock(ipsec->lock);
	ipsec->lock = -1;
}

/**
 * iscsidsc_ipsec_clean - take down IPsec that no connection uses any more
 * @handle: handle
 *
 * Done with every connection that is added with IPsec or removed; of use after
 * a logout by iscsiadm.
 */
void iscsidsc_ipsec_clean(struct iscsidsc *handle)
{
	int lock = ipsec_lock(0);

	/* Without the directory there was never anything. */
	if (lock < 0)
		return;
	ipsec_sweep(handle);
	ipsec_unlock(lock);
}
