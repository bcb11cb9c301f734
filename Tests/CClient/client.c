/* Uses the installed library as a stranger would: compiled as C11 and as C++17. Exits with 0 or names a line. */
#include "check.h"

static void training(zt_problem *problem, zt_model *model, const char *path) {
    struct snapshot before, after;
    CHECK(zt_train(problem, NULL, model) == ZT_OK && *zt_problem_message(problem) == 0);
    CHECK(zt_model_outcome(model) == ZT_OPTIMAL && zt_model_scope(model) == ZT_ALL_NEURONS);
    CHECK(zt_model_relative_gap(model) <= 1e-6 && zt_model_objective(model) >= zt_model_dual(model));
    CHECK(zt_model_gap(model) == zt_model_objective(model) - zt_model_dual(model));
    CHECK(zt_model_beta(model) == 0.01 * zt_model_beta_max(model) && zt_model_iterations(model) > 0);
    CHECK(zt_model_features(model) == 1 && zt_model_neurons(model) > 0);
    before = snapshot_of(model);
    CHECK(fabs(before.outputs[0] - 1.02) < 0.1 && before.bias == 0);
    CHECK(zt_model_save(model, path) == ZT_OK && zt_model_load(model, path) == ZT_OK);
    after = snapshot_of(model);
    CHECK(same(&before, &after));
}

/* Rows further apart than they are long: what lies between is not read. */
static void strides(zt_problem *problem, zt_model *model) {
    struct snapshot before = snapshot_of(model), after;
    double apart[24], outputs[8], hidden[5 * 64];
    size_t k;
    for (k = 0; k < 24; k++) apart[k] = k % 3 == 0 ? x[k / 3] : NAN;
    CHECK(zt_problem_set_data(problem, 8, 1, apart, 3, y) == ZT_OK &&
          zt_train(problem, NULL, model) == ZT_OK);
    after = snapshot_of(model);
    CHECK(same(&before, &after));
    CHECK(zt_predict(model, 8, 1, apart, 3, outputs) == ZT_OK);
    CHECK(memcmp(outputs, before.outputs, sizeof outputs) == 0);
    for (k = 0; k < 5 * 64; k++) hidden[k] = -7;
    CHECK(zt_model_weights(model, hidden, 5, NULL, NULL) == ZT_OK);
    for (k = 0; k < 5 * before.neurons; k++)
        CHECK(hidden[k] == (k % 5 < 2 ? before.hidden[k / 5 * 2 + k % 5] : -7));
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, y) == ZT_OK);
}

struct stop {
    size_t calls, last;
};

static int stop_at_last(void *context, const zt_progress *progress) {
    struct stop *stop = (struct stop *)context;
    CHECK(progress->struct_size == sizeof *progress && progress->objective >= progress->lower_bound);
    return ++stop->calls == stop->last;
}

static void stopping(zt_problem *problem, zt_model *model) {
    zt_settings settings;
    struct stop stop;
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.tolerance = 1e-15;
    settings.progress = stop_at_last;
    settings.progress_context = &stop;
    for (stop.last = 1; stop.last <= 2; stop.last++) {
        stop.calls = 0;
        CHECK(zt_train(problem, &settings, model) == ZT_OK && zt_model_outcome(model) == ZT_CANCELLED);
        CHECK(stop.calls == stop.last && zt_model_objective(model) >= zt_model_dual(model));
    }
    settings.progress = NULL;
    settings.iterations = 1;
    CHECK(zt_train(problem, &settings, model) == ZT_OK);
    CHECK(zt_model_outcome(model) == ZT_ITERATION_LIMIT && zt_model_iterations(model) == 1);
    CHECK(zt_train(problem, NULL, model) == ZT_OK);
}

