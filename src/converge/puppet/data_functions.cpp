// SPDX-License-Identifier: Apache-2.0
// Data as JSON and as YAML, and back.
#include "base/text.hpp"
#include "config/yaml.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/functions_inside.hpp"
#include "converge/puppet/hiera.hpp"

#include <algorithm>

namespace dfriends::converge::puppet::functions {

namespace {

/// As Ruby's JSON writes it; with lines, each part has its own.
class JsonWriter {
  public:
    explicit JsonWriter(bool has_lines) : has_lines_(has_lines) {}

    std::string run(const Datum& datum)
    {
        write(datum, 0);
        return std::move(out_);
    }

  private:
    void write(const Datum& datum, std::size_t depth)
    {
        check_length(out_.size());
        if (const auto* list = datum.as<List>())
            return parts('[', ']', (*list)->items, depth, [&](const Datum& item) { write(item, depth + 1); });
        if (const auto* hash = datum.as<Hash>())
            return parts('{', '}', (*hash)->entries, depth, [&](const auto& entry) {
                text(to_text(entry.first));
                out_ += has_lines_ ? ": " : ":";
                write(entry.second, depth + 1);
            });
        if (datum.is_undef())
            out_ += "null";
        else if (datum.as<bool>() != nullptr || datum.as<std::int64_t>() != nullptr || datum.as<double>() != nullptr)
            out_ += to_text(datum);
        else
            text(to_text(datum));
    }

    template <class Items, class Write>
    void parts(char open, char close, const Items& items, std::size_t depth, Write write_one)
    {
        out_ += open;
        bool is_first = true;
        for (const auto& item : items) {
            out_ += is_first ? "" : ",";
            is_first = false;
            line(depth + 1);
            write_one(item);
        }
        if (!items.empty())
            line(depth);
        out_ += close;
    }

    void line(std::size_t depth)
    {
        if (has_lines_)
            out_ += "\n" + std::string(2 * depth, ' ');
    }

    void text(const std::string& content)
    {
        out_ += json_text(content);
        check_length(out_.size());
    }

    bool has_lines_;
    std::string out_;
};

/// What a plain text would be read as is another value.
bool reads_as_other(const std::string& text)
{
    static const Automaton others(
        "\\A([-+]?[0-9][0-9_,]*|[-+]?([0-9][0-9_,]*)?\\.[0-9]*([eE][-+]?[0-9]+)?|[-+]?0[xb].*|"
        "[0-9][-+0-9_,.]*[eE].*|\\d+-\\d+-\\d+.*|\\d+(:\\d+)+.*|~|null|true|false|yes|no|on|off|"
        "<<|=|[yn])\\z",
        true);
    return text.empty() || others.found_in(text);
}

/// A text as it stands in YAML, by the rules of Ruby's YAML where they are simple.
std::string yaml_text(const std::string& text)
{
    const auto is_plain_byte = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '\x7f'; };
    if (!std::ranges::all_of(text, is_plain_byte))
        return json_text(text);
    const bool begins_with_word =
        !text.empty() && (std::isalnum(static_cast<unsigned char>(text[0])) != 0 || text[0] == '_' ||
                          (static_cast<unsigned char>(text[0]) & 0x80U) != 0);
    if (!text.empty() && !begins_with_word && text.find('"') == std::string::npos)
        return json_text(text);
    const bool needs_quotes = !begins_with_word || reads_as_other(text) || text.ends_with(' ') || text.ends_with(':') ||
                              text.find(": ") != std::string::npos || text.find(" #") != std::string::npos;
    return needs_quotes ? "'" + replace_all(text, "'", "''") + "'" : text;
}

class YamlWriter {
  public:
    std::string run(const Datum& datum)
    {
        out_ = "---";
        value(datum, 0, false);
        return std::move(out_);
    }

  private:
    static bool is_empty_or_scalar(const Datum& datum)
    {
        if (const auto* list = datum.as<List>())
            return (*list)->items.empty();
        return datum.as<Hash>() == nullptr || (*datum.as<Hash>())->entries.empty();
    }

