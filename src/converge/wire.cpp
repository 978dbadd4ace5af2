// SPDX-License-Identifier: Apache-2.0
#include "converge/wire.hpp"

#include "base/error.hpp"
#include "converge/yaml/manifest.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "json/json.hpp"

namespace dfriends::converge {

namespace {

Json changes_to_json(const std::vector<Change>& changes)
{
    Json list = Json::array();
    for (const Change& change : changes)
        list.push_back(
            {{"attribute", change.attribute}, {"from", change.from}, {"to", change.to}, {"note", change.note}});
    return list;
}

Json results_to_json(const std::vector<Result>& results)
{
    Json list = Json::array();
    for (const Result& result : results)
        list.push_back({{"resource", result.type + "[" + result.name + "]"},
                        {"action", result.action},
                        {"status", name_of(result.status)},
                        {"effect", name_of(result.effect)},
                        {"changes", changes_to_json(result.changes)},
                        {"reason", result.reason},
                        {"hint", result.hint},
                        {"milliseconds", result.duration.count()}});
    return list;
}

Json run_to_json(const PastRun& run)
{
    return {{"id", run.id},           {"started", run.started},     {"finished", run.finished},
            {"files", run.files},     {"created", run.created},     {"changed", run.changed},
            {"removed", run.removed}, {"unchanged", run.unchanged}, {"failed", run.failed}};
}

} // namespace

std::string encode_changes(const std::vector<Change>& changes)
{
    return dump_json(changes_to_json(changes));
}

std::vector<Change> decode_changes(std::string_view text)
{
    std::vector<Change> changes;
    for (const Json& item : parse_json(text, "the changes of a run"))
        changes.push_back(
            {text_of(item, "attribute"), text_of(item, "from"), text_of(item, "to"), text_of(item, "note")});
    return changes;
}

std::string encode_report(const Report& report)
{
    Json document{{"results", results_to_json(report.results)}};
    for (const Status status : {Status::changed, Status::unchanged, Status::failed, Status::skipped, Status::guarded})
        document[std::string(name_of(status))] = report.count(status);
    return dump_json(document) + "\n";
}

std::string digest_of(const Report& report)
{
    Report timeless = report;
    for (Result& result : timeless.results)
        result.duration = {};
    return crypto::hash_hex(crypto::Algorithm::sha256, encode_report(timeless));
}

std::string encode_plan(const std::vector<std::string>& files, const Catalog& catalog, const Report& report)
{
    return dump_json({{"files", files},
                      {"digest", digest_of(report)},
                      {"declared", crypto::hash_password(render_yaml_manifest(catalog))},
                      {"results", results_to_json(report.results)}}) +
           "\n";
}

bool still_declares(const SavedPlan& plan, const Catalog& catalog)
{
    return crypto::is_password(render_yaml_manifest(catalog), plan.declared);
}

SavedPlan decode_plan(std::string_view text, const std::string& what)
{
    const Json document = parse_json(text, what);
    SavedPlan plan{.files = {}, .digest = text_of(document, "digest"), .declared = text_of(document, "declared")};
    for (const Json& file : member_of(document, "files"))
        if (file.is_string())
            plan.files.push_back(file.get<std::string>());
    if (plan.digest.empty() || plan.files.empty())
        throw Error(ErrorKind::invalid, "'{}' is no saved plan", what)
            .hint("dfriends converge plan --out FILE makes one");
    return plan;
}

std::string encode_runs(const std::vector<PastRun>& runs)
{
    Json list = Json::array();
    for (const PastRun& run : runs)
        list.push_back(run_to_json(run));
    return dump_json(list) + "\n";
}

std::string encode_run(const PastRun& run, const std::vector<Result>& results)
{
    Json document = run_to_json(run);
    document["results"] = results_to_json(results);
    return dump_json(document) + "\n";
}

std::string encode_formatted(const std::vector<FormattedFile>& changed, std::size_t files, std::size_t failed)
{
    Json list = Json::array();
    for (const FormattedFile& one : changed)
        list.push_back({{"file", one.file}, {"diff", one.diff}});
    return dump_json({{"files", files}, {"changed", list}, {"failed", failed}}) + "\n";
}

} // namespace dfriends::converge
