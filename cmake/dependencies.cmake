# Header-only dependencies of src/: needed to build kam, invisible to whoever links it.
# Where each comes from and why: docs/dependencies.md.

# Headers that come as Python packages lie in folders of their own below site-packages. The search
# path is asked of the interpreter itself, so that pip's isolated build environments count as well.
find_package(Python3 QUIET COMPONENTS Interpreter)
set(_kam_python_includes "")
if(Python3_FOUND)
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import os, sys
packages = ('cmeel.prefix', 'libboost_headers', 'nlohmann_json')
folders = (os.path.join(path, name, 'include') for path in sys.path for name in packages)
print(';'.join(folder for folder in folders if os.path.isdir(folder)))"
    OUTPUT_VARIABLE _kam_python_includes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()

set(_kam_missing "")

# kam_find_headers(NAME header packages): a plain search for the header, which needs no version's
# CMake config file; `KAM_<NAME>_INCLUDE` holds the folder and can be given by the user.
function(kam_find_headers name header packages)
  if(KAM_${name}_INCLUDE AND NOT EXISTS ${KAM_${name}_INCLUDE}/${header})
    unset(KAM_${name}_INCLUDE CACHE)  # found by an earlier run and gone since
  endif()
  find_path(KAM_${name}_INCLUDE ${header}
    HINTS ${_kam_python_includes}
    PATH_SUFFIXES eigen3
    DOC "Folder that holds ${header}")
  if(NOT KAM_${name}_INCLUDE)
    set(_kam_missing "${_kam_missing}\n  ${header}: ${packages}" PARENT_SCOPE)
  endif()
endfunction()

kam_find_headers(EIGEN Eigen/Core "apt install libeigen3-dev, or pip install cmeel-eigen")
kam_find_headers(BOOST boost/math/special_functions/erf.hpp
  "apt install libboost-math-dev (Boost 1.74 or newer), or pip install libboost-headers")
kam_find_headers(JSON nlohmann/json.hpp
  "apt install nlohmann-json3-dev, or pip install nlohmann-json")
kam_find_headers(TOMLPP toml++/toml.h
  "apt install libtomlplusplus-dev, or the header from its project's page")

if(_kam_missing)
  message(FATAL_ERROR "kam cannot be built here: header-only libraries are missing.${_kam_missing}\n"
    "Or name a folder that holds them, -DKAM_<NAME>_INCLUDE=DIR with cmake, "
    "--config-settings=cmake.define.KAM_<NAME>_INCLUDE=DIR with pip; NAME is EIGEN, BOOST, JSON or TOMLPP.")
endif()

# Highway is optional: without it logarithms and exponentials of blocks come from the standard library.
if(KAM_SIMD)
  find_path(KAM_HIGHWAY_INCLUDE hwy/highway.h HINTS ${_kam_python_includes}
    DOC "Folder that holds hwy/highway.h")
  if(NOT KAM_HIGHWAY_INCLUDE)
    message(STATUS "kam: hwy/highway.h not found (apt install libhwy-dev): built without SIMD kernels")
  endif()
endif()

# SYSTEM: their warnings are not ours. PRIVATE: no consumer sees them.
function(kam_link_private_headers target)
  target_include_directories(${target} SYSTEM PRIVATE
    ${KAM_EIGEN_INCLUDE} ${KAM_BOOST_INCLUDE} ${KAM_JSON_INCLUDE} ${KAM_TOMLPP_INCLUDE})
  target_compile_definitions(${target} PRIVATE BOOST_MATH_STANDALONE EIGEN_MPL2_ONLY
    TOML_EXCEPTIONS=0)
  if(KAM_SIMD AND KAM_HIGHWAY_INCLUDE)
    target_include_directories(${target} SYSTEM PRIVATE ${KAM_HIGHWAY_INCLUDE})
    target_compile_definitions(${target} PRIVATE KAM_SIMD)
  endif()
endfunction()
