#include <kam/base/bernoulli_sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "numeric/fourier_convolution.hpp"

namespace kam {
namespace {

constexpr double kDropped = 1e-30;  // of the whole mass, over all steps together
constexpr double kDirectProducts = 0x1p22;

/// Takes off both ends what is at most `limit` each.
void trim(GridPmf& pmf, double limit) {
  std::vector<double>& p = pmf.probability;
  std::size_t low = 0, high = p.size();
  for (double sum = 0.0; high > 1 && (sum += p[high - 1]) <= limit;) --high;
  for (double sum = 0.0; low + 1 < high && (sum += p[low]) <= limit;) ++low;
  p.resize(high);
  p.erase(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(low));
  pmf.first += static_cast<std::ptrdiff_t>(low);
}

/// sum of `taps` (a law on 0, stride, 2 stride, …) and `pmf`; `work` keeps its memory.
void spread(GridPmf& pmf, const GridPmf& taps, std::size_t stride, std::vector<double>& work) {
  const std::size_t size = pmf.probability.size(), many = taps.probability.size();
  work.assign(size + stride * (many - 1), 0.0);
  const double* from = pmf.probability.data();
  for (std::size_t t = 0; t < many; ++t) {
    double* to = work.data() + stride * t;
    const double weight = taps.probability[t];
    for (std::size_t k = 0; k < size; ++k) to[k] += weight * from[k];
  }
  pmf.probability.swap(work);
  pmf.first += taps.first * static_cast<std::ptrdiff_t>(stride);
}

/// How many of them happen, one after the other.
GridPmf count_one_by_one(std::span<const double> p) {
  GridPmf count;
  count.probability.reserve(p.size() + 1);
  for (double each : p) {
    std::vector<double>& f = count.probability;
    f.push_back(0.0);
    for (std::size_t k = f.size() - 1; k > 0; --k) f[k] = f[k] * (1.0 - each) + f[k - 1] * each;
    f[0] *= 1.0 - each;
  }
  return count;
}

/// The same by halves: the windows of the halves are narrow.
GridPmf count_of(std::span<const double> p, double limit) {
  constexpr std::size_t kFew = 48;
  if (p.size() <= kFew) return count_one_by_one(p);
  GridPmf count = count_of(p.first(p.size() / 2), 0.5 * limit);
  const GridPmf rest = count_of(p.subspan(p.size() / 2), 0.5 * limit);
  std::vector<double> work;
  spread(count, rest, 1, work);
  trim(count, 0.25 * limit);
  return count;
}

GridPmf sum_of_rising(std::span<const std::uint32_t> cells, std::span<const double> p) {
  GridPmf sum;
  std::vector<double> work, group;
  const double limit = kDropped / static_cast<double>(cells.size() + 1);
  for (std::size_t begin = 0, end = 0; begin < cells.size(); begin = end) {
    group.clear();
    std::ptrdiff_t certain = 0;
    for (; end < cells.size() && cells[end] == cells[begin]; ++end) {
      if (p[end] >= 1.0) {
        ++certain;
      } else if (p[end] > 0.0) {
        group.push_back(p[end]);
      }
    }
    if (cells[begin] == 0) continue;
    sum.first += certain * static_cast<std::ptrdiff_t>(cells[begin]);
    if (group.empty()) continue;
    spread(sum, count_of(group, limit), cells[begin], work);
    trim(sum, limit);
  }
  return sum;
}

}  // namespace

GridPmf bernoulli_sum(std::span<const std::uint32_t> cells, std::span<const double> p) {
  if (std::is_sorted(cells.begin(), cells.end())) return sum_of_rising(cells, p);
  std::vector<std::size_t> order(cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // By probability too: the sum then does not depend on the order of the rows, to the last bit.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return cells[a] != cells[b] ? cells[a] < cells[b] : p[a] < p[b];
  });
  std::vector<std::uint32_t> rising(cells.size());
  std::vector<double> sorted(cells.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    rising[i] = cells[order[i]];
    sorted[i] = p[order[i]];
  }
  return sum_of_rising(rising, sorted);
}

GridPmf with_account(const GridPmf& pmf, std::uint32_t cells, double p) {
  GridPmf sum{pmf.first, {}};
  if (p >= 1.0) sum.first += static_cast<std::ptrdiff_t>(cells);
  if (p <= 0.0 || p >= 1.0 || cells == 0) {
    sum.probability = pmf.probability;
    return sum;
  }
  const std::vector<double>& from = pmf.probability;
  sum.probability.assign(from.size() + cells, 0.0);
  for (std::size_t k = 0; k < from.size(); ++k) sum.probability[k] = (1.0 - p) * from[k];
  double* to = sum.probability.data() + cells;
  for (std::size_t k = 0; k < from.size(); ++k) to[k] += p * from[k];
  return sum;
}

