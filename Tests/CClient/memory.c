/* Memory refused at the k-th request, for every k until none is refused, in every function that asks for large arrays:
 * through the functions of the caller, and where the system itself refuses.
 *
 *     memory FILE [caller]     with "caller" only the former: valgrind puts its own functions in the system's place */
#include "check.h"

/* The library's own requests to the system, single blocks of zeroes, go through this function instead of the C
 * library's. */
static long system_left = -1;

#ifdef __cplusplus
#define FUNCTION_OF_C extern "C"
#define THROWS_NOTHING noexcept
#else
#define FUNCTION_OF_C
#define THROWS_NOTHING
#endif
/* Out of the compiler's sight, which would make a call of calloc of the two below. */
static void *(*volatile fill)(void *, int, size_t) = memset;
FUNCTION_OF_C void *calloc(size_t count, size_t bytes) THROWS_NOTHING {
    void *memory;
    if (count != 0 && bytes > SIZE_MAX / count) return NULL;
    if (count == 1 && system_left == 0) return NULL;
    if (count == 1 && system_left > 0) system_left--;
    memory = malloc(count * bytes);
    if (memory != NULL) fill(memory, 0, count * bytes);
    return memory;
}

struct scene {
    zt_problem *problem;
    zt_model *model;
    zt_settings settings;
    const char *path;
    /* Read and written between the calls. */
    double outputs[8];
};

typedef enum zt_status (*action)(struct scene *scene);

static enum zt_status train(struct scene *scene) {
    return zt_train(scene->problem, &scene->settings, scene->model);
}

static enum zt_status predict(struct scene *scene) {
    return zt_predict(scene->model, 8, 1, x, 1, scene->outputs);
}

static enum zt_status save(struct scene *scene) {
    return zt_model_save(scene->model, scene->path);
}

static enum zt_status load(struct scene *scene) {
    return zt_model_load(scene->model, scene->path);
}

static enum zt_status set_gates(struct scene *scene) {
    const double gates[6] = {1, 0, -1, 0, 1, 0.5};
    return zt_problem_set_gates(scene->problem, 3, 2, gates, 2);
}

static enum zt_status solve(struct scene *scene) {
    const char *json = "{\"format\":\"zonotope-problem\",\"version\":1,"
                       "\"data\":{\"x\":[[1],[-1],[0.5]],\"y\":[1,2,1]},\"loss\":{\"kind\":\"squared\"},"
                       "\"model\":{\"kind\":\"two-layer\",\"inputBias\":true},\"beta\":0.1}";
    char *text = NULL;
    enum zt_status status = zt_solve_json(json, strlen(json), &text);
    (void)scene;
    CHECK(text && !strstr(text, "\"error\"") == (status == ZT_OK));
    zt_free(text);
    return status;
}

/* Refuses the k-th request of each call. After a failure the model is what it was, everything has been given back, and
 * the same call succeeds where nothing is refused. */
static void refuse_each(const char *name, long *left, struct counter *counter, action act,
                        struct scene *scene) {
    const long kept = counter->live;
    const struct snapshot before = snapshot_of(scene->model);
    long k;
    for (k = 0;; k++) {
        enum zt_status status;
        struct snapshot after;
        *left = k;
        status = act(scene);
        *left = left == &system_left ? -1 : 1000000;
        CHECK(counter->live == kept);
        if (status == ZT_OK) break;
        CHECK(status == ZT_OUT_OF_MEMORY && k < 10000);
        if (act != solve) {
            const int on_problem = act == train || act == set_gates;
            const char *message =
                on_problem ? zt_problem_message(scene->problem) : zt_model_message(scene->model);
            CHECK(strstr(message, "memory"));
        }
        after = snapshot_of(scene->model);
        CHECK(same(&before, &after));
        if (k % 8 == 0) CHECK(act(scene) == ZT_OK && counter->live == kept);
        if (act == train) CHECK(zt_model_load(scene->model, scene->path) == ZT_OK);
    }
    CHECK(k > 0);
    printf("memory: %s, %ld requests\n", name, k);
}

