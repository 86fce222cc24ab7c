// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/secret.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/network/interface.h"

#define HEX    "0123456789abcdefABCDEF"
#define DIGITS "0123456789"

/* "2070" is also what a card is called: what is shorter counts only behind the '_' with which udev
 * puts model and serial number together. */
#define SERIAL_MIN 6

/* No word goes on there. */
static bool ends(const char *text) {
	return !isalnum((unsigned char)*text);
}

/* As it is, doubled by the device mapper, escaped by systemd. */
static size_t measure_dash(const char *text) {
	return text_starts(text, "\\x2d") ? 4 : strspn(text, "-");
}

/* 6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b, or 32 digits without a '-' */
static size_t measure_uuid(const char *text) {
	static const size_t parts[] = {8, 4, 4, 4, 12};
	const char *here = text;

	if (strspn(text, HEX) == 32) {
		return ends(text + 32) ? 32 : 0;
	}
	for (size_t i = 0; i < COUNT(parts); i++) {
		size_t dash = i > 0 ? measure_dash(here) : 0;

		here += dash;
		if ((i > 0 && dash == 0) || strspn(here, HEX) != parts[i]) {
			return 0;
		}
		here += parts[i];
	}
	return ends(here) ? (size_t)(here - text) : 0;
}

/* A1B2-C3D4, as a file system of FAT has it */
static size_t measure_volume(const char *text) {
	static const char digits[] = "0123456789ABCDEF";

	return strspn(text, digits) == 4 && text[4] == '-' && strspn(text + 5, digits) == 4 &&
			       ends(text + 9)
		       ? 9
		       : 0;
}

/* 02:00:5e:10:00:01, 00-11-22-33-44-55-66-77: six pairs or eight */
static size_t measure_pairs(const char *text) {
	const char *here = text;
	char separator = text[0] && text[1] ? text[2] : '\0';
	size_t pairs = 0;

	while ((separator == ':' || separator == '-') && strspn(here, HEX) == 2) {
		pairs++;
		here += 2;
		if (*here != separator || !isxdigit((unsigned char)here[1])) {
			break;
		}
		here++;
	}
	return (pairs == 6 || pairs == 8) && ends(here) && here[-1] != separator
		       ? (size_t)(here - text)
		       : 0;
}

/* A version may have four parts too: 5.15.153.1-microsoft-standard-WSL2. */
static bool is_version(const char *text, size_t length) {
	return strcspn(text, ".") == 1 && text[length] == '-' &&
	       isalpha((unsigned char)text[length + 1]);
}

/* 192.0.2.7; what follows may be a port. */
static size_t measure_ipv4(const char *text) {
	size_t length = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t digits = strspn(text + length, DIGITS);

		if (digits == 0 || digits > 3 || (digits > 1 && text[length] == '0') ||
			strtoul(text + length, NULL, 10) > 255 ||
			(i < 3 && text[length + digits] != '.')) {
			return 0;
		}
		length += digits + (i < 3);
	}
	return ends(text + length) && !is_version(text, length) ? length : 0;
}

/* 2001:db8::7; a PCI address has two ':' and no "::". */
static size_t measure_ipv6(const char *text) {
	size_t length = strspn(text, HEX ":."), colons = 0;
	bool is_short = false;

	/* The end of a sentence is none of it. */
	while (length > 0 &&
		(text[length - 1] == '.' ||
			(text[length - 1] == ':' && (length < 2 || text[length - 2] != ':')))) {
		length--;
	}
	for (size_t i = 0; i < length; i++) {
		colons += text[i] == ':';
		is_short = is_short || (i > 0 && text[i] == ':' && text[i - 1] == ':');
	}
	return (is_short && length > 3) || colons == 7 ? length : 0;
}

/* An interface that is called after its hardware address: enx02005e100001. */
static size_t measure_interface(const char *text) {
	return interface_has_address(text, strlen(text)) ? INTERFACE_ADDRESS_LENGTH : 0;
}

/* All that the text begins with stand side by side, right before where it would stand itself. */
static size_t measure_serial(const struct secrets *secrets, char before, const char *text) {
	size_t low = 0, high = secrets->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(secrets->serials[middle], text) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	while (low-- > 0 && secrets->serials[low][0] == text[0]) {
		size_t length = strlen(secrets->serials[low]);

		if ((length >= SERIAL_MIN || before == '_') &&
			text_starts(text, secrets->serials[low]) && ends(text + length)) {
			return length;
		}
	}
	return 0;
}

/* Four numbers behind such a word are one: "QEMU 10.0.2.1" */
static bool is_called_version(const char *begin, const char *text) {
	static const char *const words[] = {
		"Linux ", "QEMU ", "driver ", "firmware ", "kernel ", "release ", "version "};

	for (size_t i = 0; i < COUNT(words); i++) {
		size_t length = strlen(words[i]);

		if ((size_t)(text - begin) >= length &&
			strncasecmp(text - length, words[i], length) == 0) {
			return true;
		}
	}
	return false;
}

/* How many bytes at the beginning of the text are a secret, and what it is; 0: none. */
static size_t find(
	const struct secrets *secrets, const char *begin, const char *text, const char **ret) {
	static const struct {
		const char *word;
		size_t (*measure)(const char *text);
	} forms[] = {
		{"(interface)", measure_interface},
		{"(UUID)", measure_uuid},
		{"(UUID)", measure_volume},
		{"(address)", measure_pairs},
		{"(address)", measure_ipv4},
		{"(address)", measure_ipv6},
	};
	size_t length = measure_serial(secrets, text > begin ? text[-1] : '\0', text);

	*ret = "(serial)";
	for (size_t i = 0; i < COUNT(forms) && length == 0; i++) {
		bool version = forms[i].measure == measure_ipv4 && is_called_version(begin, text);

		length = version ? 0 : forms[i].measure(text);
		*ret = forms[i].word;
	}
	return length;
}

int secrets_conceal(const struct secrets *secrets, const char *text, struct text *ret) {
	const char *begin = text;
	bool inside = false; /* a word, in the middle of which nothing begins */
	int r = text_add(ret, "%s", "");

	while (r == 0 && *text) {
		const char *word;
		size_t length = inside ? 0 : find(secrets, begin, text, &word);

		inside = isalnum((unsigned char)*text);
		r = length ? text_add(ret, "%s", word) : text_append(ret, text, 1);
		text += length ? length : 1;
	}
	return r;
}

static bool is_telling(const struct attached *thing) {
	return thing->secret_kind == SECRET_SERIAL && strpbrk(thing->secret, DIGITS);
}

static int compare(const void *a, const void *b) {
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int secrets_gather(const struct attachments *attachments, struct secrets *ret) {
	const char **serials = calloc(attachments->count + 1, sizeof(*serials));
	size_t count = 0;

	if (!serials) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < attachments->count; i++) {
		if (is_telling(&attachments->attached[i])) {
			serials[count++] = attachments->attached[i].secret;
		}
	}
	if (count > 1) {
		qsort(serials, count, sizeof(*serials), compare);
	}
	*ret = (struct secrets){.serials = serials, .count = count};
	return 0;
}

void secrets_free(struct secrets *secrets) {
	free(secrets->serials);
	*secrets = (struct secrets){0};
}
