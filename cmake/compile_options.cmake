# Flags of our own targets only; nothing global, nothing passed on to consumers.

# -ffp-contract=off: a*b+c rounds twice on every machine, so results do not depend on FMA.
# Never -ffast-math (it would reach into the host's floating-point state), never -march=native.
function(kam_compile_options target)
  target_compile_options(${target} PRIVATE -ffp-contract=off -fno-math-errno -Wall -Wextra
    -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict)  # false alarms on "text" + std::string
  endif()
  if(KAM_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
