// SPDX-License-Identifier: Apache-2.0
#include "cluster/registry_wire.hpp"

#include "base/encoding.hpp"
#include "json/json.hpp"

namespace dfriends::cluster {

namespace {

/// The object in a key's value; a null value where it is none.
Json read_object(std::string_view text)
{
    try {
        Json value = parse_json(text, "a value of the cluster");
        return value.is_object() ? value : Json();
    } catch (const Error&) {
        return {};
    }
}

} // namespace

std::string encode_member(const Member& member)
{
    return dump_json(Json{{"ID", member.id},
                          {"PublicIP", member.public_ip},
                          {"Metadata", member.metadata},
                          {"Version", member.version},
                          {"BootID", member.boot_id},
                          {"Hostname", member.host_name},
                          {"Api", member.api}});
}

std::optional<Member> decode_member(std::string_view text)
{
    const Json value = read_object(text);
    Member member;
    member.id = text_of(value, "ID");
    if (member.id.empty())
        return std::nullopt;
    member.boot_id = text_of(value, "BootID");
    member.host_name = text_of(value, "Hostname");
    member.public_ip = text_of(value, "PublicIP");
    member.version = text_of(value, "Version");
    member.api = text_of(value, "Api");
    for (const auto& [key, word] : member_of(value, "Metadata").items())
        if (word.is_string())
            member.metadata[key] = word.get<std::string>();
    return member;
}

std::string encode_job(std::string_view name, std::string_view hash)
{
    Json numbers = Json::array();
    for (const char byte : decode_hex(hash).value_or(""))
        numbers.push_back(static_cast<unsigned char>(byte));
    return dump_json(Json{{"Name", name}, {"UnitHash", numbers}});
}

std::string decode_job_hash(std::string_view text)
{
    std::string bytes;
    const Json value = read_object(text);
    const Json& numbers = member_of(value, "UnitHash");
    if (!numbers.is_array())
        return {};
    for (const Json& number : numbers)
        if (number.is_number_unsigned())
            bytes += static_cast<char>(number.get<unsigned>());
    return encode_hex(bytes);
}

std::string encode_unit_text(std::string_view text)
{
    return dump_json(Json{{"Raw", text}});
}

std::string decode_unit_text(std::string_view text)
{
    return text_of(read_object(text), "Raw");
}

std::string encode_report(const Report& report, std::string_view machine)
{
    return dump_json(Json{{"loadState", report.load},
                          {"activeState", report.active},
                          {"subState", report.sub},
                          {"machineState", Json{{"ID", machine}}},
                          {"unitHash", report.hash}});
}

std::optional<Report> decode_report(std::string_view text)
{
    const Json value = read_object(text);
    if (!value.is_object())
        return std::nullopt;
    return Report{text_of(value, "loadState"), text_of(value, "activeState"), text_of(value, "subState"),
                  text_of(value, "unitHash")};
}

std::string encode_lease(std::string_view machine)
{
    return dump_json(Json{{"MachineID", machine}, {"Version", 1}});
}

std::string decode_lease(std::string_view text)
{
    return text_of(read_object(text), "MachineID");
}

} // namespace dfriends::cluster
