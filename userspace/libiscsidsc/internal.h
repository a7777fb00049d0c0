/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* What the files of the library share; nothing here is exported. */
#ifndef ISCSIDSC_INTERNAL_H
#define ISCSIDSC_INTERNAL_H

#include <limits.h>
#include <stdio.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/genl/genl.h>

#include <iscsidsc_linux.h>
#include <linux/iscsi_mcs.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct iscsidsc_transport;
struct ipsec_peer;

/**
 * struct iscsidsc - handle
 * @transport: how messages travel
 * @priv: of the transport
 * @family: number of the netlink family
 * @group: number of its multicast group of events
 * @seq: sequence number of the last request
 * @pending: datagram of events not yet handed out, or NULL
 * @pending_len: its length
 * @pending_off: where the next event in it starts
 * @gone: the module was unloaded: no event will ever come
 * @detail: text of the kernel that came with the last error
 */
struct iscsidsc {
	const struct iscsidsc_transport *transport;
	void *priv;
	int family;
	int group;
	uint32_t seq;
	unsigned char *pending;
	int pending_len;
	int pending_off;
	int gone;
	char detail[256];
};

/**
 * struct iscsidsc_transport - the way to the kernel, replaced in tests
 * @open: connect, set @family and @group of the handle; 0 or -errno, -ENOSYS
 *	if the module is not there
 * @close: give everything back
 * @send: send one finished message; 0 or -errno
 * @recv: wait for one datagram, *buf is to be freed; length or -errno, 0 after
 *	@timeout_ms (-1: for ever)
 * @subscribe: join the group of events, and that of the controller, which
 *	says when the module is unloaded; 0 or -errno
 * @fd: descriptor to poll for events
 */
struct iscsidsc_transport {
	int (*open)(struct iscsidsc *h);
	void (*close)(struct iscsidsc *h);
	int (*send)(struct iscsidsc *h, struct nl_msg *msg);
	int (*recv)(struct iscsidsc *h, int timeout_ms, unsigned char **buf);
	int (*subscribe)(struct iscsidsc *h);
	int (*fd)(const struct iscsidsc *h);
};

/* The only one outside of tests, in a file of its own so that tests link
 * another.
 */
const struct iscsidsc_transport *iscsidsc_transport_default(void);

/**
 * struct iscsidsc_xfrm_policy - an IPsec policy of the kernel
 * @family: of both addresses
 * @dir: XFRM_POLICY_IN or XFRM_POLICY_OUT
 * @block: it drops packets
 * @priority: the smallest number wins
 * @index: number in the kernel
 * @ifindex: interface it is for, or 0
 * @proto: IP protocol it is for, or 0
 * @saddr: source address
 * @daddr: destination address
 * @sprefix: bits of @saddr that count
 * @dprefix: bits of @daddr that count
 * @sport: source port, host byte order
 * @sport_mask: bits of it that count
 * @dport: destination port
 * @dport_mask: bits of it that count
 * @templates: transformations it asks for
 * @esp: there is one, it is ESP and not optional
 * @tunnel: in tunnel mode
 * @reqid: request ID of the security associations
 */
struct iscsidsc_xfrm_policy {
	uint16_t family;
	uint8_t dir;
	uint8_t block;
	uint32_t priority;
	uint32_t index;
	uint32_t ifindex;
	uint8_t proto;
	uint8_t saddr[16];
	uint8_t daddr[16];
	uint8_t sprefix;
	uint8_t dprefix;
	uint16_t sport;
	uint16_t sport_mask;
	uint16_t dport;
	uint16_t dport_mask;
	uint32_t templates;
	uint8_t esp;
	uint8_t tunnel;
	uint32_t reqid;
};

typedef void (*iscsidsc_xfrm_fn)(const struct iscsidsc_xfrm_policy *policy,
				 void *arg);

/**
 * struct iscsidsc_xfrm_sa - a security association for ESP
 * @family: of both addresses
 * @reqid: request ID
 * @spi: its number at the receiver, network byte order
 * @saddr: source address
 * @daddr: destination address
 */
struct iscsidsc_xfrm_sa {
	uint16_t family;
	uint32_t reqid;
	uint32_t spi;
	uint8_t saddr[16];
	uint8_t daddr[16];
};

typedef void (*iscsidsc_xfrm_sa_fn)(const struct iscsidsc_xfrm_sa *sa,
				    void *arg);

