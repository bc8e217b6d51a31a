#include <kam/value/tiers.hpp>

#include <algorithm>
#include <cmath>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"
#include "numeric/text.hpp"
#include "value/rule_text.hpp"

namespace kam::value {
namespace {

Status wrong(const std::string& subject, const std::string& what) {
  return {StatusCode::invalid_argument, "`" + subject + "` " + what};
}

Status check_name(const std::vector<Tier>& tiers, std::size_t t) {
  const std::string name = "tiers[" + std::to_string(t) + "]";
  if (tiers[t].name.empty()) return wrong(name, "needs a name");
  for (std::size_t other = 0; other < t; ++other) {
    if (tiers[other].name == tiers[t].name) {
      return wrong(name, "repeats the name `" + tiers[t].name + "`");
    }
  }
  return {};
}

/// Start of tier t beside the one above it.
Status check_start(const std::vector<Tier>& tiers, std::size_t t) {
  const std::string from = tiers[t].name + ".from";
  const double start = tiers[t].from;
  if (points_reason(start) != RowReason::none) {
    return invalid_argument(from.c_str(), "between 0 and 100", start);
  }
  if (t == 0 || start < tiers[t - 1].from) return {};
  const std::string above = "`" + tiers[t - 1].name + "`, which starts at ";
  const char* how = start == tiers[t - 1].from ? "overlaps " : "is out of order after ";
  return wrong(from, how + above + numeric::shortest(tiers[t - 1].from) + ", got " +
                         numeric::shortest(start));
}

Status check_potential(const TierSpec& spec) {
  if (std::isnan(spec.potential_from)) return {};
  if (points_reason(spec.potential_from) != RowReason::none) {
    return invalid_argument("potential_from", "between 0 and 100", spec.potential_from);
  }
  if (spec.potential_name.empty()) return wrong("potential_name", "must not be empty");
  if (spec.tiers.size() < 2) return wrong("potential_from", "needs at least two tiers");
  for (const Tier& tier : spec.tiers) {
    if (tier.name == spec.potential_name) {
      return wrong("potential_name", "repeats the name of the tier `" + tier.name + "`");
    }
  }
  return {};
}

Status check(const TierSpec& spec) {
  if (spec.tiers.empty()) return wrong("tiers", "must not be empty");
  for (std::size_t t = 0; t < spec.tiers.size(); ++t) {
    if (Status s = check_name(spec.tiers, t); !s.ok()) return s;
    if (Status s = check_start(spec.tiers, t); !s.ok()) return s;
  }
  if (const Tier& last = spec.tiers.back(); last.from != 0.0) {
    const std::string from = last.name + ".from";
    return invalid_argument(from.c_str(), "0, for the last tier must leave no gap", last.from);
  }
  if (!(spec.hysteresis >= 0.0 && std::isfinite(spec.hysteresis))) {
    return invalid_argument("hysteresis", "finite and >= 0", spec.hysteresis);
  }
  return check_potential(spec);
}

/// Of the tier `t` of the rule as a band, and back: tiers are counted from the top.
std::size_t mirrored(const TierRule& rule, std::size_t t) {
  return rule.cuts().size() - t;
}

std::size_t as_size(std::int32_t tier) {
  return static_cast<std::size_t>(tier);
}

bool was_tier(const TierRule& rule, std::int32_t previous) {
  return previous >= 0 && previous < rule.potential();
}

PointRange range_of(const TierRule& rule, std::int32_t tier, double hysteresis) {
  return band_range(rule.cuts(), mirrored(rule, as_size(tier)), hysteresis);
}

RowReason wrong_input(const TierRule& rule, const TierInput& in) {
  if (const RowReason r = points_reason(in.value.estimate); r != RowReason::none) return r;
  if (rule.has_potential() && !std::isnan(in.growth)) {
    if (const RowReason r = points_reason(in.growth); r != RowReason::none) return r;
  }
  const std::int32_t last = rule.has_potential() ? rule.potential() : rule.potential() - 1;
  return in.previous < kNoTier || in.previous > last ? RowReason::out_of_domain : RowReason::none;
}

bool was_potential(const TierRule& rule, const TierInput& in) {
  return rule.has_potential() && in.previous == rule.potential();
}

/// NaN never grows enough.
bool grows_enough(const TierRule& rule, const TierInput& in) {
  const double slack = was_potential(rule, in) ? rule.spec().hysteresis : 0.0;
  return rule.has_potential() && in.growth >= rule.spec().potential_from - slack;
}

/// Value index below which an account that grows enough is potential, with regard to what it was: a
/// kept tier above the potential region holds it back, one in the region (or potential itself)
/// keeps it there longer.
double potential_end(const TierRule& rule, const TierInput& in) {
  const double cut = rule.potential_below();
  if (was_potential(rule, in)) return cut + rule.spec().hysteresis;
  if (!was_tier(rule, in.previous)) return cut;
  const PointRange kept = range_of(rule, in.previous, rule.spec().hysteresis);
  const bool above = rule.tiers()[as_size(in.previous)].from >= cut;
  return above ? std::min(cut, kept.from) : std::max(cut, kept.to);
}

/// All value indices that give `tier`, potential aside: its band, or where it is kept; less the
/// range in which another tier is kept.
PointRange same_tier(const TierRule& rule, const TierInput& in, std::int32_t tier) {
  if (in.previous == tier) return range_of(rule, tier, rule.spec().hysteresis);
  PointRange own = range_of(rule, tier, 0.0);
  if (!was_tier(rule, in.previous)) return own;
  const PointRange kept = range_of(rule, in.previous, rule.spec().hysteresis);
  if (in.previous < tier) own.to = std::min(own.to, kept.from);  // the previous one was higher
  if (in.previous > tier) own.from = std::max(own.from, kept.to);
  return own;
}

/// Where value indices of `result` lie.
PointRange same_result(const TierRule& rule, const TierInput& in, const TierResult& result) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (result.tier == rule.potential()) return {-kInfinity, potential_end(rule, in)};
  PointRange range = same_tier(rule, in, result.tier);
  if (grows_enough(rule, in)) range.from = std::max(range.from, potential_end(rule, in));
  return range;
}

void decide(const TierRule& rule, const TierInput& in, TierResult& result) {
  const double value = in.value.estimate;
  if (grows_enough(rule, in) && value < potential_end(rule, in)) {
    const bool fresh = in.growth >= rule.spec().potential_from && value < rule.potential_below();
    result.tier = rule.potential();
    result.cause = fresh ? TierCause::potential : TierCause::potential_kept;
    return;
  }
  const auto by_cuts = static_cast<std::int32_t>(mirrored(rule, band_of(rule.cuts(), value)));
  const bool kept = was_tier(rule, in.previous) && in.previous != by_cuts &&
                    range_of(rule, in.previous, rule.spec().hysteresis).contains(value);
  result.tier = kept ? in.previous : by_cuts;
  result.cause = kept ? TierCause::kept : TierCause::cuts;
}

Status check_sizes(const TierColumns& in, double z, const TierResults& out) {
  const std::size_t rows = in.value.size();
  const auto optional = [rows](const char* name, std::size_t got) {
    return got == 0 ? Status{} : check_size(name, got, rows);
  };
  const bool intervals = !in.lo.empty() || !in.hi.empty();
  Status s = check_size("tier", out.tier.size(), rows);
  if (s.ok() && intervals) s = check_size("lo", in.lo.size(), rows);
  if (s.ok() && intervals) s = check_size("hi", in.hi.size(), rows);
  if (s.ok()) s = optional("growth", in.growth.size());
  if (s.ok()) s = optional("previous", in.previous.size());
  if (s.ok()) s = optional("stability", out.stability.size());
  if (s.ok()) s = optional("cause", out.cause.size());
  if (s.ok() && intervals && !(z > 0.0)) s = invalid_argument("z", "above 0", z);
  return s;
}

TierInput row(const TierColumns& in, double z, std::size_t i) {
  TierInput account;
  account.value.estimate = in.value[i];
  if (!in.lo.empty()) account.value = {in.value[i], in.lo[i], in.hi[i]};
  account.z = z;
  if (!in.growth.empty()) account.growth = in.growth[i];
  if (!in.previous.empty()) account.previous = in.previous[i];
  return account;
}

std::string cuts_text(const TierRule& rule, double value, std::int32_t tier, Language language) {
  const auto t = as_size(tier);
  const std::string subject = detail::either(language, "value index ", "价值指数 ");
  if (rule.tiers().size() == 1) return subject + detail::readable(value);
  if (t == 0) return subject + detail::comparison(value, rule.tiers()[0].from);
  const double above = rule.tiers()[t - 1].from;
  if (t + 1 == rule.tiers().size()) return subject + detail::comparison(value, above);
  return subject + detail::between(value, rule.tiers()[t].from, above, language);
}

std::string kept_text(const TierRule& rule, const TierInput& in, Language language) {
  const PointRange own = range_of(rule, in.previous, 0.0);
  const bool low = in.value.estimate < own.from;
  return std::string(detail::either(language, "value index ", "价值指数 ")) +
         detail::comparison(in.value.estimate, low ? own.from : own.to) +
         detail::either(language, ", within the hysteresis of ", "，未超出滞后 ") +
         detail::readable(rule.spec().hysteresis) +
         detail::either(language, ": previous tier kept", " 分：保留原层级");
}

/// A low tier whose growth nobody knows might be potential: said, not guessed.
const char* missing_growth(const TierRule& rule, const TierInput& in, Language language) {
  const bool matters = rule.has_potential() && in.value.estimate < rule.potential_below();
  if (!matters || !std::isnan(in.growth)) return "";
  return detail::either(language, " (growth score missing)", "（缺少成长得分）");
}

std::string potential_text(const TierRule& rule, const TierInput& in, bool kept,
                           Language language) {
  std::string text = std::string(detail::either(language, "value index ", "价值指数 ")) +
                     detail::comparison(in.value.estimate, rule.potential_below()) +
                     detail::either(language, " and growth score ", " 且成长得分 ") +
                     detail::comparison(in.growth, rule.spec().potential_from);
  if (kept) {
    text += detail::either(language, ", within the hysteresis of ", "，未超出滞后 ") +
            detail::readable(rule.spec().hysteresis) +
            detail::either(language, ": kept", " 分：予以保留");
  }
  return text;
}

}  // namespace

