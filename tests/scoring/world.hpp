/// A small portfolio that owns every table, and what the tests of the measures do with it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <kam/scoring/measures.hpp>

namespace kam::scoring {

using namespace kam::portfolio;

inline constexpr Day kAsOf = to_day({2024, 6, 30});

/// A small portfolio with every table, owned.
struct World {
  // transactions
  std::vector<Code> account;
  std::vector<Day> date, due, paid;
  std::vector<double> amount, quantity, cogs;
  std::vector<std::uint8_t> kind;
  std::vector<Code> category;
  std::vector<std::string> category_names{"bolts", "nuts", "tools", "oil"};
  // accounts
  std::size_t accounts = 0;
  std::vector<double> wallet, rank, suppliers;
  std::vector<Code> sector;
  std::vector<std::string> sector_names{"health", "rail"};
  // others
  struct {
    std::vector<Code> account, our, their;
    std::vector<Day> date;
    std::vector<std::uint8_t> type;
    std::vector<double> cost;
  } act{};
  struct {
    std::vector<Code> account;
    std::vector<Day> start, end;
    std::vector<double> value, notice;
  } con{};
  struct {
    std::vector<Code> account, item;
    std::vector<double> value, high;
    std::vector<Day> date;
    std::vector<std::string> names{"nps", "joint_team"};
  } rat{};
  struct {
    std::vector<Code> account, stage;
    std::vector<double> value;
    std::vector<Day> created;
    std::vector<std::uint8_t> outcome;
    std::vector<std::string> names{"Prospecting", "Deep contact", "own word"};
  } opp{};
  struct {
    std::vector<Code> account, person, department;
    std::vector<std::uint8_t> level, roles;
    std::vector<double> weight, stance;
    std::vector<Day> rated, left;
  } sta{};
  struct {
    std::vector<Code> account;
    std::vector<Day> date;
    std::vector<double> wc, ta, re, ebit, equity, liabilities, limit, exposure, pd;
  } fin{};

  void order(Code who, Day day, double money, Code what = 0, TransactionKind how = {},
             Day due_on = kNoDay, Day paid_on = kNoDay) {
    account.push_back(who);
    date.push_back(day);
    amount.push_back(money);
    quantity.push_back(money > 0 ? 2 : -1);
    cogs.push_back(money / 2);
    kind.push_back(static_cast<std::uint8_t>(how));
    category.push_back(what);
    due.push_back(due_on);
    paid.push_back(paid_on);
    size(who);
  }
  void size(Code who) {
    accounts = std::max<std::size_t>(accounts, who + 1);
    wallet.resize(accounts, kNaN);
    rank.resize(accounts, kNaN);
    suppliers.resize(accounts, kNaN);
    sector.resize(accounts, 0);
  }
  void activity(Code who, Day day, ActivityType what, Code our = 0, Code their = 0) {
    size(who);
    act.account.push_back(who);
    act.date.push_back(day);
    act.type.push_back(static_cast<std::uint8_t>(what));
    act.our.push_back(our);
    act.their.push_back(their);
    act.cost.push_back(1);
  }
  void contract(Code who, Day start, Day end, double value, double notice) {
    size(who);
    con.account.push_back(who);
    con.start.push_back(start);
    con.end.push_back(end);
    con.value.push_back(value);
    con.notice.push_back(notice);
  }
  void rating(Code who, Code item, double value, Day day = kAsOf, double high = 10) {
    size(who);
    rat.account.push_back(who);
    rat.item.push_back(item);
    rat.value.push_back(value);
    rat.date.push_back(day);
    rat.high.push_back(high);
  }
  void deal(Code who, double value, Code stage, Day created = kAsOf, DealOutcome outcome = {}) {
    size(who);
    opp.account.push_back(who);
    opp.value.push_back(value);
    opp.stage.push_back(stage);
    opp.created.push_back(created);
    opp.outcome.push_back(static_cast<std::uint8_t>(outcome));
  }
  void person(Code who, Code id, double weight, double stance, std::uint8_t roles = 0,
              Day left = kNoDay, std::uint8_t level = 0, Code department = 1, Day rated = kAsOf) {
    size(who);
    sta.account.push_back(who);
    sta.person.push_back(id);
    sta.weight.push_back(weight);
    sta.stance.push_back(stance);
    sta.roles.push_back(roles);
    sta.left.push_back(left);
    sta.level.push_back(level);
    sta.department.push_back(department);
    sta.rated.push_back(rated);
  }
  void sheet(Code who, Day day, double exposure, double limit, double pd, double scale = 1) {
    size(who);
    fin.account.push_back(who);
    fin.date.push_back(day);
    fin.wc.push_back(.2 * scale);
    fin.ta.push_back(scale);
    fin.re.push_back(.1 * scale);
    fin.ebit.push_back(.08 * scale);
    fin.equity.push_back(.9 * scale);
    fin.liabilities.push_back(scale);
    fin.limit.push_back(limit);
    fin.exposure.push_back(exposure);
    fin.pd.push_back(pd);
  }

