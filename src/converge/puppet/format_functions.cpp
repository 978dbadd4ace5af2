// SPDX-License-Identifier: Apache-2.0
// sprintf, and what else makes texts of data: JSON, YAML.
#include "base/text.hpp"
#include "converge/puppet/functions_inside.hpp"
#include "converge/ruby_format.hpp"

namespace dfriends::converge::puppet::functions {

namespace {

constexpr std::size_t longest_text = std::size_t{1} << 20; ///< what check_length() allows

FormatValue value_for(const FormatDirective& directive, const Datum& value)
{
    if (directive.wants_text())
        return directive.letter == 'p' ? inspect(value) : to_text(value);
    if (directive.wants_decimal())
        return *float_of(value).as<double>();
    return *integer_of(std::span(&value, 1)).as<std::int64_t>();
}

std::string filled(const std::string& format, Arguments values)
{
    std::size_t next = 0;
    const std::string text = format_as_ruby(format, longest_text, [&](const FormatDirective& directive) {
        if (directive.name.empty()) {
            if (next == values.size())
                throw Error(ErrorKind::invalid, "the format {} wants more values", brief(Datum(format)));
            return value_for(directive, values[next++]);
        }
        const auto* hash = values.empty() ? nullptr : values[0].as<Hash>();
        const Datum* found = hash == nullptr ? nullptr : (*hash)->find(directive.name);
        if (found == nullptr)
            throw Error(ErrorKind::invalid, "the format {} wants the key '{}'", brief(Datum(format)),
                        printable(directive.name));
        return value_for(directive, *found);
    });
    check_length(text.size());
    return text;
}

} // namespace

Datum formatted(Arguments arguments)
{
    const std::string format = text_at(arguments, 0);
    return filled(format, arguments.subspan(1));
}

/// String(VALUE, ['%x']).
Datum string_of(Arguments arguments)
{
    if (arguments.size() < 2 || arguments[1].as<std::string>() == nullptr)
        return to_text(arguments[0]);
    const std::string& format = *arguments[1].as<std::string>();
    return filled(format, arguments.first(1));
}

} // namespace dfriends::converge::puppet::functions
