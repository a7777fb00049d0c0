/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/*
 * What libiscsidsc offers beyond the Windows calls: states, counters,
 * policies, events, and error texts. mcsadm is written with this header.
 *
 * A handle may be used by one thread at a time; different handles are
 * independent. Structures the library hands out grow at their end only.
 */
#ifndef ISCSIDSC_LINUX_H
#define ISCSIDSC_LINUX_H

#include <stddef.h>
#include <stdint.h>

#include <iscsidsc.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A handle: the way to the kernel module; opaque */
struct iscsidsc;

/* Stands for every session in iscsidsc_snapshot_get() */
#define ISCSIDSC_ALL_SESSIONS	UINT32_MAX

/* Room for the text of an address with port, and of a unique ID */
#define ISCSIDSC_ADDR_TEXT_LEN	80
#define ISCSIDSC_ID_TEXT_LEN	34

/**
 * struct iscsidsc_addr - one end of a TCP connection
 * @family: AF_INET, AF_INET6, or 0 for none
 * @port: TCP port, host byte order
 * @scope_id: interface index of a link-local IPv6 address
 * @addr: 4 or 16 bytes, network byte order
 */
struct iscsidsc_addr {
	uint16_t family;
	uint16_t port;
	uint32_t scope_id;
	uint8_t addr[16];
};

/**
 * struct iscsidsc_conn - a connection, as read from the kernel
 * @ipsec_origin: of enum iscsidsc_ipsec_origin, known of a connection just added
 *
 * Members carry the names and the meaning of the attributes in the netlink
 * specification (Documentation/netlink/specs/iscsi_mcs.yaml); what the kernel
 * did not say is 0 or empty.
 */
struct iscsidsc_conn {
	ISCSI_UNIQUE_CONNECTION_ID unique_id;
	uint32_t sid;
	uint32_t id;
	uint16_t cid;
	uint8_t leading;
	uint8_t header_digest;
	uint8_t data_digest;
	uint8_t login_status_class;
	uint8_t login_status_detail;
	uint32_t state;
	uint32_t role;
	uint32_t weight;
	uint32_t flags;
	uint32_t auth;
	uint32_t reason;
	uint32_t initiator_port;
	uint32_t ifindex;
	uint32_t login_timeout_ms;
	uint32_t max_recv_data_length;
	uint32_t max_xmit_data_length;
	uint32_t cmds_in_flight;
	uint32_t losses;
	uint32_t reconnects;
	uint32_t nop_rtt_us;
	uint32_t digest_errors;
	uint32_t last_error;
	uint64_t tx_bytes;
	uint64_t rx_bytes;
	uint64_t cmds;
	uint64_t bytes_in_flight;
	uint64_t resent_cmds;
	struct iscsidsc_addr local;
	struct iscsidsc_addr remote;
	struct iscsidsc_addr source;
	char symbolic_name[MAX_ISCSI_PORTAL_NAME_LEN];
	char last_error_text[128];
	uint32_t ipsec_mode;
	uint32_t ipsec_reqid;
	uint32_t ipsec_origin;
	uint32_t flaps;
	uint32_t retry_ms;
	uint32_t tcp_retransmits;
	uint32_t tcp_rtt_us;
	uint32_t pace_kib_s;
	uint32_t longest_pause_ms;
};

/**
 * struct iscsidsc_session - a session, as read from the kernel
 *
 * As struct iscsidsc_conn; @conns is an array of @conn_count pointers.
 */
