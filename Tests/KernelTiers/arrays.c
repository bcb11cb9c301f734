/* Arrays between guard pages, with gaps between their rows that nobody may touch. */
#define _DEFAULT_SOURCE
#include "differential.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const unsigned char gap_ =
    0xff; /* NaN as a float, ones as bits: reading it shows, and so does writing. */

uint64_t zt_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

size_t zt_element_size(zt_kind kind) {
    switch (kind) {
    case ZT_F32:
        return sizeof(float);
    case ZT_INDEX:
        return sizeof(size_t);
    case ZT_BYTES:
        return 1;
    default:
        return 8;
    }
}

static size_t row_elements_(zt_kind kind, size_t columns) {
    return kind == ZT_BITS ? columns / 64 + (columns % 64 != 0) : columns;
}

size_t zt_array_elements(zt_kind kind, const zt_array *array) {
    return array->rows == 0 ? 0 : (array->rows - 1) * array->stride + row_elements_(kind, array->columns);
}

/* Mappings of this thread that are free again: to make one, and to touch its pages for the first time, takes longer than
 * most kernels do. */
enum { SPARE_ = 64 };
static _Thread_local struct {
    void *mapping;
    size_t mapped;
} spare_[SPARE_];
static _Thread_local size_t next_;

/* A mapping whose first and last page cannot be touched. */
static void *map_(size_t mapped, size_t page) {
    for (size_t i = 0; i < SPARE_; i++) {
        if (spare_[i].mapped != mapped) continue;
        spare_[i].mapped = 0;
        return spare_[i].mapping;
    }
    char *mapping = mmap(NULL, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED || mprotect(mapping + page, mapped - 2 * page, PROT_READ | PROT_WRITE)) {
        perror("mmap");
        abort();
    }
    return mapping;
}

zt_array zt_array_make(zt_kind kind, size_t rows, size_t columns, size_t padding, size_t offset,
                       int at_start) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    zt_array array = {.rows = rows, .columns = columns, .stride = row_elements_(kind, columns) + padding};
    size_t bytes = zt_array_elements(kind, &array) * zt_element_size(kind) + offset;
    size_t inside = (bytes / page + 1) * page;
    array.mapped = inside + 2 * page;
    array.mapping = map_(array.mapped, page);
    char *start = (char *)array.mapping + page;
    memset(start, gap_, inside);
    array.bytes = start + (at_start ? offset : inside - bytes);
    /* Sizes in bytes need not keep the alignment that a workspace has. */
    if (kind == ZT_BYTES) array.bytes = (char *)array.bytes - (uintptr_t)array.bytes % sizeof(double);
    return array;
}

void zt_array_free(zt_array *array) {
    /* In place of one that has been spare for long. */
    next_ = (next_ + 1) % SPARE_;
    if (spare_[next_].mapped != 0) munmap(spare_[next_].mapping, spare_[next_].mapped);
    spare_[next_].mapping = array->mapping;
    spare_[next_].mapped = array->mapped;
}

static double float_(zt_fill fill, double smallest, uint64_t *random) {
    uint64_t word = zt_random(random);
    switch (fill) {
    case ZT_WHOLE:
        return (double)(word % 5) - 2;
    case ZT_TINY:
        return ((double)(word % 9) - 4) * smallest;
    default: /* 24 bits, exact as a float. */
        return (double)(word >> 40) * 0x1p-23 - 1;
    }
}

void zt_array_fill(zt_kind kind, zt_array *array, zt_fill fill, int positive, size_t below,
                   uint64_t *random) {
    for (size_t i = 0; i < array->rows; i++) {
        for (size_t j = 0; j < row_elements_(kind, array->columns); j++) {
            size_t at = i * array->stride + j;
            double value;
            uint64_t word;
            switch (kind) {
            case ZT_F64:
                value = float_(fill, 0x1p-1074, random);
                array->f64[at] = positive && value < 0 ? -value : value;
                break;
            case ZT_F32:
                value = float_(fill, 0x1p-149, random);
                array->f32[at] = (float)(positive && value < 0 ? -value : value);
                break;
            case ZT_BITS:
                word = zt_random(random);
                if (i % 7 == 3) word = 0;
                if (i % 7 == 5) word = UINT64_MAX;
                if ((j + 1) * 64 > array->columns) word &= UINT64_MAX >> (64 - array->columns % 64);
                array->bits[at] = word;
                break;
            case ZT_INDEX:
                array->index[at] = below == 0 ? 0 : (size_t)(zt_random(random) % below);
                break;
            default:
                array->words[at] = zt_random(random);
                break;
            }
        }
    }
}

void zt_array_copy(zt_kind kind, const zt_array *from, zt_array *to) {
    size_t row = row_elements_(kind, from->columns) * zt_element_size(kind), size = zt_element_size(kind);
    for (size_t i = 0; i < from->rows; i++)
        memcpy((char *)to->bytes + i * to->stride * size, (char *)from->bytes + i * from->stride * size, row);
}

void zt_array_magnitudes(zt_kind kind, zt_array *array, double factor) {
    for (size_t i = 0; i < array->rows; i++) {
        for (size_t at = i * array->stride; at < i * array->stride + array->columns; at++) {
            if (kind == ZT_F64)
                array->f64[at] = fabs(array->f64[at]) * factor;
            else
                array->f32[at] = (float)(fabs((double)array->f32[at]) * factor);
        }
    }
}

static int untouched_(const unsigned char *from, const unsigned char *to) {
    for (; from < to; from++)
        if (*from != gap_) return 0;
    return 1;
}

int zt_array_gaps_untouched(zt_kind kind, const zt_array *array) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = zt_element_size(kind);
    size_t row = row_elements_(kind, array->columns) * size;
    const unsigned char *first = array->bytes, *inside = (const unsigned char *)array->mapping + page;
    const unsigned char *end = first + zt_array_elements(kind, array) * size;
    if (!untouched_(inside, first) || !untouched_(end, inside + array->mapped - 2 * page)) return 0;
    for (size_t i = 0; i + 1 < array->rows; i++)
        if (!untouched_(first + i * array->stride * size + row, first + (i + 1) * array->stride * size))
            return 0;
    return 1;
}
