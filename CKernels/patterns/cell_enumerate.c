/* The enumeration of cells: integers from the data, the first dictionary, and tasks. */
#include "cell_enumerate.h"

#include "modular.h"
#include "zonotope/kernels.h"

/* Rows of integers up to this many bits start exactly: minors of order two then fit. */
enum { INTEGER_BITS_ = 24, MOST_TASKS_ = 256 };

static const double cells_per_task_ = 2048;

static size_t batch_of_(const zt_cells_plan *plan) {
    return plan->batch < 2 ? 2 : plan->batch / 2 * 2;
}

/* Whether a line of hyperplanes is a line of rows already. */
static int same_bits_(const zt_cells_plan *plan) {
    return plan->rows == NULL || plan->samples == plan->hyperplanes;
}

/* ------------------------------------------------------------------------------------------------- tasks */

/*
 * The nodes of depth 1 and 2 in the order of the search are places (i, j): (i, i) is the node that picks
 * row i, with what it hands out itself, and (i, j) the subtree that picks j after it. Tasks are runs of
 * places of about the same weight, the number of cells in general position. For rank 3 nodes of depth 1 are
 * lines, not cut.
 */
static double binomial_(double n, size_t k) {
    double result = 1;
    for (size_t i = 0; i < k; i++) result = result * (n - (double)i) / (double)(i + 1);
    return n < (double)k ? 0 : result;
}

typedef struct {
    size_t rows, dimension;
} shape_;

static double weight_of_first_(shape_ shape, size_t i) {
    return binomial_((double)(shape.rows - 1 - i), shape.dimension - 1) + 1;
}

static double weight_of_second_(shape_ shape, size_t j) {
    return binomial_((double)(shape.rows - 1 - j), shape.dimension - 2);
}

static size_t task_count_(shape_ shape) {
    if (shape.dimension < 2) return 1;
    double total = binomial_((double)(shape.rows - 1), shape.dimension) / cells_per_task_;
    if (!(total > 1)) return 1;
    return total < MOST_TASKS_ ? (size_t)total : MOST_TASKS_;
}

/* The first place at or after which a share of the weight lies before. */
static void find_place_(shape_ shape, double share, size_t *first, size_t *second) {
    double total = 0, before = 0;
    for (size_t i = 1; i < shape.rows; i++) total += weight_of_first_(shape, i);
    const double wanted = share * total;
    for (size_t i = 1; i < shape.rows; i++) {
        const double weight = weight_of_first_(shape, i);
        *first = *second = i;
        if (before >= wanted) return;
        if (before + weight > wanted && shape.dimension > 2) {
            before += 1;
            for (size_t j = i + 1; j < shape.rows; j++) {
                *second = j;
                if (before >= wanted) return;
                before += weight_of_second_(shape, j);
            }
        } else {
            before += weight;
        }
    }
    *first = *second = shape.rows;
}

size_t zt_cells_tasks(const zt_cells_plan *plan) {
    if (plan->hyperplanes < 2 || plan->rank < 2) return 1;
    return task_count_((shape_){plan->hyperplanes, plan->rank - 1});
}

static zt_part_ part_(const zt_cells_plan *plan, size_t first, size_t last) {
    const shape_ shape = {plan->hyperplanes, plan->rank - 1};
    const size_t tasks = zt_cells_tasks(plan);
    zt_part_ part = {1, 1, plan->hyperplanes, plan->hyperplanes, first == 0};
    if (first > 0) find_place_(shape, (double)first / (double)tasks, &part.first, &part.second);
    if (last < tasks) find_place_(shape, (double)last / (double)tasks, &part.end, &part.past);
    return part;
}

/* ------------------------------------------------------------------------------------- the first search */