/**
 * struct iscsidsc_host - what the library uses of the machine beside netlink,
 * replaced in tests
 * @sysfs: where sysfs is mounted
 * @config: file with saved connections and secrets
 * @ipsec: directory with what is known of portals with IPsec
 * @swanctl: directory that swanctl reads connections from
 * @vici: socket of strongSwan's charon
 * @xfrm_dump: call a function for every policy of the kernel; 0 or -errno
 * @xfrm_change: add a policy, or with @add 0 remove it; 0 or -errno
 * @xfrm_sa_dump: call a function for every association for ESP; 0 or -errno
 * @xfrm_sa_remove: remove one; 0 or -errno
 * @iscsiadm: run iscsiadm with arguments, NULL at the end; *output is set to
 *	what it printed and is to be freed; its exit status, or -errno
 */
struct iscsidsc_host {
	const char *sysfs;
	const char *config;
	const char *ipsec;
	const char *swanctl;
	const char *vici;
	int (*xfrm_dump)(iscsidsc_xfrm_fn fn, void *arg);
	int (*xfrm_change)(const struct iscsidsc_xfrm_policy *policy, int add);
	int (*xfrm_sa_dump)(iscsidsc_xfrm_sa_fn fn, void *arg);
	int (*xfrm_sa_remove)(const struct iscsidsc_xfrm_sa *sa);
	int (*iscsiadm)(const char *const argv[], char **output);
};

/* In a file of its own like iscsidsc_transport_default() */
const struct iscsidsc_host *iscsidsc_host_default(void);

/* replace.c */

/**
 * struct iscsidsc_replace - a file that is about to be replaced
 * @out: what is written goes here
 * @path: the file
 * @temp: the new one until it is complete
 * @buffer: of @out, to be wiped
 */
struct iscsidsc_replace {
	FILE *out;
	char path[PATH_MAX];
	char temp[PATH_MAX];
	char buffer[4096];
};

int iscsidsc_replace_begin(struct iscsidsc_replace *r, const char *path);
int iscsidsc_replace_end(struct iscsidsc_replace *r);

/* config.c */

/**
 * struct iscsidsc_config - content of the configuration file
 * @list: saved connections and settings
 * @secret_in: secret targets have to know, or NULL
 * @secret_in_len: its length
 * @error: errno, if it cannot be read
 * @bad_line: line that is not understood, counted from 1
 * @incomplete: connection without target or address, counted from 1
 * @nameless: session without target, counted from 1
 */
struct iscsidsc_config {
	struct iscsidsc_saved_list list;
	void *secret_in;
	size_t secret_in_len;
	int error;
	unsigned int bad_line;
	unsigned int incomplete;
	unsigned int nameless;
};

ISDSC_STATUS iscsidsc_config_lock(int *lock);
void iscsidsc_config_unlock(int lock);
ISDSC_STATUS iscsidsc_config_read(struct iscsidsc_config *config);
ISDSC_STATUS iscsidsc_config_write(const struct iscsidsc_config *config);
void iscsidsc_config_clear(struct iscsidsc_config *config);
ISDSC_STATUS iscsidsc_config_append(struct iscsidsc_config *config,
				    const struct iscsidsc_saved *saved);
void iscsidsc_config_drop(struct iscsidsc_config *config, size_t index);

/* config_session.c */
struct iscsidsc_saved_session *
iscsidsc_config_session_new(struct iscsidsc_config *config, const char *target);
void iscsidsc_config_session_drop(struct iscsidsc_config *config, size_t index);
size_t iscsidsc_config_session_find(const struct iscsidsc_config *config,
				    const char *target);
ISDSC_STATUS
iscsidsc_config_session_line(struct iscsidsc_saved_session *session,
			     const char *key, const char *value);
void
iscsidsc_config_session_print(FILE *out,
			      const struct iscsidsc_saved_session *session);

/* config_key.c */
ISDSC_STATUS iscsidsc_key_set(struct iscsidsc_saved *saved, const char *key,
			      const char *value);
void iscsidsc_key_print(FILE *out, const struct iscsidsc_saved *saved);
void iscsidsc_key_print_blob(FILE *out, const char *key, const void *data,
			     size_t len);
void *iscsidsc_key_blob(const char *value, size_t *len);
void iscsidsc_key_free_blob(void *data, size_t len);
void iscsidsc_key_clear(struct iscsidsc_saved *saved);
ISDSC_STATUS iscsidsc_key_copy(struct iscsidsc_saved *to,
			       const struct iscsidsc_saved *from);

/* request.c */
typedef int (*iscsidsc_reply_fn)(struct genlmsghdr *ghdr, void *arg);

struct nl_msg *iscsidsc_msg_new(struct iscsidsc *h, int cmd, int flags);
void iscsidsc_msg_free(struct nl_msg *msg);
int iscsidsc_request(struct iscsidsc *h, struct nl_msg *msg,
		     iscsidsc_reply_fn fn, void *arg);

