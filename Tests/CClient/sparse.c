/* Sparse rows as compressed columns: the networks of the same rows with their zeros, for both widths of indices, and what is
 * refused. Arrays are as long as they have to be, on the heap. */
#include "check.h"

enum { ROWS = 12, FEATURES = 5, ENTRIES = 20 };

static double *values, *dense, *targets;
static int64_t *starts, *places;
static int32_t *short_starts, *short_places;

static void *room(size_t bytes) {
    void *memory = malloc(bytes);
    CHECK(memory != NULL);
    return memory;
}

/* Three or four entries a column; the third is empty. */
static void fill(void) {
    size_t j, k, t = 0;
    values = (double *)room(ENTRIES * sizeof *values);
    dense = (double *)calloc((size_t)ROWS * FEATURES, sizeof *dense);
    CHECK(dense != NULL);
    targets = (double *)room(ROWS * sizeof *targets);
    starts = (int64_t *)room((FEATURES + 1) * sizeof *starts);
    places = (int64_t *)room(ENTRIES * sizeof *places);
    short_starts = (int32_t *)room((FEATURES + 1) * sizeof *short_starts);
    short_places = (int32_t *)room(ENTRIES * sizeof *short_places);
    for (j = 0; j < FEATURES; j++) {
        starts[j] = (int64_t)t;
        for (k = 0; k < ROWS && j != 2; k++) {
            if ((3 * k + 5 * j) % 7 > 2) continue;
            places[t] = (int64_t)k;
            values[t] = cos((double)(7 * k + j));
            dense[k * FEATURES + j] = values[t];
            t++;
        }
    }
    CHECK(t == ENTRIES);
    starts[FEATURES] = ENTRIES;
    for (j = 0; j <= FEATURES; j++) short_starts[j] = (int32_t)starts[j];
    for (t = 0; t < ENTRIES; t++) short_places[t] = (int32_t)places[t];
    for (k = 0; k < ROWS; k++) targets[k] = sin(3 * (double)k);
}

static zt_problem *gated_problem(void) {
    zt_problem *problem = NULL;
    CHECK(zt_problem_create(&problem) == ZT_OK);
    CHECK(zt_problem_set_network(problem, ZT_GATED_RELU, 1, 1) == ZT_OK);
    CHECK(zt_problem_sample_patterns(problem, 6, 3) == ZT_OK);
    CHECK(zt_problem_set_beta_ratio(problem, 0.1) == ZT_OK);
    return problem;
}

static enum zt_status set(zt_problem *problem, enum zt_index index) {
    return index == ZT_INT32 ? zt_problem_set_sparse_data(problem, ROWS, FEATURES, index, short_starts,
                                                          short_places, values, 1, targets, 1)
                             : zt_problem_set_sparse_data(problem, ROWS, FEATURES, index, starts, places,
                                                          values, 1, targets, 1);
}

static void trains(void) {
    zt_problem *problem = gated_problem();
    zt_model *expected = empty_model(), *model = empty_model();
    double *outputs = (double *)room(ROWS * sizeof *outputs), *others = (double *)room(ROWS * sizeof *others);
    struct counter counter = {0, 1000000, 0};
    size_t turn, k;
    CHECK(zt_problem_set_data(problem, ROWS, FEATURES, dense, FEATURES, targets) == ZT_OK);
    CHECK(zt_train(problem, NULL, expected) == ZT_OK);
    CHECK(zt_predict(expected, ROWS, FEATURES, dense, FEATURES, others) == ZT_OK);
    CHECK(zt_problem_set_memory(problem, count_up, count_down, &counter) == ZT_OK);
    for (turn = 0; turn < 2; turn++) {
        CHECK(set(problem, turn == 0 ? ZT_INT32 : ZT_INT64) == ZT_OK);
        CHECK(zt_train(problem, NULL, model) == ZT_OK && zt_model_outcome(model) == ZT_OPTIMAL);
        CHECK(fabs(zt_model_objective(model) - zt_model_objective(expected)) <=
              2e-6 * zt_model_objective(expected));
        CHECK(zt_predict_sparse(model, ROWS, FEATURES, ZT_INT64, starts, places, values, 1, outputs) ==
              ZT_OK);
        for (k = 0; k < ROWS; k++) CHECK(fabs(outputs[k] - others[k]) <= 1e-2);
        CHECK(zt_predict(model, ROWS, FEATURES, dense, FEATURES, others) == ZT_OK);
        for (k = 0; k < ROWS; k++) CHECK(outputs[k] == others[k]);
        CHECK(zt_predict_sparse(model, ROWS, FEATURES, ZT_INT32, short_starts, short_places, values, 1,
                                outputs) == ZT_OK);
        for (k = 0; k < ROWS; k++) CHECK(outputs[k] == others[k]);
    }
    CHECK(zt_predict_sparse(model, ROWS, FEATURES, ZT_INT64, starts, places, values, 2, outputs) ==
          ZT_INVALID);
    CHECK(zt_predict_sparse(model, ROWS, FEATURES - 1, ZT_INT64, starts, places, values, 1, outputs) ==
          ZT_INVALID);
    CHECK(zt_predict_sparse(model, ROWS, FEATURES, ZT_INT64, starts, places, values, 1, NULL) == ZT_INVALID);
    CHECK(zt_predict_sparse(NULL, ROWS, FEATURES, ZT_INT64, starts, places, values, 1, outputs) ==
          ZT_INVALID);
    zt_problem_destroy(problem);
    zt_model_destroy(expected);
    zt_model_destroy(model);
    CHECK(counter.live == 0 && counter.requests > 0);
    free(outputs);
    free(others);
}

