#include <kam/scoring/classification.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <kam/base/columns.hpp>

#include "scoring/class_facts.hpp"

namespace kam::scoring {
namespace {

using value::Answer;

double at(std::span<const double> column, std::size_t i) {
  return column.empty() ? kNaN : column[i];
}

std::size_t dimension_named(const Profile& profile, const std::string& id) {
  const auto& dimensions = profile.scorecard().dimensions();
  const auto found = std::find_if(dimensions.begin(), dimensions.end(),
                                  [&](const value::Dimension& d) { return d.id == id; });
  return static_cast<std::size_t>(found - dimensions.begin());
}

/// Score of dimension "growth", where the profile has one.
std::span<const double> growth_of(const Profile& profile, const ScoreTable& table) {
  const std::size_t d = dimension_named(profile, "growth");
  if (d >= table.value.dimension_scores.size()) return {};
  return table.value.dimension_scores[d];
}

// ---- tiers --------------------------------------------------------------------------------------

/// Range of the value index in which an account has this tier [from, to).
std::pair<double, double> tier_range(const value::TierRule& rule, std::int32_t tier) {
  if (tier == rule.potential()) return {0, rule.potential_below()};
  const auto k = static_cast<std::size_t>(tier);
  const double infinity = std::numeric_limits<double>::infinity();
  return {rule.tiers()[k].from, k == 0 ? infinity : rule.tiers()[k - 1].from};
}

/// Rules that fired are a clamp of the index to [floor, cap]: the tier is the same while the index
/// before them lies where the clamp leads into the range of the tier.
double ruled_stability(const Model& model, const ValueBlock& value, std::size_t i,
                       std::int32_t tier, double z) {
  double floor = 0, cap = 100;
  for (std::size_t r = 0; r < value.rule_points.size(); ++r) {
    if (value.rule_points[r][i] == 0) continue;
    floor = value::apply(model.profile.rules()[r], floor);
    cap = value::apply(model.profile.rules()[r], cap);
  }
  auto [from, to] = tier_range(*model.profile.tiers, tier);
  if (cap < from || floor >= to) return 0;
  if (floor >= from) from = -std::numeric_limits<double>::infinity();
  if (cap < to) to = std::numeric_limits<double>::infinity();
  const Interval index{value.additive_index[i], value.additive_lo[i], value.additive_hi[i]};
  return probability_between(index, z, from, to);
}

bool moved_by_rules(const ValueBlock& value, std::size_t i) {
  return !value.additive_index.empty() && value.additive_index[i] != value.value_index[i] &&
         !std::isnan(value.value_index[i]);
}

Status assign_tiers(const Model& model, const ScoreTable& table, PreviousTiers previous, double z,
                    const Executor& executor, ClassificationBlock& out) {
  const std::size_t rows = table.accounts;
  out.tier.assign(rows, value::kNoTier);
  out.tier_stability.assign(rows, kNaN);
  out.tier_cause.assign(rows, value::TierCause::none);
  if (!model.profile.tiers) return {};
  const ValueBlock& v = table.value;
  const value::TierColumns columns{.value = v.value_index,
                                   .lo = v.value_lo,
                                   .hi = v.value_hi,
                                   .growth = growth_of(model.profile, table),
                                   .previous = previous};
  const BatchReport report = value::assign(
      *model.profile.tiers, columns, z, {out.tier, out.tier_stability, out.tier_cause}, executor);
  if (!report.ok()) return report.status;
  for (std::size_t i = 0; i < rows; ++i) {
    if (out.tier[i] == value::kNoTier || !moved_by_rules(v, i)) continue;
    out.tier_stability[i] = ruled_stability(model, v, i, out.tier[i], z);
  }
  return {};
}

// ---- classes and relation -----------------------------------------------------------------------

Status assign_classes(const Model& model, const portfolio::FeatureTable& features,
                      const portfolio::AccountColumns& accounts, const Executor& executor,
                      ClassificationBlock& out) {
  const std::size_t rows = features.accounts;
  out.classes.assign(model.profile.classes.size(), std::vector<Answer>(rows, Answer::unknown));
  const auto rules = model.class_rules();
  if (!rules)
    return rules.error().code() == StatusCode::insufficient_data ? Status{} : rules.error();
  const ClassFactColumns facts(rules->rules, features, accounts);
  std::vector<std::span<Answer>> columns;
  for (const std::size_t c : rules->place) columns.emplace_back(out.classes[c]);
  return value::classify(rules->rules, facts.columns(), columns, executor).status;
}

void assign_relation(const Model& model, const portfolio::FeatureTable& features,
                     ClassificationBlock& out) {
  out.relation.resize(features.accounts);
  for (std::size_t i = 0; i < features.accounts; ++i) {
    out.relation[i] = value::relation_type(contacts_of(features, i), model.profile.relation);
  }
}

// ---- matrices -----------------------------------------------------------------------------------

/// An axis of a matrix: score and interval; of an indicator the interval is its score.
struct Axis {
  std::vector<double> x, lo, hi;
};

Axis axis_of(const Profile& profile, const ScoreTable& table, const std::string& name) {
  const ValueBlock& v = table.value;
  if (name == "value_index") return {v.value_index, v.value_lo, v.value_hi};
  const bool turned = name == "risk";  // told as risk, scored as safety
  const std::size_t d = dimension_named(profile, name == "safety" ? "risk" : name);
  if (d < v.dimension_scores.size()) {
    Axis axis{v.dimension_scores[d], v.dimension_lo[d], v.dimension_hi[d]};
    if (!turned) return axis;
    std::swap(axis.lo, axis.hi);
    for (auto* column : {&axis.x, &axis.lo, &axis.hi}) {
      for (double& s : *column) s = 100 - s;
    }
    return axis;
  }
  const auto& indicators = profile.scorecard().indicators();
  for (std::size_t k = 0; k < indicators.size(); ++k) {
    if (indicators[k].id != name) continue;
    return {v.indicator_scores[k], v.indicator_scores[k], v.indicator_scores[k]};
  }
  const std::vector<double> na(table.accounts, kNaN);
  return {na, na, na};
}

Result<MatrixBlock> place_in(const value::PortfolioMatrix& matrix, const Profile& profile,
                             const ScoreTable& table, double z, const Executor& executor) {
  const std::size_t rows = table.accounts;
  const Axis x = axis_of(profile, table, matrix.spec().x),
             y = axis_of(profile, table, matrix.spec().y);
  MatrixBlock out{std::vector<std::int32_t>(rows, value::kNoCell), std::vector<double>(rows, kNaN),
                  std::vector<std::vector<double>>(matrix.cells(), std::vector<double>(rows))};
  const std::vector<std::span<double>> probabilities(out.probabilities.begin(),
                                                     out.probabilities.end());
  const BatchReport report = value::place(matrix, {x.x, y.x, x.lo, x.hi, y.lo, y.hi, {}}, z,
                                          {out.cell, out.stability, probabilities}, executor);
  if (!report.ok()) return report.status;
  return out;
}

}  // namespace

Result<ClassificationBlock> classify(const Model& model, const ScoreTable& table,
                                     const portfolio::FeatureTable& features,
                                     const portfolio::AccountColumns& accounts,
                                     PreviousTiers previous, const Executor& executor) {
  if (Status s = check_size("features.accounts", features.accounts, table.accounts); !s.ok()) {
    return s;
  }
  if (Status s = check_size("accounts.rows", accounts.rows, table.accounts); !s.ok()) return s;
  const Result<double> z = interval_z(model.profile.interval_level);
  if (!z) return z.error();
  ClassificationBlock out;
  if (Status s = assign_tiers(model, table, previous, *z, executor, out); !s.ok()) return s;
  if (Status s = assign_classes(model, features, accounts, executor, out); !s.ok()) return s;
  assign_relation(model, features, out);
  for (const auto& matrix : model.profile.matrices) {
    auto block = place_in(matrix, model.profile, table, *z, executor);
    if (!block) return block.error();
    out.matrices.push_back(std::move(*block));
  }
  return out;
}

struct ClassificationTexts::Parts {
  const Model& model;
  const ScoreTable& table;
  const portfolio::FeatureTable& features;
  const ClassificationBlock& block;
  PreviousTiers previous;
  std::span<const double> growth;
  std::optional<FrozenClasses> rules;
  std::optional<ClassFactColumns> facts;
};

ClassificationTexts::ClassificationTexts(const Model& model, const ScoreTable& table,
                                         const portfolio::FeatureTable& features,
                                         const portfolio::AccountColumns& accounts,
                                         const ClassificationBlock& block, PreviousTiers previous)
    : parts_(new Parts{
          model, table, features, block, previous, growth_of(model.profile, table), {}, {}}) {
  auto rules = model.class_rules();
  if (!rules) return;
  parts_->rules = std::move(*rules);
  parts_->facts.emplace(parts_->rules->rules, features, accounts);
}

ClassificationTexts::~ClassificationTexts() = default;

ClassificationText ClassificationTexts::row(std::size_t row, value::Language language) const {
  const Parts& p = *parts_;
  const Profile& profile = p.model.profile;
  const ValueBlock& v = p.table.value;
  ClassificationText text;
  if (profile.tiers && p.block.tier[row] != value::kNoTier) {
    const value::TierInput input{.value = {v.value_index[row], v.value_lo[row], v.value_hi[row]},
                                 .growth = at(p.growth, row),
                                 .previous = p.previous.empty() ? value::kNoTier : p.previous[row]};
    const value::TierResult result{.tier = p.block.tier[row],
                                   .cause = p.block.tier_cause[row],
                                   .stability = p.block.tier_stability[row]};
    text.tier = value::tier_text(*profile.tiers, input, result, language);
  }
  text.classes.resize(profile.classes.size());
  if (p.rules) {
    const value::ClassFacts account = parts_->facts->row(row);
    for (std::size_t c = 0; c < p.rules->place.size(); ++c) {
      text.classes[p.rules->place[c]] = value::class_text(p.rules->rules, c, account, language);
    }
  }
  text.relation = value::relation_text(contacts_of(p.features, row), profile.relation, language);
  return text;
}

}  // namespace kam::scoring
