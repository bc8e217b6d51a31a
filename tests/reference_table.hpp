/// Reads the 50-digit tables of tests/reference: '#' comments, a header line, then rows.
#pragma once

#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace kam::test {

class ReferenceTable {
 public:
  explicit ReferenceTable(const std::string& name) {
    std::ifstream in(std::string(KAM_TEST_REFERENCE) + "/" + name);
    if (!in) throw std::runtime_error("no reference table " + name);
    std::string line;
    while (std::getline(in, line)) {
      if (line.empty() || line[0] == '#') continue;
      if (header_.empty()) {
        const auto names = split(line);
        for (std::size_t i = 0; i < names.size(); ++i) header_[names[i]] = i;
      } else {
        rows_.push_back(split(line));
      }
    }
    if (rows_.empty()) throw std::runtime_error("empty reference table " + name);
  }

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const std::string& text(std::size_t row, const std::string& column) const {
    return rows_.at(row).at(header_.at(column));
  }
  /// NaN for an empty cell.
  [[nodiscard]] double number(std::size_t row, const std::string& column) const {
    const std::string& cell = text(row, column);
    double value = std::nan("");
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error == std::errc::result_out_of_range) return 0;  // below every double
    return value;
  }

 private:
  static std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells(1);
    for (const char c : line) {
      if (c == ',') {
        cells.emplace_back();
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
    return cells;
  }

  std::map<std::string, std::size_t> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// |got - want| / max(1, |want|): for logarithms, where the value may pass through 0.
inline double mixed_error(double got, double want) {
  return std::fabs(got - want) / std::fmax(1.0, std::fabs(want));
}

/// |got - want| / |want|; 0 if both are equal, infinite if one of them is not finite.
inline double relative_error(double got, double want) {
  if (got == want) return 0;
  const double error = std::fabs(got - want) / std::fabs(want);
  return std::isfinite(error) ? error : HUGE_VAL;
}

}  // namespace kam::test
