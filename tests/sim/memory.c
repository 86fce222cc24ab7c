// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "sanitizer.h"

#define BLOCKS_MAX 4096

static bool watching;
static void *blocks[BLOCKS_MAX];
static size_t block_count;
static unsigned int allocations, failing;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);
int __wrap_vasprintf(char **ret, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
int __wrap___vasprintf_chk(char **ret, int flag, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/*
 * The engine's two big structs come and go in every trial, nearly all of their bytes unused, and
 * clearing them would take most of the time. So blocks of their sizes are kept and only the parts
 * that a small plan can reach are cleared, at the front and at the back; now and then it is checked
 * that nothing between them has been written.
 */
#define LARGE      ((size_t)128 * 1024)
#define FRONT      ((size_t)128 * 1024)
#define BACK       ((size_t)128 * 1024)
#define KEPT_MAX   16
#define CHECK_EACH 64

struct large {
	unsigned char *block;
	size_t size;
	bool used;
};

static struct large kept[KEPT_MAX];

static bool is_clear(const unsigned char *data, size_t size) {
	return size == 0 || (data[0] == 0 && memcmp(data, data + 1, size - 1) == 0);
}

static void clear(const struct large *large) {
	static unsigned int count;
	size_t back = large->size < 8 * BACK ? large->size / 16 : BACK;

	memset(large->block, 0, FRONT);
	memset(large->block + large->size - back, 0, back);
	if (++count % CHECK_EACH == 0) {
		bool clean = is_clear(large->block + FRONT, large->size - FRONT - back);

		assert(clean);
	}
}

/* Whoever touches a kept block meanwhile is caught, as with a block that is free. */
static void poison(const struct large *large) {
#if HAS_ASAN
	__asan_poison_memory_region(large->block, large->size);
#else
	(void)large;
#endif
}

static void unpoison(const struct large *large) {
#if HAS_ASAN
	__asan_unpoison_memory_region(large->block, large->size);
#else
	(void)large;
#endif
}

static void *take_large(size_t size) {
	struct large *unused = NULL;

	for (size_t i = 0; i < KEPT_MAX; i++) {
		if (!kept[i].used && kept[i].size == size) {
			kept[i].used = true;
			unpoison(&kept[i]);
			return kept[i].block;
		}
		unused = kept[i].block ? unused : &kept[i];
	}
	if (!unused || size < LARGE) {
		return __real_calloc(1, size);
	}
	*unused = (struct large){.block = __real_calloc(1, size), .size = size, .used = true};
	return unused->block;
}

static void give_back(void *block) {
	for (size_t i = 0; block && i < KEPT_MAX; i++) {
		if (kept[i].block == block) {
			clear(&kept[i]);
			kept[i].used = false;
			poison(&kept[i]);
			return;
		}
	}
	__real_free(block);
}

static bool fails(void) {
	return watching && ++allocations == failing;
}

static void *remember(void *block) {
	if (watching && block) {
		assert(block_count < BLOCKS_MAX);
		blocks[block_count++] = block;
	}
	return block;
}

/* The newest first: most blocks do not get old. */
static void forget(void *block) {
	for (size_t i = block_count; watching && i-- > 0;) {
		if (blocks[i] == block) {
			blocks[i] = blocks[--block_count];
			return;
		}
	}
}

/* A plan is one of the big structs, although nobody clears it who makes one (plan/plan.c). */
void *__wrap_malloc(size_t size) {
	if (fails()) {
		return NULL;
	}
	return remember(size == sizeof(struct plan) ? take_large(size) : __real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size) {
	return fails() ? NULL : remember(take_large(count * size));
}

void *__wrap_realloc(void *block, size_t size) {
	void *larger;

	if (fails()) {
		return NULL;
	}
	forget(block);
	larger = __real_realloc(block, size);
	return remember(larger ? larger : block) == larger ? larger : NULL;
}

void *__wrap_reallocarray(void *block, size_t count, size_t size) {
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return __wrap_realloc(block, count * size);
}

void __wrap_free(void *block) {
	forget(block);
	give_back(block);
}

char *__wrap_strdup(const char *text) {
	size_t size = strlen(text) + 1;
	char *copy = __wrap_malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

int __wrap_vasprintf(char **ret, const char *format, va_list args) {
	va_list again;
	char *text;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = length < 0 ? NULL : __wrap_malloc((size_t)length + 1);
	if (!text) {
		return -1;
	}
	(void)vsnprintf(text, (size_t)length + 1, format, args);
	*ret = text;
	return length;
}

int __wrap___vasprintf_chk(char **ret, int flag, const char *format, va_list args) {
	return __wrap_vasprintf(ret, format, args);
}

void memory_begin(void) {
	assert(!watching && block_count == 0);
	allocations = 0;
	failing = 0;
	watching = true;
}

size_t memory_end(void) {
	size_t left = block_count;

	watching = false;
	while (block_count > 0) {
		give_back(blocks[--block_count]);
	}
	return left;
}

void memory_fail(unsigned int number) {
	failing = number;
}

unsigned int memory_count(void) {
	return allocations;
}
