/* SPDX-License-Identifier: Apache-2.0 */
#include "detectors/silence/score.h"

#include "detectors/num.h"

/* No data set of gas meters has been trained on; gas stops like water does. */
static const struct silence_model *const models[UTILITY_COUNT] = {
    [UTILITY_ELECTRICITY] = &silence_electricity_model,
    [UTILITY_WATER] = &silence_water_model,
    [UTILITY_GAS] = &silence_water_model,
};

const struct silence_model *silence_model_of(const struct household_view *view)
{
    int lead = silence_lead(view);
    return models[lead < 0 ? UTILITY_WATER : view->meters[lead].utility];
}

double silence_score(const struct silence_model *model, const float feature[FEATURE_COUNT])
{
    double score = model->base;
    for (int i = 0; i < model->tree_count; i++) {
        const struct silence_tree *tree = &model->trees[i];
        int node = 0;
        while (node < SILENCE_NODES)
            node = 2 * node + (feature[tree->feature[node]] <= tree->at[node] ? 1 : 2);
        score += (double)tree->leaf[node - SILENCE_NODES];
    }
    return score;
}

double silence_score_yearly(const struct silence_model *model, double score)
{
    double log = num_between(score, model->level, model->yearly_log, SILENCE_LEVELS);
    double above = score - model->level[SILENCE_LEVELS - 1];
    /* Rarer than the homes of the training can tell: as rare as the odds say. */
    return num_exp(above > 0.0 ? log - above : log);
}
