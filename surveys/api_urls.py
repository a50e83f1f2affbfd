from django.urls import path

from surveys import (
    api,
    api_answers,
    api_consistency,
    api_costs,
    api_recovery,
    api_results,
    api_touchpoints,
    api_voices,
)

urlpatterns = [
    path("rewards/check", api.Check.as_view(), name="api_rewards_check"),
    path("rewards/redeem", api.Redeem.as_view(), name="api_rewards_redeem"),
    path("surveys/<slug:public_id>/answers", api_answers.Answers.as_view(), name="api_answers"),
    path("reports/recovery", api_recovery.Recovery.as_view(), name="api_recovery"),
    path("reports/recovery/currencies", api_recovery.Elsewhere.as_view(), name="api_recovery_elsewhere"),
    path("reports/recovery/customers", api_recovery.Behind.as_view(), name="api_recovery_people"),
    path("reports/consistency", api_consistency.ConsistencyOfMarks.as_view(), name="api_consistency"),
    path("reports/touchpoints", api_touchpoints.Touchpoints.as_view(), name="api_touchpoints"),
    path("reports/voices", api_voices.Voices.as_view(), name="api_voices"),
    path("reports/voices/customers", api_voices.Behind.as_view(), name="api_voices_people"),
    path("reports/rewards", api_costs.RewardCosts.as_view(), name="api_reward_costs"),
    path("surveys/<slug:public_id>/results", api_results.Results.as_view(), name="api_survey_results"),
]
