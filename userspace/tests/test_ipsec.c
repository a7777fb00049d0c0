// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* IPsec of added connections, against a charon that is not one. */

#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "fake_charon.h"
#include "fake_host.h"
#include "fake_kernel.h"
#include "ipsec/ipsec.h"

#define NAME	"iscsi-mcs-0a000201-0a00030a"
#define CONF	"conf.d/" NAME ".conf"
#define PORTAL	"ipsec/" NAME ".portal"
#define FLAGS	0x27

static struct iscsidsc *h;
static struct iscsidsc_conn conn;

static void forget(const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s/%s", fake_host_dir(), path);
	remove(full);
}

static int setup(void **state)
{
	(void)state;
	fake_two_sessions();
	memset(&fake_host, 0, sizeof(fake_host));
	forget(CONF);
	forget(PORTAL);
	forget("ipsec/defaults");
	forget("ipsec");
	fake_host_file("conf.d/other.conf", "# somebody else's\n");
	fake_charon_start();
	return iscsidsc_open(&h) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	iscsidsc_close(h);
	fake_charon_stop();
	return 0;
}

static void init(struct iscsidsc_add *add, uint64_t flags, const char *key)
{
	iscsidsc_add_init(add);
	add->sid = 1;
	add->address = "10.0.3.10";
	add->port = 3260;
	add->source = "10.0.2.1";
	add->security_flags = flags;
	add->key = key;
	add->key_len = key ? strlen(key) : 0;
	add->ipsec_timeout_ms = 2000;
}

static ISDSC_STATUS add_with(uint64_t flags, const char *key)
{
	struct iscsidsc_add add;

	init(&add, flags, key);
	return iscsidsc_conn_add(h, &add, &conn);
}

static ISDSC_STATUS add_required(uint64_t flags)
{
	struct iscsidsc_add add;

	init(&add, flags, NULL);
	add.flags = ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
	return iscsidsc_conn_add(h, &add, &conn);
}

static int file_has(const char *path, const char *text)
{
	char *content = fake_host_read(path);
	int found = content && strstr(content, text);

	free(content);
	return found;
}

static void put_private(const char *path, const char *content)
{
	char full[512];

	fake_host_file(path, content);
	snprintf(full, sizeof(full), "%s/%s", fake_host_dir(), path);
	assert_int_equal(chmod(full, 0600), 0);
}

static size_t blocks(void)
{
	size_t i, n = 0;

	for (i = 0; i < fake_host.policy_count; i++)
		n += fake_host.policies[i].block;
	return n;
}

/* Neither charon nor the kernel nor a file knows of the connection */
static void nothing_left(void)
{
	assert_int_equal(fake_host.policy_count, 0);
	assert_string_equal(fake_charon.conns, "");
	assert_false(file_has(CONF, ""));
	assert_true(file_has("conf.d/other.conf", "somebody"));
}

static void one_combination(int tunnel, int aggressive, int pfs)
{
	uint64_t flags = 3 | (tunnel ? 0x40 : 0x20) | (aggressive ? 8 : 4) |
			 (pfs ? 0x10 : 0);

	fake_charon.log[0] = '\0';
	assert_int_equal(add_with(flags, "secret"), 0);
	assert_true(fake_charon_heard(tunnel ? "mode=tunnel" :
					       "mode=transport"));
	assert_true(fake_charon_heard(aggressive ? "aggressive=yes" :
						   "aggressive=no"));
	assert_int_equal(fake_charon_heard("[ aes256gcm16-modp2048 ") > 0,
			 pfs);
	assert_true(fake_charon_heard("version=1"));
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_REQUESTED);
	assert_int_equal(fake.last_add.flags,
			 ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	nothing_left();
}

/* How the flags reach charon, for every combination that is legal */
static void flags_are_mapped(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 8; i++)
		one_combination(i & 1, i >> 1 & 1, i >> 2 & 1);
}

static void selectors_are_narrow(void **state)
{
	(void)state;
	assert_int_equal(add_with(FLAGS, "secret"), 0);
	assert_true(fake_charon_heard("local_ts[ 10.0.2.1/32[6] ]"));
	assert_true(fake_charon_heard("remote_ts[ 10.0.3.10/32[6/3260] ]"));
	assert_true(fake_charon_heard("local_addrs[ 10.0.2.1 ]"));
	assert_true(fake_charon_heard("id=ike-" NAME));
	assert_true(fake_charon_heard("initiate child=p3260 ike=" NAME));
	assert_true(fake_charon_heard("start_action=trap"));
	/* The connection starts from the address that is protected. */
	assert_int_equal(fake.last_add.source.addr[2], 2);
	assert_int_equal(blocks(), 4);
	assert_true(file_has(CONF, "secret = 0x736563726574\n"));
	assert_true(file_has(CONF, "remote_ts = 10.0.3.10/32[6/3260]"));
	assert_true(file_has(PORTAL, "flags = 0x27\n"));
}

