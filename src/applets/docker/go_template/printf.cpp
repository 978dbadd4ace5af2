// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/go_template/functions.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dfriends::applets::docker::go_template {

namespace {

using Kind = Value::Kind;

/// "%-08.3f".
struct Directive {
    bool minus = false;
    bool plus = false;
    bool sharp = false;
    bool space = false;
    bool zero = false;
    std::size_t width = 0;
    std::optional<std::size_t> precision;
    char verb = 0;
};

std::string padded(const Directive& directive, std::string text, bool is_number)
{
    const std::size_t length = count_characters(text);
    if (length >= directive.width)
        return text;
    const std::size_t gap = directive.width - length;
    if (directive.minus)
        return text + std::string(gap, ' ');
    if (!directive.zero || !is_number)
        return std::string(gap, ' ') + text;
    const bool has_sign = text.starts_with('-') || text.starts_with('+') || text.starts_with(' ');
    return text.insert(has_sign ? 1 : 0, gap, '0');
}

std::string bad_verb(const Directive& directive, const Value& value)
{
    std::string text = "%!" + std::string(1, directive.verb) + "(";
    if (value.kind() == Kind::nil || value.kind() == Kind::missing)
        return text + "<nil>)";
    return text + std::string(value.type_name()) + "=" + to_text(value) + ")";
}

std::string signed_text(const Directive& directive, std::string text)
{
    if (!text.starts_with('-') && (directive.plus || directive.space))
        text.insert(0, 1, directive.plus ? '+' : ' ');
    return text;
}

std::string integer_text(const Directive& directive, std::int64_t value)
{
    const auto magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    const std::string sign = value < 0 ? "-" : "";
    const std::string mark = directive.sharp ? "0" : "";
    switch (directive.verb) {
    case 'x':
        return sign + (directive.sharp ? "0x" : "") + fmt::format("{:x}", magnitude);
    case 'X':
        return sign + (directive.sharp ? "0X" : "") + fmt::format("{:X}", magnitude);
    case 'o':
        return sign + mark + fmt::format("{:o}", magnitude);
    case 'b':
        return sign + (directive.sharp ? "0b" : "") + fmt::format("{:b}", magnitude);
    default:
        return signed_text(directive, std::to_string(value));
    }
}

std::string real_text(const Directive& directive, double value)
{
    constexpr std::size_t most_precise = 100;
    const std::size_t precision = std::min(directive.precision.value_or(6), most_precise);
    switch (directive.verb) {
    case 'e':
    case 'E':
        return signed_text(directive, directive.verb == 'e' ? fmt::format("{:.{}e}", value, precision)
                                                            : fmt::format("{:.{}E}", value, precision));
    case 'f':
    case 'F':
        return signed_text(directive, fmt::format("{:.{}f}", value, precision));
    default:
        return signed_text(directive,
                           directive.precision ? fmt::format("{:.{}g}", value, precision) : number_text(value));
    }
}

std::string text_text(const Directive& directive, std::string text)
{
    if (directive.precision)
        text.resize(byte_of_character(text, *directive.precision));
    switch (directive.verb) {
    case 'q':
        return quote(text);
    case 'x':
        return encode_hex(text);
    case 'X': {
        std::string digits = encode_hex(text);
        std::ranges::transform(digits, digits.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
        return digits;
    }
    default:
        return text;
    }
}

bool fits(char verb, std::string_view verbs)
{
    return verbs.find(verb) != std::string_view::npos;
}

std::string render_value(const Directive& directive, const Value& value);

/// A list's elements and a struct's fields each by the directive, as Go goes into them.
std::string render_parts(const Directive& directive, const Value& value)
{
    std::string text;
    const char* gap = "";
    const auto add = [&](const std::string& name, const Value& part) {
        append_bounded(text, gap + (name.empty() ? "" : name + ":") + render_value(directive, part));
        gap = " ";
    };
    if (value.kind() == Kind::list) {
        for (const Value& element : value.elements())
            add("", element);
        return "[" + text + "]";
    }
    if (value.kind() == Kind::map) {
        for (const auto* member : sorted(value.members()))
            add(member->first, member->second);
        return "map[" + text + "]";
    }
    for (const auto& [name, member] : value.members())
        add(directive.plus ? name : "", member);
    return "{" + text + "}";
}

/// %c, %q and %U of an integer.
std::string character_text(char verb, std::int64_t value)
{
    if (verb == 'U')
        return fmt::format("U+{:04X}", value);
    std::string text;
    append_utf8(text, static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, 0x110000)));
    return verb == 'q' ? "'" + text + "'" : text;
}

