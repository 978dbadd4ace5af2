// SPDX-License-Identifier: Apache-2.0
#include "engine/flags.hpp"

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::engine {

namespace {

const Flag* find_flag(std::span<const Flag> table, std::string_view name)
{
    const auto found = std::ranges::find_if(table, [&](const Flag& flag) { return flag.name == name; });
    return found == table.end() ? nullptr : &*found;
}

const Flag* find_letter(std::span<const Flag> table, char letter)
{
    const auto found = std::ranges::find_if(table, [&](const Flag& flag) { return flag.letter == letter; });
    return found == table.end() ? nullptr : &*found;
}

std::string checked_bool(const Flag& flag, std::string_view value)
{
    const auto read = parse_go_bool(value);
    if (!read)
        throw Error(ErrorKind::usage,
                    "invalid argument \"{}\" for \"{}\" flag: strconv.ParseBool: parsing \"{}\": invalid syntax",
                    printable(value), flag_title(flag), printable(value));
    return *read ? "true" : "false";
}

class FlagReader {
  public:
    FlagReader(std::span<const Flag> table, const std::vector<std::string>& words) : table_(table), words_(words) {}

    ParsedFlags read(bool interspersed)
    {
        while (place_ < words_.size()) {
            const std::string& word = words_[place_++];
            if (word == "--") {
                take_rest();
            } else if (word.size() < 2 || word[0] != '-') {
                parsed_.arguments.push_back(word);
                if (!interspersed)
                    take_rest();
            } else if (word[1] == '-') {
                read_long(word);
            } else {
                read_short(word);
            }
        }
        return std::move(parsed_);
    }

  private:
    void take_rest()
    {
        parsed_.arguments.insert(parsed_.arguments.end(), words_.begin() + static_cast<std::ptrdiff_t>(place_),
                                 words_.end());
        place_ = words_.size();
    }

    void read_long(const std::string& word)
    {
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
        const Flag* const flag = find_flag(table_, name);
        if (flag == nullptr && name == "help") {
            parsed_.wants_help = true;
            return;
        }
        if (flag == nullptr)
            throw_unknown(name);
        if (equals != std::string::npos)
            put(*flag, word.substr(equals + 1));
        else if (!flag->takes_value)
            put(*flag, "true");
        else if (place_ == words_.size())
            throw Error(ErrorKind::usage, "flag needs an argument: --{}", name);
        else
            put(*flag, words_[place_++]);
    }

    void read_short(const std::string& word)
    {
        for (std::size_t i = 1; i < word.size(); ++i) {
            const Flag* const flag = find_letter(table_, word[i]);
            if (flag == nullptr && word[i] == 'h') {
                parsed_.wants_help = true;
                return;
            }
            if (flag == nullptr)
                throw Error(ErrorKind::usage, "unknown shorthand flag: '{}' in {}", printable(word.substr(i, 1)),
                            printable(word));
            const bool has_value = i + 1 < word.size() && word[i + 1] == '=';
            if (has_value || (flag->takes_value && i + 1 < word.size())) {
                put(*flag, word.substr(i + (has_value ? 2 : 1)));
                return;
            }
            if (!flag->takes_value) {
                put(*flag, "true");
                continue;
            }
            if (place_ == words_.size())
                throw Error(ErrorKind::usage, "flag needs an argument: '{}' in {}", word[i], printable(word));
            put(*flag, words_[place_++]);
        }
    }

    void put(const Flag& flag, std::string value)
    {
        parsed_.flags.emplace_back(&flag, flag.takes_value ? std::move(value) : checked_bool(flag, value));
    }

    [[noreturn]] void throw_unknown(const std::string& name) const
    {
        std::vector<std::string> candidates;
        for (const Flag& flag : table_)
            candidates.push_back("--" + std::string(flag.name));
        Error error(ErrorKind::usage, "unknown flag: --{}", printable(name));
        if (std::string guess = did_you_mean("--" + name, candidates); !guess.empty())
            error.hint(std::move(guess));
        throw error;
    }

    std::span<const Flag> table_;
    const std::vector<std::string>& words_;
    std::size_t place_ = 0;
    ParsedFlags parsed_;
};

} // namespace

ParsedFlags parse_flags(std::span<const Flag> table, const std::vector<std::string>& words, bool interspersed)
{
    return FlagReader(table, words).read(interspersed);
}

std::string flag_title(const Flag& flag)
{
    const std::string name = "--" + std::string(flag.name);
    return flag.letter == 0 ? name : std::string{'-', flag.letter} + ", " + name;
}

std::optional<bool> parse_go_bool(std::string_view text)
{
    for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"})
        if (text == yes)
            return true;
    for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"})
        if (text == no)
            return false;
    return std::nullopt;
}

} // namespace dfriends::engine