  [[nodiscard]] Portfolio portfolio() const {
    Portfolio p;
    p.accounts = {.rows = accounts,
                  .sector = sector,
                  .wallet = wallet,
                  .supplier_rank = rank,
                  .suppliers = suppliers,
                  .sector_names = sector_names};
    p.transactions = {.account = account,
                      .date = date,
                      .amount = amount,
                      .kind = kind,
                      .quantity = quantity,
                      .category = category,
                      .cogs = cogs,
                      .paid_date = paid,
                      .due_date = due,
                      .category_names = category_names};
    p.activities = {.account = act.account,
                    .date = act.date,
                    .type = act.type,
                    .our_person = act.our,
                    .their_person = act.their,
                    .cost = act.cost};
    p.contracts = {.account = con.account,
                   .start = con.start,
                   .end = con.end,
                   .value_per_year = con.value,
                   .notice_days = con.notice};
    p.ratings = {.account = rat.account,
                 .item = rat.item,
                 .value = rat.value,
                 .scale_max = rat.high,
                 .date = rat.date,
                 .item_names = rat.names};
    p.opportunities = {.account = opp.account,
                       .value = opp.value,
                       .stage = opp.stage,
                       .created = opp.created,
                       .outcome = opp.outcome,
                       .stage_names = opp.names};
    p.stakeholders = {.account = sta.account,
                      .person = sta.person,
                      .department = sta.department,
                      .level = sta.level,
                      .roles = sta.roles,
                      .weight = sta.weight,
                      .stance = sta.stance,
                      .rated_on = sta.rated,
                      .left_on = sta.left};
    p.financials = {.account = fin.account,
                    .date = fin.date,
                    .working_capital = fin.wc,
                    .total_assets = fin.ta,
                    .retained_earnings = fin.re,
                    .ebit = fin.ebit,
                    .equity = fin.equity,
                    .liabilities = fin.liabilities,
                    .credit_limit = fin.limit,
                    .exposure = fin.exposure,
                    .probability_of_default = fin.pd};
    return p;
  }
};

inline MeasurePriors fitted(const Portfolio& p, Day as_of = kAsOf) {
  const auto facts = gather_facts(p, {}, as_of);
  if (!facts) throw std::runtime_error(facts.error().message());
  const auto priors = fit_measure_priors(p, *facts);
  EXPECT_TRUE(priors);
  return *priors;
}

inline FeatureTable table_of(const Portfolio& p, const MeasurePriors& priors, Day as_of = kAsOf,
                             const FeatureOptions& options = {}) {
  const auto facts = gather_facts(p, {}, as_of, options);
  EXPECT_TRUE(facts) << facts.error().message();
  auto features = portfolio::features(p, *facts, {.repurchase_a = 1, .repurchase_b = 1}, options);
  EXPECT_TRUE(features);
  EXPECT_TRUE(add_measures(p, *facts, priors, options, *features).ok());
  return std::move(*features);
}
inline FeatureTable table_of(const World& w, Day as_of = kAsOf,
                             const FeatureOptions& options = {}) {
  return table_of(w.portfolio(), fitted(w.portfolio(), as_of), as_of, options);
}

inline double feature(const FeatureTable& t, const char* name, std::size_t account = 0) {
  const auto column = t.find(name);
  EXPECT_LT(account, column.size()) << name;
  return account < column.size() ? column[account] : kNaN;
}
inline std::string note(const FeatureTable& t, std::string_view name) {
  const auto at = std::find(t.names.begin(), t.names.end(), name);
  return at == t.names.end() ? "no such column"
                             : t.notes[static_cast<std::size_t>(at - t.names.begin())];
}
inline bool is_missing(const FeatureTable& t, const char* name, std::size_t account = 0) {
  return std::isnan(feature(t, name, account));
}

/// Everything at random, some of it broken and some of it after as_of.
inline World random_world(unsigned seed, Code accounts) {
  std::mt19937 random(seed);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto day = [&] { return kAsOf - 900 + static_cast<Day>(below(1000)); };
  const auto maybe = [&](double value) { return below(8) == 0 ? kNaN : value; };
  World w;
  for (Code a = 0; a < accounts; ++a) {
    w.size(a);
    w.sector[a] = below(3);
    w.wallet[a] = maybe(100.0 * below(1000));
    w.suppliers[a] = maybe(3);
    w.rank[a] = 1 + below(3);
    for (unsigned i = below(60); i > 0; --i) {
      const Day on = day();
      const auto how = static_cast<TransactionKind>(below(8) == 0 ? below(kTransactionKinds) : 0);
      w.order(a, on, (below(9) == 0 ? -1.0 : 1.0) * below(5000), below(5), how,
              below(6) == 0 ? kNoDay : on + 30,
              below(3) == 0 ? kNoDay : on + static_cast<Day>(below(90)));
    }
    for (unsigned i = 1 + below(20); i > 0; --i) {
      w.activity(a, day(), static_cast<ActivityType>(below(8)), below(4), below(5));
    }
    for (unsigned i = below(4); i > 0; --i) w.rating(a, 0, below(11), day(), below(6) ? 10 : 5);
    if (below(2)) w.rating(a, 1, below(3), day());
    for (unsigned i = below(5); i > 0; --i)
      w.contract(a, day(), day() + 300, maybe(below(900)), maybe(30));
    for (unsigned i = below(6); i > 0; --i) {
      w.deal(a, maybe(100.0 * below(50)), below(3), day(), static_cast<DealOutcome>(below(3)));
    }
    for (unsigned i = below(7); i > 0; --i) {
      w.person(a, 1 + below(5), maybe(below(50)), maybe(below(5) / 2.0 - 1),
               static_cast<std::uint8_t>(below(32)), below(3) ? kNoDay : day(),
               static_cast<std::uint8_t>(below(3)), below(4), day());
    }
    for (unsigned i = below(4); i > 0; --i)
      w.sheet(a, day(), maybe(below(90)), maybe(below(80)), maybe(below(10) / 10.0), 1 + below(3));
  }
  return w;
}

/// The rows of one account (as account 0), all rows in another order, or only rows up to a day.
template <class Keep>
World selected(const World& w, unsigned seed, bool alone, Keep&& keep) {
  World r;
  r.size(alone ? 0 : static_cast<Code>(w.accounts - 1));
  std::mt19937 random(seed);
  const auto order = [&](std::size_t n) {
    std::vector<std::size_t> rows(n);
    for (std::size_t i = 0; i < n; ++i) rows[i] = i;
    std::shuffle(rows.begin(), rows.end(), random);
    return rows;
  };
  const auto code = [&](Code a) { return alone ? 0 : a; };
  for (std::size_t a = 0; a < w.accounts; ++a) {
    if (!keep(static_cast<Code>(a), kAsOf)) continue;
    r.wallet[code(static_cast<Code>(a))] = w.wallet[a];
    r.rank[code(static_cast<Code>(a))] = w.rank[a];
    r.suppliers[code(static_cast<Code>(a))] = w.suppliers[a];
    r.sector[code(static_cast<Code>(a))] = w.sector[a];
  }
  for (const std::size_t i : order(w.account.size())) {
    if (!keep(w.account[i], w.date[i])) continue;
    r.order(code(w.account[i]), w.date[i], w.amount[i], w.category[i],
            static_cast<TransactionKind>(w.kind[i]), w.due[i], w.paid[i]);
  }
  for (const std::size_t i : order(w.act.account.size())) {
    if (!keep(w.act.account[i], w.act.date[i])) continue;
    r.activity(code(w.act.account[i]), w.act.date[i], static_cast<ActivityType>(w.act.type[i]),
               w.act.our[i], w.act.their[i]);
  }
  for (const std::size_t i : order(w.con.account.size())) {
    if (!keep(w.con.account[i], w.con.start[i])) continue;
    r.contract(code(w.con.account[i]), w.con.start[i], w.con.end[i], w.con.value[i],
               w.con.notice[i]);
  }
  for (const std::size_t i : order(w.rat.account.size())) {
    if (!keep(w.rat.account[i], w.rat.date[i])) continue;
    r.rating(code(w.rat.account[i]), w.rat.item[i], w.rat.value[i], w.rat.date[i], w.rat.high[i]);
  }
  for (const std::size_t i : order(w.opp.account.size())) {
    if (!keep(w.opp.account[i], w.opp.created[i])) continue;
    r.deal(code(w.opp.account[i]), w.opp.value[i], w.opp.stage[i], w.opp.created[i],
           static_cast<DealOutcome>(w.opp.outcome[i]));
  }
  for (const std::size_t i : order(w.sta.account.size())) {
    if (!keep(w.sta.account[i], w.sta.rated[i])) continue;
    r.person(code(w.sta.account[i]), w.sta.person[i], w.sta.weight[i], w.sta.stance[i],
             w.sta.roles[i], w.sta.left[i], w.sta.level[i], w.sta.department[i], w.sta.rated[i]);
  }
  for (const std::size_t i : order(w.fin.account.size())) {
    if (!keep(w.fin.account[i], w.fin.date[i])) continue;
    r.sheet(code(w.fin.account[i]), w.fin.date[i], w.fin.exposure[i], w.fin.limit[i], w.fin.pd[i],
            w.fin.ta[i]);
  }
  return r;
}

inline bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

inline void expect_same_tables(const FeatureTable& a, const FeatureTable& b) {
  ASSERT_EQ(a.names, b.names);
  for (std::size_t c = 0; c < a.names.size(); ++c) {
    ASSERT_EQ(a.values[c].size(), b.values[c].size());
    for (std::size_t i = 0; i < a.values[c].size(); ++i) {
      EXPECT_TRUE(same(a.values[c][i], b.values[c][i]))
          << a.names[c] << " of " << i << ": " << a.values[c][i] << " and " << b.values[c][i];
    }
    ASSERT_EQ(a.ages[c].size(), b.ages[c].size()) << a.names[c];
    for (std::size_t i = 0; i < a.ages[c].size(); ++i) {
      EXPECT_TRUE(same(a.ages[c][i], b.ages[c][i])) << "age of " << a.names[c];
    }
  }
}

}  // namespace kam::scoring
