// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/history.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/create.h"

#define RECORD      "record"
#define FRESH       "new" /* until it is complete */
#define OLD         "old" /* while it goes */
#define RECORD_MAX  (1U << 20)
#define CONTENT_MAX (1U << 20)
#define OUTPUT_MAX  (1U << 20)
#define NAME_LENGTH 32

static const char *const states[] = {
	[HISTORY_MAKING] = "making", [HISTORY_MADE] = "made", [HISTORY_UNDOING] = "undoing"};
static const char *const ways[] = {[BOOT_WAY_BOTH] = "both",
	[BOOT_WAY_THERE] = "there",
	[BOOT_WAY_BACK] = "back",
	[BOOT_WAY_BACK_KERNELS] = "back-kernels"};
static const char *const forms[] = {[FORM_NONE] = "none",
	[FORM_SHELL] = "shell",
	[FORM_WORDS] = "words",
	[FORM_DROP_INS] = "drop-ins",
	[FORM_ENTRIES] = "entries",
	[FORM_LINES] = "lines"};

/* FNV-1a, 64 bits: against what has been damaged, not against an enemy. */
static uint64_t sum(const struct text *text) {
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < text->length; i++) {
		hash = (hash ^ (unsigned char)text->data[i]) * 0x100000001b3U;
	}
	return hash;
}

static int add_token(struct text *text, const char *value) {
	char token[PATH_MAX];
	int r = token_encode(value, token, sizeof(token));

	return r < 0 ? r : text_add(text, " %s", token);
}

static const char *name_fate(const struct boot_file *file) {
	return file->gone ? "gone" : file->was ? "was" : "new";
}

static int format_file(const struct boot_file *file, struct text *ret) {
	int r = text_add(ret, "file");

	r = r < 0 ? r : add_token(ret, file->path);
	r = r < 0 ? r : text_add(ret, " %s", forms[file->form]);
	r = r < 0 ? r : add_token(ret, file->variable);
	return r < 0 ? r
		     : text_add(ret, " %s %o %u %u %" PRIx64 " %" PRIx64 "\n", name_fate(file),
			       (unsigned int)file->mode, file->uid, file->gid, sum(&file->before),
			       sum(&file->after));
}

static int format_names(const char *kind, const struct names *names, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++) {
		r = text_add(ret, "%s", kind);
		r = r < 0 ? r : add_token(ret, names->names[i]);
		r = r < 0 ? r : text_add(ret, "\n");
	}
	return r;
}

int history_format(const struct boot_plan *plan, enum history_state state, struct text *ret) {
	int r = text_add(ret, "# What baton boot has changed, for baton boot undo.\nstate %s\n",
		states[state]);

	r = r < 0 ? r : format_names("word", &plan->words, ret);
	r = r < 0 ? r : format_names("directory", &plan->directories, ret);
	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		r = format_file(&plan->files[i], ret);
	}
	for (size_t i = 0; r == 0 && i < plan->command_count; i++) {
		const struct boot_command *command = &plan->commands[i];

		r = text_add(ret, "%s", ways[command->way]);
		for (size_t k = 0; r == 0 && k < command->words.count; k++) {
			r = add_token(ret, command->words.names[k]);
		}
		r = r < 0 ? r : text_add(ret, "\n");
	}
	return r;
}

static int find(const char *const *names, size_t count, const char *name) {
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0) {
			return (int)i;
		}
	}
	return -EINVAL;
}

static int take_number(
	const char **line, int base, unsigned long long max, unsigned long long *ret) {
	char token[32], *end;
	int r = token_take(line, token, sizeof(token));

	if (r < 0) {
		return r;
	}
	errno = 0;
	*ret = strtoull(token, &end, base);
	return errno || *end || end == token || *ret > max ? -EINVAL : 0;
}

/* One that leads nowhere else, since root writes there. */
static bool is_sound(const char *path) {
	return *path == '/' && !strstr(path, "/../") && !strstr(path, "//") &&
	       !text_ends(path, "/..") && !text_ends(path, "/");
}

static int parse_fate(const char *fate, struct boot_file *file) {
	file->gone = strcmp(fate, "gone") == 0;
	file->was = file->gone || strcmp(fate, "was") == 0;
	return file->was || strcmp(fate, "new") == 0 ? 0 : -EINVAL;
}

