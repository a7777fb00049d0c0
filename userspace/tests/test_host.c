// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Running another program: its words, its exit status, its absence. */

#include "unit.h"

#include "host.c"

static int shell(const char *script, char **output)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	return run("/bin/sh", argv, output);
}

static void words_and_status(void **state)
{
	char *output;

	(void)state;
	assert_int_equal(shell("echo one; echo two >&2; exit 21", &output), 21);
	assert_string_equal(output, "one\n");
	free(output);
	assert_int_equal(shell("true", &output), 0);
	assert_string_equal(output, "");
	free(output);
	/* More than the first buffer, and nothing to read from */
	assert_int_equal(shell("cat; seq 10000", &output), 0);
	assert_int_equal(strlen(output), 48894);
	free(output);
	/* Nothing of our environment goes there. */
	assert_int_equal(shell("echo $HOME $LC_ALL", &output), 0);
	assert_string_equal(output, "C\n");
	free(output);
}

static void no_answer(void **state)
{
	const char *const argv[] = { "none", NULL };
	char *output = NULL;

	(void)state;
	assert_int_equal(run("/nonexistent/program", argv, &output), -ENOENT);
	assert_null(output);
	assert_int_equal(shell("kill -9 $$", &output), -EIO);
	free(output);
	/* Too much to be an answer */
	assert_int_equal(shell("head -c 3000000 /dev/zero", &output), -ENOMEM);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_status),
		cmocka_unit_test(no_answer),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