/* decode.c */
int iscsidsc_decode_session(struct genlmsghdr *ghdr,
			    struct iscsidsc_session *session);
int iscsidsc_decode_conn(struct genlmsghdr *ghdr, struct iscsidsc_conn *conn);
int iscsidsc_decode_event(struct genlmsghdr *ghdr,
			  struct iscsidsc_event *event);

/* ident.c */
void iscsidsc_ident_session(struct iscsidsc_session *session);
void iscsidsc_ident_conn(const struct iscsidsc_session *session,
			 struct iscsidsc_conn *conn);

/* status.c */
ISDSC_STATUS iscsidsc_status(int cmd, int error);

/* utf.c */
int iscsidsc_utf16_to_utf8(const char16_t *from, size_t units, char *to,
			   size_t size);
void iscsidsc_make_plain(char *text);
size_t iscsidsc_utf8_to_utf16(const char *from, char16_t *to, size_t units);
int iscsidsc_utf8_valid(const char *text);
int iscsidsc_is_target(const char *text);

void iscsidsc_put_utf16(const char *from, char16_t *to, size_t units);
void iscsidsc_put_utf8(const char *from, char *to, size_t size);

/* win_options.c */
int iscsidsc_options_has(const ISCSI_LOGIN_OPTIONS *options, uint32_t bits);
ISDSC_STATUS iscsidsc_options_check(const ISCSI_LOGIN_OPTIONS *o);
int iscsidsc_options_chap(const ISCSI_LOGIN_OPTIONS *o);

/* iscsiadm.c */

/* The one initiator there is */
#define ISCSIDSC_INITIATOR	"iscsi_mcs"

ISDSC_STATUS iscsidsc_iscsiadm(const char *const argv[], char **output);
ISDSC_STATUS iscsidsc_node_portals(const char *target, int tag,
				   struct iscsidsc_addr **addrs, size_t *count);

/* resolve.c */
ISDSC_STATUS iscsidsc_resolve(const char *name, uint16_t port, int family,
			      struct iscsidsc_addr **addrs, size_t *count);
ISDSC_STATUS iscsidsc_numeric(const char *text, struct iscsidsc_addr *addr);

/* conn.c */
ISDSC_STATUS iscsidsc_conn_add_guarded(struct iscsidsc *h,
				       const struct iscsidsc_add *add,
				       ISDSC_STATUS refusal,
				       struct iscsidsc_conn *result);
ISDSC_STATUS iscsidsc_conn_try(struct iscsidsc *h,
			       const struct iscsidsc_add *add,
			       const struct iscsidsc_addr *remote,
			       const struct iscsidsc_addr *source,
			       uint32_t ifindex, struct iscsidsc_conn *result);

void iscsidsc_say(struct iscsidsc *h, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ipsec/xfrm.c */
int iscsidsc_xfrm_dump(iscsidsc_xfrm_fn fn, void *arg);
int iscsidsc_xfrm_change(const struct iscsidsc_xfrm_policy *policy, int add);
int iscsidsc_xfrm_sa_dump(iscsidsc_xfrm_sa_fn fn, void *arg);
int iscsidsc_xfrm_sa_remove(const struct iscsidsc_xfrm_sa *sa);

/* ipsec/setup.c */

/**
 * struct iscsidsc_ipsec - protection of one connection that is being added
 * @required: the connection insists on IPsec
 * @local: address it starts from if so
 * @origin: of enum iscsidsc_ipsec_origin
 * @lock: keeps others from changing IPsec meanwhile, or -1
 * @own: set up for this connection
 * @peer: what is to be remembered if that comes up
 */
struct iscsidsc_ipsec {
	int required;
	struct iscsidsc_addr local;
	uint32_t origin;
	int lock;
	int own;
	struct ipsec_peer *peer;
};

ISDSC_STATUS iscsidsc_ipsec_check(struct iscsidsc *h,
				  const struct iscsidsc_add *add);
ISDSC_STATUS iscsidsc_ipsec_begin(struct iscsidsc *h,
				  const struct iscsidsc_add *add,
				  const struct iscsidsc_addr *remote,
				  const struct iscsidsc_addr *source,
				  uint32_t ifindex,
				  struct iscsidsc_ipsec *ipsec);
void iscsidsc_ipsec_end(struct iscsidsc *h, struct iscsidsc_ipsec *ipsec,
			ISDSC_STATUS status);

#endif /* ISCSIDSC_INTERNAL_H */