/* Every function, with the networks, solvers and patterns that ask for different arrays. */
static void refuse_everywhere(long *left, struct counter *counter, struct scene *scene) {
    const enum zt_solver solvers[3] = {ZT_ADMM, ZT_FISTA, ZT_ADMM};
    int solver, network, patterns;
    for (solver = 0; solver < 3; solver++) {
        for (network = 0; network < 2; network++) {
            for (patterns = 0; patterns < 3; patterns++) {
                zt_problem *problem = scene->problem;
                char name[64];
                CHECK(zt_problem_set_network(problem, network ? ZT_GATED_RELU : ZT_RELU, 1, 1) == ZT_OK);
                if (patterns == 0) CHECK(zt_problem_use_all_patterns(problem) == ZT_OK);
                if (patterns == 1) CHECK(zt_problem_sample_patterns(problem, 20, 1) == ZT_OK);
                if (patterns == 2) CHECK(set_gates(scene) == ZT_OK);
                scene->settings.solver = solvers[solver];
                scene->settings.precision = solver == 2 ? ZT_FLOAT : ZT_DOUBLE;
                CHECK(train(scene) == ZT_OK && save(scene) == ZT_OK && load(scene) == ZT_OK);
                snprintf(name, sizeof name, "train, solver %d, network %d, patterns %d", solver, network,
                         patterns);
                refuse_each(name, left, counter, train, scene);
            }
        }
    }
    refuse_each("set_gates", left, counter, set_gates, scene);
    refuse_each("predict", left, counter, predict, scene);
    refuse_each("save", left, counter, save, scene);
    refuse_each("load", left, counter, load, scene);
}

int main(int count, char **arguments) {
    struct counter counter = {0, 1000000, 0}, none = {0, 0, 0};
    struct scene scene;
    CHECK(count >= 2);
    memset(&scene, 0, sizeof scene);
    scene.problem = line_problem();
    scene.model = empty_model();
    scene.path = arguments[1];
    CHECK(zt_settings_init(&scene.settings, sizeof scene.settings) == ZT_OK);
    /* Enough for Newton's method to be tried, and for all arrays to have been asked for. */
    scene.settings.iterations = 120;

    CHECK(zt_problem_set_memory(scene.problem, count_up, count_down, &counter) == ZT_OK);
    CHECK(zt_model_set_memory(scene.model, count_up, count_down, &counter) == ZT_OK);
    refuse_everywhere(&counter.left, &counter, &scene);
    CHECK(counter.live == 1);
    /* The functions of the settings come before those of the problem, whose gates stay where they are. */
    scene.settings.allocate = count_up;
    scene.settings.release = count_down;
    scene.settings.memory_context = &none;
    counter.requests = 0;
    CHECK(train(&scene) == ZT_OUT_OF_MEMORY && none.requests == 1 && counter.requests == 0);
    refuse_each("train by the settings", &none.left, &none, train, &scene);
    scene.settings.allocate = NULL;
    scene.settings.release = NULL;
    /* Gates go back to where they came from. */
    CHECK(zt_problem_set_memory(scene.problem, NULL, NULL, NULL) == ZT_OK && counter.live == 1);
    CHECK(zt_model_set_memory(scene.model, NULL, NULL, NULL) == ZT_OK);
    CHECK(set_gates(&scene) == ZT_OK && counter.live == 0);

    if (count == 2) {
        refuse_everywhere(&system_left, &none, &scene);
        refuse_each("solve_json", &system_left, &none, solve, &scene);
    }
    zt_problem_destroy(scene.problem);
    zt_model_destroy(scene.model);
    CHECK(counter.live == 0 && none.live == 0);
    puts("memory: all checks passed");
    return 0;
}
