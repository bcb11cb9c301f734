/* A system that has no more address space: large arrays are then refused by its own malloc, and every call says so. */
#define _DEFAULT_SOURCE

#include <malloc.h>
#include <sys/resource.h>

#include "check.h"

enum { n = 20000, d = 20, samples = 700, wide = 40000, wide_samples = 30 };

static zt_problem *problem;
static zt_model *model;
static double *rows, *wide_rows, *targets, *outputs, *gates;
static char *json, path[4096];

/* OpenBLAS asks for a workspace for every thread that is in it at once, for ever where there is none: one thread, whose
 * workspace is there from the first call on. */
static enum zt_status train(void) {
    zt_settings settings;
    CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.threads = 1;
    return zt_train(problem, &settings, model);
}
static enum zt_status predict(void) {
    return zt_predict(model, n, d, rows, d, outputs);
}
static enum zt_status save(void) {
    return zt_model_save(model, path);
}
static enum zt_status load(void) {
    return zt_model_load(model, path);
}
static enum zt_status set_gates(void) {
    return zt_problem_set_gates(problem, n, d + 1, gates, d + 1);
}

static enum zt_status solve(void) {
    char *text = NULL;
    enum zt_status status = zt_solve_json(json, strlen(json), &text);
    CHECK(text);
    zt_free(text);
    return status;
}

/* Bytes of address space in use. */
static size_t in_use(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%lu", &pages) == 1);
    fclose(file);
    return pages * 4096;
}

/* Lets the call have more and more room until it succeeds; before, it says that there is no memory. */
static void squeeze(const char *name, enum zt_status (*act)(void)) {
    const double objective = zt_model_objective(model);
    struct rlimit whole, less;
    size_t room;
    int refused = 0;
    CHECK(getrlimit(RLIMIT_AS, &whole) == 0);
    for (room = (size_t)1 << 12;; room += room / 4) {
        enum zt_status status;
        less = whole;
        less.rlim_cur = in_use() + room;
        CHECK(setrlimit(RLIMIT_AS, &less) == 0);
        status = act();
        CHECK(setrlimit(RLIMIT_AS, &whole) == 0);
        if (status == ZT_OK) break;
        CHECK(status == ZT_OUT_OF_MEMORY && room < (size_t)1 << 34);
        CHECK(zt_model_objective(model) == objective);
        refused++;
    }
    CHECK(refused > 0 && act() == ZT_OK);
    printf("limit: %s refused %d times, fits into %zu MB\n", name, refused, room >> 20);
}

static char *problem_text(void) {
    const size_t room = (size_t)30 * n * d + 1000;
    char *text = (char *)malloc(room), *end = text;
    size_t k;
    CHECK(text);
    end += snprintf(end, 100, "{\"format\":\"zonotope-problem\",\"version\":1,\"data\":{\"x\":[");
    for (k = 0; k < (size_t)n * d; k++)
        end += snprintf(end, 40, "%s%.9g%s",
                        k % d ? ","
                        : k   ? ",["
                              : "[",
                        rows[k], k % d == d - 1 ? "]" : "");
    end += snprintf(end, 20, "],\"y\":[");
    for (k = 0; k < n; k++) end += snprintf(end, 40, "%s%.9g", k ? "," : "", targets[k]);
    snprintf(
        end, 400,
        "]},\"loss\":{\"kind\":\"squared\"},\"model\":{\"kind\":\"two-layer\",\"gated\":true,"
        "\"patterns\":{\"sample\":{\"count\":4,\"seed\":1}}},\"betaRatio\":0.9,\"solver\":{\"threads\":1}}");
    return text;
}

int main(int count, char **arguments) {
    unsigned state = 1;
    size_t k;
    CHECK(count == 2 && strlen(arguments[1]) < sizeof path);
    strcpy(path, arguments[1]);
    rows = (double *)malloc(sizeof(double) * n * d);
    targets = (double *)malloc(sizeof(double) * n);
    outputs = (double *)malloc(sizeof(double) * n);
    gates = (double *)malloc(sizeof(double) * n * (d + 1));
    wide_rows = (double *)malloc(sizeof(double) * wide * wide_samples);
    CHECK(rows && targets && outputs && gates && wide_rows);
    for (k = 0; k < (size_t)wide * wide_samples; k++) {
        state = state * 1664525u + 1013904223u;
        wide_rows[k] = state / 4294967296.0 - 0.5;
    }
    memcpy(rows, wide_rows, sizeof(double) * n * d);
    memcpy(gates, wide_rows, sizeof(double) * n * (d + 1));
    for (k = 0; k < n; k++) targets[k] = fabs(rows[k * d]) - rows[k * d + 1] * rows[k * d + 2];
    json = problem_text();
    /* Each large array is then a mapping of its own, which is given back when it is freed, and threads reserve no
     * space that would serve in its place. */
    CHECK(mallopt(M_MMAP_THRESHOLD, 1 << 16) == 1 && mallopt(M_ARENA_MAX, 1) == 1);
    CHECK(zt_problem_create(&problem) == ZT_OK && zt_model_create(&model) == ZT_OK);
    CHECK(zt_problem_set_data(problem, samples, d, rows, d, targets) == ZT_OK);
    CHECK(zt_problem_set_network(problem, ZT_GATED_RELU, 1, 0) == ZT_OK);
    CHECK(zt_problem_set_beta_ratio(problem, 0.05) == ZT_OK);
    CHECK(zt_problem_sample_patterns(problem, 100, 1) == ZT_OK);
    CHECK(train() == ZT_OK && zt_model_outcome(model) == ZT_OPTIMAL && zt_model_neurons(model) > 5);
    squeeze("train", train);
    squeeze("predict", predict);
    squeeze("set_gates", set_gates);
    squeeze("solve_json", solve);
    /* Neurons of many weights, for a model that is large. */
    CHECK(zt_problem_set_data(problem, wide_samples, wide, wide_rows, wide, targets) == ZT_OK);
    CHECK(zt_problem_sample_patterns(problem, 20, 1) == ZT_OK && train() == ZT_OK &&
          zt_model_neurons(model) > 3);
    squeeze("save", save);
    squeeze("load", load);
    zt_problem_destroy(problem);
    zt_model_destroy(model);
    free(rows);
    free(targets);
    free(outputs);
    free(gates);
    free(wide_rows);
    free(json);
    puts("limit: all checks passed");
    return 0;
}
