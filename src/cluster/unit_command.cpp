// SPDX-License-Identifier: Apache-2.0
#include "cluster/unit_command.hpp"

#include "base/text.hpp"
#include "cluster/environment_file.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace dfriends::cluster {

namespace {

constexpr std::string_view blanks_of_command = " \t\n\r";
constexpr std::size_t most_commands = 1024;

struct Word {
    std::string text;
    std::size_t offset = 0; ///< of its first character, in the value
};

void append_utf8(std::string& to, std::uint32_t code)
{
    const auto put = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
    if (code < 0x80U) {
        put(code);
    } else if (code < 0x800U) {
        put(0xC0U | code >> 6U);
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000U) {
        put(0xE0U | code >> 12U);
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | code >> 18U);
        put(0x80U | (code >> 12U & 0x3FU));
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

/// The number that exactly so many digits of that base spell; nothing where they do not.
std::optional<std::uint32_t> digits(std::string_view text, std::size_t count, unsigned base)
{
    if (text.size() < count)
        return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : text.substr(0, count)) {
        const auto place =
            std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
        if (place >= base)
            return std::nullopt;
        value = value * base + static_cast<std::uint32_t>(place);
    }
    return value;
}

/// What a backslash and `text` stand for: appends it and returns how many characters of `text` it took; 0 where the
/// escape is unknown.
std::size_t decode_escape(std::string_view text, std::string& to)
{
    static constexpr std::string_view letters = "abfnrtvs\\\"'";
    static constexpr std::string_view meanings = "\a\b\f\n\r\t\v \\\"'";
    if (text.empty())
        return 0;
    if (const auto place = letters.find(text[0]); place != letters.npos) {
        to += meanings[place];
        return 1;
    }
    const bool wide = text[0] == 'u' || text[0] == 'U';
    const std::size_t count = text[0] == 'x' ? 2 : text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 3;
    const std::size_t skipped = wide || text[0] == 'x' ? 1 : 0;
    const auto code = digits(text.substr(skipped), count, skipped == 0 ? 8 : 16);
    if (!code || *code == 0 || *code > (wide ? 0x10FFFFU : 0xFFU) || (wide && *code >= 0xD800U && *code < 0xE000U))
        return 0;
    if (wide)
        append_utf8(to, *code);
    else
        to += static_cast<char>(*code);
    return skipped + count;
}

/// Cuts a value into words.
class Splitter {
  public:
    Splitter(const Directive& directive, Warnings& warnings)
        : directive_(directive), value_(directive.value), warnings_(warnings)
    {
    }

    /// Skips blanks; false at the end.
    bool skip_blanks()
    {
        at_ = std::min(value_.find_first_not_of(blanks_of_command, at_), value_.size());
        return at_ < value_.size();
    }

    /// Takes a word that stands there bare, such as ";".
    bool take_bare(std::string_view text)
    {
        const std::size_t after = at_ + text.size();
        if (value_.substr(at_, text.size()) != text ||
            (after < value_.size() && blanks_of_command.find(value_[after]) == blanks_of_command.npos))
            return false;
        at_ = after;
        return true;
    }

    std::size_t offset() const { return at_; }

    Word take_word()
    {
        Word word{.offset = at_};
        char quote = 0;
        std::size_t opened = 0;
        while (at_ < value_.size()) {
            const char c = value_[at_];
            if (quote == 0 && blanks_of_command.find(c) != blanks_of_command.npos)
                break;
            if (c == '\\') {
                take_escape(word.text);
                continue;
            }
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                opened = at_;
            } else if (c == quote) {
                quote = 0;
            } else {
                word.text += c;
            }
            ++at_;
        }
        if (quote != 0)
            throw Error(ErrorKind::invalid, directive_.position(opened),
                        "the quote is not closed in {}=", printable(directive_.name));
        return word;
    }

  private:
    void take_escape(std::string& to)
    {
        const std::size_t taken = decode_escape(value_.substr(at_ + 1), to);
        if (taken == 0) {
            warnings_.push_back(
                {directive_.position(at_), fmt::format("unknown escape '{}' is kept as it is", value_.substr(at_, 2))});
            to += '\\';
        }
        at_ += taken + 1;
    }

    const Directive& directive_;
    std::string_view value_;
    Warnings& warnings_;
    std::size_t at_ = 0;
};

/// One command, word by word.
class CommandReader {
  public:
    CommandReader(const Directive& directive, const Specifiers& specifiers, Warnings& warnings)
        : directive_(directive), specifiers_(specifiers), warnings_(warnings)
    {
    }

