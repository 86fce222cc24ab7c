// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/qemu/arguments.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define WORDS_MAX 12
#define UUID      "4dea22b3-1d52-d8f3-2516-782e98ab3fa0"
#define SYSFS     "/sys/bus/pci/devices/"

/* A command line of one -device. */
#define DEVICE(value)                                                                              \
	{ "-device", value }

static int parse(const char *const *words, struct qemu_arguments *ret, struct error *error) {
	size_t count = 0;

	while (count < WORDS_MAX && words[count]) {
		count++;
	}
	return qemu_arguments_parse(words, count, ret, error);
}

/* All that was found, in a line: "0000:01:00.0 name=win11 pidfile=/p daemonize config=/c". */
static void format(const struct qemu_arguments *arguments, struct text *ret) {
	int r = 0;

	for (size_t i = 0; i < arguments->device_count; i++) {
		char address[ADDRESS_SIZE];

		r |= text_add(ret, " %s", address_format(arguments->devices[i], address));
	}
	if (arguments->name[0]) {
		r |= text_add(ret, " name=%s", arguments->name);
	}
	if (arguments->pidfile) {
		r |= text_add(ret, " pidfile=%s", arguments->pidfile);
	}
	r |= text_add(ret, "%s", arguments->daemonize ? " daemonize" : "");
	for (size_t i = 0; i < arguments->config_count; i++) {
		r |= text_add(ret, " config=%s", arguments->configs[i]);
	}
	assert_int_equal(r, 0);
}