static int parse_file(const char *line, struct boot_plan *plan, uint64_t sums[2]) {
	struct boot_file *file = boot_plan_add_file(plan);
	char path[PATH_MAX], form[16], fate[8];
	unsigned long long numbers[5] = {0};
	static const unsigned long long max[] = {07777, UINT_MAX, UINT_MAX, UINT64_MAX, UINT64_MAX};
	static const int bases[] = {8, 10, 10, 16, 16};
	int r = file ? token_take(&line, path, sizeof(path)) : -ENOMEM;

	r = r < 0 ? r : token_take(&line, form, sizeof(form));
	r = r < 0 ? r : token_take(&line, file->variable, sizeof(file->variable));
	r = r < 0 ? r : token_take(&line, fate, sizeof(fate));
	r = r < 0 ? r : parse_fate(fate, file);
	for (size_t i = 0; r == 0 && i < COUNT(numbers); i++) {
		r = take_number(&line, bases[i], max[i], &numbers[i]);
	}
	r = r < 0 ? r : find(forms, COUNT(forms), form);
	if (r < 0 || *line || !is_sound(path)) {
		return r == -ENOMEM ? r : -EINVAL;
	}
	file->form = (enum loader_form)r;
	file->mode = (mode_t)numbers[0];
	file->uid = (uid_t)numbers[1];
	file->gid = (gid_t)numbers[2];
	sums[0] = numbers[3];
	sums[1] = numbers[4];
	file->path = strdup(path);
	return file->path ? 0 : -ENOMEM;
}

static int parse_command(const char *line, enum boot_way way, struct boot_plan *plan) {
	struct boot_command *command = boot_plan_add_command(plan, way);
	char word[PATH_MAX];
	int r = command && *line ? 0 : -EINVAL;

	while (r == 0 && *line) {
		r = token_take(&line, word, sizeof(word));
		r = r < 0 ? r : names_add(&command->words, word);
	}
	return r < 0 || *command->words.names[0] == '/' ? r : -EINVAL;
}

static int parse_line(
	const char *line, struct boot_plan *plan, int *state, uint64_t sums[BOOT_FILES_MAX][2]) {
	char kind[16], word[PATH_MAX];
	int r = token_take(&line, kind, sizeof(kind));
	int way = r < 0 ? r : find(ways, COUNT(ways), kind);

	if (r < 0) {
		return r;
	}
	if (way >= 0) {
		return parse_command(line, (enum boot_way)way, plan);
	}
	if (strcmp(kind, "file") == 0) {
		return plan->file_count < BOOT_FILES_MAX
			       ? parse_file(line, plan, sums[plan->file_count])
			       : -EINVAL;
	}
	r = token_take(&line, word, sizeof(word));
	if (r < 0 || *line) {
		return -EINVAL;
	}
	if (strcmp(kind, "word") == 0) {
		return names_add(&plan->words, word);
	}
	if (strcmp(kind, "directory") == 0) {
		return is_sound(word) ? names_add(&plan->directories, word) : -EINVAL;
	}
	*state = strcmp(kind, "state") == 0 ? find(states, COUNT(states), word) : -EINVAL;
	return *state < 0 ? *state : 0;
}

int history_parse(const char *data, size_t length, struct boot_plan *ret,
	enum history_state *ret_state, uint64_t sums[BOOT_FILES_MAX][2], struct error *error) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	int state = -EINVAL, r = 0;
	unsigned int number = 0;

	for (size_t at = 0; r == 0 && at < length; number++) {
		const char *end = memchr(data + at, '\n', length - at);
		size_t line_length = end ? (size_t)(end - data) - at : length - at;
		AUTO_FREE char *line = strndup(data + at, line_length);

		if (!line) {
			r = -ENOMEM;
		} else if (!end || strlen(line) != line_length) {
			r = -EINVAL;
		} else if (*line != '#') {
			r = parse_line(line, &plan, &state, sums);
		}
		at += line_length + 1;
	}
	if (r < 0 || state < 0) {
		return error_set(error, r < 0 ? r : -EINVAL, HISTORY_DIRECTORY "/" RECORD ":%u: %s",
			number, r == -ENOMEM ? "out of memory" : "this is no record");
	}
	*ret = plan;
	*ret_state = (enum history_state)state;
	plan = (struct boot_plan){0};
	return 0;
}

static int cannot(const char *what, int r, struct error *error) {
	return error_set(error, r, "cannot %s what is kept in " HISTORY_DIRECTORY ": %s", what,
		strerror(-r));
}

/* "0.before" */
static const char *content_name(size_t index, bool after, char ret[NAME_LENGTH]) {
	snprintf(ret, NAME_LENGTH, "%zu.%s", index, after ? "after" : "before");
	return ret;
}

/* Everything in a directory of ours, and itself. */
static int remove_all(int directory, const char *name) {
	AUTO_CLOSE int fd = dir_open(directory, name);
	AUTO_NAMES struct names names = {0};
	int r = fd < 0 ? fd : names_read(fd, ".", &names);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (unlinkat(fd, names.names[i], 0) < 0 && errno != ENOENT) {
			return -errno;
		}
	}
	return unlinkat(directory, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

static int write_all(int fd, const struct boot_plan *plan) {
	AUTO_TEXT struct text record = {0};
	int r = history_format(plan, HISTORY_MAKING, &record);

	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		char name[NAME_LENGTH];

		r = file_create(fd, content_name(i, false, name), S_IRUSR | S_IWUSR,
			&plan->files[i].before);
		r = r < 0 ? r
			  : file_create(fd, content_name(i, true, name), S_IRUSR | S_IWUSR,
				    &plan->files[i].after);
	}
	r = r < 0 ? r : file_create(fd, RECORD, S_IRUSR | S_IWUSR, &record);
	return r < 0 || fsync(fd) == 0 ? r : -errno;
}