std::string_view TierRule::name(std::int32_t tier) const noexcept {
  if (tier == potential() && has_potential()) return spec_.potential_name;
  return was_tier(*this, tier) ? std::string_view(spec_.tiers[as_size(tier)].name) : "";
}

std::string_view TierRule::label(std::int32_t tier, Language language) const noexcept {
  const bool growing = tier == potential() && has_potential();
  if (!growing && !was_tier(*this, tier)) return {};
  const Tier* own = growing ? nullptr : &spec_.tiers[as_size(tier)];
  const std::string& zh = growing ? spec_.potential_label_zh : own->label_zh;
  const std::string& en = growing ? spec_.potential_label_en : own->label_en;
  if (language == Language::zh && !zh.empty()) return zh;
  return en.empty() ? name(tier) : en;
}

Result<TierRule> make_tier_rule(TierSpec spec) {
  if (Status s = check(spec); !s.ok()) return s;
  TierRule rule;
  for (auto tier = spec.tiers.rbegin() + 1; tier != spec.tiers.rend(); ++tier) {
    rule.cuts_.push_back(tier->from);
  }
  rule.spec_ = std::move(spec);
  return rule;
}

TierResult assign(const TierRule& rule, const TierInput& account) noexcept {
  TierResult result;
  result.reason = wrong_input(rule, account);
  if (result.reason != RowReason::none) return result;
  decide(rule, account, result);
  const PointRange same = same_result(rule, account, result);
  result.stability = probability_between(account.value, account.z, same.from, same.to);
  return result;
}

