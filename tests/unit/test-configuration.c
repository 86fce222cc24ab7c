// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"

static int parse(const char *text, struct configuration *configuration, struct error *error) {
	configuration_init(configuration);
	return configuration_parse("a.conf", text, strlen(text), configuration, error);
}

static void nothing_said_gives_the_defaults(void **state) {
	static const char *const texts[] = {"", "\n", "# a comment\n  ; another\n\n", "[policy]",
		"[policy]\n[timeouts]\n[policy]\n", "[policy]\n# losses = refuse\n"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct configuration configuration;

		assert_int_equal(parse(texts[i], &configuration, NULL), 0);
		assert_int_equal(configuration.card_count, 0);
		assert_int_equal(configuration.policy.losses, CONSENT_ALLOW);
		assert_false(configuration.policy.remove_virtual_functions);
		assert_int_equal(configuration.policy.preference_count, 0);
		assert_int_equal(configuration.writer_timeout_s, 60);
		assert_int_equal(configuration.service_timeout_s, 120);
		assert_int_equal(configuration.lock_timeout_s, 180);
		assert_int_equal(configuration.home_watch_s, 10);
		assert_int_equal(configuration.policy.accepted.count, 0);
	}
}

static void every_key_of_a_card_is_read(void **state) {
	static const char text[] = "# the card of the desk\r\n"
				   "[card gpu]\r\n"
				   "address = 0000:01:00.0\t0000:01:00.1 02:00\n"
				   "  address=10000:e1:00.2  \n"
				   "id = 10DE:2484\n"
				   "return-driver = nvidia \t nouveau\n"
				   "\n"
				   "  [card Audio-2_b.c]\n"
				   "address = 0000:03:00\n"
				   "id = 8086:9d71";
	struct configuration configuration;
	struct error error = {{0}};
	const struct card_name *card;
	char address[ADDRESS_SIZE];

	if (parse(text, &configuration, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_int_equal(configuration.card_count, 2);
	card = configuration_card(&configuration, "gpu");
	assert_non_null(card);
	assert_int_equal(card->selection_count, 4);
	assert_string_equal(address_format(card->selections[0].address, address), "0000:01:00.0");
	assert_string_equal(address_format(card->selections[1].address, address), "0000:01:00.1");
	assert_string_equal(address_format(card->selections[2].address, address), "0000:02:00.0");
	assert_string_equal(address_format(card->selections[3].address, address), "10000:e1:00.2");
	assert_false(card->selections[1].whole_slot);
	assert_true(card->selections[2].whole_slot);
	assert_string_equal(card->id, "10de:2484");
	assert_string_equal(card->file, "a.conf");
	assert_int_equal(card->return_driver_count, 2);
	assert_string_equal(card->return_drivers[0], "nvidia");
	assert_string_equal(card->return_drivers[1], "nouveau");
	card = configuration_card(&configuration, "Audio-2_b.c");
	assert_non_null(card);
	assert_int_equal(card->selection_count, 1);
	assert_string_equal(card->id, "8086:9d71");
	assert_int_equal(card->return_driver_count, 0);
	assert_null(configuration_card(&configuration, "GPU"));
}

static void every_other_key_is_read(void **state) {
	static const char text[] = "[guest]\n"
				   "unit = win\\x2011@a.service\n"
				   "[policy]\n"
				   "losses=refuse\n"
				   "holders = terminate\n"
				   "services = ollama.service\tx@1.service\n"
				   "programs = ollama\n"
				   "accept = amd-reset-vega\t linux-6.15 \n"
				   "[timeouts]\n"
				   "device = 1\n"
				   "service = 3600\n"
				   "process = 5\n"
				   "lock = 007\n"
				   "home = 0";
	struct configuration configuration;
	const struct policy *policy = &configuration.policy;
	struct error error = {{0}};

	if (parse(text, &configuration, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_string_equal(configuration.unit, "win\\x2011@a.service");
	assert_int_equal(policy->losses, CONSENT_REFUSE);
	assert_int_equal(policy->holders, HOLDERS_TERMINATE);
	assert_int_equal(policy->services.count, 2);
	assert_true(policy_has(&policy->services, "x@1.service"));
	assert_true(policy_has(&policy->programs, "ollama"));
	assert_int_equal(policy->accepted.count, 2);
	assert_string_equal(policy->accepted.names[0], "amd-reset-vega");
	assert_string_equal(policy->accepted.names[1], "linux-6.15");
	assert_int_equal(configuration.writer_timeout_s, 1);
	assert_int_equal(configuration.service_timeout_s, 3600);
	assert_int_equal(configuration.process_timeout_s, 5);
	assert_int_equal(configuration.lock_timeout_s, 7);
	assert_int_equal(configuration.home_watch_s, 0);
}

/* A slot's is its first function, which a card without wishes has none of. */
static void what_is_wanted_of_devices_goes_with_the_policy(void **state) {
	static const char text[] = "[card gpu]\n"
				   "reset-method = pm bus\n"
				   "bar-size = 0=16G 2=8M\n"
				   "address = 01:00\n"
				   "[card sound]\n"
				   "address = 02:00.1\n"
				   "[policy]\n"
				   "virtual-functions = remove\n";
	struct configuration configuration;
	const struct preference *preference;
	char address[ADDRESS_SIZE];

	assert_int_equal(parse(text, &configuration, NULL), 0);
	assert_true(configuration.policy.remove_virtual_functions);
	assert_int_equal(configuration.policy.preference_count, 1);
	preference = &configuration.policy.preferences[0];
	assert_string_equal(address_format(preference->device, address), "0000:01:00.0");
	assert_string_equal(preference->reset_method, "pm bus");
	assert_string_equal(preference->bar_sizes, "0=16G,2=8M");
}

#define CARD      "[card gpu]\naddress = 01:00\n"
#define LETTERS63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"
#define X64       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct refused {
	const char *text;
	const char *sentence;
} refused[] = {
	{"[guest]\nunit = x\n",
		"a.conf:2: unit = \"x\" is not the name of a unit such as win11.service"},
	{"[guest]\nunit = x.timer\n",
		"a.conf:2: unit = \"x.timer\" is not the name of a unit such as win11.service"},
	{"[guest]\nunit = .service\n",
		"a.conf:2: unit = \".service\" is not the name of a unit such as win11.service"},
	{"[guest]\nunit = ../x.service\n",
		"a.conf:2: unit = \"../x.service\" is not the name of a unit such as win11.service"},
	{"[policy]\naccept = vega AMD\n",
		"a.conf:2: accept = \"AMD\" is not a known problem such as amd-reset-vega"},
	{"[policy]\naccept = " LETTERS63 LETTERS63 "xx\n",
		"a.conf:2: accept = \"" LETTERS63 LETTERS63 "xx"
		"\" is not a known problem such as amd-reset-vega"},
	{"[policy]\naccept = a b c d e f g h i j k l m n o p q\n",
		"a.conf:2: at most 16 known problems are accepted"},

	/* Lines. */
	{"losses = refuse\n", "a.conf:1: \"losses\" stands before any [section]"},
	{"[policy]\nlosses\n", "a.conf:2: expected KEY = VALUE"},
	{"[policy]\n\nlosses refuse\nx = y\n", "a.conf:3: expected KEY = VALUE"},
	{"[policy]\nx = y\nlosses\n", "a.conf:2: there is no key \"x\" in this section"},
	{"[policy]\nlosses = allow\n   refuse\n", "a.conf:3: expected KEY = VALUE"},
	{"[policy]\nlosses = al\x01low\n", "a.conf:2: there is a control character"},
	{"[policy]\nlosses = " X64 X64 X64 "\n", "a.conf:2: the line is longer than 199 bytes"},
	{"[policy\nlosses = allow\n", "a.conf:1: expected [SECTION]"},
	{"[", "a.conf:1: expected [SECTION]"},
	{"[policy] # why\n", "a.conf:1: expected [SECTION]"},
	{"[policy]\n= allow\n", "a.conf:2: there is no key \"\" in this section"},

	/* Sections. */
	{"[]", "a.conf:1: there is no section []: only [card NAME], [guest], [policy] and [timeouts]"},
	{"\n[Policy]\n",
		"a.conf:2: there is no section [Policy]: only [card NAME], [guest], [policy] and [timeouts]"},
	{"[cards gpu]\naddress = 01:00\n",
		"a.conf:1: there is no section [cards gpu]: only [card NAME], [guest], [policy] and [timeouts]"},
	{"[card]\naddress = 01:00\n",
		"a.conf:1: there is no section [card]: only [card NAME], [guest], [policy] and [timeouts]"},
	{"[ policy ]\n",
		"a.conf:1: there is no section [ policy ]: only [card NAME], [guest], [policy] and [timeouts]"},

	/* What is wanted of devices. */
	{CARD "reset-method = flr none\n",
		"a.conf:3: reset-method = \"flr none\" is not of the kernel's methods: "
		"device_specific, acpi, flr, af_flr, pm, bus, cxl_bus"},
	{CARD "bar-size = 16G\n",
		"a.conf:3: bar-size = \"16G\" is not a BAR and its size, such as 2=8M or 0=16G (powers of two)"},
	{"[policy]\nvirtual-functions = allow\n",
		"a.conf:2: \"allow\" is neither remove nor refuse"},

	/* Cards. */
	{CARD "\n" CARD, "a.conf:4: there is a second [card gpu]"},
	{"[card ]\n",
		"a.conf:1: \"\" is no name for a card: at most 63 letters, digits, '.', '_', '-'"},
	{"[card a b]\n",
		"a.conf:1: \"a b\" is no name for a card: at most 63 letters, digits, '.', '_', '-'"},
	{"[card 01:00]\n",
		"a.conf:1: \"01:00\" is no name for a card: at most 63 letters, digits, '.', '_', '-'"},
	{"[card ../x]\n",
		"a.conf:1: \"../x\" is no name for a card: at most 63 letters, digits, '.', '_', '-'"},
	{"[card -x]\n",
		"a.conf:1: \"-x\" is no name for a card: at most 63 letters, digits, '.', '_', '-'"},
	{"[card caf\xc3\xa9]\n",
		"a.conf:1: \"caf\xc3\xa9\" is no name for a card: at most 63 letters, digits, '.', '_', '-'"},
	{"[card " LETTERS63 "l]\n",
		"a.conf:1: \"" LETTERS63
		"l\" is no name for a card: at most 63 letters, digits, '.', '_', '-'"},
	{"\n[card gpu]\n", "a.conf:2: [card gpu] has no address"},
	{"[card gpu]\nid = 10de:2484\n\n[policy]\n", "a.conf:1: [card gpu] has no address"},
	{"[card gpu]\naddress =\n", "a.conf:2: \"address\" has no value"},
	{"[card gpu]\naddress = 01:00.0, 01:00.1\n",
		"a.conf:2: \"01:00.0,\" is not an address such as 0000:01:00.0 or 0000:01:00"},
	{"[card gpu]\naddress = 01:00.8\n",
		"a.conf:2: \"01:00.8\" is not an address such as 0000:01:00.0 or 0000:01:00"},
	{"[card gpu]\naddress = gpu\n",
		"a.conf:2: \"gpu\" is not an address such as 0000:01:00.0 or 0000:01:00"},
	{"[card gpu]\naddress = " X64 "\n",
		"a.conf:2: \"" X64 "\" is not an address such as 0000:01:00.0 or 0000:01:00"},
	{CARD "address = 0:0 1:0",
		"a.conf:3: \"0:0\" is not an address such as 0000:01:00.0 or 0000:01:00"},
	{CARD "address = 00:01 00:02 00:03 00:04 00:05 00:06 00:07 00:08\n"
	      "address = 00:09 00:0a 00:0b 00:0c 00:0d 00:0e 00:0f 00:10\n",
		"a.conf:4: a card has at most 16 addresses"},
	{CARD "id = 10de\n", "a.conf:3: id = \"10de\" is not vendor and device such as 10de:2484"},
	{CARD "id = 10de:24840\n",
		"a.conf:3: id = \"10de:24840\" is not vendor and device such as 10de:2484"},
	{CARD "id = 0x10de:0x2484\n",
		"a.conf:3: id = \"0x10de:0x2484\" is not vendor and device such as 10de:2484"},
	{CARD "id = 10de:2484\nid = 10de:2484\n", "a.conf:4: \"id\" is given twice"},
	{CARD "return-driver = a/b\n",
		"a.conf:3: return-driver = \"a/b\" is a name that no driver can have"},
	{CARD "return-driver = nvidia a/b\n",
		"a.conf:3: return-driver = \"a/b\" is a name that no driver can have"},
	{CARD "return-driver = a b c d e f g h i\n",
		"a.conf:3: a card has at most 8 return drivers"},
	{CARD "return-driver = a\nreturn-driver = b\n",
		"a.conf:4: \"return-driver\" is given twice"},
	{CARD "return-driver = -\n",
		"a.conf:3: return-driver = \"-\" is a name that no driver can have"},
	{CARD "return-driver = " X64 "\n",
		"a.conf:3: return-driver = \"" X64 "\" is a name that no driver can have"},
	{CARD "return_driver = nvidia\n",
		"a.conf:3: there is no key \"return_driver\" in this section"},
	{CARD "losses = allow\n", "a.conf:3: there is no key \"losses\" in this section"},

	/* Values. */
	{"[policy]\nlosses = yes\n", "a.conf:2: \"yes\" is neither allow nor refuse"},
	{"[policy]\nlosses = Allow\n", "a.conf:2: \"Allow\" is neither allow nor refuse"},
	{"[policy]\nlosses = allow\nlosses = refuse\n", "a.conf:3: \"losses\" is given twice"},
	{"[policy]\nholders = kill\n",
		"a.conf:2: \"kill\" is none of refuse, stop-services and terminate"},
	{"[policy]\nservices = a.service b.socket\n",
		"a.conf:2: services = \"b.socket\" is not the name of a unit such as ollama.service"},
	{"[policy]\nservices = .service\n",
		"a.conf:2: services = \".service\" is not the name of a unit such as ollama.service"},
	{"[policy]\nservices = a/b.service\n",
		"a.conf:2: services = \"a/b.service\" is not the name of a unit such as ollama.service"},
	{"[policy]\nprograms = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n",
		"a.conf:2: more than 16 names"},
	{"[policy]\nprograms = " X64 X64 "\n", "a.conf:2: a name has at most 127 bytes"},
	{"[policy]\nprograms =\n", "a.conf:2: \"programs\" has no value"},
	{"[timeouts]\nprocess = 0\n", "a.conf:2: \"0\" is not a number of seconds from 1 to 3600"},
	{"[policy]\naddress = 01:00.0\n", "a.conf:2: there is no key \"address\" in this section"},
	{"[timeouts]\ndevice = 0\n", "a.conf:2: \"0\" is not a number of seconds from 1 to 3600"},
	{"[timeouts]\ndevice = 3601\n",
		"a.conf:2: \"3601\" is not a number of seconds from 1 to 3600"},
	{"[timeouts]\ndevice = 30s\n",
		"a.conf:2: \"30s\" is not a number of seconds from 1 to 3600"},
	{"[timeouts]\ndevice = -1\n", "a.conf:2: \"-1\" is not a number of seconds from 1 to 3600"},
	{"[timeouts]\nlock = 18446744073709551617\n",
		"a.conf:2: \"18446744073709551617\" is not a number of seconds from 1 to 3600"},
	{"[timeouts]\nlock =\n", "a.conf:2: \"lock\" has no value"},
	{"[timeouts]\nhome = 3601\n",
		"a.conf:2: \"3601\" is not a number of seconds from 0 to 3600"},
	{"[timeouts]\nhome = ever\n",
		"a.conf:2: \"ever\" is not a number of seconds from 0 to 3600"},
	{"[timeouts]\nwriter = 3\n", "a.conf:2: there is no key \"writer\" in this section"},
};

static void what_is_wrong_is_told_by_file_and_line(void **state) {
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct configuration configuration, before;
		struct error error = {{0}};

		memset(&before, 0, sizeof(before));
		before.writer_timeout_s = 17;
		memcpy(&configuration, &before, sizeof(before));
		assert_int_equal(configuration_parse("a.conf", refused[i].text,
					 strlen(refused[i].text), &configuration, &error),
			-EINVAL);
		if (strcmp(error.text, refused[i].sentence) != 0) {
			fail_msg("%s\nsays \"%s\"\nnot  \"%s\"", refused[i].text, error.text,
				refused[i].sentence);
		}
		assert_memory_equal(&configuration, &before, sizeof(before));
	}
}

static void a_zero_byte_does_not_end_a_text(void **state) {
	static const char text[] = "[policy]\n\0losses = refuse\n";
	struct configuration configuration;
	struct error error;

	configuration_init(&configuration);
	assert_int_equal(
		configuration_parse("a.conf", text, sizeof(text) - 1, &configuration, &error),
		-EINVAL);
	assert_string_equal(error.text, "a.conf:2: there is a control character");
}

static void at_most_64_cards_are_named(void **state) {
	AUTO_TEXT struct text text = {0};
	struct configuration configuration;
	struct error error;

	for (unsigned int i = 0; i < 64; i++) {
		assert_int_equal(text_add(&text, "[card c%u]\naddress = 01:00\n", i), 0);
	}
	assert_int_equal(parse(text.data, &configuration, &error), 0);
	assert_int_equal(configuration.card_count, 64);
	assert_int_equal(text_add(&text, "[card c64]\naddress = 01:00\n"), 0);
	assert_int_equal(parse(text.data, &configuration, &error), -EINVAL);
	assert_string_equal(error.text, "a.conf:129: more than 64 cards");
}

static void a_later_text_sets_again_what_an_earlier_one_has_set(void **state) {
	static const char first[] =
		CARD "[policy]\nlosses = refuse\naccept = a b\n[timeouts]\nlock = 5\n";
	static const char second[] =
		"[policy]\nlosses = allow\naccept = c\n[card other]\naddress = 02:00\n";
	static const char third[] = "[card gpu]\naddress = 02:00\n";
	struct configuration configuration;
	struct error error;

	assert_int_equal(parse(first, &configuration, &error), 0);
	assert_int_equal(
		configuration_parse("b.conf", second, strlen(second), &configuration, &error), 0);
	assert_int_equal(configuration.policy.losses, CONSENT_ALLOW);
	assert_int_equal(configuration.policy.accepted.count, 1);
	assert_string_equal(configuration.policy.accepted.names[0], "c");
	assert_int_equal(configuration.lock_timeout_s, 5);
	assert_int_equal(configuration.card_count, 2);
	assert_int_equal(
		configuration_parse("c.conf", third, strlen(third), &configuration, &error),
		-EINVAL);
	assert_string_equal(error.text, "c.conf:1: there is a second [card gpu]");
}

/* A machine with some files below /etc/baton, in a directory of its own. */
struct machine {
	char path[64];
	int root;
};

static int setup(void **state) {
	struct machine *machine = calloc(1, sizeof(*machine));

	assert_non_null(machine);
	strcpy(machine->path, "/tmp/test-configuration.XXXXXX");
	assert_non_null(mkdtemp(machine->path));
	machine->root = root_open(machine->path);
	assert_true(machine->root >= 0);
	assert_int_equal(mkdirat(machine->root, "etc", 0755), 0);
	assert_int_equal(mkdirat(machine->root, "etc/baton", 0755), 0);
	assert_int_equal(mkdirat(machine->root, "etc/baton/baton.conf.d", 0755), 0);
	assert_int_equal(mkdirat(machine->root, "etc/baton/guests", 0755), 0);
	*state = machine;
	return 0;
}

static int delete_one(const char *path, const struct stat *status, int type, struct FTW *at) {
	return remove(path);
}

static int teardown(void **state) {
	struct machine *machine = *state;

	close(machine->root);
	nftw(machine->path, delete_one, 16, FTW_DEPTH | FTW_PHYS);
	free(machine);
	return 0;
}

static void put(const struct machine *machine, const char *path, const char *text) {
	AUTO_CLOSE int fd =
		openat(machine->root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void lock_of(const struct machine *machine, const char *guest, unsigned int lock_s) {
	struct configuration configuration;
	struct error error = {{0}};

	if (configuration_read(
		    machine->root, CONFIGURATION_OWNER_ANY, guest, &configuration, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_int_equal(configuration.lock_timeout_s, lock_s);
}

static void refuses(const struct machine *machine, enum configuration_owner owner, int r,
	const char *sentence) {
	struct configuration configuration;
	struct error error = {{0}};

	configuration.lock_timeout_s = 17;
	assert_int_equal(
		configuration_read(machine->root, owner, "win11", &configuration, &error), r);
	assert_string_equal(error.text, sentence);
	assert_int_equal(configuration.lock_timeout_s, 17);
}

static void files_are_read_in_their_order(void **state) {
	const struct machine *machine = *state;

	lock_of(machine, NULL, 180);
	put(machine, "etc/baton/baton.conf", "[timeouts]\nlock = 1\n");
	lock_of(machine, "win11", 1);
	put(machine, "etc/baton/baton.conf.d/20.conf", "[timeouts]\nlock = 3\n");
	put(machine, "etc/baton/baton.conf.d/10.conf", "[timeouts]\nlock = 2\n");
	lock_of(machine, "win11", 3);
	put(machine, "etc/baton/guests/win11.conf", "[timeouts]\nlock = 4\n");
	lock_of(machine, "win11", 4);
	lock_of(machine, "win12", 3);
	lock_of(machine, NULL, 3);
}

static void only_conf_files_are_drop_ins(void **state) {
	static const char *const names[] = {
		"30.conf.dpkg-new", "30.conf~", ".30.conf", "README", ".conf", "conf"};
	const struct machine *machine = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		char path[64];

		snprintf(path, sizeof(path), "etc/baton/baton.conf.d/%s", names[i]);
		put(machine, path, "[timeouts]\nlock = 9\n");
	}
	lock_of(machine, NULL, 180);
}

static void no_directory_is_no_configuration(void **state) {
	const struct machine *machine = *state;

	assert_int_equal(unlinkat(machine->root, "etc/baton/guests", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(machine->root, "etc/baton/baton.conf.d", AT_REMOVEDIR), 0);
	lock_of(machine, "win11", 180);
	assert_int_equal(unlinkat(machine->root, "etc/baton", AT_REMOVEDIR), 0);
	lock_of(machine, "win11", 180);
}

static void a_guest_s_name_leads_nowhere_else(void **state) {
	static const char *const names[] = {"../win11", "../../../etc/baton/guests/win11",
		"./win11", "/etc/baton/guests/win11", "", ".", "..", "../baton", "win11/",
		"win11/.."};
	const struct machine *machine = *state;
	char longest[300];

	put(machine, "etc/baton/win11.conf", "[timeouts]\nlock = 9\n");
	put(machine, "etc/baton/guests/win11.conf", "[timeouts]\nlock = 9\n");
	put(machine, "etc/baton/guests/../../x y%.conf", "[timeouts]\nlock = 9\n");
	for (size_t i = 0; i < COUNT(names); i++) {
		lock_of(machine, names[i], 180);
	}
	lock_of(machine, "../../x y%", 180);
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	lock_of(machine, longest, 180);
	longest[250] = '\0';
	lock_of(machine, longest, 180);
}

static void an_error_names_its_file(void **state) {
	const struct machine *machine = *state;

	put(machine, "etc/baton/guests/win11.conf", "[timeouts]\nlock = x\n");
	refuses(machine, CONFIGURATION_OWNER_ANY, -EINVAL,
		"/etc/baton/guests/win11.conf:2: \"x\" is not a number of seconds from 1 to 3600");
	put(machine, "etc/baton/baton.conf.d/1.conf", "x");
	refuses(machine, CONFIGURATION_OWNER_ANY, -EINVAL,
		"/etc/baton/baton.conf.d/1.conf:1: expected KEY = VALUE");
	put(machine, "etc/baton/baton.conf", "[x]");
	refuses(machine, CONFIGURATION_OWNER_ANY, -EINVAL,
		"/etc/baton/baton.conf:1: there is no section [x]: only [card NAME], [guest], [policy] and [timeouts]");
}

static void a_guests_own_section_stands_in_its_own_file(void **state) {
	const struct machine *machine = *state;

	put(machine, "etc/baton/baton.conf", "[guest]\nunit = x.service\n");
	refuses(machine, CONFIGURATION_OWNER_ANY, -EINVAL,
		"[guest] in baton.conf or baton.conf.d is about no guest: it belongs into /etc/baton/guests/NAME.conf");
}

static void files_have_a_limit(void **state) {
	const struct machine *machine = *state;
	AUTO_FREE char *text = malloc(CONFIGURATION_FILE_MAX + 2);

	assert_non_null(text);
	memset(text, '\n', CONFIGURATION_FILE_MAX + 1);
	text[CONFIGURATION_FILE_MAX] = '\0';
	put(machine, "etc/baton/baton.conf", text);
	lock_of(machine, NULL, 180);
	text[CONFIGURATION_FILE_MAX] = '\n';
	text[CONFIGURATION_FILE_MAX + 1] = '\0';
	put(machine, "etc/baton/baton.conf", text);
	refuses(machine, CONFIGURATION_OWNER_ANY, -EFBIG,
		"/etc/baton/baton.conf is larger than 64 KiB");
}

static void drop_ins_have_a_limit(void **state) {
	const struct machine *machine = *state;
	char path[64];

	for (int i = 0; i < DROP_INS_MAX; i++) {
		snprintf(path, sizeof(path), "etc/baton/baton.conf.d/%02d.conf", i);
		put(machine, path, "");
	}
	lock_of(machine, NULL, 180);
	put(machine, "etc/baton/baton.conf.d/more.conf", "");
	refuses(machine, CONFIGURATION_OWNER_ANY, -E2BIG,
		"more than 64 files in /etc/baton/baton.conf.d");
}

static void what_is_no_file_is_refused(void **state) {
	const struct machine *machine = *state;

	assert_int_equal(mkdirat(machine->root, "etc/baton/baton.conf", 0755), 0);
	refuses(machine, CONFIGURATION_OWNER_ANY, -EINVAL, "/etc/baton/baton.conf is not a file");
	assert_int_equal(unlinkat(machine->root, "etc/baton/baton.conf", AT_REMOVEDIR), 0);
	assert_int_equal(mkfifoat(machine->root, "etc/baton/baton.conf", 0644), 0);
	refuses(machine, CONFIGURATION_OWNER_ANY, -EINVAL, "/etc/baton/baton.conf is not a file");
}

/* A captured machine's link to /etc leads into the capture, never out of it. */
static void links_stay_below_the_root(void **state) {
	const struct machine *machine = *state;
	char outside[96];

	put(machine, "x.conf", "[timeouts]\nlock = 8\n");
	snprintf(outside, sizeof(outside), "%s/x.conf", machine->path);
	assert_int_equal(symlinkat(outside, machine->root, "etc/baton/baton.conf"), 0);
	lock_of(machine, NULL, 180);
	assert_int_equal(unlinkat(machine->root, "etc/baton/baton.conf", 0), 0);
	assert_int_equal(symlinkat("/x.conf", machine->root, "etc/baton/baton.conf"), 0);
	lock_of(machine, NULL, 8);
}

/* Who runs this test may not be root, and then nothing of it is root's. */
static void what_others_can_write_is_refused(void **state) {
	static const char *const paths[] = {"etc/baton/guests/win11.conf", "etc/baton/guests",
		"etc/baton/baton.conf.d/1.conf", "etc/baton/baton.conf.d", "etc/baton/baton.conf",
		"etc/baton"};
	static const mode_t wrong[] = {0775, 0757, 0777};
	const struct machine *machine = *state;

	put(machine, "etc/baton/baton.conf", "");
	put(machine, "etc/baton/baton.conf.d/1.conf", "");
	put(machine, "etc/baton/guests/win11.conf", "");
	for (size_t i = 0; i < COUNT(paths); i++) {
		const char *name = geteuid() == 0 ? paths[i] : "etc/baton";
		char sentence[256];

		snprintf(sentence, sizeof(sentence),
			"others than root can write /%s: run chown root /%s and chmod go-w /%s",
			name, name, name);
		for (size_t j = 0; j < COUNT(wrong); j++) {
			assert_int_equal(fchmodat(machine->root, paths[i], wrong[j], 0), 0);
			refuses(machine, CONFIGURATION_OWNER_ROOT, -EPERM, sentence);
			lock_of(machine, "win11", 180);
		}
		assert_int_equal(fchmodat(machine->root, paths[i], 0755, 0), 0);
	}
}

static void what_only_root_can_write_is_read(void **state) {
	const struct machine *machine = *state;
	struct configuration configuration;
	struct error error = {{0}};
	int r;

	put(machine, "etc/baton/baton.conf", "[timeouts]\nlock = 8\n");
	r = configuration_read(
		machine->root, CONFIGURATION_OWNER_ROOT, NULL, &configuration, &error);
	if (geteuid() != 0) {
		assert_int_equal(r, -EPERM);
		return;
	}
	assert_int_equal(r, 0);
	assert_int_equal(configuration.lock_timeout_s, 8);
	assert_int_equal(fchownat(machine->root, "etc/baton/baton.conf", 1, 0, 0), 0);
	refuses(machine, CONFIGURATION_OWNER_ROOT, -EPERM,
		"others than root can write /etc/baton/baton.conf: run chown root /etc/baton/baton.conf and chmod go-w /etc/baton/baton.conf");
}

#define ON_A_MACHINE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_gives_the_defaults),
		cmocka_unit_test(every_key_of_a_card_is_read),
		cmocka_unit_test(every_other_key_is_read),
		cmocka_unit_test(what_is_wanted_of_devices_goes_with_the_policy),
		cmocka_unit_test(what_is_wrong_is_told_by_file_and_line),
		cmocka_unit_test(a_zero_byte_does_not_end_a_text),
		cmocka_unit_test(at_most_64_cards_are_named),
		cmocka_unit_test(a_later_text_sets_again_what_an_earlier_one_has_set),
		ON_A_MACHINE(files_are_read_in_their_order),
		ON_A_MACHINE(only_conf_files_are_drop_ins),
		ON_A_MACHINE(no_directory_is_no_configuration),
		ON_A_MACHINE(a_guest_s_name_leads_nowhere_else),
		ON_A_MACHINE(an_error_names_its_file),
		ON_A_MACHINE(a_guests_own_section_stands_in_its_own_file),
		ON_A_MACHINE(files_have_a_limit),
		ON_A_MACHINE(drop_ins_have_a_limit),
		ON_A_MACHINE(what_is_no_file_is_refused),
		ON_A_MACHINE(links_stay_below_the_root),
		ON_A_MACHINE(what_others_can_write_is_refused),
		ON_A_MACHINE(what_only_root_can_write_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
