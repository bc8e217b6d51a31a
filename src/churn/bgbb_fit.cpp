/// The fit of BG/BB. All gamma functions of one likelihood differ by whole numbers, so that prefix
/// sums of ln(a + j), 1/(a + j) and 1/(a + j)^2 replace them: no special function, no cancellation.
#include <algorithm>
#include <vector>

#include <kam/churn/bgbb.hpp>

#include "churn/fit_arguments.hpp"
#include "numeric/fit_report.hpp"
#include "numeric/grouping.hpp"
#include "numeric/trust_region.hpp"

namespace kam::bgbb {
namespace {

using numeric::Evaluation;

/// One distinct row with its weight.
struct Row {
  double x, t_x, n, weight;
  bool operator<(const Row& o) const {
    return n != o.n ? n < o.n : x != o.x ? x < o.x : t_x < o.t_x;
  }
};

struct Data {
  std::vector<Row> rows;  // sorted: the answer does not depend on the order of the input
  double weight = 0, orders = 0, opportunities = 0, most = 0;
};

RowReason reason_of(const PeriodColumns& accounts, std::size_t i) {
  const RowReason reason =
      period_row_reason(accounts.frequency[i], accounts.recency[i], accounts.periods[i]);
  if (reason != RowReason::none) return reason;
  return churn::weight_reason(accounts.weight, i);
}

Data collapse(const PeriodColumns& accounts, BatchReport& report) {
  std::vector<double> weight;
  const auto groups = numeric::group_rows<3>(
      {accounts.frequency, accounts.recency, accounts.periods},
      [&](std::size_t i) {
        const RowReason reason = reason_of(accounts, i);
        reason == RowReason::none ? report.scored() : report.rejected(i, reason);
        return reason == RowReason::none;
      },
      [&](std::size_t i, std::uint32_t group) {
        if (group == weight.size()) weight.push_back(0);
        weight[group] += accounts.weight.empty() ? 1 : accounts.weight[i];
      });
  Data data;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& [x, t_x, n] = groups.keys()[g];
    if (weight[g] > 0) data.rows.push_back({x, t_x, n, weight[g]});
  }
  std::sort(data.rows.begin(), data.rows.end());
  for (const Row& row : data.rows) {
    data.weight += row.weight;
    data.orders += row.weight * row.x;
    data.opportunities += row.weight * row.n;
    data.most = std::max(data.most, row.n);
  }
  return data;
}

/// Sums over j < k of ln(a + j), 1/(a + j) and -1/(a + j)^2: ln (a)_k and its derivatives by a.
class Rising {
 public:
  Rising(double a, std::size_t most) : log_(most + 1), first_(most + 1), second_(most + 1) {
    for (std::size_t k = 0; k < most; ++k) {
      const double at = a + static_cast<double>(k), inverse = 1 / at;
      log_[k + 1] = log_[k] + std::log(at);
      first_[k + 1] = first_[k] + inverse;
      second_[k + 1] = second_[k] - inverse * inverse;
    }
  }
  [[nodiscard]] double log(std::size_t k) const { return log_[k]; }
  [[nodiscard]] double first(std::size_t k) const { return first_[k]; }
  [[nodiscard]] double second(std::size_t k) const { return second_[k]; }

 private:
  std::vector<double> log_, first_, second_;
};

/// Value, gradient and Hessian by (alpha, beta, gamma, delta), plain numbers.
struct Sums {
  double value = 0, g[4] = {}, h[4][4] = {};

  void add(const Sums& o) {
    value += o.value;
    for (int i = 0; i < 4; ++i) {
      g[i] += o.g[i];
      for (int j = 0; j < 4; ++j) h[i][j] += o.h[i][j];
    }
  }
};

/// ln of one path's probability with its derivatives: Hessians of the two Betas do not mix.
struct Path {
  double value, g[4], aa, ab, bb, cc, cd, dd;
};

class Likelihood {
 public:
  Likelihood(Data data, const Executor& executor) : data_(std::move(data)), executor_(executor) {}

  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  Evaluation operator()(const Eigen::VectorXd& log_parameters) {
    const Eigen::VectorXd values = log_parameters.array().exp();
    const auto most = static_cast<std::size_t>(data_.most) + 1;
    const Tables tables{{values[0], most}, {values[1], most}, {values[0] + values[1], most},
                        {values[2], 1},    {values[3], most}, {values[2] + values[3], most}};
    std::vector<Sums> blocks((data_.rows.size() + kBlockRows - 1) / kBlockRows);
    if (!for_each_block(executor_, data_.rows.size(),
                        [&](std::size_t block, std::size_t begin, std::size_t end) {
                          for (std::size_t i = begin; i < end; ++i)
                            add_row(tables, data_.rows[i], blocks[block]);
                        })) {
      cancelled_ = true;
    }
    Sums total;
    for (const Sums& block : blocks) total.add(block);
    if (cancelled_) total.value = kNaN;  // half a sum must not pass for a likelihood
    Evaluation at{total.value, Eigen::VectorXd(4), Eigen::MatrixXd(4, 4)};
    for (int i = 0; i < 4; ++i) {
      at.gradient[i] = total.g[i];
      for (int j = 0; j < 4; ++j) at.hessian(i, j) = total.h[i][j];
    }
    numeric::to_log_parameters(values, at);
    return at;
  }

 private:
  struct Tables {
    Rising alpha, beta, sum, gamma, delta, both;
  };

