// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* What the terminal can show. A pipe gets whole lines, without colours. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mcsadm.h"

/**
 * term_width - columns of the terminal
 *
 * Return: columns; no limit if standard output is none.
 */
size_t term_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return SIZE_MAX;
	return size.ws_col;
}

static int colours(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
	       *term && strcmp(term, "dumb");
}

/**
 * term_colour - start the colour of a state
 * @state: state
 *
 * Return: what to print, or nothing.
 */
const char *term_colour(enum iscsi_mcs_conn_state state)
{
	if (!colours())
		return "";
	return state == ISCSI_MCS_CONN_STATE_UP ? "\033[32m" : "\033[31m";
}

/**
 * term_plain - end a colour
 *
 * Return: what to print, or nothing.
 */
const char *term_plain(void)
{
	return colours() ? "\033[0m" : "";
}
