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
