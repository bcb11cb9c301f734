/* What the programs share: a check that names its line, data, and an allocator that can refuse. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdint.h>
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

/* One feature, and targets near its absolute value. */
static const double x[8] = {-1, -0.7, -0.4, -0.1, 0.2, 0.5, 0.8, 1};
static const double y[8] = {1.02, 0.7, 0.44, 0.13, 0.15, 0.42, 0.71, 0.99};
static const double labels[8] = {1, 1, 1, -1, -1, -1, 1, 1};

/* A problem over these data with an input bias, and beta a hundredth of the largest. */
static inline zt_problem *line_problem(void) {
    zt_problem *problem = NULL;
    CHECK(zt_problem_create(&problem) == ZT_OK);
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, y) == ZT_OK);
    CHECK(zt_problem_set_network(problem, ZT_RELU, 1, 0) == ZT_OK);
    CHECK(zt_problem_set_beta_ratio(problem, 0.01) == ZT_OK);
    return problem;
}

static inline zt_model *empty_model(void) {
    zt_model *model = NULL;
    CHECK(zt_model_create(&model) == ZT_OK);
    return model;
}

/* What must not change when a call fails. */
struct snapshot {
    double objective, outputs[8], hidden[128], alpha[64], bias;
    size_t neurons;
};

static inline struct snapshot snapshot_of(zt_model *model) {
    struct snapshot taken;
    memset(&taken, 0, sizeof taken);
    taken.objective = zt_model_objective(model);
    taken.neurons = zt_model_neurons(model);
    CHECK(taken.neurons <= 64 && zt_model_width(model) == 2);
    CHECK(zt_predict(model, 8, 1, x, 1, taken.outputs) == ZT_OK);
    CHECK(zt_model_weights(model, taken.hidden, 2, taken.alpha, &taken.bias) == ZT_OK);
    return taken;
}

static inline int same(const struct snapshot *a, const struct snapshot *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* Memory that is counted; refused from the request on that brings left to zero. */
struct counter {
    long live, left, requests;
};

static inline void *count_up(void *context, size_t bytes) {
    struct counter *counter = (struct counter *)context;
    counter->requests++;
    if (counter->left-- <= 0) return NULL;
    counter->live++;
    return malloc(bytes);
}

static inline void count_down(void *context, void *memory) {
    ((struct counter *)context)->live--;
    free(memory);
}

#endif
