// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: text segments.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <linux/kernel.h>

#include "text.h"

/* Check a copy of exactly the right size, so that ASan sees overreads. */
static int check(const char *text, size_t len)
{
	char *copy = malloc(len);
	int ret;

	if (len)
		memcpy(copy, text, len);
	ret = mcs_text_check(copy, len);
	free(copy);
	return ret;
}

static void accepts_well_formed_text(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		int pairs;
	} cases[] = {
		{ "", 0, 0 },
		{ "A=b", 4, 1 },
		{ "A=", 3, 1 },
		{ "A==", 4, 1 },
		{ "A=b\0B=c", 8, 2 },
		{ "iSCSIProtocolLevel=1", 21, 1 },
		{ "X#org.example-k_1+2@3.=v", 25, 1 },
		{ "TargetAlias=\xc3\xa4", 15, 1 },
		/* padding counted in */
		{ "A=b\0\0\0\0", 8, 1 },
		{ "\0\0", 2, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(check(cases[i].text, cases[i].len),
				 cases[i].pairs);
}

static void refuses_malformed_text(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "A=b", 3 },			/* not terminated */
		{ "A", 2 },			/* no '=' */
		{ "=b", 3 },			/* no key */
		{ "A=b\0\0C=d", 9 },		/* embedded NUL */
		{ "\0A=b", 5 },
		{ "1A=b", 5 },			/* key starts with a digit */
		{ "A B=c", 6 },			/* space in the key */
		{ "A\xff=c", 5 },
		{ "A=b\nc", 6 },		/* control characters */
		{ "A=\x7f", 4 },
		{ "A=b\0junk", 9 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(check(cases[i].text, cases[i].len), -EBADMSG);
}

static void refuses_repeated_keys(void **state)
{
	assert_int_equal(check("A=b\0A=b", 8), -EEXIST);
	assert_int_equal(check("A=1\0B=2\0A=3", 12), -EEXIST);
	assert_int_equal(check("A=1\0AB=2\0a=3", 13), 3);
}

static size_t make_pair(char *text, size_t key_len, const char *prefix,
			size_t value_len)
{
	memset(text, 'K', key_len);
	text[key_len] = '=';
	memset(text + key_len + 1, '1', value_len);
	memcpy(text + key_len + 1, prefix, strlen(prefix));
	text[key_len + 1 + value_len] = '\0';
	return key_len + value_len + 2;
}

static void limits_lengths(void **state)
{
	char text[4096];

	assert_int_equal(check(text, make_pair(text, 63, "", 255)), 1);
	assert_int_equal(check(text, make_pair(text, 64, "", 1)), -EBADMSG);
	assert_int_equal(check(text, make_pair(text, 1, "", 256)), -EBADMSG);
	assert_int_equal(check(text, make_pair(text, 1, "0x", 2050)), 1);
	assert_int_equal(check(text, make_pair(text, 1, "0b", 2050)), 1);
	assert_int_equal(check(text, make_pair(text, 1, "0X", 2051)), -EBADMSG);
}

static void limits_the_number_of_pairs(void **state)
{
	char text[1024];
	size_t len = 0;
	int i;

	for (i = 0; i < MCS_TEXT_PAIRS_MAX; i++)
		len += sprintf(text + len, "K%d=v", i) + 1;
	assert_int_equal(check(text, len), MCS_TEXT_PAIRS_MAX);
	len += sprintf(text + len, "K%d=v", i) + 1;
	assert_int_equal(check(text, len), -E2BIG);
}

static void finds_keys(void **state)
{
	static const char text[] = "Ab=1\0A=2\0abc=";
	struct mcs_text_pair pair;

	assert_int_equal(mcs_text_find(text, sizeof(text), "A", &pair), 0);
	assert_true(mcs_text_value_is(&pair, "2"));
	assert_false(mcs_text_value_is(&pair, "22"));
	assert_false(mcs_text_value_is(&pair, ""));
	assert_int_equal(mcs_text_find(text, sizeof(text), "abc", &pair), 0);
	assert_true(mcs_text_value_is(&pair, ""));
	assert_int_equal(mcs_text_find(text, sizeof(text), "ab", &pair),
			 -ENOENT);
	assert_int_equal(mcs_text_find("A=1\0junk", 9, "B", &pair), -EBADMSG);
	assert_int_equal(mcs_text_find(NULL, 0, "B", &pair), -ENOENT);
}

static void knows_refusals(void **state)
{
	static const char text[] =
		"A=Reject\0B=Irrelevant\0C=NotUnderstood\0D=reject\0E=Rejected";
	struct mcs_text_pair pair;
	struct mcs_text_iter it;
	int refused = 0, pairs = 0;

	mcs_text_iter_init(&it, text, sizeof(text));
	while (mcs_text_next(&it, &pair) > 0) {
		refused += mcs_text_value_is_refusal(&pair);
		pairs++;
	}
	assert_int_equal(refused, 3);
	assert_int_equal(pairs, 5);
}

static int number(const char *value, u32 min, u32 max, u32 *result)
{
	struct mcs_text_pair pair = {
		.value = value,
		.value_len = strlen(value),
	};

	return mcs_text_number(&pair, min, max, result);
}

static void reads_numbers(void **state)
{
	u32 n;

	assert_int_equal(number("0", 0, 10, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(number("007", 0, 10, &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(number("0xFf", 0, 255, &n), 0);
	assert_int_equal(n, 255);
	assert_int_equal(number("4294967295", 0, U32_MAX, &n), 0);
	assert_int_equal(n, U32_MAX);
	assert_int_equal(number("0XFFFFFFFF", 0, U32_MAX, &n), 0);
	assert_int_equal(n, U32_MAX);
}

static void refuses_other_numbers(void **state)
{
	static const char * const no_number[] = {
		"", "-1", "+1", " 1", "1 ", "0x", "0xg", "1a", "Yes", "1,2",
		"99999999999999999999x",
	};
	static const char * const out_of_range[] = {
		"4", "11", "4294967296", "0x100000000",
		"18446744073709551621", "99999999999999999999999999999999",
	};
	u32 n = 42;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(no_number); i++)
		assert_int_equal(number(no_number[i], 5, 10, &n), -EINVAL);
	for (i = 0; i < ARRAY_SIZE(out_of_range); i++)
		assert_int_equal(number(out_of_range[i], 5, 10, &n), -ERANGE);
	assert_int_equal(n, 42);
}

static void searches_lists(void **state)
{
	static const char list[] = "CRC32C,None";

	assert_true(mcs_text_list_has(list, 11, "CRC32C"));
	assert_true(mcs_text_list_has(list, 11, "None"));
	assert_false(mcs_text_list_has(list, 11, "CRC32"));
	assert_false(mcs_text_list_has(list, 11, "CRC32C,None"));
	assert_false(mcs_text_list_has(list, 10, "None"));
	assert_false(mcs_text_list_has("", 0, "None"));
	assert_true(mcs_text_list_has("a,,b", 4, ""));
}

static void builds_text(void **state)
{
	static const char want[] =
		"A=b\0N=4294967295\0Z=0\0H=0x00ff1a\0Q=Reject";
	static const u8 bytes[] = { 0x00, 0xff, 0x1a };
	struct mcs_text_buf buf;
	char data[64];

	mcs_text_buf_init(&buf, data, sizeof(data));
	mcs_text_put(&buf, "A", "b");
	mcs_text_put_number(&buf, "N", U32_MAX);
	mcs_text_put_number(&buf, "Z", 0);
	mcs_text_put_hex(&buf, "H", bytes, sizeof(bytes));
	mcs_text_put_len(&buf, "QQ", 1, "RejectX", 6);
	assert_false(buf.overflow);
	assert_int_equal(buf.len, sizeof(want));
	assert_memory_equal(data, want, sizeof(want));
}

static void never_writes_past_the_end(void **state)
{
	struct mcs_text_buf buf;
	size_t size;
	char *data;

	for (size = 0; size < 8; size++) {
		data = malloc(size);
		mcs_text_buf_init(&buf, data, size);
		mcs_text_put(&buf, "Key", "val");
		assert_int_equal(buf.overflow, 1);
		assert_int_equal(buf.len, 0);
		/* nor does anything shorter get in behind what was lost */
		mcs_text_put(&buf, "", "");
		assert_int_equal(buf.len, 0);
		mcs_text_put_hex(&buf, "K", (const u8 *)"x", 1);
		assert_int_equal(buf.len, 0);
		free(data);
	}
	data = malloc(8);
	mcs_text_buf_init(&buf, data, 8);
	mcs_text_put(&buf, "Key", "val");
	assert_false(buf.overflow);
	assert_int_equal(buf.len, 8);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_well_formed_text),
		cmocka_unit_test(refuses_malformed_text),
		cmocka_unit_test(refuses_repeated_keys),
		cmocka_unit_test(limits_lengths),
		cmocka_unit_test(limits_the_number_of_pairs),
		cmocka_unit_test(finds_keys),
		cmocka_unit_test(knows_refusals),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(refuses_other_numbers),
		cmocka_unit_test(searches_lists),
		cmocka_unit_test(builds_text),
		cmocka_unit_test(never_writes_past_the_end),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