/* The failure names the place, and the data stay what they were. */
static void refused(zt_problem *problem, enum zt_status expected, const char *place, enum zt_status status) {
    CHECK(status == expected);
    CHECK(strstr(zt_problem_message(problem), place));
}

static void damage(void) {
    zt_problem *problem = gated_problem();
    const int64_t place = places[1], start = starts[2];
    const double value = values[2];
    places[1] = ROWS;
    refused(problem, ZT_INVALID, "i[1]", set(problem, ZT_INT64));
    places[1] = places[0];
    refused(problem, ZT_INVALID, "i[1]", set(problem, ZT_INT64));
    places[1] = place;
    starts[2] = ENTRIES + 1;
    refused(problem, ZT_INVALID, "p[2]", set(problem, ZT_INT64));
    starts[2] = start;
    short_starts[2] = -1;
    refused(problem, ZT_INVALID, "p[2]", set(problem, ZT_INT32));
    short_starts[2] = (int32_t)start;
    values[2] = NAN;
    refused(problem, ZT_INVALID, "x[2]", set(problem, ZT_INT32));
    values[2] = value;
    refused(problem, ZT_UNSUPPORTED, "index", set(problem, (enum zt_index)1));
    refused(
        problem, ZT_INVALID, "p",
        zt_problem_set_sparse_data(problem, ROWS, FEATURES, ZT_INT64, NULL, places, values, 1, targets, 1));
    refused(
        problem, ZT_INVALID, "i",
        zt_problem_set_sparse_data(problem, ROWS, FEATURES, ZT_INT64, starts, NULL, values, 1, targets, 1));
    refused(
        problem, ZT_INVALID, "x",
        zt_problem_set_sparse_data(problem, ROWS, FEATURES, ZT_INT64, starts, places, NULL, 1, targets, 1));
    refused(
        problem, ZT_INVALID, "y",
        zt_problem_set_sparse_data(problem, ROWS, FEATURES, ZT_INT64, starts, places, values, 1, NULL, 1));
    refused(
        problem, ZT_SIZE_OVERFLOW, "x",
        zt_problem_set_sparse_data(problem, ROWS, SIZE_MAX, ZT_INT64, starts, places, values, 1, targets, 1));
    CHECK(zt_problem_set_sparse_data(NULL, ROWS, FEATURES, ZT_INT64, starts, places, values, 1, targets, 1) ==
          ZT_INVALID);
    zt_problem_destroy(problem);
}

/* What needs rows with their zeros. */
static void limits(void) {
    zt_problem *problem = gated_problem();
    zt_model *model = empty_model();
    CHECK(set(problem, ZT_INT64) == ZT_OK);
    CHECK(zt_problem_use_all_patterns(problem) == ZT_OK);
    refused(problem, ZT_UNSUPPORTED, "patterns", zt_train(problem, NULL, model));
    CHECK(zt_problem_sample_patterns(problem, 6, 3) == ZT_OK && zt_problem_set_growth(problem, 1) == ZT_OK);
    refused(problem, ZT_UNSUPPORTED, "grow", zt_train(problem, NULL, model));
    CHECK(zt_problem_set_growth(problem, 0) == ZT_OK);
    CHECK(zt_problem_set_network(problem, ZT_RELU, 0, 0) == ZT_OK);
    refused(problem, ZT_UNSUPPORTED, "data.x", zt_train(problem, NULL, model));
    CHECK(zt_model_outcome(model) == ZT_EMPTY);
    zt_problem_destroy(problem);
    zt_model_destroy(model);
}

int main(void) {
    fill();
    trains();
    damage();
    limits();
    free(values);
    free(dense);
    free(targets);
    free(starts);
    free(places);
    free(short_starts);
    free(short_places);
    printf("sparse: passed\n");
    return 0;
}
