#include "churn/distinct_rows.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "numeric/grouping.hpp"
#include "numeric/radix_sort.hpp"

namespace kam::detail {
namespace {

RowReason reason_of(const OrderColumns& accounts, std::size_t i) {
  const RowReason reason =
      order_row_reason(accounts.frequency[i], accounts.recency[i], accounts.age[i]);
  if (!accounts.log_gaps.empty() && reason == RowReason::none) {
    const RowReason gaps =
        log_gaps_reason(accounts.frequency[i], accounts.recency[i], accounts.log_gaps[i]);
    if (gaps != RowReason::none) return gaps;
  }
  if (accounts.weight.empty() || reason != RowReason::none) return reason;
  const double weight = accounts.weight[i];
  if (!std::isfinite(weight)) return RowReason::not_finite;
  return weight < 0 ? RowReason::out_of_domain : RowReason::none;
}

bool keep(const OrderColumns& accounts, std::size_t i, BatchReport& report) {
  const RowReason reason = reason_of(accounts, i);
  reason == RowReason::none ? report.scored() : report.rejected(i, reason);
  return reason == RowReason::none;
}

double weight_of(const OrderColumns& accounts, std::size_t i) {
  return accounts.weight.empty() ? 1 : accounts.weight[i];
}

/// Over the rows that were kept.
void add_gaps(const OrderColumns& accounts, std::size_t i, TwofoldSum& gaps) {
  if (!accounts.log_gaps.empty()) gaps.add(weight_of(accounts, i) * accounts.log_gaps[i]);
}

/// The values of a column, numbered as they appear; sorted afterwards.
class Dictionary {
 public:
  static constexpr std::size_t kMost = 1U << 14;  // beyond the cache hashing whole rows is better

  std::uint32_t number(double value) {
    return groups_.insert({value}, numeric::Groups<1>::hash({value}));
  }
  [[nodiscard]] bool too_many() const { return groups_.size() > kMost; }
  [[nodiscard]] std::size_t size() const { return groups_.size(); }

  void sort() {
    std::vector<std::uint32_t> order(groups_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return groups_.keys()[a][0] < groups_.keys()[b][0];
    });
    rank_.resize(order.size());
    sorted_.resize(order.size());
    for (std::uint32_t r = 0; r < order.size(); ++r) {
      rank_[order[r]] = r;
      sorted_[r] = groups_.keys()[order[r]][0];
    }
  }
  [[nodiscard]] std::uint64_t rank(std::uint64_t number) const { return rank_[number]; }
  [[nodiscard]] double value(std::uint64_t rank) const { return sorted_[rank]; }

 private:
  numeric::Groups<1> groups_;
  std::vector<std::uint32_t> rank_;
  std::vector<double> sorted_;
};

/// A readable row: its code in the order of (x, T, t_x), and where it stood.
struct Coded {
  std::uint32_t code, row;
};

constexpr double kMostCount = 1 << 14;

}  // namespace

void DistinctRows::reserve(std::size_t n) {
  for (auto* column : {&x, &t_x, &T, &weight}) column->reserve(n);
}

void DistinctRows::add(double order_count, double last, double age, double w) {
  if (!(w > 0)) return;
  x.push_back(order_count);
  t_x.push_back(last);
  T.push_back(age);
  weight.push_back(w);
  total_weight += w;
  orders += w * order_count;
  time += w * age;
}

bool distinct_by_code(const OrderColumns& accounts, BatchReport& report, DistinctRows& rows) {
  if (accounts.rows() >= numeric::kNoGroup) return false;
  Dictionary ages, lasts;
  std::vector<std::uint64_t> numbers;  // x, age, last: 20 bits each
  std::vector<std::uint32_t> row;
  numbers.reserve(accounts.rows());
  row.reserve(accounts.rows());
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < accounts.rows(); ++i) {
    if (!keep(accounts, i, report)) continue;
    if (!(accounts.frequency[i] < kMostCount) || ages.too_many() || lasts.too_many()) return false;
    const auto x = static_cast<std::uint64_t>(accounts.frequency[i]);
    largest = std::max(largest, x);
    numbers.push_back((x << 40) | (std::uint64_t{ages.number(accounts.age[i])} << 20) |
                      lasts.number(accounts.recency[i]));
    row.push_back(static_cast<std::uint32_t>(i));
    add_gaps(accounts, i, rows.gaps);
  }
  const std::uint64_t codes = (largest + 1) * ages.size() * lasts.size();
  if (codes >= numeric::kNoGroup) return false;
  ages.sort();
  lasts.sort();
  std::vector<Coded> coded(numbers.size());
  constexpr std::uint64_t kPart = (1U << 20) - 1;
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const std::uint64_t of_age =
        (numbers[k] >> 40) * ages.size() + ages.rank((numbers[k] >> 20) & kPart);
    coded[k] = {static_cast<std::uint32_t>(of_age * lasts.size() + lasts.rank(numbers[k] & kPart)),
                row[k]};
  }
  numeric::radix_sort(coded, static_cast<unsigned>(std::bit_width(codes)),
                      [](const Coded& c) { return c.code; });
  for (std::size_t begin = 0, end = 0; begin < coded.size(); begin = end) {
    double weight = 0;
    for (end = begin; end < coded.size() && coded[end].code == coded[begin].code; ++end) {
      weight += weight_of(accounts, coded[end].row);
    }
    const std::uint64_t code = coded[begin].code, of_age = code / lasts.size();
    rows.add(static_cast<double>(of_age / ages.size()), lasts.value(code % lasts.size()),
             ages.value(of_age % ages.size()), weight);
  }
  return true;
}

DistinctRows distinct_by_hash(const OrderColumns& accounts, BatchReport& report) {
  DistinctRows distinct;
  std::vector<double> weight;
  const auto groups = numeric::group_rows<3>(
      {accounts.frequency, accounts.age, accounts.recency},
      [&](std::size_t i) { return keep(accounts, i, report); },
      [&](std::size_t i, std::uint32_t group) {
        if (group == weight.size()) weight.push_back(0);
        weight[group] += weight_of(accounts, i);
        add_gaps(accounts, i, distinct.gaps);
      });
  std::vector<std::uint32_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return groups.keys()[a] < groups.keys()[b]; });
  distinct.reserve(order.size());
  for (const std::uint32_t g : order) {
    const auto& [x, T, t_x] = groups.keys()[g];
    distinct.add(x, t_x, T, weight[g]);
  }
  return distinct;
}

DistinctRows distinct_rows(const OrderColumns& accounts, BatchReport& report) {
  DistinctRows rows;
  BatchReport counted;
  if (distinct_by_code(accounts, counted, rows)) {
    report = counted;
    return rows;
  }
  return distinct_by_hash(accounts, report);
}

}  // namespace kam::detail
