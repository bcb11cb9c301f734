/* Where the sums of an output go once they are complete. */
#ifndef ZT_FINISH_H
#define ZT_FINISH_H

#include "panels.h"
#include "roles.h"

/* Columns of part j of several panels, of which the last has `width`. */
ZT_INLINE_ size_t width_at_(size_t j, size_t panels, size_t width) {
    return j / PARTS + 1 < panels ? PANEL : width;
}

/* The first of the columns that are left: how many panels, and the width of the last of them. */
typedef struct {
    size_t panels, width;
} part_;

ZT_INLINE_ part_ part_at_(size_t columns, size_t column, size_t most) {
    size_t left = columns - column;
    if (left > most * PANEL) return (part_){most, PANEL};
    size_t panels = (left + PANEL - 1) / PANEL;
    return (part_){panels, left - (panels - 1) * PANEL};
}

/* The blocks of g are the sums themselves. */
ZT_INLINE_ void store_sums_(const zt_outputs_ *out, size_t first, size_t count, size_t column, size_t panels,
                            size_t width, const zt_real_ *panel) {
    for (size_t o = 0; o < count; o++) {
        zt_real_ *row = out->rows + (first + o) * out->row_stride + column;
        for (size_t j = 0; j < panels * PARTS; j++)
            store_columns_(row + j / PARTS * PANEL, width_at_(j, panels, width), j % PARTS,
                           load_(panel + (o * panels * PARTS + j) * LANES));
    }
}

/* f_k += x_k . w_k over the columns of the panels; the first ones begin the sum. */
ZT_INLINE_ void dot_sums_(const zt_outputs_ *out, size_t first, size_t count, size_t column, size_t panels,
                          size_t width, const zt_real_ *panel) {
    for (size_t o = 0; o < count; o++) {
        const zt_real_ *x = out->x + (first + o) * out->x_stride + column;
        zt_real_ *f = out->rows + (first + o) * out->row_stride;
        vec_ sum = zero_();
        for (size_t j = 0; j < panels * PARTS; j++)
            sum += load_columns_(x + j / PARTS * PANEL, width_at_(j, panels, width), j % PARTS) *
                   load_(panel + (o * panels * PARTS + j) * LANES);
        *f = column == 0 ? sum_(sum) : *f + sum_(sum);
    }
}

/* The columns from `column` on of the outputs [first, first + count): `panels` panels each, of which the last has
 * `width` columns. panel is [output][panel][column]. */
ZT_TARGET_ static void finish_(const zt_outputs_ *out, size_t first, size_t count, size_t column,
                               size_t panels, size_t width, const zt_real_ *panel) {
    if (out->x == NULL)
        store_sums_(out, first, count, column, panels, width, panel);
    else if (panels == 1 && width == PANEL)
        dot_sums_(out, first, count, column, 1, PANEL, panel);
    else
        dot_sums_(out, first, count, column, panels, width, panel);
}

#endif
