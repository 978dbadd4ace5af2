// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/format.hpp"

#include "applets/docker/wire.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table_output.hpp"

#include <algorithm>
#include <array>

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

std::string render_decimal_size(std::int64_t bytes)
{
    return in_units(bytes, 1000, 3, {"B", "kB", "MB", "GB", "TB", "PB", "EB"});
}

std::string render_binary_size(std::int64_t bytes)
{
    return in_units(bytes, 1024, 4, {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"});
}

std::string render_command(const std::string& command, bool whole)
{
    constexpr std::size_t width = 20;
    std::string shown = command;
    if (!whole && shown.size() > width) {
        std::size_t cut = width - 1;
        while (cut > 0 && (static_cast<unsigned char>(shown[cut]) & 0xc0) == 0x80) // within a character
            --cut;
        shown = shown.substr(0, cut) + "…";
    }
    return '"' + replace_all(replace_all(replace_all(shown, "\\", "\\\\"), "\"", "\\\""), "\n", "\\n") + '"';
}

std::string render_ports(std::vector<engine::PublishedPort> ports)
{
    std::ranges::sort(ports, [](const auto& a, const auto& b) {
        return std::tie(a.container_port, a.protocol, a.address) < std::tie(b.container_port, b.protocol, b.address);
    });
    std::vector<std::string> texts;
    for (const auto& port : ports)
        texts.push_back(port.host_port == 0 ? fmt::format("{}/{}", port.container_port, port.protocol)
                                            : fmt::format("{}:{}->{}/{}", port.address, port.host_port,
                                                          port.container_port, port.protocol));
    return join(texts, ", ");
}

std::string render_format(std::string_view format, const Fields& fields)
{
    std::string text;
    while (!format.empty()) {
        if (format.starts_with("{{")) {
            const std::size_t end = format.find("}}");
            const std::string_view inside = trim(format.substr(2, end == format.npos ? format.npos : end - 2));
            const auto found = inside.starts_with('.') ? fields.find(inside.substr(1)) : fields.end();
            if (end == format.npos || found == fields.end()) {
                std::vector<std::string> names;
                for (const auto& [name, value] : fields)
                    names.push_back("." + name);
                throw Error(ErrorKind::invalid, "there is no field '{}'", printable(inside))
                    .hint("fields are " + join(names, ", "));
            }
            text += found->second;
            format.remove_prefix(end + 2);
        } else if (format.starts_with("\\t") || format.starts_with("\\n")) {
            text += format[1] == 't' ? '\t' : '\n';
            format.remove_prefix(2);
        } else {
            text += format.front();
            format.remove_prefix(1);
        }
    }
    return text;
}

namespace {

std::vector<std::string> cells_of(std::string_view format, const Fields& fields)
{
    const std::string line = render_format(format, fields);
    std::vector<std::string> cells;
    for (const std::string_view cell : split(line, '\t'))
        cells.emplace_back(cell);
    return cells;
}

} // namespace

std::string render_list(std::string_view format, const std::vector<Fields>& rows, const Fields& headings)
{
    std::string text;
    if (format == "json" || format == "{{json .}}") {
        for (const Fields& row : rows)
            text += encode_fields(row) + "\n";
        return text;
    }
    if (!format.starts_with("table")) {
        for (const Fields& row : rows)
            text += render_format(format, row) + "\n";
        return text;
    }
    const std::string_view columns = trim(format.substr(std::string_view("table").size()));
    cli::TableOutput table(cells_of(columns, headings), 3, 10);
    for (const Fields& row : rows)
        table.row(cells_of(columns, row));
    return table.render();
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
