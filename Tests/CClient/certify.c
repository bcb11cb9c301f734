/* Column generation, and networks of any origin beside the global optimum. */
#include "check.h"

enum { NEURONS = 3 };

int main(void) {
    zt_problem *problem = line_problem();
    zt_model *all = empty_model(), *grown = empty_model(), *best = empty_model();
    zt_audit audit;
    double beta;

    /* The program over all patterns, and the one that finds its own. */
    CHECK(zt_problem_use_all_patterns(problem) == ZT_OK);
    CHECK(zt_train(problem, NULL, all) == ZT_OK);
    beta = zt_model_beta(all);
    CHECK(zt_problem_set_growth(problem, 1) == ZT_OK);
    CHECK(zt_problem_sample_patterns(problem, 2, 1) == ZT_OK);
    CHECK(zt_problem_set_beta(problem, beta) == ZT_OK);
    CHECK(zt_train(problem, NULL, grown) == ZT_OK);
    CHECK(zt_model_scope(grown) == ZT_ALL_NEURONS && zt_model_outcome(grown) == ZT_OPTIMAL);
    CHECK(fabs(zt_model_objective(grown) - zt_model_objective(all)) <= 2e-6 * zt_model_objective(all));
    CHECK(zt_problem_set_growth(problem, 0) == ZT_OK);

    /* The optimum is one. */
    {
        const size_t m = zt_model_neurons(grown);
        double *hidden = (double *)malloc((2 * m + 1) * sizeof *hidden);
        double *outputs = (double *)malloc((m + 1) * sizeof *outputs);
        CHECK(hidden != NULL && outputs != NULL && m > 0);
        CHECK(zt_model_layers(grown, hidden, 2, outputs, 1, NULL, NULL) == ZT_OK);
        memset(&audit, 0, sizeof audit);
        audit.struct_size = sizeof audit;
        CHECK(zt_certify(problem, NULL, m, hidden, 2, outputs, 1, NULL, NULL, &audit, best) == ZT_OK);
        CHECK(audit.scope == ZT_ALL_NEURONS && audit.is_stationary == 1);
        CHECK(audit.objective - audit.lower_bound <= 3e-6 * audit.objective);
        CHECK(fabs(audit.objective - zt_model_objective(grown)) <= 1e-9 * audit.objective);
        free(hidden);
        free(outputs);
    }

    /* Another network is not, and a better one comes with the answer. */
    {
        const double hidden[2 * NEURONS] = {1, 0, -1, 0.1, 0.5, 0.5}, outputs[NEURONS] = {0.9, 0.8, -0.2};
        CHECK(zt_certify(problem, NULL, NEURONS, hidden, 2, outputs, 1, NULL, NULL, &audit, best) == ZT_OK);
        CHECK(audit.lower_bound <= zt_model_objective(all) * (1 + 1e-9) && audit.lower_bound > 0);
        CHECK(audit.best_objective < audit.objective && audit.own_optimum <= audit.objective);
        CHECK(audit.is_stationary == 0 && zt_model_objective(best) <= audit.best_objective * (1 + 1e-5));

        /* A program that knows less of the audit gets less. */
        memset(&audit, 0, sizeof audit);
        audit.struct_size = offsetof(zt_audit, own_optimum);
        CHECK(zt_certify(problem, NULL, NEURONS, hidden, 2, outputs, 1, NULL, NULL, &audit, NULL) == ZT_OK);
        CHECK(audit.objective > audit.lower_bound && audit.own_optimum == 0);

        /* Misuse. */
        audit.struct_size = 0;
        CHECK(zt_certify(problem, NULL, NEURONS, hidden, 2, outputs, 1, NULL, NULL, &audit, NULL) ==
              ZT_INVALID);
        audit.struct_size = sizeof audit;
        CHECK(zt_certify(problem, NULL, NEURONS, NULL, 2, outputs, 1, NULL, NULL, &audit, NULL) ==
              ZT_INVALID);
        CHECK(zt_certify(problem, NULL, NEURONS, hidden, 1, outputs, 1, NULL, NULL, &audit, NULL) ==
              ZT_INVALID);
        CHECK(zt_certify(problem, NULL, NEURONS, hidden, 2, outputs, 1, NULL, NULL, NULL, NULL) ==
              ZT_INVALID);
        CHECK(zt_certify(NULL, NULL, NEURONS, hidden, 2, outputs, 1, NULL, NULL, &audit, NULL) == ZT_INVALID);
        CHECK(zt_problem_set_beta_ratio(problem, 0.1) == ZT_OK);
        CHECK(zt_certify(problem, NULL, NEURONS, hidden, 2, outputs, 1, NULL, NULL, &audit, NULL) ==
              ZT_INVALID);
        CHECK(strstr(zt_problem_message(problem), "beta") != NULL);
    }
    CHECK(zt_problem_set_growth(NULL, 1) == ZT_INVALID);
    zt_model_destroy(all);
    zt_model_destroy(grown);
    zt_model_destroy(best);
    zt_problem_destroy(problem);
    printf("certify: growth and audits hold\n");
    return 0;
}
