/// Churn and worth of every account from a model's order and spend estimates.
#pragma once

#include <kam/base/executor.hpp>
#include <kam/scoring/model.hpp>
#include <kam/scoring/score_row.hpp>
#include <kam/scoring/scorer.hpp>

namespace kam::scoring {

struct OrderBlocks {
  ChurnBlock churn;
  WorthBlock worth;
};

/// NaN throughout where the model has no estimate.
[[nodiscard]] Result<OrderBlocks> orders_of(const Model& model,
                                            const portfolio::OrderSummary& summary,
                                            const ScoreRequest& request, const Executor& executor);

}  // namespace kam::scoring