static uint64_t gcd_(uint64_t a, uint64_t b) {
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The smallest integers in the proportions of a row; 0 when they have too many bits. */
static int integers_(size_t r, const double *row, double *result) {
    int low = 0, high = 0, empty = 1;
    for (size_t c = 0; c < r; c++) {
        zt_parts_ parts = zt_parts_of_(row[c]);
        if (parts.mantissa == 0) continue;
        int top = parts.place + zt_bit_length_(parts.mantissa);
        low = empty || parts.place < low ? parts.place : low;
        high = empty || top > high ? top : high;
        empty = 0;
    }
    if (high - low > 62) return 0;
    uint64_t divisor = 0;
    for (size_t c = 0; c < r; c++) divisor = gcd_((uint64_t)fabs(ldexp(row[c], -low)), divisor);
    for (size_t c = 0; c < r; c++) {
        const double value = ldexp(row[c], -low);
        const uint64_t size = (uint64_t)fabs(value) / divisor;
        if (zt_bit_length_(size) > INTEGER_BITS_) return 0;
        result[c] = value < 0 ? -(double)size : (double)size;
    }
    return 1;
}

/* The dictionary of the chart: row 0 in place of the coordinate of its largest entry. */
static void fill_root_(zt_search_ *search, const double *units) {
    const zt_cells_plan *plan = search->run->plan;
    const size_t rows = search->rows, r = search->rank;
    /* The raw coordinates, in the columns that flags use later: a node with r free coordinates. */
    zt_node_ raw = {.free = r, .scale = 1, .exact = 1};
    double row[ZT_RANK_];
    for (size_t i = 0; i < rows && raw.exact; i++) raw.exact = integers_(r, plan->normals + i * r, row);
    for (size_t c = 0; c < r; c++) {
        raw.columns[c] = search->flag_columns + c * search->padded;
        memset(raw.columns[c], 0, search->padded * sizeof(double));
        raw.columns[c][rows + c] = 1;
    }
    for (size_t i = 0; i < rows; i++) {
        search->global[i] = plan->normals + i * r;
        if (raw.exact) {
            (void)integers_(r, search->global[i], row);
        } else {
            memcpy(row, search->global[i], r * sizeof *row);
        }
        for (size_t c = 0; c < r; c++) raw.columns[c][i] = row[c];
    }
    zt_node_root_(search, &raw, units);
    for (size_t k = 0; k < r; k++) {
        for (size_t c = 0; c < r; c++) {
            search->functional[k * r + c] = search->run->functionals[k * r + c];
            search->functional_error[k * r + c] = 0;
        }
    }
    zt_weigh_functionals_(search);
}

/* Numbers of 53 bits in (-1, 1), by the generator SplitMix64 (Steele, Lea and Flood 2014). */
static void draw_(size_t count, double *numbers) {
    uint64_t state = 0x5a6f6e6f746f7065;
    for (size_t i = 0; i < count; i++) {
        uint64_t z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        z ^= z >> 31;
        numbers[i] = (double)((int64_t)z >> 10 | 1) * 0x1p-53;
    }
}

/* ------------------------------------------------------------------------------------------------ the run */

static size_t add_(size_t a, size_t b) {
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

static size_t times_(size_t a, size_t b) {
    return b != 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

static size_t search_bytes_(const zt_cells_plan *plan) {
    size_t total = 0;
    for (size_t rank = 1; rank <= plan->rank; rank++) {
        total = add_(total, zt_search_bytes_(plan->hyperplanes, rank));
    }
    return total;
}

size_t zt_cells_f64_workspace(const zt_cells_plan *plan) {
    const size_t batch = batch_of_(plan), r = plan->rank, line = zt_words(plan->hyperplanes);
    size_t total = 64 + 12 * 64;
    total = add_(total, times_(batch, (line > 0 ? line : 1) * sizeof(uint64_t)));
    if (!same_bits_(plan) || plan->hyperplanes == 0) {
        total = add_(total, times_(batch, zt_words(plan->samples) * sizeof(uint64_t)));
        total = add_(total, times_(plan->samples, sizeof(zt_move_)));
        total = add_(total, times_(zt_words(plan->samples), sizeof(uint64_t) + sizeof(size_t)));
    }
    if (plan->witnesses) {
        total = add_(total, times_(batch, (r + 1) * sizeof(double)));
        total = add_(total, times_(r + 2, (plan->hyperplanes + ZT_CELL_PADDING_) * sizeof(double)));
    }
    total = add_(total, 2 * r * r * sizeof(double));
    if (plan->hyperplanes > 0) total = add_(total, search_bytes_(plan));
    return total;
}

static void *carve_(char **next, size_t bytes) {
    void *result = *next;
    *next += (bytes + 63) / 64 * 64;
    return result;
}

/* The only cell of no hyperplanes: all rows are zero, and their bits 1. */
static enum zt_cells_status single_cell_(const zt_cells_plan *plan, size_t budget, zt_cells_visit visit,
                                         void *context, size_t *found, uint64_t *line) {
    const size_t bits = plan->rows != NULL ? plan->samples : 0, words = zt_words(bits);
    if (budget == 0) return ZT_CELLS_FULL;
    for (size_t w = 0; w < words; w++) line[w] = ~(uint64_t)0;
    if (bits % 64 != 0) line[words - 1] = ((uint64_t)1 << (bits % 64)) - 1;
    const zt_cells_batch batch = {.count = 1, .bits = line, .stride = words};
    if (visit != NULL && visit(context, &batch) != 0) return ZT_CELLS_STOPPED;
    *found = 1;
    return ZT_CELLS_COMPLETE;
}

/* The kernels of a table, or where it leaves them to lower tiers, of these. */
static zt_cell_kernels_ kernels_of_(const zt_kernel_table_ *table) {
    zt_cell_kernels_ kernels = {.exchange = NULL};
    for (; table != NULL; table = table->next) {
        if (kernels.exchange == NULL) kernels.exchange = table->cell_exchange;
        if (kernels.varies == NULL) kernels.varies = table->cell_varies;
        if (kernels.forms == NULL) kernels.forms = table->cell_forms;
        if (kernels.roots == NULL) kernels.roots = table->cell_roots;
        if (kernels.signs == NULL) kernels.signs = table->cell_signs;
        if (kernels.order == NULL) kernels.order = table->cell_order;
        if (kernels.reach == NULL) kernels.reach = table->cell_reach;
        if (kernels.check == NULL) kernels.check = table->cell_check;
    }
    return kernels;
}

enum zt_cells_status zt_cells_with_(const zt_cells_plan *plan, const zt_cells_choice_ *choice, size_t first,
                                    size_t last, size_t budget, zt_cells_visit visit,
                                    zt_cells_progress progress, void *context, size_t *found,
                                    void *workspace) {
    const size_t r = plan->rank, line = zt_words(plan->hyperplanes);
    zt_run_ run = {.plan = plan, .visit = visit, .progress = progress, .context = context, .budget = budget};
    char *next = (char *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);
    run.kernels = kernels_of_(choice->table != NULL ? choice->table : zt_kernels_());
    run.method = choice->method;
    run.batch = batch_of_(plan);
    run.line_words = line;
    run.same_bits = same_bits_(plan);
    run.stride = run.same_bits ? line : zt_words(plan->samples);
    run.tail = plan->hyperplanes % 64 == 0 ? ~(uint64_t)0 : ((uint64_t)1 << (plan->hyperplanes % 64)) - 1;
    *found = 0;
    if (first >= last) return ZT_CELLS_COMPLETE;
    if (plan->hyperplanes == 0) return single_cell_(plan, budget, visit, context, found, (uint64_t *)next);

    run.lines = carve_(&next, run.batch * line * sizeof(uint64_t));
    if (!run.same_bits) {
        run.rows = carve_(&next, run.batch * run.stride * sizeof(uint64_t));
        run.moves.moves = carve_(&next, plan->samples * sizeof(zt_move_));
        run.moves.used = carve_(&next, run.stride * sizeof(uint64_t));
        run.moves.last = carve_(&next, run.stride * sizeof(size_t));
        zt_output_moves_(plan, &run.moves);
    }
    if (plan->witnesses) {
        run.witnesses = carve_(&next, run.batch * r * sizeof(double));
        run.margins = carve_(&next, run.batch * sizeof(double));
        zt_output_check_(&run,
                         carve_(&next, (r + 2) * (plan->hyperplanes + ZT_CELL_PADDING_) * sizeof(double)));
    }
    double *numbers = carve_(&next, 2 * r * r * sizeof(double)), *units = numbers + r * r;
    draw_(r * r, numbers);
    if (choice->functionals != NULL) memcpy(numbers, choice->functionals, r * r * sizeof *numbers);
    for (size_t c = 0; c < r * r; c++) units[c] = c % (r + 1) == 0;
    run.functionals = numbers;
    run.arena = (zt_arena_){(uintptr_t)next, (uintptr_t)next + search_bytes_(plan)};

    zt_search_ *search = zt_search_open_(&run, NULL, plan->hyperplanes, r);
    fill_root_(search, units);
    const zt_part_ part = part_(plan, first, last);
    if (zt_search_part_(search, &part)) run.status = ZT_CELLS_COMPLETE;
    if (run.status != ZT_CELLS_STOPPED) zt_output_flush_(&run);
    /* Neither what was refused nor what nobody was shown. */
    *found = run.found - run.batched;
    return run.status;
}

enum zt_cells_status zt_cells_f64(const zt_cells_plan *plan, size_t first, size_t last, size_t budget,
                                  zt_cells_visit visit, zt_cells_progress progress, void *context,
                                  size_t *found, void *workspace) {
    const zt_cells_choice_ choice = {.table = NULL, .functionals = NULL, .method = ZT_LINE_QUICKER_};
    return zt_cells_with_(plan, &choice, first, last, budget, visit, progress, context, found, workspace);
}
