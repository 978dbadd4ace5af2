// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/keys.hpp"

#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/stdin.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;
using config::Setting;
using config::Settings;
using config::SettingType;

namespace {

constexpr std::string_view largest_key("\0", 1);

constexpr Setting prefix{.name = "prefix", .type = SettingType::flag, .help = "All keys that begin with KEY"};
constexpr Setting from_key{
    .name = "from-key", .type = SettingType::flag, .help = "All keys that are not less than KEY, byte by byte"};
constexpr Setting prev_kv{.name = "prev-kv", .type = SettingType::flag, .help = "What the key held before, too"};

constexpr std::array put_rows{
    Setting{.name = "lease",
            .help = "Lease that the key lives with, in hexadecimal digits",
            .placeholder = "ID",
            .fallback = "0"},
    prev_kv,
    Setting{.name = "ignore-value", .type = SettingType::flag, .help = "Keep the value that the key has"},
    Setting{.name = "ignore-lease", .type = SettingType::flag, .help = "Keep the lease that the key has"},
};
constexpr std::array get_rows{
    Setting{
        .name = "consistency", .help = "Linearizable (l) or serializable (s)", .placeholder = "l|s", .fallback = "l"},
    Setting{.name = "order", .help = "ASCEND or DESCEND", .placeholder = "ORDER"},
    Setting{.name = "sort-by", .help = "CREATE, KEY, MODIFY, VALUE or VERSION", .placeholder = "TARGET"},
    Setting{
        .name = "limit", .type = SettingType::number, .help = "Keys at most", .placeholder = "NUMBER", .fallback = "0"},
    prefix,
    from_key,
    Setting{.name = "rev",
            .type = SettingType::number,
            .help = "As it was at this revision",
            .placeholder = "REVISION",
            .fallback = "0"},
    Setting{.name = "keys-only", .type = SettingType::flag, .help = "Without values"},
    Setting{.name = "print-value-only", .type = SettingType::flag, .help = "Without keys"},
};
constexpr std::array del_rows{prefix, prev_kv, from_key};

/// The end of the range that the options name; turns an empty key into the least one.
v3::Bytes range_end_of(const Settings& settings, const std::vector<std::string>& arguments, v3::Bytes& key)
{
    const bool by_prefix = settings.flag("prefix");
    const bool by_least = settings.flag("from-key");
    if (by_prefix && by_least)
        throw Failure(Exit::bad_arguments, "`--prefix` and `--from-key` cannot be set at the same time, choose one");
    if (arguments.size() > 1 && (by_prefix || by_least))
        throw Failure(Exit::bad_arguments,
                      "too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
    if (arguments.size() > 1)
        return arguments[1];
    const bool all = key.empty() && by_prefix;
    if (key.empty() && (by_prefix || by_least))
        key = largest_key;
    if (by_least || all)
        return largest_key;
    return by_prefix ? v3::prefix_end(key) : v3::Bytes();
}

std::string upper_case(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

v3::SortOrder order_of(const Settings& settings)
{
    const std::string order = upper_case(settings.text("order"));
    if (order == "ASCEND")
        return v3::SortOrder::ascend;
    if (order == "DESCEND")
        return v3::SortOrder::descend;
    if (!order.empty())
        throw Failure(Exit::bad_feature, "bad sort order {}", settings.text("order"));
    return v3::SortOrder::none;
}

v3::SortTarget target_of(const Settings& settings)
{
    constexpr std::array<std::pair<std::string_view, v3::SortTarget>, 6> targets{{
        {"", v3::SortTarget::key},
        {"KEY", v3::SortTarget::key},
        {"CREATE", v3::SortTarget::create},
        {"MODIFY", v3::SortTarget::mod},
        {"VALUE", v3::SortTarget::value},
        {"VERSION", v3::SortTarget::version},
    }};
    const std::string name = upper_case(settings.text("sort-by"));
    for (const auto& [word, target] : targets)
        if (word == name)
            return target;
    throw Failure(Exit::bad_feature, "bad sort target {}", settings.text("sort-by"));
}

} // namespace

std::span<const Setting> put_settings()
{
    return put_rows;
}

std::span<const Setting> get_settings()
{
    return get_rows;
}

std::span<const Setting> del_settings()
{
    return del_rows;
}

v3::PutRequest put_request(const Settings& settings, const std::vector<std::string>& arguments)
{
    constexpr std::string_view wants = "put command needs 1 argument and input from stdin or 2 arguments";
    if (arguments.empty())
        throw Failure(Exit::bad_arguments, "{}", wants);
    v3::PutRequest request;
    request.key = arguments[0];
    request.ignore_value = settings.flag("ignore-value");
    request.ignore_lease = settings.flag("ignore-lease");
    request.prev_kv = settings.flag("prev-kv");
    if (request.ignore_value && arguments.size() > 1)
        throw Failure(Exit::bad_arguments, "put command needs only 1 argument when 'ignore-value' is set");
    if (!request.ignore_value) {
        request.value = arguments.size() > 1 ? arguments[1] : read_stdin();
        if (arguments.size() == 1 && request.value.empty())
            throw Failure(Exit::bad_arguments, "{}", wants);
    }
    request.lease = parse_lease(settings.text("lease"), "bad lease ID");
    return request;
}

v3::RangeRequest get_request(const Settings& settings, const std::vector<std::string>& arguments)
{
    if (arguments.empty())
        throw Failure(Exit::bad_arguments,
                      "get command needs one argument as key and an optional argument as range_end");
    v3::RangeRequest request;
    request.key = arguments[0];
    const std::string& consistency = settings.text("consistency");
    if (consistency != "l" && consistency != "s")
        throw Failure(Exit::bad_feature, "unknown consistency flag {}", go_quote(consistency));
    request.serializable = consistency == "s";
    request.range_end = range_end_of(settings, arguments, request.key);
    request.limit = settings.number("limit");
    request.revision = std::max<std::int64_t>(0, settings.number("rev"));
    request.sort_order = order_of(settings);
    request.sort_target = target_of(settings);
    if (request.sort_target == v3::SortTarget::key && request.sort_order == v3::SortOrder::ascend)
        request.sort_order = v3::SortOrder::none; // the order that keys are in anyway
    request.keys_only = settings.flag("keys-only");
    return request;
}

v3::DeleteRangeRequest del_request(const Settings& settings, const std::vector<std::string>& arguments)
{
    if (arguments.empty() || arguments.size() > 2)
        throw Failure(Exit::bad_arguments,
                      "del command needs one argument as key and an optional argument as range_end");
    v3::DeleteRangeRequest request;
    request.key = arguments[0];
    request.range_end = range_end_of(settings, arguments, request.key);
    request.prev_kv = settings.flag("prev-kv");
    return request;
}

int put(Context& context)
{
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.put(ask(client.put(put_request(context.settings, context.arguments))));
    return 0;
}

int get(Context& context)
{
    Printer printer(context);
    v3::Client client = make_client(context);
    const v3::RangeResponse response = ask(client.range(get_request(context.settings, context.arguments)));
    if (context.settings.flag("print-value-only"))
        printer.only_values();
    printer.get(response);
    return 0;
}

int del(Context& context)
{
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.del(ask(client.delete_range(del_request(context.settings, context.arguments))));
    return 0;
}

int compaction(Context& context)
{
    expect(context, 1, 1, "compaction command needs 1 argument");
    const std::int64_t revision = parse_number(context.arguments[0], Exit::error);
    v3::Client client = make_client(context);
    ask(client.compact({.revision = revision, .physical = context.settings.flag("physical")}));
    context.print("compacted revision {}\n", revision);
    return 0;
}

} // namespace dfriends::applets::kv::ctl3
