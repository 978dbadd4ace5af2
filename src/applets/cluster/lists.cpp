// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/client.hpp"
#include "applets/cluster/verbs.hpp"
#include "applets/cluster/wire.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::applets::cluster {

namespace {

using namespace dfriends::cluster;

/// One column of a list, and its cell of a row.
template <class Row>
struct Column {
    std::string_view field;
    std::string (*cell)(const Row&, bool full);
};

std::string or_dash(std::string text)
{
    return text.empty() ? "-" : std::move(text);
}

std::string to_upper(std::string_view text)
{
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    return upper;
}

/// The columns that --fields names, in its order.
template <class Row>
std::vector<const Column<Row>*> choose(const Context& context, std::span<const Column<Row>> columns,
                                       std::string_view fallback)
{
    const std::string fields =
        context.settings.is_given("fields") ? context.settings.text("fields") : std::string(fallback);
    if (fields.empty())
        throw Error(ErrorKind::invalid, "Must define output format");
    std::vector<const Column<Row>*> chosen;
    for (const std::string_view field : split(fields, ',')) {
        const auto column = std::ranges::find(columns, field, &Column<Row>::field);
        if (column == columns.end())
            throw Error(ErrorKind::invalid, "Invalid key in output format: \"{}\"", field);
        chosen.push_back(&*column);
    }
    return chosen;
}

template <class Row>
int print_list(Context& context, std::span<const Column<Row>> columns, std::string_view fallback,
               const std::vector<Row>& rows)
{
    const auto chosen = choose(context, columns, fallback);
    const bool full = context.settings.flag("full") || context.global.json;
    std::vector<std::vector<std::string>> table;
    std::vector<std::string>& headings = table.emplace_back();
    for (const auto* column : chosen)
        headings.push_back(context.global.json ? std::string(column->field) : to_upper(column->field));
    for (const Row& row : rows) {
        std::vector<std::string>& cells = table.emplace_back();
        for (const auto* column : chosen)
            cells.push_back(column->cell(row, full));
    }
    if (context.global.json) {
        context.write(encode_table(table) + "\n");
        return 0;
    }
    if (context.settings.flag("no-legend"))
        table.erase(table.begin());
    context.write(render_tabbed(table));
    return 0;
}

Snapshot read_for(const Context& context)
{
    Registry registry(store_options(context));
    return read_cluster(registry);
}

std::string short_hash(const std::string& hash, bool full)
{
    return or_dash(full ? hash : hash.substr(0, 7));
}

using MachineRow = const Member*;

std::string metadata_cell(const MachineRow& member, bool)
{
    std::vector<std::string> pairs;
    for (const auto& [key, value] : member->metadata)
        pairs.push_back(key + "=" + value);
    return or_dash(join(pairs, ","));
}

constexpr Column<MachineRow> machine_columns[] = {
    {"hostname", [](const MachineRow& member, bool) { return or_dash(member->host_name); }},
    {"ip", [](const MachineRow& member, bool) { return or_dash(member->public_ip); }},
    {"machine",
     [](const MachineRow& member, bool full) { return full ? member->id : member->id.substr(0, 8) + "..."; }},
    {"metadata", metadata_cell},
};

struct UnitRow {
    std::string unit, machine;
    const Report* report;
    const Member* member;
};

constexpr Column<UnitRow> unit_columns[] = {
    {"active", [](const UnitRow& row, bool) { return or_dash(row.report->active); }},
    {"hash", [](const UnitRow& row, bool full) { return short_hash(row.report->hash, full); }},
    {"load", [](const UnitRow& row, bool) { return or_dash(row.report->load); }},
    {"machine", [](const UnitRow& row, bool full) { return machine_legend(row.machine, row.member, full); }},
    {"sub", [](const UnitRow& row, bool) { return or_dash(row.report->sub); }},
    {"unit", [](const UnitRow& row, bool) { return row.unit; }},
};

struct FileRow {
    const Job* job;
    const Snapshot* snapshot;
};

std::string target_cell(const FileRow& row, bool full)
{
    if (row.job->requirements.global)
        return "global";
    if (row.job->target.empty())
        return "-";
    return machine_legend(row.job->target, find_member(*row.snapshot, row.job->target), full);
}

constexpr Column<FileRow> file_columns[] = {
    {"desc", [](const FileRow& row, bool) { return or_dash(row.job->description); }},
    {"dstate", [](const FileRow& row, bool) { return std::string(name(row.job->target_state)); }},
    {"global", [](const FileRow& row, bool) { return std::string(row.job->requirements.global ? "true" : "false"); }},
    {"hash", [](const FileRow& row, bool full) { return short_hash(row.job->hash, full); }},
    {"state",
     [](const FileRow& row, bool) {
         return row.job->requirements.global ? "-" : std::string(current_state(*row.snapshot, *row.job));
     }},
    {"target", target_cell},
    {"tmachine", target_cell},
    {"unit", [](const FileRow& row, bool) { return row.job->name; }},
};

} // namespace

int list_machines(Context& context)
{
    context.expect_arguments(0, 0);
    const Snapshot snapshot = read_for(context);
    std::vector<MachineRow> rows;
    for (const auto& [id, member] : snapshot.members)
        rows.push_back(&member);
    return print_list<MachineRow>(context, machine_columns, "machine,ip,metadata", rows);
}

int list_units(Context& context)
{
    context.expect_arguments(0, 0);
    const Snapshot snapshot = read_for(context);
    std::vector<UnitRow> rows;
    for (const auto& [where, report] : snapshot.reports)
        if (const Member* member = find_member(snapshot, where.second))
            rows.push_back({where.first, where.second, &report, member});
    return print_list<UnitRow>(context, unit_columns, "unit,machine,active,sub", rows);
}

int list_unit_files(Context& context)
{
    context.expect_arguments(0, 0);
    if (context.settings.text("fields").find("tmachine") != std::string::npos)
        context.say("WARNING: The \"tmachine\" field is deprecated. Use \"target\" instead");
    const Snapshot snapshot = read_for(context);
    std::vector<FileRow> rows;
    for (const auto& [name, job] : snapshot.jobs)
        rows.push_back({&job, &snapshot});
    return print_list<FileRow>(context, file_columns, "unit,hash,dstate,state,target", rows);
}

} // namespace dfriends::applets::cluster