    static std::string scalar(const Datum& datum)
    {
        if (datum.as<List>() != nullptr)
            return "[]";
        if (datum.as<Hash>() != nullptr)
            return "{}";
        const bool is_text =
            datum.as<bool>() == nullptr && datum.as<std::int64_t>() == nullptr && datum.as<double>() == nullptr;
        return is_text ? yaml_text(to_text(datum)) : to_text(datum);
    }

    /// Behind a key, a dash or the document's mark; `in_list`: the first part stands in the dash's line.
    void value(const Datum& datum, std::size_t depth, bool in_list)
    {
        check_length(out_.size());
        if (is_empty_or_scalar(datum)) {
            out_ += datum.is_undef() ? "\n" : " " + scalar(datum) + "\n";
            return;
        }
        out_ += in_list ? " " : "\n";
        bool is_first = in_list;
        const auto indent = [&] {
            out_ += is_first ? "" : std::string(2 * depth, ' ');
            is_first = false;
        };
        if (const auto* list = datum.as<List>()) {
            for (const Datum& item : (*list)->items) {
                indent();
                out_ += "-";
                value(item, depth + 1, true);
            }
            return;
        }
        for (const auto& [key, item] : (*datum.as<Hash>())->entries) {
            indent();
            out_ += key.is_undef() ? "''" : scalar(key);
            out_ += ":";
            value(item, item.as<List>() != nullptr ? depth : depth + 1, false);
        }
    }

    std::string out_;
};

Datum without_nothing(const Datum& datum)
{
    if (const auto* list = datum.as<List>()) {
        std::vector<Datum> items;
        for (const Datum& item : (*list)->items)
            if (!item.is_undef())
                items.push_back(without_nothing(item));
        return make_list(std::move(items));
    }
    if (datum.as<Hash>() == nullptr)
        return datum;
    std::vector<std::pair<Datum, Datum>> entries;
    for (const auto& [key, value] : (*datum.as<Hash>())->entries)
        if (!value.is_undef())
            entries.emplace_back(key, without_nothing(value));
    return make_hash(std::move(entries));
}

/// What a template or file is made of hides nothing.
void refuse_secrets(const Datum& datum)
{
    if (has_secret(datum))
        throw Error(ErrorKind::invalid, "a sensitive value would be written out")
            .hint("take it out with .unwrap first");
}

} // namespace

std::string json_text(const std::string& text)
{
    std::string out = "\"";
    for (const char c : text) {
        const auto escape = std::string_view("\"\\\b\f\n\r\t").find(c);
        if (escape != std::string_view::npos && c != '\0')
            out += std::string("\\") + std::string_view("\"\\bfnrt")[escape];
        else if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f')
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else
            out += c;
    }
    return out + "\"";
}

Datum to_json(Arguments arguments)
{
    refuse_secrets(arguments[0]);
    return JsonWriter(false).run(arguments[0]);
}

/// to_json_pretty(VALUE, [without undef]).
Datum to_json_pretty(Arguments arguments)
{
    refuse_secrets(arguments[0]);
    const bool drops = arguments.size() > 1 && arguments[1].truthy();
    return JsonWriter(true).run(drops ? without_nothing(arguments[0]) : arguments[0]) + "\n";
}

Datum to_yaml(Arguments arguments)
{
    refuse_secrets(arguments[0]);
    return YamlWriter().run(arguments[0]);
}

/// parseyaml(TEXT, [DEFAULT]) and parsejson: JSON is YAML.
Datum parsed(Arguments arguments)
{
    try {
        return datum_of(config::parse_yaml(text_at(arguments, 0), "the text"));
    } catch (const Error& error) {
        if (arguments.size() > 1)
            return arguments[1];
        throw Error(ErrorKind::invalid, "the text cannot be read: {}, in its line {}", error.message(),
                    error.position().line);
    }
}

} // namespace dfriends::converge::puppet::functions
