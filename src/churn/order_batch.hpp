/// Batches of order models: tiles of rows through the block kernels, distinct (x, T) computed once.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <kam/churn/order_model.hpp>

#include "numeric/batch.hpp"
#include "numeric/grouping.hpp"
#include "simd/math_n.hpp"

namespace kam::detail {

inline Status check_call(const OrderModel& model, const OrderColumns& accounts,
                         std::size_t out_rows) {
  if (Status s = check(model); !s.ok()) return s;
  if (Status s = check_sizes(accounts); !s.ok()) return s;
  return check_size("out", out_rows, accounts.rows());
}

inline auto reason_of(const OrderColumns& accounts) {
  return [&accounts](std::size_t i) {
    return order_row_reason(accounts.frequency[i], accounts.recency[i], accounts.age[i]);
  };
}

/// Models that leave right after an order: P(alive) in closed form, ready for the block kernels.
template <class Parameters>
inline constexpr bool kLeavesAtOrders =
    requires(const Parameters& p) { log_odds_of_silence(p, 0.0, 0.0); };

using numeric::for_each_tile;
using numeric::kTileRows;

/// odds[i] := P(alive) from the log odds of having left.
inline void alive_from_log_odds(std::span<double> odds) {
  double e[kTileRows];
  for (std::size_t i = 0; i < odds.size(); ++i) e[i] = -std::fabs(odds[i]);
  simd::exp_n(e, odds.size());
  for (std::size_t i = 0; i < odds.size(); ++i) odds[i] = (odds[i] > 0 ? e[i] : 1) / (1 + e[i]);
}

/// `low` for a NaN too; unlike fmax no call.
inline double at_least(double value, double low) {
  return value > low ? value : low;
}

/// order_row_reason(...) == none, without branches: good rows are the rule.
inline bool usable_row(const OrderColumns& accounts, std::size_t i) {
  const double x = accounts.frequency[i], t_x = accounts.recency[i], T = accounts.age[i];
  const bool counts = (x >= 0) & (x < 9e15) & (x == static_cast<double>(static_cast<long long>(x)));
  return counts & (t_x >= 0) & (t_x <= T) & (T < HUGE_VAL) & ((x > 0) | (t_x == 0));
}

/// P(alive) by the scalar formula, for models without kLeavesAtOrders.
template <class Parameters>
void fill_alive_row_by_row(const Parameters& p, const OrderColumns& accounts, std::size_t begin,
                           std::span<double> tile) {
  for (std::size_t i = 0; i < tile.size(); ++i) {
    const std::size_t row = begin + i;
    tile[i] =
        probability_alive(p, accounts.frequency[row], accounts.recency[row], accounts.age[row]);
  }
}

/// What accounts of equal (x, T) share.
struct Shared {
  double log_odds, order_rate, value;
};

/// The distinct pairs (x, T) of a portfolio, and to which each row belongs.
///
/// Ages are few (days of a calendar) and order counts small, so a pair is usually found in a table
/// of ages x counts; whatever does not fit there goes through a hash.
class Pairs {
 public:
  using Key = std::array<double, 2>;

  explicit Pairs(const OrderColumns& accounts) : pair_of_(accounts.rows(), numeric::kNoGroup) {
    for (std::size_t i = 0; i < accounts.rows(); ++i) {
      if (usable_row(accounts, i)) pair_of_[i] = find(accounts.frequency[i], accounts.age[i]);
    }
  }
  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }
  /// kNoGroup for a row that cannot be read.
  [[nodiscard]] std::uint32_t of(std::size_t row) const { return pair_of_[row]; }

 private:
  static constexpr std::size_t kCounts = 32, kMostAges = 8192;

  std::uint32_t find(double x, double T) {
    if (x < kCounts && ages_.size() < kMostAges) {
      const std::uint32_t age = ages_.insert({T}, numeric::Groups<1>::hash({T}));
      if (table_.size() < ages_.size() * kCounts)
        table_.resize(ages_.size() * kCounts, numeric::kNoGroup);
      return known(table_[age * kCounts + static_cast<std::size_t>(x)], x, T);
    }
    const std::uint32_t group = others_.insert({x, T}, numeric::Groups<2>::hash({x, T}));
    if (group == pair_of_other_.size()) pair_of_other_.push_back(numeric::kNoGroup);
    return known(pair_of_other_[group], x, T);
  }
  std::uint32_t known(std::uint32_t& pair, double x, double T) {
    if (pair == numeric::kNoGroup) {
      pair = static_cast<std::uint32_t>(keys_.size());
      keys_.push_back({x, T});
    }
    return pair;
  }

  std::vector<std::uint32_t> pair_of_;
  std::vector<Key> keys_;
  numeric::Groups<1> ages_;
  std::vector<std::uint32_t> table_;  // [age][count]
  numeric::Groups<2> others_;
  std::vector<std::uint32_t> pair_of_other_;
};

/// out[i] = P(alive) * if_alive(x, T). The second factor is the dear one and depends on (x, T)
/// only: each distinct pair is computed once, by the scalar formula.
template <class Parameters, class IfAlive>
BatchReport batch_times_alive(const Parameters& p, const OrderColumns& accounts,
                              std::span<double> out, const Executor& executor,
                              const IfAlive& if_alive) {
  const Pairs pairs(accounts);
  std::vector<Shared> shared(pairs.keys().size());
  const bool finished =
      for_each_block(executor, shared.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
          const auto [x, T] = pairs.keys()[g];
          shared[g].value = if_alive(p, x, T);
          if constexpr (kLeavesAtOrders<Parameters>) {
            shared[g].log_odds = log_odds_of_silence(p, x, T);
            shared[g].order_rate = p.r + x;
          }
        }
      });
  if (!finished) return numeric::failed({StatusCode::cancelled, "cancelled by the executor"});
  const auto fill = [&](std::size_t begin, std::span<double> tile) {
    if constexpr (!kLeavesAtOrders<Parameters>) {
      fill_alive_row_by_row(p, accounts, begin, tile);
      for (std::size_t i = 0; i < tile.size(); ++i) {
        if (pairs.of(begin + i) != numeric::kNoGroup) tile[i] *= shared[pairs.of(begin + i)].value;
      }
      return;
    } else {
      double log_t[kTileRows];
      for (std::size_t i = 0; i < tile.size(); ++i) {
        log_t[i] = at_least(p.alpha + accounts.recency[begin + i], p.alpha);
      }
      simd::log_n(log_t, tile.size());
      for (std::size_t i = 0; i < tile.size(); ++i) {
        if (pairs.of(begin + i) == numeric::kNoGroup) continue;
        const Shared& of_pair = shared[pairs.of(begin + i)];
        tile[i] = of_pair.log_odds - of_pair.order_rate * log_t[i];
      }
      alive_from_log_odds(tile);
      for (std::size_t i = 0; i < tile.size(); ++i) {
        if (pairs.of(begin + i) != numeric::kNoGroup) tile[i] *= shared[pairs.of(begin + i)].value;
      }
    }
  };
  const auto usable = [&](std::size_t i) { return pairs.of(i) != numeric::kNoGroup; };
  return for_each_tile(out, executor, usable, reason_of(accounts), fill);
}

}  // namespace kam::detail