std::string render_value(const Directive& directive, const Value& value)
{
    const char verb = directive.verb;
    const Kind kind = value.kind();
    if (verb == 'T')
        return padded(directive, std::string(value.type_name()), false);
    if (kind == Kind::list || kind == Kind::map || kind == Kind::record)
        return render_parts(directive, value);
    if (kind == Kind::integer && fits(verb, "cqU"))
        return padded(directive, character_text(verb, value.integer()), false);
    if (kind == Kind::integer && fits(verb, "vdxXob"))
        return padded(directive, integer_text(directive, value.integer()), true);
    if (kind == Kind::number && fits(verb, "veEfFgG"))
        return padded(directive, real_text(directive, value.number()), true);
    if (kind == Kind::text && verb == 'v' && directive.sharp)
        return padded(directive, quote(value.text()), false);
    if (kind == Kind::text && fits(verb, "vsqxX"))
        return padded(directive, text_text(directive, value.text()), false);
    if (kind == Kind::boolean && fits(verb, "vt"))
        return padded(directive, to_text(value), false);
    if ((kind == Kind::nil || kind == Kind::missing) && verb == 'v')
        return padded(directive, "<nil>", false);
    return bad_verb(directive, value);
}

class Printf {
  public:
    Printf(const std::string& format, const std::vector<Value>& arguments, Budget& budget)
        : format_(format), arguments_(arguments), budget_(budget)
    {
    }

    std::string run()
    {
        std::string out;
        while (at_ < format_.size()) {
            if (format_[at_] != '%') {
                out += format_[at_++];
                continue;
            }
            ++at_;
            append_bounded(out, budget_.made(read_directive()));
        }
        if (next_ < arguments_.size()) {
            std::string extra;
            for (; next_ < arguments_.size(); ++next_)
                append_bounded(extra, (extra.empty() ? "" : ", ") + std::string(arguments_[next_].type_name()) + "=" +
                                          to_text(arguments_[next_]));
            append_bounded(out, "%!(EXTRA " + extra + ")");
        }
        return out;
    }

  private:
    char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }

    /// Digits, or '*' for the next argument; wider than Go allows is none.
    std::optional<std::size_t> read_number()
    {
        constexpr std::size_t widest = 1'000'000;
        std::size_t number = 0;
        if (peek() == '*') {
            ++at_;
            if (next_ == arguments_.size() || arguments_[next_].kind() != Kind::integer)
                return std::nullopt;
            const std::int64_t value = arguments_[next_++].integer();
            return value < 0 ? std::nullopt : std::optional(std::min(static_cast<std::size_t>(value), widest));
        }
        const std::size_t from = at_;
        for (; peek() >= '0' && peek() <= '9'; ++at_)
            number = std::min(number * 10 + static_cast<std::size_t>(peek() - '0'), widest);
        return at_ == from ? std::nullopt : std::optional(number);
    }

    std::string read_directive()
    {
        Directive directive;
        for (;; ++at_) {
            if (peek() == '-')
                directive.minus = true;
            else if (peek() == '+')
                directive.plus = true;
            else if (peek() == '#')
                directive.sharp = true;
            else if (peek() == ' ')
                directive.space = true;
            else if (peek() == '0')
                directive.zero = true;
            else
                break;
        }
        directive.width = read_number().value_or(0);
        if (peek() == '.') {
            ++at_;
            directive.precision = read_number().value_or(0);
        }
        if (at_ == format_.size())
            return "%!(NOVERB)";
        directive.verb = format_[at_++];
        if (directive.verb == '%')
            return "%";
        if (next_ == arguments_.size())
            return "%!" + std::string(1, directive.verb) + "(MISSING)";
        return render_value(directive, arguments_[next_++]);
    }

    const std::string& format_;
    const std::vector<Value>& arguments_;
    Budget& budget_;
    std::size_t at_ = 0;
    std::size_t next_ = 0;
};

} // namespace

std::string render_printf(const std::string& format, const std::vector<Value>& arguments, Budget& budget)
{
    return Printf(format, arguments, budget).run();
}

} // namespace dfriends::applets::docker::go_template
