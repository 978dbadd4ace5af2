// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"

#include <type_traits>

/// The messages in protobuf's wire format (proto3, https://protobuf.dev/programming-guides/encoding/).
namespace dfriends::etcd::v3 {

/// Writes the fields of one message that are not at their default; what `describe` calls.
class ProtobufEncoder {
  public:
    explicit ProtobufEncoder(std::string& out) : out_(out) {}

    void operator()(int number, std::string_view, const Bytes& value) { text(number, value); }
    void operator()(int number, std::string_view, const std::string& value) { text(number, value); }
    void operator()(int number, std::string_view, std::int64_t value)
    {
        varint(number, static_cast<std::uint64_t>(value));
    }
    void operator()(int number, std::string_view, std::uint64_t value) { varint(number, value); }
    void operator()(int number, std::string_view, std::uint32_t value) { varint(number, value); }
    void operator()(int number, std::string_view, bool value) { varint(number, value ? 1 : 0); }
    template <class E>
        requires std::is_enum_v<E>
    void operator()(int number, std::string_view, E value)
    {
        varint(number, static_cast<std::uint64_t>(value));
    }
    template <class M>
    void operator()(int number, std::string_view, const std::optional<M>& message)
    {
        if (message)
            nested(number, *message);
    }
    template <class M>
    void operator()(int number, std::string_view, const std::shared_ptr<M>& message)
    {
        if (message)
            nested(number, *message);
    }
    template <class T>
    void operator()(int number, std::string_view, const std::vector<T>& values)
    {
        if constexpr (std::is_enum_v<T>) { // packed
            if (values.empty())
                return;
            std::string packed;
            for (const T value : values)
                append_varint(packed, static_cast<std::uint64_t>(value));
            raw(number, packed);
        } else {
            for (const T& value : values)
                if constexpr (std::is_base_of_v<std::string, T>)
                    raw(number, value);
                else
                    nested(number, value);
        }
    }

    template <class M>
    static void write(std::string& out, const M& message)
    {
        ProtobufEncoder encoder(out);
        M::describe(message, encoder);
    }

  private:
    static void append_varint(std::string& out, std::uint64_t value);
    void varint(int number, std::uint64_t value);
    void text(int number, std::string_view value);
    void raw(int number, std::string_view value);
    template <class M>
    void nested(int number, const M& message)
    {
        std::string inner;
        write(inner, message);
        raw(number, inner);
    }

    std::string& out_;
};

/// One field as it came.
struct ProtobufField {
    std::uint32_t number = 0;
    bool is_text = false;    ///< length-delimited; else a number
    std::uint64_t value = 0; ///< where it is a number
    std::string_view text;   ///< where it is text
};

/// Takes the next field away from `rest`; false at its end. Fixed-width fields, which no message has, are passed over.
/// Throws Error(invalid) for what is cut short or no protobuf.
bool take_field(std::string_view& rest, ProtobufField& field);
std::uint64_t take_varint(std::string_view& rest);

/// Looks for the member that a field belongs to, and reads it; what `describe` calls.
class ProtobufDecoder {
  public:
    ProtobufDecoder(const ProtobufField& field, int depth) : field_(field), depth_(depth) {}

    template <class T>
    void operator()(int number, std::string_view name, T& value)
    {
        if (static_cast<std::uint32_t>(number) == field_.number)
            read(name, value);
    }

    /// Throws Error(invalid) where it is none, or is nested too deep.
    template <class M>
    static void read_message(std::string_view bytes, M& message, int depth)
    {
        check_depth(depth);
        ProtobufField field;
        while (take_field(bytes, field)) {
            ProtobufDecoder decoder(field, depth);
            M::describe(message, decoder);
        }
    }

  private:
    static void check_depth(int depth);
    std::string_view text(std::string_view name) const;
    std::uint64_t number(std::string_view name) const;
    int choice(std::uint64_t value, EnumNames names) const;

    void read(std::string_view name, Bytes& value) { value = text(name); }
    void read(std::string_view name, std::string& value) { value = text(name); }
    void read(std::string_view name, std::int64_t& value) { value = static_cast<std::int64_t>(number(name)); }
    void read(std::string_view name, std::uint64_t& value) { value = number(name); }
    void read(std::string_view name, std::uint32_t& value) { value = static_cast<std::uint32_t>(number(name)); }
    void read(std::string_view name, bool& value) { value = number(name) != 0; }
    template <class E>
        requires std::is_enum_v<E>
    void read(std::string_view name, E& value)
    {
        value = static_cast<E>(choice(number(name), names_of(value)));
    }
    template <class M>
    void read(std::string_view name, std::optional<M>& message)
    {
        if (!message) // a message that comes in two parts is one
            message.emplace();
        read_message(text(name), *message, depth_ + 1);
    }
    template <class M>
    void read(std::string_view name, std::shared_ptr<M>& message)
    {
        if (!message)
            message = std::make_shared<M>();
        read_message(text(name), *message, depth_ + 1);
    }
    template <class T>
    void read(std::string_view name, std::vector<T>& values)
    {
        if constexpr (std::is_enum_v<T>) {
            if (!field_.is_text) {
                read(name, values.emplace_back());
                return;
            }
            for (std::string_view packed = field_.text; !packed.empty();)
                values.push_back(static_cast<T>(choice(take_varint(packed), names_of(T()))));
        } else if constexpr (std::is_base_of_v<std::string, T>) {
            values.emplace_back(text(name));
        } else {
            read_message(text(name), values.emplace_back(), depth_ + 1);
        }
    }

    const ProtobufField& field_;
    int depth_;
};

template <class M>
std::string encode_protobuf(const M& message)
{
    std::string out;
    ProtobufEncoder::write(out, message);
    return out;
}

/// Unknown fields are passed over. Throws Error(invalid) where it is no such message.
template <class M>
M decode_protobuf(std::string_view bytes)
{
    M message;
    ProtobufDecoder::read_message(bytes, message, 0);
    return message;
}

} // namespace dfriends::etcd::v3
