// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The file of saved connections: what is written is what is read. */

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "fake_host.h"
#include "fake_kernel.h"

#define CONFIG	"iscsi_mcs.conf"

static int setup(void **state)
{
	char path[512];

	(void)state;
	fake_two_sessions();
	snprintf(path, sizeof(path), "%s/" CONFIG, fake_host_dir());
	unlink(path);
	return 0;
}

static struct iscsidsc_saved plain(void)
{
	struct iscsidsc_saved saved = {
		.target = "iqn.2024-01.example:disk1",
	};

	iscsidsc_add_init(&saved.add);
	saved.add.address = "10.0.2.10";
	saved.add.port = 3260;
	return saved;
}

static void nothing(void **state)
{
	struct iscsidsc_saved_list *list;

	(void)state;
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 0);
	iscsidsc_saved_free(list);
}

static void round_trip(void **state)
{
	static const char binary[] = { ' ', 0, 1, '\n', (char)0xff };
	struct iscsidsc_saved saved = plain();
	struct iscsidsc_saved_list *list;
	const struct iscsidsc_add *a;
	struct stat st;
	char path[512];

	(void)state;
	saved.leading = "10.0.1.10:3260";
	saved.add.port = 3261;
	saved.add.source = "10.0.2.1";
	saved.add.ifname = "eth1";
	saved.add.timeout_ms = 5000;
	saved.add.header_digest = ISCSI_MCS_DIGEST_CRC32C;
	saved.add.data_digest = ISCSI_MCS_DIGEST_NONE;
	saved.add.role = ISCSI_MCS_ROLE_STANDBY;
	saved.add.weight = 7;
	saved.add.auth = ISCSI_MCS_AUTH_MUTUAL_CHAP;
	saved.add.chap_name = "joe";
	saved.add.chap_name_len = 3;
	saved.add.chap_secret = binary;
	saved.add.chap_secret_len = sizeof(binary);
	saved.add.chap_secret_in = "hex:like";
	saved.add.chap_secret_in_len = 8;
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 1);
	assert_string_equal(list->items[0]->target, saved.target);
	assert_string_equal(list->items[0]->leading, saved.leading);
	a = &list->items[0]->add;
	assert_string_equal(a->address, "10.0.2.10");
	assert_string_equal(a->source, "10.0.2.1");
	assert_string_equal(a->ifname, "eth1");
	assert_int_equal(a->port, 3261);
	assert_int_equal(a->timeout_ms, 5000);
	assert_int_equal(a->header_digest, 1);
	assert_int_equal(a->data_digest, 0);
	assert_int_equal(a->role, ISCSI_MCS_ROLE_STANDBY);
	assert_int_equal(a->weight, 7);
	assert_int_equal(a->auth, ISCSI_MCS_AUTH_MUTUAL_CHAP);
	assert_int_equal(a->chap_name_len, 3);
	assert_int_equal(a->chap_secret_len, sizeof(binary));
	assert_memory_equal(a->chap_secret, binary, sizeof(binary));
	assert_int_equal(a->chap_secret_in_len, 8);
	assert_memory_equal(a->chap_secret_in, "hex:like", 8);
	iscsidsc_saved_free(list);
	snprintf(path, sizeof(path), "%s/" CONFIG, fake_host_dir());
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void replace_and_remove(void **state)
{
	struct iscsidsc_saved saved = plain(), other = plain();
	struct iscsidsc_saved_list *list;

	(void)state;
	other.add.address = "10.0.3.10";
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(iscsidsc_saved_add(&other), 0);
	saved.add.weight = 3;
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 2);
	assert_string_equal(list->items[0]->add.address, "10.0.3.10");
	assert_int_equal(list->items[1]->add.weight, 3);
	iscsidsc_saved_free(list);
	assert_int_equal(iscsidsc_saved_remove(&other), 0);
	assert_int_equal(iscsidsc_saved_remove(&other),
			 ISDSC_INVALID_CONNECTION_ID);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 1);
	iscsidsc_saved_free(list);
}

/* However an address is written, it is the same. */
static void one_form(void **state)
{
	struct iscsidsc_saved saved = plain();
	struct iscsidsc_saved_list *list;

	(void)state;
	saved.leading = "[2001:DB8:0::10]:3260";
	saved.add.address = "2001:DB8:0::20";
	saved.add.source = "[2001:db8:0:0::1]";
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_string_equal(list->items[0]->add.address, "2001:db8::20");
	assert_string_equal(list->items[0]->add.source, "2001:db8::1");
	iscsidsc_saved_free(list);
	saved.leading = "[2001:db8::10]:3260";
	saved.add.address = "2001:db8::20";
	saved.add.source = "2001:db8::1";
	saved.add.weight = 2;
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 1);
	assert_int_equal(list->items[0]->add.weight, 2);
	iscsidsc_saved_free(list);
	saved.add.address = "2001:db8:0:0::20";
	assert_int_equal(iscsidsc_saved_remove(&saved), 0);
}

