/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* IPsec for added connections: what the files in this directory share. */
#ifndef ISCSIDSC_IPSEC_H
#define ISCSIDSC_IPSEC_H

#include "internal.h"
#include "ipsec/vici.h"

/* Longest pre-shared key */
#define IPSEC_MAX_KEY		1024
/* Ports of one portal address that may be protected at a time */
#define IPSEC_MAX_CHILDREN	64
/* Prefix and two addresses in hexadecimal */
#define IPSEC_NAME_LEN		80
#define IPSEC_NAME_PREFIX	"iscsi-mcs-"
typedef char ipsec_name[IPSEC_NAME_LEN];

/* Time for the negotiation unless told otherwise */
#define IPSEC_TIMEOUT_MS	15000

/**
 * struct ipsec_pair - two addresses; all that is set up belongs to one pair
 * @local: this end, without port
 * @remote: portal address, without port
 */
struct ipsec_pair {
	struct iscsidsc_addr local;
	struct iscsidsc_addr remote;
};

/**
 * struct ipsec_child - a port of the portal address
 * @port: TCP port
 * @flags: ISCSI_SECURITY_FLAGS
 */
struct ipsec_child {
	uint16_t port;
	uint32_t flags;
};

/**
 * struct ipsec_peer - what is known of a pair
 * @pair: addresses
 * @key: pre-shared key
 * @key_len: its length, 0 if none is known
 * @aggressive: mode of phase 1
 * @child_count: entries of @children
 * @children: ports
 */
struct ipsec_peer {
	struct ipsec_pair pair;
	uint8_t key[IPSEC_MAX_KEY];
	size_t key_len;
	int aggressive;
	size_t child_count;
	struct ipsec_child children[IPSEC_MAX_CHILDREN];
};

/**
 * struct ipsec_used - ports of a pair that protected connections use
 * @count: entries of @ports
 * @ports: TCP ports
 */
struct ipsec_used {
	size_t count;
	uint16_t ports[IPSEC_MAX_CHILDREN];
};

/* Why there is no protection; ipsec_error_status() and _text() tell others */
enum ipsec_error {
	IPSEC_OK,
	IPSEC_NOT_RUNNING,
	IPSEC_NOT_PERMITTED,
	IPSEC_HANGS,
	IPSEC_CANCELLED,
	IPSEC_REFUSED,
	IPSEC_PROTOCOL,
	IPSEC_NO_MEMORY,
	IPSEC_PEER_SILENT,
	IPSEC_WRONG_KEY,
	IPSEC_NO_PROPOSAL,
	IPSEC_SELECTORS,
	IPSEC_FAILED,
	IPSEC_NO_XFRM,
	IPSEC_BLOCKED,
	IPSEC_EXEMPT,
	IPSEC_NOT_IN_EFFECT,
	IPSEC_NO_POLICY,
	IPSEC_NO_KEY,
	IPSEC_LINK_LOCAL,
	IPSEC_NO_SOURCE,
	IPSEC_TOO_MANY,
	IPSEC_FILES,
	IPSEC_FILES_DENIED
};

/* flags.c */
ISDSC_STATUS ipsec_check_flags(uint64_t flags, const char **text);
ISDSC_STATUS ipsec_check_key(const void *key, size_t len, const char **text);
ISDSC_STATUS ipsec_error_status(enum ipsec_error error);
const char *ipsec_error_text(enum ipsec_error error);

/* pair.c */
void ipsec_pair_set(struct ipsec_pair *pair, const struct iscsidsc_addr *local,
		    const struct iscsidsc_addr *remote);
int ipsec_pair_equal(const struct ipsec_pair *a, const struct ipsec_pair *b);
void ipsec_pair_name(const struct ipsec_pair *pair, char name[IPSEC_NAME_LEN]);
int ipsec_pair_parse(const char *name, struct ipsec_pair *pair);
uint32_t ipsec_reqid(const struct ipsec_pair *pair, uint16_t port);
uint16_t ipsec_reqid_port(const struct ipsec_pair *pair, uint32_t reqid);
enum ipsec_error ipsec_local_addr(const struct iscsidsc_addr *remote,
				  const struct iscsidsc_addr *source,
				  uint32_t ifindex,
				  struct iscsidsc_addr *local);
