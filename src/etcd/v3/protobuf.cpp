// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/protobuf.hpp"

#include "base/error.hpp"

namespace dfriends::etcd::v3 {

namespace {

constexpr int deepest_message = 64;

/// The low three bits of a field's key.
enum WireType : unsigned { varint_type = 0, fixed64_type = 1, text_type = 2, fixed32_type = 5 };

std::string_view take_bytes(std::string_view& rest, std::uint64_t count)
{
    if (count > rest.size())
        throw Error(ErrorKind::invalid, "a protobuf message is cut short");
    const std::string_view bytes = rest.substr(0, count);
    rest.remove_prefix(count);
    return bytes;
}

} // namespace

void ProtobufEncoder::append_varint(std::string& out, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7U)
        out += static_cast<char>((value & 0x7fU) | 0x80U);
    out += static_cast<char>(value);
}

void ProtobufEncoder::varint(int number, std::uint64_t value)
{
    if (value == 0)
        return;
    append_varint(out_, static_cast<std::uint64_t>(number) << 3U | varint_type);
    append_varint(out_, value);
}

void ProtobufEncoder::text(int number, std::string_view value)
{
    if (!value.empty())
        raw(number, value);
}

void ProtobufEncoder::raw(int number, std::string_view value)
{
    append_varint(out_, static_cast<std::uint64_t>(number) << 3U | text_type);
    append_varint(out_, value.size());
    out_ += value;
}

std::uint64_t take_varint(std::string_view& rest)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(take_bytes(rest, 1)[0]);
        value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
        if (byte < 0x80)
            return value;
    }
    throw Error(ErrorKind::invalid, "a number of a protobuf message is longer than ten bytes");
}

bool take_field(std::string_view& rest, ProtobufField& field)
{
    while (!rest.empty()) {
        const std::uint64_t key = take_varint(rest);
        field = {};
        field.number = static_cast<std::uint32_t>(key >> 3U);
        if (key >> 3U == 0 || key >> 3U > 0x1fffffffU)
            throw Error(ErrorKind::invalid, "a field of a protobuf message has the number {}", key >> 3U);
        switch (key & 7U) {
        case varint_type:
            field.value = take_varint(rest);
            return true;
        case text_type:
            field.is_text = true;
            field.text = take_bytes(rest, take_varint(rest));
            return true;
        case fixed64_type:
            take_bytes(rest, 8);
            break;
        case fixed32_type:
            take_bytes(rest, 4);
            break;
        default:
            throw Error(ErrorKind::invalid, "a field of a protobuf message has the wire type {}", key & 7U);
        }
    }
    return false;
}

void ProtobufDecoder::check_depth(int depth)
{
    if (depth > deepest_message)
        throw Error(ErrorKind::invalid, "a protobuf message is nested deeper than {}", deepest_message);
}

std::string_view ProtobufDecoder::text(std::string_view name) const
{
    if (!field_.is_text)
        throw Error(ErrorKind::invalid, "the field '{}' of a protobuf message is a number", name);
    return field_.text;
}

std::uint64_t ProtobufDecoder::number(std::string_view name) const
{
    if (field_.is_text)
        throw Error(ErrorKind::invalid, "the field '{}' of a protobuf message is not a number", name);
    return field_.value;
}

int ProtobufDecoder::choice(std::uint64_t value, EnumNames names) const
{
    if (value >= names.values.size())
        throw Error(ErrorKind::invalid, "unknown value {} for enum {}", value, names.type);
    return static_cast<int>(value);
}

} // namespace dfriends::etcd::v3