/* Who may open the directory must not be able to keep others out. */
static void own_lock(void **state)
{
	struct iscsidsc_saved saved = plain();
	char path[512];
	struct stat st;
	int fd;

	(void)state;
	fd = open(fake_host_dir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	alarm(30);
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	alarm(0);
	close(fd);
	snprintf(path, sizeof(path), "%s/" CONFIG ".lock", fake_host_dir());
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* No file of anybody else's is locked, or made, for a link. */
	unlink(path);
	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(iscsidsc_saved_add(&saved),
			 ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA);
	unlink(path);
}

static void written_by_hand(void **state)
{
	struct iscsidsc_saved_list *list;

	(void)state;
	fake_host_file(CONFIG,
		       "# mine\n\n  [connection]\t\n target=iqn.a\n"
		       "address  =  host.example\t\n[initiator]\n"
		       "chap-secret-in = secret of 15 b\n"
		       "[connection]\ntarget = iqn.b\naddress = ::1\n"
		       "port = 860\n");
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 2);
	assert_string_equal(list->items[0]->add.address, "host.example");
	assert_int_equal(list->items[0]->add.port, 3260);
	assert_int_equal(list->items[0]->add.header_digest,
			 ISCSIDSC_DIGEST_SESSION);
	assert_int_equal(list->items[1]->add.port, 860);
	iscsidsc_saved_free(list);
}

static void damaged(void **state)
{
#define GOOD	"[connection]\ntarget = iqn.a\naddress = a\n"
	static const struct {
		const char *text;
		const char *why;
	} wrong[] = {
		{ "target = iqn.a\n", "line 1 " },
		{ "[connections]\n", "line 1 " },
		{ "[connection]\ntarget = iqn.a\n", "connection 1 " },
		{ GOOD "[connection]\naddress = 10.0.0.1\n", "connection 2 " },
		{ GOOD "port = 65536\n", "line 4 " },
		{ GOOD "\n# minus\nport = -1\n", "line 6 " },
		{ GOOD "role = chief\n", "line 4 " },
		{ GOOD "colour = red\n", "line 4 " },
		{ GOOD "chap-secret =\n", "line 4 " },
		{ GOOD "chap-secret = hex:1\n", "line 4 " },
		{ GOOD "chap-secret = hex:1g\n", "line 4 " },
		{ "[initiator]\ncolour = red\n", "line 2 " },
		{ "[initiator]\nchap-secret-in = a\nchap-secret-in = b\n",
		  "line 3 " },
		{ "nonsense\n", "line 1 " },
		{ "[session]\npolicy = round-robin\n", "session 1 " },
		{ "[session]\ntarget = iqn.a\ntarget = iqn.b\n", "line 3 " },
		{ "[session]\ntarget =\n", "line 2 " },
		{ "[session]\ntarget = iqn.a\npolicy = best\n", "line 3 " },
		{ "[session]\ntarget = iqn.a\npolicy = 1\n", "line 3 " },
		{ "[session]\nnop-interval = 5s\n", "line 2 " },
		{ "[session]\ntarget = iqn. a\n", "line 2 " },
		{ "[session]\ntarget = a\n[session]\ntarget = a\n", "session 2 " },
		{ "[session]\nnop-interval = 4294967296\n", "line 2 " },
		{ "[session]\naddress = 10.0.0.1\n", "line 2 " },
	};
	struct iscsidsc_saved_list *list;
	struct iscsidsc_saved saved = plain();
	char *text, why[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		fake_host_file(CONFIG, wrong[i].text);
		assert_int_equal(iscsidsc_saved_get(&list),
				 ISDSC_CACHE_CORRUPTED);
		/* What is not understood is not overwritten. */
		assert_int_equal(iscsidsc_saved_add(&saved),
				 ISDSC_CACHE_CORRUPTED);
		text = fake_host_read(CONFIG);
		assert_string_equal(text, wrong[i].text);
		free(text);
		iscsidsc_saved_detail(why, sizeof(why));
		assert_memory_equal(why, wrong[i].why, strlen(wrong[i].why));
	}
}