std::string tier_text(const TierRule& rule, const TierInput& account, const TierResult& result,
                      Language language) {
  switch (result.cause) {
    case TierCause::cuts:
      return cuts_text(rule, account.value.estimate, result.tier, language) +
             missing_growth(rule, account, language);
    case TierCause::kept:
      return kept_text(rule, account, language) + missing_growth(rule, account, language);
    case TierCause::potential:
    case TierCause::potential_kept:
      return potential_text(rule, account, result.cause == TierCause::potential_kept, language);
    case TierCause::none:
      break;
  }
  if (std::isnan(account.value.estimate)) {
    return detail::either(language, "no value index", "没有价值指数");
  }
  return detail::either(language, "an input outside its domain", "输入超出取值范围");
}

BatchReport assign(const TierRule& rule, const TierColumns& accounts, double z,
                   const TierResults& out, const Executor& executor) {
  if (Status s = check_sizes(accounts, z, out); !s.ok()) return numeric::failed(s);
  const std::size_t rows = accounts.value.size();
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    for (std::size_t i = begin; i < end; ++i) {
      const TierResult result = assign(rule, row(accounts, z, i));
      out.tier[i] = result.tier;
      if (!out.stability.empty()) out.stability[i] = result.stability;
      if (!out.cause.empty()) out.cause[i] = result.cause;
      result.reason == RowReason::none ? blocks[block].scored()
                                       : blocks[block].rejected(i, result.reason);
    }
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

}  // namespace kam::value