struct iscsidsc_session {
	ISCSI_UNIQUE_SESSION_ID unique_id;
	uint32_t sid;
	uint32_t host_no;
	uint32_t state;
	uint32_t policy;
	uint32_t target_class;
	uint16_t tsih;
	uint16_t tpgt;
	uint16_t last_login_status;
	uint8_t isid[6];
	uint8_t error_recovery_level;
	uint8_t initial_r2t;
	uint8_t immediate_data;
	uint8_t data_pdu_in_order;
	uint8_t data_sequence_in_order;
	uint32_t max_connections;
	uint32_t max_connections_offered;
	uint32_t conns_configured;
	uint32_t conns_active;
	uint32_t cmds_in_flight;
	uint32_t cmdsn;
	uint32_t exp_cmdsn;
	uint32_t max_cmdsn;
	uint32_t generation;
	uint32_t longest_pause_ms;
	uint32_t nop_interval_ms;
	uint32_t nop_timeout_ms;
	uint32_t login_timeout_ms;
	uint32_t silence_timeout_ms;
	uint32_t stream_split_kib;
	uint32_t max_outstanding_r2t;
	uint32_t first_burst_length;
	uint32_t max_burst_length;
	uint64_t bytes_in_flight;
	uint64_t recoveries;
	uint64_t resent_cmds;
	char target_name[MAX_ISCSI_NAME_LEN + 1];
	char initiator_name[MAX_ISCSI_NAME_LEN + 1];
	char target_alias[MAX_ISCSI_ALIAS_LEN + 1];
	size_t conn_count;
	struct iscsidsc_conn **conns;
};

/**
 * struct iscsidsc_snapshot - sessions with their connections
 * @session_count: number of sessions
 * @sessions: pointers to them, ordered by session number
 */
struct iscsidsc_snapshot {
	size_t session_count;
	struct iscsidsc_session **sessions;
};

/**
 * enum iscsidsc_ipsec_origin - whose IPsec a new connection has
 * @ISCSIDSC_IPSEC_NONE: it has none
 * @ISCSIDSC_IPSEC_REQUESTED: that of the call
 * @ISCSIDSC_IPSEC_REMEMBERED: what was used for the portal before
 * @ISCSIDSC_IPSEC_DEFAULT: that of the file of defaults
 * @ISCSIDSC_IPSEC_EXISTING: a policy was there; flags and key of the call had
 *	no effect
 */
enum iscsidsc_ipsec_origin {
	ISCSIDSC_IPSEC_NONE,
	ISCSIDSC_IPSEC_REQUESTED,
	ISCSIDSC_IPSEC_REMEMBERED,
	ISCSIDSC_IPSEC_DEFAULT,
	ISCSIDSC_IPSEC_EXISTING
};

/* Absent digest in struct iscsidsc_add: the session's */
#define ISCSIDSC_DIGEST_SESSION	(-1)

/**
 * struct iscsidsc_add - what to add; set up by iscsidsc_add_init()
 * @size: filled in by iscsidsc_add_init()
 * @sid: session
 * @address: host name or address of the target portal
 * @port: TCP port of the target portal
 * @source: local address, or NULL to let routing choose
 * @ifname: interface to bind to, or NULL
 * @timeout_ms: limit for connect and login, or 0 for the session's
 * @header_digest: ISCSIDSC_DIGEST_SESSION, or of enum iscsi_mcs_digest
 * @data_digest: likewise
 * @role: of enum iscsi_mcs_role
 * @weight: weight in the policy weighted-paths
 * @flags: of enum iscsi_mcs_conn_flags
 * @auth: of enum iscsi_mcs_auth
 * @initiator_port: number kept for ReportIScsi..., 0xFFFFFFFF for none
 * @symbolic_name: name of the portal, or NULL
 * @chap_name: CHAP_N of the initiator, @chap_name_len bytes, or NULL
 * @chap_secret: secret of the initiator
 * @chap_name_in: CHAP_N of the target
 * @chap_secret_in: secret of the target
 * @security_flags: IPsec, ISCSI_SECURITY_FLAG_...; not valid to use what is
 *	remembered for the portal
 * @key: pre-shared key, @key_len bytes, or NULL
 * @ipsec_timeout_ms: limit for the negotiation, or 0 for 15 seconds
 * @cancel_fd: waiting for the negotiation ends when this becomes readable, -1
 *	for none
 */
struct iscsidsc_add {
	size_t size;
	uint32_t sid;
	const char *address;
	uint16_t port;
	const char *source;
	const char *ifname;
	uint32_t timeout_ms;
	int header_digest;
	int data_digest;
	uint32_t role;
	uint32_t weight;
	uint32_t flags;
	uint32_t auth;
	uint32_t initiator_port;
	const char *symbolic_name;
	const void *chap_name;
	size_t chap_name_len;
	const void *chap_secret;
	size_t chap_secret_len;
	const void *chap_name_in;
	size_t chap_name_in_len;
	const void *chap_secret_in;
	size_t chap_secret_in_len;
	uint64_t security_flags;
	const void *key;
	size_t key_len;
	uint32_t ipsec_timeout_ms;
	int cancel_fd;
};

