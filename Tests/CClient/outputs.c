/* Networks with several outputs, other losses, slopes and skip connections. Arrays are as long as they have to be, on the
 * heap, where valgrind and the sanitizers see a number read or written beyond them. */
#include "check.h"

enum { ROWS = 15, FEATURES = 2, CLASSES = 3 };

static double points[ROWS * FEATURES], classes[ROWS], shares[ROWS * CLASSES], values[ROWS * (CLASSES + 1)];

/* Three classes by the angle of a point, and three smooth values with a gap between rows. */
static void fill(void) {
    size_t k, o;
    for (k = 0; k < ROWS; k++) {
        const double angle = 2.4 * (double)k, radius = 0.5 + 0.1 * (double)k;
        points[2 * k] = radius * cos(angle);
        points[2 * k + 1] = radius * sin(angle);
        classes[k] = floor(fmod(angle, 6.283185307) / 2.0943952);
        for (o = 0; o < CLASSES; o++) {
            shares[CLASSES * k + o] = classes[k] == (double)o;
            values[4 * k + o] = fabs(points[2 * k] - 0.3 * (double)o) + points[2 * k + 1];
        }
        values[4 * k + 3] = NAN;
    }
}

static double *numbers(size_t count) {
    double *result = (double *)malloc((count ? count : 1) * sizeof *result);
    size_t k;
    CHECK(result != NULL);
    for (k = 0; k < count; k++) result[k] = -7;
    return result;
}

static zt_problem *class_problem(void) {
    zt_problem *problem = NULL;
    CHECK(zt_problem_create(&problem) == ZT_OK);
    CHECK(zt_problem_set_data(problem, ROWS, FEATURES, points, FEATURES, classes) == ZT_OK);
    CHECK(zt_problem_set_softmax(problem, CLASSES, 1.0 / ROWS) == ZT_OK);
    CHECK(zt_problem_sample_patterns(problem, 20, 3) == ZT_OK);
    CHECK(zt_problem_set_beta_ratio(problem, 0.02) == ZT_OK);
    return problem;
}

/* The outputs from the layers alone. */
static void forward(zt_model *model, double on, double off, int gated, int input_bias, double *result) {
    const size_t c = zt_model_outputs(model), m = zt_model_neurons(model), width = zt_model_width(model);
    const size_t all = zt_model_hidden_width(model), heads = zt_model_output_weights(model);
    double *hidden = numbers(m * all), *alpha = numbers(m * heads), *biases = numbers(c);
    double *gates = numbers(m * width), *skip = numbers(FEATURES * c), row[FEATURES + 1];
    size_t k, j, o, i, part;
    CHECK(width == FEATURES + (input_bias ? 1u : 0u) && zt_model_features(model) == FEATURES);
    CHECK(zt_model_layers(model, hidden, all, alpha, heads, biases, zt_model_has_skip(model) ? skip : NULL) ==
          ZT_OK);
    if (gated) CHECK(zt_model_gates(model, gates, width) == ZT_OK);
    for (k = 0; k < ROWS; k++) {
        row[0] = points[2 * k];
        row[1] = points[2 * k + 1];
        row[2] = 1;
        for (o = 0; o < c; o++) {
            result[c * k + o] = biases[o];
            if (zt_model_has_skip(model)) result[c * k + o] += row[0] * skip[o] + row[1] * skip[c + o];
        }
        for (j = 0; j < m; j++) {
            for (part = 0; part < all / width; part++) {
                double product = 0, gate = 0, value;
                for (i = 0; i < width; i++) {
                    product += hidden[j * all + part * width + i] * row[i];
                    if (gated) gate += gates[j * width + i] * row[i];
                }
                value = product * ((gated ? gate : product) >= 0 ? on : off);
                if (heads == 1)
                    result[c * k + part] += alpha[j] * value;
                else
                    for (o = 0; o < c; o++) result[c * k + o] += alpha[j * heads + o] * value;
            }
        }
    }
    free(hidden);
    free(alpha);
    free(biases);
    free(gates);
    free(skip);
}

