/* Settings of other versions: shorter structures, as programs compiled with an earlier header have, and longer ones. */
#include "check.h"

/* The header of a version that ended before the limits. */
struct earlier_settings {
    size_t struct_size;
    double tolerance;
};

/* A version to come, with a member more. */
struct later_settings {
    zt_settings known;
    void *unknown;
};

static const size_t largest = 4096;

/* Settings of a size on the heap, where valgrind sees a byte read or written beyond them. */
static zt_settings *settings_of(size_t size) {
    zt_settings *settings = (zt_settings *)malloc(size);
    CHECK(settings != NULL);
    memset(settings, 0xA5, size);
    return settings;
}

static void every_size(zt_problem *problem, zt_model *model, const struct snapshot *expected) {
    size_t size;
    for (size = sizeof(size_t); size <= largest; size += size < 2 * sizeof(zt_settings) ? 8 : 1000) {
        zt_settings *settings = settings_of(size);
        struct snapshot trained;
        size_t stored, k;
        CHECK(zt_settings_init(settings, size) == ZT_OK);
        memcpy(&stored, settings, sizeof stored);
        CHECK(stored == size);
        CHECK(zt_train(problem, settings, model) == ZT_OK);
        trained = snapshot_of(model);
        CHECK(same(&trained, expected));
        for (k = sizeof(zt_settings); k < size; k++) {
            ((char *)settings)[k] = 1;
            CHECK(zt_train(problem, settings, model) == ZT_UNSUPPORTED);
            ((char *)settings)[k] = 0;
        }
        free(settings);
    }
}

/* No version ends within a member. */
static void bad_sizes(zt_problem *problem, zt_model *model) {
    const size_t sizes[] = {
        0,  1,  7,    9,    12,           sizeof(zt_settings) - 1, sizeof(zt_settings) + 4,
        20, 33, 4097, 4104, SIZE_MAX / 2, SIZE_MAX / 2 + 1,        SIZE_MAX};
    size_t k;
    for (k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        zt_settings settings, untouched;
        memset(&settings, 0xA5, sizeof settings);
        memset(&untouched, 0xA5, sizeof untouched);
        CHECK(zt_settings_init(&settings, sizes[k]) == ZT_INVALID);
        CHECK(memcmp(&settings, &untouched, sizeof settings) == 0);
        CHECK(zt_settings_init(&settings, sizeof settings) == ZT_OK);
        settings.struct_size = sizes[k];
        CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
        CHECK(strstr(zt_problem_message(problem), "struct_size"));
    }
}

static void versions(zt_problem *problem, zt_model *model) {
    struct earlier_settings *earlier = (struct earlier_settings *)malloc(sizeof *earlier);
    struct later_settings later;
    CHECK(earlier && zt_settings_init((zt_settings *)earlier, sizeof *earlier) == ZT_OK);
    CHECK(earlier->struct_size == sizeof *earlier && earlier->tolerance == 1e-6);
    earlier->tolerance = 0.5;
    CHECK(zt_train(problem, (zt_settings *)earlier, model) == ZT_OK);
    CHECK(zt_model_relative_gap(model) <= 0.5 && zt_model_relative_gap(model) > 1e-6);
    earlier->tolerance = -1;
    CHECK(zt_train(problem, (zt_settings *)earlier, model) == ZT_INVALID);
    free(earlier);
    CHECK(zt_settings_init(&later.known, sizeof later) == ZT_OK && later.unknown == NULL);
    CHECK(zt_train(problem, &later.known, model) == ZT_OK);
    later.unknown = &later;
    CHECK(zt_train(problem, &later.known, model) == ZT_UNSUPPORTED);
}

static void values(zt_problem *problem, zt_model *model) {
    zt_settings good, settings;
    CHECK(zt_settings_init(&good, sizeof good) == ZT_OK);
    settings = good;
    settings.precision = (enum zt_precision)2;
    CHECK(zt_train(problem, &settings, model) == ZT_UNSUPPORTED);
    settings.precision = ZT_FLOAT;
    settings.solver = ZT_ADMM;
    CHECK(zt_train(problem, &settings, model) == ZT_OK && zt_model_relative_gap(model) <= 1e-6);
    settings = good;
    settings.solver = (enum zt_solver)9;
    CHECK(zt_train(problem, &settings, model) == ZT_UNSUPPORTED);
    settings = good;
    settings.tolerance = NAN;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
    settings = good;
    settings.seconds = -1;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
    settings = good;
    settings.iterations = SIZE_MAX;
    CHECK(zt_train(problem, &settings, model) == ZT_INVALID);
}

/* All eight points on one network, and a second value for one of them. */
static void interpolation(zt_model *model) {
    zt_problem *problem = line_problem();
    const double twice[] = {1, 1}, apart[] = {0, 1};
    CHECK(zt_problem_set_loss(problem, ZT_INTERPOLATION, 1) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_INVALID && strstr(zt_problem_message(problem), "betaRatio"));
    CHECK(zt_problem_set_beta(problem, 1) == ZT_OK && zt_train(problem, NULL, model) == ZT_OK);
    CHECK(zt_model_outcome(model) == ZT_OPTIMAL && zt_model_beta_max(model) == INFINITY);
    CHECK(zt_model_objective(model) > 0 && zt_model_relative_gap(model) <= 1e-6);
    CHECK(zt_problem_set_data(problem, 2, 1, twice, 1, apart) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_OK && zt_model_outcome(model) == ZT_INFEASIBLE);
    CHECK(strcmp(zt_outcome_string(zt_model_outcome(model)), "infeasible") == 0);
    CHECK(zt_model_neurons(model) == 0 && zt_model_dual(model) == INFINITY);
    zt_problem_destroy(problem);
}

int main(void) {
    zt_problem *problem = line_problem();
    zt_model *model = empty_model();
    struct snapshot expected;
    CHECK(zt_train(problem, NULL, model) == ZT_OK);
    expected = snapshot_of(model);
    every_size(problem, model, &expected);
    bad_sizes(problem, model);
    versions(problem, model);
    values(problem, model);
    interpolation(model);
    zt_problem_destroy(problem);
    zt_model_destroy(model);
    puts("settings: all checks passed");
    return 0;
}
