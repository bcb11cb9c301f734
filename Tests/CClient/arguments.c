/* Every kind of bad argument: NULL in each place, numbers that are not finite, sizes that cannot be. */
#include "check.h"

/* Sizes that overflow by themselves, as elements or as bytes. */
static const size_t huge[] = {(size_t)1 << 60,  (size_t)1 << 61, (size_t)1 << 62, SIZE_MAX / 2,
                              SIZE_MAX / 2 + 1, SIZE_MAX - 7,    SIZE_MAX};
/* Sizes around those of 32 bits: squares of them overflow 64. */
static const size_t wide[] = {((size_t)1 << 31) - 1, (size_t)1 << 31, (size_t)1 << 32, ((size_t)1 << 32) + 1};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int refused(enum zt_status status) {
    return status == ZT_SIZE_OVERFLOW || status == ZT_INVALID;
}

static void null_pointers(zt_problem *problem, zt_model *model) {
    double out[8], gate[2] = {1, 1};
    char *text = NULL;
    zt_settings settings;
    CHECK(zt_problem_create(NULL) == ZT_INVALID && zt_model_create(NULL) == ZT_INVALID);
    zt_problem_destroy(NULL);
    zt_problem_destroy(NULL);
    zt_model_destroy(NULL);
    zt_model_destroy(NULL);
    zt_free(NULL);
    CHECK(*zt_problem_message(NULL) == 0 && *zt_model_message(NULL) == 0);

    CHECK(zt_problem_set_memory(NULL, NULL, NULL, NULL) == ZT_INVALID);
    CHECK(zt_problem_set_memory(problem, count_up, NULL, NULL) == ZT_INVALID);
    CHECK(zt_problem_set_memory(problem, NULL, count_down, NULL) == ZT_INVALID);
    CHECK(zt_problem_set_memory(problem, NULL, NULL, NULL) == ZT_OK);
    CHECK(zt_problem_set_data(NULL, 8, 1, x, 1, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 1, NULL, 1, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, NULL) == ZT_INVALID);
    CHECK(zt_problem_set_network(NULL, ZT_RELU, 0, 0) == ZT_INVALID);
    CHECK(zt_problem_set_loss(NULL, ZT_SQUARED, 1) == ZT_INVALID);
    CHECK(zt_problem_set_beta(NULL, 1) == ZT_INVALID && zt_problem_set_beta_ratio(NULL, 1) == ZT_INVALID);
    CHECK(zt_problem_use_all_patterns(NULL) == ZT_INVALID);
    CHECK(zt_problem_sample_patterns(NULL, 1, 1) == ZT_INVALID);
    CHECK(zt_problem_set_gates(NULL, 1, 2, gate, 2) == ZT_INVALID);
    CHECK(zt_problem_set_gates(problem, 1, 2, NULL, 2) == ZT_INVALID);

    CHECK(zt_settings_init(NULL, sizeof settings) == ZT_INVALID);
    CHECK(zt_train(NULL, NULL, model) == ZT_INVALID && zt_train(problem, NULL, NULL) == ZT_INVALID);
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.allocate = count_up;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
    settings.allocate = NULL;
    settings.release = count_down;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);

    CHECK(zt_model_set_memory(NULL, NULL, NULL, NULL) == ZT_INVALID);
    CHECK(zt_model_set_memory(model, count_up, NULL, NULL) == ZT_INVALID);
    CHECK(zt_model_set_memory(model, NULL, count_down, NULL) == ZT_INVALID);
    CHECK(zt_predict(NULL, 8, 1, x, 1, out) == ZT_INVALID);
    CHECK(zt_predict(model, 8, 1, NULL, 1, out) == ZT_INVALID);
    CHECK(zt_predict(model, 8, 1, x, 1, NULL) == ZT_INVALID);
    CHECK(zt_predict(model, 0, 1, NULL, 1, NULL) == ZT_OK);
    CHECK(zt_model_save(NULL, "never") == ZT_INVALID && zt_model_save(model, NULL) == ZT_INVALID);
    CHECK(zt_model_load(NULL, "never") == ZT_INVALID && zt_model_load(model, NULL) == ZT_INVALID);
    CHECK(zt_model_weights(NULL, out, 2, out, out) == ZT_INVALID);
    CHECK(zt_model_weights(model, NULL, 0, NULL, NULL) == ZT_OK);
    CHECK(zt_model_gates(NULL, out, 2) == ZT_INVALID);
    CHECK(zt_solve_json("{", 1, NULL) == ZT_INVALID);
    CHECK(zt_solve_json(NULL, 1, &text) == ZT_INVALID && strstr(text, "NULL"));
    zt_free(text);
    CHECK(zt_solve_json("{", SIZE_MAX, &text) == ZT_SIZE_OVERFLOW && strstr(text, "length"));
    zt_free(text);

    CHECK(zt_model_outcome(NULL) == ZT_EMPTY && zt_model_scope(NULL) == ZT_SCOPE_NONE);
    CHECK(isnan(zt_model_objective(NULL)) && isnan(zt_model_dual(NULL)) && isnan(zt_model_gap(NULL)));
    CHECK(isnan(zt_model_relative_gap(NULL)) && isnan(zt_model_beta(NULL)) && isnan(zt_model_beta_max(NULL)));
    CHECK(zt_model_iterations(NULL) == 0 && zt_model_patterns(NULL) == 0 && zt_model_features(NULL) == 0);
    CHECK(zt_model_width(NULL) == 0 && zt_model_neurons(NULL) == 0);
}