/**
 * struct iscsidsc_event - something that happened
 * @type: command number of the event, ISCSI_MCS_CMD_..._NTF
 */
struct iscsidsc_event {
	uint32_t type;
	uint32_t sid;
	uint32_t id;
	uint16_t cid;
	uint8_t has_conn;
	uint32_t reason;
	uint32_t error;
	uint32_t duration_ms;
	uint32_t conns_active;
	struct iscsidsc_addr local;
	struct iscsidsc_addr remote;
	char text[128];
	char target_name[MAX_ISCSI_NAME_LEN + 1];
};

/**
 * struct iscsidsc_port - a local address a connection can start from
 * @number: InitiatorPortNumber
 * @ifindex: interface the address belongs to
 * @ifname: its name
 * @addr: the address
 */
struct iscsidsc_port {
	uint32_t number;
	uint32_t ifindex;
	char ifname[16];
	struct iscsidsc_addr addr;
};

/**
 * struct iscsidsc_device - a SCSI device of a session
 * @host: SCSI address
 * @channel: likewise
 * @target: likewise
 * @lun: likewise
 * @type: SCSI peripheral device type, 0 for a disk
 * @major: device number, 0 if there is no block device
 * @minor: likewise
 * @name: name of the block device, as "sda"; empty if there is none
 */
struct iscsidsc_device {
	uint32_t host;
	uint32_t channel;
	uint32_t target;
	uint64_t lun;
	uint32_t type;
	uint32_t major;
	uint32_t minor;
	char name[32];
};

/**
 * struct iscsidsc_saved - a connection that is added whenever its session is
 * @target: iSCSI name of the target
 * @leading: portal of the leading connection, "ADDRESS:PORT", or NULL for any
 * @add: the connection; sid is of no meaning
 */
struct iscsidsc_saved {
	const char *target;
	const char *leading;
	struct iscsidsc_add add;
};

/* Which setting iscsidsc_session_set() changes */
enum iscsidsc_setting {
	ISCSIDSC_SET_POLICY,
	ISCSIDSC_SET_TARGET_CLASS,
	ISCSIDSC_SET_NOP_INTERVAL_MS,
	ISCSIDSC_SET_NOP_TIMEOUT_MS,
	ISCSIDSC_SET_LOGIN_TIMEOUT_MS,
	ISCSIDSC_SET_SILENCE_TIMEOUT_MS,
	ISCSIDSC_SET_STREAM_SPLIT_KIB
};

/* Room for that many settings */
#define ISCSIDSC_SETTINGS	16

/**
 * struct iscsidsc_saved_session - what the sessions of a target are set to
 * @target: iSCSI name of the target
 * @mask: which settings are saved, 1 << enum iscsidsc_setting for each
 * @values: their values, by enum iscsidsc_setting
 */
struct iscsidsc_saved_session {
	const char *target;
	uint32_t mask;
	uint32_t values[ISCSIDSC_SETTINGS];
};

/**
 * struct iscsidsc_saved_list - everything that is saved; read only
 * @count: number of connections
 * @items: pointers to them
 * @session_count: number of targets whose sessions have settings
 * @sessions: pointers to those
 */
struct iscsidsc_saved_list {
	size_t count;
	struct iscsidsc_saved **items;
	size_t session_count;
	struct iscsidsc_saved_session **sessions;
};

/* Which setting iscsidsc_conn_set() changes */
enum iscsidsc_conn_setting {
	ISCSIDSC_SET_ROLE,
	ISCSIDSC_SET_WEIGHT
};

