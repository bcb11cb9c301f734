/* Saves a model: once, or over and over until it is killed. See .ci/kill-test. */
#include <stdio.h>
#include <string.h>

#include <zonotope.h>

#define ROWS 60

static int train(zt_model *model) {
    static double x[ROWS], y[ROWS];
    zt_problem *problem = NULL;
    for (int k = 0; k < ROWS; k++) {
        x[k] = k / 30.0 - 1;
        y[k] = x[k] * x[k] + (k % 3) / 50.0;
    }
    int ok = zt_problem_create(&problem) == ZT_OK &&
             zt_problem_set_data(problem, ROWS, 1, x, 1, y) == ZT_OK &&
             zt_problem_set_network(problem, ZT_RELU, 1, 0) == ZT_OK &&
             zt_problem_set_beta_ratio(problem, 0.001) == ZT_OK && zt_train(problem, NULL, model) == ZT_OK;
    zt_problem_destroy(problem);
    return ok;
}

int main(int count, char **arguments) {
    zt_model *model = NULL;
    if (count != 3 || zt_model_create(&model) != ZT_OK) return 2;
    const char *task = arguments[1], *path = arguments[2];
    int failed = 0;
    if (strcmp(task, "once") == 0) {
        failed = !train(model) || zt_model_save(model, path) != ZT_OK;
    } else {
        failed = zt_model_load(model, path) != ZT_OK || zt_model_neurons(model) == 0;
        if (strcmp(task, "forever") == 0 && !failed) {
            puts("saving");
            fflush(stdout);
            while (zt_model_save(model, path) == ZT_OK) continue;
            failed = 1;
        }
    }
    if (failed) fprintf(stderr, "%s\n", zt_model_message(model));
    zt_model_destroy(model);
    return failed;
}
