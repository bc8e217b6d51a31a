#include <kam/value/scorecard.hpp>

#include <algorithm>
#include <utility>

#include <kam/value/weights.hpp>

namespace kam::value {
namespace {

Status error(const std::string& subject, const char* what) {
  return {StatusCode::invalid_argument, "`" + subject + "` " + what};
}

template <class Item>
Status check_ids(const std::vector<Item>& items, const char* kind) {
  if (items.empty()) return error(kind, "must not be empty");
  for (auto item = items.begin(); item != items.end(); ++item) {
    const std::string name = std::string(kind) + "[" + std::to_string(item - items.begin()) + "]";
    if (item->id.empty()) return error(name, "needs an id");
    const auto same_id = [&](const Item& other) { return other.id == item->id; };
    if (std::any_of(items.begin(), item, same_id)) {
      return error(name, ("repeats the id `" + item->id + "`").c_str());
    }
  }
  return {};
}

Status check_coverages(const std::vector<Dimension>& dimensions) {
  for (const Dimension& d : dimensions) {
    if (!(d.minimum_coverage >= 0.0 && d.minimum_coverage <= 1.0)) {
      return invalid_argument((d.id + ".minimum_coverage").c_str(), "between 0 and 1",
                              d.minimum_coverage);
    }
  }
  return {};
}

Result<std::vector<std::size_t>> locate(const std::vector<Dimension>& dimensions,
                                        const std::vector<Indicator>& indicators) {
  std::vector<std::size_t> dimension_of;
  for (const Indicator& k : indicators) {
    const auto found = std::find_if(dimensions.begin(), dimensions.end(),
                                    [&](const Dimension& d) { return d.id == k.dimension; });
    if (found == dimensions.end()) {
      return error(k.id, ("names the unknown dimension `" + k.dimension + "`").c_str());
    }
    dimension_of.push_back(static_cast<std::size_t>(found - dimensions.begin()));
  }
  return dimension_of;
}

/// normalised_weights with the owner's name in front of the complaint.
Result<std::vector<double>> weights_of(const std::string& owner,
                                       const std::vector<double>& weights) {
  auto shares = normalised_weights(weights);
  if (shares) return shares;
  return Status{shares.error().code(), owner + ": " + shares.error().message()};
}

/// Normalises the weights of the indicators of one dimension in place.
Status normalise_within(std::size_t d, const Dimension& dimension,
                        std::span<const std::size_t> dimension_of, std::vector<double>& w) {
  std::vector<double> own;
  for (std::size_t k = 0; k < w.size(); ++k) {
    if (dimension_of[k] == d) own.push_back(w[k]);
  }
  if (own.empty()) return error(dimension.id, "is a dimension without indicators");
  const auto shares = weights_of("dimension `" + dimension.id + "`", own);
  if (!shares) return shares.error();
  auto next = shares->begin();
  for (std::size_t k = 0; k < w.size(); ++k) {
    if (dimension_of[k] == d) w[k] = *next++;
  }
  return {};
}

}  // namespace

Result<Scorecard> make_scorecard(std::vector<Dimension> dimensions,
                                 std::vector<Indicator> indicators) {
  if (Status s = check_ids(dimensions, "dimensions"); !s.ok()) return s;
  if (Status s = check_ids(indicators, "indicators"); !s.ok()) return s;
  if (Status s = check_coverages(dimensions); !s.ok()) return s;
  for (const Indicator& k : indicators) {
    if (Status s = check(k); !s.ok()) return s;
  }
  auto dimension_of = locate(dimensions, indicators);
  if (!dimension_of) return dimension_of.error();

  std::vector<double> raw, w;
  for (const Dimension& d : dimensions) raw.push_back(d.weight);
  for (const Indicator& k : indicators) w.push_back(k.weight);
  auto big_w = weights_of("dimensions", raw);
  if (!big_w) return big_w.error();
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    if (Status s = normalise_within(d, dimensions[d], *dimension_of, w); !s.ok()) return s;
  }
  Scorecard card;
  card.dimensions_ = std::move(dimensions);
  card.indicators_ = std::move(indicators);
  card.big_w_ = std::move(*big_w);
  card.w_ = std::move(w);
  card.totals_.assign(card.dimensions_.size(), 0.0);
  for (std::size_t k = 0; k < card.w_.size(); ++k) {
    card.totals_[(*dimension_of)[k]] += card.w_[k];
  }
  card.dimension_of_ = std::move(*dimension_of);
  return card;
}

}  // namespace kam::value
