/// How much an account is worth to us, as a tier: key, strategic, ... from the value index by fixed
/// cuts, plus "potential" for accounts that are small and growing.
///
/// A tier is one of three classifications that are often mixed up: what the account is
/// (classes.hpp), how much it is worth (here), how we are connected (relation_type.hpp). A tier
/// comes with its stability: the probability that other plausible weights would have given the same
/// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/value/cuts.hpp>
#include <kam/value/explanation.hpp>

namespace kam::value {

struct Tier {
  std::string name{};      ///< unique within its rule
  std::string label_en{};  ///< empty: the name
  std::string label_zh{};
  double from = 0.0;  ///< value index it starts at [points]; it ends where the next higher starts
  friend bool operator==(const Tier&, const Tier&) = default;
};

/// Highest tier first; the last starts at 0.
struct TierSpec {
  std::vector<Tier> tiers{};
  double hysteresis = 0.0;       ///< points beyond its cuts within which a tier is kept, >= 0
  double potential_from = kNaN;  ///< growth score [points], 0..100; NaN: no potential tier
  std::string potential_name = "potential";
  std::string potential_label_en{};  ///< empty: the name
  std::string potential_label_zh{};
  std::string source{};  ///< who says that these cuts are right
};

/// Valid by construction and immutable, so any number of threads may share one.
class TierRule {
 public:
  /// Highest first, as given.
  [[nodiscard]] const std::vector<Tier>& tiers() const noexcept { return spec_.tiers; }
  [[nodiscard]] const TierSpec& spec() const noexcept { return spec_; }
  /// Where tiers start, lowest cut first, without the 0 of the last: band b is tier n − 1 − b.
  [[nodiscard]] std::span<const double> cuts() const noexcept { return cuts_; }
  [[nodiscard]] bool has_potential() const noexcept { return !std::isnan(spec_.potential_from); }
  /// Index that stands for "potential": one after the last tier.
  [[nodiscard]] std::int32_t potential() const noexcept {
    return static_cast<std::int32_t>(spec_.tiers.size());
  }
  /// Value index below which growth makes an account potential [points]: where the lowest tier but
  /// one ends. Never in the highest tier: of two tiers only the lower one has potential.
  [[nodiscard]] double potential_below() const noexcept {
    return cuts_.empty() ? 0.0 : cuts_[cuts_.size() == 1 ? 0 : 1];
  }
  /// Of a tier or of potential(); empty for any other index. A label falls back to English, then to
  /// the name.
  [[nodiscard]] std::string_view name(std::int32_t tier) const noexcept;
  [[nodiscard]] std::string_view label(std::int32_t tier, Language language) const noexcept;

 private:
  TierRule() = default;
  friend Result<TierRule> make_tier_rule(TierSpec spec);

  TierSpec spec_;
  std::vector<double> cuts_;
};

/// invalid_argument names what is wrong: no tier, an empty or repeated name, a start that is not a
/// number of points, two tiers with one start (they overlap), starts that do not fall from tier to
/// tier, a last tier that leaves a gap above 0, a negative hysteresis, a growth cut outside 0..100,
/// potential beside a single tier or without a name of its own.
[[nodiscard]] Result<TierRule> make_tier_rule(TierSpec spec);

inline constexpr std::int32_t kNoTier = -1;

/// What is known of one account.
struct TierInput {
  Interval value{kNaN, kNaN, kNaN};  ///< value index with interval [points]; ends NaN: no stability
  double z = kNaN;                   ///< normal quantile of the interval
  double growth = kNaN;              ///< growth score [points]; NaN: nobody knows, not potential
  std::int32_t previous = kNoTier;   ///< tier the account had: an index, potential() or kNoTier
};

/// Which part of the rule decided.
enum class TierCause : std::uint8_t {
  none = 0,        ///< no tier
  cuts,            ///< the value index lies between the cuts of the tier
  kept,            ///< it does not, by at most the hysteresis
  potential,       ///< low value, high growth
  potential_kept,  ///< it was potential, and value and growth are within the hysteresis
};

struct TierResult {
  std::int32_t tier = kNoTier;
  TierCause cause = TierCause::none;
  RowReason reason = RowReason::none;  ///< why there is no tier
  /// Probability that the same rule, with the same growth and previous tier, would give the same
  /// tier when the value index is drawn from its interval; NaN without an interval.
  double stability = kNaN;
};

/// The account keeps its previous tier while its value index is within the hysteresis of it; else
/// the cuts decide. Then, if value < potential_below() (or it has kept a tier below there) and
/// growth >= potential_from, it is potential. It stays potential until its value passes
/// potential_below() or its growth falls below potential_from, by more than the hysteresis. No tier
/// (not_finite, out_of_domain) if value or growth is not a number of points or `previous` not an
/// index of the rule; a growth of NaN is missing and fine. Never allocates.
[[nodiscard]] TierResult assign(const TierRule& rule, const TierInput& account) noexcept;

/// The part of the rule that decided, with its numbers: "value index 83.2 >= 80",
/// "价值指数 83.2 >= 80". Digits enough to tell the two sides apart.
[[nodiscard]] std::string tier_text(const TierRule& rule, const TierInput& account,
                                    const TierResult& result, Language language);

/// One row per account; `lo` and `hi` come together or not at all, the others may be empty.
struct TierColumns {
  std::span<const double> value;
  std::span<const double> lo{}, hi{};
  std::span<const double> growth{};
  std::span<const std::int32_t> previous{};
};

struct TierResults {
  std::span<std::int32_t> tier;
  std::span<double> stability{};  ///< or empty
  std::span<TierCause> cause{};   ///< or empty
};

/// Many accounts: for each row what assign() gives alone; a row without tier is kNoTier, NaN and
/// counted. size_mismatch; invalid_argument unless z > 0 where there are intervals.
[[nodiscard]] BatchReport assign(const TierRule& rule, const TierColumns& accounts, double z,
                                 const TierResults& out, const Executor& executor = {});

}  // namespace kam::value
