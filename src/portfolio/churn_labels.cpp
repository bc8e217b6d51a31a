#include <kam/portfolio/churn_labels.hpp>

#include <algorithm>

#include <kam/base/special.hpp>

#include "portfolio/guard.hpp"
#include "portfolio/label_rules.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

constexpr int kMostDays = 36525;

const char* const kDefinitions[] = {"contract_end", "contract_value", "silence", "spend",
                                    "categories"};

bool by_contract(LossDefinition d) {
  return d == LossDefinition::contract_end || d == LossDefinition::contract_value;
}

Status check_options(const LabelOptions& o) {
  const struct {
    const char* name;
    int value, low;
  } kDays[] = {{"horizon_days", o.horizon_days, 1},
               {"grace_days", o.grace_days, 0},
               {"active_days", o.active_days, 1}};
  for (const auto& d : kDays) {
    if (d.value >= d.low && d.value <= kMostDays) continue;
    return invalid_argument(d.name, d.low == 1 ? "1 to 36525" : "0 to 36525", d.value);
  }
  if (!(o.loss_share > 0.0 && o.loss_share <= 1.0)) {
    return invalid_argument("loss_share", "within (0, 1]", o.loss_share);
  }
  if (!(o.gap_factor >= 0.0 && o.gap_factor <= 100.0)) {
    return invalid_argument("gap_factor", "0 to 100", o.gap_factor);
  }
  return {};
}

/// Windows reach at most a hundred years to either side, which must be dates as well.
Status check_cuts(std::span<const Day> cuts) {
  constexpr Day kLow = to_day({1800, 1, 1}), kHigh = to_day({9700, 1, 1});
  if (cuts.empty()) return {StatusCode::invalid_argument, "`cuts` must hold a day, got none"};
  std::vector<Day> sorted(cuts.begin(), cuts.end());
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front() < kLow || sorted.back() > kHigh) {
    const Day wrong = sorted.front() < kLow ? sorted.front() : sorted.back();
    return invalid_argument("cuts", "dates of the years 1800 to 9699", wrong);
  }
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return {};
  return {StatusCode::invalid_argument,
          "`cuts` must be distinct, got twice " + format_date(*twice)};
}

Status check_call(const Portfolio& p, std::span<const RowVerdict> verdicts,
                  std::span<const Day> cuts, const LabelOptions& o) {
  if (Status s = check_options(o); !s.ok()) return s;
  if (Status s = check_cuts(cuts); !s.ok()) return s;
  if (Status s = check_as_of(o.as_of); !s.ok()) return s;
  if (by_contract(o.definition)) return check_columns(p.contracts, p.accounts.rows);
  if (o.definition == LossDefinition::categories && p.transactions.category.empty() &&
      p.transactions.rows() > 0) {
    return {StatusCode::invalid_argument, "`category` is needed by the definition categories"};
  }
  return check_call(p.transactions, verdicts, p.accounts.rows);
}

}  // namespace

const char* loss_definition_name(LossDefinition definition) noexcept {
  return kDefinitions[static_cast<int>(definition)];
}

Result<LossDefinition> parse_loss_definition(std::string_view name) {
  for (int i = 0; i < 5; ++i) {
    if (name == kDefinitions[i]) return static_cast<LossDefinition>(i);
  }
  return Status{StatusCode::invalid_argument,
                "`definition` must be contract_end, contract_value, silence, spend or categories, "
                "got '" +
                    std::string(name) + "'"};
}

const char* label_status_name(LabelStatus status) noexcept {
  constexpr const char* kNames[] = {"labelled", "not_at_risk", "history_short", "window_open",
                                    "value_missing"};
  return kNames[static_cast<int>(status)];
}

void add_label(ChurnLabels& labels, std::size_t account, const LabelWindow& w,
               const LabelVerdict& v) {
  const bool known = v.status == LabelStatus::labelled;
  labels.account.push_back(static_cast<Code>(account));
  labels.cut.push_back(w.cut);
  labels.window_end.push_back(w.end);
  labels.label.push_back(known ? (v.lost ? 1.0 : 0.0) : kNaN);
  labels.status.push_back(v.status);
  std::size_t* const counts[] = {&labels.labelled, &labels.not_at_risk, &labels.history_short,
                                 &labels.window_open, &labels.value_missing};
  ++*counts[static_cast<int>(v.status)];
  if (known && v.lost) ++labels.lost;
}

Result<ChurnLabels> churn_labels(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                                 std::span<const Day> cuts, const LabelOptions& options) {
  return guarded<Result<ChurnLabels>>([&]() -> Result<ChurnLabels> {
    if (Status s = check_call(portfolio, verdicts, cuts, options); !s.ok()) return s;
    ChurnLabels labels;
    if (by_contract(options.definition)) {
      label_contracts(portfolio, cuts, options, labels);
    } else {
      label_transactions(portfolio, verdicts, cuts, options, labels);
    }
    return labels;
  });
}

}  // namespace kam::portfolio
