// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/format.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace dfriends::applets::docker {

namespace {

/// In the largest unit that leaves a number of at least one.
std::string in_units(std::int64_t bytes, double step, int digits, const std::array<std::string_view, 7>& units)
{
    double size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= step && unit + 1 < units.size(); ++unit)
        size /= step;
    return fmt::format("{:.{}g}{}", size, digits, units[unit]);
}

} // namespace

std::string short_id(std::string_view id)
{
    if (id.starts_with("sha256:"))
        id.remove_prefix(7);
    return std::string(id.substr(0, 12));
}

std::string render_decimal_size(std::int64_t bytes, int digits)
{
    return in_units(bytes, 1000, digits, {"B", "kB", "MB", "GB", "TB", "PB", "EB"});
}

std::string render_binary_size(std::int64_t bytes)
{
    return in_units(bytes, 1024, 4, {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"});
}

std::string shortened(const std::string& text, std::size_t most)
{
    return count_characters(text) > most ? text.substr(0, byte_of_character(text, most - 1)) + "…" : text;
}

std::string render_command(const std::string& command, bool whole)
{
    constexpr std::size_t width = 20;
    std::string shown = command;
    if (!whole && shown.size() > width) {
        std::size_t cut = width - 1;
        while (cut > 0 && continues_character(shown[cut])) // within a character
            --cut;
        shown = shown.substr(0, cut) + "…";
    }
    return '"' + replace_all(replace_all(replace_all(shown, "\\", "\\\\"), "\"", "\\\""), "\n", "\\n") + '"';
}

namespace {

/// Ports one after the other that have the same number on both sides, or are only exposed.
struct PortRange {
    std::string address; ///< empty: exposed only
    std::string protocol;
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

std::string render_place(const std::string& address, const std::string& port)
{
    return (address.find(':') != address.npos ? "[" + address + "]" : address) + ":" + port;
}

std::string render_range(const PortRange& range)
{
    std::string ports = std::to_string(range.first);
    if (range.first != range.last)
        ports += "-" + std::to_string(range.last);
    const std::string host = range.address.empty() ? "" : render_place(range.address, ports) + "->";
    return host + ports + "/" + range.protocol;
}

} // namespace

std::string render_ports(std::vector<engine::PublishedPort> ports)
{
    std::ranges::sort(ports, {}, [](const auto& port) {
        return std::tie(port.container_port, port.address, port.host_port, port.protocol);
    });
    std::vector<std::string> texts;
    std::vector<std::string> mapped; // to another number: each stands for itself, at the end
    std::vector<PortRange> ranges;
    for (const auto& port : ports) {
        if (!port.address.empty() && port.host_port != port.container_port) {
            mapped.push_back(render_place(port.address, std::to_string(port.host_port)) +
                             fmt::format("->{}/{}", port.container_port, port.protocol));
            continue;
        }
        const auto range = std::ranges::find_if(ranges, [&](const PortRange& known) {
            return known.address == port.address && known.protocol == port.protocol;
        });
        if (range == ranges.end()) {
            ranges.push_back({port.address, port.protocol, port.container_port, port.container_port});
        } else if (port.container_port == range->last + 1) {
            range->last = port.container_port;
        } else {
            texts.push_back(render_range(*range));
            range->first = range->last = port.container_port;
        }
    }
    for (const PortRange& range : ranges)
        texts.push_back(render_range(range));
    texts.insert(texts.end(), mapped.begin(), mapped.end());
    return join(texts, ", ");
}

namespace {

using go_template::Members;
using go_template::Template;
using go_template::Value;

Members members_of(const Fields& fields)
{
    Members members;
    for (const auto& [name, text] : fields)
        members.emplace_back(name, Value::make_text(text));
    return members;
}

Value row_of(const List& list, std::size_t number)
{
    Members members = members_of(list.rows[number]);
    if (!list.labels.empty()) {
        Members labels;
        for (const auto& [name, text] : list.labels[number])
            labels.emplace_back(name, Value::make_text(text));
        members.emplace_back("Label", Value::make_lookup(std::move(labels)));
    }
    return Value::make_row(std::string(list.type), std::move(members));
}

Value headings_of(const List& list)
{
    Members members = members_of(list.headings);
    members.emplace_back("Label", Value::make_lookup({}));
    return Value::make_map(std::move(members), Value::make_text({}));
}

Template parse_list_format(std::string_view format)
{
    const std::string text = replace_all(replace_all(trim(format), "\\t", "\t"), "\\n", "\n");
    try {
        return Template(text);
    } catch (const Error& error) {
        throw Error(ErrorKind::invalid, "failed to parse template: {}", error.message());
    }
}

/// Lines of cells between tabs, aligned as docker does: every cell but a line's last is padded, even before an empty
/// one.
std::string aligned(std::string_view text)
{
    constexpr std::size_t gap = 3;
    constexpr std::size_t least = 10;
    std::vector<std::size_t> widths;
    for (const std::string_view line : lines(text)) {
        const auto cells = split(line, '\t');
        widths.resize(std::max(widths.size(), cells.size()), least);
        for (std::size_t i = 0; i + 1 < cells.size(); ++i)
            widths[i] = std::max(widths[i], count_characters(cells[i]) + gap);
    }
    std::string out;
    for (const std::string_view line : lines(text)) {
        const auto cells = split(line, '\t');
        for (std::size_t i = 0; i < cells.size(); ++i) {
            out += cells[i];
            if (i + 1 < cells.size())
                out.append(widths[i] - count_characters(cells[i]), ' ');
        }
        out += '\n';
    }
    return out;
}

} // namespace

std::string render_list(std::string_view format, const List& list)
{
    constexpr std::string_view table_key = "table";
    if (format.empty() || format == table_key)
        format = list.table;
    const bool is_table = format.starts_with(table_key);
    if (is_table)
        format.remove_prefix(table_key.size());
    const Template rows = parse_list_format(format == "json" ? "{{json .}}" : format);
    std::string text;
    if (is_table)
        text += rows.render_headings(headings_of(list)) + "\n";
    try {
        for (std::size_t i = 0; i < list.rows.size(); ++i)
            text += rows.render(row_of(list, i)) + "\n";
    } catch (const Error& error) {
        throw Error(ErrorKind::invalid, "failed to execute template: {}", error.message());
    }
    return is_table ? aligned(text) : text;
}

DocumentFormat::DocumentFormat(std::string_view format)
try {
    if (format != "json")
        template_.emplace(format);
} catch (const Error& error) {
    throw TemplateError(error);
}

std::string DocumentFormat::render(std::string_view document) const
{
    const Value value = go_template::read_document(document);
    if (!template_)
        return go_template::to_json(value);
    try {
        return template_->render(value);
    } catch (const Error& error) {
        throw Error(ErrorKind::invalid, "template parsing error: {}", error.message());
    }
}

engine::Filters parse_filters(const std::vector<std::string>& texts)
{
    engine::Filters filters;
    for (const std::string& text : texts) {
        const auto [key, value] = split_once(text, '=');
        if (key.empty() || text.find('=') == text.npos)
            throw Error(ErrorKind::usage, "a filter is KEY=VALUE, not '{}'", printable(text));
        filters[std::string(trim(key))].emplace_back(trim(value));
    }
    return filters;
}

} // namespace dfriends::applets::docker
