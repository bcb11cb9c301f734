/* Runs a kernel on a tier and on the reference, over sizes, alignments, fills and numbers that are none. */
#include "differential.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One comparison: everything it depends on. */
typedef struct {
    zt_shape shape;
    size_t padding, offset;
    int at_start, in_place;
    zt_fill fill;
    /* A number to plant: entry `position` of argument `planted`, or nothing for a negative one. */
    int planted;
    size_t position;
    double number;
} run_;

typedef struct {
    const zt_kernel_case *kernel;
    const zt_kernel_table_ *tier, *reference;
    char *message;
    size_t room, comparisons, failures;
} state_;

static const size_t last_tail_ = 67;

static size_t size_(const zt_kernel_case *kernel, const zt_shape *shape, char letter) {
    switch (letter) {
    case 'n':
        return shape->n;
    case 'd':
        return shape->d;
    case 'p':
        return shape->p;
    case 'c':
        return shape->c;
    case '1':
        return 1;
    default:
        return kernel->size(shape, letter);
    }
}

static int is_float_(zt_kind kind) {
    return kind == ZT_F64 || kind == ZT_F32;
}

static int is_input_(zt_role role) {
    return role == ZT_IN || role == ZT_FINITE || role == ZT_INOUT || role == ZT_PARAMETER;
}

static int is_output_(zt_role role) {
    return role == ZT_OUT || role == ZT_INOUT;
}

static size_t count_(const zt_kernel_case *kernel) {
    size_t count = 0;
    while (count < ZT_ARGUMENTS && kernel->arguments[count].name != NULL) count++;
    return count;
}

static double get_(zt_kind kind, const zt_array *array, size_t at) {
    return kind == ZT_F64 ? array->f64[at] : (double)array->f32[at];
}

static void set_(zt_kind kind, zt_array *array, size_t at, double value) {
    if (kind == ZT_F64)
        array->f64[at] = value;
    else
        array->f32[at] = (float)value;
}

static void fail_(state_ *state, const run_ *run, const char *what, size_t argument, size_t at, double got,
                  double want) {
    if (state->failures++ != 0) return;
    const zt_kernel_case *kernel = state->kernel;
    snprintf(state->message, state->room,
             "%s: %s of %s at %zu: %.17g, not %.17g (n %zu d %zu p %zu c %zu, padding %zu, offset %zu, %s, "
             "fill %d, in place %d, planted %.17g in argument %d at %zu)",
             kernel->name, what, kernel->arguments[argument].name, at, got, want, run->shape.n, run->shape.d,
             run->shape.p, run->shape.c, run->padding, run->offset, run->at_start ? "at start" : "at end",
             (int)run->fill, run->in_place, run->number, run->planted, run->position);
}

static int same_(double got, double want, double magnitude, double factor, double smallest) {
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
    if (isinf(want) || isinf(got)) return got == want;
    if (!isfinite(magnitude)) return 1;
    return fabs(got - want) <= factor * magnitude + smallest;
}

static void compare_(state_ *state, const run_ *run, size_t argument, const zt_array *got,
                     const zt_array *want, const zt_array *magnitude) {
    const zt_kernel_case *kernel = state->kernel;
    zt_kind kind = kernel->arguments[argument].kind;
    size_t terms = kernel->terms == NULL ? 0 : kernel->terms(&run->shape);
    double factor = 4 * (double)terms * (kind == ZT_F64 ? DBL_EPSILON : (double)FLT_EPSILON);
    double smallest = (double)terms * (kind == ZT_F64 ? 0x1p-1074 : 0x1p-149);
    size_t columns = kind == ZT_BITS ? got->columns / 64 + (got->columns % 64 != 0) : got->columns;
    for (size_t i = 0; i < got->rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            size_t a = i * got->stride + j, b = i * want->stride + j;
            if (!is_float_(kind)) {
                if (got->words[a] != want->words[b])
                    fail_(state, run, "word", argument, i * columns + j, (double)got->words[a],
                          (double)want->words[b]);
                continue;
            }
            double x = get_(kind, got, a), y = get_(kind, want, b);
            double bound = kernel->terms == NULL ? 0 : get_(kind, magnitude, i * magnitude->stride + j);
            if (!same_(x, y, bound, factor, smallest))
                fail_(state, run, "number", argument, i * columns + j, x, y);
        }
    }
    if (!zt_array_gaps_untouched(kind, got)) fail_(state, run, "surroundings", argument, 0, 0, 0);
}

