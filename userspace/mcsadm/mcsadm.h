/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* What the files of mcsadm share. */
#ifndef MCSADM_H
#define MCSADM_H

#include <getopt.h>
#include <stdio.h>

#include <json.h>

#include <iscsidsc_linux.h>
#include <linux/iscsi_mcs.h>

/* Version of the JSON output; raised when a key goes away or changes */
#define JSON_FORMAT	1

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PARTLY = 3
};

#define MAX_PORTALS	16

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct options - what the command line says
 * @argc: words that are no options
 * @argv: them
 * @session: --session
 * @portals: --portal, once or several times
 * @portal_count: how often
 * @target: --target
 * @source: --source
 * @ifname: --interface
 * @conn: --cid, --id or --connection
 * @conn_kind: which of the three: 'c', 'i', 'u', 0 for none
 * @timeout_s: --timeout, 0 for none
 * @json: --json
 * @verbose: --verbose
 * @duplicate: --duplicate
 * @digest_header: --header-digest
 * @digest_data: --data-digest
 * @role: --role
 * @weight: --weight
 * @auth: --auth
 * @chap_name: --chap-name
 * @chap_name_in: --chap-name-in
 * @secret_file: --chap-secret-file
 * @secret_in_file: --chap-secret-in-file
 * @ipsec: --ipsec
 * @ipsec_key_file: --ipsec-key-file
 * @persistent: --persistent
 * @follow: --follow
 * @next_boot: --next-boot
 * @add: --add
 * @watch: --watch
 * @interval_s: --interval, 0 for none
 * @count: --count, 0 for none
 * @help: --help, or command help
 */
struct options {
	int argc;
	char **argv;
	const char *session;
	const char *portals[MAX_PORTALS];
	size_t portal_count;
	const char *target;
	const char *source;
	const char *ifname;
	const char *conn;
	int conn_kind;
	unsigned int timeout_s;
	int json;
	int verbose;
	int duplicate;
	const char *digest_header;
	const char *digest_data;
	const char *role;
	const char *weight;
	const char *auth;
	const char *chap_name;
	const char *chap_name_in;
	const char *secret_file;
	const char *secret_in_file;
	const char *ipsec;
	const char *ipsec_key_file;
	int persistent;
	int follow;
	int next_boot;
	int add;
	int watch;
	uint32_t interval_s;
	uint32_t count;
	int help;
};

/**
 * struct command - a command of mcsadm
 * @name: its name
 * @run: what runs it; returns the exit code
 * @args: its main arguments, for the usage
 * @help: one line about it
 * @options: long options it takes, separated by blanks
 */
struct command {
	const char *name;
	int (*run)(const struct options *o);
	const char *args;
	const char *help;
	const char *options;
};

/* Kinds of values, for output as text and as JSON alike */
enum value_kind { VALUE_U8, VALUE_U16, VALUE_U32, VALUE_U64, VALUE_BOOL,
		  VALUE_NAME, VALUE_TEXT, VALUE_ADDR, VALUE_ISID, VALUE_ID };

/**
 * struct value - one member of what is shown
 * @key: its name in the output
 * @kind: its kind
 * @offset: where it is
 * @names: for VALUE_NAME
 */
struct value {
	const char *key;
	enum value_kind kind;
	size_t offset;
	enum iscsidsc_names names;
};

extern const struct value session_values[];
extern const struct value conn_values[];
extern const struct value event_values[];

/* values.c */
json_object *values_json(const struct value *values, const void *object);
void values_text(FILE *out, const char *indent, const struct value *values,
		 const void *object);

/* secret.c */

/**
 * struct secret - a CHAP secret in memory
 * @bytes: secret
 * @len: its length, 0 for none
 */
struct secret {
	char bytes[ISCSI_MCS_CHAP_LEN + 2];
	size_t len;
};

void secret_hide(void);
int secret_bytes(const char *file, char *bytes, size_t max, size_t *len);
int secret_read(const char *file, struct secret *secret);
void secret_wipe(struct secret *secret);

