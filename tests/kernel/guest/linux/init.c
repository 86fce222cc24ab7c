/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first and only process of the Linux guest: shows on the console of its card, and on the
 * serial line, what PCI devices it has and the number from its command line, and switches itself
 * off by the power button, the Enter key or a byte over the serial line.
 *
 * A program instead of a shell with its tools, as each process started takes a second where the
 * guest runs: in a translator that is itself translated.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

enum {
	PATH_SIZE = 512,
	VALUE_SIZE = 64,
	DIGIT_ROWS = 5,
};

static FILE *screen;
static FILE *serial;

/* A guest that cannot go on says why where it can, and ends: its host is waiting for it. */
__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
	FILE *out = serial ? serial : stderr;
	va_list list;
	va_start(list, format);
	fputs("FAILED ", out);
	vfprintf(out, format, list);
	fprintf(out, ": %m\n");
	va_end(list);
	fflush(out);
	reboot(RB_POWER_OFF);
	_exit(1);
}

static FILE *open_terminal(const char *path) {
	FILE *file = fopen(path, "r+e");
	if (!file) {
		fail("opening %s", path);
	}
	setvbuf(file, NULL, _IOFBF, 1 << 16);
	return file;
}

static void open_serial(void) {
	serial = open_terminal("/dev/ttyS0");
	struct termios settings;
	if (tcgetattr(fileno(serial), &settings) == 0) {
		cfmakeraw(&settings);
		tcsetattr(fileno(serial), TCSANOW, &settings);
	}
}

static void load_module(const char *path) {
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || syscall(SYS_finit_module, file, "", 0) < 0) {
		fail("loading %s", path);
	}
	close(file);
}

/* Do something with each entry of a directory, in alphabetical order. */
static void for_each(const char *directory, void (*visit)(const char *path, const char *name)) {
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort);
	if (count < 0) {
		fail("reading %s", directory);
	}
	for (int index = 0; index < count; index++) {
		char path[PATH_SIZE];
		int length =
			snprintf(path, sizeof(path), "%s/%s", directory, entries[index]->d_name);
		if (entries[index]->d_name[0] != '.' && length < (int)sizeof(path)) {
			visit(path, entries[index]->d_name);
		}
		free(entries[index]);
	}
	free(entries);
}

static void visit_module(const char *path, const char *name) {
	(void)name;
	load_module(path);
}

/* The text of an attribute below a directory, without its newline; "" if there is none. */
static void read_attribute(const char *directory, const char *name, char value[VALUE_SIZE]) {
	char path[PATH_SIZE + VALUE_SIZE];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	value[0] = '\0';
	FILE *file = fopen(path, "re");
	if (!file) {
		return;
	}
	if (fgets(value, VALUE_SIZE, file)) {
		value[strcspn(value, "\n")] = '\0';
	}
	fclose(file);
}

static const char *class_words(unsigned class) {
	static const struct {
		unsigned class;
		unsigned mask;
		const char *words;
	} kinds[] = {
		{0x010600, 0xffff00, "SATA controller"},
		{0x010800, 0xffff00, "NVMe controller"},
		{0x020000, 0xffff00, "Ethernet controller"},
		{0x030000, 0xffff00, "VGA controller"},
		{0x038000, 0xffff00, "display controller"},
		{0x040300, 0xffff00, "audio device"},
		{0x060000, 0xffff00, "host bridge"},
		{0x060100, 0xffff00, "ISA bridge"},
		{0x060400, 0xffff00, "PCI bridge"},
		{0x0c0330, 0xffffff, "USB 3 controller"},
		{0x0c0300, 0xffff00, "USB controller"},
		{0x0c0500, 0xffff00, "SMBus"},
	};
	for (size_t index = 0; index < sizeof(kinds) / sizeof(kinds[0]); index++) {
		if ((class & kinds[index].mask) == kinds[index].class) {
			return kinds[index].words;
		}
	}
	return "other device";
}

static const char *driver_of(const char *directory, char target[PATH_SIZE]) {
	char path[PATH_SIZE + VALUE_SIZE];
	snprintf(path, sizeof(path), "%s/driver", directory);
	ssize_t length = readlink(path, target, PATH_SIZE - 1);
	if (length < 0) {
		return "-";
	}
	target[length] = '\0';
	const char *slash = strrchr(target, '/');
	return slash ? slash + 1 : target;
}

