// SPDX-License-Identifier: Apache-2.0
#include "paas/apps.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "paas/app_name.hpp"
#include "paas/apps_wire.hpp"

namespace dfriends::paas {

using state::Database;

namespace {

constexpr std::string_view app_columns = "name, created, coalesce(deploy_branch, ''), release, port, stopped";

App app_of(const state::Statement& row)
{
    return {row.text(0),        row.text(1), row.text(2), row.integer(3), static_cast<std::uint16_t>(row.integer(4)),
            row.integer(5) != 0};
}

constexpr std::string_view release_columns =
    "number, image, revision, description, author, processes, checks, config, created";

Release release_of(const state::Statement& row)
{
    return {row.integer(0),
            row.text(1),
            row.text(2),
            row.text(3),
            row.text(4),
            decode_texts(row.text(5)),
            decode_checks(row.text(6)),
            decode_texts(row.text(7)),
            row.text(8)};
}

Process process_of(const state::Statement& row)
{
    return {row.text(0),        row.text(1), row.text(2),
            row.integer(3),     row.text(4), static_cast<std::uint16_t>(row.integer(5)),
            row.integer(6) != 0};
}

void insert_release(Database& database, const std::string& app, const Release& release)
{
    database
        .prepare(
            fmt::format("insert into paas_release (app, {}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", release_columns))
        .bind(app)
        .bind(release.number)
        .bind(release.image)
        .bind(release.revision)
        .bind(release.description)
        .bind(release.author)
        .bind(encode_texts(release.commands))
        .bind(encode_checks(release.checks))
        .bind(encode_texts(release.config))
        .bind(release.created)
        .run();
}

void insert_process(Database& database, const Process& process)
{
    database
        .prepare("insert into paas_process (container, app, type, number, address, port, retired) "
                 "values (?, ?, ?, ?, ?, ?, 0)")
        .bind(process.container)
        .bind(process.app)
        .bind(process.type)
        .bind(process.number)
        .bind(process.address)
        .bind(static_cast<std::int64_t>(process.port))
        .run();
}

} // namespace

std::vector<App> Apps::list() const
{
    const auto database = store_.reader();
    auto rows = database->prepare(fmt::format("select {} from paas_app order by name", app_columns));
    std::vector<App> apps;
    while (rows.next())
        apps.push_back(app_of(rows));
    return apps;
}

std::optional<App> Apps::find(const std::string& app) const
{
    const auto database = store_.reader();
    auto rows = database->prepare(fmt::format("select {} from paas_app where name = ?", app_columns));
    rows.bind(app);
    return rows.next() ? std::optional(app_of(rows)) : std::nullopt;
}

App Apps::get(const std::string& app) const
{
    if (auto found = find(app))
        return *found;
    throw Error(ErrorKind::not_found, "App {} does not exist", app);
}

void Apps::create(const std::string& app)
{
    if (find(app))
        throw Error(ErrorKind::conflict, "Name is already taken");
    store_.change([&](Database& database) {
        database.prepare("insert into paas_app (name, created) values (?, ?)")
            .bind(app)
            .bind(render_rfc3339(system_now()))
            .run();
    });
}

void Apps::remove(const std::string& app)
{
    store_.change([&](Database& database) {
        database.prepare("delete from paas_config where app = ?").bind(app).run();
        database.prepare("delete from paas_app where name = ?").bind(app).run();
    });
}

void Apps::set_deploy_branch(const std::string& app, const std::string& branch)
{
    store_.change([&](Database& database) {
        database.prepare("update paas_app set deploy_branch = ? where name = ?").bind(branch).bind(app).run();
    });
}

void Apps::set_port(const std::string& app, std::uint16_t port)
{
    store_.change([&](Database& database) {
        database.prepare("update paas_app set port = ? where name = ?")
            .bind(static_cast<std::int64_t>(port))
            .bind(app)
            .run();
    });
}

void Apps::set_stopped(const std::string& app, bool stopped)
{
    store_.change([&](Database& database) {
        database.prepare("update paas_app set stopped = ? where name = ?").bind(stopped).bind(app).run();
    });
}

Config Apps::config(const std::string& app) const
{
    const auto database = store_.reader();
    auto rows = database->prepare("select key, value from paas_config where app = ?");
    rows.bind(app);
    Config config;
    while (rows.next())
        config.emplace(rows.text(0), rows.text(1));
    return config;
}

Config Apps::merged_config(const std::string& app) const
{
    Config merged = config(app);
    merged.merge(config(""));
    return merged;
}

void Apps::change_config(const std::string& app, const Config& set, const std::vector<std::string>& unset)
{
    store_.change([&](Database& database) {
        for (const std::string& key : unset)
            database.prepare("delete from paas_config where app = ? and key = ?").bind(app).bind(key).run();
        for (const auto& [key, value] : set)
            database.prepare("insert or replace into paas_config (app, key, value) values (?, ?, ?)")
                .bind(app)
                .bind(key)
                .bind(value)
                .run();
    });
}

std::vector<std::string> Apps::domains(const std::string& app) const
{
    const auto database = store_.reader();
    auto rows = database->prepare("select domain from paas_domain where app = ? order by domain");
    rows.bind(app);
    std::vector<std::string> domains;
    while (rows.next())
        domains.push_back(rows.text(0));
    return domains;
}

bool Apps::add_domain(const std::string& app, const std::string& domain)
{
    bool added = false;
    store_.change([&](Database& database) {
        auto held = database.prepare("select app from paas_domain where domain = ?");
        held.bind(domain);
        if (held.next() && held.text(0) != app)
            throw Error(ErrorKind::conflict, "{} is a domain of app {} already", domain, held.text(0));
        added = database.prepare("insert or ignore into paas_domain (domain, app) values (?, ?)")
                    .bind(domain)
                    .bind(app)
                    .run() > 0;
    });
    return added;
}

bool Apps::remove_domain(const std::string& app, const std::string& domain)
{
    bool removed = false;
    store_.change([&](Database& database) {
        removed =
            database.prepare("delete from paas_domain where domain = ? and app = ?").bind(domain).bind(app).run() > 0;
    });
    return removed;
}

std::map<std::string, std::int64_t> Apps::scale(const std::string& app) const
{
    const auto database = store_.reader();
    auto rows = database->prepare("select type, quantity from paas_scale where app = ?");
    rows.bind(app);
    std::map<std::string, std::int64_t> quantities;
    while (rows.next())
        quantities.emplace(rows.text(0), rows.integer(1));
    return quantities;
}

void Apps::set_scale(const std::string& app, const std::map<std::string, std::int64_t>& quantities)
{
    store_.change([&](Database& database) {
        for (const auto& [type, quantity] : quantities)
            database.prepare("insert or replace into paas_scale (app, type, quantity) values (?, ?, ?)")
                .bind(app)
                .bind(type)
                .bind(quantity)
                .run();
    });
}

std::vector<Release> Apps::releases(const std::string& app) const
{
    const auto database = store_.reader();
    auto rows =
        database->prepare(fmt::format("select {} from paas_release where app = ? order by number", release_columns));
    rows.bind(app);
    std::vector<Release> releases;
    while (rows.next())
        releases.push_back(release_of(rows));
    return releases;
}

std::optional<Release> Apps::find_release(const std::string& app, std::int64_t number) const
{
    const auto database = store_.reader();
    auto rows =
        database->prepare(fmt::format("select {} from paas_release where app = ? and number = ?", release_columns));
    rows.bind(app).bind(number);
    return rows.next() ? std::optional(release_of(rows)) : std::nullopt;
}

Release Apps::switch_to(const std::string& app, Release release, const std::vector<Process>& processes)
{
    release.created = render_rfc3339(system_now());
    store_.change([&](Database& database) {
        auto last = database.prepare("select coalesce(max(number), 0) from paas_release where app = ?");
        last.bind(app);
        last.next();
        release.number = last.integer(0) + 1;
        insert_release(database, app, release);
        database.prepare("update paas_app set release = ?, stopped = 0 where name = ?")
            .bind(release.number)
            .bind(app)
            .run();
        database.prepare("update paas_process set retired = 1 where app = ?").bind(app).run();
        for (const Process& process : processes)
            insert_process(database, process);
    });
    return release;
}

std::vector<Release> Apps::forget_releases(const std::string& app, std::size_t keep)
{
    std::vector<Release> all = releases(app);
    const std::int64_t serving = get(app).release;
    std::vector<Release> forgotten;
    for (std::size_t index = 0; index + keep < all.size(); ++index)
        if (all[index].number != serving)
            forgotten.push_back(std::move(all[index]));
    store_.change([&](Database& database) {
        for (const Release& release : forgotten)
            database.prepare("delete from paas_release where app = ? and number = ?")
                .bind(app)
                .bind(release.number)
                .run();
    });
    return forgotten;
}

std::vector<Process> Apps::processes() const
{
    const auto database = store_.reader();
    auto rows = database->prepare("select container, app, type, number, address, port, retired from paas_process "
                                  "order by app, type, number, retired");
    std::vector<Process> processes;
    while (rows.next())
        processes.push_back(process_of(rows));
    return processes;
}

std::vector<Process> Apps::processes(const std::string& app) const
{
    std::vector<Process> all = processes();
    std::erase_if(all, [&](const Process& process) { return process.app != app; });
    return all;
}

void Apps::move_process(const std::string& container, const std::string& address)
{
    store_.change([&](Database& database) {
        database.prepare("update paas_process set address = ? where container = ?").bind(address).bind(container).run();
    });
}

void Apps::forget_process(const std::string& container)
{
    store_.change([&](Database& database) {
        database.prepare("delete from paas_process where container = ?").bind(container).run();
    });
}

std::string Apps::setting(const std::string& key) const
{
    const auto database = store_.reader();
    auto rows = database->prepare("select value from paas_setting where key = ?");
    rows.bind(key);
    return rows.next() ? rows.text(0) : std::string();
}

void Apps::set_setting(const std::string& key, const std::string& value)
{
    store_.change([&](Database& database) {
        database.prepare("insert or replace into paas_setting (key, value) values (?, ?)").bind(key).bind(value).run();
    });
}

} // namespace dfriends::paas
