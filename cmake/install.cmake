# An installed kam needs nothing but a C++20 compiler: Eigen, Boost and the others stay behind.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kam)
install(TARGETS kam EXPORT kamTargets FILE_SET HEADERS)
install(EXPORT kamTargets NAMESPACE kam:: DESTINATION ${_package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/kamConfig.cmake.in
  ${PROJECT_BINARY_DIR}/kamConfig.cmake INSTALL_DESTINATION ${_package_dir})
# While 0.x a minor version may break.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/kamConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)

# The pkg-config file finds its prefix from where it lies: `cmake --install --prefix` may move it.
file(RELATIVE_PATH _up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" _up "${_up}")
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR} OR IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
  set(KAM_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
  set(KAM_PC_INCLUDEDIR ${CMAKE_INSTALL_FULL_INCLUDEDIR})
  set(KAM_PC_LIBDIR ${CMAKE_INSTALL_FULL_LIBDIR})
else()
  set(KAM_PC_PREFIX "\${pcfiledir}/${_up}")
  set(KAM_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
  set(KAM_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/kam.pc.in ${PROJECT_BINARY_DIR}/kam.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/kamConfig.cmake ${PROJECT_BINARY_DIR}/kamConfigVersion.cmake
  DESTINATION ${_package_dir})
install(FILES ${PROJECT_BINARY_DIR}/kam.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