    void add(const Word& word)
    {
        if (command_.program.empty())
            return add_program(word);
        if (wants_name_) {
            command_.words.front() = expand(word, word.text);
            wants_name_ = false;
            return;
        }
        command_.words.push_back(expand(word, word.text));
    }

    bool has_begun() const { return !command_.program.empty(); }

    UnitCommand finish()
    {
        if (wants_name_)
            throw Error(ErrorKind::invalid, command_.position, "'@' in {}= wants a second word: the program's own name",
                        printable(directive_.name));
        return std::exchange(command_, {});
    }

  private:
    void add_program(const Word& word)
    {
        std::string_view text = word.text;
        for (; !text.empty() && std::string_view("-@:+!|").find(text[0]) != std::string_view::npos;
             text.remove_prefix(1)) {
            command_.ignore_failure = command_.ignore_failure || text[0] == '-';
            wants_name_ = wants_name_ || text[0] == '@';
            command_.no_variables = command_.no_variables || text[0] == ':';
            command_.full_privileges = command_.full_privileges || text[0] == '+' || text[0] == '!';
        }
        command_.position = directive_.position(word.offset);
        command_.program = expand(word, text);
        if (command_.program.empty() || command_.program.ends_with('/'))
            throw Error(ErrorKind::invalid, command_.position, "{}= names no program", printable(directive_.name))
                .hint("write an absolute path, such as /bin/true");
        command_.words.push_back(command_.program);
    }

    /// Word by word, after they were cut: what a specifier brings is never cut nor unescaped.
    std::string expand(const Word& word, std::string_view text)
    {
        return specifiers_.expand(text, [&](std::size_t, char which) {
            warnings_.push_back(
                {directive_.position(word.offset), fmt::format("unknown specifier '%{}' is left as it is", which)});
        });
    }

    const Directive& directive_;
    const Specifiers& specifiers_;
    Warnings& warnings_;
    UnitCommand command_;
    bool wants_name_ = false;
};

/// "$NAME" and nothing else.
bool is_lone_variable(std::string_view word)
{
    return word.size() > 1 && word[0] == '$' && is_variable_name(word.substr(1));
}

const std::string& value_of(const Environment& environment, std::string_view name)
{
    static const std::string none;
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? none : found->second;
}

/// ${NAME} and $$ inside a word.
std::string expand_word(std::string_view word, const Environment& environment)
{
    std::string expanded;
    while (!word.empty()) {
        const auto close = word.starts_with("${") ? word.find('}') : word.npos;
        if (close != word.npos) {
            expanded += value_of(environment, word.substr(2, close - 2));
            word.remove_prefix(close + 1);
            continue;
        }
        const std::size_t taken = word.starts_with("$$") ? 2 : 1;
        expanded += word[0];
        word.remove_prefix(taken);
    }
    return expanded;
}

} // namespace

std::vector<UnitCommand> parse_commands(const Directive& directive, const Specifiers& specifiers, Warnings& warnings)
{
    std::vector<UnitCommand> commands;
    Splitter splitter(directive, warnings);
    CommandReader reader(directive, specifiers, warnings);
    const auto finish = [&] {
        if (reader.has_begun())
            commands.push_back(reader.finish());
        if (commands.size() > most_commands)
            throw Error(ErrorKind::invalid, directive.position(), "more than {} commands in one line", most_commands);
    };
    while (splitter.skip_blanks()) {
        const std::size_t offset = splitter.offset();
        if (splitter.take_bare(";"))
            finish();
        else if (splitter.take_bare("\\;"))
            reader.add({";", offset});
        else
            reader.add(splitter.take_word());
    }
    finish();
    return commands;
}

std::vector<std::string> parse_words(const Directive& directive, Warnings& warnings)
{
    std::vector<std::string> found;
    Splitter splitter(directive, warnings);
    while (splitter.skip_blanks())
        found.push_back(splitter.take_word().text);
    return found;
}

std::vector<std::string> expand_variables(const UnitCommand& command, const Environment& environment)
{
    if (command.no_variables)
        return command.words;
    std::vector<std::string> expanded;
    for (const std::string& word : command.words) {
        if (expanded.empty())
            expanded.push_back(word);
        else if (is_lone_variable(word))
            for (const std::string_view part : words(value_of(environment, std::string_view(word).substr(1))))
                expanded.emplace_back(part);
        else
            expanded.push_back(expand_word(word, environment));
    }
    return expanded;
}

} // namespace dfriends::cluster
