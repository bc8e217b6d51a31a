#include <kam/base/status.hpp>

#include <kam/base/columns.hpp>

#include "numeric/text.hpp"

namespace kam {

Status invalid_argument(const char* argument, const char* rule, double value) {
  return {StatusCode::invalid_argument,
          std::string("`") + argument + "` must be " + rule + ", got " + numeric::shortest(value)};
}

Status size_mismatch(const char* argument, std::size_t expected, std::size_t got) {
  return {StatusCode::size_mismatch, std::string("`") + argument + "` has " + std::to_string(got) +
                                         " rows, expected " + std::to_string(expected)};
}

Status check_size(const char* name, std::size_t got, std::size_t expected) {
  return got == expected ? Status{} : size_mismatch(name, expected, got);
}

Status check_sizes(const OrderColumns& columns) {
  const std::size_t rows = columns.rows();
  if (Status s = check_size("recency", columns.recency.size(), rows); !s.ok()) return s;
  if (Status s = check_size("age", columns.age.size(), rows); !s.ok()) return s;
  if (!columns.log_gaps.empty()) {
    if (Status s = check_size("log_gaps", columns.log_gaps.size(), rows); !s.ok()) return s;
  }
  if (columns.weight.empty()) return {};
  return check_size("weight", columns.weight.size(), rows);
}

Status check_sizes(const SpendColumns& columns) {
  const std::size_t rows = columns.rows();
  if (Status s = check_size("monetary_value", columns.monetary_value.size(), rows); !s.ok())
    return s;
  if (columns.weight.empty()) return {};
  return check_size("weight", columns.weight.size(), rows);
}

}  // namespace kam