  /// x orders in t periods of being there; then it left at once (`left`), or is there at the end.
  static Path path(const Tables& k, std::size_t x, std::size_t t, bool left) {
    const std::size_t y = t - x, l = left ? 1 : 0;
    Path p{};
    p.value = k.alpha.log(x) + k.beta.log(y) - k.sum.log(t) + k.gamma.log(l) + k.delta.log(t) -
              k.both.log(t + l);
    p.g[0] = k.alpha.first(x) - k.sum.first(t);
    p.g[1] = k.beta.first(y) - k.sum.first(t);
    p.g[2] = k.gamma.first(l) - k.both.first(t + l);
    p.g[3] = k.delta.first(t) - k.both.first(t + l);
    p.ab = -k.sum.second(t);
    p.aa = k.alpha.second(x) + p.ab;
    p.bb = k.beta.second(y) + p.ab;
    p.cd = -k.both.second(t + l);
    p.cc = k.gamma.second(l) + p.cd;
    p.dd = k.delta.second(t) + p.cd;
    return p;
  }

  /// Moments of the paths' derivatives, weighted by the paths' probabilities.
  struct Mixture {
    double top, mass = 0, g[4] = {}, second[6] = {}, outer[4][4] = {};

    void scale(double factor) {
      mass *= factor;
      for (double& v : second) v *= factor;
      for (int i = 0; i < 4; ++i) {
        g[i] *= factor;
        for (int j = i; j < 4; ++j) outer[i][j] *= factor;
      }
    }
    /// Returns the weight of the path relative to exp(top).
    double add(const Path& p) {
      double w = std::exp(p.value - top);
      if (w > 1e100) {  // take this path as the new unit
        scale(std::exp(top - p.value));
        top = p.value;
        w = 1;
      }
      mass += w;
      const double own[6] = {p.aa, p.ab, p.bb, p.cc, p.cd, p.dd};
      for (int i = 0; i < 6; ++i) second[i] += w * own[i];
      for (int i = 0; i < 4; ++i) {
        g[i] += w * p.g[i];
        for (int j = i; j < 4; ++j) outer[i][j] += w * p.g[i] * p.g[j];
      }
      return w;
    }
  };

  /// ln of a sum of paths: gradients average over the paths given the data, Hessians average and
  /// add the covariance of the gradients (Louis 1982).
  static void add_row(const Tables& k, const Row& row, Sums& sums) {
    const auto x = static_cast<std::size_t>(row.x), n = static_cast<std::size_t>(row.n);
    const Path stayed = path(k, x, n, false);
    Mixture m{.top = stayed.value};
    m.add(stayed);
    for (auto t = static_cast<std::size_t>(row.t_x); t < n; ++t) {
      const double w = m.add(path(k, x, t, true));
      if (w * static_cast<double>(n - t) < 1e-18 * m.mass) break;  // paths of leaving only fall
    }
    const double whole[4][4] = {{m.second[0], m.second[1], 0, 0},
                                {m.second[1], m.second[2], 0, 0},
                                {0, 0, m.second[3], m.second[4]},
                                {0, 0, m.second[4], m.second[5]}};
    sums.value += row.weight * (m.top + std::log(m.mass));
    for (int i = 0; i < 4; ++i) {
      const double mean = m.g[i] / m.mass;
      sums.g[i] += row.weight * mean;
      for (int j = i; j < 4; ++j) {
        const double h = (whole[i][j] + m.outer[i][j]) / m.mass - mean * (m.g[j] / m.mass);
        sums.h[i][j] += row.weight * h;
        if (i != j) sums.h[j][i] += row.weight * h;
      }
    }
  }

  Data data_;
  const Executor& executor_;
  bool cancelled_ = false;
};

/// The best of a few shapes around the observed share of periods with an order.
Eigen::VectorXd start(Likelihood& likelihood) {
  const Data& data = likelihood.data();
  const double share = std::clamp(data.orders / data.opportunities, 1e-3, 0.9);
  Eigen::VectorXd best;
  double highest = -HUGE_VAL;
  for (const double order : {std::min(0.95, 1.3 * share), std::min(0.95, 2 * share)}) {
    for (const double leave : {0.03, 0.15, 0.4}) {
      const Eigen::Vector4d at{2 * order, 2 * (1 - order), 2 * leave, 2 * (1 - leave)};
      const Eigen::VectorXd point = at.array().log();
      const double value = likelihood(point).value;
      if (value > highest) {
        highest = value;
        best = point;
      }
    }
  }
  return best;
}

}  // namespace

Result<FitResult<Parameters>> fit(const PeriodColumns& accounts,
                                  const FitOptions<Parameters>& options, const Executor& executor) {
  if (Status s = check_sizes(accounts); !s.ok()) return s;
  if (Status s = churn::check_options(options); !s.ok()) return s;
  FitResult<Parameters> result;
  Likelihood likelihood(collapse(accounts, result.rows), executor);
  const Data& data = likelihood.data();
  if (!(data.orders > 0)) {
    return Status{StatusCode::insufficient_data,
                  "an order model needs at least one account with an order, got none"};
  }
  result.weight = data.weight;
  result.events = data.orders;
  Eigen::VectorXd first;
  if (options.start) {
    const auto values = options.start->values();
    first = Eigen::Map<const Eigen::Vector4d>(values.data()).array().log();
  } else {
    first = start(likelihood);
  }
  if (likelihood.cancelled()) return Status{StatusCode::cancelled, "cancelled by the executor"};
  const auto optimum = numeric::maximise(
      first, [&](const Eigen::VectorXd& at) { return likelihood(at); },
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations},
      [&] { return !likelihood.cancelled(); });
  if (likelihood.cancelled()) return Status{StatusCode::cancelled, "cancelled by the executor"};
  numeric::finish_fit(optimum, result);
  return result;
}

}  // namespace kam::bgbb
