/// Reads the data sets of tests/data: a header line, then rows of comma-separated cells.
#pragma once

#include <charconv>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kam::test {

class DataTable {
 public:
  explicit DataTable(const std::string& name) {
    std::ifstream in(std::string(KAM_TEST_DATA) + "/" + name);
    if (!in) throw std::runtime_error("no data set " + name);
    std::string line;
    std::getline(in, line);
    names_ = split(line);
    while (std::getline(in, line)) {
      const auto cells = split(line);
      if (cells.size() != names_.size()) throw std::runtime_error(name + ": " + line);
      rows_.push_back(cells);
    }
  }

  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  [[nodiscard]] std::vector<std::string> texts(const std::string& column) const {
    const std::size_t at = index(column);
    std::vector<std::string> cells;
    for (const auto& row : rows_) cells.push_back(row[at]);
    return cells;
  }
  /// NaN where the cell is empty or no number.
  [[nodiscard]] std::vector<double> numbers(const std::string& column) const {
    std::vector<double> values;
    for (const std::string& cell : texts(column)) {
      double value = std::nan("");
      std::from_chars(cell.data(), cell.data() + cell.size(), value);
      values.push_back(value);
    }
    return values;
  }
  /// 1 where the cell is `level`, 0 elsewhere.
  [[nodiscard]] std::vector<double> indicator(const std::string& column,
                                              const std::string& level) const {
    std::vector<double> values;
    for (const std::string& cell : texts(column)) values.push_back(cell == level ? 1.0 : 0.0);
    return values;
  }

 private:
  [[nodiscard]] std::size_t index(const std::string& column) const {
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == column) return i;
    throw std::runtime_error("no column " + column);
  }
  // Quotes are dropped, and a comma between them belongs to the cell.
  static std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.emplace_back();
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
    return cells;
  }

  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace kam::test
