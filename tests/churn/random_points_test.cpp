/// Every churn model at thousands of random hard points, against 50-digit values.
#include <kam/churn/bdw.hpp>
#include <kam/churn/bgbb.hpp>
#include <kam/churn/order_model.hpp>
#include <kam/churn/sbg.hpp>

#include "random_points.hpp"

namespace kam {
namespace {

using test::compare_random_points;
using test::ReferenceTable;

const std::vector<std::string> kAll{"log_likelihood", "probability_alive", "expected_orders",
                                    "probability_no_order"};
const std::vector<std::string> kWithoutSilence(kAll.begin(), kAll.begin() + 3);

struct History {
  double x, t_x, T, t;

  History(const ReferenceTable& table, std::size_t i)
      : x(table.number(i, "x")),
        t_x(table.number(i, "t_x")),
        T(table.number(i, "T")),
        t(table.number(i, "t")) {}
};

template <class Parameters>
Parameters parameters(const ReferenceTable& table, std::size_t i) {
  std::array<double, Parameters::kCount> v{};
  for (std::size_t k = 0; k < v.size(); ++k) v[k] = table.number(i, Parameters::kNames[k]);
  return Parameters::from_values(v);
}

template <class Parameters>
std::vector<double> scalars(const ReferenceTable& table, std::size_t i) {
  const auto p = parameters<Parameters>(table, i);
  const auto [x, t_x, T, t] = History(table, i);
  return {log_likelihood(p, x, t_x, T), probability_alive(p, x, t_x, T),
          expected_orders(p, t, x, t_x, T), probability_no_order(p, t, x, t_x, T)};
}

/// Through the batch verbs, whose logarithms come from the block kernels.
std::vector<double> batch(const OrderModel& model, const History& at) {
  const OrderColumns account{std::span(&at.x, 1), std::span(&at.t_x, 1), std::span(&at.T, 1)};
  std::vector<double> a(4);
  const auto out = [&](std::size_t k) { return std::span(a).subspan(k, 1); };
  EXPECT_TRUE(log_likelihood(model, account, out(0)).ok());
  EXPECT_TRUE(probability_alive(model, account, out(1)).ok());
  EXPECT_TRUE(expected_orders(model, at.t, account, out(2)).ok());
  EXPECT_TRUE(probability_no_order(model, at.t, account, out(3)).ok());
  return a;
}

template <class Parameters>
std::vector<double> batches(const ReferenceTable& table, std::size_t i) {
  return batch(parameters<Parameters>(table, i), History(table, i));
}

template <class Parameters>
std::vector<double> phase_scalars(const ReferenceTable& table, std::size_t i) {
  auto p = parameters<Parameters>(table, i);
  p.k = static_cast<int>(table.number(i, "k"));
  const auto [x, t_x, T, t] = History(table, i);
  return {log_likelihood_without_gaps(p, x, t_x, T), probability_alive(p, x, t_x, T),
          expected_orders(p, t, x, t_x, T), probability_no_order(p, t, x, t_x, T)};
}

std::vector<double> without_silence(std::vector<double> all) {
  all.pop_back();
  return all;
}

TEST(RandomHardPoints, BgNbd) {
  compare_random_points("bgnbd", kAll, scalars<bgnbd::Parameters>);
  compare_random_points("bgnbd", kAll, batches<bgnbd::Parameters>);
}

TEST(RandomHardPoints, MbgNbd) {
  compare_random_points("mbgnbd", kAll, scalars<mbgnbd::Parameters>);
  compare_random_points("mbgnbd", kAll, batches<mbgnbd::Parameters>);
}

TEST(RandomHardPoints, BgCnbd) {
  compare_random_points("bgcnbd", kAll, phase_scalars<bgcnbd::Parameters>);
}

TEST(RandomHardPoints, MbgCnbd) {
  compare_random_points("mbgcnbd", kAll, phase_scalars<mbgcnbd::Parameters>);
}

TEST(RandomHardPoints, ParetoNbd) {
  compare_random_points("pareto_nbd", kWithoutSilence, [](const ReferenceTable& t, std::size_t i) {
    return without_silence(scalars<pareto_nbd::Parameters>(t, i));
  });
  compare_random_points("pareto_nbd", kWithoutSilence, [](const ReferenceTable& t, std::size_t i) {
    return without_silence(batches<pareto_nbd::Parameters>(t, i));
  });
}

TEST(RandomHardPoints, Nbd) {
  const std::vector<std::string> quantities{"log_likelihood", "expected_orders",
                                            "probability_no_order"};
  const auto without_alive = [](std::vector<double> all) {
    EXPECT_EQ(all[1], 1);
    all.erase(all.begin() + 1);
    return all;
  };
  compare_random_points("nbd", quantities, [&](const ReferenceTable& t, std::size_t i) {
    return without_alive(scalars<nbd::Parameters>(t, i));
  });
  compare_random_points("nbd", quantities, [&](const ReferenceTable& t, std::size_t i) {
    return without_alive(batches<nbd::Parameters>(t, i));
  });
}

TEST(RandomHardPoints, BgBb) {
  compare_random_points("bgbb", kAll, [](const ReferenceTable& table, std::size_t i) {
    const auto p = parameters<bgbb::Parameters>(table, i);
    const double x = table.number(i, "x"), t_x = table.number(i, "t_x"), n = table.number(i, "n"),
                 ahead = table.number(i, "periods");
    return std::vector{log_likelihood(p, x, t_x, n), probability_alive(p, x, t_x, n),
                       expected_orders(p, ahead, x, t_x, n),
                       probability_no_order(p, ahead, x, t_x, n)};
  });
}

/// `periods` of the residual lifetime as the table has it.
template <class Parameters>
std::vector<double> renewals(const ReferenceTable& t, std::size_t i, double periods) {
  const auto p = parameters<Parameters>(t, i);
  const double renewed = t.number(i, "renewals"), ahead = t.number(i, "periods");
  return {log_likelihood(p, t.number(i, "duration"), t.number(i, "event")),
          survival(p, ahead, renewed), churn_probability(p, ahead, renewed),
          discounted_residual(p, renewed, t.number(i, "discount"), periods)};
}

const std::vector<std::string> kRenewals{"log_likelihood", "survival", "churn_probability",
                                         "discounted_residual"};

TEST(RandomHardPoints, Sbg) {
  compare_random_points("sbg", kRenewals, [](const ReferenceTable& t, std::size_t i) {
    return renewals<sbg::Parameters>(t, i, HUGE_VAL);
  });
}

TEST(RandomHardPoints, Bdw) {
  compare_random_points("bdw", kRenewals, [](const ReferenceTable& t, std::size_t i) {
    return renewals<bdw::Parameters>(t, i, t.number(i, "periods"));
  });
}

}  // namespace
}  // namespace kam
