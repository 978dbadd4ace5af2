// SPDX-License-Identifier: Apache-2.0
#pragma once

// What nearly every test includes and what takes long to read: compiled once for all of them.
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>