/* Which set of names iscsidsc_name() looks into */
enum iscsidsc_names {
	ISCSIDSC_NAMES_SESSION_STATE,
	ISCSIDSC_NAMES_POLICY,
	ISCSIDSC_NAMES_TARGET_CLASS,
	ISCSIDSC_NAMES_CONN_STATE,
	ISCSIDSC_NAMES_ROLE,
	ISCSIDSC_NAMES_DIGEST,
	ISCSIDSC_NAMES_REASON,
	ISCSIDSC_NAMES_EVENT,
	ISCSIDSC_NAMES_AUTH,
	ISCSIDSC_NAMES_IPSEC_MODE,
	ISCSIDSC_NAMES_SETTING
};

ISDSC_STATUS iscsidsc_open(struct iscsidsc **handle);
void iscsidsc_close(struct iscsidsc *handle);
const char *iscsidsc_detail(const struct iscsidsc *handle);

ISDSC_STATUS iscsidsc_snapshot_get(struct iscsidsc *handle, uint32_t sid,
				   struct iscsidsc_snapshot **snapshot);
void iscsidsc_snapshot_free(struct iscsidsc_snapshot *snapshot);
ISDSC_STATUS
iscsidsc_session_find(struct iscsidsc *handle,
		      const ISCSI_UNIQUE_SESSION_ID *unique_id,
		      struct iscsidsc_snapshot **snapshot);

void iscsidsc_add_init(struct iscsidsc_add *add);
ISDSC_STATUS iscsidsc_conn_add(struct iscsidsc *handle,
			       const struct iscsidsc_add *add,
			       struct iscsidsc_conn *result);
ISDSC_STATUS iscsidsc_conn_remove(struct iscsidsc *handle, uint32_t sid,
				  uint32_t id);
ISDSC_STATUS iscsidsc_conn_set(struct iscsidsc *handle, uint32_t sid,
			       uint32_t id, enum iscsidsc_conn_setting what,
			       uint32_t value);
void iscsidsc_ipsec_clean(struct iscsidsc *handle);
ISDSC_STATUS iscsidsc_session_set(struct iscsidsc *handle, uint32_t sid,
				  enum iscsidsc_setting what, uint32_t value);

ISDSC_STATUS iscsidsc_subscribe(struct iscsidsc *handle);
int iscsidsc_event_fd(const struct iscsidsc *handle);
ISDSC_STATUS iscsidsc_event_next(struct iscsidsc *handle, int timeout_ms,
				 struct iscsidsc_event *event);

ISDSC_STATUS iscsidsc_ports_get(struct iscsidsc_port **ports, size_t *count);

ISDSC_STATUS iscsidsc_devices_get(uint32_t sid,
				  struct iscsidsc_device **devices,
				  size_t *count);

ISDSC_STATUS iscsidsc_saved_get(struct iscsidsc_saved_list **list);
void iscsidsc_saved_free(struct iscsidsc_saved_list *list);
ISDSC_STATUS iscsidsc_saved_add(const struct iscsidsc_saved *saved);
ISDSC_STATUS iscsidsc_saved_remove(const struct iscsidsc_saved *saved);
ISDSC_STATUS iscsidsc_saved_set(const char *target, enum iscsidsc_setting what,
				uint32_t value);
ISDSC_STATUS iscsidsc_saved_unset(const char *target,
				  enum iscsidsc_setting what);
void iscsidsc_saved_detail(char *text, size_t size);
int iscsidsc_saved_matches(const struct iscsidsc_saved *saved,
			   const struct iscsidsc_session *session);

const char *iscsidsc_strerror(ISDSC_STATUS status);
const char *iscsidsc_advice(ISDSC_STATUS status);
const char *iscsidsc_status_name(ISDSC_STATUS status);
const char *iscsidsc_name(enum iscsidsc_names names, uint32_t value);
int iscsidsc_name_value(enum iscsidsc_names names, const char *name,
			uint32_t *value);
size_t iscsidsc_addr_text(const struct iscsidsc_addr *addr, int with_port,
			  char *text, size_t size);
void iscsidsc_id_text(const ISCSI_UNIQUE_SESSION_ID *id,
		      char text[ISCSIDSC_ID_TEXT_LEN]);
int iscsidsc_id_parse(const char *text, ISCSI_UNIQUE_SESSION_ID *id);

#ifdef __cplusplus
}
#endif

#endif /* ISCSIDSC_LINUX_H */
