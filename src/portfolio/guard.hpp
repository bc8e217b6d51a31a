/// Memory that runs out becomes a Status: nothing throws out of the library.
#pragma once

#include <new>
#include <stdexcept>

#include <kam/base/status.hpp>

namespace kam::portfolio {

/// `T` is made from a Status if body() ran out of memory.
template <class T, class Body>
T guarded(Body&& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return T{Status{StatusCode::out_of_memory, "not enough memory"}};
  } catch (const std::length_error&) {
    return T{Status{StatusCode::out_of_memory, "more rows than a container can hold"}};
  }
}

}  // namespace kam::portfolio
