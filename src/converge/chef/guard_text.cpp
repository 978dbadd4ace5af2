// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/guard_text.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge::chef {

std::optional<char> test_flag(std::string_view constant, std::string_view method)
{
    static constexpr std::array<std::pair<std::string_view, char>, 9> flags{{
        {"exist?", 'e'},
        {"exists?", 'e'},
        {"file?", 'f'},
        {"directory?", 'd'},
        {"symlink?", 'L'},
        {"executable?", 'x'},
        {"readable?", 'r'},
        {"writable?", 'w'},
        {"size?", 's'},
    }};
    if (constant == "Dir")
        return method == "exist?" || method == "exists?" ? std::optional('d') : std::nullopt;
    if (constant != "File" && constant != "FileTest")
        return std::nullopt;
    for (const auto& [name, flag] : flags)
        if (name == method)
            return flag;
    return std::nullopt;
}

std::string script_command(const Value& given, std::string_view flags, const Value& code)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> options{{
        {"bash", "-c"},
        {"sh", "-c"},
        {"dash", "-c"},
        {"zsh", "-c"},
        {"ksh", "-c"},
        {"python", "-c"},
        {"python3", "-c"},
        {"ruby", "-e"},
        {"perl", "-e"},
        {"node", "-e"},
    }};
    const std::string interpreter = scalar_text(given);
    const std::size_t slash = interpreter.rfind('/');
    const std::string_view program =
        slash == std::string::npos ? interpreter : std::string_view(interpreter).substr(slash + 1);
    const auto* option = std::ranges::find(options, program, &std::pair<std::string_view, std::string_view>::first);
    if (option == options.end())
        throw Error(ErrorKind::invalid, given.position, "the interpreter '{}' is outside the supported subset",
                    printable(interpreter))
            .hint("use execute with the whole command");
    std::string command = shell_quoted(interpreter);
    for (const std::string& flag : shell_words(flags))
        command += " " + shell_quoted(flag);
    return fmt::format("{} {} {}", command, option->second, shell_quoted(scalar_text(code)));
}

std::string command_with_options(const std::string& command, const Object& options)
{
    const Hash* hash = options.as<Hash>();
    if (hash == nullptr)
        throw Error(ErrorKind::invalid, "{} where options of a guard's command are wanted", kind_of(options))
            .hint("only_if 'test -e x', cwd: '/srv', user: 'app'");
    std::string before;
    std::string user;
    std::string timeout;
    for (const auto& [key, value] : (*hash)->entries) {
        const std::string name = to_text(key);
        const Hash* variables = value.as<Hash>();
        if ((name == "environment" || name == "env") && variables != nullptr) {
            for (const auto& [variable, content] : (*variables)->entries) {
                const std::string word = to_text(variable);
                if (word.empty() ||
                    word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") !=
                        std::string::npos ||
                    (word[0] >= '0' && word[0] <= '9'))
                    throw Error(ErrorKind::invalid, "'{}' is no name of a variable", printable(word));
                before += fmt::format("export {}={}; ", word, shell_quoted(to_text(content)));
            }
        } else if (name == "cwd") {
            before += fmt::format("cd {} && ", shell_quoted(to_text(value)));
        } else if (name == "user") {
            user = to_text(value);
        } else if (name == "timeout" && value.as<std::int64_t>() != nullptr) {
            timeout = fmt::format("timeout {} ", to_text(value));
        } else {
            throw Error(ErrorKind::invalid, "the option '{}' of a guard's command is outside the supported subset",
                        printable(name))
                .hint("cwd, environment, timeout and user are understood");
        }
    }
    std::string whole = before.empty() ? command : before + "{ " + command + "\n}";
    if (!user.empty())
        return fmt::format("{}su -s /bin/sh -c {} -- {}", timeout, shell_quoted(whole), shell_quoted(user));
    return timeout.empty() ? whole : fmt::format("{}/bin/sh -c {}", timeout, shell_quoted(whole));
}

} // namespace dfriends::converge::chef
