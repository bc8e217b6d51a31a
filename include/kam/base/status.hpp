/// How a call says that it could not be done.
///
/// Three bands (docs/adr/0002-errors-in-three-bands.md): a bad row is NaN and counted in a
/// BatchReport; a bad call returns a Status and leaves its output untouched; a fit that stops early
/// is a result with a stop reason. Nothing in kam throws.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace kam {

/// One numbering in C++, C and Python. Values are frozen; new ones are appended.
enum class StatusCode : int {
  ok = 0,
  invalid_argument =
      1,              ///< a value outside its domain; the message names the argument and the value
  size_mismatch = 2,  ///< columns of one call differ in length
  insufficient_data = 3,  ///< the call is right but the data cannot carry it
  invalid_format = 4,    ///< a profile or model file that cannot be read; message names line or key
  version_mismatch = 5,  ///< a model file of a format this version does not know
  cancelled = 6,         ///< the host's executor asked to stop; outputs are unspecified
  out_of_memory = 7,
  internal = 8,  ///< a defect of kam
};

/// Stable name of a code, e.g. "invalid_argument".
[[nodiscard]] constexpr const char* status_name(StatusCode code) noexcept {
  constexpr const char* kNames[] = {"ok",
                                    "invalid_argument",
                                    "size_mismatch",
                                    "insufficient_data",
                                    "invalid_format",
                                    "version_mismatch",
                                    "cancelled",
                                    "out_of_memory",
                                    "internal"};
  return kNames[static_cast<int>(code)];
}

class [[nodiscard]] Status {
 public:
  Status() noexcept = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] bool ok() const noexcept { return code_ == StatusCode::ok; }
  [[nodiscard]] StatusCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

 private:
  StatusCode code_ = StatusCode::ok;
  std::string message_;
};

/// "`horizon` must be finite and >= 0, got -3": the one form of an argument error.
[[nodiscard]] Status invalid_argument(const char* argument, const char* rule, double value);
[[nodiscard]] Status size_mismatch(const char* argument, std::size_t expected, std::size_t got);

/// A value or the Status that explains its absence; member names as in std::expected.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(runtime/explicit)
  Result(Status error)
      : state_(std::in_place_index<1>, std::move(error)) {  // NOLINT(runtime/explicit)
    assert(!std::get<1>(state_).ok());
  }

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  /// Precondition: has_value().
  [[nodiscard]] T& value() & noexcept { return *std::get_if<0>(&state_); }
  [[nodiscard]] const T& value() const& noexcept { return *std::get_if<0>(&state_); }
  [[nodiscard]] T&& value() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & noexcept { return value(); }
  const T& operator*() const& noexcept { return value(); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }
  /// Precondition: !has_value().
  [[nodiscard]] const Status& error() const noexcept { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace kam
