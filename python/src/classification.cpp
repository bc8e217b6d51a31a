#include "tables.hpp"

namespace kam::python {
namespace {

using scoring::PortfolioScore;
using Int32Column = py::array_t<std::int32_t, py::array::c_style>;

py::array_t<std::int32_t> integers(const std::vector<std::int32_t>& values) {
  return py::array_t<std::int32_t>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::dict matrix_dict(const scoring::MatrixBlock& block, std::size_t rows) {
  py::array_t<double> probability({rows, block.probabilities.size()});
  double* data = probability.mutable_data();
  for (std::size_t c = 0; c < block.probabilities.size(); ++c) {
    for (std::size_t i = 0; i < rows; ++i) {
      data[i * block.probabilities.size() + c] = block.probabilities[c][i];
    }
  }
  return py::dict(py::arg("cell") = integers(block.cell),
                  py::arg("stability") = to_array(block.stability),
                  py::arg("probability") = probability);
}

/// Ids of the classes with this answer, per account.
py::list tags_of(const scoring::Model& model, const scoring::ClassificationBlock& block,
                 std::size_t rows, value::Answer wanted) {
  py::list tags;
  for (std::size_t i = 0; i < rows; ++i) {
    py::list own;
    for (std::size_t c = 0; c < block.classes.size(); ++c) {
      if (block.classes[c][i] == wanted) own.append(model.profile.classes[c].id);
    }
    tags.append(own);
  }
  return tags;
}

/// Texts of all rows: (tier, classes that hold, relation) as lists.
py::tuple texts_of(const scoring::ClassificationTexts& texts,
                   const scoring::ClassificationBlock& block, std::size_t rows,
                   const std::string& language) {
  const auto lang = language == "zh" ? value::Language::zh : value::Language::en;
  py::list tiers, classes, relations;
  for (std::size_t i = 0; i < rows; ++i) {
    const scoring::ClassificationText text = texts.row(i, lang);
    tiers.append(text.tier.empty() ? py::object(py::none()) : py::str(text.tier));
    py::list own;
    for (std::size_t c = 0; c < text.classes.size(); ++c) {
      if (block.classes[c][i] == value::Answer::yes) own.append(text.classes[c]);
    }
    classes.append(own);
    relations.append(text.relation);
  }
  return py::make_tuple(tiers, classes, relations);
}

/// Tier names instead of indices; None without a tier.
py::list tier_names(const value::TierRule* rule, const std::vector<std::int32_t>& tiers) {
  py::list names;
  for (const std::int32_t tier : tiers) {
    const bool known = rule != nullptr && tier != value::kNoTier;
    names.append(known ? py::object(py::str(std::string(rule->name(tier)))) : py::none());
  }
  return names;
}

py::dict classify(const PortfolioScore& score, const Tables& tables,
                  const std::optional<Int32Column>& previous, const std::string& language) {
  const scoring::PreviousTiers before = previous ? in(*previous) : scoring::PreviousTiers{};
  const auto& accounts = tables.portfolio().accounts;
  const scoring::ClassificationBlock block =
      value_or_raise(scoring::classify(score.model, score.table, score.features, accounts, before));
  const scoring::ClassificationTexts texts(score.model, score.table, score.features, accounts,
                                           block, before);
  const std::size_t rows = score.table.accounts;
  const auto& tiers = score.model.profile.tiers;
  py::dict result;
  result["tier"] = tier_names(tiers ? &*tiers : nullptr, block.tier);
  result["tier_stability"] = to_array(block.tier_stability);
  result["class_tags"] = tags_of(score.model, block, rows, value::Answer::yes);
  result["class_unknown"] = tags_of(score.model, block, rows, value::Answer::unknown);
  py::list relations;
  for (const value::RelationType type : block.relation) {
    const bool known = type != value::RelationType::unknown;
    relations.append(known ? py::object(py::str(value::relation_type_name(type))) : py::none());
  }
  result["relation_type"] = relations;
  const py::tuple told = texts_of(texts, block, rows, language);
  result["tier_rule"] = told[0];
  result["class_rules"] = told[1];
  result["relation_rule"] = told[2];
  py::list matrices;
  for (const auto& matrix : block.matrices) matrices.append(matrix_dict(matrix, rows));
  result["matrices"] = matrices;
  return result;
}

}  // namespace

void bind_classification(py::module_& m) {
  m.def("classify", &classify);
}

}  // namespace kam::python
