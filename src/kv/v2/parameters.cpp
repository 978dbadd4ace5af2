// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/parameters.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace dfriends::kv::v2 {

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

struct Stop {
    Refusal refusal;
};

[[noreturn]] void stop(Code code, std::string cause)
{
    throw Stop{{code, std::move(cause), 0}};
}

/// The first bad escape, as Go's url package quotes it: "%zz".
std::string bad_escape(std::string_view text)
{
    for (auto place = text.find('%'); place != text.npos; place = text.find('%', place + 1))
        if (!decode_percent(text.substr(place, 3)))
            return std::string(text.substr(place, 3));
    return {};
}

std::string unescape(std::string_view text)
{
    std::string copy(text);
    std::ranges::replace(copy, '+', ' ');
    auto decoded = decode_percent(copy);
    if (!decoded)
        stop(Code::invalid_form, fmt::format("invalid URL escape \"{}\"", bad_escape(text)));
    return std::move(*decoded);
}

void add_pairs(Values& values, std::string_view text)
{
    for (const std::string_view part : split(text, '&')) {
        if (part.find(';') != part.npos)
            stop(Code::invalid_form, "invalid semicolon separator in query");
        if (part.empty())
            continue;
        const auto [name, value] = split_once(part, '=');
        values.emplace(unescape(name), unescape(value)); // the first one stays
    }
}

std::uint64_t number(const Values& values, std::string_view name)
{
    const auto found = values.find(name);
    if (found == values.end())
        return 0;
    const auto value = parse_unsigned(found->second);
    if (!value)
        stop(Code::index_not_a_number, fmt::format("invalid value for \"{}\"", name));
    return *value;
}

/// What Go's strconv.ParseBool reads.
std::optional<bool> flag_value(std::string_view text)
{
    for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"})
        if (text == word)
            return true;
    for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"})
        if (text == word)
            return false;
    return std::nullopt;
}

std::optional<bool> find_flag(const Values& values, std::string_view name, bool quoted)
{
    const auto found = values.find(name);
    if (found == values.end())
        return std::nullopt;
    const auto value = flag_value(found->second);
    if (!value)
        stop(Code::invalid_field,
             quoted ? fmt::format("invalid value for \"{}\"", name) : fmt::format("invalid value for {}", name));
    return value;
}

Parameters read(std::string_view method, const Values& values)
{
    const auto flag = [&](std::string_view name) { return find_flag(values, name, true).value_or(false); };
    Parameters parameters;
    parameters.prev_index = number(values, "prevIndex");
    parameters.wait_index = number(values, "waitIndex");
    parameters.recursive = flag("recursive");
    parameters.sorted = flag("sorted");
    parameters.wait = flag("wait");
    parameters.dir = flag("dir");
    parameters.quorum = flag("quorum");
    parameters.stream = flag("stream");
    if (parameters.wait && method != "GET")
        stop(Code::invalid_field, "\"wait\" can only be used with GET requests");
    if (const auto found = values.find("prevValue"); found != values.end()) {
        if (found->second.empty())
            stop(Code::prev_value_required, "\"prevValue\" cannot be empty");
        parameters.prev_value = found->second;
    }
    parameters.no_value_on_success = flag("noValueOnSuccess");
    if (const auto found = values.find("ttl"); found != values.end() && !found->second.empty()) {
        parameters.ttl = parse_unsigned(found->second);
        if (!parameters.ttl)
            stop(Code::ttl_not_a_number, "invalid value for \"ttl\"");
    }
    parameters.prev_exist = find_flag(values, "prevExist", false);
    parameters.refresh = find_flag(values, "refresh", false).value_or(false);
    if (const auto found = values.find("value"); found != values.end())
        parameters.value = found->second;
    if (parameters.refresh && !parameters.value.empty())
        stop(Code::value_on_refresh, "A value was provided on a refresh");
    if (parameters.refresh && !parameters.ttl)
        stop(Code::refresh_without_ttl, "No TTL value set");
    return parameters;
}

} // namespace

std::variant<Parameters, Refusal> parse_parameters(std::string_view method, std::string_view query,
                                                   std::string_view form)
{
    try {
        Values values;
        add_pairs(values, form);
        add_pairs(values, query);
        return read(method, values);
    } catch (Stop& stopped) {
        return std::move(stopped.refusal);
    }
}

} // namespace dfriends::kv::v2
