// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "report/table.h"

#define COLUMNS_MIN     40
#define COLUMNS_DEFAULT 80

/* Of the environment, without making it everybody's. */
static bool is_utf8(void) {
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8;

	if (!locale) {
		return false;
	}
	utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return utf8;
}

static size_t find_columns(int fd) {
	const char *columns = getenv("COLUMNS");
	unsigned long long number = 0;
	struct winsize size = {0};

	if (!columns || number_parse(columns, 10000, &number) < 0 || number == 0) {
		number = ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
	}
	number = number ? number : COLUMNS_DEFAULT;
	number = number < COLUMNS_MIN ? COLUMNS_MIN : number;
	return number > TERMINAL_COLUMNS_MAX ? TERMINAL_COLUMNS_MAX : (size_t)number;
}

struct terminal terminal_look(int fd) {
	return (struct terminal){
		.is_one = isatty(fd) == 1,
		.utf8 = is_utf8(),
		.coloured = table_is_coloured(fd),
		.columns = find_columns(fd),
	};
}
