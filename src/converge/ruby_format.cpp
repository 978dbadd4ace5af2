// SPDX-License-Identifier: Apache-2.0
#include "converge/ruby_format.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cmath>

namespace dfriends::converge {

namespace {

constexpr std::size_t widest = 1'000;
constexpr std::string_view letters = "sdiufegEGxXobBpc";

/// Reads one directive behind its percent sign.
class DirectiveReader {
  public:
    DirectiveReader(std::string_view format, std::size_t& at) : format_(format), at_(at) {}

    FormatDirective read()
    {
        FormatDirective directive;
        read_flags(directive);
        if (peek() == '<')
            read_name(directive, '>');
        read_flags(directive);
        directive.width = number();
        if (peek() == '.') {
            ++at_;
            directive.precision = number();
        }
        if (peek() == '{') {
            read_name(directive, '}');
            return directive;
        }
        directive.letter = peek();
        if (directive.letter == '\0' || letters.find(directive.letter) == std::string_view::npos)
            throw Error(ErrorKind::invalid, "'%{}' in a format is outside the supported subset",
                        directive.letter == '\0' ? "" : printable(std::string(1, directive.letter)))
                .hint("%s %d %f %e %g %x %o %b %p and %{name} are understood; a percent sign is %%");
        ++at_;
        return directive;
    }

  private:
    char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }

    void read_flags(FormatDirective& directive)
    {
        for (; peek() != '\0' && std::string_view("-+ 0#").find(peek()) != std::string_view::npos; ++at_)
            if (!directive.has(peek()))
                directive.flags += peek();
    }

    void read_name(FormatDirective& directive, char end)
    {
        const std::size_t close = format_.find(end, ++at_);
        if (close == std::string_view::npos)
            throw Error(ErrorKind::invalid, "a name in a format is not closed");
        directive.name = format_.substr(at_, close - at_);
        at_ = close + 1;
    }

    std::size_t number()
    {
        std::size_t value = 0;
        for (; peek() >= '0' && peek() <= '9'; ++at_)
            value = std::min(10 * value + static_cast<std::size_t>(peek() - '0'), widest + 1);
        if (value > widest)
            throw Error(ErrorKind::invalid, "a width in a format is larger than {}", widest);
        return value;
    }

    std::string_view format_;
    std::size_t& at_;
};

std::string sign(const FormatDirective& directive, bool is_negative)
{
    return is_negative ? "-" : directive.has('+') ? "+" : directive.has(' ') ? " " : "";
}

std::string in_digits(const FormatDirective& directive, std::uint64_t value)
{
    switch (directive.letter) {
    case 'x':
        return (directive.has('#') ? "0x" : "") + fmt::format("{:x}", value);
    case 'X':
        return (directive.has('#') ? "0X" : "") + fmt::format("{:X}", value);
    case 'o':
        return (directive.has('#') ? "0" : "") + fmt::format("{:o}", value);
    case 'b':
    case 'B':
        return (directive.has('#') ? "0b" : "") + fmt::format("{:b}", value);
    default:
        return std::to_string(value);
    }
}

std::string whole(const FormatDirective& directive, std::int64_t value)
{
    const auto size = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    std::string text = in_digits(directive, size);
    if (directive.precision && text.size() < *directive.precision)
        text.insert(0, *directive.precision - text.size(), '0');
    return sign(directive, value < 0) + text;
}

std::string decimal(const FormatDirective& directive, double value)
{
    const int precision = static_cast<int>(directive.precision.value_or(6));
    const double size = std::abs(value);
    const std::string digits = directive.letter == 'f'   ? fmt::format("{:.{}f}", size, precision)
                               : directive.letter == 'e' ? fmt::format("{:.{}e}", size, precision)
                               : directive.letter == 'E' ? fmt::format("{:.{}E}", size, precision)
                               : directive.letter == 'g' ? fmt::format("{:.{}g}", size, precision)
                                                         : fmt::format("{:.{}G}", size, precision);
    return sign(directive, std::signbit(value)) + digits;
}

std::string padded(const FormatDirective& directive, std::string text)
{
    const std::size_t length = count_characters(text);
    if (length >= directive.width)
        return text;
    const std::size_t missing = directive.width - length;
    if (directive.has('-'))
        return text + std::string(missing, ' ');
    if (!directive.has('0') || directive.wants_text())
        return std::string(missing, ' ') + text;
    const std::size_t front = text.find_first_not_of("+- ");
    return text.insert(front == std::string::npos ? 0 : front, missing, '0');
}

std::string shown(const FormatDirective& directive, const FormatValue& value)
{
    if (const auto* text = std::get_if<std::string>(&value))
        return padded(directive,
                      directive.precision ? text->substr(0, byte_of_character(*text, *directive.precision)) : *text);
    if (const auto* number = std::get_if<double>(&value))
        return padded(directive, decimal(directive, *number));
    return padded(directive, whole(directive, std::get<std::int64_t>(value)));
}

} // namespace

std::string format_as_ruby(std::string_view format, std::size_t longest,
                           const std::function<FormatValue(const FormatDirective&)>& value_of)
{
    std::string text;
    std::size_t at = 0;
    while (at < format.size() && text.size() <= longest) {
        const char c = format[at++];
        if (c != '%') {
            text += c;
        } else if (at < format.size() && format[at] == '%') {
            text += format[at++];
        } else {
            const FormatDirective directive = DirectiveReader(format, at).read();
            text += shown(directive, value_of(directive));
        }
    }
    return text;
}

} // namespace dfriends::converge
