// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/alias.h"

#include <errno.h>
#include <string.h>

#include "snapshot.h"

static const char card[] = "pci:v000010DEd00001E84sv00001458sd00004000bc03sc00i00";

static void parse(
	const char *data, const char *prefix, const char *modalias, struct aliases *aliases) {
	assert_int_equal(aliases_parse(data, strlen(data), prefix, modalias, aliases), 0);
}

static void the_variant_with_the_fewest_wildcards_wins(void **state) {
	static const char data[] = "# comment\n"
				   "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
				   "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
				   "alias vfio_pci:v000010DEd*sv*sd*bc*sc*i* any_vfio_pci\n"
				   "alias vfio_pci:v000010DEd00001E84sv*sd*bc*sc*i* own_vfio_pci\n"
				   "alias vfio_pci:v000010DEd00001E85sv*sd*bc*sc*i* other_vfio_pci";
	AUTO_ALIASES struct aliases aliases = {0};

	parse(data, "vfio_pci:", NULL, &aliases);
	assert_int_equal(aliases.count, 4);
	assert_string_equal(
		aliases_best(&aliases, "vfio_pci:v000010DEd00001E84sv00001458sd00004000bc03sc00i00")
			->module,
		"own_vfio_pci");
	assert_string_equal(
		aliases_best(&aliases, "vfio_pci:v000010DEd00001E86sv00001458sd00004000bc03sc00i00")
			->module,
		"any_vfio_pci");
	assert_string_equal(
		aliases_best(&aliases, "vfio_pci:v00001002d00001E84sv00001458sd00004000bc03sc00i00")
			->module,
		"vfio_pci");
}

static void of_equals_the_first_wins(void **state) {
	static const char data[] = "alias vfio_pci:v*d00001E84* first\n"
				   "alias vfio_pci:v000010DEd*sv* second\n";
	AUTO_ALIASES struct aliases aliases = {0};

	parse(data, "vfio_pci:", NULL, &aliases);
	assert_string_equal(
		aliases_best(&aliases, "vfio_pci:v000010DEd00001E84sv00001458sd00004000bc03sc00i00")
			->module,
		"first");
}

static void lines_that_are_no_aliases_are_passed_over(void **state) {
	static const char data[] = "alias vfio_pci:only-a-pattern\n"
				   "alias vfio_pci: vfio_pci\n"
				   " alias vfio_pci:v* vfio_pci\n"
				   "alias vfio_pci:v* \n"
				   "alias vfio_pci:";
	AUTO_ALIASES struct aliases aliases = {0};

	parse(data, "vfio_pci:", NULL, &aliases);
	/* "alias vfio_pci: vfio_pci" is one, if a useless one */
	assert_int_equal(aliases.count, 1);
	assert_null(aliases_best(&aliases, "vfio_pci:v1"));
	for (size_t length = 0; length < sizeof(data); length++) {
		assert_int_equal(aliases_parse(data, length, "vfio_pci:", NULL, &aliases), 0);
	}
}

static void only_what_matches_is_kept_if_a_modalias_is_given(void **state) {
	static const char data[] = "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
				   "alias pci:v00001002d*sv*sd*bc03sc*i* amdgpu\n";
	AUTO_ALIASES struct aliases aliases = {0};

	parse(data, "pci:", card, &aliases);
	assert_int_equal(aliases.count, 1);
	assert_string_equal(aliases.aliases[0].module, "nouveau");
}

static void what_is_built_in_has_aliases_too(void **state) {
	static const char data[] = "xhci_pci.license=GPL\0"
				   "xhci_pci.alias=pci:v*d*sv*sd*bc0Csc03i30*\0"
				   "other.alias=usb:v*\0"
				   "broken";
	AUTO_ALIASES struct aliases aliases = {0};

	assert_int_equal(aliases_parse_builtin(data, sizeof(data) - 1, "pci:",
				 "pci:v000010DEd00001AD8sv00001458sd00004000bc0Csc03i30", &aliases),
		0);
	assert_int_equal(aliases.count, 1);
	assert_string_equal(aliases.aliases[0].module, "xhci_pci");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_variant_with_the_fewest_wildcards_wins),
		cmocka_unit_test(of_equals_the_first_wins),
		cmocka_unit_test(lines_that_are_no_aliases_are_passed_over),
		cmocka_unit_test(only_what_matches_is_kept_if_a_modalias_is_given),
		cmocka_unit_test(what_is_built_in_has_aliases_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
