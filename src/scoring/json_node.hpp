/// Reading untrusted JSON: every access is checked, the first error is kept with its place, and
/// reading goes on with harmless values, so that readers need no branch per field.
#pragma once

#include <cmath>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::scoring {

using Json = nlohmann::json;

/// JSON has no NaN and no infinity: null.
inline Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// Where the first error was. `place` turns a path such as "indicator[2].bands" into what a person
/// looks for (a line of a TOML file).
struct JsonErrors {
  std::function<std::string(const std::string& path)> place = [](const std::string& path) {
    return path.empty() ? std::string("top level") : path;
  };
  std::string first;

  void add(const std::string& path, const std::string& message) {
    if (first.empty()) first = place(path) + ": " + message;
  }
  [[nodiscard]] Status status() const {
    return first.empty() ? Status{} : Status{StatusCode::invalid_format, first};
  }
};

class JsonNode {
 public:
  JsonNode(const Json& value, std::string path, JsonErrors& errors)
      : value_(&value), path_(std::move(path)), errors_(&errors) {}

  [[nodiscard]] bool has(const char* key) const {
    return value_->is_object() && value_->contains(key);
  }
  [[nodiscard]] bool is_text(const char* key) const {
    return has(key) && (*value_)[key].is_string();
  }
  [[nodiscard]] bool is_true(const char* key) const { return has(key) && (*value_)[key] == true; }
  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] double number(const char* key) const {
    const Json* found = need(key);
    if (found == nullptr) return kNaN;
    if (found->is_null()) return kNaN;  // how JSON spells a missing number
    if (!found->is_number()) return fail(key, "must be a number"), kNaN;
    return found->get<double>();
  }
  [[nodiscard]] double number(const char* key, double fallback) const {
    return has(key) ? number(key) : fallback;
  }
  [[nodiscard]] std::string text(const char* key) const {
    const Json* found = need(key);
    if (found == nullptr) return {};
    if (!found->is_string()) return fail(key, "must be text"), std::string();
    return found->get<std::string>();
  }
  [[nodiscard]] std::string text(const char* key, const char* fallback) const {
    return has(key) ? text(key) : std::string(fallback);
  }
  /// Unlike number(): missing values (null) are an error.
  [[nodiscard]] double finite(const char* key, double fallback) const {
    const double value = number(key, fallback);
    if (!std::isfinite(value)) fail(key, "must be a finite number");
    return value;
  }
  [[nodiscard]] std::size_t count(const char* key) const {
    const double value = finite(key, 0);
    if (!(value >= 0 && value <= 1e15)) fail(key, "must be a count");
    return value >= 0 && value <= 1e15 ? static_cast<std::size_t>(value) : 0;
  }
  [[nodiscard]] JsonNode object(const char* key) const {
    const Json* found = need(key);
    if (found != nullptr && !found->is_object()) fail(key, "must be a table");
    return {found != nullptr && found->is_object() ? *found : empty(), join(key), *errors_};
  }
  [[nodiscard]] std::vector<JsonNode> items(const char* key) const {
    std::vector<JsonNode> nodes;
    const Json* found = need(key);
    if (found == nullptr) return nodes;
    if (!found->is_array()) return fail(key, "must be a list"), nodes;
    for (std::size_t i = 0; i < found->size(); ++i) {
      nodes.emplace_back((*found)[i], join(key) + "[" + std::to_string(i) + "]", *errors_);
    }
    return nodes;
  }
  [[nodiscard]] std::vector<double> numbers(const char* key) const {
    std::vector<double> values;
    for (const JsonNode& item : items(key)) values.push_back(item.as_number());
    return values;
  }
  [[nodiscard]] std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> values;
    for (const JsonNode& item : items(key)) {
      if (!item.value_->is_string()) errors_->add(item.path_, "must be text");
      values.push_back(item.value_->is_string() ? item.value_->get<std::string>() : std::string());
    }
    return values;
  }
  /// This node itself as a list of texts.
  [[nodiscard]] std::vector<std::string> as_texts() const {
    std::vector<std::string> values;
    if (!value_->is_array()) return errors_->add(path_, "must be a list of texts"), values;
    for (const Json& item : *value_) {
      if (!item.is_string()) errors_->add(path_, "must be a list of texts");
      values.push_back(item.is_string() ? item.get<std::string>() : std::string());
    }
    return values;
  }
  /// This node itself as a number; NaN for null.
  [[nodiscard]] double as_number() const {
    if (value_->is_null()) return kNaN;
    if (!value_->is_number()) return errors_->add(path_, "must be a number"), kNaN;
    return value_->get<double>();
  }
  [[nodiscard]] std::size_t size() const { return value_->size(); }
  [[nodiscard]] bool is_list() const { return value_->is_array(); }
  [[nodiscard]] JsonNode at(std::size_t i) const {
    return {i < value_->size() ? (*value_)[i] : empty(), path_ + "[" + std::to_string(i) + "]",
            *errors_};
  }

  /// A misspelt key must not silently keep a default.
  void allow_only(std::initializer_list<const char*> keys) const {
    if (!value_->is_object()) return errors_->add(path_, "must be a table");
    for (const auto& [key, unused] : value_->items()) {
      bool known = false;
      for (const char* allowed : keys) known = known || key == allowed;
      if (!known) errors_->add(join(key.c_str()), "unknown key");
    }
  }
  void fail(const char* key, const std::string& message) const { errors_->add(join(key), message); }

 private:
  [[nodiscard]] static const Json& empty() {
    static const Json kEmpty = Json::object();
    return kEmpty;
  }
  [[nodiscard]] std::string join(const char* key) const {
    return path_.empty() ? key : path_ + "." + key;
  }
  [[nodiscard]] const Json* need(const char* key) const {
    if (has(key)) return &(*value_)[key];
    fail(key, "is missing");
    return nullptr;
  }

  const Json* value_;
  std::string path_;
  JsonErrors* errors_;
};

/// Bounded parsing: size and depth first, then syntax. NaN and infinity are not JSON; null is
/// missing.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::size_t most_bytes);

}  // namespace kam::scoring