GridPmf convolve(const GridPmf& a, const GridPmf& b) {
  const double products =
      static_cast<double>(a.probability.size()) * static_cast<double>(b.probability.size());
  GridPmf sum;
  if (products <= kDirectProducts) {
    sum = a;
    std::vector<double> work;
    spread(sum, b, 1, work);
    return sum;
  }
  sum.first = a.first + b.first;
  sum.probability = numeric::fourier_convolution(a.probability, b.probability);
  for (double& p : sum.probability) p = std::max(0.0, p);
  return sum;
}

GridTail::GridTail(const GridPmf& pmf, double blend)
    : first_(pmf.first), above_(pmf.probability.size() + 1, 0.0) {
  // above_[i] = P(> first + i) + blend·P(= first + i): the sum runs from the small end.
  double sum = 0.0;
  for (std::size_t i = pmf.probability.size(); i-- > 0;) {
    above_[i] = sum + blend * pmf.probability[i];
    sum += pmf.probability[i];
  }
}

namespace {

constexpr double kForgotten = -41.5;  // ln 1e-18

/// The chain that takes a two-point law out of F: from below for p <= 1/2, else from above.
struct Chain {
  bool upwards;
  std::ptrdiff_t stride, steps;

  Chain(std::uint32_t cells, double p, std::ptrdiff_t below, std::ptrdiff_t above)
      : upwards(p <= 0.5), stride(static_cast<std::ptrdiff_t>(cells)) {
    const double shrink = std::log(upwards ? p / (1.0 - p) : (1.0 - p) / p);
    steps = std::max<std::ptrdiff_t>(0, upwards ? below : above) / stride + 1;
    if (shrink * static_cast<double>(steps) < kForgotten) {
      steps = static_cast<std::ptrdiff_t>(kForgotten / shrink) + 1;
    }
  }
  [[nodiscard]] std::ptrdiff_t start(std::ptrdiff_t k) const {
    return upwards ? k - steps * stride : k + (steps + 1) * stride;
  }
  /// F without the account at k, from `start_value`, what it is at start(k).
  template <class F>
  [[nodiscard]] double run(const F& whole, double p, std::ptrdiff_t k, double start_value) const {
    double without = start_value;
    for (std::ptrdiff_t i = steps; i > 0; --i) {
      without = upwards ? (whole(k - (i - 1) * stride) - p * without) / (1.0 - p)
                        : (whole(k + i * stride) - (1.0 - p) * without) / p;
    }
    return without;
  }
};

}  // namespace

double GridTail::above_without(std::uint32_t cells, double p, std::ptrdiff_t k) const noexcept {
  if (cells == 0 || p <= 0.0) return above(k);
  if (p >= 1.0) return above(k + static_cast<std::ptrdiff_t>(cells));
  const auto last = first_ + static_cast<std::ptrdiff_t>(above_.size());
  const Chain chain(cells, p, k - first_, last - k);
  const auto whole = [this](std::ptrdiff_t at) { return above(at); };
  return std::clamp(chain.run(whole, p, k, above(chain.start(k))), 0.0, 1.0);
}

GridExcess::GridExcess(const GridPmf& pmf) : first_(pmf.first), excess_(pmf.probability.size()) {
  double tail = 0.0, excess = 0.0;
  for (std::size_t i = pmf.probability.size(); i-- > 0;) {
    excess_[i] = excess += tail;
    tail += pmf.probability[i];
  }
  mean_ = static_cast<double>(first_) + excess_[0];
}

double GridExcess::above(std::ptrdiff_t k) const noexcept {
  if (k < first_) return mean_ - static_cast<double>(k);
  const auto i = static_cast<std::size_t>(k - first_);
  return i < excess_.size() ? excess_[i] : 0.0;
}

double GridExcess::above_without(std::uint32_t cells, double p, std::ptrdiff_t k) const noexcept {
  if (cells == 0 || p <= 0.0) return above(k);
  if (p >= 1.0) return above(k + static_cast<std::ptrdiff_t>(cells));
  const auto last = first_ + static_cast<std::ptrdiff_t>(excess_.size());
  const Chain chain(cells, p, k - first_, last - k);
  const std::ptrdiff_t start = chain.start(k);
  const double below = start < first_ ? p * static_cast<double>(cells) : 0.0;
  const auto whole = [this](std::ptrdiff_t at) { return above(at); };
  return std::max(0.0, chain.run(whole, p, k, above(start) - below));
}

WorstPart worst_part(std::span<const double> probability, double level,
                     std::size_t accounts) noexcept {
  const double worst = 1.0 - level;
  const double slack = std::numeric_limits<double>::epsilon() * static_cast<double>(accounts + 8);
  WorstPart part;
  std::size_t i = probability.size() - 1;
  while (i > 0 && part.above + probability[i] <= worst + slack) part.above += probability[i--];
  part.at = i;
  part.blend = std::clamp((worst - part.above) / probability[i], 0.0, 1.0);
  return part;
}

}  // namespace kam
