/* The vertices on a line: where each further row vanishes, and where functional 0 of the flag does. */
#include "cell_line.h"

/* Roots, what moves and what vanishes. 0 when a row before the last picked one vanishes newly: the set is not the first
 * basis. */
static int prepare_(const zt_flat_line_ *line, const zt_node_ *parent) {
    zt_search_ *search = line->search;
    zt_node_ *node = line->node;
    zt_cell_roots_ roots = {.rows = search->rows, .exact = node->exact, .low = search->low};
    roots.constant = line->constant;
    roots.slope = line->slope;
    roots.falling = search->falling;
    if (!node->exact) {
        if (parent != NULL && !zt_node_classify_(search, parent, node)) return 0;
        roots.constant_error = line->constant_error;
        roots.slope_error = line->slope_error;
        roots.high = search->high;
        roots.moving = search->open;
        roots.vanishing = search->scratch;
        search->run->kernels.roots(&roots);
        /* Rows that move by what is known exactly only. */
        for (size_t w = 0; w < search->words; w++) {
            for (uint64_t hidden = node->moving[w] & ~search->open[w]; hidden != 0; hidden &= hidden - 1) {
                const size_t i = 64 * w + (size_t)__builtin_ctzll(hidden);
                search->low[i] = -INFINITY;
                search->high[i] = INFINITY;
                zt_set_bit_(search->falling, i, zt_slope_sign_(line, i) < 0);
            }
        }
        return 1;
    }
    roots.moving = node->moving;
    roots.vanishing = node->vanishing;
    search->run->kernels.roots(&roots);
    size_t count = 0;
    for (size_t w = 0; w < search->words; w++) {
        uint64_t fresh = node->vanishing[w] & ~(parent == NULL ? 0 : parent->vanishing[w]);
        if (w < node->last / 64 && fresh != 0) return 0;
        if (w == node->last / 64 && (fresh & (((uint64_t)1 << (node->last % 64)) - 1)) != 0) return 0;
        count += (size_t)__builtin_popcountll(node->vanishing[w]);
    }
    node->closure = count - node->picked;
    return 1;
}

/* The signs of the functional at the vertices of all further rows, as far as they need nothing exact: lines of bits over
 * the vertices, in `positive` and `open`. */
static void find_signs_(const zt_flat_line_ *line) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    const zt_form_ *form = &line->form[0];
    zt_cell_signs_ task;
    task.rows = search->rows;
    task.first = node->last + 1;
    task.slope = line->slope;
    task.picked = node->picked;
    task.form_slope = form->value[1];
    /* The bounds are sums of rounded numbers. */
    const double slack = 1 + 0x1p-40;
    task.slope_scale = (form->error[1] + 0x1p-51 * fabs(form->value[1])) * slack;
    for (size_t b = 0; b <= node->picked; b++) {
        const size_t c = b == 0 ? 0 : b + 1;
        task.column[b] = node->columns[c];
        task.form[b] = form->value[c];
        task.scale[b] = (form->error[c] + 0x1p-51 * fabs(form->value[c])) * slack;
        task.floor[b] = 0;
        if (!node->exact) {
            task.floor[b] = ((fabs(form->value[c]) + form->error[c]) * node->error[1] +
                             (fabs(form->value[1]) + form->error[1]) * node->error[c]) *
                            slack;
        }
    }
    task.positive = search->positive;
    task.open = search->open;
    search->run->kernels.signs(&task);
}

/* The bits at the vertex of level 1 where functional 0 vanishes, into `base`; whether all are known. */
static int find_flag_bits_(const zt_flat_line_ *line) {
    zt_search_ *search = line->search;
    const zt_form_ *form = &line->form[0];
    const double root = -form->value[0] / form->value[1], certain = fabs(form->value[1]) - form->error[1];
    /* The roots it is compared with are rounded. */
    const double rounding = line->node->exact ? 0x1p-50 : 0x1p-51;
    const double spread =
        ((form->error[0] + fabs(root) * form->error[1]) / certain + rounding * fabs(root)) * (1 + 0x1p-30);
    const double low = root - spread, high = root + spread;
    uint32_t near = 0;
    const zt_cell_order_ task = {.rows = search->rows,
                                 .vertices = 1,
                                 .low = search->low,
                                 .high = zt_line_high_(line),
                                 .vertex_low = &low,
                                 .vertex_high = &high,
                                 .falling = search->falling,
                                 .bits = search->base,
                                 .near = &near};
    search->run->kernels.order(&task);
    return near == 0;
}

