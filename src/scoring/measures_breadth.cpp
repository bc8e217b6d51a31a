/// What look-alikes buy, and how much of that the account buys.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include <kam/value/growth.hpp>

#include "scoring/measures.hpp"

namespace kam::scoring {
namespace {

using portfolio::CategorySpend;
using portfolio::Code;
using portfolio::FeatureTable;
using portfolio::Portfolio;

constexpr double kLeastShare = 0.2;          // of the look-alikes make a category "theirs"
constexpr std::size_t kLeastLookAlikes = 5;  // fewer say less than the whole portfolio does

/// How many accounts of a group buy each category.
struct Buyers {
  std::size_t accounts = 0;
  std::unordered_map<Code, std::size_t> by_category{};

  void add(std::span<const Code> categories) {
    ++accounts;
    for (const Code category : categories) ++by_category[category];
  }

  [[nodiscard]] LookAlikes named(std::string sector, std::span<const std::string> names) const {
    std::vector<std::pair<std::string, double>> kept;
    for (const auto& [category, buyers] : by_category) {
      const double share = static_cast<double>(buyers) / static_cast<double>(accounts);
      if (share >= kLeastShare) kept.emplace_back(names[category - 1], share);
    }
    std::sort(kept.begin(), kept.end());
    LookAlikes group{.sector = std::move(sector), .accounts = accounts};
    for (auto& [name, share] : kept) {
      group.categories.push_back(std::move(name));
      group.shares.push_back(share);
    }
    return group;
  }
};

std::span<const Code> categories_of(const CategorySpend& spend, std::size_t account) {
  return std::span(spend.category)
      .subspan(spend.begin[account], spend.begin[account + 1] - spend.begin[account]);
}

/// The categories of one group in the codes of this run; 0 where nobody here has ever bought one.
struct Ruler {
  std::vector<Code> codes;
  std::span<const double> shares;
};

/// The rulers of the model by sector code of this run.
class Rulers {
 public:
  Rulers(const Portfolio& portfolio, std::span<const LookAlikes> groups) {
    std::unordered_map<std::string_view, Code> code_of;
    const auto& names = portfolio.transactions.category_names;
    for (std::size_t i = 0; i < names.size(); ++i) code_of.emplace(names[i], i + 1);
    std::unordered_map<std::string_view, std::size_t> group_of;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      group_of.emplace(groups[g].sector, g);
      Ruler ruler{{}, groups[g].shares};
      for (const std::string& name : groups[g].categories) {
        const auto found = code_of.find(name);
        ruler.codes.push_back(found == code_of.end() ? 0 : found->second);
      }
      rulers_.push_back(std::move(ruler));
    }
    by_sector_.assign(portfolio.accounts.sector_names.size() + 1, 0);
    for (std::size_t s = 1; s < by_sector_.size(); ++s) {
      const auto found = group_of.find(portfolio.accounts.sector_names[s - 1]);
      if (found != group_of.end()) by_sector_[s] = found->second;
    }
  }
  [[nodiscard]] const Ruler& of(Code sector) const {
    return rulers_[sector < by_sector_.size() ? by_sector_[sector] : 0];
  }

 private:
  std::vector<Ruler> rulers_{};
  std::vector<std::size_t> by_sector_{};
};

Code sector_of(const Portfolio& portfolio, std::size_t account) {
  return portfolio.accounts.sector.empty() ? 0 : portfolio.accounts.sector[account];
}

double breadth_of(const CategorySpend& spend, std::size_t account, const Ruler& ruler,
                  std::vector<double>& bought) {
  const auto own = categories_of(spend, account);
  bought.assign(ruler.codes.size(), 0.0);
  for (std::size_t c = 0; c < ruler.codes.size(); ++c) {
    const auto at = std::lower_bound(own.begin(), own.end(), ruler.codes[c]);
    if (at == own.end() || *at != ruler.codes[c]) continue;
    bought[c] = spend.spend[spend.begin[account] + static_cast<std::size_t>(at - own.begin())];
  }
  const auto breadth = value::category_breadth(bought, ruler.shares, kLeastShare);
  return breadth ? breadth->breadth : kNaN;
}

}  // namespace

std::vector<LookAlikes> fit_look_alikes(const Portfolio& portfolio, const CategorySpend& spend) {
  const auto& names = portfolio.transactions.category_names;
  const auto& sectors = portfolio.accounts.sector_names;
  if (names.empty() || spend.begin.empty()) return {};
  Buyers all;
  std::map<std::string, Buyers> by_sector;  // by name, so that the model does not depend on codes
  for (std::size_t i = 0; i + 1 < spend.begin.size(); ++i) {
    const auto categories = categories_of(spend, i);
    if (categories.empty()) continue;
    all.add(categories);
    const Code sector = sector_of(portfolio, i);
    if (sector != 0 && sector <= sectors.size()) by_sector[sectors[sector - 1]].add(categories);
  }
  if (all.accounts == 0) return {};
  std::vector<LookAlikes> groups{all.named("", names)};
  for (const auto& [sector, buyers] : by_sector) {
    if (buyers.accounts >= kLeastLookAlikes) groups.push_back(buyers.named(sector, names));
  }
  return groups;
}

void add_breadth(const MeasureInput& in, FeatureTable& features) {
  const CategorySpend& spend = in.facts.categories;
  if (spend.begin.empty() || in.portfolio.transactions.category_names.empty()) {
    features.add("breadth", {}, "needs category");
    return;
  }
  if (in.priors.look_alikes.empty()) {
    features.add("breadth", {}, "needs a model fitted with categories");
    return;
  }
  const Rulers rulers(in.portfolio, in.priors.look_alikes);
  std::vector<double> breadth(features.accounts, kNaN), bought;
  for (std::size_t i = 0; i < breadth.size(); ++i) {
    if (!in.facts.accounts[i].has_rows) continue;
    breadth[i] = breadth_of(spend, i, rulers.of(sector_of(in.portfolio, i)), bought);
  }
  features.add("breadth", std::move(breadth));
}

}  // namespace kam::scoring
