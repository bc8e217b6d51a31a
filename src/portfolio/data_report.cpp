#include <kam/portfolio/data_report.hpp>

#include <algorithm>

namespace kam::portfolio {
namespace {

template <class Findings>
auto find_code(Findings& findings, std::string_view code) noexcept {
  return std::find_if(findings.begin(), findings.end(),
                      [&](const Finding& finding) { return finding.code == code; });
}

void append_example(Finding& finding, std::size_t index) {
  if (finding.examples.size() < Finding::kMaxExamples) finding.examples.push_back(index);
}

}  // namespace

const char* severity_name(Severity severity) noexcept {
  constexpr const char* kNames[] = {"note", "repaired", "rejected"};
  return kNames[static_cast<int>(severity)];
}

void DataReport::add(std::string_view code, Severity severity, std::size_t index,
                     std::string_view explanation, Subject subject) {
  auto at = find_code(findings, code);
  if (at == findings.end()) {
    Finding finding{.code = std::string(code), .severity = severity, .subject = subject};
    finding.explanation = explanation;
    at = findings.insert(at, std::move(finding));
  }
  ++at->count;
  append_example(*at, index);
}

void DataReport::merge(const DataReport& next, std::size_t row_offset) {
  rows_read += next.rows_read;
  rows_used += next.rows_used;
  rows_rejected += next.rows_rejected;
  rows_set_aside += next.rows_set_aside;
  accounts += next.accounts;
  accounts_without_orders += next.accounts_without_orders;
  if (next.first_date != kNoDay) {
    first_date = first_date == kNoDay ? next.first_date : std::min(first_date, next.first_date);
    last_date = std::max(last_date, next.last_date);  // kNoDay is the smallest day
  }
  total_net_revenue += next.total_net_revenue;
  for (const Finding& finding : next.findings) {
    auto at = find_code(findings, finding.code);
    if (at == findings.end()) {
      at = findings.insert(at, finding);
      at->examples.clear();
    } else {
      at->count += finding.count;
    }
    const std::size_t offset = finding.subject == Subject::row ? row_offset : 0;
    for (const std::size_t example : finding.examples) append_example(*at, example + offset);
  }
}

const Finding* DataReport::find(std::string_view code) const& noexcept {
  const auto at = find_code(findings, code);
  return at == findings.end() ? nullptr : &*at;
}

}  // namespace kam::portfolio
