// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// How Go prints things: scripts compare etcdctl's output byte for byte.
namespace dfriends::applets::kv::ctl3 {

/// A text as %q prints it.
std::string go_quote(std::string_view text);
/// Reads a text as %q scans it, in "…" or `…`, and takes it away from the front; nothing where none stands there.
std::optional<std::string> go_unquote(std::string_view& text);
/// "1.72ms", "2.5s".
std::string go_duration(std::chrono::nanoseconds duration);
/// "25 kB", "1.5 MB": powers of 1000.
std::string humanize_bytes(std::uint64_t bytes);
/// The words of a line, in quotes of both kinds or bare; nothing where a quoted one is broken.
std::optional<std::vector<std::string>> argify(std::string_view line);
/// Rows in a frame, right-aligned, under centred capitals.
std::string render_frame(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

/// The messages as Go's encoding/json writes their structs: numbers are numbers, also those of enumerations.
class GoJson {
  public:
    explicit GoJson(std::string& out) : out_(out) {}

    template <class T>
    void operator()(int, std::string_view name, const T& value)
    {
        if (is_empty(value))
            return;
        begin(name);
        element(value);
    }

    template <class M>
    static std::string write(const M& message)
    {
        std::string out;
        GoJson(out).element(message);
        return out;
    }
    /// The members without braces: Go embeds the header of leases.
    template <class M>
    static std::string members(const M& message)
    {
        std::string out;
        GoJson json(out);
        M::describe(message, json);
        return out;
    }

  private:
    template <class T>
    static bool is_empty(const T& value)
    {
        if constexpr (requires { value.empty(); })
            return value.empty();
        else if constexpr (requires { value.has_value(); })
            return !value.has_value();
        else if constexpr (std::is_class_v<T>)
            return value == nullptr;
        else
            return value == T{};
    }
    void begin(std::string_view name);
    void element(bool value) { out_ += value ? "true" : "false"; }
    void element(std::int64_t value) { out_ += std::to_string(value); }
    void element(std::uint64_t value) { out_ += std::to_string(value); }
    void element(std::uint32_t value) { out_ += std::to_string(value); }
    void element(const std::string& value);
    void element(const etcd::v3::Bytes& value);
    void element(const etcd::v3::ResponseOp& op);
    template <class E>
        requires std::is_enum_v<E>
    void element(E value)
    {
        out_ += std::to_string(static_cast<int>(value));
    }
    template <class T>
    void element(const std::optional<T>& value)
    {
        element(*value);
    }
    template <class T>
    void element(const std::shared_ptr<T>& value)
    {
        element(*value);
    }
    template <class T>
    void element(const std::vector<T>& values)
    {
        out_ += '[';
        for (std::size_t i = 0; i < values.size(); ++i) {
            out_ += i == 0 ? "" : ",";
            element(values[i]);
        }
        out_ += ']';
    }
    template <class M>
        requires requires(const M& m, GoJson& json) { M::describe(m, json); }
    void element(const M& message)
    {
        out_ += '{';
        GoJson inner(out_);
        M::describe(message, inner);
        out_ += '}';
    }

    std::string& out_;
    bool first_ = true;
};

} // namespace dfriends::applets::kv::ctl3