static void wrong_flags(void **state)
{
	static const uint64_t wrong[] = {
		0x67, 0x2f, 0x07, 0x23, 0x03, 0xa7, 0x100000027ull, 0x61, 0x0d,
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(add_with(wrong[i], "secret"),
				 ERROR_INVALID_PARAMETER);
		assert_true(*iscsidsc_detail(h));
	}
	assert_int_equal(add_required(0x01), ERROR_INVALID_PARAMETER);
	assert_string_equal(fake_charon.log, "");
	assert_int_equal(fake.adds, 0);
	/* Switched off, or not valid and nothing known: no IPsec */
	assert_int_equal(add_with(0x25, "secret"), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_NONE);
	assert_int_equal(fake.last_add.flags, 0);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	assert_int_equal(add_with(0x26, "secret"), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_NONE);
}

static void keys(void **state)
{
	static char big[1025], zero[] = { 'a', 0, 'b', '\xff' };
	struct iscsidsc_add add;

	(void)state;
	init(&add, FLAGS, big);
	add.key_len = sizeof(big);
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn),
			 ERROR_INVALID_PARAMETER);
	init(&add, FLAGS, NULL);
	add.key_len = 4;
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(add_with(FLAGS, NULL), ISDSC_NO_AUTH_INFO_AVAILABLE);
	init(&add, FLAGS, zero);
	add.key_len = 0;
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn),
			 ISDSC_NO_AUTH_INFO_AVAILABLE);
	nothing_left();
	add.key_len = 4;
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn), 0);
	assert_true(fake_charon_heard("data=a\\00b\\ff"));
	assert_true(file_has(CONF, "secret = 0x610062ff\n"));
}

static void windows_call(void **state)
{
	ISCSI_TARGET_PORTALA portal = { .Address = "127.0.0.1",
					.Socket = 3261 };
	ISCSI_SESSION_INFOW *s = malloc(8192);
	ISCSI_UNIQUE_SESSION_ID id;
	uint32_t size = 8192, count;
	char key[] = "k\0y";

	(void)state;
	assert_int_equal(GetIScsiSessionListW(&size, &count, s), 0);
	id = s[0].SessionId;
	free(s);
	assert_int_equal(AddIScsiConnectionA(&id, NULL,
					     ISCSI_ANY_INITIATOR_PORT, &portal,
					     0x57, NULL, 3, key, NULL), 0);
	assert_true(fake_charon_heard("data=k\\00y"));
	assert_true(fake_charon_heard("mode=tunnel"));
	assert_true(fake_charon_heard("remote_ts[ 127.0.0.1/32[6/3261] ]"));
	assert_int_equal(AddIScsiConnectionA(&id, NULL,
					     ISCSI_ANY_INITIATOR_PORT, &portal,
					     0x57, NULL, 3, NULL, NULL),
			 ERROR_INVALID_PARAMETER);
}

/* A short secret needs IPsec, and remembered IPsec is as good as any. */
static void short_secret(void **state)
{
	ISCSI_TARGET_PORTALA portal = { .Address = "127.0.0.1",
					.Socket = 3261 };
	ISCSI_LOGIN_OPTIONS o = {
		.InformationSpecified = ISCSI_LOGIN_OPTIONS_PASSWORD,
		.Password = (uint8_t *)"brief",
		.PasswordLength = 5,
	};
	ISCSI_SESSION_INFOW *s = malloc(8192);
	ISCSI_UNIQUE_CONNECTION_ID id;
	uint32_t size = 8192, count;
	char key[] = "key";

	(void)state;
	forget("ipsec/iscsi-mcs-7f000001-7f000001.portal");
	assert_int_equal(GetIScsiSessionListW(&size, &count, s), 0);
	assert_int_equal(AddIScsiConnectionA(&s[0].SessionId, NULL, -1, &portal,
					     0, &o, 0, NULL, NULL),
			 ISDSC_INVALID_TARGET_CHAP_SECRET);
	assert_int_equal(AddIScsiConnectionA(&s[0].SessionId, NULL, -1, &portal,
					     0x01, &o, 0, NULL, NULL),
			 ISDSC_INVALID_TARGET_CHAP_SECRET);
	assert_int_equal(fake.adds, 0);
	assert_int_equal(AddIScsiConnectionA(&s[0].SessionId, NULL, -1, &portal,
					     FLAGS, &o, 3, key, &id), 0);
	assert_int_equal(RemoveIScsiConnection(&s[0].SessionId, &id), 0);
	assert_int_equal(AddIScsiConnectionA(&s[0].SessionId, NULL, -1, &portal,
					     0, &o, 0, NULL, &id), 0);
	assert_int_equal(fake.last_add.flags &
			 ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC,
			 ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC);
	assert_int_equal(fake.secret_len, 5);
	free(s);
}

