#include <kam/concentration/revenue_at_risk.hpp>

#include <algorithm>
#include <new>
#include <numeric>

#include <kam/base/bernoulli_sum.hpp>
#include <kam/base/columns.hpp>

#include "concentration/compensated_sum.hpp"
#include "concentration/loss_block.hpp"

namespace kam {

using concentration_detail::CompensatedSum;
using concentration_detail::LossAccount;
using concentration_detail::LossBlock;

namespace {

constexpr std::size_t kMostCells = std::size_t{1} << 20;

Status check_call(const LossColumns& columns, const RevenueAtRiskOptions& options) {
  if (Status s = check_size("p_loss", columns.p_loss.size(), columns.rows()); !s.ok()) return s;
  if (!columns.sector.empty()) {
    if (Status s = check_size("sector", columns.sector.size(), columns.rows()); !s.ok()) return s;
  }
  if (!(options.correlation >= 0.0 && options.correlation <= 1.0)) {
    return invalid_argument("correlation", "between 0 and 1", options.correlation);
  }
  if (!(options.level > 0.0 && options.level < 1.0)) {
    return invalid_argument("level", "above 0 and below 1", options.level);
  }
  if (options.cells > kMostCells) {
    return invalid_argument("cells", "at most 2^20", static_cast<double>(options.cells));
  }
  return {};
}

RowReason reason_of(double value, double p) {
  if (!std::isfinite(value) || !std::isfinite(p)) return RowReason::not_finite;
  const bool inside = value >= 0.0 && value <= kMostExposure && p >= 0.0 && p <= 1.0;
  return inside ? RowReason::none : RowReason::out_of_domain;
}

}  // namespace

struct RevenueAtRiskBuilder {
  const LossColumns& columns;
  const RevenueAtRiskOptions& options;
  RevenueAtRisk result{};
  std::vector<std::size_t> rows{};         // those used
  std::vector<double> tail_probability{};  // P(B_j = 1 | the worst 1 − q), per used row

  Result<RevenueAtRisk> run() {
    take_rows();
    if (rows.empty()) {
      return Status{StatusCode::insufficient_data, "`value` and `p_loss` have no usable row"};
    }
    const bool one_factor = columns.sector.empty();
    if (Status s = options.correlation == 1.0 && one_factor ? together() : on_grid(); !s.ok()) {
      return s;
    }
    finish();
    return std::move(result);
  }

 private:
  void take_rows() {
    CompensatedSum total, expected;
    for (std::size_t i = 0; i < columns.rows(); ++i) {
      const RowReason reason = reason_of(columns.value[i], columns.p_loss[i]);
      if (reason != RowReason::none) {
        result.report.rejected(i, reason);
        continue;
      }
      result.report.scored();
      rows.push_back(i);
      total.add(columns.value[i]);
      expected.add(columns.value[i] * columns.p_loss[i]);
    }
    result.accounts = rows.size();
    result.total = total.value();
    result.expected_loss = expected.value();
    result.level = options.level;
    tail_probability.assign(rows.size(), 0.0);
  }

  // --- ρ = 1: the likeliest go first, so L takes one value per distinct probability --------------

