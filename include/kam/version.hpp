/// The one place of the version: CMake and pyproject.toml read these three lines.
#pragma once

#define KAM_VERSION_MAJOR 0
#define KAM_VERSION_MINOR 1
#define KAM_VERSION_PATCH 0
#define KAM_VERSION "0.1.0"
