// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"
#include "json/cursor.hpp"

#include <concepts>
#include <type_traits>

/// The messages as JSON, as etcd's gateway writes and reads it (the proto3 mapping of grpc-gateway 1, with original
/// names): 64-bit numbers are strings, bytes are base64, fields at their default are left out.
namespace dfriends::etcd::v3 {

/// Writes the fields of one message; what `describe` calls.
class JsonEncoder {
  public:
    explicit JsonEncoder(std::string& out) : out_(out) {}

    void operator()(int, std::string_view name, const Bytes& value);
    void operator()(int, std::string_view name, const std::string& value);
    void operator()(int, std::string_view name, std::int64_t value);
    void operator()(int, std::string_view name, std::uint64_t value);
    void operator()(int, std::string_view name, std::uint32_t value);
    void operator()(int, std::string_view name, bool value);
    template <class E>
        requires std::is_enum_v<E>
    void operator()(int, std::string_view name, E value)
    {
        choice(name, static_cast<int>(value), names_of(value));
    }
    template <class M>
    void operator()(int, std::string_view name, const std::optional<M>& message)
    {
        if (message)
            nested(name, *message);
    }
    template <class M>
    void operator()(int, std::string_view name, const std::shared_ptr<M>& message)
    {
        if (message)
            nested(name, *message);
    }
    template <class T>
    void operator()(int, std::string_view name, const std::vector<T>& values)
    {
        if (values.empty())
            return;
        begin(name);
        out_ += '[';
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i != 0)
                out_ += ',';
            element(values[i]);
        }
        out_ += ']';
    }

    template <class M>
    static void write(std::string& out, const M& message)
    {
        out += '{';
        JsonEncoder encoder(out);
        M::describe(message, encoder);
        out += '}';
    }

  private:
    void begin(std::string_view name);
    template <class Number>
    void append_number(Number value);
    void choice(std::string_view name, int value, EnumNames names);
    template <class M>
    void nested(std::string_view name, const M& message)
    {
        begin(name);
        write(out_, message);
    }
    void element(const Bytes& value);
    void element(const std::string& value);
    template <class E>
        requires std::is_enum_v<E>
    void element(E value)
    {
        element(std::string(names_of(value).values[static_cast<std::size_t>(value)]));
    }
    template <class M>
        requires(!std::is_enum_v<M>)
    void element(const M& message)
    {
        write(out_, message);
    }

    std::string& out_;
    bool first_ = true;
};

/// Looks for the field that a member names, and reads its value; what `describe` calls.
class JsonDecoder {
  public:
    JsonDecoder(json::Cursor& cursor, std::string_view name) : cursor_(cursor), name_(name) {}
    bool has_found() const { return found_; }

    template <class T>
    void operator()(int, std::string_view name, T& value)
    {
        if (found_ || !is_name(name))
            return;
        found_ = true;
        if (!cursor_.skip_null())
            read(value);
    }

    /// One object from where the cursor stands.
    template <class M>
    static void read_message(json::Cursor& cursor, M& message)
    {
        std::string name;
        cursor.begin_object();
        while (cursor.next_member(name)) {
            JsonDecoder decoder(cursor, name);
            M::describe(message, decoder);
            if (!decoder.has_found())
                cursor.skip_value();
        }
    }

  private:
    /// The original name, or the same in lowerCamelCase.
    bool is_name(std::string_view original) const;
    void read(Bytes& value);
    void read(std::string& value);
    void read(std::int64_t& value);
    void read(std::uint64_t& value);
    void read(std::uint32_t& value);
    void read(bool& value);
    int read_choice(EnumNames names);
    template <class E>
        requires std::is_enum_v<E>
    void read(E& value)
    {
        value = static_cast<E>(read_choice(names_of(value)));
    }
    template <class M>
    void read(std::optional<M>& message)
    {
        read_message(cursor_, message.emplace());
    }
    template <class M>
    void read(std::shared_ptr<M>& message)
    {
        message = std::make_shared<M>();
        read_message(cursor_, *message);
    }
    template <class T>
    void read(std::vector<T>& values)
    {
        values.clear();
        cursor_.begin_array();
        while (cursor_.next_element()) {
            values.emplace_back();
            if (!cursor_.skip_null())
                read(values.back());
        }
    }
    template <class M>
        requires requires(M& m, JsonDecoder& d) { M::describe(m, d); }
    void read(M& message)
    {
        read_message(cursor_, message);
    }

    json::Cursor& cursor_;
    std::string_view name_;
    bool found_ = false;
};

template <class M>
std::string encode_json(const M& message)
{
    std::string out;
    JsonEncoder::write(out, message);
    return out;
}

/// One message and nothing after it; no text at all is an empty message. Throws Error(invalid) with the gateway's
/// words.
template <class M>
M decode_json(std::string_view text)
{
    M message;
    json::Cursor cursor(text);
    if (cursor.at_end())
        return message;
    JsonDecoder::read_message(cursor, message);
    if (!cursor.at_end())
        cursor.fail("the end");
    return message;
}

} // namespace dfriends::etcd::v3