static void tell_device(const char *path, const char *name) {
	char vendor[VALUE_SIZE];
	char model[VALUE_SIZE];
	char class[VALUE_SIZE];
	char target[PATH_SIZE];
	read_attribute(path, "vendor", vendor);
	read_attribute(path, "device", model);
	read_attribute(path, "class", class);
	unsigned ids[] = {(unsigned)strtoul(vendor, NULL, 16), (unsigned)strtoul(model, NULL, 16)};
	unsigned kind = (unsigned)strtoul(class, NULL, 16);
	const char *driver = driver_of(path, target);
	fprintf(screen, "  %s  %04x:%04x  %-20s %s\n", name, ids[0], ids[1], class_words(kind),
		driver);
	fprintf(serial, "PCI %s %04x:%04x class %06x driver %s\n", name, ids[0], ids[1], kind,
		driver);
}

/*
 * One row of a number in digits of three by five dots, each dot two characters wide. number.py
 * knows them too: it looks for the number in pictures.
 */
static void draw_row(const char *number, int row) {
	static const char *const digits[DIGIT_ROWS] = {
		"### .#  ### ### # # ### ### ### ### ###",
		"# # ##    #   # # # #   #     # # # # #",
		"# #  #  ###  ## ### ### ###   # ### ###",
		"# #  #  #     #   #   # # #   # # #   #",
		"### ### ### ###   # ### ###   # ### ###",
	};
	fputs("  \033[1;33m", screen);
	for (; *number != '\0'; number++) {
		const char *dots = digits[row] + (*number - '0') * 4;
		for (int column = 0; column < 3; column++) {
			/* U+2588, a full block. */
			fputs(dots[column] == '#' ? "\xe2\x96\x88\xe2\x96\x88" : "  ", screen);
		}
		fputs("  ", screen);
	}
	fputs("\033[0m\n", screen);
}

static void tell_number(void) {
	/* The kernel puts what it does not know on its command line into this environment. */
	const char *number = getenv("number");
	if (!number) {
		number = "none";
	}
	fprintf(serial, "NUMBER %s\n", number);
	if (number[strspn(number, "0123456789")] != '\0') {
		fprintf(screen, "  %s\n", number);
		return;
	}
	for (int row = 0; row < DIGIT_ROWS; row++) {
		draw_row(number, row);
	}
}

static int button = -1;

/* Keep the event device of the power button open. */
static void find_button(const char *path, const char *name) {
	char what[VALUE_SIZE];
	char node[PATH_SIZE];
	read_attribute(path, "device/name", what);
	if (button >= 0 || strcmp(what, "Power Button") != 0) {
		return;
	}
	snprintf(node, sizeof(node), "/dev/input/%s", name);
	button = open(node, O_RDONLY | O_CLOEXEC);
}

/* Wait until somebody wants the guest to end; returns how. */
static const char *await_end(void) {
	struct pollfd waits[] = {
		{.fd = button, .events = POLLIN},
		{.fd = fileno(serial), .events = POLLIN},
		{.fd = fileno(screen), .events = POLLIN},
	};
	static const char *const names[] = {"button", "byte", "key"};
	if (poll(waits, 3, -1) < 0) {
		fail("waiting");
	}
	int index = 0;
	while (waits[index].revents == 0) {
		index++;
	}
	return names[index];
}

static void mount_all(void) {
	if (mount("sysfs", "/sys", "sysfs", 0, NULL) < 0 ||
		mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0) {
		fail("mounting");
	}
}

int main(void) {
	mount_all();
	open_serial();
	for_each("/modules", visit_module);
	screen = open_terminal("/dev/tty1");
	/* No cursor that blinks: two pictures of the same text are equal. */
	fputs("\033[2J\033[H\033[?25l\n  A Linux guest, and the PCI devices that it sees:\n\n",
		screen);
	for_each("/sys/bus/pci/devices", tell_device);
	fputs("\n  Its number in this run:\n\n", screen);
	tell_number();
	fflush(screen);
	for_each("/sys/class/input", find_button);
	if (button < 0) {
		fail("finding the power button");
	}
	fputs("READY\n", serial);
	fflush(serial);
	fprintf(serial, "END %s\n", await_end());
	fflush(serial);
	/* What is sent must have left before the power goes. */
	tcdrain(fileno(serial));
	reboot(RB_POWER_OFF);
	return 1;
}
