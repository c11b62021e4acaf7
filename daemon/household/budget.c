/* SPDX-License-Identifier: Apache-2.0 */
#include "household/budget.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/zone.h"

#define HOURS_A_YEAR 8766.0
#define WANTED_LEAST 100.0
#define FIFTH        0.2

#define NAME(constant, name) [constant] = (name),
const char *const budget_verdict_names[BUDGET_VERDICT_COUNT] = {BUDGET_VERDICTS(NAME)};

static struct budget_group *group_of(struct budget *budget, const struct census_group *counted)
{
    for (size_t i = 0; i < budget->count; i++)
        if (budget->groups[i].budget_milli == counted->budget_milli &&
            budget->groups[i].population == counted->population)
            return &budget->groups[i];
    if (budget->count == budget->room) {
        budget->room = budget->room ? budget->room * 2 : CENSUS_GROUPS_MAX;
        budget->groups = memory_grow(budget->groups, budget->room * sizeof *budget->groups);
    }
    struct budget_group *group = &budget->groups[budget->count++];
    *group = (struct budget_group){.budget_milli = counted->budget_milli,
                                   .population = counted->population};
    return group;
}

static void add(struct budget_group *group, const struct census_group *counted,
                const struct pace *paces)
{
    double yearly = counted->budget_milli / 1000.0, factor = 1.0, training = 1.0;
    double years = (double)counted->n[CENSUS_HOURS] / CENSUS_SCALE / HOURS_A_YEAR;
    if (yearly > 0.0) {
        double price = population_price(paces, counted->population, yearly);
        factor = price / yearly;
        training = paces ? pace_training(&paces[counted->population], price) : 1.0;
    }
    bool first = group->factor_least <= 0.0;
    group->years += years;
    group->priced += (double)counted->n[CENSUS_RAISED] / CENSUS_SCALE;
    group->others += (double)counted->n[CENSUS_OTHERS] / CENSUS_SCALE;
    group->factor_least = first || factor < group->factor_least ? factor : group->factor_least;
    group->factor_most = factor > group->factor_most ? factor : group->factor_most;
    group->factor_years += factor * years;
    group->training_years += training * years;
}

void budget_take(struct budget *budget, struct census *census, int64_t now_ms)
{
    struct census_table lately;
    int32_t number = 0;
    budget->partitions++;
    if (census_sums(census, &number)) {
        budget->counted++;
        if (!budget->snapshot_old || number < budget->snapshot_old)
            budget->snapshot_old = number;
        if (number > budget->snapshot_new)
            budget->snapshot_new = number;
    }
    census_lately(census, &lately);
    for (size_t i = 0; i < lately.count; i++) {
        const struct census_group *counted = &lately.groups[i];
        add(group_of(budget, counted), counted,
            budget->steered ? census_paces(census, now_ms, counted->budget_milli / 1000.0) : NULL);
    }
}

static int by_population(const void *a, const void *b)
{
    const struct budget_group *one = a, *two = b;
    if (one->population != two->population)
        return one->population < two->population ? -1 : 1;
    return (one->budget_milli > two->budget_milli) - (one->budget_milli < two->budget_milli);
}

static void member_number_or_null(struct buffer *json, const char *key, int32_t number)
{
    if (number)
        json_member_int(json, key, number);
    else
        json_member_null(json, key);
}

static enum budget_verdict judge(double came, double wanted)
{
    if (wanted < WANTED_LEAST)
        return BUDGET_TOO_FEW;
    if (came > wanted * (1.0 + FIFTH))
        return BUDGET_OVER;
    return came < wanted * (1.0 - FIFTH) ? BUDGET_UNDER : BUDGET_TRUE;
}

static void show_group(const struct budget_group *group, struct buffer *json)
{
    double yearly = group->budget_milli / 1000.0, years = group->years;
    json_put_item(json);
    buffer_text(json, "{");
    json_member_text(json, "population", population_names[group->population]);
    json_member_number(json, "budget", yearly, 3);
    json_member_number(json, "home_years", years, 2);
    json_member_number(json, "wanted", yearly * years, 1);
    json_member_number(json, "priced", group->priced, 1);
    json_member_number(json, "others", group->others, 1);
    json_member_text(json, "verdict",
                     budget_verdict_names[judge(group->priced + group->others, yearly * years)]);
    json_member_number(json, "factor", years > 0.0 ? group->factor_years / years : 1.0, 2);
    json_member_number(json, "factor_least", group->factor_least, 2);
    json_member_number(json, "factor_most", group->factor_most, 2);
    json_member_number(json, "training_percent",
                       years > 0.0 ? 100.0 * group->training_years / years : 100.0, 0);
    buffer_text(json, "}");
}

void budget_show(struct budget *budget, struct buffer *json)
{
    char since[TIME_TEXT_MAX];
    int32_t newest = budget->snapshot_new;
    if (budget->count)
        qsort(budget->groups, budget->count, sizeof *budget->groups, by_population);
    buffer_text(json, "{");
    json_member_bool(json, "steered", budget->steered);
    json_member_int(json, "partitions", budget->partitions);
    json_member_int(json, "counted", budget->counted);
    member_number_or_null(json, "snapshot", newest);
    member_number_or_null(json, "snapshot_oldest", budget->snapshot_old);
    json_member_text(json, "since",
                     newest ? time_format(census_week_from_ms(newest) / 1000, 0, since) : NULL);
    json_put_key(json, "groups");
    buffer_text(json, "[");
    for (size_t i = 0; i < budget->count; i++)
        show_group(&budget->groups[i], json);
    buffer_text(json, "]");
}

void budget_done(struct budget *budget)
{
    free(budget->groups);
    budget->groups = NULL;
    budget->count = budget->room = 0;
}
