/// Profit of retention, folds that look forward, labels of churn.
#include "predictions.hpp"
#include "tables.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

py::dict maximum_dict(const churn::MaximumProfit& found) {
  py::dict d = rows_dict(found.rows, found.unknown_outcomes);
  d["profit"] = found.profit;
  d["fraction"] = found.fraction;
  d["score"] = found.score;
  d["expected_profit"] = found.expected_profit;
  d["expected_fraction"] = found.expected_fraction;
  return d;
}

py::dict campaign_dict(const churn::Campaign& c) {
  py::dict d = rows_dict(c.rows, 0);
  py::array_t<bool> chosen(static_cast<py::ssize_t>(c.chosen.size()));
  py::array_t<std::int64_t> rank(static_cast<py::ssize_t>(c.rank.size()));
  for (std::size_t i = 0; i < c.chosen.size(); ++i) {
    chosen.mutable_data()[i] = c.chosen[i] != 0;
    rank.mutable_data()[i] = c.rank[i];
  }
  d["profit"] = to_array(c.profit);
  d["spend"] = to_array(c.spend);
  d["chosen"] = chosen;
  d["rank"] = rank;
  d["method"] = choice_method_name(c.method);
  d["gap"] = c.gap;
  d["accounts"] = c.accounts;
  d["total_profit"] = c.total_profit;
  d["total_pred"] = py::make_tuple(c.total_pred_lo, c.total_pred_hi);
  d["total_spend"] = c.total_spend;
  d["most_spend"] = c.most_spend;
  return d;
}

void bind_campaigns(py::module_& m) {
  m.def("maximum_profit",
        [](const Doubles& outcome, const Doubles& probability, const Optional& weight, double alpha,
           double beta, double value, double offer, double contact) {
          const churn::CampaignTerms terms{{alpha, beta}, value, offer, contact};
          return maximum_dict(value_or_raise(without_gil([&] {
            return churn::maximum_profit(predictions(outcome, probability, weight), terms);
          })));
        });
  m.def("expected_profit",
        [](const Doubles& p, const Doubles& value, const Doubles& offer, const Doubles& contact,
           std::vector<double> acceptance, double budget, double level, std::uint64_t seed) {
          churn::CampaignOptions options{.budget = budget, .interval_level = level, .seed = seed};
          if (acceptance.size() == 1) {
            options.acceptance = acceptance[0];
          } else {
            options.acceptance = churn::BetaAcceptance{acceptance.at(0), acceptance.at(1)};
          }
          return campaign_dict(value_or_raise(without_gil([&] {
            return churn::expected_profit({in(p), in(value), in(offer), in(contact)}, options);
          })));
        });
}

py::array_t<std::int64_t> indices(const std::vector<std::size_t>& rows) {
  py::array_t<std::int64_t> array(static_cast<py::ssize_t>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    array.mutable_data()[i] = static_cast<std::int64_t>(rows[i]);
  }
  return array;
}

py::list splits_list(const std::vector<churn::RollingSplit>& splits) {
  py::list rows;
  for (const auto& s : splits) {
    rows.append(py::make_tuple(s.cut, s.part, s.last, indices(s.train), indices(s.test)));
  }
  return rows;
}

py::dict labels_dict(const portfolio::ChurnLabels& l) {
  py::dict d;
  const auto n = static_cast<py::ssize_t>(l.label.size());
  py::list status;
  for (const auto s : l.status) status.append(portfolio::label_status_name(s));
  d["account"] = Codes(n, l.account.data());
  d["cut"] = Int32s(n, l.cut.data());
  d["window_end"] = Int32s(n, l.window_end.data());
  d["label"] = to_array(l.label);
  d["status"] = status;
  d["rows_rejected"] = l.rows_rejected;
  return d;
}

py::list leaks_list(const std::vector<portfolio::Leak>& leaks) {
  py::list rows;
  for (const auto& leak : leaks) {
    rows.append(py::make_tuple(leak.feature, portfolio::leak_kind_name(leak.kind), leak.rows,
                               leak.first_row, leak.auc));
  }
  return rows;
}

void bind_folds(py::module_& m) {
  m.def("rolling_origin", [](const Int32s& cut, const std::optional<Codes>& account, int horizon,
                             int gap, int train, std::size_t least, int parts, std::uint64_t seed) {
    const churn::RollingOptions options{.horizon_days = horizon,
                                        .gap_days = gap,
                                        .train_days = train,
                                        .least_train_rows = least,
                                        .account_parts = parts,
                                        .seed = seed};
    return splits_list(value_or_raise(without_gil([&] {
      return churn::rolling_origin({in(cut), in(account)}, options);
    })));
  });
  m.def("find_leaks", [](const std::vector<std::string>& names, const std::vector<Doubles>& values,
                         const std::vector<std::optional<Int32s>>& last_dates, const Int32s& cut,
                         const Doubles& label, double threshold) {
    std::vector<portfolio::DatedFeature> features;
    for (std::size_t i = 0; i < names.size(); ++i) {
      features.push_back({names[i], in(values.at(i)), in(last_dates.at(i))});
    }
    return leaks_list(value_or_raise(without_gil(
        [&] { return portfolio::find_leaks(features, in(cut), in(label), threshold); })));
  });
}

void bind_labels(py::module_& m) {
  m.def("churn_labels", [](const Tables& tables, const Int32s& cuts, std::int32_t as_of,
                           const std::string& definition, int horizon, int grace, double loss_share,
                           int active, double gap_factor) {
    const portfolio::LabelOptions options{
        .as_of = as_of,
        .definition = value_or_raise(portfolio::parse_loss_definition(definition)),
        .horizon_days = horizon,
        .grace_days = grace,
        .loss_share = loss_share,
        .active_days = active,
        .gap_factor = gap_factor};
    return labels_dict(value_or_raise(without_gil(
        [&] { return portfolio::churn_labels(tables.portfolio(), {}, in(cuts), options); })));
  });
}

}  // namespace

void bind_profit(py::module_& m) {
  bind_campaigns(m);
  bind_folds(m);
  bind_labels(m);
}

}  // namespace kam::python