static const struct failure {
	const char *error;
	const char *line;
	const char *responder;
	ISDSC_STATUS status;
	const char *text;
} failures[] = {
	{ "CHILD_SA 'p3260' not established after 2000ms", NULL,
	  "0000000000000000", ISDSC_CONNECTION_FAILED, "does not answer IKE" },
	{ "CHILD_SA 'p3260' not established after 2000ms", NULL,
	  "8877665544332211", ISDSC_AUTHENTICATION_FAILURE,
	  "is the key right" },
	{ "establishing CHILD_SA 'p3260' failed",
	  "received NO_PROPOSAL_CHOSEN error notify", NULL,
	  ISDSC_FAILED_TO_CONFIGURE_IPSEC, "none of the IPsec proposals" },
	{ "establishing CHILD_SA 'p3260' failed",
	  "received INVALID_ID_INFORMATION error notify", NULL,
	  ISDSC_FAILED_TO_CONFIGURE_IPSEC, "mode or addresses" },
	{ "establishing CHILD_SA 'p3260' failed",
	  "calculated HASH does not match HASH payload", NULL,
	  ISDSC_AUTHENTICATION_FAILURE, "is the key right" },
	{ "establishing CHILD_SA 'p3260' failed", NULL, NULL,
	  ISDSC_FAILED_TO_CONFIGURE_IPSEC, "negotiation failed" },
};

static void negotiation_fails(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		fake_charon.initiate_error = failures[i].error;
		fake_charon.initiate_line = failures[i].line;
		fake_charon.responder = failures[i].responder;
		assert_int_equal(add_with(FLAGS, "secret"),
				 failures[i].status);
		assert_non_null(strstr(iscsidsc_detail(h), failures[i].text));
		assert_int_equal(fake.adds, 0);
		nothing_left();
		assert_false(file_has(PORTAL, ""));
	}
	assert_true(fake_charon_heard("terminate ike=" NAME " force=yes"));
	assert_true(fake_charon_heard("unload-shared id=ike-" NAME));
}

static void charon_fails(void **state)
{
	struct iscsidsc_add add;
	int fds[2];

	(void)state;
	fake_charon.refused = "load-conn";
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "refused by the test"));
	fake_charon.refused = NULL;
	fake_charon.no_policy = 1;
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "another policy"));
	nothing_left();
	fake_charon.garbage = 1;
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	fake_charon.garbage = 0;
	fake_charon.mute = "list-conns";
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_SERVICE_DID_NOT_RESPOND);
	/* Somebody else wants the waiting to end. */
	fake_charon.mute = "initiate";
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	init(&add, FLAGS, "secret");
	add.cancel_fd = fds[0];
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn), ERROR_CANCELLED);
	close(fds[0]);
	close(fds[1]);
	fake_charon.mute = NULL;
	fake_charon_stop();
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_IPSEC_NOT_SUPPORTED_ON_OS);
	assert_non_null(strstr(iscsidsc_detail(h), "not running"));
	assert_int_equal(fake.adds, 0);
}

static void kernel_refuses(void **state)
{
	(void)state;
	fake_fail(ISCSI_MCS_CMD_CONN_ADD, EKEYREVOKED, "no IPsec", 1);
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_string_equal(iscsidsc_detail(h), "no IPsec");
	nothing_left();
	assert_false(file_has(PORTAL, ""));
}

