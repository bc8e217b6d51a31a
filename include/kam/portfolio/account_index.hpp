/// Text ids to dense codes and back: what an edge does before it calls anything else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

/// Codes are given in order of first appearance, so they do not depend on the hash. Any bytes are
/// an id; two ids are the same if their bytes are (no case folding, no trimming: nothing is merged
/// silently). About 12 bytes per id besides its text. As a container it throws std::bad_alloc.
class AccountIndex {
 public:
  /// The code of `id`, a new one if it was not seen before; kNoAccount once 2^32 - 1 ids are known.
  Code insert(std::string_view id);
  /// The code of `id`, or kNoAccount.
  [[nodiscard]] Code find(std::string_view id) const noexcept;
  /// Precondition: code < size(). Valid until the next insert.
  [[nodiscard]] std::string_view id(Code code) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  void reserve(std::size_t ids);

 private:
  /// Open addressing, linear probing, at most half full; a slot keeps part of the hash, so that a
  /// probe seldom has to look at the text.
  struct Slot {
    Code code = kNoAccount;
    std::uint32_t tag = 0;
  };
  [[nodiscard]] std::size_t probe(std::string_view id, std::uint64_t hash) const noexcept;
  void rehash(std::size_t slots);

  std::vector<Slot> slots_;
  std::vector<std::uint64_t> ends_;  ///< where the text of each id ends in text_
  std::vector<char> text_;
};

}  // namespace kam::portfolio
