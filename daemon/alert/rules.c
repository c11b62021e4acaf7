/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/rules.h"

void rules_of(const struct config *config, struct alert_rules *out)
{
    const struct settings *settings = config_settings(config);
    *out = (struct alert_rules){.ack_expiry_s = settings->alerts.ack_expiry_s,
                                .escalate_critical_s = settings->alerts.escalate_critical_s,
                                .escalate_s = settings->alerts.escalate_s,
                                .escalations_max = settings->alerts.escalations_max,
                                .refer_accept_s = settings->alerts.refer_accept_s,
                                .answer_closes = settings->alerts.answer_closes};
    out->config = config;
    out->ladders = config_ladders(config, &out->ladder_count);
}