  Status together() {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto p = [this](std::size_t k) { return columns.p_loss[rows[k]]; };
    const auto v = [this](std::size_t k) { return columns.value[rows[k]]; };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return p(a) != p(b) ? p(a) > p(b) : v(a) > v(b);
    });
    CompensatedSum lost;
    double before = 1.0;
    for (std::size_t k : order) {
      if (v(k) == 0.0) continue;
      add_loss(lost.value(), before - p(k));
      before = p(k);
      lost.add(v(k));
    }
    add_loss(lost.value(), before);
    const WorstPart tail = set_tail();
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const double here = result.probability[tail.at];
      const double at = std::clamp(p(k) - tail.above, 0.0, here);
      tail_probability[k] = (std::min(p(k), tail.above) + tail.blend * at) / (1.0 - options.level);
    }
    result.same_ = 1e-12 * result.total;
    result.sd = std::sqrt(spread_of_losses());
    return {};
  }

  void add_loss(double loss, double probability) {
    if (!(probability > 0.0)) return;
    result.loss.push_back(loss);
    result.probability.push_back(probability);
  }

  double spread_of_losses() const {
    CompensatedSum variance;
    for (std::size_t i = 0; i < result.loss.size(); ++i) {
      const double away = result.loss[i] - result.expected_loss;
      variance.add(result.probability[i] * away * away);
    }
    return variance.value();
  }

  // --- on a grid, by conditional independence ----------------------------------------------------

  Status on_grid() {
    std::vector<double> amounts;
    amounts.reserve(rows.size());
    for (std::size_t row : rows) amounts.push_back(columns.value[row]);
    const std::size_t rounded = options.correlation > 0.0 ? 16'384 : 65'536;
    const auto grid = options.cells == 0 ? amount_grid(amounts, 1'000'000, rounded)
                                         : amount_grid(amounts, options.cells, options.cells);
    if (!grid) return grid.error();
    const std::vector<LossBlock> blocks = make_blocks(*grid);
    const std::vector<GridPmf> others = all_but_one(blocks);
    const GridPmf total = convolve(others[0], blocks[0].mixture());
    set_losses(total, *grid, add_moments(blocks, grid->unit()));
    const WorstPart tail = set_tail();
    const std::ptrdiff_t cell = cell_of(total, tail.at);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      add_tail_probabilities(blocks[b], others[b], tail.blend, cell);
    }
    if (!grid->exact) bound_grid_error(blocks, grid->unit());
    return {};
  }

  std::vector<LossBlock> make_blocks(const AmountGrid& grid) const {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto sector = [this](std::size_t k) {
      return columns.sector.empty() || options.correlation == 0.0 ? 0 : columns.sector[rows[k]];
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sector(a) < sector(b); });
    std::vector<LossBlock> blocks;
    for (std::size_t i = 0; i < order.size();) {
      std::vector<LossAccount> accounts;
      for (const auto own = sector(order[i]); i < order.size() && sector(order[i]) == own; ++i) {
        const std::size_t k = order[i];
        const double amount = columns.value[rows[k]];
        const double residue = grid.exact ? 0.0 : amount / grid.unit() - grid.cells[k];
        accounts.push_back({amount, columns.p_loss[rows[k]], grid.cells[k], residue, k});
      }
      blocks.emplace_back(std::move(accounts), options.correlation);
    }
    return blocks;
  }

  /// For every block the law of the loss of all the others.
  static std::vector<GridPmf> all_but_one(const std::vector<LossBlock>& blocks) {
    std::vector<GridPmf> others(blocks.size());
    for (std::size_t b = 1; b < blocks.size(); ++b) {
      others[b] = convolve(others[b - 1], blocks[b - 1].mixture());
    }
    GridPmf after;
    for (std::size_t b = blocks.size(); b-- > 1;) {
      after = convolve(after, blocks[b].mixture());
      others[b - 1] = convolve(others[b - 1], after);
    }
    return others;
  }

  /// Mean, sd and the number of states; the answer is the mean residue [money].
  double add_moments(const std::vector<LossBlock>& blocks, double unit) {
    double mean = 0.0, variance = 0.0, residue = 0.0;
    result.factor_nodes = 0;
    for (const LossBlock& block : blocks) {
      mean += block.mean;
      variance += block.variance;
      residue += block.residue_mean * unit;
      result.factor_nodes += block.nodes();
    }
    result.sd = std::sqrt(variance);
    result.quadrature_error = std::fabs(mean - result.expected_loss);
    return residue;
  }

  void set_losses(const GridPmf& total, const AmountGrid& grid, double shift) {
    result.unit = grid.unit();
    result.same_ = 1e-9 * grid.unit();
    for (std::size_t i = 0; i < total.probability.size(); ++i) {
      const double cell = static_cast<double>(total.first + static_cast<std::ptrdiff_t>(i));
      // A mean put back may lie below the smallest loss by less than a cell.
      const double loss = grid.exact ? grid.amount(cell) : cell * grid.unit() + shift;
      add_loss(std::max(0.0, loss), total.probability[i]);
    }
  }

  /// The cell of the i-th possible loss.
  static std::ptrdiff_t cell_of(const GridPmf& pmf, std::size_t possible) {
    std::size_t i = 0;
    for (;; ++i) {
      if (pmf.probability[i] > 0.0 && possible-- == 0) break;
    }
    return pmf.first + static_cast<std::ptrdiff_t>(i);
  }

  /// Given the state of its factor an account is independent of all others, of its block or not:
  /// P(B = 1, L in the tail) = p(g)·P(L without it in the tail less its cells).
  void add_tail_probabilities(const LossBlock& block, const GridPmf& others, double blend,
                              std::ptrdiff_t cell) {
    std::vector<double> p;
    for (std::size_t node = 0; node < block.nodes(); ++node) {
      const GridPmf own = block.given(node, p);
      const GridTail tail(
          others.probability.size() == 1 && others.first == 0 ? own : convolve(others, own), blend);
      const double weight = block.weight(node) / (1.0 - options.level);
      for (std::size_t j = 0; j < p.size(); ++j) {
        const LossAccount& a = block.accounts()[j];
        if (!(p[j] > 0.0)) continue;
        const auto without = cell - static_cast<std::ptrdiff_t>(a.cells);
        tail_probability[a.row] += weight * p[j] * tail.above_without(a.cells, p[j], without);
      }
    }
  }

  /// The mean of the true loss over any event of probability 1 − q is at most its expected
  /// shortfall, and shortfalls are subadditive: ES(L) <= ES(rounded) + ES(residue), the latter at
  /// most sd·√(q/(1 − q)) for a residue of mean 0 (Cantelli).
  void bound_grid_error(const std::vector<LossBlock>& blocks, double unit) {
    double variance = 0.0;
    for (const LossBlock& block : blocks) variance += block.residue_variance;
    CompensatedSum true_mean;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      true_mean.add(columns.value[rows[k]] * tail_probability[k]);
    }
    const double odds = options.level / (1.0 - options.level);
    const double most = result.expected_shortfall + unit * std::sqrt(variance * odds);
    result.expected_shortfall = true_mean.value();
    result.grid_error = std::max(0.0, most - true_mean.value());
  }

  // --- both --------------------------------------------------------------------------------------

  WorstPart set_tail() {
    const WorstPart tail = worst_part(result.probability, options.level, rows.size());
    CompensatedSum beyond;
    for (std::size_t i = result.loss.size(); i-- > tail.at + 1;) {
      beyond.add(result.loss[i] * result.probability[i]);
    }
    const double at = result.loss[tail.at], here = result.probability[tail.at];
    result.value_at_risk = at;
    result.expected_shortfall =
        (beyond.value() + at * (1.0 - options.level - tail.above)) / (1.0 - options.level);
    result.expected_shortfall = std::max(at, result.expected_shortfall);
    result.tail_mean = std::max(at, (beyond.value() + at * here) / (tail.above + here));
    return tail;
  }

  void finish() {
    result.tail_contribution.assign(columns.rows(), kNaN);
    result.tail_share.assign(columns.rows(), kNaN);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const double part = columns.value[rows[k]] * tail_probability[k];
      result.tail_contribution[rows[k]] = part;
      if (result.expected_shortfall > 0.0) {
        result.tail_share[rows[k]] = part / result.expected_shortfall;
      }
    }
    result.above_.resize(result.loss.size());
    double above = 0.0;
    for (std::size_t i = result.loss.size(); i-- > 0;) {
      result.above_[i] = std::min(1.0, above);
      above += result.probability[i];
    }
  }
};

Result<RevenueAtRisk> revenue_at_risk(const LossColumns& columns,
                                      const RevenueAtRiskOptions& options) try {
  if (Status s = check_call(columns, options); !s.ok()) return s;
  return RevenueAtRiskBuilder{columns, options}.run();
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the distribution of losses"};
}

double RevenueAtRisk::probability_above(double x) const noexcept {
  if (std::isnan(x)) return kNaN;
  const auto next = std::upper_bound(loss.begin(), loss.end(), x + same_);
  if (next == loss.begin()) return 1.0;
  return above_[static_cast<std::size_t>(next - loss.begin()) - 1];
}

}  // namespace kam