int zt_line_simple_cell_(const zt_flat_line_ *line, size_t j, uint64_t *bits) {
    const zt_search_ *search = line->search;
    const size_t w = j / 64, lane = j % 64;
    const unsigned height = (unsigned)(search->positive[w] >> lane) & 1;
    for (size_t k = 0; k < line->node->picked;) {
        /* Picks ascend: a word of bits is read and written once. */
        const size_t place = search->picked[k] / 64;
        uint64_t word = bits[place];
        for (; k < line->node->picked && search->picked[k] / 64 == place; k++) {
            const size_t shift = search->picked[k] % 64;
            const uint64_t same = ~(search->positive[(k + 1) * search->words + w] >> lane ^ height) & 1;
            word = (word & ~((uint64_t)1 << shift)) | same << shift;
        }
        bits[place] = word;
    }
    zt_set_bit_(bits, j, (line->form[0].value[1] > 0) == height);
    /* The functional and the slope of the row have different signs: it is negative at the vertex. */
    const int below = height == zt_bit_(search->falling, j);
    return zt_simple_vertex_(line, j, bits, below);
}

int zt_line_open_cells_(const zt_flat_line_ *line, size_t j, uint64_t *bits) {
    return !zt_settle_vertex_(line, j, bits) || zt_tied_vertex_(line, j, bits);
}

/* The rows whose root is the double that is that of row j, into `sorted`: how many. */
static size_t find_equal_(zt_search_ *search, size_t j) {
    const double root = search->low[j];
    size_t count = 0;
    for (size_t i = 0; i < search->rows; i++) {
        search->sorted[count] = i;
        count += search->low[i] == root;
    }
    return count;
}

/* Each row compared with all others, a word of vertices at a time. signs: those of the vertices are known. */
static int compare_rows_(const zt_flat_line_ *line, int signs) {
    zt_search_ *search = line->search;
    const size_t rows = search->rows, first = line->node->last + 1;
    uint32_t near[64];
    for (size_t w = first / 64; w < search->words; w++) {
        const size_t start = 64 * w < first ? first : 64 * w, end = rows - 64 * w < 64 ? rows : 64 * w + 64;
        uint64_t *const lines = search->vertex_lines;
        const zt_cell_order_ task = {.rows = rows,
                                     .vertices = end - start,
                                     .low = search->low,
                                     .high = zt_line_high_(line),
                                     .vertex_low = search->low + start,
                                     .vertex_high = zt_line_high_(line) + start,
                                     .falling = search->falling,
                                     .bits = lines,
                                     .near = near};
        if (signs) search->run->kernels.order(&task);
        uint64_t vertices = line->node->moving[w];
        if (start > 64 * w) vertices &= ~(uint64_t)0 << (start % 64);
        for (; vertices != 0; vertices &= vertices - 1) {
            const size_t j = 64 * w + (size_t)__builtin_ctzll(vertices);
            uint64_t *bits = lines + (j - start) * search->words;
            if (signs && near[j - start] == 1 && !zt_bit_(search->open, j)) {
                if (!zt_line_simple_cell_(line, j, bits)) return 0;
            } else if (signs && line->node->exact) {
                const size_t count = find_equal_(search, j);
                if (zt_settle_equal_(line, search->sorted, count, j, bits) &&
                    !zt_tied_vertex_(line, j, bits)) {
                    return 0;
                }
            } else if (!zt_line_open_cells_(line, j, bits)) {
                return 0;
            }
        }
    }
    return 1;
}

/* Whether sorting all rows costs less than comparing those left with all. */
static int should_sort_(const zt_flat_line_ *line) {
    const zt_search_ *search = line->search;
    const int method = search->run->method;
    if (method != ZT_LINE_QUICKER_) return method == ZT_LINE_SORTED_;
    return search->words * (search->rows - 1 - line->node->last) > 3 * search->rows;
}

int zt_line_(zt_search_ *search, const zt_node_ *parent, zt_node_ *node) {
    zt_flat_line_ line; /* large: the forms are left as they are */
    line.search = search;
    line.node = node;
    line.constant = node->columns[0];
    line.slope = node->columns[1];
    line.constant_error = node->error[0];
    line.slope_error = node->error[1];
    if (!prepare_(&line, parent)) return 1;
    zt_find_forms_(search, node, 0, search->functionals > 1 ? 2 : 1, line.form);
    const int simple = node->closure == 0 && fabs(line.form[0].value[1]) > line.form[0].error[1];
    if (simple) find_signs_(&line);
    if (!(simple && should_sort_(&line) ? zt_line_walk_(&line) : compare_rows_(&line, simple))) return 0;
    if (search->outer != NULL) return 1;
    const int has_bits = simple && find_flag_bits_(&line);
    zt_level_one_ flag;
    const int settled = zt_find_level_one_(&line, &flag) && has_bits;
    return zt_level_one_vertex_(&line, &flag, settled);
}
