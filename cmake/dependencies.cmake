# Header-only dependencies of src/: needed to build kam, invisible to whoever links it.
# Where each comes from and why: docs/dependencies.md.

# Headers of Python packages (cmeel-eigen) lie below the interpreter's site-packages.
find_package(Python3 QUIET COMPONENTS Interpreter)
if(Python3_FOUND AND NOT DEFINED KAM_CMEEL_PREFIX)
  execute_process(COMMAND ${Python3_EXECUTABLE} -m cmeel cmake
    OUTPUT_VARIABLE KAM_CMEEL_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()

set(_kam_missing "")

# kam_find_headers(NAME header package...): a plain header search that knows no version of CMake
# config files; `KAM_<NAME>_INCLUDE` names the folder, or is set by the user.
function(kam_find_headers name header packages)
  find_path(KAM_${name}_INCLUDE ${header}
    HINTS ${KAM_CMEEL_PREFIX}/include
    PATH_SUFFIXES eigen3
    DOC "Folder that holds ${header}")
  if(NOT KAM_${name}_INCLUDE)
    set(_kam_missing "${_kam_missing}\n  ${header}: ${packages}" PARENT_SCOPE)
  endif()
endfunction()

kam_find_headers(EIGEN Eigen/Core "apt install libeigen3-dev, or pip install cmeel-eigen")
kam_find_headers(BOOST boost/math/special_functions/erf.hpp
                 "apt install libboost-math-dev (Boost 1.74 or newer), or pip install libboost-headers")
kam_find_headers(JSON nlohmann/json.hpp "apt install nlohmann-json3-dev")
kam_find_headers(TOMLPP toml++/toml.h "apt install libtomlplusplus-dev")

if(_kam_missing)
  message(FATAL_ERROR "kam cannot be built here: header-only libraries are missing.${_kam_missing}\n"
    "Or name a folder that holds them: -DKAM_EIGEN_INCLUDE=… -DKAM_BOOST_INCLUDE=… "
    "-DKAM_JSON_INCLUDE=… -DKAM_TOMLPP_INCLUDE=…")
endif()

# SYSTEM: their warnings are not ours. PRIVATE: no consumer sees them.
function(kam_link_private_headers target)
  target_include_directories(${target} SYSTEM PRIVATE
    ${KAM_EIGEN_INCLUDE} ${KAM_BOOST_INCLUDE} ${KAM_JSON_INCLUDE} ${KAM_TOMLPP_INCLUDE})
  target_compile_definitions(${target} PRIVATE BOOST_MATH_STANDALONE EIGEN_MPL2_ONLY
    TOML_EXCEPTIONS=0)
endfunction()
