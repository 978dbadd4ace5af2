// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::http {

/// Header fields in the order of the wire. Names compare without regard to case.
class Headers {
  public:
    using Field = std::pair<std::string, std::string>;
    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    /// The first value of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name).has_value(); }
    /// The first value, or an empty one.
    std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }
    /// True where a comma-separated list of that name holds the token.
    bool has_token(std::string_view name, std::string_view token) const;

    void set(std::string_view name, std::string value); ///< replaces all of that name
    void add(std::string_view name, std::string value);
    void remove(std::string_view name);

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }
    void reserve(std::size_t count) { fields_.reserve(count); }

  private:
    std::vector<Field> fields_;
};

} // namespace dfriends::http
