/// The tables of a portfolio as arrays that stay alive while the core borrows them.
#pragma once

#include "binding.hpp"

namespace kam::python {

/// Columns come in a dict of name to array; a name that is absent or None is an empty column.
class Tables {
 public:
  explicit Tables(std::size_t accounts) { portfolio_.accounts.rows = accounts; }

  void transactions(const py::dict& columns, std::vector<std::string> category_names);
  void accounts(const py::dict& columns, std::vector<std::string> sector_names);
  void activities(const py::dict& columns);
  void contracts(const py::dict& columns);
  void ratings(const py::dict& columns, std::vector<std::string> item_names);
  void opportunities(const py::dict& columns, std::vector<std::string> stage_names);
  void stakeholders(const py::dict& columns);
  void financials(const py::dict& columns);

  [[nodiscard]] const portfolio::Portfolio& portfolio() const { return portfolio_; }

 private:
  /// Keeps the array and returns its span; TypeError if it is not contiguous of exactly this type.
  template <class T>
  std::span<const T> take(const py::dict& columns, const char* name);

  portfolio::Portfolio portfolio_;
  std::vector<py::object> kept_;
  std::vector<std::string> category_names_, sector_names_, item_names_, stage_names_;
};

/// Rows read, repaired, rejected, and every finding, as plain Python data.
[[nodiscard]] py::dict report_dict(const portfolio::DataReport& report);

}  // namespace kam::python