/* A gated network over given gates, with both losses. */
static void gates(zt_model *model, const char *path) {
    const double given[9] = {1, 0, NAN, -1, 0, NAN, 1, 0.5, NAN};
    double hidden[6], rows[12], again[6], outputs[8];
    size_t k, j, found = 0, neurons;
    zt_problem *problem = line_problem();
    CHECK(zt_problem_set_network(problem, ZT_GATED_RELU, 1, 1) == ZT_OK);
    CHECK(zt_problem_set_gates(problem, 3, 2, given, 3) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_OK && zt_model_outcome(model) == ZT_OPTIMAL);
    CHECK(zt_model_scope(model) == ZT_GIVEN_PATTERNS && zt_model_patterns(model) == 3);
    neurons = zt_model_neurons(model);
    CHECK(neurons > 0 && neurons <= 3);
    for (k = 0; k < 12; k++) rows[k] = -7;
    CHECK(zt_model_gates(model, rows, 4) == ZT_OK && zt_model_weights(model, hidden, 2, NULL, NULL) == ZT_OK);
    for (k = 0; k < neurons; k++) {
        CHECK(rows[4 * k + 2] == -7 && rows[4 * k + 3] == -7);
        for (j = 0; j < 3; j++) found += memcmp(rows + 4 * k, given + 3 * j, 2 * sizeof(double)) == 0;
    }
    CHECK(found == neurons);
    CHECK(zt_model_gates(model, rows, 1) == ZT_INVALID && zt_model_gates(model, NULL, 2) == ZT_INVALID);
    CHECK(zt_model_save(model, path) == ZT_OK && zt_model_load(model, path) == ZT_OK);
    CHECK(zt_model_gates(model, again, 2) == ZT_OK && memcmp(again, rows, 2 * sizeof(double)) == 0);

    CHECK(zt_problem_set_loss(problem, ZT_LOGISTIC, 0.125) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_INVALID && strstr(zt_problem_message(problem), "y[0]"));
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, labels) == ZT_OK);
    CHECK(zt_problem_sample_patterns(problem, 50, 3) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_OK && zt_model_outcome(model) == ZT_OPTIMAL);
    CHECK(zt_predict(model, 8, 1, x, 1, outputs) == ZT_OK);
    for (k = 0; k < 8; k++) CHECK(outputs[k] * labels[k] > 0);
    CHECK(zt_problem_set_network(problem, ZT_RELU, 1, 1) == ZT_OK);
    CHECK(zt_problem_use_all_patterns(problem) == ZT_OK && zt_train(problem, NULL, model) == ZT_OK);
    CHECK(zt_model_outcome(model) == ZT_OPTIMAL && zt_model_gates(model, rows, 2) == ZT_UNSUPPORTED);
    zt_problem_destroy(problem);
}

/* Each handle has its own message, until the next call on it. */
static void messages(void) {
    zt_problem *one = line_problem(), *other = line_problem();
    zt_model *model = empty_model();
    CHECK(*zt_problem_message(one) == 0 && *zt_model_message(model) == 0);
    CHECK(zt_problem_set_beta(one, -1) == ZT_INVALID &&
          zt_problem_set_loss(other, ZT_SQUARED, 0) == ZT_INVALID);
    CHECK(zt_model_save(model, "never") == ZT_INVALID);
    CHECK(strstr(zt_problem_message(one), "beta") && strstr(zt_problem_message(other), "loss.scale"));
    CHECK(strstr(zt_model_message(model), "empty"));
    CHECK(zt_problem_set_beta(one, 1) == ZT_OK && *zt_problem_message(one) == 0);
    CHECK(strstr(zt_problem_message(other), "loss.scale") && strstr(zt_model_message(model), "empty"));
    zt_problem_destroy(one);
    zt_problem_destroy(other);
    zt_model_destroy(model);
}

#define PROBLEM(data)                                                                                        \
    "{\"format\":\"zonotope-problem\",\"version\":1,\"data\":" data                                          \
    ",\"loss\":{\"kind\":\"squared\"},\"model\":{\"kind\":\"two-layer\"},\"beta\":0.1}"

static void json(void) {
    const char *good = PROBLEM("{\"x\":[[1],[-1]],\"y\":[1,2]}");
    const char *relative = PROBLEM("{\"x\":{\"npy\":\"x.npy\"},\"y\":[1,2]}");
    const char *absent = PROBLEM("{\"x\":{\"npy\":\"/no/such/file.npy\"},\"y\":[1,2]}");
    char *text = NULL;
    CHECK(zt_solve_json(good, strlen(good), &text) == ZT_OK && strstr(text, "\"optimal\""));
    zt_free(text);
    CHECK(zt_solve_json(relative, strlen(relative), &text) == ZT_INVALID && strstr(text, "relative path"));
    zt_free(text);
    CHECK(zt_solve_json(absent, strlen(absent), &text) == ZT_INPUT_OUTPUT &&
          strstr(text, "/no/such/file.npy"));
    zt_free(text);
    CHECK(zt_solve_json(good, strlen(good) - 1, &text) == ZT_MALFORMED && strstr(text, "\"error\""));
    zt_free(text);
    CHECK(zt_solve_json("{\"\xff\":1}", 7, &text) == ZT_MALFORMED && strstr(text, "UTF-8"));
    zt_free(text);
    CHECK(zt_solve_json("", 0, &text) == ZT_MALFORMED && strstr(text, "empty"));
    zt_free(text);
}

int main(int count, char **arguments) {
    zt_problem *problem = line_problem();
    zt_model *model = empty_model();
    char version[32];
    CHECK(count == 2 && zt_version() == ZT_VERSION);
    snprintf(version, sizeof version, "%d.%d.%d", ZT_VERSION_MAJOR, ZT_VERSION_MINOR, ZT_VERSION_PATCH);
    CHECK(strcmp(zt_version_string(), version) == 0);
    training(problem, model, arguments[1]);
    strides(problem, model);
    stopping(problem, model);
    gates(model, arguments[1]);
    messages();
    json();
    zt_model_destroy(model);
    zt_problem_destroy(problem);
    puts("client: all checks passed");
    return 0;
}
