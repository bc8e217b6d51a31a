/// How a label is decided, one account and one window at a time.
#pragma once

#include <span>

#include <kam/portfolio/churn_labels.hpp>

namespace kam::portfolio {

/// Money that falls by exactly δ has not fallen by more, whatever the last bits say.
inline constexpr double kLossRounding = 1e-12;

/// What is said of one account on one cut.
struct LabelVerdict {
  LabelStatus status;
  bool lost = false;
};

/// The window of one row: (cut, end].
struct LabelWindow {
  Day cut, end;
};

/// Appends the row of an account.
void add_label(ChurnLabels& labels, std::size_t account, const LabelWindow& window,
               const LabelVerdict& verdict);

/// contract_end and contract_value.
void label_contracts(const Portfolio& portfolio, std::span<const Day> cuts,
                     const LabelOptions& options, ChurnLabels& labels);

/// silence, spend and categories.
void label_transactions(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                        std::span<const Day> cuts, const LabelOptions& options,
                        ChurnLabels& labels);

}  // namespace kam::portfolio