static void settings(void **state)
{
	static const char one[] = "iqn.a", two[] = "iqn.b";
	struct iscsidsc_saved saved = plain();
	struct iscsidsc_saved_list *list;
	const struct iscsidsc_saved_session *s;

	(void)state;
	assert_int_equal(iscsidsc_saved_set(one, ISCSIDSC_SET_POLICY,
					    ISCSI_MCS_POLICY_ROUND_ROBIN), 0);
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(iscsidsc_saved_set(two, ISCSIDSC_SET_NOP_INTERVAL_MS,
					    UINT32_MAX), 0);
	assert_int_equal(iscsidsc_saved_set(one, ISCSIDSC_SET_TARGET_CLASS,
					    ISCSI_MCS_TARGET_CLASS_CLOSE_RETRY),
			 0);
	assert_int_equal(iscsidsc_saved_set(one, ISCSIDSC_SET_POLICY,
					    ISCSI_MCS_POLICY_WEIGHTED_PATHS), 0);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 1);
	assert_int_equal(list->session_count, 2);
	s = list->sessions[0];
	assert_string_equal(s->target, one);
	assert_int_equal(s->mask, 1 << ISCSIDSC_SET_POLICY |
				  1 << ISCSIDSC_SET_TARGET_CLASS);
	assert_int_equal(s->values[ISCSIDSC_SET_POLICY],
			 ISCSI_MCS_POLICY_WEIGHTED_PATHS);
	assert_int_equal(s->values[ISCSIDSC_SET_TARGET_CLASS],
			 ISCSI_MCS_TARGET_CLASS_CLOSE_RETRY);
	assert_int_equal(list->sessions[1]->values[ISCSIDSC_SET_NOP_INTERVAL_MS],
			 UINT32_MAX);
	iscsidsc_saved_free(list);
	/* the last one takes the target along; connections stay */
	assert_int_equal(iscsidsc_saved_unset(one, ISCSIDSC_SET_POLICY), 0);
	assert_int_equal(iscsidsc_saved_unset(two,
					      ISCSIDSC_SET_NOP_INTERVAL_MS), 0);
	assert_int_equal(iscsidsc_saved_unset(two,
					      ISCSIDSC_SET_NOP_INTERVAL_MS), 0);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->count, 1);
	assert_int_equal(list->session_count, 1);
	assert_int_equal(list->sessions[0]->mask,
			 1 << ISCSIDSC_SET_TARGET_CLASS);
	iscsidsc_saved_free(list);
}

static void unsafe_settings(void **state)
{
	struct iscsidsc_saved_list *list;

	(void)state;
	assert_int_equal(iscsidsc_saved_set("iqn.a\npolicy = x",
					    ISCSIDSC_SET_NOP_TIMEOUT_MS, 1),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_set("", ISCSIDSC_SET_NOP_TIMEOUT_MS, 1),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_set(" ", ISCSIDSC_SET_NOP_TIMEOUT_MS,
					    1), ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_set("iqn.\xff",
					    ISCSIDSC_SET_NOP_TIMEOUT_MS, 1),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_set(NULL, ISCSIDSC_SET_NOP_TIMEOUT_MS,
					    1), ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_set("iqn.a", ISCSIDSC_SETTINGS, 1),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_unset("iqn.a", 99),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_set("iqn.a", ISCSIDSC_SET_POLICY, 99),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_int_equal(list->session_count, 0);
	iscsidsc_saved_free(list);
}

/* A file that cannot be read is neither empty nor full of nonsense. */
static void unreadable(void **state)
{
	struct iscsidsc_saved saved = plain();
	struct iscsidsc_saved_list *list;
	char path[512], why[600];

	(void)state;
	iscsidsc_saved_detail(why, sizeof(why));
	assert_string_equal(why, "");
	snprintf(path, sizeof(path), "%s/" CONFIG, fake_host_dir());
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(iscsidsc_saved_get(&list), ISDSC_NON_SPECIFIC_ERROR);
	assert_int_equal(iscsidsc_saved_add(&saved), ISDSC_NON_SPECIFIC_ERROR);
	iscsidsc_saved_detail(why, sizeof(why));
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, "directory"));
	rmdir(path);
	assert_int_equal(symlink(CONFIG, path), 0);
	assert_int_equal(iscsidsc_saved_get(&list), ISDSC_NON_SPECIFIC_ERROR);
	unlink(path);
}

static void unsafe_text(void **state)
{
	struct iscsidsc_saved saved = plain();

	(void)state;
	saved.add.symbolic_name = "left\nchap-secret = x";
	assert_int_equal(iscsidsc_saved_add(&saved), ERROR_INVALID_PARAMETER);
	saved = plain();
	saved.add.address = "";
	assert_int_equal(iscsidsc_saved_add(&saved), ERROR_INVALID_PARAMETER);
	saved = plain();
	saved.target = NULL;
	assert_int_equal(iscsidsc_saved_add(&saved), ERROR_INVALID_PARAMETER);
}

