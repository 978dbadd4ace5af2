// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/docker/go_template/template.hpp"
#include "base/error.hpp"
#include "engine/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker {

/// The first twelve digits of an id, "sha256:" taken off.
std::string short_id(std::string_view id);

/// Three digits, or more, with a decimal prefix, as docker's tables have it: "13.4MB", "0B".
std::string render_decimal_size(std::int64_t bytes, int digits = 3);

/// Four digits with a binary prefix, as docker's tables have memory: "23.54GiB", "0B".
std::string render_binary_size(std::int64_t bytes);

/// Cut to so many characters, of which the last then stands for the rest: "…".
std::string shortened(const std::string& text, std::size_t most);

/// "sh -c 'while …" in quotes, cut to 20 characters unless `whole`.
std::string render_command(const std::string& command, bool whole);

/// "0.0.0.0:8000->8000/tcp, 9000/tcp".
std::string render_ports(std::vector<engine::PublishedPort> ports);

/// The fields of one row under the names that docker's --format has for them.
using Fields = std::map<std::string, std::string, std::less<>>;

/// What docker's --format prints row by row.
struct List {
    std::string_view type;  ///< of a row in Go, for messages: "*formatter.ContainerContext"
    std::string_view table; ///< the template of the table without --format
    const Fields& headings;
    std::vector<Fields> rows;
    std::vector<engine::Labels> labels = {}; ///< of each row for {{.Label "a"}}; none: there is no such method
};

/// A list by --format: a template of Go for each row, "table TEMPLATE" with aligned columns below headings, "table" or
/// nothing for the table that it has without one, or "json". Throws Error(invalid).
std::string render_list(std::string_view format, const List& list);

/// A template that cannot be read: docker ends with 64 then.
class TemplateError : public Error {
  public:
    explicit TemplateError(const Error& error)
        : Error(ErrorKind::invalid, "template parsing error: {}", error.message())
    {
    }
    static constexpr int exit_code = 64;
};

/// How --format prints the engine's documents: by a template of Go, or as JSON in one line ("json").
class DocumentFormat {
  public:
    /// Throws TemplateError.
    explicit DocumentFormat(std::string_view format);
    /// Throws Error(invalid).
    std::string render(std::string_view document) const;

  private:
    std::optional<go_template::Template> template_;
};

/// --filter KEY=VALUE, several times. Throws Error(usage).
engine::Filters parse_filters(const std::vector<std::string>& texts);

} // namespace dfriends::applets::docker
