#include <cmath>

#include <kam/base/auc.hpp>
#include <kam/base/columns.hpp>
#include <kam/portfolio/churn_labels.hpp>

#include "portfolio/guard.hpp"

namespace kam::portfolio {
namespace {

/// Rows of a feature that rest on days after the cut.
void find_later(const DatedFeature& f, std::span<const Day> cut, Leak& leak) {
  leak.kind = LeakKind::after_cut;
  for (std::size_t i = 0; i < f.last_date.size(); ++i) {
    if (f.last_date[i] == kNoDay || f.last_date[i] <= cut[i]) continue;
    if (leak.rows++ == 0) leak.first_row = i;
  }
}

/// Whether the feature is the label (or 1 − label) on every row that has both; counts those rows.
bool equals_label(const DatedFeature& f, std::span<const double> label, Leak& leak) {
  bool same = true, opposite = true;
  leak.rows = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (std::isnan(label[i]) || std::isnan(f.values[i])) continue;
    if (leak.rows++ == 0) leak.first_row = i;
    same = same && f.values[i] == label[i];
    opposite = opposite && f.values[i] == 1.0 - label[i];
  }
  return leak.rows > 0 && (same || opposite);
}

Status check_feature(const DatedFeature& f, std::size_t rows) {
  const std::string name(f.name);
  if (Status s = check_size(name.c_str(), f.values.size(), rows); !s.ok()) return s;
  if (f.last_date.empty()) return {};
  return check_size((name + " last_date").c_str(), f.last_date.size(), rows);
}

}  // namespace

const char* leak_kind_name(LeakKind kind) noexcept {
  constexpr const char* kNames[] = {"after_cut", "equals_label", "predicts_alone"};
  return kNames[static_cast<int>(kind)];
}

Result<std::vector<Leak>> find_leaks(std::span<const DatedFeature> features,
                                     std::span<const Day> cut, std::span<const double> label,
                                     double threshold) {
  return guarded<Result<std::vector<Leak>>>([&]() -> Result<std::vector<Leak>> {
    if (!(threshold > 0.5 && threshold <= 1.0)) {
      return invalid_argument("threshold", "within (0.5, 1]", threshold);
    }
    if (Status s = check_size("label", label.size(), cut.size()); !s.ok()) return s;
    std::vector<Leak> leaks;
    for (std::size_t k = 0; k < features.size(); ++k) {
      const DatedFeature& f = features[k];
      if (Status s = check_feature(f, cut.size()); !s.ok()) return s;
      Leak leak{.feature = k};
      const auto alone = auc(label, f.values);
      leak.auc = alone ? alone->auc : kNaN;
      find_later(f, cut, leak);
      if (leak.rows > 0) leaks.push_back(leak);
      const bool equal = equals_label(f, label, leak) && alone.has_value();
      leak.kind = equal ? LeakKind::equals_label : LeakKind::predicts_alone;
      if (equal || leak.auc > threshold || leak.auc < 1.0 - threshold) leaks.push_back(leak);
    }
    return leaks;
  });
}

}  // namespace kam::portfolio
