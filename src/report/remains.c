// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/remains.h"

#include <stdio.h>
#include <string.h>

static int add_parts(const struct remain *remain, struct text *ret) {
	int r = text_append(ret, "", 0);

	for (size_t i = 0; r == 0 && i < remain->parts.count; i++) {
		r = text_add(ret, "%s%s", i ? " " : " (", remain->parts.names[i]);
	}
	return r < 0 || remain->parts.count == 0 ? r : text_append(ret, ")", 1);
}

/* A list over several lines as one. */
static int add_squeezed(const char *data, struct text *ret) {
	int r = text_append(ret, "", 0);

	while (r == 0 && *data) {
		size_t blanks = strspn(data, " \t\r\n");
		size_t word = strcspn(data + blanks, " \t\r\n");

		r = blanks && ret->length ? text_append(ret, " ", 1) : 0;
		r = r < 0 ? r : text_append(ret, data + blanks, word);
		data += blanks + word;
	}
	return r;
}

static int add_one(const struct remain *remain, struct text *ret) {
	AUTO_TEXT struct text parts = {0}, line = {0};
	char number[16] = "";
	int r = remain->fate == REMAIN_GOES ? add_parts(remain, &parts)
					    : text_append(&parts, "", 0);

	if (remain->number) {
		snprintf(number, sizeof(number), ":%u", remain->number);
	}
	r = r < 0 ? r : add_squeezed(remain->text, &line);
	r = r < 0 ? r : text_add_line(ret, "%s%s %s", remain->path, number, line.data);
	return r < 0 ? r
		     : text_add_line(ret, "  %-8s %s%s%s%s", remain_fate_name(remain->fate),
			       remain->why, remain->remark ? "; " : "",
			       remain->remark ? remain->remark : "", parts.data);
}

int report_remains(const struct remains *remains, struct text *ret) {
	int r = text_append(ret, "", 0);

	for (size_t i = 0; r == 0 && i < remains->count; i++) {
		r = add_one(&remains->all[i], ret);
	}
	if (r == 0 && remains->menu_old) {
		r = text_add_line(ret,
			"the kernel that runs was given words that the configuration does not have any more: the boot menu is made again");
	}
	if (r == 0 && remains->image_old) {
		r = text_add_line(ret,
			"the initramfs may have a copy of what changes, and baton does not know how it is made here: make it anew yourself (with rpm-ostree, `rpm-ostree initramfs --enable`, or the next deployment, makes it)");
	}
	return r;
}