/* Where an output may replace an input, both are the array of the input. */
static void alias_(const zt_kernel_case *kernel, const zt_array *arrays, zt_array *called) {
    for (size_t i = 0; i < count_(kernel); i++) {
        unsigned from = (unsigned)kernel->arguments[i].in_place;
        called[i] = from != 0 ? arrays[from - 1] : arrays[i];
    }
}

static void call_(state_ *state, const run_ *run, const zt_kernel_table_ *table, const zt_array *arrays) {
    uint64_t before = zt_float_control();
    state->kernel->run(table, &run->shape, arrays);
    if (zt_float_control() != before) fail_(state, run, "control word after a call", 0, 0, 0, 0);
}

/* Sums of magnitudes: the reference on absolute values without thresholds. */
static void measure_(state_ *state, const run_ *run, zt_array *arrays) {
    const zt_kernel_case *kernel = state->kernel;
    if (kernel->measure != NULL) {
        kernel->measure(state->reference, &run->shape, arrays);
        return;
    }
    for (size_t i = 0; i < count_(kernel); i++) {
        const zt_argument *argument = &kernel->arguments[i];
        if (!is_float_(argument->kind) || !is_input_(argument->role)) continue;
        zt_array_magnitudes(argument->kind, &arrays[i], argument->role == ZT_PARAMETER ? 0 : 1);
    }
    kernel->run(state->reference, &run->shape, arrays);
}

static void compare_run_(state_ *state, const run_ *run) {
    const zt_kernel_case *kernel = state->kernel;
    size_t count = count_(kernel);
    zt_array wanted[ZT_ARGUMENTS], got[ZT_ARGUMENTS], sizes[ZT_ARGUMENTS], called[ZT_ARGUMENTS];
    uint64_t random = 0x243f6a8885a308d3 + state->comparisons;
    state->comparisons++;
    for (size_t i = 0; i < count; i++) {
        const zt_argument *argument = &kernel->arguments[i];
        size_t rows = size_(kernel, &run->shape, argument->rows);
        size_t columns = size_(kernel, &run->shape, argument->columns);
        size_t padding = rows > 1 ? run->padding : 0;
        size_t offset = run->offset / zt_element_size(argument->kind) * zt_element_size(argument->kind);
        wanted[i] = zt_array_make(argument->kind, rows, columns, 0, 0, 0);
        sizes[i] = zt_array_make(argument->kind, rows, columns, 0, 0, 0);
        got[i] = zt_array_make(argument->kind, rows, columns, padding, offset, run->at_start);
        if (!is_input_(argument->role)) continue;
        size_t below = argument->below == 0 ? 0 : size_(kernel, &run->shape, argument->below);
        zt_array_fill(argument->kind, &wanted[i], run->fill, argument->role == ZT_PARAMETER, below, &random);
        if ((int)i == run->planted && rows * columns != 0)
            set_(argument->kind, &wanted[i], run->position % (rows * columns), run->number);
    }
    if (kernel->prepare != NULL) kernel->prepare(&run->shape, wanted, &random);
    for (size_t i = 0; i < count; i++) {
        if (!is_input_(kernel->arguments[i].role)) continue;
        zt_array_copy(kernel->arguments[i].kind, &wanted[i], &got[i]);
        zt_array_copy(kernel->arguments[i].kind, &wanted[i], &sizes[i]);
    }
    call_(state, run, state->reference, wanted);
    if (run->in_place) {
        alias_(kernel, got, called);
        call_(state, run, state->tier, called);
    } else {
        call_(state, run, state->tier, got);
    }
    if (kernel->terms != NULL) measure_(state, run, sizes);
    for (size_t i = 0; i < count; i++) {
        const zt_argument *argument = &kernel->arguments[i];
        size_t from = run->in_place && argument->in_place != 0 ? (size_t)argument->in_place - 1 : i;
        if (is_output_(argument->role)) compare_(state, run, i, &got[from], &wanted[i], &sizes[i]);
        if (argument->role == ZT_IN && !run->in_place && !zt_array_gaps_untouched(argument->kind, &got[i]))
            fail_(state, run, "surroundings", i, 0, 0, 0);
    }
    for (size_t i = 0; i < count; i++) {
        zt_array_free(&wanted[i]);
        zt_array_free(&sizes[i]);
        zt_array_free(&got[i]);
    }
}

static int skips_(const zt_kernel_case *kernel, zt_fill fill) {
    return (kernel->skip_fills >> (unsigned)fill & 1) != 0;
}

static size_t *letter_(zt_shape *shape, char letter) {
    return letter == 'n' ? &shape->n : letter == 'd' ? &shape->d : letter == 'p' ? &shape->p : &shape->c;
}

