/// The score row, made of blocks: each part of kam contributes a few columns, one value per
/// account. NaN is NA; `notes` of the row, or `column_notes` of the table, say why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <kam/base/date.hpp>

namespace kam::scoring {

enum class RowStatus : std::uint8_t {
  ok = 0,
  insufficient,  ///< history or data too thin for a part of the row; the notes say which
  invalid,       ///< the row's data contradict each other
};
[[nodiscard]] const char* row_status_name(RowStatus status) noexcept;

/// Bits of a row's notes.
enum RowNote : std::uint32_t {
  kNoOrders = 1u << 0,           ///< no order up to as_of: nothing is known of its behaviour
  kOneOrder = 1u << 1,           ///< one order only: its rhythm is the portfolio's
  kNoOrderModel = 1u << 2,       ///< too few repeat orders in the portfolio for an order model
  kSpendUndefined = 1u << 3,     ///< the expected spend does not exist
  kValueNotCovered = 1u << 4,    ///< no dimension has enough of its indicators
  kNegativeRevenue = 1u << 5,    ///< net revenue below zero: no share of the whole
  kMarginOfPortfolio = 1u << 6,  ///< no costs of its own: its worth has the portfolio's margin
};
/// Stable names of the bits that are set, lowest first.
[[nodiscard]] std::vector<const char*> row_note_names(std::uint32_t notes);

/// What happened, from the feature table.
struct FactsBlock {
  std::vector<double> net_revenue;      ///< whole history [money]
  std::vector<double> net_revenue_12m;  ///< [money]
  std::vector<double> cm3_12m;          ///< [money]
  std::vector<double> cts_12m;          ///< [money]
  std::vector<double> order_count, orders_12m, days_since_last;
};

/// The scorecard and its reasons.
struct ValueBlock {
  std::vector<double> value_index, coverage;             ///< 0-100; 0-1
  std::vector<double> value_lo, value_hi;                ///< missing data and weight uncertainty
  std::vector<std::vector<double>> dimension_scores;     ///< [dimension][row], 0-100
  std::vector<std::vector<double>> dimension_coverages;  ///< [dimension][row], 0-1
  std::vector<std::vector<double>> dimension_lo, dimension_hi;  ///< [dimension][row], 0-100
  std::vector<double> risk_credit, risk_cooperation;  ///< 0-100, high = bad; parts of `risk`
  std::vector<std::vector<double>> indicator_scores;  ///< [indicator][row], 0-100; stand-ins too
  std::vector<std::vector<double>> observed;  ///< [indicator][row], 0-1: freshness, 0 = missing
  std::vector<std::vector<double>> effective_weights;  ///< [indicator][row], 0-1
  std::vector<std::vector<double>> reason_points;      ///< [indicator][row], signed, exact
  std::vector<double> coverage_points;                 ///< the reason "data coverage"
  std::vector<std::vector<double>> rule_points;        ///< [rule][row]: caps, floors, vetoes
  std::vector<double> additive_index, additive_lo, additive_hi;  ///< before rules; empty if none
  double reference_index = 0;  ///< value index of the reference row
};

/// Will it buy again within the churn horizon?
struct ChurnBlock {
  std::vector<double> p_churn, p_churn_lo, p_churn_hi;  ///< P(no order within the horizon)
  std::vector<double> p_alive;                          ///< P(still a customer at as_of)
};

/// What it is worth, in money: margin or revenue, as ScoreTable::value_in_margin says. Of an
/// account sold below cost both are negative.
struct WorthBlock {
  std::vector<double> eav, eav_lo, eav_hi;  ///< expected account value over the value span
  std::vector<double> expected_loss;        ///< p_churn times the value given that it stays
  std::vector<double> expected_loss_open;  ///< the part of it still to come: alive now, then silent
};

struct ColumnNote {
  std::string column, reason;
};

struct ScoreTable {
  std::size_t accounts = 0;
  FactsBlock facts;
  ValueBlock value;
  ChurnBlock churn;
  WorthBlock worth;
  std::vector<RowStatus> status;
  std::vector<std::uint32_t> notes;  ///< RowNote bits
  bool value_in_margin = false;      ///< worth is margin less expected credit loss; else revenue
  std::string basis;                 ///< what p_churn rests on: the order model; empty if none
  double basis_events = 0;           ///< repeat orders behind it
  std::string model_version, config_hash;
  Day as_of = kNoDay;
  double churn_horizon_days = 0, value_years = 0, discount = 0, interval_level = 0;
  std::vector<ColumnNote> column_notes;  ///< columns that are NA throughout, and why
};

}  // namespace kam::scoring