static void put_policy(uint32_t reqid, int block, int templates, uint8_t prefix)
{
	struct iscsidsc_xfrm_policy p = {
		.family = AF_INET,
		.dir = XFRM_POLICY_OUT,
		.block = (uint8_t)block,
		.priority = 100,
		.saddr = { 10, 0, 2, 1 },
		.daddr = { 10, 0, 3, 0 },
		.sprefix = 32,
		.dprefix = prefix,
		.templates = (uint32_t)templates,
		.esp = (uint8_t)templates,
		.reqid = reqid,
	};

	assert_int_equal(fake_host_policy(&p), 0);
}

/* What is there wins, flags and key do not count, and the caller learns it */
static void existing_policy(void **state)
{
	(void)state;
	put_policy(7, 0, 1, 24);
	assert_int_equal(add_with(FLAGS, NULL), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_EXISTING);
	assert_int_equal(fake.last_add.flags,
			 ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC);
	assert_false(fake_charon_heard("load-"));
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	assert_int_equal(fake_host.policy_count, 1);

	fake_host.policy_count = 0;
	put_policy(0, 1, 0, 24);
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "blocks"));
	fake_host.policy_count = 0;
	put_policy(0, 0, 0, 24);
	assert_int_equal(add_with(FLAGS, "secret"),
			 ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "exempts"));
	/* That of another host */
	fake_host.policy_count = 0;
	put_policy(7, 0, 1, 32);
	assert_int_equal(add_with(FLAGS, "secret"), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_REQUESTED);
}

static void put_sa(uint32_t spi, uint32_t reqid, int out)
{
	static const uint8_t here[] = { 10, 0, 2, 1 }, there[] = { 10, 0, 3, 10 };
	struct iscsidsc_xfrm_sa *sa = &fake_host.sas[fake_host.sa_count++];

	memset(sa, 0, sizeof(*sa));
	sa->family = AF_INET;
	sa->spi = spi;
	sa->reqid = reqid;
	memcpy(sa->saddr, out ? here : there, sizeof(here));
	memcpy(sa->daddr, out ? there : here, sizeof(here));
}

/* A charon that was killed leaves in the kernel what it had there. */
static void charon_was_killed(void **state)
{
	uint32_t reqid = 0;
	size_t i;

	(void)state;
	assert_int_equal(add_with(FLAGS, "secret"), 0);
	for (i = 0; i < fake_host.policy_count; i++)
		if (fake_host.policies[i].templates)
			reqid = fake_host.policies[i].reqid;
	assert_int_not_equal(reqid, 0);
	put_sa(1, reqid, 1);
	put_sa(2, reqid, 0);
	put_sa(3, 7, 1);
	put_policy(7, 0, 1, 24);
	/* In use, nothing of it goes. */
	iscsidsc_ipsec_clean(h);
	assert_int_equal(fake_host.sa_count, 3);
	fake_charon_stop();
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	assert_int_equal(fake_host.sa_count, 1);
	assert_int_equal(fake_host.sas[0].spi, 3);
	assert_int_equal(fake_host.policy_count, 1);
	assert_int_equal(fake_host.policies[0].reqid, 7);
	fake_host.sa_count = 0;
}

static void existing_connection(void **state)
{
	static const char *const covers[] = {
		"10.0.3.0/24", "10.0.3.10/32[6/3260]", "10.0.3.10/32[tcp]",
		"dynamic[tcp/3260]",
	};
	static const char *const others[] = {
		"10.0.4.0/24", "10.0.3.10/32[6/3261]", "10.0.3.10/32[udp]",
		"10.0.3.10/99", "nonsense",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(covers); i++) {
		fake_charon.log[0] = '\0';
		fake_charon.foreign_ts = covers[i];
		assert_int_equal(add_with(FLAGS, "secret"), 0);
		assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_EXISTING);
		assert_true(fake_charon_heard("initiate child=disks ike=office"));
		assert_false(fake_charon_heard("load-"));
		assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
		fake_charon.sas[0] = '\0';
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		fake_charon.foreign_ts = others[i];
		assert_int_equal(add_with(FLAGS, "secret"), 0);
		assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_REQUESTED);
		assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	}
}

static void remembered(void **state)
{
	char path[512];

	(void)state;
	assert_int_equal(add_required(0), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "neither given"));
	assert_int_equal(add_with(0x5b, "secret"), 0);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	nothing_left();
	fake_charon.log[0] = '\0';
	assert_int_equal(add_with(0, NULL), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_REMEMBERED);
	assert_true(fake_charon_heard("data=secret"));
	assert_true(fake_charon_heard("mode=tunnel"));
	assert_true(fake_charon_heard("aggressive=yes"));
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	/* Switched off by the call */
	assert_int_equal(add_with(0x01, NULL), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_NONE);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	/* Nobody else may read the key. */
	snprintf(path, sizeof(path), "%s/" PORTAL, fake_host_dir());
	chmod(path, 0644);
	assert_int_equal(add_with(0, NULL), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), path));
	assert_non_null(strstr(iscsidsc_detail(h), "chmod 600"));
}

