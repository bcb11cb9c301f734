/* The vertices on a line: where each further row vanishes, and where functional 0 of the flag does. */
#include "cell_line.h"

/* The intervals where the rows vanish, when entries are not exact. Rows of one sign vanish at infinity on
 * the side that gives them this sign; rows that vanish throughout count as negative. */
static void find_intervals_(const zt_flat_line_ *line) {
    zt_search_ *search = line->search;
    memset(search->falling, 0, search->words * sizeof *search->falling);
    memset(search->moving, 0, search->words * sizeof *search->moving);
    for (size_t i = 0; i < search->rows; i++) {
        const double c = line->constant[i], y = line->slope[i];
        if (line->node->state[i] != ZT_FREE_) {
            search->low[i] = search->high[i] = c > 0 ? -INFINITY : INFINITY;
            continue;
        }
        search->moving[i / 64] |= (uint64_t)1 << (i % 64);
        search->falling[i / 64] |= (uint64_t)(y < 0) << (i % 64);
        const double root = -c / y, certain = fabs(y) - line->slope_error;
        double spread =
            (line->constant_error + fabs(root) * line->slope_error) / certain + 0x1p-52 * fabs(root);
        spread *= 1 + 0x1p-30;
        const int known = certain > 0 && spread < INFINITY;
        search->low[i] = known ? root - spread - 0x1p-52 * fabs(root - spread) : -INFINITY;
        search->high[i] = known ? root + spread + 0x1p-52 * fabs(root + spread) : INFINITY;
    }
    for (size_t i = search->rows; i % ZT_LANES_ != 0; i++) search->low[i] = search->high[i] = INFINITY;
}

/* States from exact entries. */
static void find_states_(const zt_flat_line_ *line) {
    for (size_t i = 0; i < line->search->rows; i++) {
        const int moves = line->slope[i] != 0, constant = line->constant[i] != 0;
        line->node->state[i] = moves ? ZT_FREE_ : constant ? ZT_CONSTANT_ : ZT_CLOSURE_;
    }
}

/* Roots and closure. 0 when a row before the last picked one vanishes newly: the set is not the first
 * basis. */
static int prepare_(const zt_flat_line_ *line, const zt_node_ *parent) {
    zt_search_ *search = line->search;
    zt_node_ *node = line->node;
    if (!node->exact) {
        if (parent != NULL && !zt_node_classify_(search, parent, node)) return 0;
        find_intervals_(line);
        return 1;
    }
    const zt_cell_roots_ roots = {search->rows,    line->constant, line->slope,    search->low,
                                  search->falling, search->moving, node->vanishing};
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

/* The cells at the vertices that need nothing exact, by the kernel. */
static void simple_vertices_(const zt_flat_line_ *line, int *flag_open) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    const zt_form_ *form = &line->form;
    zt_cell_line_ task = {.rows = search->rows, .words = search->words, .first = node->last + 1};
    task.low = search->low;
    task.high = node->exact ? search->low : search->high;
    task.slope = line->slope;
    task.falling = search->falling;
    task.moving = search->moving;
    task.picked = node->picked;
    task.form_slope = form->value[1];
    task.slope_scale = form->error[1] + 0x1p-51 * fabs(form->value[1]);
    for (size_t b = 0; b <= node->picked; b++) {
        const size_t c = b == 0 ? 0 : b + 1;
        task.column[b] = node->columns[c];
        task.form[b] = form->value[c];
        task.scale[b] = form->error[c] + 0x1p-51 * fabs(form->value[c]);
        task.floor[b] = 0;
        if (!node->exact) {
            task.floor[b] = (fabs(form->value[c]) + form->error[c]) * node->error[1] +
                            (fabs(form->value[1]) + form->error[1]) * node->error[c];
        }
        /* The bounds are sums of rounded numbers. */
        task.scale[b] *= 1 + 0x1p-40;
        task.floor[b] *= 1 + 0x1p-40;
        if (b > 0) task.pick[b - 1] = search->picked[b - 1];
    }
    task.slope_scale *= 1 + 0x1p-40;
    if (search->outer == NULL) {
        /* Where functional 0 vanishes. */
        const double root = -form->value[0] / form->value[1], certain = fabs(form->value[1]) - form->error[1];
        const double spread =
            ((form->error[0] + fabs(root) * form->error[1]) / certain + 0x1p-51 * fabs(root)) * (1 + 0x1p-30);
        task.extra_low = root - spread;
        task.extra_high = root + spread;
        task.extra_bits = search->base;
        task.extra_open = flag_open;
        /* Roots are rounded too. */
        if (node->exact) {
            task.extra_low -= 0x1p-50 * fabs(root);
            task.extra_high += 0x1p-50 * fabs(root);
        }
    }
    task.bits = search->vertex_lines;
    task.flags = search->flags;
    search->run->kernels.line(&task);
}

int zt_line_(zt_search_ *search, const zt_node_ *parent, zt_node_ *node) {
    zt_flat_line_ line = {
        .search = search, .node = node, .constant = node->columns[0], .slope = node->columns[1]};
    line.constant_error = node->error[0];
    line.slope_error = node->error[1];
    if (!prepare_(&line, parent)) return 1;
    zt_find_form_(search, node, 0, &line.form);
    const int simple = node->closure == 0 && fabs(line.form.value[1]) > line.form.error[1];
    int flag_open = 1;
    if (simple) simple_vertices_(&line, &flag_open);
    int has_states = !node->exact;
    for (size_t j = node->last + 1; j < search->rows; j++) {
        uint64_t *bits = search->vertex_lines + j * search->words;
        if (!zt_bit_(search->moving, j)) continue;
        if (simple && !(search->flags[j] & ZT_VERTEX_OPEN_)) {
            if (!zt_simple_vertex_(&line, j, bits, search->flags[j] & ZT_VERTEX_BELOW_)) return 0;
            continue;
        }
        if (!has_states) find_states_(&line);
        has_states = 1;
        if (!zt_settle_vertex_(&line, j, bits)) continue;
        if (!zt_tied_vertex_(&line, j, bits)) return 0;
    }
    if (search->outer != NULL) return 1;
    zt_level_one_ flag;
    const int settled = zt_find_level_one_(&line, &flag) && !flag_open;
    if (!settled && !has_states) find_states_(&line);
    return zt_level_one_vertex_(&line, &flag, settled);
}
