// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "config/node.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::config {

enum class SettingType { flag, text, number, duration, size };

/// One row says all of a setting: its flag, its key in the file, its environment variable, its default and its help.
struct Setting {
    std::string_view name; ///< "max-size": the flag --max-size, the file's key max-size
    SettingType type = SettingType::text;
    std::string_view help;             ///< one line, capital first letter, no full stop
    std::string_view placeholder = {}; ///< "SIZE"; empty for flags
    std::string_view fallback = {};    ///< the default, as it would be typed; several separated by ','
    char letter = 0;                   ///< short form, or 0
    bool repeatable = false;
    std::string_view environment =
        {}; ///< instead of DFRIENDS_<APPLET>_<NAME>; for one-shot verbs the only way to have one
};

enum class Origin { fallback, file, environment, flag };

/// What flags said: name and value, in their order; flags without value carry "true".
using FlagValues = std::vector<std::pair<std::string, std::string>>;

/// The values of one verb's settings: flag beats environment beats file beats default. All are checked when they are
/// made.
class Settings {
  public:
    struct Sources {
        const FlagValues* flags = nullptr;
        const Node* file = nullptr;     ///< the applet's section of the configuration file, or null
        std::string environment_prefix; ///< "DFRIENDS_CACHE_"; empty: only rows with a name of their own
        std::function<const char*(const char*)> environment; ///< empty: getenv
    };
    Settings() = default;
    /// Throws Error(usage) for a bad flag, Error(invalid) for a bad variable or a bad value in the file.
    Settings(std::span<const Setting> rows, const Sources& sources);

    bool flag(std::string_view name) const;
    const std::string& text(std::string_view name) const; ///< empty where nothing was given
    std::optional<std::string>
    find(std::string_view name) const; ///< nothing where nothing was given and there is no default
    const std::vector<std::string>& list(std::string_view name) const;
    std::int64_t number(std::string_view name) const;
    std::chrono::milliseconds duration(std::string_view name) const;
    std::uint64_t size(std::string_view name) const;
    bool is_given(std::string_view name) const { return origin(name) != Origin::fallback; }
    Origin origin(std::string_view name) const;

  private:
    struct Value {
        std::vector<std::string> texts;
        Origin origin;
    };
    const Value& value(std::string_view name) const;
    std::map<std::string, Value, std::less<>> values_;
};

/// "DFRIENDS_CACHE_MAX_SIZE".
std::string environment_name(std::string_view prefix, const Setting& row);

} // namespace dfriends::config
