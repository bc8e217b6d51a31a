# Data files that the library carries become raw string literals in the build folder.
function(kam_embed_text target file header variable)
  file(READ ${file} _text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/embedded/${header} @ONLY CONTENT
"#pragma once
#include <string_view>
inline constexpr std::string_view @variable@ = R\"kam(@_text@)kam\";
")
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/embedded)
endfunction()

# Every TOML file of a folder, by file name, the default profile first: {name, text}.
function(kam_embed_profiles target folder header)
  file(GLOB _files CONFIGURE_DEPENDS ${folder}/*.toml)
  list(REMOVE_ITEM _files ${folder}/default.toml)
  list(SORT _files)
  set(_entries "")
  foreach(_file ${folder}/default.toml ${_files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${_file})
    file(READ ${_file} _text)
    get_filename_component(_name ${_file} NAME_WE)
    string(APPEND _entries "    {\"${_name}\", R\"kam(${_text})kam\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/embedded/${header} @ONLY CONTENT
"#pragma once
#include <string_view>
struct ShippedProfile {
  std::string_view name;
  std::string_view text;
};
inline constexpr ShippedProfile kShippedProfiles[] = {
@_entries@};
")
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/embedded)
endfunction()
