// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"

#include <concepts>
#include <type_traits>

/// The messages in protobuf's wire format (proto3).
namespace dfriends::etcd::v3 {

namespace wire {

enum class Type : unsigned { varint = 0, fixed64 = 1, bytes = 2, group = 3, group_end = 4, fixed32 = 5 };

constexpr std::uint64_t tag_of(int number, Type type)
{
    return static_cast<std::uint64_t>(number) << 3U | static_cast<std::uint64_t>(type);
}

/// Counts the bytes that a Writer would write.
class Counter {
  public:
    void varint(std::uint64_t value);
    void bytes(std::string_view value);
    std::size_t size = 0;
};

class Writer {
  public:
    explicit Writer(std::string& out) : out_(out) {}
    void varint(std::uint64_t value);
    void bytes(std::string_view value);

  private:
    std::string& out_;
};

} // namespace wire

/// Writes the fields of one message; what `describe` calls. Fields at their default are left out.
template <class Out>
class ProtobufEncoder {
  public:
    explicit ProtobufEncoder(Out& out) : out_(out) {}

    void operator()(int number, std::string_view, const std::string& value)
    {
        if (!value.empty())
            text(number, value);
    }
    template <class N>
        requires std::integral<N> || std::is_enum_v<N>
    void operator()(int number, std::string_view, N value)
    {
        if (value == N{})
            return;
        out_.varint(wire::tag_of(number, wire::Type::varint));
        out_.varint(static_cast<std::uint64_t>(value));
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
        if constexpr (std::is_enum_v<T> || std::integral<T>) {
            pack(number, values);
        } else {
            for (const T& value : values)
                if constexpr (std::is_base_of_v<std::string, T>)
                    text(number, value);
                else
                    nested(number, value);
        }
    }

  private:
    void text(int number, std::string_view value)
    {
        out_.varint(wire::tag_of(number, wire::Type::bytes));
        out_.varint(value.size());
        out_.bytes(value);
    }
    template <class M>
    void nested(int number, const M& message);
    template <class N>
    void pack(int number, const std::vector<N>& values)
    {
        if (values.empty())
            return;
        wire::Counter counter;
        for (const N value : values)
            counter.varint(static_cast<std::uint64_t>(value));
        out_.varint(wire::tag_of(number, wire::Type::bytes));
        out_.varint(counter.size);
        for (const N value : values)
            out_.varint(static_cast<std::uint64_t>(value));
    }

    Out& out_;
};

template <class M>
std::size_t protobuf_size(const M& message)
{
    wire::Counter counter;
    ProtobufEncoder<wire::Counter> encoder(counter);
    M::describe(message, encoder);
    return counter.size;
}

template <class Out>
template <class M>
void ProtobufEncoder<Out>::nested(int number, const M& message)
{
    const std::size_t size = protobuf_size(message);
    out_.varint(wire::tag_of(number, wire::Type::bytes));
    out_.varint(size);
    if constexpr (std::same_as<Out, wire::Counter>)
        out_.size += size;
    else
        M::describe(message, *this);
}

/// Appends a message.
template <class M>
void append_protobuf(std::string& out, const M& message)
{
    wire::Writer writer(out);
    ProtobufEncoder<wire::Writer> encoder(writer);
    M::describe(message, encoder);
}

template <class M>
std::string encode_protobuf(const M& message)
{
    std::string out;
    out.reserve(protobuf_size(message));
    append_protobuf(out, message);
    return out;
}

namespace wire {

/// What is read of a message's bytes, one field after the other.
class Reader {
  public:
    /// A list's element of two bytes can take hundreds in memory: `elements` bounds how many there may be in all.
    Reader(std::string_view bytes, std::size_t& elements, unsigned depth)
        : bytes_(bytes), elements_(elements), depth_(depth)
    {
    }

    bool at_end() const { return bytes_.empty(); }
    /// The next field's number; its type is in type().
    int next_field();
    Type type() const { return type_; }
    std::uint64_t varint();
    std::string_view bytes();
    /// Fails where the field is of another type than its message says.
    void expect(Type type, std::string_view name) const;
    /// The rest of a field that no message names.
    void skip();
    void count_element();
    /// Within a message inside this one.
    Reader inside(std::string_view bytes) const;

