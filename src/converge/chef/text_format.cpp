// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "converge/chef/methods.hpp"
#include "converge/chef/methods_inside.hpp"
#include "converge/ruby_format.hpp"

namespace dfriends::converge::chef {

namespace {

Object named(Arguments values, const std::string& name)
{
    const Hash* hash = values.size() == 1 ? values[0].as<Hash>() : nullptr;
    if (hash == nullptr)
        throw Error(ErrorKind::invalid, "a name in a format wants a hash").hint("'%{host}' % { host: 'a' }");
    const Object* found = (*hash)->find(Symbol{name});
    if (found == nullptr)
        throw Error(ErrorKind::invalid, "the format's hash has no {}", inspect(Symbol{name}));
    return *found;
}

FormatValue value_for(const FormatDirective& directive, const Object& value)
{
    if (directive.wants_text())
        return directive.letter == 'p' ? inspect(value) : to_text(value);
    if (directive.wants_decimal()) {
        const Object number = call_method(value, "to_f", {});
        return number.as<double>() == nullptr ? 0.0 : *number.as<double>();
    }
    return integer_of(value.as<std::int64_t>() != nullptr ? value : call_method(value, "to_i", {}));
}

} // namespace

Object formatted(const std::string& format, Arguments values)
{
    std::size_t next = 0;
    return bounded(format_as_ruby(format, longest_text, [&](const FormatDirective& directive) {
        if (!directive.name.empty())
            return value_for(directive, named(values, directive.name));
        if (next == values.size())
            throw Error(ErrorKind::invalid, "the format wants more values than it is given");
        return value_for(directive, values[next++]);
    }));
}

} // namespace dfriends::converge::chef
