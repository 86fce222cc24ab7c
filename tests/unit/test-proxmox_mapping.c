// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/mapping.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/text.h"

#define MAP   "id=10de:1f08,iommugroup=14,node=pve1,path=0000:02:00,subsystem-id=1043:86f0"
#define OTHER "id=10de:1f08,node=pve2,path=0000:03:00"

static int parse(const char *data, struct proxmox_mapping *ret, struct error *error) {
	return proxmox_mapping_parse(data, strlen(data), "gpu0", "pve1", ret, error);
}

/* The alternatives in a line: "0000:02:00.* 10de:1f08 1043:86f0 14|...". */
static void format(const struct proxmox_mapping *mapping, struct text *ret) {
	for (size_t i = 0; i < mapping->count; i++) {
		const struct proxmox_alternative *alternative = &mapping->alternatives[i];

		assert_int_equal(text_add(ret, "%s", i ? "|" : ""), 0);
		for (size_t j = 0; j < alternative->set.count; j++) {
			char address[ADDRESS_SIZE];

			address_format(alternative->set.selections[j].address, address);
			if (alternative->set.selections[j].whole_slot) {
				strcpy(strrchr(address, '.'), ".*");
			}
			assert_int_equal(text_add(ret, "%s ", address), 0);
		}
		assert_int_equal(text_add(ret, "%s %s %d", alternative->identity.id,
					 alternative->identity.subsystem_id,
					 alternative->identity.iommu_group),
			0);
	}
}

static const char *const found[][2] = {
	{"gpu0\n\tmap " MAP "\n", "0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\n\tmap " MAP, "0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0 \n  map   " MAP " \n", "0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\n\tdescription the first\n\tmap " MAP "\n\tmdev 0\n",
		"0000:02:00.* 10de:1f08 1043:86f0 14"},

	/* Of several nodes, and several for one. */
	{"gpu0\n\tmap " OTHER "\n\tmap " MAP "\n", "0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\n\tmap " MAP "\n\tmap id=10DE:1F08,node=pve1,path=0000:03:00.0;0000:03:00.1\n",
		"0000:02:00.* 10de:1f08 1043:86f0 14|0000:03:00.0 0000:03:00.1 10de:1f08  -1"},
	{"gpu0\n\tmap " OTHER "\n\ngpu0\n\tmap " MAP "\n", "0000:02:00.* 10de:1f08 1043:86f0 14"},

	/* Only the section of that name, from its heading to an empty line. */
	{"gpu1\n\tmap node=pve1,path=zz\n\ngpu0\n\tmap " MAP "\n\ngpu2\n\tmap nothing\n",
		"0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\n \n\tmap " MAP "\n", "0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\n# a comment\n\t# one more\n\tmap " MAP "\n", "0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\nmap nothing\n\tmapped x\n\tmap\n\tmap " MAP "\n",
		"0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"\n\tmap nothing\n\nno heading\n\ngpu0\n\tmap " MAP "\n",
		"0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\r\n\tmap " MAP "\r\n", "0000:02:00.* 10de:1f08 1043:86f0 14"},

	/* What a map says besides. */
	{"gpu0\n\tmap description=a b,newer-key=1," MAP "\n",
		"0000:02:00.* 10de:1f08 1043:86f0 14"},
	{"gpu0\n\tmap node=pve2,path=zz\n\tmap " MAP "\n", "0000:02:00.* 10de:1f08 1043:86f0 14"},
};

static void a_mapping_has_what_its_map_lines_say(void **state) {
	for (size_t i = 0; i < COUNT(found); i++) {
		AUTO_TEXT struct text text = {0};
		struct proxmox_mapping mapping;
		struct error error = {{0}};

		if (parse(found[i][0], &mapping, &error) < 0) {
			fail_msg("%s\n%s", found[i][0], error.text);
		}
		format(&mapping, &text);
		assert_string_equal(text.data, found[i][1]);
	}
}

#define FILE_NAME "/etc/pve/mapping/pci.cfg"
#define NONE                                                                                       \
	"there is no mapping gpu0 in " FILE_NAME                                                   \
	": add it under Datacenter, Resource Mappings, or name the device itself"
