// SPDX-License-Identifier: Apache-2.0
#include "base/timestamp.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <ctime>

namespace dfriends {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
    year_month_day date;
    hh_mm_ss<nanoseconds> time;
};

Parts take_apart(TimePoint moment)
{
    const auto day = floor<days>(moment);
    return {year_month_day(day), hh_mm_ss<nanoseconds>(moment - day)};
}

/// Reads fixed-width fields from the front of a text; `good` turns false at the first that is not there.
class Fields {
  public:
    explicit Fields(std::string_view text) : text_(text) {}

    int number(std::size_t digits)
    {
        if (text_.size() < digits)
            return fail();
        const auto value = parse_unsigned(text_.substr(0, digits));
        text_.remove_prefix(digits);
        return value ? static_cast<int>(*value) : fail();
    }
    void literal(std::string_view expected)
    {
        if (text_.starts_with(expected))
            text_.remove_prefix(expected.size());
        else
            fail();
    }
    char next() const { return text_.empty() ? '\0' : text_.front(); }
    std::string_view rest() const { return text_; }
    void skip(std::size_t count) { text_.remove_prefix(count); }
    int fail()
    {
        good = false;
        text_ = {};
        return 0;
    }

    bool good = true;

  private:
    std::string_view text_;
};

std::optional<TimePoint> assemble(int y, unsigned m, unsigned d, int hour, int minute, int second)
{
    const year_month_day date{year(y), month(m), day(d)};
    if (y < 1700 || y > 2261) // what 64 bits of nanoseconds can hold
        return std::nullopt;
    if (!date.ok() || hour > 23 || minute > 59 || second > 60)
        return std::nullopt;
    return TimePoint(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second);
}

nanoseconds read_fraction(Fields& fields)
{
    std::int64_t value = 0;
    int digits = 0;
    while (fields.next() >= '0' && fields.next() <= '9') {
        if (digits < 9) {
            value = value * 10 + (fields.next() - '0');
            ++digits;
        }
        fields.skip(1);
    }
    if (digits == 0)
        fields.fail();
    for (; digits < 9; ++digits)
        value *= 10;
    return nanoseconds(value);
}

/// "Z", "+02:00": how far local time is ahead of UTC.
minutes read_offset(Fields& fields)
{
    const char sign = fields.next();
    if (sign == 'Z' || sign == 'z') {
        fields.skip(1);
        return minutes(0);
    }
    if (sign != '+' && sign != '-')
        return minutes(fields.fail());
    fields.skip(1);
    const int hour = fields.number(2);
    fields.literal(":");
    const int minute = fields.number(2);
    const minutes offset(hour * 60 + minute);
    return sign == '+' ? offset : -offset;
}

} // namespace

std::string render_rfc3339(TimePoint moment, int decimals)
{
    const Parts parts = take_apart(moment);
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(parts.date.year()),
                    static_cast<unsigned>(parts.date.month()), static_cast<unsigned>(parts.date.day()),
                    parts.time.hours().count(), parts.time.minutes().count(), parts.time.seconds().count());
    if (decimals > 0)
        text +=
            "." + fmt::format("{:09}", parts.time.subseconds().count()).substr(0, static_cast<std::size_t>(decimals));
    return text + "Z";
}

std::string render_local(TimePoint moment, const char* format)
{
    const std::time_t second = std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count();
    std::tm local{};
    ::localtime_r(&second, &local);
    std::array<char, 128> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &local)};
}

std::optional<TimePoint> parse_rfc3339(std::string_view text)
{
    Fields fields(text);
    const int y = fields.number(4);
    fields.literal("-");
    const int m = fields.number(2);
    fields.literal("-");
    const int d = fields.number(2);
    if (fields.next() == 'T' || fields.next() == 't' || fields.next() == ' ')
        fields.skip(1);
    else
        fields.fail();
    const int hour = fields.number(2);
    fields.literal(":");
    const int minute = fields.number(2);
    fields.literal(":");
    const int second = fields.number(2);
    nanoseconds fraction(0);
    if (fields.next() == '.') {
        fields.skip(1);
        fraction = read_fraction(fields);
    }
    const minutes offset = read_offset(fields);
    if (!fields.good || !fields.rest().empty())
        return std::nullopt;
    const auto moment = assemble(y, static_cast<unsigned>(m), static_cast<unsigned>(d), hour, minute, second);
    if (!moment)
        return std::nullopt;
    return *moment + fraction - offset;
}

std::string render_http_date(TimePoint moment)
{
    const Parts parts = take_apart(moment);
    const weekday day(floor<days>(moment));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", weekdays[day.c_encoding()],
                       static_cast<unsigned>(parts.date.day()), months[static_cast<unsigned>(parts.date.month()) - 1],
                       static_cast<int>(parts.date.year()), parts.time.hours().count(), parts.time.minutes().count(),
                       parts.time.seconds().count());
}

std::optional<TimePoint> parse_http_date(std::string_view text)
{
    const auto parts = words(text);
    if (parts.size() != 6 || parts[0].size() != 4 || parts[0][3] != ',')
        return std::nullopt;
    if (parts[5] != "GMT" && parts[5] != "UTC" && parts[5] != "+0000")
        return std::nullopt;
    unsigned m = 0;
    while (m < months.size() && months[m] != parts[2])
        ++m;
    const auto d = parse_unsigned(parts[1]);
    const auto y = parse_unsigned(parts[3]);
    Fields fields(parts[4]);
    const int hour = fields.number(2);
    fields.literal(":");
    const int minute = fields.number(2);
    fields.literal(":");
    const int second = fields.number(2);
    if (m == months.size() || !d || *d > 31 || !y || *y > 9999 || !fields.good || !fields.rest().empty())
        return std::nullopt;
    return assemble(static_cast<int>(*y), m + 1, static_cast<unsigned>(*d), hour, minute, second);
}

std::string render_age(seconds age)
{
    const auto count = age.count();
    if (count < 0)
        return "in the future";
    if (count < 1)
        return "Less than a second ago";
    if (count < 60)
        return fmt::format("{} second{} ago", count, count == 1 ? "" : "s");
    if (count < 120)
        return "About a minute ago";
    if (count < 3600)
        return fmt::format("{} minutes ago", count / 60);
    const auto hours = (count + 1800) / 3600; // rounded, unlike all others
    if (hours == 1)
        return "About an hour ago";
    if (hours < 48)
        return fmt::format("{} hours ago", hours);
    if (hours < 14 * 24)
        return fmt::format("{} days ago", hours / 24);
    if (hours < 60 * 24)
        return fmt::format("{} weeks ago", hours / 24 / 7);
    if (hours < 730 * 24)
        return fmt::format("{} months ago", hours / 24 / 30);
    return fmt::format("{} years ago", count / 3600 / 24 / 365);
}

} // namespace dfriends
