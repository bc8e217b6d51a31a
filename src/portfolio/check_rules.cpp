#include "portfolio/check_rules.hpp"

#include <algorithm>

namespace kam::portfolio {
namespace {

struct RuleText {
  const char* code;
  Severity severity;
  Subject subject;
  const char* explanation;
};

constexpr auto kRow = Subject::row;
constexpr auto kAccount = Subject::account;

constexpr RuleText kTexts[kRules] = {
    {"used", Severity::note, kRow, ""},
    {"unreadable_date", Severity::rejected, kRow, "The date is missing or could not be read."},
    {"placeholder_date", Severity::rejected, kRow,
     "The date is 1900-01-01 or earlier: a system's placeholder for no date."},
    {"distant_future_date", Severity::rejected, kRow,
     "The date lies more than a year after as_of and is taken for a typing error."},
    {"before_since", Severity::rejected, kRow,
     "The date lies before the account was a customer; one of the two is wrong."},
    {"missing_amount", Severity::rejected, kRow, "The amount is missing; it is not taken as 0."},
    {"amount_out_of_range", Severity::rejected, kRow,
     "The amount is infinite or beyond any sum of money."},
    {"other_currency", Severity::rejected, kRow,
     "The amount is not in the base currency and no exchange rates were given."},
    {"no_exchange_rate", Severity::rejected, kRow,
     "There is no exchange rate for this currency near enough to the day."},
    {"future_dated", Severity::note, kRow,
     "The date lies after as_of: not used, so that no result knows the future."},
    {"exact_duplicate", Severity::repaired, kRow,
     "The same account, date, amount and document number appeared before; counted once."},
    {"possible_duplicate", Severity::note, kRow,
     "An equal row appeared before, but without a document number two equal orders may be real; "
     "kept."},
    {"unstated_currency", Severity::note, kRow,
     "No currency is stated; the amount is taken to be in the base currency."},
    {"distant_past_date", Severity::note, kRow,
     "The date lies more than 50 years before as_of; if it is a typing error, the account's age "
     "and silence are wrong; used."},
    {"negative_amount", Severity::note, kRow,
     "A return, credit note or rebate; it nets against the orders of its own period and is no "
     "order."},
    {"zero_amount", Severity::note, kRow,
     "The amount is 0: a free order, unless a return falls into its period."},
    {"positive_credit", Severity::note, kRow,
     "A credit note, return or rebate with a positive amount adds to revenue; is its sign right?"},
    {"negative_period", Severity::note, kAccount,
     "In a period of this account returns outweigh orders; it counts in revenue but is no order."},
    {"account_without_orders", Severity::note, kAccount,
     "The account has no usable transaction: its behaviour is unknown, which is not healthy."},
    {"one_purchase_account", Severity::note, kAccount,
     "The account ordered once; its rhythm comes from the portfolio alone."},
    {"giant_account", Severity::note, kAccount,
     "One account (with its subsidiaries) holds a quarter or more of the positive revenue; money "
     "is better ranked than scaled."},
    {"large_account", Severity::note, kAccount,
     "The account (with its subsidiaries) holds 10 % or more of the positive revenue, where "
     "accounting rules ask for disclosure."},
    {"non_positive_total", Severity::note, kRow,
     "Total net revenue is not positive: shares and concentration are not defined."},
    {"parent_and_subsidiary", Severity::note, kAccount,
     "Both this account and its parent have transactions; portfolio totals add them at the root, "
     "once."},
};

}  // namespace

const char* verdict_name(RowVerdict verdict) noexcept {
  return kTexts[static_cast<std::size_t>(verdict)].code;
}

void RuleCounts::Count::show(std::size_t index) noexcept {
  std::size_t* const end = examples.data() + shown;
  std::size_t* const at = std::lower_bound(examples.data(), end, index);
  if (at != end && *at == index) return;  // an account may break a rule more than once
  if (shown < examples.size()) ++shown;
  std::copy_backward(at, examples.data() + shown - 1, examples.data() + shown);
  *at = index;
}

void RuleCounts::write(DataReport& report) const {
  for (std::size_t i = 1; i < kRules; ++i) {
    const Count& count = counts_[i];
    if (count.n == 0) continue;
    const RuleText& text = kTexts[i];
    Finding finding{.code = text.code, .severity = text.severity, .subject = text.subject};
    finding.count = count.n;
    finding.explanation = text.explanation;
    finding.value = count.value;
    finding.examples.assign(count.examples.data(), count.examples.data() + count.shown);
    report.findings.push_back(std::move(finding));
  }
}

}  // namespace kam::portfolio
