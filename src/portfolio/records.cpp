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

/// ok if every value is < limit. One pass without branches; the row is looked for only if needed.
template <class T>
Status check_codes(const char* name, std::span<const T> codes, std::size_t limit) {
  T largest = 0;
  for (const T code : codes) largest = std::max(largest, code);
  if (codes.empty() || largest < limit) return {};
  const auto at = std::find_if(codes.begin(), codes.end(), [&](T code) { return code >= limit; });
  return {StatusCode::invalid_argument, std::string("`") + name + "` must be < " +
                                            std::to_string(limit) + ", got " + std::to_string(*at) +
                                            " in row " + std::to_string(at - codes.begin())};
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
  return sizes.status;
}

Status check_columns(const ActivityColumns& c, std::size_t accounts) {
  Sizes sizes{c.account.size()};
  sizes.needed("date", c.date).optional("type", c.type).optional("our_person", c.our_person);
  sizes.optional("their_person", c.their_person).optional("minutes", c.minutes);
  sizes.optional("cost", c.cost).optional("sentiment", c.sentiment);
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

}  // namespace kam::portfolio