/* What is written can be read; what cannot be is a damaged file. */
static void long_text(void **state)
{
	struct iscsidsc_saved saved = plain();
	struct iscsidsc_saved_list *list;
	char text[5000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[1025] = '\0';
	saved.add.symbolic_name = text;
	assert_int_equal(iscsidsc_saved_add(&saved), ERROR_INVALID_PARAMETER);
	text[1024] = '\0';
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(iscsidsc_saved_get(&list), 0);
	assert_string_equal(list->items[0]->add.symbolic_name, text);
	iscsidsc_saved_free(list);
	memset(text, '#', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	fake_host_file(CONFIG, text);
	assert_int_equal(iscsidsc_saved_get(&list), ISDSC_CACHE_CORRUPTED);
}

/* Somebody was killed while writing: his file has secrets and does not stay. */
static void remnant(void **state)
{
	struct iscsidsc_saved saved = plain();
	char path[512];

	(void)state;
	fake_host_file(CONFIG ".new", "[initiator]\nchap-secret-in = old\n");
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	snprintf(path, sizeof(path), "%s/" CONFIG ".new", fake_host_dir());
	assert_int_equal(access(path, F_OK), -1);
}

static void session_of(void **state)
{
	struct iscsidsc_saved saved = plain();
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;

	(void)state;
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_snapshot_get(h, 1, &snap), 0);
	assert_true(iscsidsc_saved_matches(&saved, snap->sessions[0]));
	saved.leading = "10.0.1.10:3260";
	assert_true(iscsidsc_saved_matches(&saved, snap->sessions[0]));
	saved.leading = "10.0.1.11:3260";
	assert_false(iscsidsc_saved_matches(&saved, snap->sessions[0]));
	saved.leading = NULL;
	saved.target = "iqn.2024-01.example:disk2";
	assert_false(iscsidsc_saved_matches(&saved, snap->sessions[0]));
	iscsidsc_snapshot_free(snap);
	iscsidsc_close(h);
}

static void secret_of_targets(void **state)
{
	ISCSI_LOGIN_OPTIONS o = {
		.InformationSpecified = ISCSI_LOGIN_OPTIONS_AUTH_TYPE,
		.AuthType = ISCSI_MUTUAL_CHAP_AUTH_TYPE,
	};
	ISCSI_TARGET_PORTALA portal = { .Address = "10.0.3.10",
					.Socket = 3260 };
	struct iscsidsc_saved saved = plain();
	uint32_t size = 8192, count;
	ISCSI_SESSION_INFOA *s = malloc(size);
	uint8_t secret[] = "sixteen bytes ok!";

	(void)state;
	assert_int_equal(SetIScsiInitiatorCHAPSharedSecret(11, secret),
			 ISDSC_INVALID_INITIATOR_CHAP_SECRET);
	assert_int_equal(SetIScsiInitiatorCHAPSharedSecret(17, secret),
			 ISDSC_INVALID_INITIATOR_CHAP_SECRET);
	assert_int_equal(SetIScsiInitiatorCHAPSharedSecret(12, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(SetIScsiInitiatorRADIUSSharedSecret(12, secret),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(SetIScsiInitiatorCHAPSharedSecret(16, secret), 0);
	assert_int_equal(GetIScsiSessionListA(&size, &count, s), 0);
	assert_int_equal(AddIScsiConnectionA(&s->SessionId, NULL, -1, &portal,
					     0, &o, 0, NULL, NULL), 0);
	assert_int_equal(fake.secret_in_len, 16);
	assert_memory_equal(fake.secret_in, secret, 16);
	/* Saving a connection keeps it, length 0 forgets it. */
	saved.add.weight = 1;
	assert_int_equal(iscsidsc_saved_add(&saved), 0);
	assert_int_equal(AddIScsiConnectionA(&s->SessionId, NULL, -1, &portal,
					     0, &o, 0, NULL, NULL), 0);
	assert_int_equal(fake.secret_in_len, 16);
	assert_int_equal(SetIScsiInitiatorCHAPSharedSecret(0, NULL), 0);
	fake.sessions[0].max_connections = 8;
	assert_int_equal(AddIScsiConnectionA(&s->SessionId, NULL, -1, &portal,
					     0, &o, 0, NULL, NULL), 0);
	assert_int_equal(fake.secret_in_len, 0);
	free(s);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup(fn, setup)
	static const struct CMUnitTest tests[] = {
		TEST(nothing),
		TEST(round_trip),
		TEST(replace_and_remove),
		TEST(one_form),
		TEST(own_lock),
		TEST(written_by_hand),
		TEST(damaged),
		TEST(settings),
		TEST(unsafe_settings),
		TEST(unreadable),
		TEST(unsafe_text),
		TEST(long_text),
		TEST(remnant),
		TEST(session_of),
		TEST(secret_of_targets),
	};

	return cmocka_run_group_tests_name("saved", tests, NULL, NULL);
}