static void every_tail_(state_ *state) {
    for (const char *letter = state->kernel->sweep; *letter != 0; letter++) {
        for (size_t size = 0; size <= last_tail_; size++) {
            run_ run = {
                .shape = {19, 5, 9, 2}, .padding = size % 4, .at_start = (int)(size & 1), .planted = -1};
            *letter_(&run.shape, *letter) = size;
            for (int fill = 0; fill < ZT_FILLS; fill++) {
                run.fill = (zt_fill)fill;
                if (!skips_(state->kernel, run.fill)) compare_run_(state, &run);
            }
        }
    }
}

static void every_offset_(state_ *state) {
    for (size_t offset = 0; offset < 64; offset += 4) {
        for (int at_start = 0; at_start < 2; at_start++) {
            run_ run = {.shape = {67, 21, 35, 3},
                        .padding = offset % 8 == 0 ? 0 : 1,
                        .offset = offset,
                        .at_start = at_start,
                        .planted = -1};
            compare_run_(state, &run);
        }
    }
}

static void large_shapes_(state_ *state) {
    for (const zt_shape *shape = state->kernel->large; shape != NULL && shape->n + shape->d + shape->p != 0;
         shape++) {
        for (int fill = 0; fill < 2; fill++) {
            run_ run = {.shape = *shape, .padding = (size_t)fill, .fill = (zt_fill)fill, .planted = -1};
            if (!skips_(state->kernel, run.fill)) compare_run_(state, &run);
        }
    }
}

static void in_place_(state_ *state) {
    int some = 0;
    for (size_t i = 0; i < count_(state->kernel); i++) some |= state->kernel->arguments[i].in_place;
    if (!some) return;
    for (size_t d = 0; d <= last_tail_; d++) {
        run_ run = {.shape = {13, d, 11, 2}, .padding = d % 3, .in_place = 1, .planted = -1};
        compare_run_(state, &run);
    }
}

static void numbers_that_are_none_(state_ *state) {
    const double numbers[] = {NAN, INFINITY, -INFINITY, 1e-310, 1e-40, -0x1p-1074, 1e37, -0.0};
    const size_t positions[] = {0, 7, 8, 62, 64, 100, 130};
    for (size_t i = 0; i < count_(state->kernel); i++) {
        const zt_argument *argument = &state->kernel->arguments[i];
        if (!is_float_(argument->kind) || !is_input_(argument->role)) continue;
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            if ((state->kernel->skip_nonfinite || argument->role == ZT_FINITE) && !isfinite(numbers[k]))
                continue;
            if (argument->role == ZT_PARAMETER && (isnan(numbers[k]) || signbit(numbers[k]))) continue;
            for (size_t j = 0; j < sizeof positions / sizeof *positions; j++) {
                /* Few of everything, and the fewest, which have kernels of their own. */
                const zt_shape shapes[] = {{66, 9, 13, 2}, {33, 3, 1, 1}};
                for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
                    run_ run = {.shape = shapes[s],
                                .padding = j % 2,
                                .planted = (int)i,
                                .position = positions[j],
                                .number = numbers[k]};
                    compare_run_(state, &run);
                }
            }
        }
    }
}

size_t zt_differential(const zt_kernel_case *kernel, const zt_kernel_table_ *tier, char *message, size_t room,
                       size_t *comparisons) {
    zt_kernel_table_ reference = zt_tier_table("reference");
    state_ state = {
        .kernel = kernel, .tier = tier, .reference = &reference, .message = message, .room = room};
    every_tail_(&state);
    every_offset_(&state);
    large_shapes_(&state);
    in_place_(&state);
    numbers_that_are_none_(&state);
    *comparisons = state.comparisons;
    return state.failures;
}

const zt_kernel_case *zt_case(size_t index) {
    const zt_kernel_case *const families[] = {zt_pattern_cases, zt_masked_cases, zt_shrink_cases};
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        for (const zt_kernel_case *kernel = families[f]; kernel->name != NULL; kernel++)
            if (index-- == 0) return kernel;
    }
    return NULL;
}

const char *zt_case_name(size_t index) {
    const zt_kernel_case *kernel = zt_case(index);
    return kernel == NULL ? NULL : kernel->name;
}

size_t zt_differential_run(size_t index, const char *tier, char *message, size_t room, size_t *comparisons) {
    zt_kernel_table_ table = zt_tier_table(tier);
    return zt_differential(zt_case(index), &table, message, room, comparisons);
}