static void values(zt_problem *problem, zt_model *model) {
    const double bad[3] = {NAN, INFINITY, -INFINITY};
    double copy[8], out[8];
    size_t k, j;
    for (k = 0; k < 3; k++) {
        for (j = 0; j < 8; j++) {
            char place[32];
            memcpy(copy, x, sizeof copy);
            copy[j] = bad[k];
            snprintf(place, sizeof place, "x[%d][0]", (int)j);
            CHECK(zt_problem_set_data(problem, 8, 1, copy, 1, y) == ZT_INVALID);
            CHECK(strstr(zt_problem_message(problem), place));
            CHECK(zt_predict(model, 8, 1, copy, 1, out) == ZT_INVALID);
            CHECK(strstr(zt_model_message(model), place));
            snprintf(place, sizeof place, "y[%d]", (int)j);
            CHECK(zt_problem_set_data(problem, 8, 1, x, 1, copy) == ZT_INVALID);
            CHECK(strstr(zt_problem_message(problem), place));
        }
        CHECK(zt_problem_set_loss(problem, ZT_SQUARED, bad[k]) == ZT_INVALID);
        CHECK(zt_problem_set_beta(problem, bad[k]) == ZT_INVALID);
        CHECK(zt_problem_set_beta_ratio(problem, bad[k]) == ZT_INVALID);
        copy[0] = bad[k];
        copy[1] = 1;
        CHECK(zt_problem_set_gates(problem, 1, 2, copy, 2) == ZT_INVALID);
        CHECK(strstr(zt_problem_message(problem), "[0][0]"));
    }
    CHECK(zt_problem_set_network(problem, (enum zt_network)7, 0, 0) == ZT_UNSUPPORTED);
    CHECK(zt_problem_set_loss(problem, (enum zt_loss)7, 1) == ZT_UNSUPPORTED);
    CHECK(zt_problem_set_loss(problem, ZT_SQUARED, 0) == ZT_INVALID);
    CHECK(zt_problem_sample_patterns(problem, 1, UINT64_MAX) == ZT_INVALID);
    CHECK(zt_model_save(model, "\xff") == ZT_INVALID && zt_model_load(model, "\xff") == ZT_INVALID);
    CHECK(zt_model_save(model, "") == ZT_INPUT_OUTPUT && zt_model_load(model, "") == ZT_INPUT_OUTPUT);
    CHECK(zt_model_save(model, "/no/such/folder/model") == ZT_INPUT_OUTPUT);
    CHECK(zt_model_load(model, "/no/such/file") == ZT_INPUT_OUTPUT);
    CHECK(zt_model_load(model, "/dev/null") == ZT_MALFORMED);
}

