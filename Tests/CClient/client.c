/* Uses the installed library as a stranger would: compiled as C11 and as C++17. Exits with 0 or names a line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonotope.h>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                  \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

static const double x[8] = {-1, -0.7, -0.4, -0.1, 0.2, 0.5, 0.8, 1};
static const double y[8] = {1.02, 0.7, 0.44, 0.13, 0.15, 0.42, 0.71, 0.99};

static int stop_at_once(void *context, const zt_progress *progress) {
    *(size_t *)context += progress->struct_size == sizeof(zt_progress);
    return 1;
}

struct counter {
    long live, left;
};

static void *count_up(void *context, size_t bytes) {
    struct counter *counter = (struct counter *)context;
    if (counter->left-- <= 0) return NULL;
    counter->live++;
    return malloc(bytes);
}

static void count_down(void *context, void *memory) {
    ((struct counter *)context)->live--;
    free(memory);
}

static void training(zt_problem *problem, zt_model *model, const char *path) {
    double outputs[8], again[8], hidden[64], alpha[32], bias;
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, y) == ZT_OK);
    CHECK(zt_problem_set_network(problem, ZT_RELU, 1, 0) == ZT_OK);
    CHECK(zt_problem_set_beta_ratio(problem, 0.01) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_OK);
    CHECK(zt_model_outcome(model) == ZT_OPTIMAL && zt_model_scope(model) == ZT_ALL_NEURONS);
    CHECK(zt_model_relative_gap(model) <= 1e-6 && zt_model_objective(model) >= zt_model_dual(model));
    CHECK(zt_predict(model, 8, 1, x, 1, outputs) == ZT_OK);
    CHECK(fabs(outputs[0] - 1.02) < 0.1);
    CHECK(zt_model_neurons(model) > 0 && zt_model_neurons(model) <= 32 && zt_model_width(model) == 2);
    CHECK(zt_model_weights(model, hidden, 2, alpha, &bias) == ZT_OK && bias == 0);
    CHECK(zt_model_gates(model, hidden, 2) == ZT_UNSUPPORTED);
    CHECK(zt_model_save(model, path) == ZT_OK && zt_model_load(model, path) == ZT_OK);
    CHECK(zt_predict(model, 8, 1, x, 1, again) == ZT_OK && memcmp(outputs, again, sizeof outputs) == 0);
    CHECK(zt_model_load(model, "/no/such/file") == ZT_INPUT_OUTPUT && *zt_model_message(model));
    CHECK(zt_model_neurons(model) > 0);
}

static void stopping(zt_problem *problem, zt_model *model) {
    zt_settings settings;
    size_t calls = 0;
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.tolerance = 1e-15;
    settings.progress = stop_at_once;
    settings.progress_context = &calls;
    CHECK(zt_train(problem, &settings, model) == ZT_OK && calls >= 1);
    CHECK(zt_model_outcome(model) == ZT_CANCELLED);
}

/* Memory refused at the k-th request, for every k until none is refused. */
static void memory(zt_problem *problem, zt_model *model) {
    struct counter counter = {0, 0};
    zt_settings settings;
    long k = 0;
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.allocate = count_up;
    settings.release = count_down;
    settings.memory_context = &counter;
    for (;; k++) {
        enum zt_status status;
        counter.left = k;
        status = zt_train(problem, &settings, model);
        CHECK(counter.live == 0);
        if (status == ZT_OK) break;
        CHECK(status == ZT_OUT_OF_MEMORY && k < 10000);
    }
    CHECK(k > 10 && zt_model_outcome(model) == ZT_OPTIMAL);
    settings.release = NULL;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
}

static void bad_arguments(zt_problem *problem, zt_model *model) {
    const double bad[2] = {NAN, 1};
    double out[8];
    zt_settings settings;
    char *text = NULL;
    CHECK(zt_problem_create(NULL) == ZT_INVALID && zt_model_create(NULL) == ZT_INVALID);
    CHECK(zt_problem_set_data(NULL, 1, 1, x, 1, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 1, NULL, 1, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, NULL) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 0, 1, x, 1, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 8, 2, x, 1, y) == ZT_INVALID);
    CHECK(zt_problem_set_data(problem, 1, 1, bad, 1, y) == ZT_INVALID);
    CHECK(strstr(zt_problem_message(problem), "x[0][0]"));
    CHECK(zt_problem_set_data(problem, SIZE_MAX, 1, x, 1, y) == ZT_SIZE_OVERFLOW);
    CHECK(zt_problem_set_data(problem, (size_t)1 << 40, (size_t)1 << 40, x, (size_t)1 << 40, y) ==
          ZT_SIZE_OVERFLOW);
    CHECK(zt_problem_set_network(problem, (enum zt_network)7, 0, 0) == ZT_UNSUPPORTED);
    CHECK(zt_problem_set_loss(problem, ZT_SQUARED, NAN) == ZT_INVALID);
    CHECK(zt_problem_set_beta(problem, -1) == ZT_INVALID);
    CHECK(zt_problem_sample_patterns(problem, 0, 1) == ZT_INVALID);
    CHECK(zt_problem_sample_patterns(problem, SIZE_MAX / 4, 1) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) != ZT_OK && zt_problem_use_all_patterns(problem) == ZT_OK);
    CHECK(zt_problem_set_gates(problem, 1, 1, NULL, 1) == ZT_INVALID);
    CHECK(zt_train(problem, NULL, NULL) == ZT_INVALID && zt_train(NULL, NULL, model) == ZT_INVALID);
    CHECK(zt_settings_init(&settings, 1) == ZT_INVALID);
    memset(&settings, 0, sizeof settings);
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.threads = SIZE_MAX;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
    CHECK(zt_predict(model, 8, 3, x, 3, out) == ZT_INVALID);
    CHECK(zt_predict(model, 8, 1, x, 1, NULL) == ZT_INVALID);
    CHECK(zt_model_save(model, NULL) == ZT_INVALID && zt_model_save(model, "\xff") == ZT_INVALID);
    CHECK(zt_model_outcome(NULL) == ZT_EMPTY && isnan(zt_model_objective(NULL)));
    CHECK(zt_solve_json("{", 1, NULL) == ZT_INVALID);
    CHECK(zt_solve_json(NULL, 1, &text) == ZT_INVALID && text);
    zt_free(text);
    CHECK(zt_solve_json("{", 1, &text) == ZT_MALFORMED && strstr(text, "error"));
    zt_free(text);
    zt_problem_destroy(NULL);
    zt_model_destroy(NULL);
    zt_free(NULL);
}

int main(int count, char **arguments) {
    const char *json =
        "{\"format\":\"zonotope-problem\",\"version\":1,\"data\":{\"x\":[[1],[-1]],\"y\":[1,2]},"
        "\"loss\":{\"kind\":\"squared\"},\"model\":{\"kind\":\"two-layer\"},\"beta\":0.1}";
    zt_problem *problem = NULL;
    zt_model *model = NULL;
    char *text = NULL;
    CHECK(count == 2 && zt_version() == ZT_VERSION && strcmp(zt_version_string(), "0.1.0") == 0);
    CHECK(zt_problem_create(&problem) == ZT_OK && zt_model_create(&model) == ZT_OK);
    training(problem, model, arguments[1]);
    stopping(problem, model);
    memory(problem, model);
    bad_arguments(problem, model);
    CHECK(zt_solve_json(json, strlen(json), &text) == ZT_OK && strstr(text, "\"optimal\""));
    zt_free(text);
    zt_model_destroy(model);
    zt_problem_destroy(problem);
    puts("client: all checks passed");
    return 0;
}