/* ipsec.c */

/**
 * struct ipsec_key - a pre-shared key in memory
 * @bytes: key
 * @len: its length, 0 for none
 */
struct ipsec_key {
	char bytes[1024 + 2];
	size_t len;
};

int ipsec_fill(const struct options *o, struct iscsidsc_add *add,
	       struct ipsec_key *key);
const char *ipsec_told(const struct iscsidsc_conn *conn);

/* show.c */
int cmd_list(const struct options *o);
int cmd_ports(const struct options *o);
void say_no_sessions(void);
void show_sessions(const struct iscsidsc_snapshot *snap);
json_object *json_sessions(const struct iscsidsc_snapshot *snap);
void json_print(json_object *object);

const char *bytes_text(uint64_t bytes, char *text, size_t size);
void ends_text(const struct iscsidsc_conn *conn, char *text, size_t size);

/* term.c */
size_t term_width(void);
const char *term_colour(enum iscsi_mcs_conn_state state);
const char *term_plain(void);

/* watch.c */
int watch_list(const struct options *o);

/* status.c */
int cmd_status(const struct options *o);

/* enable.c */
int cmd_enable(const struct options *o);
int cmd_disable(const struct options *o);

/* report.c */
int cmd_report(const struct options *o);

/* help.c */
int show_help(const struct command *commands, size_t count,
	      const struct command *command);

/* complete.c */
int takes_option(const struct command *command, const char *name);
int complete(const struct command *commands, size_t count,
	     const struct option *options, int argc, char **argv);

/* change.c */
int cmd_add(const struct options *o);
int cmd_remove(const struct options *o);
int cmd_set(const struct options *o);
int cmd_policy(const struct options *o);
int add_portal(struct iscsidsc *h, const struct iscsidsc_session *session,
	       const struct iscsidsc_add *add, const char *portal,
	       int persistent);

/* addr.c */

/* As many addresses of a name as the library tries */
#define ADDR_MAX	8

size_t addr_find(const char *text, struct iscsidsc_addr *addrs, size_t max);
int addr_is_same(const struct iscsidsc_addr *a, const struct iscsidsc_addr *b);
int addr_is(const struct iscsidsc_addr *addr, const char *text);
int addr_text_is_same(const char *a, const char *b);
int addr_is_of(const struct iscsidsc_addr *addr, const char *text);

/* auto.c */
int cmd_auto(const struct options *o);

/* tune.c */
int cmd_tune(const struct options *o);
int save_setting(const char *target, enum iscsidsc_setting what,
		 uint32_t value);

/* persist.c */
int cmd_saved(const struct options *o);
int persist_add(const struct iscsidsc_session *session,
		const struct iscsidsc_add *add,
		const struct iscsidsc_conn *conn);
int persist_existing(struct iscsidsc *h, const struct iscsidsc_session *session,
		     const struct iscsidsc_add *add);
int persist_remove(const struct iscsidsc_session *session,
		   const struct iscsidsc_conn *conn, int forget);

void saved_text(FILE *out, const struct iscsidsc_saved *saved);

/* forget.c */
int forget_saved(const struct options *o);

/* restore.c */
int cmd_restore(const struct options *o);

/* iscsicli.c */
int iscsicli_main(int argc, char **argv);

/* monitor.c */
int cmd_monitor(const struct options *o);

/* util.c */
int usage_error(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
int name_error(const char *what, const char *text, enum iscsidsc_names names);
int portal_error(const char *text);
int failed(struct iscsidsc *h, ISDSC_STATUS status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int failed_why(const char *why, ISDSC_STATUS status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int failed_saved(ISDSC_STATUS status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int open_handle(struct iscsidsc **h);
int parse_u32(const char *text, uint32_t max, uint32_t *value);
int parse_portal(const char *text, char *address, size_t size,
		 uint16_t *port);
int check_session(const char *text);
int find_session(struct iscsidsc *h, const char *text,
		 struct iscsidsc_snapshot **snap);

#endif /* MCSADM_H */