/* Trains, and holds what the model says against its layers, before and after it was in a file. */
static double trained(zt_problem *problem, zt_model *model, double on, double off, int gated, int input_bias,
                      const char *path) {
    size_t c, k, round;
    double objective;
    CHECK(zt_train(problem, NULL, model) == ZT_OK && zt_model_outcome(model) == ZT_OPTIMAL);
    objective = zt_model_objective(model);
    CHECK(objective >= zt_model_dual(model));
    c = zt_model_outputs(model);
    for (round = 0; round < 2; round++) {
        double *outputs = numbers(ROWS * c), *expected = numbers(ROWS * c);
        CHECK(zt_predict_outputs(model, ROWS, FEATURES, points, FEATURES, c, outputs) == ZT_OK);
        forward(model, on, off, gated, input_bias, expected);
        for (k = 0; k < ROWS * c; k++) CHECK(fabs(outputs[k] - expected[k]) < 1e-9);
        CHECK(zt_predict_outputs(model, ROWS, FEATURES, points, FEATURES, c + 1, outputs) == ZT_INVALID);
        CHECK(zt_predict_outputs(model, ROWS, FEATURES, points, FEATURES, 0, outputs) == ZT_INVALID);
        CHECK(zt_predict_outputs(model, ROWS, FEATURES, points, FEATURES, c, NULL) == ZT_INVALID);
        CHECK(zt_predict_outputs(model, 0, FEATURES, NULL, FEATURES, c, NULL) == ZT_OK);
        CHECK(zt_predict_outputs(model, SIZE_MAX, FEATURES, points, FEATURES, c, outputs) != ZT_OK);
        CHECK(zt_predict_outputs(model, SIZE_MAX / 16, FEATURES, points, FEATURES, c, outputs) != ZT_OK);
        free(outputs);
        free(expected);
        CHECK(zt_model_save(model, path) == ZT_OK && zt_model_load(model, path) == ZT_OK);
        CHECK(zt_model_objective(model) == objective);
    }
    return objective;
}

/* Functions for one output a row refuse, and have written nothing. */
static void older_functions(zt_model *model) {
    double *outputs = numbers(ROWS), *hidden = numbers(1), *alpha = numbers(1), bias = -7;
    size_t k;
    CHECK(zt_predict(model, ROWS, FEATURES, points, FEATURES, outputs) == ZT_INVALID);
    CHECK(strstr(zt_model_message(model), "zt_predict_outputs"));
    CHECK(zt_model_weights(model, hidden, zt_model_width(model), alpha, &bias) == ZT_INVALID);
    CHECK(strstr(zt_model_message(model), "zt_model_layers"));
    for (k = 0; k < ROWS; k++) CHECK(outputs[k] == -7);
    CHECK(hidden[0] == -7 && alpha[0] == -7 && bias == -7);
    free(outputs);
    free(hidden);
    free(alpha);
}

static void strides(zt_model *model) {
    const size_t m = zt_model_neurons(model), all = zt_model_hidden_width(model);
    const size_t heads = zt_model_output_weights(model);
    double *hidden = numbers(m * all), *apart = numbers(m * (all + 2)), *alpha = numbers(m * (heads + 1));
    size_t j, i;
    CHECK(zt_model_layers(model, hidden, all, NULL, 0, NULL, NULL) == ZT_OK);
    CHECK(zt_model_layers(model, apart, all + 2, alpha, heads + 1, NULL, NULL) == ZT_OK);
    for (j = 0; j < m; j++) {
        for (i = 0; i < all; i++) CHECK(apart[j * (all + 2) + i] == hidden[j * all + i]);
        CHECK(apart[j * (all + 2) + all] == -7 && alpha[j * (heads + 1) + heads] == -7);
    }
    hidden[0] = -7;
    CHECK(zt_model_layers(model, hidden, all - 1, NULL, 0, NULL, NULL) == ZT_INVALID);
    CHECK(zt_model_layers(model, hidden, all, alpha, heads - 1, NULL, NULL) == ZT_INVALID && hidden[0] == -7);
    CHECK(zt_model_layers(model, hidden, SIZE_MAX / 8, NULL, 0, NULL, NULL) == ZT_INVALID);
    CHECK(zt_model_layers(NULL, NULL, 0, NULL, 0, NULL, NULL) == ZT_INVALID);
    free(hidden);
    free(apart);
    free(alpha);
}

