#include "numeric/large_array.hpp"

#include <cstdint>

#if defined(__linux__) && __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace kam::numeric {

void ask_for_large_pages([[maybe_unused]] void* memory,
                         [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t kPage = 65'536;  // a multiple of the page of every system
  const std::size_t before = reinterpret_cast<std::uintptr_t>(memory) % kPage;
  const std::size_t skip = before == 0 ? 0 : kPage - before;
  if (bytes < skip + kPage) return;
  (void)madvise(static_cast<char*>(memory) + skip, (bytes - skip) / kPage * kPage, MADV_HUGEPAGE);
#endif
}

}  // namespace kam::numeric
