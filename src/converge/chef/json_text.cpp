// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "converge/chef/methods_inside.hpp"

#include <cmath>

namespace dfriends::converge::chef {

namespace {

std::string quoted_json(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += std::string{'\\', c};
        else if (c == '\n')
            result += "\\n";
        else if (c == '\t')
            result += "\\t";
        else if (c == '\r')
            result += "\\r";
        else if (c == '\b')
            result += "\\b";
        else if (c == '\f')
            result += "\\f";
        else if (static_cast<unsigned char>(c) < 0x20)
            result += fmt::format("\\u{:04x}", static_cast<int>(c));
        else
            result += c;
    }
    return result + '"';
}

/// The members of a list or hash between brackets, each in a line of its own where it shall be pretty.
template <class Items, class Write>
void write_members(std::string& into, const Items& items, std::string_view brackets, int indent, Write write)
{
    into += brackets[0];
    bool first = true;
    for (const auto& item : items) {
        into += first ? "" : ",";
        first = false;
        if (indent >= 0)
            into += "\n" + std::string(static_cast<std::size_t>(indent + 2), ' ');
        write(item);
        if (into.size() > longest_text)
            throw Error(ErrorKind::invalid, "a string is longer than {} bytes", longest_text);
    }
    if (indent >= 0 && !first)
        into += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
    into += brackets[1];
}

/// An indent below 0 writes everything into one line.
void write_json(std::string& into, const Object& object, int indent)
{
    const int deeper = indent < 0 ? indent : indent + 2;
    if (const List* list = object.as<List>())
        return write_members(into, (*list)->items, "[]", indent,
                             [&](const Object& item) { write_json(into, item, deeper); });
    if (const Hash* hash = object.as<Hash>())
        return write_members(into, (*hash)->entries, "{}", indent, [&](const auto& entry) {
            into += quoted_json(to_text(entry.first)) + (indent < 0 ? ":" : ": ");
            write_json(into, entry.second, deeper);
        });
    if (const auto* number = object.as<double>(); number != nullptr && !std::isfinite(*number))
        throw Error(ErrorKind::invalid, "{} is no number in JSON", to_text(object));
    const bool plain =
        object.as<bool>() != nullptr || object.as<std::int64_t>() != nullptr || object.as<double>() != nullptr;
    into += object.is_nil() ? "null" : plain ? to_text(object) : quoted_json(to_text(object));
}

} // namespace

std::string json_text(const Object& object, bool pretty)
{
    std::string text;
    write_json(text, object, pretty ? 0 : -1);
    return text;
}

} // namespace dfriends::converge::chef
