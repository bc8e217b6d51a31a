#include <kam/portfolio/records.hpp>

#include <algorithm>
#include <string>

#include <kam/base/columns.hpp>

namespace kam::portfolio {
namespace {

/// One expected length, the first column that differs wins.
struct Sizes {
  std::size_t rows;
  Status status{};

  template <class T>
  Sizes& needed(const char* name, std::span<const T> column) {
    if (status.ok()) status = check_size(name, column.size(), rows);
    return *this;
  }
  template <class T>
  Sizes& optional(const char* name, std::span<const T> column) {
    return column.empty() ? *this : needed(name, column);
  }
};

Status wrong_code(const char* name, std::size_t limit, std::size_t got, std::ptrdiff_t row) {
  return {StatusCode::invalid_argument, std::string("`") + name + "` must be < " +
                                            std::to_string(limit) + ", got " + std::to_string(got) +
                                            " in row " + std::to_string(row)};
}

/// ok if every value is < limit. One pass without branches; the row is looked for only if needed.
template <class T>
Status check_codes(const char* name, std::span<const T> codes, std::size_t limit) {
  T largest = 0;
  for (const T code : codes) largest = std::max(largest, code);
  if (codes.empty() || largest < limit) return {};
  const auto at = std::find_if(codes.begin(), codes.end(), [&](T code) { return code >= limit; });
  return wrong_code(name, limit, *at, at - codes.begin());
}

/// The same for small codes, where kUnknownCode is allowed.
Status check_known_codes(const char* name, std::span<const std::uint8_t> codes,
                         std::uint8_t limit) {
  const auto wrong = [&](std::uint8_t code) { return code >= limit && code != kUnknownCode; };
  const auto at = std::find_if(codes.begin(), codes.end(), wrong);
  return at == codes.end() ? Status{} : wrong_code(name, limit, *at, at - codes.begin());
}

/// Codes from 1 with a name each; without names there is nothing to check.
Status check_named(const char* name, std::span<const Code> codes,
                   std::span<const std::string> names) {
  return names.empty() ? Status{} : check_codes(name, codes, names.size() + 1);
}

}  // namespace

Status check_columns(const TransactionColumns& c, std::size_t accounts) {
  if (c.rows() >= kNoAccount) {
    return {StatusCode::invalid_argument, "`transactions` must have fewer than 2^32 - 1 rows"};
  }
  Sizes sizes{c.rows()};
  sizes.needed("date", c.date).needed("amount", c.amount).optional("kind", c.kind);
  sizes.optional("quantity", c.quantity).optional("category", c.category).optional("cogs", c.cogs);
  sizes.optional("currency", c.currency).optional("ref", c.ref);
  sizes.optional("paid_date", c.paid_date).optional("due_date", c.due_date);
  if (!sizes.status.ok()) return sizes.status;
  if (Status s = check_codes("account", c.account, accounts); !s.ok()) return s;
  if (Status s = check_named("category", c.category, c.category_names); !s.ok()) return s;
  return check_codes("kind", c.kind, kTransactionKinds);
}

Status check_columns(const AccountColumns& c) {
  if (c.rows >= kNoAccount) {
    return {StatusCode::invalid_argument, "`accounts` must have fewer than 2^32 - 1 rows"};
  }
  Sizes sizes{c.rows};
  sizes.optional("parent", c.parent).optional("since", c.since).optional("sector", c.sector);
  sizes.optional("country", c.country).optional("supplier_too", c.supplier_too);
  sizes.optional("group_purchase", c.group_purchase).optional("annual_revenue", c.annual_revenue);
  sizes.optional("wallet", c.wallet).optional("supplier_rank", c.supplier_rank);
  sizes.optional("suppliers", c.suppliers);
  return sizes.status.ok() ? check_named("sector", c.sector, c.sector_names) : sizes.status;
}

Status check_columns(const ActivityColumns& c, std::size_t accounts) {
  Sizes sizes{c.account.size()};
  sizes.needed("date", c.date).optional("type", c.type).optional("our_person", c.our_person);
  sizes.optional("their_person", c.their_person).optional("minutes", c.minutes);
  sizes.optional("cost", c.cost).optional("sentiment", c.sentiment);
  if (!sizes.status.ok()) return sizes.status;
  if (Status s = check_codes("account", c.account, accounts); !s.ok()) return s;
  return check_known_codes("type", c.type, kActivityTypes);
}

Status check_columns(const ContractColumns& c, std::size_t accounts) {
  Sizes sizes{c.account.size()};
  sizes.needed("start", c.start).optional("end", c.end);
  sizes.optional("value_per_year", c.value_per_year).optional("notice_days", c.notice_days);
  sizes.optional("auto_renew", c.auto_renew).optional("termination_fee", c.termination_fee);
  sizes.optional("loyalty_discount", c.loyalty_discount);
  return sizes.status.ok() ? check_codes("account", c.account, accounts) : sizes.status;
}

Status check_columns(const RatingColumns& c, std::size_t accounts) {
  Sizes sizes{c.account.size()};
  sizes.needed("item", c.item).needed("value", c.value).optional("scale_min", c.scale_min);
  sizes.optional("scale_max", c.scale_max).optional("date", c.date).optional("rater", c.rater);
  if (!sizes.status.ok()) return sizes.status;
  if (Status s = check_codes("account", c.account, accounts); !s.ok()) return s;
  return check_codes("item", c.item, c.item_names.size());
}

Status check_columns(const OpportunityColumns& c, std::size_t accounts) {
  Sizes sizes{c.account.size()};
  sizes.needed("value", c.value).needed("stage", c.stage).optional("outcome", c.outcome);
  sizes.optional("stage_entered", c.stage_entered).optional("created", c.created);
  sizes.optional("expected_close", c.expected_close);
  if (!sizes.status.ok()) return sizes.status;
  if (Status s = check_codes("account", c.account, accounts); !s.ok()) return s;
  if (Status s = check_codes("stage", c.stage, c.stage_names.size()); !s.ok()) return s;
  return check_codes("outcome", c.outcome, kDealOutcomes);
}

Status check_columns(const StakeholderColumns& c, std::size_t accounts) {
  Sizes sizes{c.account.size()};
  sizes.needed("person", c.person).optional("department", c.department).optional("level", c.level);
  sizes.optional("roles", c.roles).optional("weight", c.weight).optional("stance", c.stance);
  sizes.optional("veto", c.veto).optional("rated_on", c.rated_on).optional("left_on", c.left_on);
  if (!sizes.status.ok()) return sizes.status;
  if (Status s = check_codes("account", c.account, accounts); !s.ok()) return s;
  if (Status s = check_codes("roles", c.roles, kStakeholderRoleSets); !s.ok()) return s;
  return check_known_codes("level", c.level, kStakeholderLevels);
}

Status check_columns(const FinancialColumns& c, std::size_t accounts) {
  Sizes sizes{c.account.size()};
  sizes.needed("date", c.date).optional("working_capital", c.working_capital);
  sizes.optional("total_assets", c.total_assets).optional("ebit", c.ebit);
  sizes.optional("retained_earnings", c.retained_earnings).optional("equity", c.equity);
  sizes.optional("liabilities", c.liabilities).optional("credit_limit", c.credit_limit);
  sizes.optional("exposure", c.exposure);
  sizes.optional("probability_of_default", c.probability_of_default);
  return sizes.status.ok() ? check_codes("account", c.account, accounts) : sizes.status;
}

}  // namespace kam::portfolio