int history_create(int directory, const struct boot_plan *plan, unsigned int *ret_number,
	struct error *error) {
	AUTO_CLOSE int fd = -1;
	unsigned int last = 0;
	char name[NAME_LENGTH];
	int r = history_last(directory, HISTORY_ALL, &last, error);

	if (r < 0) {
		return r;
	}
	snprintf(name, sizeof(name), "%u", last + 1);
	r = mkdirat(directory, FRESH, S_IRWXU) < 0 ? -errno : 0;
	fd = r < 0 ? r : dir_open(directory, FRESH);
	r = fd < 0 ? fd : write_all(fd, plan);
	if (r == 0 && (renameat(directory, FRESH, directory, name) < 0 || fsync(directory) < 0)) {
		r = -errno;
	}
	if (r < 0) {
		/* Also what may have got its name, but not for certain. */
		(void)!remove_all(directory, FRESH);
		(void)!remove_all(directory, name);
		return cannot("write", r, error);
	}
	*ret_number = last + 1;
	return 0;
}

int history_last(
	int directory, unsigned int before, unsigned int *ret_number, struct error *error) {
	int r = remove_all(directory, FRESH);

	r = r < 0 ? r : remove_all(directory, OLD);
	return r < 0 ? cannot("read", r, error)
		     : history_find(directory, before, ret_number, error);
}

int history_find(
	int directory, unsigned int before, unsigned int *ret_number, struct error *error) {
	AUTO_NAMES struct names names = {0};
	unsigned long long number, last = 0;
	int r = names_read(directory, ".", &names);

	if (r < 0) {
		return cannot("read", r, error);
	}
	for (size_t i = 0; i < names.count; i++) {
		if (number_parse(names.names[i], UINT_MAX - 1, &number) == 0 && number > last &&
			number < before) {
			last = number;
		}
	}
	*ret_number = (unsigned int)last;
	return 0;
}

static int load_content(int fd, size_t index, bool after, uint64_t expected, struct text *ret) {
	AUTO_FREE char *data = NULL;
	char name[NAME_LENGTH];
	size_t length = 0;
	int r = file_read(fd, content_name(index, after, name), CONTENT_MAX, &data, &length);

	r = r < 0 ? r : text_append(ret, data, length);
	return r < 0 || sum(ret) == expected ? r : -EBADMSG;
}

int history_load(int directory, unsigned int number, struct boot_plan *ret,
	enum history_state *ret_state, struct error *error) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_FREE char *data = NULL;
	AUTO_CLOSE int fd = -1;
	uint64_t sums[BOOT_FILES_MAX][2] = {{0}};
	char name[NAME_LENGTH];
	size_t length = 0;
	int r;

	snprintf(name, sizeof(name), "%u", number);
	fd = dir_open(directory, name);
	r = fd < 0 ? fd : file_read(fd, RECORD, RECORD_MAX, &data, &length);
	if (r < 0) {
		return cannot("read", r, error);
	}
	r = history_parse(data, length, &plan, ret_state, sums, error);
	if (r < 0) {
		return r;
	}
	for (size_t i = 0; r == 0 && i < plan.file_count; i++) {
		r = load_content(fd, i, false, sums[i][0], &plan.files[i].before);
		r = r < 0 ? r : load_content(fd, i, true, sums[i][1], &plan.files[i].after);
	}
	if (r < 0) {
		return cannot("read", r, error);
	}
	*ret = plan;
	plan = (struct boot_plan){0};
	return 0;
}

int history_set(int directory, unsigned int number, const struct boot_plan *plan,
	enum history_state state, struct error *error) {
	AUTO_TEXT struct text record = {0};
	AUTO_CLOSE int fd = -1;
	char name[NAME_LENGTH];
	int r = history_format(plan, state, &record);

	snprintf(name, sizeof(name), "%u", number);
	fd = r < 0 ? r : dir_open(directory, name);
	r = fd < 0 ? fd : file_replace(fd, RECORD ".new", RECORD, &record);
	return r < 0 ? cannot("write", r, error) : 0;
}

int history_remove(int directory, unsigned int number, struct error *error) {
	char name[NAME_LENGTH];
	int r;

	snprintf(name, sizeof(name), "%u", number);
	r = renameat(directory, name, directory, OLD) < 0 || fsync(directory) < 0 ? -errno : 0;
	r = r < 0 ? r : remove_all(directory, OLD);
	return r < 0 ? cannot("remove", r, error) : 0;
}

void history_keep_output(int directory, unsigned int number, const char *data, size_t length) {
	AUTO_CLOSE int fd = -1;
	char name[NAME_LENGTH];
	struct stat stat;
	size_t room;

	snprintf(name, sizeof(name), "%u/output", number);
	fd = openat(directory, name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	if (fd >= 0 && fstat(fd, &stat) == 0 && stat.st_size < (off_t)OUTPUT_MAX) {
		room = OUTPUT_MAX - (size_t)stat.st_size;
		(void)!write(fd, data, length < room ? length : room);
	}
}
