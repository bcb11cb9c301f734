/* From bits of classes to bits of rows. */
#include <string.h>

#include "zonotope/arrangements.h"
#include "zonotope/kernels.h"

static void set_row_(uint64_t *line, size_t row, unsigned bit) {
    const uint64_t mask = (uint64_t)1 << (row % 64);
    line[row / 64] = bit ? line[row / 64] | mask : line[row / 64] & ~mask;
}

static void fill_ones_(size_t n, uint64_t *line) {
    for (size_t i = 0; i < zt_words(n); i++) line[i] = ~(uint64_t)0;
    if (n % 64 != 0) line[n / 64] = ((uint64_t)1 << (n % 64)) - 1;
}

/* Writes the rows of one class into the line of a cell and that of its opposite. */
static void write_class_(const size_t *rows, size_t count, const uint64_t *flipped, unsigned positive,
                         uint64_t *line, uint64_t *opposite) {
    for (size_t i = 0; i < count; i++) {
        unsigned bit = positive ^ (unsigned)(flipped[rows[i] / 64] >> (rows[i] % 64) & 1);
        set_row_(line, rows[i], bit);
        set_row_(opposite, rows[i], !bit);
    }
}

void zt_expand_cells(size_t n, size_t classes, size_t half, const uint64_t *half_bits, const size_t *rows,
                     const size_t *starts, const uint64_t *flipped, uint64_t *bits, size_t bit_stride) {
    if (classes == 0) {
        fill_ones_(n, bits);
        return;
    }
    const size_t words = zt_words(classes), row_words = zt_words(n);
    for (size_t cell = 0; cell < half; cell++) {
        const uint64_t *source = half_bits + cell * words;
        const uint64_t *before = cell == 0 ? NULL : source - words;
        uint64_t *line = bits + cell * bit_stride, *opposite = bits + (half + cell) * bit_stride;
        if (cell == 0) {
            fill_ones_(n, line);
            fill_ones_(n, opposite);
        } else {
            memcpy(line, line - bit_stride, row_words * sizeof *line);
            memcpy(opposite, opposite - bit_stride, row_words * sizeof *line);
        }
        /* Consecutive cells differ in few classes, mostly. */
        for (size_t word = 0; word < words; word++) {
            uint64_t changed = cell == 0 ? ~(uint64_t)0 : source[word] ^ before[word];
            for (size_t bit = 0; bit < 64 && changed >> bit != 0; bit++) {
                size_t class = 64 * word + bit;
                if ((changed >> bit & 1) == 0 || class >= classes) continue;
                write_class_(rows + starts[class], starts[class + 1] - starts[class], flipped,
                             source[word] >> bit & 1, line, opposite);
            }
        }
    }
}
