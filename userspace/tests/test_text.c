// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* UTF-16 and UTF-8, unique IDs, addresses, names. */

#include <sys/socket.h>

#include "unit.h"

#include "internal.h"

static void utf16(void **state)
{
	static const char16_t text[] = u"a\u00fc\u20ac\U0001f600";
	char out[32];
	char16_t back[16];

	(void)state;
	assert_int_equal(iscsidsc_utf16_to_utf8(text, ARRAY_SIZE(text), out,
						sizeof(out)), 0);
	assert_string_equal(out, "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_int_equal(iscsidsc_utf8_to_utf16(out, back, ARRAY_SIZE(back)),
			 ARRAY_SIZE(text));
	assert_memory_equal(back, text, sizeof(text));
	assert_int_equal(iscsidsc_utf8_to_utf16(out, NULL, 0),
			 ARRAY_SIZE(text));
	/* No terminator in the array; no room for the result */
	assert_int_equal(iscsidsc_utf16_to_utf8(text, ARRAY_SIZE(text) - 1, out,
						sizeof(out)), -1);
	assert_int_equal(iscsidsc_utf16_to_utf8(text, ARRAY_SIZE(text), out,
						10), -1);
	assert_int_equal(iscsidsc_utf16_to_utf8(text, ARRAY_SIZE(text), out,
						11), 0);
	assert_int_equal(iscsidsc_utf16_to_utf8(u"", 1, out, 1), 0);
}

static void utf16_wrong(void **state)
{
	static const char16_t low[] = { 0xdc00, 0 };
	static const char16_t high[] = { 0xd800, 0 };
	static const char16_t pair[] = { 0xd800, 0xd800, 0 };
	char out[32];

	(void)state;
	assert_int_equal(iscsidsc_utf16_to_utf8(low, 2, out, 32), -1);
	assert_int_equal(iscsidsc_utf16_to_utf8(high, 2, out, 32), -1);
	assert_int_equal(iscsidsc_utf16_to_utf8(pair, 3, out, 32), -1);
}

static void utf8_wrong(void **state)
{
	static const char *const wrong[] = {
		"\x80", "\xc0\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xff", "a\xc3(",
	};
	char16_t out[8];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_false(iscsidsc_utf8_valid(wrong[i]));
		assert_true(iscsidsc_utf8_to_utf16(wrong[i], out, 8) > 1);
	}
	assert_true(iscsidsc_utf8_valid("\xf0\x9f\x98\x80 ok"));
}

/* Fields of structures: cut between characters */
static void cut(void **state)
{
	static const char text[] = "ab\xf0\x9f\x98\x80z";
	char16_t wide[5];
	char narrow[8];

	(void)state;
	iscsidsc_put_utf16(text, wide, 4);
	assert_memory_equal(wide, u"ab\0", 8);
	iscsidsc_put_utf16(text, wide, 5);
	assert_memory_equal(wide, u"ab\U0001f600", 10);
	iscsidsc_put_utf8(text, narrow, 6);
	assert_memory_equal(narrow, "ab\0\0\0", 6);
	iscsidsc_put_utf8(text, narrow, 7);
	assert_string_equal(narrow, "ab\xf0\x9f\x98\x80");
	iscsidsc_put_utf8(text, narrow, 8);
	assert_string_equal(narrow, text);
}

static void plain(void **state)
{
	/* escape sequence, C1 control, half a character, Latin-1, a good one */
	char text[] = "a\x1b[2Jb\n\302\233c\342\202 \374z\342\202\254";

	(void)state;
	iscsidsc_make_plain(text);
	assert_string_equal(text, "a?[2Jb???c?? ?z\xe2\x82\xac");
}

static void ids(void **state)
{
	static const char *const wrong[] = {
		"", "-", "1", "1-", "-1", "1-2-3", "g-1", "1 -2", "1-2 ",
		"11111111111111111-1", "0x-1", "1-0x", "--",
	};
	ISCSI_UNIQUE_SESSION_ID id = { 0xffff990fafe34010ull,
				       0x4000013700000006ull };
	ISCSI_UNIQUE_SESSION_ID read;
	char text[ISCSIDSC_ID_TEXT_LEN];
	size_t i;

	(void)state;
	iscsidsc_id_text(&id, text);
	assert_string_equal(text, "ffff990fafe34010-4000013700000006");
	assert_int_equal(iscsidsc_id_parse(text, &read), 0);
	assert_memory_equal(&id, &read, sizeof(id));
	assert_int_equal(iscsidsc_id_parse("0XA-0x0000000000000B", &read), 0);
	assert_true(read.AdapterUnique == 10 && read.AdapterSpecific == 11);
	iscsidsc_id_text(&read, text);
	assert_string_equal(text, "a-b");
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(iscsidsc_id_parse(wrong[i], &read), -1);
}

static void addresses(void **state)
{
	struct iscsidsc_addr addr;
	char text[ISCSIDSC_ADDR_TEXT_LEN];

	(void)state;
	assert_int_equal(iscsidsc_numeric("192.0.2.1", &addr), 0);
	addr.port = 3260;
	iscsidsc_addr_text(&addr, 1, text, sizeof(text));
	assert_string_equal(text, "192.0.2.1:3260");
	assert_int_equal(iscsidsc_numeric("[2001:db8::1]", &addr), 0);
	addr.port = 860;
	iscsidsc_addr_text(&addr, 1, text, sizeof(text));
	assert_string_equal(text, "[2001:db8::1]:860");
	assert_int_equal(iscsidsc_numeric("fe80::1%lo", &addr), 0);
	assert_int_equal(addr.scope_id, 1);
	iscsidsc_addr_text(&addr, 0, text, sizeof(text));
	assert_string_equal(text, "fe80::1%lo");
	assert_int_equal(iscsidsc_numeric("example.org", &addr),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(iscsidsc_numeric("", &addr), ERROR_INVALID_PARAMETER);
	addr.family = 0;
	assert_int_equal(iscsidsc_addr_text(&addr, 1, text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

static void families(void **state)
{
	struct iscsidsc_addr *addrs;
	size_t count;

	(void)state;
	assert_int_equal(iscsidsc_resolve("192.0.2.1", 3260, AF_INET6, &addrs,
					  &count),
			 ISDSC_ADDRESS_TYPE_NOT_SUPPORTED);
	assert_int_equal(iscsidsc_resolve("192.0.2.1", 3260, AF_INET, &addrs,
					  &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(addrs[0].port, 3260);
	free(addrs);
}

static void names(void **state)
{
	uint32_t value;

	(void)state;
	assert_string_equal(iscsidsc_name(ISCSIDSC_NAMES_POLICY, 4),
			    "least-queue-depth");
	assert_string_equal(iscsidsc_name(ISCSIDSC_NAMES_POLICY, 0),
			    "unknown");
	assert_int_equal(iscsidsc_name_value(ISCSIDSC_NAMES_POLICY,
					     "fail-over-only", &value), 0);
	assert_int_equal(value, 1);
	assert_int_equal(iscsidsc_name_value(ISCSIDSC_NAMES_POLICY, "best",
					     &value), -1);
	assert_string_equal(iscsidsc_name((enum iscsidsc_names)99, 0),
			    "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf16),
		cmocka_unit_test(utf16_wrong),
		cmocka_unit_test(utf8_wrong),
		cmocka_unit_test(cut),
		cmocka_unit_test(plain),
		cmocka_unit_test(ids),
		cmocka_unit_test(addresses),
		cmocka_unit_test(families),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
