/* Sixteen threads at once, each with handles of its own: bit for bit what each computes alone.
 *
 *     threads FOLDER [REPETITIONS]
 */
#include <pthread.h>

#include "check.h"

enum { threads = 16, n = 40, d = 3 };

struct task {
    int number;
    char path[4096];
    double rows[n * d], targets[n];
    /* What it computes. */
    double objective, dual, outputs[n], hidden[4 * 256], alpha[256], loaded[n];
    size_t neurons, iterations;
    char json[512];
};

/* The result document up to its figures of time. */
static void solve_text(struct task *task) {
    char text[512], *result = NULL, *end;
    snprintf(
        text, sizeof text,
        "{\"format\":\"zonotope-problem\",\"version\":1,\"data\":{\"x\":[[1,%d],[-1,2],[0.5,1],[2,-%d]],"
        "\"y\":[1,2,1,0]},\"loss\":{\"kind\":\"squared\"},\"model\":{\"kind\":\"two-layer\"},\"beta\":0.1}",
        task->number + 1, task->number + 1);
    CHECK(zt_solve_json(text, strlen(text), &result) == ZT_OK);
    end = strstr(result, "\"seconds\"");
    CHECK(end && (size_t)(end - result) < sizeof task->json);
    memcpy(task->json, result, (size_t)(end - result));
    zt_free(result);
}

static void *work(void *argument) {
    struct task *task = (struct task *)argument;
    zt_problem *problem = NULL;
    zt_model *model = empty_model(), *loaded = empty_model();
    zt_settings settings;
    CHECK(zt_problem_create(&problem) == ZT_OK && zt_settings_init(&settings, sizeof settings) == ZT_OK);
    settings.threads = (size_t)task->number % 3;
    settings.solver = task->number % 4 < 2 ? ZT_ADMM : ZT_FISTA;
    CHECK(zt_problem_set_data(problem, n, d, task->rows, d, task->targets) == ZT_OK);
    CHECK(zt_problem_set_network(problem, task->number % 2 ? ZT_GATED_RELU : ZT_RELU, task->number % 2, 1) ==
          ZT_OK);
    CHECK(zt_problem_set_beta_ratio(problem, 0.1) == ZT_OK);
    CHECK(zt_problem_sample_patterns(problem, 40, (uint64_t)task->number) == ZT_OK);
    CHECK(zt_train(problem, &settings, model) == ZT_OK && zt_model_outcome(model) == ZT_OPTIMAL);
    task->objective = zt_model_objective(model);
    task->dual = zt_model_dual(model);
    task->iterations = zt_model_iterations(model);
    task->neurons = zt_model_neurons(model);
    CHECK(task->neurons > 0 && task->neurons <= 256 && zt_model_width(model) <= 4);
    CHECK(zt_model_weights(model, task->hidden, 4, task->alpha, NULL) == ZT_OK);
    CHECK(zt_predict(model, n, d, task->rows, d, task->outputs) == ZT_OK);
    CHECK(zt_model_save(model, task->path) == ZT_OK && zt_model_load(loaded, task->path) == ZT_OK);
    CHECK(zt_predict(loaded, n, d, task->rows, d, task->loaded) == ZT_OK);
    CHECK(memcmp(task->loaded, task->outputs, sizeof task->outputs) == 0);
    CHECK(zt_predict(model, n, d, task->rows, d - 1, task->loaded) == ZT_INVALID && *zt_model_message(model));
    solve_text(task);
    zt_problem_destroy(problem);
    zt_model_destroy(model);
    zt_model_destroy(loaded);
    return NULL;
}

static void prepare(struct task *task, int number, const char *folder) {
    unsigned state = (unsigned)number + 1;
    int k;
    memset(task, 0, sizeof *task);
    task->number = number;
    snprintf(task->path, sizeof task->path, "%s/threads-%d.safetensors", folder, number);
    for (k = 0; k < n * d; k++) {
        state = state * 1664525u + 1013904223u;
        task->rows[k] = state / 4294967296.0 - 0.5;
    }
    for (k = 0; k < n; k++) task->targets[k] = fabs(task->rows[d * k]) - task->rows[d * k + 1];
}

int main(int count, char **arguments) {
    struct task *alone = (struct task *)calloc(threads, sizeof *alone);
    struct task *together = (struct task *)calloc(threads, sizeof *together);
    const int repetitions = count > 2 ? atoi(arguments[2]) : 1;
    int k, repetition;
    CHECK(count >= 2 && repetitions > 0 && alone && together);
    for (k = 0; k < threads; k++) {
        prepare(&alone[k], k, arguments[1]);
        work(&alone[k]);
    }
    for (repetition = 0; repetition < repetitions; repetition++) {
        pthread_t handles[threads];
        for (k = 0; k < threads; k++) {
            prepare(&together[k], k, arguments[1]);
            CHECK(pthread_create(&handles[k], NULL, work, &together[k]) == 0);
        }
        for (k = 0; k < threads; k++) CHECK(pthread_join(handles[k], NULL) == 0);
        for (k = 0; k < threads; k++) CHECK(memcmp(&alone[k], &together[k], sizeof *alone) == 0);
    }
    free(alone);
    free(together);
    printf("threads: all checks passed, %d times %d threads\n", repetitions, (int)threads);
    return 0;
}