int ipsec_used_has(const struct ipsec_used *used, uint16_t port);
const struct ipsec_child *ipsec_child(const struct ipsec_peer *peer,
				      uint16_t port);
int ipsec_child_set(struct ipsec_peer *peer, uint16_t port, uint32_t flags);

/* conf.c */

/* Lists of one setting */
#define IPSEC_PROPOSALS		4
#define IPSEC_ESP_PROPOSALS	6

extern const char *const ipsec_ike_proposals[IPSEC_PROPOSALS];
const char *const *ipsec_esp_proposals(uint32_t flags);
void ipsec_selector(const struct iscsidsc_addr *addr, uint16_t port,
		    char *text, size_t size);
int ipsec_conf_write(const struct ipsec_peer *peer,
		     const struct ipsec_used *used);
void ipsec_conf_remove(const char *name);
int ipsec_conf_names(ipsec_name **names, size_t *count);
int ipsec_conf_ports(const char *name, struct ipsec_used *ports);

/* memory.c */

/* What is wrong with a file, in words that name it */
#define IPSEC_WHY_LEN		192

int ipsec_lock(int create);
void ipsec_unlock(int lock);
int ipsec_peer_read(const struct ipsec_pair *pair, struct ipsec_peer *peer,
		    char why[IPSEC_WHY_LEN]);
int ipsec_peer_write(const struct ipsec_peer *peer);
int ipsec_defaults(uint32_t *flags, uint8_t key[IPSEC_MAX_KEY],
		   size_t *key_len, char why[IPSEC_WHY_LEN]);

/* charon.c */
enum ipsec_error ipsec_charon_open(struct vici *v, int64_t timeout_ms,
				   int cancel_fd);
enum ipsec_error ipsec_charon_error(int err);
enum ipsec_error ipsec_charon_load(struct vici *v,
				   const struct ipsec_peer *peer,
				   const struct ipsec_used *used,
				   uint16_t untrapped,
				   char *text, size_t size);
enum ipsec_error ipsec_charon_initiate(struct vici *v, const char *ike,
				       const char *child, int64_t timeout_ms,
				       char *text, size_t size);
void ipsec_charon_unload(struct vici *v, const char *name);
void ipsec_charon_end_child(struct vici *v, const char *name, uint16_t port);

/* charon_list.c */

/**
 * struct ipsec_sa - what charon says of an IKE SA
 * @found: there is one
 * @answered: the other end said something
 * @installed: the child asked for is installed
 */
struct ipsec_sa {
	int found;
	int answered;
	int installed;
};

/**
 * struct ipsec_foreign - a connection in charon that is not ours
 * @ike: its name, empty if none was found
 * @child: name of the child that covers the portal
 */
struct ipsec_foreign {
	char ike[VICI_MAX_NAME + 1];
	char child[VICI_MAX_NAME + 1];
};

enum ipsec_error ipsec_charon_sa(struct vici *v, const char *ike,
				 const char *child, struct ipsec_sa *sa);
enum ipsec_error ipsec_charon_foreign(struct vici *v,
				      const struct ipsec_pair *pair,
				      uint16_t port,
				      struct ipsec_foreign *found);
enum ipsec_error ipsec_charon_names(struct vici *v,
				    ipsec_name **names,
				    size_t *count);

/* policy.c */

/* What the kernel does with packets to a portal */
enum ipsec_cover {
	IPSEC_COVER_NONE,
	IPSEC_COVER_OURS,
	IPSEC_COVER_FOREIGN,
	IPSEC_COVER_BLOCK,
	IPSEC_COVER_BYPASS
};

int ipsec_policy_find(const struct ipsec_pair *pair, uint16_t port,
		      enum ipsec_cover *cover, int *tunnel);
int ipsec_policy_block(const struct ipsec_pair *pair, uint16_t port);
int ipsec_policy_is_block(const struct iscsidsc_xfrm_policy *policy,
			  struct ipsec_pair *pair, uint16_t *port);

/* sweep.c */
void ipsec_sweep(struct iscsidsc *h);
void ipsec_used_ports(const struct iscsidsc_snapshot *snap,
		      const struct ipsec_pair *pair, struct ipsec_used *used);

/* sweep_kernel.c */
void ipsec_sweep_kernel(const struct iscsidsc_snapshot *snap);

#endif /* ISCSIDSC_IPSEC_H */