static void norms(zt_model *model, const char *path) {
    zt_problem *problem = class_problem();
    double per_class, nuclear, frobenius;
    CHECK(zt_problem_set_beta(problem, 0.01) == ZT_OK);
    CHECK(zt_problem_set_network(problem, ZT_GATED_RELU, 1, 1) == ZT_OK);
    per_class = trained(problem, model, 1, 0, 1, 1, path);
    CHECK(zt_model_outputs(model) == CLASSES && zt_model_output_weights(model) == CLASSES);
    CHECK(zt_model_hidden_width(model) == zt_model_width(model) && !zt_model_has_skip(model));
    older_functions(model);
    strides(model);
    CHECK(zt_problem_set_output_norm(problem, ZT_NUCLEAR) == ZT_OK);
    nuclear = trained(problem, model, 1, 0, 1, 1, path);
    strides(model);
    CHECK(zt_problem_set_output_norm(problem, ZT_FROBENIUS) == ZT_OK);
    frobenius = trained(problem, model, 1, 0, 1, 1, path);
    CHECK(zt_model_hidden_width(model) == CLASSES * zt_model_width(model));
    CHECK(zt_model_output_weights(model) == 1);
    older_functions(model);
    strides(model);
    CHECK(frobenius <= nuclear && nuclear <= per_class);
    /* The exact network has no program for the others. */
    CHECK(zt_problem_set_network(problem, ZT_RELU, 0, 1) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_UNSUPPORTED && zt_model_objective(model) == frobenius);
    CHECK(zt_problem_set_output_norm(problem, ZT_PER_CLASS) == ZT_OK);
    trained(problem, model, 1, 0, 0, 0, path);
    /* Distributions in place of labels. */
    CHECK(zt_problem_set_data_targets(problem, ROWS, FEATURES, points, FEATURES, CLASSES, shares, CLASSES) ==
          ZT_OK);
    {
        const double before = zt_model_objective(model);
        CHECK(trained(problem, model, 1, 0, 0, 0, path) == before);
    }
    CHECK(zt_problem_set_softmax(problem, 2, 1) == ZT_OK && zt_train(problem, NULL, model) == ZT_INVALID);
    zt_problem_destroy(problem);
}

static void losses(zt_model *model, const char *path) {
    zt_problem *problem = class_problem();
    double squared, half;
    CHECK(zt_problem_set_data_targets(problem, ROWS, FEATURES, points, FEATURES, CLASSES, values, 4) ==
          ZT_OK);
    CHECK(zt_problem_set_network(problem, ZT_RELU, 1, 1) == ZT_OK);
    CHECK(zt_problem_set_loss(problem, ZT_SQUARED, 1) == ZT_OK && zt_problem_set_beta(problem, 0.1) == ZT_OK);
    CHECK(zt_problem_set_activation(problem, 1, -1) == ZT_OK);
    squared = trained(problem, model, 1, -1, 0, 1, path);
    /* Errors are below delta, where both are squares. */
    CHECK(zt_problem_set_huber(problem, 100, 1) == ZT_OK);
    CHECK(fabs(trained(problem, model, 1, -1, 0, 1, path) - squared) < 1e-5 * squared);
    CHECK(zt_problem_set_loss(problem, ZT_ABSOLUTE, 1) == ZT_OK);
    trained(problem, model, 1, -1, 0, 1, path);
    CHECK(zt_problem_set_activation(problem, 1, 0.25) == ZT_OK && zt_problem_set_skip(problem, 1) == ZT_OK);
    CHECK(zt_problem_set_huber(problem, 0.1, 1) == ZT_OK);
    half = trained(problem, model, 1, 0.25, 0, 1, path);
    CHECK(half > 0 && zt_model_has_skip(model) == 1);
    /* A linear map needs no neurons. */
    CHECK(zt_problem_set_data(problem, ROWS, FEATURES, points, FEATURES, points) == ZT_OK);
    CHECK(zt_problem_set_loss(problem, ZT_SQUARED, 1) == ZT_OK);
    CHECK(zt_problem_set_data_targets(problem, ROWS, FEATURES, points, FEATURES, FEATURES, points,
                                      FEATURES) == ZT_OK);
    CHECK(zt_train(problem, NULL, model) == ZT_OK && zt_model_neurons(model) == 0);
    CHECK(zt_model_objective(model) < 1e-20 && zt_model_dual(model) <= zt_model_objective(model));
    zt_problem_destroy(problem);

    problem = line_problem();
    CHECK(zt_problem_set_data(problem, 8, 1, x, 1, labels) == ZT_OK);
    CHECK(zt_problem_set_loss(problem, ZT_HINGE, 1) == ZT_OK && zt_train(problem, NULL, model) == ZT_OK);
    {
        double *outputs = numbers(8), *again = numbers(8);
        size_t k;
        CHECK(zt_predict(model, 8, 1, x, 1, outputs) == ZT_OK);
        CHECK(zt_predict_outputs(model, 8, 1, x, 1, 1, again) == ZT_OK);
        for (k = 0; k < 8; k++) CHECK(outputs[k] * labels[k] > 0 && outputs[k] == again[k]);
        free(outputs);
        free(again);
    }
    zt_problem_destroy(problem);
}