static void by_default(void **state)
{
	(void)state;
	put_private("ipsec/defaults", "# for all portals\nflags = 0x27\n"
		    "key = 0x00ff\n");
	assert_int_equal(add_with(0, NULL), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_DEFAULT);
	assert_true(fake_charon_heard("data=\\00\\ff"));
	put_private("ipsec/defaults", "# two lines\nflags = many\n");
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	forget(PORTAL);
	assert_int_equal(add_with(0, NULL), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "(line 2 of "));
}

/* What cannot be read, or makes no sense, is not taken for nothing */
static void no_good_defaults(void **state)
{
	char path[512];

	(void)state;
	put_private("ipsec/defaults", "flags = 0x26\nkey = 0x00ff\n");
	assert_int_equal(add_with(0, NULL), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "0x1"));
	put_private("ipsec/defaults", "flags = 0x6f\nkey = 0x00ff\n");
	assert_int_equal(add_with(0, NULL), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "tunnel"));
	forget("ipsec/defaults");
	snprintf(path, sizeof(path), "%s/ipsec/defaults", fake_host_dir());
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(add_with(0, NULL), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), path));
	assert_int_equal(rmdir(path), 0);
	/* a file that gives an error when it is read */
	assert_int_equal(symlink("/proc/self/mem", path), 0);
	assert_int_equal(add_with(0, NULL), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), path));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(add_with(0, NULL), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_NONE);
}

/* Two ports of one portal address: the other one's IPsec stays */
static void two_ports(void **state)
{
	struct iscsidsc_add add;
	uint32_t first;

	(void)state;
	assert_int_equal(add_with(FLAGS, "secret"), 0);
	first = conn.id;
	init(&add, 0x47, "another key");
	add.port = 3261;
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn), 0);
	assert_true(file_has(CONF, "p3260 {"));
	assert_true(file_has(CONF, "p3261 {"));
	/* One key for a pair of addresses */
	assert_false(fake_charon_heard("data=another key"));
	assert_int_equal(blocks(), 8);
	/* A third port that fails takes nothing along. */
	init(&add, FLAGS, "secret");
	add.port = 3262;
	fake_charon.initiate_error = "failed";
	assert_int_equal(iscsidsc_conn_add(h, &add, NULL),
			 ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_true(file_has(CONF, "p3260 {") && file_has(CONF, "p3261 {"));
	assert_false(file_has(CONF, "p3262 {"));
	assert_true(fake_charon_heard("terminate ike=" NAME " child=p3262"));
	assert_int_equal(blocks(), 8);
	assert_string_equal(fake_charon.conns, " " NAME);
	assert_int_equal(iscsidsc_conn_remove(h, 1, first), 0);
	assert_false(file_has(CONF, "p3260 {"));
	assert_true(file_has(CONF, "p3261 {"));
	assert_int_equal(blocks(), 4);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	nothing_left();
}

static void same_portal_twice(void **state)
{
	struct iscsidsc_add add;
	uint32_t first;

	(void)state;
	assert_int_equal(add_with(FLAGS, "secret"), 0);
	first = conn.id;
	init(&add, 0x47, NULL);
	add.flags = ISCSI_MCS_CONN_FLAGS_ALLOW_DUPLICATE;
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_EXISTING);
	assert_int_equal(fake_charon_heard("initiate "), 1);
	assert_int_equal(iscsidsc_conn_remove(h, 1, first), 0);
	assert_int_equal(blocks(), 4);
	assert_string_equal(fake_charon.conns, " " NAME);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	nothing_left();
}

/* Without its file a pair is kept as long as it is in use. */
static void file_is_gone(void **state)
{
	(void)state;
	assert_int_equal(add_with(FLAGS, "secret"), 0);
	forget(CONF);
	iscsidsc_ipsec_clean(h);
	assert_string_equal(fake_charon.conns, " " NAME);
	assert_int_equal(blocks(), 4);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	nothing_left();
}