static const struct wanted {
	const char *words[WORDS_MAX];
	const char *found;
} wanted[] = {
	/* Nothing. */
	{{NULL}, ""},
	{{"disk.img"}, ""},
	{{"-M", "q35", "-m", "4G", "-nodefaults", "-S", ""}, ""},

	/* host= */
	{DEVICE("vfio-pci,host=0000:01:00.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,host=01:00.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci-nohotplug,host=01:00.0"), " 0000:01:00.0"},
	{{"--device", "vfio-pci,host=01:00.0"}, " 0000:01:00.0"},
	{DEVICE("vfio-pci,id=gpu,bus=pcie.1,addr=0x0,multifunction=on,x-vga=on,host=01:00.1,"
		"romfile=/a,,b.rom"),
		" 0000:01:00.1"},
	{DEVICE("host=01:00.0,driver=vfio-pci"), " 0000:01:00.0"},
	{DEVICE("driver=vfio-pci,host=01:00.0"), " 0000:01:00.0"},
	{DEVICE("id=a,,host=09:00.0,driver=vfio-pci,host=01:00.0"), " 0000:01:00.0"},

	/* The last of equal keys. */
	{DEVICE("vfio-pci,host=01:00.0,host=02:00.0"), " 0000:02:00.0"},
	{DEVICE("vfio-pci,host=01:00.0,driver=e1000"), ""},
	{DEVICE("e1000,driver=vfio-pci,host=01:00.0"), " 0000:01:00.0"},

	/* Addresses as QEMU reads them. */
	{DEVICE("vfio-pci,host=10000:E1:1f.7"), " 10000:e1:1f.7"},
	{DEVICE("vfio-pci,host=1:0.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,host=0:1:0.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,host=0x0:0x1:0x0.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,host=000001:00.00"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,host=ffffffff:ff:1f.7"), " ffffffff:ff:1f.7"},

	/* sysfsdev= */
	{DEVICE("vfio-pci,sysfsdev=" SYSFS "0000:01:00.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,sysfsdev=" SYSFS "0000:01:00.0//"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,sysfsdev=/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"),
		" 0000:01:00.0"},
	{DEVICE("vfio-pci,host=02:00.0,sysfsdev=" SYSFS "0000:01:00.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,sysfsdev=" SYSFS "0000:01:00.0,host=02:00.0"), " 0000:01:00.0"},
	{DEVICE("vfio-pci,sysfsdev=/sys/bus/mdev/devices/" UUID), ""},
	{DEVICE("vfio-pci,sysfsdev=" SYSFS "0000:00:02.0/" UUID), ""},

	/* Neither. */
	{DEVICE("vfio-pci"), ""},
	{DEVICE("vfio-pci,help"), ""},
	{DEVICE("help"), ""},
	{DEVICE(""), ""},
	{DEVICE("vfio-pci,fd=12,iommufd=iommufd0"), ""},

	/* Other devices. */
	{DEVICE("e1000,netdev=n0,host=01:00.0"), ""},
	{DEVICE("vfio-pc,host=01:00.0"), ""},
	{DEVICE("vfio-pci2,host=01:00.0"), ""},
	{DEVICE("VFIO-PCI,host=01:00.0"), ""},
	{DEVICE("vfio-ap,sysfsdev=/x"), ""},
	{DEVICE("host=01:00.0"), ""},
	{DEVICE("usb-host,host=zz"), ""},
	{{"-netdev", "user,id=vfio-pci,host=01:00.0"}, ""},

	/* Several; each once. */
	{{"-device", "vfio-pci,host=01:00.1", "-s", "-device", "vfio-pci,host=01:00.0", "-device",
		 "vfio-pci,host=0000:01:00.1"},
		" 0000:01:00.1 0000:01:00.0"},

	/* JSON. */
	{DEVICE("{\"driver\":\"vfio-pci\",\"host\":\"0000:01:00.0\"}"), " 0000:01:00.0"},
	{DEVICE("{ \"host\": \"01:00.0\", \"addr\": 4, \"x\": [{\"host\": 1}, null, true],\n"
		"\"id\": \"gpu\", \"driver\": \"vfio-pci\" }"),
		" 0000:01:00.0"},
	{DEVICE("{\"driver\":\"vfio-pci\",\"sysfsdev\":\"" SYSFS "0000:01:00.0\"}"),
		" 0000:01:00.0"},
	{DEVICE("{\"driver\":\"vfio\\u002dpci\",\"host\":\"01:00.0\"}"), " 0000:01:00.0"},
	{DEVICE("{\"driver\":\"virtio-net-pci\",\"host\":\"01:00.0\"}"), ""},
	{DEVICE("{}"), ""},

	/* The value is the next word, whatever it looks like. */
	{{"-name", "-device", "vfio-pci,host=01:00.0"}, " name=-device"},
	{{"-append", "-daemonize"}, ""},
	{{"-fw_cfg", "--pidfile", "-pidfile", "-name"}, " pidfile=-name"},
	{{"-device=vfio-pci,host=01:00.0"}, ""},
	{{"device", "vfio-pci,host=01:00.0"}, ""},
	{{"---device", "vfio-pci,host=01:00.0"}, ""},
	{{"-", "--", "-daemonize"}, " daemonize"},

	/* What nobody knows takes no value. */
	{{"-new", "-device", "vfio-pci,host=01:00.0"}, " 0000:01:00.0"},
	{{"-new", "value", "-device", "vfio-pci,host=01:00.0"}, " 0000:01:00.0"},

	/* The rest. */
	{{"-name", "win11"}, " name=win11"},
	{{"-name", "win11,process=qemu,debug-threads=on"}, " name=win11"},
	{{"-name", "debug-threads=on,guest=win,,11"}, " name=win,11"},
	{{"-name", "a", "-name", "process=b"}, " name=a"},
	{{"-name", "a", "-name", "guest=b"}, " name=b"},
	{{"-name", "a", "-name", ""}, " name=a"},
	{{"-name", "../../x y%n"}, " name=../../x y%n"},
	{{"-pidfile", "/a", "--pidfile", "/run/b,c"}, " pidfile=/run/b,c"},
	{{"-daemonize", "-daemonize"}, " daemonize"},
	{{"-readconfig", "/a", "-readconfig", "b,c"}, " config=/a config=b,c"},

	/* -set and -global that choose no device. */
	{{"-set", "device.gpu.x-vga=on"}, ""},
	{{"-set", "device.gpu.hostile=on"}, ""},
	{{"-set", "drive.d.host=a"}, ""},
	{{"-set", "device.host=a"}, ""},
	{{"-set", "device"}, ""},
	{{"-set", ""}, ""},
	{{"-global", "vfio-pci.x-vga=on"}, ""},
	{{"-global", "e1000.host=a"}, ""},
	{{"-global", "driver=vfio-pci,property=rombar,value=host"}, ""},
	{{"-global", "driver=e1000,property=host,value=a"}, ""},
	{{"-global", ""}, ""},
};

static void what_qemu_is_given_is_found(void **state) {
	for (size_t i = 0; i < COUNT(wanted); i++) {
		AUTO_TEXT struct text found = {0};
		struct qemu_arguments arguments;
		struct error error = {{0}};

		memset(&arguments, 0x5a, sizeof(arguments));
		if (parse(wanted[i].words, &arguments, &error) < 0) {
			fail_msg("row %zu: %s", i, error.text);
		}
		format(&arguments, &found);
		if (strcmp(found.data, wanted[i].found) != 0) {
			fail_msg("row %zu (%s): \"%s\", not \"%s\"", i, wanted[i].words[1],
				found.data, wanted[i].found);
		}
	}
}

#define NO_ADDRESS(host)                                                                           \
	{                                                                                          \
		DEVICE("vfio-pci,host=" host), "-device vfio-pci,host=" host ": host=" host        \
					       " is not an address such as 0000:01:00.0"           \
	}
#define NO_PATH(path)                                                                                                  \
	{                                                                                                              \
		DEVICE("vfio-pci,sysfsdev=" path),                                                                     \
			"-device vfio-pci,sysfsdev=" path ": sysfsdev=" path                                           \
			" tells no device: write the path with its address, such as /sys/bus/pci/devices/0000:01:00.0" \
	}

static const struct refused {
	const char *words[WORDS_MAX];
	const char *sentence;
} refused[] = {
	NO_ADDRESS("zz"),
	NO_ADDRESS(""),
	NO_ADDRESS("01"),
	NO_ADDRESS("01:00"),
	NO_ADDRESS("0000:01:00"),
	NO_ADDRESS("01:00."),
	NO_ADDRESS("01:00.8"),
	NO_ADDRESS("01:00.a"),
	NO_ADDRESS("01:00.0 "),
	NO_ADDRESS(" 01:00.0"),
	NO_ADDRESS("-1:00.0"),
	NO_ADDRESS("01:20.0"),
	NO_ADDRESS("100:00.0"),
	NO_ADDRESS("100000000:01:00.0"),
	NO_ADDRESS("ffffffffffffffffffff:01:00.0"),
	NO_ADDRESS("0:0000:01:00.0"),
	NO_ADDRESS(":01:00.0"),
	NO_ADDRESS("01::00.0"),
	NO_ADDRESS("%s%n"),
	NO_PATH(""),
	NO_PATH("/"),
	NO_PATH("0000:01:00.0"),
	NO_PATH("/sys/bus/pci/devices"),
	NO_PATH("/sys/bus/pci/devices/0000:01:00.0/."),
	NO_PATH("/dev/vfio/1"),
	{DEVICE("vfio-pci,host=zz,sysfsdev=" SYSFS "0000:01:00.0"),
		"-device vfio-pci,host=zz,sysfsdev=" SYSFS
		"0000:01:00.0: host=zz is not an address such as 0000:01:00.0"},

	{DEVICE("{"),
		"-device {: line 1, column 1: this is not JSON: string or '}' expected near end of file"},
	{DEVICE("{\"a\":1"),
		"-device {\"a\":1: line 1, column 6: this is not JSON: '}' expected near end of file"},
	{DEVICE("{}{"),
		"-device {}{: line 1, column 3: this is not JSON: end of file expected near '{'"},
	{DEVICE("{'a':1}"),
		"-device {'a':1}: line 1, column 2: this is not JSON: string or '}' expected near '''"},
	{DEVICE("{\"driver\":1}"), "-device {\"driver\":1}: \"driver\" is not a text"},
	{DEVICE("{\"host\":null}"), "-device {\"host\":null}: \"host\" is not a text"},
	{DEVICE("{\"host\":\"1\",\"host\":\"2\"}"),
		"-device {\"host\":\"1\",\"host\":\"2\"}: line 1, column 18: this is not JSON: duplicate object key near '\"host\"'"},
	{DEVICE("{\"driver\":\"vfio-pci\",\"host\":\"\"}"),
		"-device {\"driver\":\"vfio-pci\",\"host\":\"\"}: host= is not an address such as 0000:01:00.0"},

	{{"-device"}, "-device has no value"},
	{{"-s", "--name"}, "--name has no value"},
	{{"-pidfile", ""}, "-pidfile : the path is empty"},
	{{"-readconfig", ""}, "-readconfig : the path is empty"},

	{{"-set", "device.gpu.host=01:00.0"},
		"-set device.gpu.host=01:00.0: this changes which device is meant: write it at the -device itself"},
	{{"-set", "device.gpu.driver=vfio-pci"},
		"-set device.gpu.driver=vfio-pci: this changes which device is meant: write it at the -device itself"},
	{{"-global", "vfio-pci.host=01:00.0"},
		"-global vfio-pci.host=01:00.0: this gives host of every vfio-pci: write it at the -device itself"},
	{{"-global", "property=sysfsdev,driver=vfio-pci-nohotplug,value=/a"},
		"-global property=sysfsdev,driver=vfio-pci-nohotplug,value=/a: this gives sysfsdev of every vfio-pci-nohotplug: write it at the -device itself"},
};

static void what_is_wrong_is_told_with_its_word(void **state) {
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct qemu_arguments arguments, before;
		struct error error = {{0}};

		memset(&arguments, 0x5a, sizeof(arguments));
		before = arguments;
		assert_int_equal(parse(refused[i].words, &arguments, &error), -EINVAL);
		if (strcmp(error.text, refused[i].sentence) != 0) {
			fail_msg("row %zu says \"%s\"\nnot  \"%s\"", i, error.text,
				refused[i].sentence);
		}
		assert_memory_equal(&arguments, &before, sizeof(before));
		assert_int_equal(parse(refused[i].words, &arguments, NULL), -EINVAL);
	}
}

static void at_most_64_devices_are_wanted(void **state) {
	const char *words[2 * 65];
	char values[65][32];

	for (unsigned int i = 0; i < 65; i++) {
		snprintf(values[i], sizeof(values[i]), "vfio-pci,host=%x:00.0", i);
		words[(size_t)2 * i] = "-device";
		words[(size_t)2 * i + 1] = values[i];
	}
	for (size_t count = 64; count <= 65; count++) {
		struct qemu_arguments arguments = {0};
		struct error error = {{0}};

		assert_int_equal(qemu_arguments_parse(words, 2 * count, &arguments, &error),
			count == 64 ? 0 : -E2BIG);
		assert_int_equal(arguments.device_count, count == 64 ? 64 : 0);
		assert_string_equal(error.text,
			count == 64
				? ""
				: "-device vfio-pci,host=40:00.0: a guest gets at most 64 devices");
	}
}

static void at_most_8_files_are_read(void **state) {
	const char *words[2 * 9];
	struct qemu_arguments arguments;
	struct error error;

	for (size_t i = 0; i < 9; i++) {
		words[2 * i] = "-readconfig";
		words[2 * i + 1] = "a";
	}
	assert_int_equal(qemu_arguments_parse(words, 16, &arguments, &error), 0);
	assert_int_equal(arguments.config_count, 8);
	assert_int_equal(qemu_arguments_parse(words, 18, &arguments, &error), -E2BIG);
	assert_string_equal(error.text, "-readconfig a: at most 8 files are read");
}

static void a_name_is_at_most_255_bytes_long(void **state) {
	char name[257] = {0};
	const char *const words[] = {"-name", name};
	struct qemu_arguments arguments;
	struct error error;

	memset(name, 'n', 255);
	assert_int_equal(qemu_arguments_parse(words, 2, &arguments, &error), 0);
	assert_string_equal(arguments.name, name);
	name[255] = 'n';
	assert_int_equal(qemu_arguments_parse(words, 2, &arguments, &error), -EINVAL);
	assert_non_null(strstr(error.text, "nnn: the guest's name is longer than 255 bytes"));
}

static void ten_thousand_options_are_read(void **state) {
	static const char *words[QEMU_ARGUMENTS_MAX + 1];
	struct qemu_arguments arguments;
	struct error error;

	for (size_t i = 0; i < COUNT(words); i++) {
		words[i] = i % 2 ? "vfio-pci,host=01:00.0" : "-device";
	}
	assert_int_equal(qemu_arguments_parse(words, 10000, &arguments, &error), 0);
	assert_int_equal(arguments.device_count, 1);
	assert_int_equal(qemu_arguments_parse(words, 16385, &arguments, &error), -E2BIG);
	assert_string_equal(error.text, "QEMU's command line has more than 16384 words");
}

static void nothing_longer_than_the_limit_is_read(void **state) {
	size_t size = ((size_t)128 << 10) + 2;
	AUTO_FREE char *value = malloc(size);
	const char *const words[] = {"-device", value};
	struct qemu_arguments arguments;
	struct error error;

	assert_non_null(value);
	memset(value, ',', size - 1);
	value[size - 1] = '\0';
	assert_int_equal(qemu_arguments_parse(words, 2, &arguments, &error), -E2BIG);
	assert_string_equal(error.text, "the value of -device is longer than 128 KiB");
	value[size - 2] = '\0';
	assert_int_equal(qemu_arguments_parse(words, 2, &arguments, &error), 0);
}

/* Objects in objects, count deep in all, which may be more than JSON's reader goes. */
static int parse_nested(size_t count, struct error *error) {
	AUTO_TEXT struct text value = {0};
	const char *words[2] = {"-device", NULL};
	struct qemu_arguments arguments;

	for (size_t i = 1; i < count; i++) {
		assert_int_equal(text_append(&value, "{\"a\":", 5), 0);
	}
	assert_int_equal(text_append(&value, "{}", 2), 0);
	for (size_t i = 1; i < count; i++) {
		assert_int_equal(text_append(&value, "}", 1), 0);
	}
	words[1] = value.data;
	return qemu_arguments_parse(words, 2, &arguments, error);
}

static void nothing_deeper_than_the_limit_is_read(void **state) {
	struct error error;

	assert_int_equal(parse_nested(2048, &error), 0);
	assert_int_equal(parse_nested(2049, &error), -EINVAL);
	assert_non_null(strstr(error.text, "this is not JSON: maximum parsing depth reached"));
	assert_int_equal(parse_nested(20000, &error), -EINVAL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_qemu_is_given_is_found),
		cmocka_unit_test(what_is_wrong_is_told_with_its_word),
		cmocka_unit_test(at_most_64_devices_are_wanted),
		cmocka_unit_test(at_most_8_files_are_read),
		cmocka_unit_test(a_name_is_at_most_255_bytes_long),
		cmocka_unit_test(ten_thousand_options_are_read),
		cmocka_unit_test(nothing_longer_than_the_limit_is_read),
		cmocka_unit_test(nothing_deeper_than_the_limit_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
