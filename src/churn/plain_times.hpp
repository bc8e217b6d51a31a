/// Event times of rows that all count once and were seen from the beginning: what a curve needs,
/// without a risk set. A million rows want two columns read, not a table of rows built.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <kam/base/columns.hpp>

namespace kam::churn {

/// What is told of the rows beside their event times.
struct PlainTotals {
  std::size_t rows = 0;
  double longest = 0;
};

/// Counts of whole durations below kMostWhole: a contract's months, a subscriber's days.
class WholeTimes {
 public:
  static constexpr std::size_t kMostWhole = 4096;

  /// False if a duration is no such number or a row cannot be used.
  bool count(const SurvivalColumns& columns) {
    // Rows in turn to two tables: a counter just written is not read again at once.
    for (std::size_t i = 0; i < columns.rows(); ++i) {
      const double t = columns.duration[i], event = columns.event[i];
      if (!(t >= 0 && t < static_cast<double>(kMostWhole))) return false;
      const auto whole = static_cast<std::uint32_t>(t);
      if (static_cast<double>(whole) != t || !(event == 0 || event == 1)) return false;
      ++counts_[i % 2][2 * whole + (event == 1 ? 1 : 0)];
    }
    totals_.rows = columns.rows();
    return true;
  }

  /// add(time, rows at risk, events) for every time with an event, ascending.
  template <class Add>
  PlainTotals visit(const Add& add) {
    std::size_t at_risk = totals_.rows;
    for (std::size_t t = 0; t < kMostWhole; ++t) {
      const std::size_t censored = of(2 * t), events = of(2 * t + 1);
      if (censored + events > 0) totals_.longest = static_cast<double>(t);
      if (events > 0) add(static_cast<double>(t), at_risk, events);
      at_risk -= censored + events;
    }
    return totals_;
  }

 private:
  [[nodiscard]] std::size_t of(std::size_t i) const {
    return std::size_t{counts_[0][i]} + counts_[1][i];
  }

  std::array<std::array<std::uint32_t, 2 * kMostWhole>, 2> counts_{};
  PlainTotals totals_;
};

/// Any durations, sorted by their bits, events first.
class SortedTimes {
 public:
  /// False if a row cannot be used.
  bool sort(const SurvivalColumns& columns) {
    n_ = columns.rows();
    keys_ = std::make_unique_for_overwrite<std::uint64_t[]>(n_);
    std::uint64_t low = ~std::uint64_t{0}, high = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      const double t = columns.duration[i], event = columns.event[i];
      if (!(t >= 0 && t - t == 0 && (event == 0 || event == 1))) return false;
      events_ += event == 1 ? 1 : 0;
      const std::uint64_t key = std::bit_cast<std::uint64_t>(t + 0.0) << 1 | (event == 1 ? 0U : 1U);
      low = std::min(low, key);
      high = std::max(high, key);
      keys_[i] = key;
    }
    if (n_ > 0) sort_upper_digits(low, high);
    finish();
    return true;
  }

  [[nodiscard]] std::size_t events() const { return events_; }

  template <class Add>
  PlainTotals visit(const Add& add) const {
    for (std::size_t begin = 0, end = 0; begin < n_; begin = end) {
      std::size_t events = 0;
      for (end = begin; end < n_ && keys_[end] >> 1 == keys_[begin] >> 1; ++end)
        events += (keys_[end] & 1) == 0 ? 1u : 0u;
      if (events > 0) add(time(begin), n_ - begin, events);
    }
    return {n_, n_ > 0 ? time(n_ - 1) : 0};
  }

 private:
  static constexpr unsigned kDigit = 11, kDigits = 3;
  static constexpr std::size_t kBuckets = std::size_t{1} << kDigit;

  [[nodiscard]] double time(std::size_t i) const { return std::bit_cast<double>(keys_[i] >> 1); }

  /// By the leading 33 bits in which the keys differ: few neighbours are out of order then.
  void sort_upper_digits(std::uint64_t base, std::uint64_t highest) {
    const auto bits = static_cast<unsigned>(std::bit_width(highest - base));
    const unsigned skipped = bits > kDigits * kDigit ? bits - kDigits * kDigit : 0;
    const auto digit = [&](std::uint64_t key, unsigned pass) {
      return static_cast<std::size_t>((key - base) >> (skipped + pass * kDigit)) & (kBuckets - 1);
    };
    std::array<std::array<std::uint32_t, kBuckets>, kDigits> next{};
    for (std::size_t i = 0; i < n_; ++i)
      for (unsigned pass = 0; pass < kDigits; ++pass) ++next[pass][digit(keys_[i], pass)];
    auto other = std::make_unique_for_overwrite<std::uint64_t[]>(n_);
    for (unsigned pass = 0; pass < kDigits; ++pass) {
      if (next[pass][digit(keys_[0], pass)] == n_) continue;
      std::uint32_t begin = 0;
      for (std::uint32_t& bucket : next[pass]) begin += std::exchange(bucket, begin);
      for (std::size_t i = 0; i < n_; ++i) other[next[pass][digit(keys_[i], pass)]++] = keys_[i];
      keys_.swap(other);
    }
  }

  /// By the other bits: neighbours change places; a crowd of almost equal times is sorted instead.
  void finish() {
    std::size_t moves = 0;
    for (std::size_t i = 1; i < n_; ++i) {
      const std::uint64_t key = keys_[i];
      std::size_t j = i;
      for (; j > 0 && keys_[j - 1] > key; --j) keys_[j] = keys_[j - 1];
      keys_[j] = key;
      moves += i - j;
      if (moves > 8 * n_) return std::sort(keys_.get(), keys_.get() + n_);
    }
  }

  std::size_t n_ = 0, events_ = 0;
  std::unique_ptr<std::uint64_t[]> keys_;
};

}  // namespace kam::churn
