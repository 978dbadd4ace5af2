// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/encode.hpp"

#include "kv/v2/path.hpp"

#include <fmt/format.h>

namespace dfriends::kv::v2 {

namespace {

/// Bytes of the well-formed UTF-8 character that a text begins with (RFC 3629 section 4); 0 where it begins with none.
std::size_t character_length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool good =
            follows(1) && follows(2) && (first != 0xe0 || byte(1) >= 0xa0) && (first != 0xed || byte(1) < 0xa0);
        return good ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool good = follows(1) && follows(2) && follows(3) && (first != 0xf0 || byte(1) >= 0x90) &&
                          (first != 0xf4 || byte(1) < 0x90);
        return good ? 4 : 0;
    }
    return 0;
}

void append_character(std::string& out, std::string_view character)
{
    const auto byte = static_cast<unsigned char>(character[0]);
    if (character == "\"" || character == "\\")
        out.append("\\").append(character);
    else if (byte == '\n')
        out += "\\n";
    else if (byte == '\r')
        out += "\\r";
    else if (byte == '\t')
        out += "\\t";
    else if (byte < 0x20 || byte == '<' || byte == '>' || byte == '&')
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    else if (character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9")
        out += character == "\xe2\x80\xa8" ? "\\u2028" : "\\u2029";
    else
        out += character;
}

/// RFC 3339 with as many decimals as the moment needs.
std::string render_expiration(TimePoint moment)
{
    std::string text = render_rfc3339(moment, 9);
    text.pop_back();
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text + "Z";
}

std::string encode_children(std::string_view path, const Node& node, TimePoint now, const Listing& listing)
{
    std::string list;
    for (const auto& [name, child] : node.children) {
        if (name.starts_with('_'))
            continue; // hidden
        list += list.empty() ? "" : ",";
        list += encode_node(join_path(path, name), *child, now,
                            {.recursive = listing.recursive, .children = listing.recursive});
    }
    return list;
}

} // namespace

std::string quote(std::string_view text)
{
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0)
            out += "\\ufffd";
        else
            append_character(out, text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out += '"';
}

std::string encode_node(std::string_view path, const Node& node, TimePoint now, const Listing& listing)
{
    std::string text = "{";
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(text.size() > 1 ? "," : "").append("\"").append(name).append("\":").append(value);
    };
    if (path != "/")
        add("key", quote(path));
    if (node.dir)
        add("dir", "true");
    else if (node.has_value)
        add("value", quote(node.value));
    if (node.expires) {
        add("expiration", quote(render_expiration(*node.expires)));
        const auto left = std::chrono::ceil<std::chrono::seconds>(*node.expires - now).count();
        if (left != 0)
            add("ttl", std::to_string(left));
    }
    if (node.dir && listing.children)
        if (const std::string children = encode_children(path, node, now, listing); !children.empty())
            add("nodes", "[" + children + "]");
    if (path != "/") {
        add("modifiedIndex", std::to_string(node.modified));
        add("createdIndex", std::to_string(node.created));
    }
    return text += "}";
}

std::string encode_event(std::string_view action, std::string_view node, std::string_view prev_node)
{
    std::string text = fmt::format(R"({{"action":"{}","node":{})", action, node);
    if (!prev_node.empty())
        text.append(",\"prevNode\":").append(prev_node);
    return text += "}";
}

} // namespace dfriends::kv::v2
