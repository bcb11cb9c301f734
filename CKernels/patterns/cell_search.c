/* Searches: their memory, and the depth-first walk over first bases. */
#include "cell_search.h"

static size_t aligned_(size_t bytes) {
    return (bytes + 63) / 64 * 64;
}

static size_t padded_(size_t rows, size_t rank) {
    return (rows + rank + ZT_LANES_ - 1) / ZT_LANES_ * ZT_LANES_;
}

/* Takes bytes from the arena; with no memory behind it, the arena only counts. */
static void *take_(zt_arena_ *arena, size_t bytes) {
    void *result = (void *)arena->next;
    arena->next += aligned_(bytes);
    return result;
}

static void lay_out_(zt_arena_ *arena, zt_search_ *search) {
    const size_t rows = search->rows, rank = search->rank, words = search->words;
    const size_t column = (rows + rank + ZT_CELL_PADDING_) * sizeof(double);
    search->global = take_(arena, rows * sizeof *search->global);
    search->nodes = take_(arena, rank * sizeof *search->nodes);
    search->functional = take_(arena, search->functionals * rank * sizeof(double));
    search->functional_error = take_(arena, search->functionals * rank * sizeof(double));
    search->functional_weight = take_(arena, search->functionals * rank * sizeof(double));
    search->functional_size = take_(arena, search->functionals * sizeof(double));
    search->members = take_(arena, rows * sizeof *search->members);
    search->line = take_(arena, words * sizeof(uint64_t));
    search->base = take_(arena, words * sizeof(uint64_t));
    search->low = take_(arena, column);
    search->high = take_(arena, column);
    search->direction = take_(arena, rank * sizeof(double));
    search->ignored = take_(arena, words * sizeof(uint64_t));
    search->scratch = take_(arena, words * sizeof(uint64_t));
    search->zeros = take_(arena, column);
    search->falling = take_(arena, words * sizeof(uint64_t));
    search->positive = take_(arena, rank * words * sizeof(uint64_t));
    search->open = take_(arena, words * sizeof(uint64_t));
    search->vertex_lines = take_(arena, (rows < 64 ? rows : 64) * words * sizeof(uint64_t));
    search->sorted = take_(arena, rows * sizeof(uint64_t));
    search->sorting = take_(arena, rows * sizeof(uint64_t));
    search->walk = take_(arena, words * sizeof(uint64_t));
    search->flag_columns = take_(arena, rank * column);
    search->flag_node = take_(arena, sizeof *search->flag_node);
    search->forms = take_(arena, 2 * sizeof(double) * ZT_RANK_ * ZT_RANK_ + sizeof(size_t));
    if (arena->end != 0) memset(search->zeros, 0, column);
    for (size_t depth = 0; depth < rank; depth++) {
        zt_node_ *node = &search->nodes[depth];
        char *columns = take_(arena, rank * column);
        uint64_t *moving = take_(arena, words * sizeof(uint64_t));
        uint64_t *vanishing = take_(arena, words * sizeof(uint64_t));
        if (arena->end == 0) continue;
        memset(node, 0, sizeof *node);
        memset(columns, 0, rank * column);
        for (size_t c = 0; c < rank; c++) node->columns[c] = (double *)(columns + c * column);
        node->moving = moving;
        node->vanishing = vanishing;
    }
}

size_t zt_search_bytes_(size_t rows, size_t rank) {
    zt_search_ search = {.rows = rows, .rank = rank, .functionals = rank};
    search.padded = padded_(rows, rank);
    search.words = (rows + 63) / 64;
    zt_arena_ arena = {0, 0};
    lay_out_(&arena, &search);
    return (size_t)arena.next + aligned_(sizeof search);
}

zt_search_ *zt_search_open_(zt_run_ *run, zt_search_ *outer, size_t rows, size_t rank) {
    zt_search_ *search = take_(&run->arena, sizeof *search);
    memset(search, 0, sizeof *search);
    search->run = run;
    search->outer = outer;
    search->orientation = 1;
    search->rows = rows;
    search->rank = rank;
    search->padded = padded_(rows, rank);
    search->words = (rows + 63) / 64;
    search->functionals = outer == NULL ? rank : 1;
    lay_out_(&run->arena, search);
    search->nodes[0].free = rank - 1;
    search->nodes[0].next = 1;
    search->nodes[0].limit = rows;
    return search;
}

static int ask_(zt_run_ *run) {
    if (run->progress == NULL || ++run->steps % 1024 != 0) return 1;
    if (run->progress(run->context, run->found) == 0) return 1;
    run->status = ZT_CELLS_STOPPED;
    return 0;
}

int zt_search_part_(zt_search_ *search, const zt_part_ *part) {
    zt_node_ *node = &search->nodes[0];
    zt_node_classify_(search, NULL, node);
    if (node->free == 1) return zt_line_(search, NULL, node);
    if (part->root && search->outer == NULL && !zt_flag_vertex_(search, node)) return 0;
    if (node->free == 0) return 1;
    node->next = part->first;
    node->limit = part->past > part->end ? part->end + 1 : part->end;
    if (node->limit > search->rows) node->limit = search->rows;

    size_t depth = 0;
    for (;;) {
        node = &search->nodes[depth];
        const size_t j = node->next++;
        if (j >= node->limit) {
            if (depth-- == 0) return 1;
            continue;
        }
        if (!zt_bit_(node->moving, j)) continue;
        zt_node_ *child = node + 1;
        search->picked[depth] = j;
        zt_node_pick_(search, node, j, child);
        if (!ask_(search->run)) return 0;
        if (child->free == 1) {
            if (!zt_line_(search, node, child)) return 0;
            continue;
        }
        if (!zt_node_classify_(search, node, child)) continue;
        const int started = depth == 0 && j == part->first && part->second > j;
        if (!started && search->outer == NULL && !zt_flag_vertex_(search, child)) return 0;
        if (started) child->next = part->second;
        if (depth == 0 && j == part->end) child->limit = part->past;
        depth++;
    }
}

int zt_search_all_(zt_search_ *search) {
    zt_part_ part = {.first = 1, .second = 1, .end = search->rows, .past = search->rows, .root = 1};
    return zt_search_part_(search, &part);
}
