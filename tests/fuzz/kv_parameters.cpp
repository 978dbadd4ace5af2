// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/parameters.hpp"
#include "kv/v2/path.hpp"

#include <cstdlib>

using namespace dfriends::kv::v2;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check_parameters(std::string_view method, std::string_view query, std::string_view form)
{
    const auto parsed = parse_parameters(method, query, form);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
        require(refusal->index == 0 && status_of(refusal->code) == 400 && encode(*refusal).ends_with("}\n"));
        return;
    }
    const auto& parameters = std::get<Parameters>(parsed);
    require(!parameters.wait || method == "GET");
    require(!parameters.refresh || (parameters.value.empty() && parameters.ttl.has_value()));
}

} // namespace

/// The first line is a path, the second a query, the rest a form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto first = text.find('\n');
    const std::string_view path = text.substr(0, first);
    const std::string_view rest = first == text.npos ? std::string_view() : text.substr(first + 1);
    const auto second = rest.find('\n');
    const std::string_view query = rest.substr(0, second);
    const std::string_view form = second == rest.npos ? std::string_view() : rest.substr(second + 1);
    for (const std::string_view method : {"GET", "PUT", "POST", "DELETE"})
        check_parameters(method, query, form);

    const std::string clean = clean_path(path);
    require(clean.starts_with('/') && clean_path(clean) == clean);
    for (const std::string_view name : components(clean))
        require(!name.empty() && name != "." && name != "..");
    require(clean == "/" || join_path(parent_path(clean), last_component(clean)) == clean);
    require(clean == "/" || is_below(clean, parent_path(clean)));
    return 0;
}