#define NOT_HERE                                                                                   \
	"mapping gpu0 has no device on node pve1: add one under Datacenter, Resource Mappings"

static const char *const refused[][2] = {
	{"", NONE},
	{"gpu00\n\tmap " MAP "\n", NONE},
	{"gpu1\ngpu0\n\tmap " MAP "\n", NONE},
	{"gpu0\n", NOT_HERE},
	{"gpu0\n\tmap " OTHER "\n", NOT_HERE},
	{"gpu0\n\n\tmap " MAP "\n", NOT_HERE},
	{"gpu0\n\tmap " MAP "\n\ngpu0\n\tmap " OTHER "\n", NOT_HERE},
	{"gpu0\n\tmap id=10de:1f08,path=0000:02:00\n",
		FILE_NAME ":2: node= is missing in this map"},
	{"gpu0\n\tmap node=pve1,path=0000:02:00\n", FILE_NAME ":2: id= is missing in this map"},
	{"gpu0\n\tmap node=pve1,id=10de:1f08\n", FILE_NAME ":2: path= is missing in this map"},
	{"gpu0\n\tmap node=pve1,id=10de:1f08,path=02:00\n", FILE_NAME
		":2: \"02:00\" has no domain, and has to have one here: write 0000:02:00"},
	{"gpu0\n\tmap node=pve1,id=10de:1f08,path=0000:0A:00\n",
		FILE_NAME ":2: Proxmox takes small letters only: write 0000:0a:00, not 0000:0A:00"},
	{"gpu0\n\tmap node=pve1,id=10de,path=0000:02:00\n",
		FILE_NAME ":2: id=10de is not vendor and device such as 10de:2484"},
	{"gpu0\n\tmap node=pve1,id=10de:1f08,path=0000:02:00,subsystem-id=0\n",
		FILE_NAME ":2: subsystem-id=0 is not vendor and device such as 10de:2484"},
	{"gpu0\n\tmap node=pve1,id=10de:1f08,path=0000:02:00,iommugroup=x\n",
		FILE_NAME ":2: iommugroup=x is not a group's number"},
	{"gpu0\n\tmap node=pve1,node=pve1\n", FILE_NAME ":2: node= is given twice"},
	{"gpu0\n\tmap pve1\n", FILE_NAME ":2: \"pve1\" is not KEY=VALUE"},
	{"gpu0\n\tmap node=pve1\001\n",
		FILE_NAME ":2: this is longer than 8191 bytes or not plain text"},
};

static void what_is_not_right_is_told_by_line_or_with_a_remedy(void **state) {
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct proxmox_mapping mapping = {.count = 99};
		struct error error = {{0}};

		assert_int_equal(parse(refused[i][0], &mapping, &error), -EINVAL);
		assert_string_equal(error.text, refused[i][1]);
		assert_int_equal(mapping.count, 99);
	}
}

static void alternatives_have_a_limit(void **state) {
	AUTO_TEXT struct text text = {0};
	struct proxmox_mapping mapping;
	struct error error = {{0}};

	assert_int_equal(text_add(&text, "gpu0\n"), 0);
	for (unsigned int i = 0; i < PROXMOX_ALTERNATIVES_MAX; i++) {
		assert_int_equal(text_add(&text, "\tmap id=1:2,node=pve2\n\tmap " MAP "\n"), 0);
	}
	assert_int_equal(parse(text.data, &mapping, &error), 0);
	assert_int_equal(mapping.count, PROXMOX_ALTERNATIVES_MAX);
	assert_int_equal(text_add(&text, "\tmap " MAP "\n"), 0);
	assert_int_equal(parse(text.data, &mapping, &error), -E2BIG);
	assert_string_equal(
		error.text, FILE_NAME ":34: there are more than 16 map lines for node pve1");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_has_what_its_map_lines_say),
		cmocka_unit_test(what_is_not_right_is_told_by_line_or_with_a_remedy),
		cmocka_unit_test(alternatives_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