static void sizes(zt_problem *problem, zt_model *model) {
    double out[128];
    size_t k, j;
    CHECK(zt_problem_set_data(problem, 0, 1, x, 1, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 0, x, 0, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 2, x, 1, y) == ZT_INVALID);
    CHECK(zt_predict(model, 8, 0, x, 0, out) == ZT_INVALID &&
          zt_predict(model, 2, 3, x, 3, out) == ZT_INVALID);
    CHECK(zt_problem_set_gates(problem, 0, 2, x, 2) == ZT_INVALID);
    CHECK(zt_problem_set_gates(problem, 1, 0, x, 0) == ZT_INVALID);
    CHECK(zt_problem_set_gates(problem, 1, 2, x, 1) == ZT_INVALID);
    CHECK(zt_problem_sample_patterns(problem, 0, 1) == ZT_INVALID);
    CHECK(zt_model_weights(model, out, 1, NULL, NULL) == ZT_INVALID);
    for (k = 0; k < COUNT(huge); k++) {
        const size_t h = huge[k];
        CHECK(refused(zt_problem_set_data(problem, h, 1, x, 1, y)));
        CHECK(refused(zt_problem_set_data(problem, 8, h, x, h, y)));
        CHECK(refused(zt_problem_set_data(problem, 8, h, x, 1, y)));
        CHECK(refused(zt_problem_set_data(problem, 8, 1, x, h, y)));
        CHECK(refused(zt_predict(model, h, 1, x, 1, out)));
        CHECK(refused(zt_predict(model, 8, h, x, h, out)));
        CHECK(refused(zt_predict(model, 8, 1, x, h, out)));
        CHECK(refused(zt_problem_set_gates(problem, h, 1, x, 1)));
        CHECK(refused(zt_problem_set_gates(problem, 8, h, x, h)));
        CHECK(refused(zt_problem_set_gates(problem, 8, 1, x, h)));
        CHECK(refused(zt_model_weights(model, out, h, NULL, NULL)));
        for (j = 0; j < COUNT(huge); j++) {
            CHECK(refused(zt_problem_set_data(problem, h, huge[j], x, huge[j], y)));
            CHECK(refused(zt_predict(model, h, huge[j], x, huge[j], out)));
            CHECK(refused(zt_problem_set_gates(problem, h, huge[j], x, huge[j])));
        }
    }
    for (k = 0; k < COUNT(wide); k++) {
        CHECK(zt_problem_set_data(problem, wide[k], wide[k], x, wide[k], y) == ZT_SIZE_OVERFLOW);
        CHECK(zt_problem_set_data(problem, wide[k], 1, x, wide[k], y) == ZT_SIZE_OVERFLOW);
        CHECK(zt_predict(model, wide[k], wide[k], x, wide[k], out) == ZT_SIZE_OVERFLOW);
        CHECK(zt_problem_set_gates(problem, wide[k], wide[k], x, wide[k]) == ZT_SIZE_OVERFLOW);
    }
    /* A stride beyond memory is none where there is but one row. */
    CHECK(zt_predict(model, 1, 1, x, (size_t)1 << 40, out) == ZT_OK);
}

/* Patterns beyond memory: refused when they would be drawn, for every number of them. */
static void patterns(zt_problem *problem, zt_model *model) {
    zt_settings settings;
    size_t k;
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.memory = (size_t)1 << 28;
    for (k = 0; k < COUNT(huge) + COUNT(wide); k++) {
        const size_t count = k < COUNT(huge) ? huge[k] : wide[k - COUNT(huge)];
        enum zt_status status = zt_problem_sample_patterns(problem, count, 1);
        if (count > SIZE_MAX / 2) {
            CHECK(status == ZT_SIZE_OVERFLOW);
        } else {
            CHECK(status == ZT_OK);
            status = zt_train(problem, &settings, model);
            CHECK(status == ZT_MEMORY_BUDGET || status == ZT_SIZE_OVERFLOW);
        }
    }
    CHECK(zt_problem_use_all_patterns(problem) == ZT_OK);
    settings.memory = 1;
    CHECK(zt_train(problem, &settings, model) == ZT_MEMORY_BUDGET);
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.threads = SIZE_MAX;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
}

static void empty_handles(void) {
    zt_problem *problem = NULL;
    zt_model *model = empty_model();
    double out[8];
    CHECK(zt_problem_create(&problem) == ZT_OK && zt_train(problem, NULL, model) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, y) == ZT_OK &&
          zt_train(problem, NULL, model) == ZT_INVALID);
    CHECK(strstr(zt_problem_message(problem), "beta"));
    CHECK(zt_predict(model, 8, 1, x, 1, out) == ZT_INVALID && zt_model_save(model, "never") == ZT_INVALID);
    CHECK(zt_model_weights(model, out, 1, NULL, NULL) == ZT_INVALID &&
          zt_model_gates(model, out, 1) == ZT_INVALID);
    CHECK(zt_model_outcome(model) == ZT_EMPTY && isnan(zt_model_objective(model)) &&
          !zt_model_neurons(model));
    zt_problem_destroy(problem);
    zt_model_destroy(model);
}

int main(void) {
    zt_problem *problem = line_problem();
    zt_model *model = empty_model();
    struct snapshot before, after;
    CHECK(zt_train(problem, NULL, model) == ZT_OK);
    before = snapshot_of(model);
    null_pointers(problem, model);
    values(problem, model);
    sizes(problem, model);
    patterns(problem, model);
    empty_handles();
    /* No failure has changed what the model or the problem holds. */
    after = snapshot_of(model);
    CHECK(same(&before, &after));
    CHECK(zt_train(problem, NULL, model) == ZT_OK);
    after = snapshot_of(model);
    CHECK(same(&before, &after));
    zt_problem_destroy(problem);
    zt_model_destroy(model);
    puts("arguments: all checks passed");
    return 0;
}
