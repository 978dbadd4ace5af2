// SPDX-License-Identifier: Apache-2.0
#include "applets/house/wire.hpp"

#include "json/json.hpp"

namespace dfriends::applets::house {

namespace {

Json encode_settings(std::span<const config::Setting> settings)
{
    Json list = Json::array();
    for (const config::Setting& row : settings) {
        Json option{{"name", row.name}, {"help", row.help}, {"takes_value", row.type != config::SettingType::flag}};
        if (row.letter != 0)
            option["letter"] = std::string(1, row.letter);
        if (!row.fallback.empty())
            option["default"] = row.fallback;
        list.push_back(std::move(option));
    }
    return list;
}

Json encode_verb(const Verb& verb)
{
    return {{"name", verb.name},
            {"usage", verb.usage},
            {"synopsis", verb.synopsis},
            {"hidden", (verb.traits & hidden) != 0},
            {"long_running", (verb.traits & long_running) != 0},
            {"options", encode_settings(verb.settings)}};
}

Json encode_process(const std::optional<pid_t>& process)
{
    return process ? Json(*process) : Json();
}

Json encode_cluster(const Status::Cluster& cluster)
{
    Json machines = Json::array(), units = Json::array();
    for (const auto& machine : cluster.machines)
        machines.push_back({{"name", machine.name}, {"address", machine.address}, {"up", machine.is_up}});
    for (const auto& unit : cluster.units)
        units.push_back({{"name", unit.name}, {"machine", unit.machine}, {"active", unit.active}, {"sub", unit.sub}});
    Json document{{"machines", std::move(machines)}, {"units", std::move(units)}};
    if (!cluster.problem.empty())
        document["problem"] = cluster.problem;
    return document;
}

Json encode_paas(const Status::Paas& paas)
{
    Json apps = Json::array();
    for (const auto& app : paas.apps)
        apps.push_back({{"name", app.name}, {"url", app.url}, {"state", app.state}});
    return {{"process", encode_process(paas.process)}, {"apps", std::move(apps)}};
}

std::string_view verdict_word(Check::Verdict verdict)
{
    switch (verdict) {
    case Check::Verdict::good:
        return "good";
    case Check::Verdict::warning:
        return "warning";
    case Check::Verdict::bad:
        break;
    }
    return "bad";
}

} // namespace

std::string encode_table(std::span<const Applet> applets)
{
    Json list = Json::array();
    for (const Applet& applet : applets) {
        Json verbs = Json::array();
        for (const Verb& verb : applet.verbs)
            verbs.push_back(encode_verb(verb));
        list.push_back({{"name", applet.name},
                        {"alias", applet.alias},
                        {"synopsis", applet.synopsis},
                        {"options", encode_settings(applet.settings)},
                        {"verbs", std::move(verbs)}});
    }
    return dump_json(list, 2) + "\n";
}

namespace {

Json encode_list(const std::vector<Link>& links)
{
    Json list = Json::array();
    for (const Link& link : links)
        list.push_back({{"title", link.title}, {"url", link.url}});
    return list;
}

Json status_document(const Status& status)
{
    Json engine{{"host", status.engine.host}, {"answers", status.engine.problem.empty()}};
    if (status.engine.problem.empty()) {
        engine["version"] = status.engine.summary.server_version;
        engine["api_version"] = status.engine.api_version;
        engine["containers"] = status.engine.summary.containers;
        engine["running"] = status.engine.summary.running;
        engine["images"] = status.engine.summary.images;
    } else {
        engine["problem"] = status.engine.problem;
    }
    Json state{{"directory", status.state.directory},
               {"bytes", status.state.bytes ? Json(*status.state.bytes) : Json()}};
    if (!status.state.problem.empty())
        state["problem"] = status.state.problem;
    Json converge;
    if (status.converge.run != 0)
        converge = {{"run", status.converge.run},
                    {"started", status.converge.started},
                    {"finished", status.converge.is_finished},
                    {"changes", status.converge.changes},
                    {"unchanged", status.converge.unchanged},
                    {"failed", status.converge.failed}};
    return Json{{"engine", std::move(engine)},
                {"cache",
                 {{"process", encode_process(status.cache.process)},
                  {"files", status.cache.files},
                  {"bytes", status.cache.bytes}}},
                {"kv",
                 {{"process", encode_process(status.kv.process)},
                  {"keys", status.kv.keys},
                  {"index", status.kv.index},
                  {"revision", status.kv.revision}}},
                {"paas", encode_paas(status.paas)},
                {"cluster", encode_cluster(status.cluster)},
                {"converge", std::move(converge)},
                {"state", std::move(state)}};
}

} // namespace

std::string encode_status(const Status& status)
{
    return dump_json(status_document(status), 2) + "\n";
}

std::string encode_dashboard(const Status& status, const std::string& host, const std::vector<std::string>& services,
                             const std::vector<Link>& links)
{
    Json document = status_document(status);
    document["host"] = host;
    document["version"] = DFRIENDS_VERSION;
    document["services"] = services;
    document["links"] = encode_list(links);
    return dump_json(document);
}

std::string encode_step(const demo::StepResult& result)
{
    Json line{{"step", result.name}, {"title", result.title}, {"state", result.state}, {"seconds", result.seconds}};
    if (!result.problem.empty())
        line["problem"] = result.problem;
    if (!result.commands.empty())
        line["commands"] = result.commands;
    return dump_json(line) + "\n";
}

std::string encode_links(const std::vector<Link>& links)
{
    return dump_json(Json{{"addresses", encode_list(links)}}) + "\n";
}

std::string encode_checks(const std::vector<Check>& checks)
{
    Json list = Json::array();
    for (const Check& check : checks)
        list.push_back({{"subject", check.subject},
                        {"verdict", verdict_word(check.verdict)},
                        {"found", check.found},
                        {"mend", check.mend}});
    return dump_json(list, 2) + "\n";
}

} // namespace dfriends::applets::house
