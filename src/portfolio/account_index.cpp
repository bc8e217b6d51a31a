#include <kam/portfolio/account_index.hpp>

#include <algorithm>
#include <bit>
#include <functional>

namespace kam::portfolio {
namespace {

std::uint64_t hash_of(std::string_view id) noexcept {
  return std::hash<std::string_view>{}(id);
}

std::uint32_t tag_of(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

std::string_view AccountIndex::id(Code code) const noexcept {
  const std::uint64_t begin = code == 0 ? 0 : ends_[code - 1];
  return {text_.data() + begin, ends_[code] - begin};
}

/// The slot of `id`, or the empty one where it belongs. Precondition: there is an empty slot.
std::size_t AccountIndex::probe(std::string_view id, std::uint64_t hash) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.code == kNoAccount) return at;
    if (slot.tag == tag_of(hash) && this->id(slot.code) == id) return at;
  }
}

void AccountIndex::rehash(std::size_t slots) {
  slots_.assign(slots, Slot{});
  for (Code code = 0; code < ends_.size(); ++code) {
    const std::uint64_t hash = hash_of(id(code));
    std::size_t at = hash & (slots - 1);
    while (slots_[at].code != kNoAccount) at = (at + 1) & (slots - 1);
    slots_[at] = {code, tag_of(hash)};
  }
}

void AccountIndex::reserve(std::size_t ids) {
  ends_.reserve(ids);
  if (2 * ids > slots_.size()) rehash(std::bit_ceil(2 * ids));
}

Code AccountIndex::insert(std::string_view id) {
  if (2 * (ends_.size() + 1) > slots_.size()) rehash(std::max<std::size_t>(16, 2 * slots_.size()));
  const std::uint64_t hash = hash_of(id);
  Slot& slot = slots_[probe(id, hash)];
  if (slot.code != kNoAccount || ends_.size() == kNoAccount) return slot.code;
  text_.insert(text_.end(), id.begin(), id.end());
  ends_.push_back(text_.size());
  slot = {static_cast<Code>(ends_.size() - 1), tag_of(hash)};
  return slot.code;
}

Code AccountIndex::find(std::string_view id) const noexcept {
  return slots_.empty() ? kNoAccount : slots_[probe(id, hash_of(id))].code;
}

}  // namespace kam::portfolio
