// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/protobuf.hpp"

#include "base/error.hpp"

namespace dfriends::etcd::v3 {

namespace wire {

void Counter::varint(std::uint64_t value)
{
    do {
        ++size;
        value >>= 7U;
    } while (value != 0);
}

void Counter::bytes(std::string_view value)
{
    size += value.size();
}

void Writer::varint(std::uint64_t value)
{
    while (value >= 0x80) {
        out_ += static_cast<char>(value | 0x80);
        value >>= 7U;
    }
    out_ += static_cast<char>(value);
}

void Writer::bytes(std::string_view value)
{
    out_ += value;
}

int Reader::next_field()
{
    const std::uint64_t tag = varint();
    if (tag >> 3U == 0 || tag >> 32U != 0)
        throw Error(ErrorKind::invalid, "proto: illegal tag {}", tag);
    number_ = static_cast<int>(tag >> 3U);
    type_ = static_cast<Type>(tag & 7U);
    return number_;
}

std::uint64_t Reader::varint()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(take(1).front());
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80)
            return value;
    }
    throw Error(ErrorKind::invalid, "proto: integer overflow");
}

std::string_view Reader::bytes()
{
    return take(varint());
}

std::string_view Reader::take(std::uint64_t size)
{
    if (size > bytes_.size())
        throw Error(ErrorKind::invalid, "unexpected EOF");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
}

void Reader::expect(Type type, std::string_view name) const
{
    if (type_ != type)
        throw Error(ErrorKind::invalid, "proto: wrong wireType = {} for field {}", static_cast<unsigned>(type_), name);
}

void Reader::skip()
{
    skip(type_, number_, depth_);
}

void Reader::skip(Type type, int number, unsigned depth)
{
    switch (type) {
    case Type::varint:
        varint();
        return;
    case Type::fixed64:
        take(8);
        return;
    case Type::bytes:
        bytes();
        return;
    case Type::fixed32:
        take(4);
        return;
    case Type::group:
        if (depth == 0)
            throw Error(ErrorKind::invalid, "proto: message is nested too deep");
        for (;;) {
            const int field = next_field();
            if (type_ == Type::group_end && field == number)
                return;
            skip(type_, field, depth - 1);
        }
    case Type::group_end:
        break;
    }
    throw Error(ErrorKind::invalid, "proto: illegal wireType {}", static_cast<unsigned>(type));
}

void Reader::count_element()
{
    if (elements_ == 0)
        throw Error(ErrorKind::invalid, "proto: message has too many elements");
    --elements_;
}

Reader Reader::inside(std::string_view bytes) const
{
    if (depth_ == 0)
        throw Error(ErrorKind::invalid, "proto: message is nested too deep");
    return {bytes, elements_, depth_ - 1};
}

} // namespace wire

void ProtobufDecoder::check_choice(std::uint64_t value, EnumNames names)
{
    if (value >= names.values.size())
        throw Error(ErrorKind::invalid, "unknown value {} for enum {}", value, names.type);
}

} // namespace dfriends::etcd::v3