static void bad_arguments(void) {
    const double bad[5] = {NAN, INFINITY, -INFINITY, 0, -1};
    zt_problem *problem = class_problem();
    zt_model *model = empty_model();
    size_t k;
    CHECK(zt_problem_set_softmax(NULL, 3, 1) == ZT_INVALID && zt_problem_set_huber(NULL, 1, 1) == ZT_INVALID);
    CHECK(zt_problem_set_activation(NULL, 1, 0) == ZT_INVALID && zt_problem_set_skip(NULL, 1) == ZT_INVALID);
    CHECK(zt_problem_set_output_norm(NULL, ZT_NUCLEAR) == ZT_INVALID);
    CHECK(zt_problem_set_data_targets(NULL, 1, 1, x, 1, 1, y, 1) == ZT_INVALID);
    CHECK(zt_problem_set_data_targets(problem, 8, 1, x, 1, 1, NULL, 1) == ZT_INVALID);
    CHECK(zt_problem_set_data_targets(problem, 8, 1, x, 1, 0, y, 1) == ZT_INVALID);
    CHECK(zt_problem_set_data_targets(problem, 4, 1, x, 1, 2, y, 1) == ZT_INVALID);
    CHECK(zt_problem_set_data_targets(problem, 4, 1, x, 1, SIZE_MAX, y, SIZE_MAX) == ZT_SIZE_OVERFLOW);
    CHECK(zt_problem_set_data_targets(problem, 4, 1, x, 1, 1, y, SIZE_MAX / 4) != ZT_OK);
    for (k = 0; k < 5; k++) {
        CHECK(zt_problem_set_softmax(problem, 3, bad[k]) == ZT_INVALID);
        CHECK(zt_problem_set_huber(problem, bad[k], 1) == ZT_INVALID);
        CHECK(zt_problem_set_huber(problem, 1, bad[k]) == ZT_INVALID);
        if (k < 3) CHECK(zt_problem_set_activation(problem, bad[k], 0) == ZT_INVALID);
        if (k < 3) CHECK(zt_problem_set_activation(problem, 1, bad[k]) == ZT_INVALID);
    }
    CHECK(zt_problem_set_activation(problem, 0, 0) == ZT_INVALID);
    CHECK(zt_problem_set_activation(problem, 1e21, 0) == ZT_INVALID);
    CHECK(zt_problem_set_softmax(problem, 0, 1) == ZT_INVALID &&
          zt_problem_set_softmax(problem, 1, 1) == ZT_INVALID);
    CHECK(zt_problem_set_softmax(problem, SIZE_MAX, 1) == ZT_SIZE_OVERFLOW);
    CHECK(zt_problem_set_output_norm(problem, (enum zt_output_norm)3) == ZT_UNSUPPORTED);
    CHECK(zt_problem_set_loss(problem, (enum zt_loss)5, 1) == ZT_UNSUPPORTED);
    /* None of that has changed the problem; more classes than there is memory for are an error of training. */
    CHECK(zt_train(problem, NULL, model) == ZT_OK && zt_model_outcome(model) == ZT_OPTIMAL);
    CHECK(zt_problem_set_softmax(problem, SIZE_MAX / 2, 1) == ZT_OK &&
          zt_train(problem, NULL, model) != ZT_OK);
    CHECK(zt_model_outputs(model) == CLASSES);
    zt_model_destroy(model);
    model = empty_model();
    CHECK(!zt_model_outputs(model) && !zt_model_hidden_width(model) && !zt_model_output_weights(model));
    CHECK(!zt_model_has_skip(model) && !zt_model_outputs(NULL) && !zt_model_has_skip(NULL));
    CHECK(zt_predict_outputs(model, 8, 1, x, 1, 1, points) == ZT_INVALID);
    CHECK(zt_predict_outputs(NULL, 8, 1, x, 1, 1, points) == ZT_INVALID);
    CHECK(zt_model_layers(model, NULL, 0, NULL, 0, NULL, NULL) == ZT_INVALID);
    zt_model_destroy(model);
    zt_problem_destroy(problem);
}

int main(int count, char **arguments) {
    zt_model *model = empty_model();
    CHECK(count == 2);
    fill();
    norms(model, arguments[1]);
    losses(model, arguments[1]);
    bad_arguments();
    zt_model_destroy(model);
    puts("outputs: all checks passed");
    return 0;
}
