// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/puppet/functions_inside.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace dfriends::converge::puppet::functions {

namespace {

/// MT19937 with a key of several words, as Ruby's Random.new seeds it: a manifest's random numbers are those of Puppet.
class Twister {
  public:
    explicit Twister(std::span<const std::uint32_t> key)
    {
        state_[0] = 19650218;
        for (std::size_t at = 1; at < state_.size(); ++at)
            state_[at] = 1812433253U * mixed(at) + static_cast<std::uint32_t>(at);
        std::size_t at = 1;
        for (std::size_t round = 0; round < std::max(state_.size(), key.size()); ++round) {
            const std::size_t word = round % key.size();
            state_[at] = (state_[at] ^ (mixed(at) * 1664525U)) + key[word] + static_cast<std::uint32_t>(word);
            advance(at);
        }
        for (std::size_t round = 1; round < state_.size(); ++round) {
            state_[at] = (state_[at] ^ (mixed(at) * 1566083941U)) - static_cast<std::uint32_t>(at);
            advance(at);
        }
        state_[0] = 0x80000000U;
    }

    std::uint32_t next()
    {
        if (at_ == state_.size())
            refill();
        std::uint32_t word = state_[at_++];
        word ^= word >> 11U;
        word ^= (word << 7U) & 0x9d2c5680U;
        word ^= (word << 15U) & 0xefc60000U;
        return word ^ (word >> 18U);
    }

  private:
    std::uint32_t mixed(std::size_t at) const { return state_[at - 1] ^ (state_[at - 1] >> 30U); }

    void advance(std::size_t& at)
    {
        if (++at < state_.size())
            return;
        state_[0] = state_.back();
        at = 1;
    }

    void refill()
    {
        for (std::size_t at = 0; at < state_.size(); ++at) {
            const std::uint32_t both = (state_[at] & 0x80000000U) | (state_[(at + 1) % state_.size()] & 0x7fffffffU);
            state_[at] = state_[(at + 397) % state_.size()] ^ (both >> 1U) ^ ((both & 1U) != 0 ? 0x9908b0dfU : 0);
        }
        at_ = 0;
    }

    std::array<std::uint32_t, 624> state_{};
    std::size_t at_ = 624;
};

double real_of(const Datum& datum)
{
    const auto number = to_number(datum);
    if (!number)
        throw Error(ErrorKind::invalid, "{} is no number", brief(datum));
    return number->as<double>() != nullptr ? *number->as<double>() : static_cast<double>(*number->as<std::int64_t>());
}

} // namespace

/// A whole number below `limit`, of the seed's MD5 and the limit.
std::int64_t random_of(const std::string& seed, std::int64_t limit)
{
    if (limit < 1)
        throw Error(ErrorKind::invalid, "random numbers are below a number from 1 on, not below {}", limit);
    const std::string digest = crypto::hash(crypto::Algorithm::md5, seed);
    std::array<std::uint32_t, 4> key{};
    for (std::size_t at = 0; at < digest.size(); ++at)
        key[3 - at / 4] = (key[3 - at / 4] << 8U) | static_cast<unsigned char>(digest[at]);
    std::size_t words = key.size();
    while (words > 1 && key[words - 1] == 0)
        --words;
    Twister twister(std::span(key).first(words));
    const auto most = static_cast<std::uint64_t>(limit - 1);
    const std::uint64_t mask = most == 0 ? 0 : ~std::uint64_t{0} >> static_cast<unsigned>(std::countl_zero(most));
    for (;;) {
        std::uint64_t value = 0;
        bool is_above = false;
        for (unsigned half = 2; half-- > 0 && !is_above;)
            if ((mask >> (32 * half) & 0xffffffffU) != 0) {
                value |= std::uint64_t{twister.next()} << (32 * half);
                value &= mask;
                is_above = value > most;
            }
        if (!is_above)
            return static_cast<std::int64_t>(value);
    }
}

Datum absolute(const Datum& datum)
{
    const Datum number = real_of(datum) < 0 ? apply_operator("-", std::int64_t{0}, datum) : *to_number(datum);
    return number;
}

/// floor, ceiling and round.
Datum rounded(const Datum& datum, double (*how)(double))
{
    const auto number = to_number(datum);
    if (number && number->as<std::int64_t>() != nullptr)
        return *number;
    const double whole = how(real_of(datum));
    if (!(std::abs(whole) < 9e18))
        throw Error(ErrorKind::invalid, "{} does not fit into 64 bits", brief(datum));
    return static_cast<std::int64_t>(whole);
}

Datum sum_of(Arguments arguments)
{
    Datum sum = std::int64_t{0};
    for (const Datum& item :
         arguments.size() == 1 ? to_items(arguments[0]) : std::vector(arguments.begin(), arguments.end()))
        sum = apply_operator("+", sum, item);
    return sum;
}

/// The middle one of three.
Datum clamped(Arguments arguments)
{
    std::vector<Datum> items;
    for (const Datum& argument : arguments)
        flatten(argument, items);
    if (items.size() != 3)
        throw Error(ErrorKind::invalid, "'clamp' wants three numbers");
    std::ranges::sort(items, [](const Datum& a, const Datum& b) { return real_of(a) < real_of(b); });
    return items[1];
}

/// Integer(VALUE, [RADIX]).
Datum integer_of(Arguments arguments)
{
    const auto* text = arguments[0].as<std::string>();
    const auto* flag = arguments[0].as<bool>();
    if (flag != nullptr)
        return std::int64_t{*flag ? 1 : 0};
    if (text != nullptr && arguments.size() > 1 && arguments[1].as<std::int64_t>() != nullptr) {
        const std::int64_t radix = *arguments[1].as<std::int64_t>();
        std::string_view digits = trim(*text);
        if (radix == 16 && (digits.starts_with("0x") || digits.starts_with("0X")))
            digits.remove_prefix(2);
        std::int64_t value = 0;
        if (radix != 2 && radix != 8 && radix != 10 && radix != 16)
            throw Error(ErrorKind::invalid, "a number's radix is 2, 8, 10 or 16, not {}", radix);
        const auto [end, code] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, static_cast<int>(radix));
        if (code != std::errc{} || end != digits.data() + digits.size())
            throw Error(ErrorKind::invalid, "{} is no number of radix {}", brief(arguments[0]), radix);
        return value;
    }
    return rounded(arguments[0], std::trunc);
}

Datum float_of(const Datum& datum)
{
    return real_of(datum);
}

Datum number_of(const Datum& datum)
{
    if (const auto* flag = datum.as<bool>())
        return std::int64_t{*flag ? 1 : 0};
    const auto number = to_number(datum);
    if (!number)
        throw Error(ErrorKind::invalid, "{} is no number", brief(datum));
    return *number;
}

} // namespace dfriends::converge::puppet::functions
