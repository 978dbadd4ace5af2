// SPDX-License-Identifier: Apache-2.0
#include "cluster/environment_file.hpp"

#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <glob.h>

namespace dfriends::cluster {

namespace {

constexpr std::string_view blanks_of_environment = " \t\r";
constexpr std::uint64_t largest_environment_file = std::uint64_t{1} << 20U;

bool is_name_start(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Walks over the text; each call takes one element.
class EnvironmentFileReader {
  public:
    explicit EnvironmentFileReader(std::string_view text) : rest_(text) {}

    std::map<std::string, std::string> read()
    {
        while (!rest_.empty())
            read_line();
        return std::move(variables_);
    }

  private:
    void read_line()
    {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
        const auto end = std::min(rest_.find('\n'), rest_.size());
        const auto equals = rest_.substr(0, end).find('=');
        if (rest_.starts_with('#') || rest_.starts_with(';') || equals == rest_.npos) {
            rest_.remove_prefix(end);
            return;
        }
        const std::string_view name = trim(rest_.substr(0, equals));
        rest_.remove_prefix(equals + 1);
        rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks_of_environment), rest_.size()));
        std::string value = take_value();
        if (is_variable_name(name))
            variables_[std::string(name)] = std::move(value);
    }

    std::string take_value()
    {
        std::string value;
        std::size_t kept = 0; // what lies behind may be trimmed
        while (!rest_.empty() && rest_[0] != '\n') {
            const char c = take();
            if (c == '\'') {
                take_single_quoted(value);
                kept = value.size();
            } else if (c == '"') {
                take_double_quoted(value);
                kept = value.size();
            } else if (c == '\\') {
                if (!rest_.empty() && rest_[0] != '\n')
                    value += rest_[0];
                if (!rest_.empty())
                    take();
                kept = value.size();
            } else {
                value += c;
                if (blanks_of_environment.find(c) == blanks_of_environment.npos)
                    kept = value.size();
            }
        }
        value.resize(kept);
        return value;
    }

    void take_single_quoted(std::string& value)
    {
        while (!rest_.empty()) {
            const char c = take();
            if (c == '\'')
                return;
            value += c;
        }
    }

    void take_double_quoted(std::string& value)
    {
        while (!rest_.empty()) {
            const char c = take();
            if (c == '"')
                return;
            if (c != '\\' || rest_.empty()) {
                value += c;
                continue;
            }
            const char next = take();
            if (std::string_view("\"\\`$").find(next) == std::string_view::npos && next != '\n')
                value += '\\';
            if (next != '\n')
                value += next;
        }
    }

    char take()
    {
        const char c = rest_[0];
        rest_.remove_prefix(1);
        return c;
    }

    std::string_view rest_;
    std::map<std::string, std::string> variables_;
};

} // namespace

bool is_variable_name(std::string_view name)
{
    return !name.empty() && is_name_start(name[0]) &&
           std::ranges::all_of(name, [](char c) { return is_name_start(c) || (c >= '0' && c <= '9'); });
}

std::map<std::string, std::string> parse_environment_file(std::string_view text)
{
    return EnvironmentFileReader(text).read();
}

std::size_t read_environment_files(const std::string& pattern, const std::function<void(std::string_view)>& on_text)
{
    if (pattern.find_first_of("*?[") == pattern.npos) {
        const auto text = os::find_file(pattern, largest_environment_file);
        if (text)
            on_text(*text);
        return text ? 1 : 0;
    }
    glob_t found{};
    const ScopeExit release([&] { ::globfree(&found); });
    if (::glob(pattern.c_str(), 0, nullptr, &found) != 0)
        return 0;
    for (std::size_t i = 0; i < found.gl_pathc; ++i)
        on_text(os::read_file(found.gl_pathv[i], largest_environment_file));
    return found.gl_pathc;
}

} // namespace dfriends::cluster