/* A session that iscsiadm logged out, a call that was killed */
static void leftovers(void **state)
{
	(void)state;
	assert_int_equal(add_with(FLAGS, "secret"), 0);
	fake.sessions[0].conn_count--;
	iscsidsc_ipsec_clean(h);
	nothing_left();
	strcpy(fake_charon.conns, " " NAME " iscsi-mcs-office home");
	iscsidsc_ipsec_clean(h);
	assert_true(fake_charon_heard("unload-conn name=" NAME));
	assert_false(fake_charon_heard("name=iscsi-mcs-office"));
	assert_false(fake_charon_heard("name=home"));
}

static void link_local(void **state)
{
	struct iscsidsc_add add;

	(void)state;
	init(&add, FLAGS, "secret");
	add.address = "fe80::1%lo";
	add.source = NULL;
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn),
			 ISDSC_ADDRESS_TYPE_NOT_SUPPORTED);
	/* Defaults demand it as well, and without them nobody does. */
	add.security_flags = 0;
	put_private("ipsec/defaults", "flags = 0x27\nkey = 0x00ff\n");
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn),
			 ISDSC_ADDRESS_TYPE_NOT_SUPPORTED);
	assert_int_equal(fake.adds, 0);
	put_private("ipsec/defaults", "flags = 0\n");
	assert_int_equal(iscsidsc_conn_add(h, &add, &conn), 0);
	assert_int_equal(conn.ipsec_origin, ISCSIDSC_IPSEC_NONE);
}

/* What cannot be looked at is not the same as nothing. */
static void no_look(void **state)
{
	char path[512], away[512];

	(void)state;
	assert_int_equal(add_with(0, NULL), 0);
	snprintf(path, sizeof(path), "%s/ipsec", fake_host_dir());
	snprintf(away, sizeof(away), "%s/away", fake_host_dir());
	/* There is one only if another test could not empty it. */
	rename(path, away);
	assert_int_equal(symlink("ipsec", path), 0);
	assert_int_equal(iscsidsc_conn_remove(h, 1, conn.id), 0);
	assert_int_equal(add_with(0, NULL), ISDSC_FAILED_TO_CONFIGURE_IPSEC);
	assert_non_null(strstr(iscsidsc_detail(h), "settings for IPsec"));
	assert_non_null(strstr(iscsidsc_detail(h), path));
	assert_int_equal(fake.adds, 1);
	/* Whoever says that there is to be none need not look. */
	assert_int_equal(add_with(0x01, NULL), 0);
}

static void names(void **state)
{
	struct ipsec_pair pair, same;
	char name[IPSEC_NAME_LEN];
	static const char *const bad[] = {
		"", "iscsi-mcs-", "iscsi-mcs-0a000201", "iscsi-mcs-0a000201-",
		"iscsi-mcs-0a000201-0a00030", "iscsi-mcs-0a000201-0a00030g",
		"iscsi-mcs-0a000201-fd000000000000000000000000000001",
		"other-0a000201-0a00030a",
	};
	size_t i;

	(void)state;
	assert_int_equal(ipsec_pair_parse(NAME, &pair), 0);
	ipsec_pair_name(&pair, name);
	assert_string_equal(name, NAME);
	assert_int_equal(ipsec_reqid(&pair, 3260) >> 28, 5);
	assert_int_not_equal(ipsec_reqid(&pair, 3260),
			     ipsec_reqid(&pair, 3261));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ipsec_pair_parse(bad[i], &same), -1);
}

static void malformed_messages(void **state)
{
	static const uint8_t bad[][6] = {
		{ 3, 5, 'a' }, { 3, 1, 'a', 0, 9, 'b' }, { 9 }, { 1, 200 },
		{ 5, 255, 255 }, { 3 },
	};
	struct vici_reader r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		vici_read(&r, bad[i], sizeof(bad[i]));
		while (vici_next(&r) != VICI_BAD)
			assert_true(r.p < r.end);
		assert_int_equal(vici_next(&r), VICI_END);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(flags_are_mapped),
		TEST(selectors_are_narrow),
		TEST(wrong_flags),
		TEST(keys),
		TEST(windows_call),
		TEST(short_secret),
		TEST(negotiation_fails),
		TEST(charon_fails),
		TEST(kernel_refuses),
		TEST(existing_policy),
		TEST(charon_was_killed),
		TEST(existing_connection),
		TEST(remembered),
		TEST(by_default),
		TEST(no_good_defaults),
		TEST(two_ports),
		TEST(same_portal_twice),
		TEST(file_is_gone),
		TEST(leftovers),
		TEST(link_local),
		TEST(no_look),
		TEST(names),
		TEST(malformed_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