  private:
    std::string_view take(std::uint64_t size);
    void skip(Type type, int number, unsigned depth);

    std::string_view bytes_;
    std::size_t& elements_;
    unsigned depth_;
    int number_ = 0;
    Type type_ = Type::varint;
};

} // namespace wire

/// Looks for the field that has the number read, and reads its value; what `describe` calls.
class ProtobufDecoder {
  public:
    ProtobufDecoder(wire::Reader& reader, int number) : reader_(reader), number_(number) {}
    bool has_found() const { return found_; }

    template <class T>
    void operator()(int number, std::string_view name, T& value)
    {
        if (number != number_)
            return;
        found_ = true;
        read(name, value);
    }

    template <class M>
    static void read_message(wire::Reader reader, M& message)
    {
        while (!reader.at_end()) {
            ProtobufDecoder decoder(reader, reader.next_field());
            M::describe(message, decoder);
            if (!decoder.has_found())
                reader.skip();
        }
    }

  private:
    template <class T>
        requires std::is_base_of_v<std::string, T>
    void read(std::string_view name, T& value)
    {
        reader_.expect(wire::Type::bytes, name);
        value = T(std::string(reader_.bytes()));
    }
    template <class N>
        requires std::integral<N>
    void read(std::string_view name, N& value)
    {
        reader_.expect(wire::Type::varint, name);
        value = to_number<N>(reader_.varint());
    }
    template <class E>
        requires std::is_enum_v<E>
    void read(std::string_view name, E& value)
    {
        reader_.expect(wire::Type::varint, name);
        value = to_choice<E>(reader_.varint());
    }
    template <class M>
    void read(std::string_view name, std::optional<M>& message)
    {
        reader_.expect(wire::Type::bytes, name);
        if (!message) // a second one is merged into the first
            message.emplace();
        read_message(reader_.inside(reader_.bytes()), *message);
    }
    template <class M>
    void read(std::string_view name, std::shared_ptr<M>& message)
    {
        reader_.expect(wire::Type::bytes, name);
        if (!message)
            message = std::make_shared<M>();
        read_message(reader_.inside(reader_.bytes()), *message);
    }
    template <class T>
    void read(std::string_view name, std::vector<T>& values)
    {
        if constexpr (std::is_enum_v<T> || std::integral<T>) {
            read_numbers(name, values);
        } else {
            reader_.count_element();
            if constexpr (std::is_base_of_v<std::string, T>)
                read(name, values.emplace_back());
            else {
                reader_.expect(wire::Type::bytes, name);
                read_message(reader_.inside(reader_.bytes()), values.emplace_back());
            }
        }
    }
    /// Packed into one field, or one field for each.
    template <class N>
    void read_numbers(std::string_view name, std::vector<N>& values)
    {
        if (reader_.type() != wire::Type::bytes) {
            reader_.count_element();
            read(name, values.emplace_back());
            return;
        }
        for (wire::Reader packed = reader_.inside(reader_.bytes()); !packed.at_end();) {
            packed.count_element();
            if constexpr (std::is_enum_v<N>)
                values.push_back(to_choice<N>(packed.varint()));
            else
                values.push_back(to_number<N>(packed.varint()));
        }
    }
    template <class N>
    static N to_number(std::uint64_t value)
    {
        if constexpr (std::same_as<N, bool>)
            return value != 0;
        else
            return static_cast<N>(value);
    }
    template <class E>
    static E to_choice(std::uint64_t value)
    {
        check_choice(value, names_of(E{}));
        return static_cast<E>(value);
    }
    static void check_choice(std::uint64_t value, EnumNames names);

    wire::Reader& reader_;
    int number_;
    bool found_ = false;
};

/// The message that some bytes are. Throws Error(invalid) where they are none, or have more elements in lists, or are
/// nested deeper, than a message has in earnest.
template <class M>
M decode_protobuf(std::string_view bytes, std::size_t most_elements = 10'000)
{
    M message;
    ProtobufDecoder::read_message(wire::Reader(bytes, most_elements, 64), message);
    return message;
}

} // namespace dfriends::etcd::v3
