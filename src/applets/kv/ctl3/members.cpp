// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "base/text.hpp"

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

std::uint64_t cluster_of(const std::optional<v3::ResponseHeader>& header)
{
    return header ? header->cluster_id : 0;
}

std::vector<std::string> peer_urls(const Context& context)
{
    const std::string& text = context.settings.text("peer-urls");
    if (text.empty())
        throw Failure(Exit::bad_arguments, "member peer urls not provided");
    std::vector<std::string> urls;
    for (const std::string_view url : split(text, ','))
        urls.emplace_back(url);
    return urls;
}

/// What the new member's environment must say.
void print_configuration(Context& context, const v3::MemberAddResponse& response)
{
    const std::string& name = context.arguments[0];
    std::vector<std::string> all;
    for (const v3::Member& member : response.members)
        for (const std::string& url : member.peer_urls)
            all.push_back((response.member && member.id == response.member->id ? name : member.name) + "=" + url);
    context.print("\nETCD_NAME={}\nETCD_INITIAL_CLUSTER={}\nETCD_INITIAL_ADVERTISE_PEER_URLS={}\n"
                  "ETCD_INITIAL_CLUSTER_STATE=\"existing\"\n",
                  go_quote(name), go_quote(join(all, ",")), go_quote(context.settings.text("peer-urls")));
}

} // namespace

int member_add(Context& context)
{
    if (context.arguments.empty())
        throw Failure(Exit::bad_arguments, "member name not provided");
    if (context.arguments.size() > 1) {
        std::string complaint = "too many arguments";
        for (const std::string& word : context.arguments)
            if (word.starts_with("http"))
                complaint += ", did you mean --peer-urls=" + word;
        throw Failure(Exit::bad_arguments, "{}", complaint);
    }
    Printer printer(context);
    v3::Client client = make_client(context);
    const v3::MemberAddResponse response =
        ask(client.member_add({.peer_urls = peer_urls(context), .is_learner = context.settings.flag("learner")}));
    printer.done_without_fields(response,
                                fmt::format("Member {:16x} added to cluster {:16x}",
                                            response.member ? response.member->id : 0, cluster_of(response.header)));
    if (printer.is_simple())
        print_configuration(context, response);
    return 0;
}

int member_list(Context& context)
{
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.members(ask(client.member_list()));
    return 0;
}

int member_remove(Context& context)
{
    expect(context, 1, 1, "member ID is not provided");
    const std::uint64_t id = parse_member(context.arguments[0]);
    Printer printer(context);
    v3::Client client = make_client(context);
    const v3::MemberRemoveResponse response = ask(client.member_remove({.id = id}));
    printer.done_without_fields(
        response, fmt::format("Member {:16x} removed from cluster {:16x}", id, cluster_of(response.header)));
    return 0;
}

int member_update(Context& context)
{
    expect(context, 1, 1, "member ID is not provided");
    const std::uint64_t id = parse_member(context.arguments[0]);
    Printer printer(context);
    v3::Client client = make_client(context);
    const v3::MemberUpdateResponse response = ask(client.member_update({.id = id, .peer_urls = peer_urls(context)}));
    printer.done_without_fields(
        response, fmt::format("Member {:16x} updated in cluster {:16x}", id, cluster_of(response.header)));
    return 0;
}

int member_promote(Context& context)
{
    expect(context, 1, 1, "member ID is not provided");
    const std::uint64_t id = parse_member(context.arguments[0]);
    Printer printer(context);
    v3::Client client = make_client(context);
    const v3::MemberPromoteResponse response = ask(client.member_promote({.id = id}));
    printer.done_without_fields(
        response, fmt::format("Member {:16x} promoted in cluster {:16x}", id, cluster_of(response.header)));
    return 0;
}

int move_leader(Context& context)
{
    expect(context, 1, 1, "move-leader command needs 1 argument");
    std::uint64_t target = 0;
    try {
        target = parse_member(context.arguments[0]);
    } catch (const Failure&) {
        throw Failure(Exit::bad_arguments, "strconv.ParseUint: parsing {}: invalid syntax",
                      go_quote(context.arguments[0]));
    }
    Printer printer(context);
    for (const std::string& endpoint : endpoints_of(context)) {
        v3::Client client = make_client_of(context, endpoint);
        const v3::StatusResponse status = ask(client.status());
        if (!status.header || status.header->member_id != status.leader)
            continue;
        const v3::MoveLeaderResponse response = ask(client.move_leader({.target_id = target}));
        printer.done_without_fields(response,
                                    fmt::format("Leadership transferred from {:x} to {:x}", status.leader, target));
        return 0;
    }
    throw Failure(Exit::bad_arguments, "no leader endpoint given at [{}]", join(endpoints_of(context), " "));
}

} // namespace dfriends::applets::kv::ctl3
