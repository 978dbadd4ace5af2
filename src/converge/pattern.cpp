// SPDX-License-Identifier: Apache-2.0
#include "converge/pattern.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dfriends::converge {

namespace {

constexpr std::size_t longest_expression = 500;
constexpr int deepest_group = 20;
constexpr int most_groups = 20;
constexpr std::size_t most_times = 1'000;        ///< of a counted repetition
constexpr std::size_t most_instructions = 4'000; ///< that counted repetitions make
constexpr std::size_t most_steps = 5'000'000;
constexpr std::size_t longest_replaced = 16U << 10U;

using Instruction = Automaton::Instruction;
using Program = std::vector<Instruction>;
using Bytes = std::bitset<256>;

std::size_t index(char c)
{
    return static_cast<unsigned char>(c);
}

Bytes range(char first, char last)
{
    Bytes bytes;
    for (std::size_t byte = index(first); byte <= index(last); ++byte)
        bytes.set(byte);
    return bytes;
}

class Compiler {
  public:
    Compiler(std::string_view text, bool ignore_case) : text_(text), ignore_case_(ignore_case) {}

    int groups() const { return groups_; }

    Program whole()
    {
        Program program = alternatives();
        if (at_ < text_.size())
            throw Error(ErrorKind::invalid, "the pattern has a ')' without its '('");
        program.push_back({Instruction::Kind::match, {}});
        return program;
    }

  private:
    bool more() const { return at_ < text_.size(); }
    bool take(char c)
    {
        if (!more() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }
    char take()
    {
        if (!more())
            throw Error(ErrorKind::invalid, "the pattern ends too early");
        return text_[at_++];
    }

    Program alternatives();
    Program sequence();
    Program repeated();
    struct Times;
    std::optional<Times> times();
    static Program counted(const Program& inner, const Times& times, bool lazy);
    Program atom();
    Program escaped();
    Program group();
    bool group_option();
    Bytes set();
    Program one(Bytes bytes) const;
    static bool named_set(char letter, Bytes& bytes);
    bool posix_set(Bytes& bytes);

    std::string_view text_;
    bool ignore_case_;
    std::size_t at_ = 0;
    int depth_ = 0;
    int groups_ = 0;
};

void append(Program& program, const Program& more)
{
    program.insert(program.end(), more.begin(), more.end());
}

Program Compiler::one(Bytes bytes) const
{
    if (ignore_case_)
        for (char c = 'a'; c <= 'z'; ++c) {
            const std::size_t upper = index(c) - 32;
            if (bytes[index(c)] || bytes[upper])
                bytes.set(index(c)).set(upper);
        }
    return {{Instruction::Kind::byte, bytes}};
}

Program Compiler::alternatives()
{
    Program left = sequence();
    while (take('|')) {
        const Program right = sequence();
        Program both{{Instruction::Kind::split, {}, 1, static_cast<int>(left.size()) + 2}};
        append(both, left);
        both.push_back({Instruction::Kind::jump, {}, static_cast<int>(right.size()) + 1});
        append(both, right);
        left = std::move(both);
    }
    return left;
}

Program Compiler::sequence()
{
    Program program;
    while (more() && text_[at_] != '|' && text_[at_] != ')')
        append(program, repeated());
    return program;
}

/// How often something stands there: {2}, {2,}, {,5} or {2,5}.
struct Compiler::Times {
    std::size_t least = 0;
    std::optional<std::size_t> most;
};

/// Nothing, and nothing is taken, where no such thing follows: the brace is a character then.
std::optional<Compiler::Times> Compiler::times()
{
    std::size_t at = at_ + 1;
    const auto number = [&]() -> std::optional<std::size_t> {
        std::optional<std::size_t> read;
        for (; at < text_.size() && text_[at] >= '0' && text_[at] <= '9'; ++at)
            read = std::min(10 * read.value_or(0) + static_cast<std::size_t>(text_[at] - '0'), most_times + 1);
        return read;
    };
    if (!more() || text_[at_] != '{')
        return std::nullopt;
    const auto least = number();
    const bool has_comma = at < text_.size() && text_[at] == ',';
    at += has_comma ? 1 : 0;
    const auto most = has_comma ? number() : least;
    if (at >= text_.size() || text_[at] != '}' || (!least && !most))
        return std::nullopt;
    if (least.value_or(0) > most_times || most.value_or(0) > most_times || (most && *most < least.value_or(0)))
        throw Error(ErrorKind::invalid, "the pattern repeats something '{}' times", text_.substr(at_, at + 1 - at_))
            .hint(fmt::format("a repetition is {{LEAST,MOST}}, of at most {}", most_times));
    at_ = at + 1;
    return Times{least.value_or(0), most};
}

Program Compiler::counted(const Program& inner, const Times& times, bool lazy)
{
    if (inner.size() * std::max<std::size_t>(1, times.most.value_or(times.least)) > most_instructions)
        throw Error(ErrorKind::invalid, "the counted repetitions of the pattern are too large");
    Program program;
    for (std::size_t count = 0; count < times.least; ++count)
        append(program, inner);
    const int size = static_cast<int>(inner.size());
    const auto split = [&](int on, int past) {
        return Instruction{Instruction::Kind::split, {}, lazy ? past : on, lazy ? on : past};
    };
    if (!times.most && times.least > 0)
        program.push_back(split(-size, 1));
    else if (!times.most) {
        program.push_back(split(1, size + 2));
        append(program, inner);
        program.push_back({Instruction::Kind::jump, {}, -size - 1});
    }
    for (std::size_t count = times.least; times.most && count < *times.most; ++count) {
        program.push_back(split(1, size + 1));
        append(program, inner);
    }
    return program;
}

Program Compiler::repeated()
{
    Program inner = atom();
    for (;;) {
        std::optional<Times> found = times();
        if (!found && more() && (text_[at_] == '*' || text_[at_] == '+' || text_[at_] == '?')) {
            const char sign = take();
            found = Times{sign == '+' ? std::size_t{1} : 0,
                          sign == '?' ? std::optional<std::size_t>(1) : std::optional<std::size_t>()};
        }
        if (!found)
            return inner;
        const bool lazy = take('?'); // takes as little as it can: its ways are preferred the other way round
        if (!lazy && more() && text_[at_] == '+')
            throw Error(ErrorKind::invalid, "a possessive repetition in a pattern is outside the supported subset");
        inner = counted(inner, *found, lazy);
    }
}

Program Compiler::atom()
{
    const char c = take();
    switch (c) {
    case '(':
        return group();
    case '[':
        return one(set());
    case '.':
        return one(~Bytes{}.set(index('\n')));
    case '^':
        return {{Instruction::Kind::line_start, {}}};
    case '$':
        return {{Instruction::Kind::line_end, {}}};
    case '\\':
        return escaped();
    case '*':
    case '+':
    case '?':
        throw Error(ErrorKind::invalid, "the pattern repeats nothing with '{}'", c);
    default:
        return one(Bytes{}.set(index(c)));
    }
}

/// What stands between (? and the colon: nothing, i or -i. True where the group ends there.
bool Compiler::group_option()
{
    if (take('-')) {
        if (take('i'))
            ignore_case_ = false;
    } else if (take('i'))
        ignore_case_ = true;
    if (text_[at_ - 1] == 'i' && take(')')) {
        --depth_;
        return true;
    }
    if (!take(':'))
        throw Error(ErrorKind::invalid, "a group '(?…' in a pattern is outside the supported subset");
    return false;
}

Program Compiler::group()
{
    if (++depth_ > deepest_group)
        throw Error(ErrorKind::invalid, "the pattern has more than {} groups in each other", deepest_group);
    const bool outside = ignore_case_;
    const bool nameless = take('?');
    if (nameless && group_option()) // (?i) goes on up to the end of what it stands in
        return {};
    const int number = nameless ? 0 : ++groups_;
    if (number > most_groups)
        throw Error(ErrorKind::invalid, "the pattern has more than {} groups", most_groups);
    Program inner = alternatives();
    if (!take(')'))
        throw Error(ErrorKind::invalid, "the pattern has a '(' without its ')'");
    --depth_;
    ignore_case_ = outside;
    if (nameless)
        return inner;
    Program program{{Instruction::Kind::save, {}, 2 * number}};
    append(program, inner);
    program.push_back({Instruction::Kind::save, {}, 2 * number + 1});
    return program;
}

bool Compiler::named_set(char letter, Bytes& bytes)
{
    Bytes found;
    switch (letter | 0x20) {
    case 'd':
        found = range('0', '9');
        break;
    case 'w':
        found = range('0', '9') | range('a', 'z') | range('A', 'Z') | range('_', '_');
        break;
    case 's':
        found = range('\t', '\r') | range(' ', ' ');
        break;
    default:
        return false;
    }
    bytes |= (letter & 0x20) != 0 ? found : ~found;
    return true;
}

Program Compiler::escaped()
{
    const char c = take();
    Bytes bytes;
    if (named_set(c, bytes))
        return one(bytes);
    if (c == 'A')
        return {{Instruction::Kind::text_start, {}}};
    if (c == 'z' || c == 'Z')
        return {{Instruction::Kind::text_end, {}}};
    if (c == 'n' || c == 't')
        return one(Bytes{}.set(index(c == 'n' ? '\n' : '\t')));
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        throw Error(ErrorKind::invalid, "'\\{}' in a pattern is outside the supported subset", c);
    return one(Bytes{}.set(index(c)));
}

/// "[:digit:]" and the like, inside of a class.
bool Compiler::posix_set(Bytes& bytes)
{
    static const std::array<std::pair<std::string_view, Bytes>, 9> sets{{
        {"[:alnum:]", range('0', '9') | range('a', 'z') | range('A', 'Z')},
        {"[:alpha:]", range('a', 'z') | range('A', 'Z')},
        {"[:blank:]", range(' ', ' ') | range('\t', '\t')},
        {"[:digit:]", range('0', '9')},
        {"[:lower:]", range('a', 'z')},
        {"[:punct:]", range('!', '/') | range(':', '@') | range('[', '`') | range('{', '~')},
        {"[:space:]", range('\t', '\r') | range(' ', ' ')},
        {"[:upper:]", range('A', 'Z')},
        {"[:xdigit:]", range('0', '9') | range('a', 'f') | range('A', 'F')},
    }};
    const std::string_view rest = text_.substr(at_);
    for (const auto& [name, found] : sets)
        if (rest.starts_with(name)) {
            bytes |= found;
            at_ += name.size();
            return true;
        }
    if (rest.starts_with("[:"))
        throw Error(ErrorKind::invalid, "a class that begins with '[:' in a pattern is outside the supported subset");
    return false;
}

Bytes Compiler::set()
{
    const bool inverted = take('^');
    Bytes bytes;
    for (bool first = true; first || !take(']'); first = false) {
        if (posix_set(bytes))
            continue;
        char low = take();
        if (low == '\\') {
            low = take();
            if (named_set(low, bytes))
                continue;
        }
        if ((low & 0x80) != 0)
            throw Error(ErrorKind::invalid,
                        "a class with characters beyond ASCII in a pattern is outside the supported subset");
        char high = low;
        if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
            take();
            high = take();
            if ((high & 0x80) != 0 || high < low)
                throw Error(ErrorKind::invalid, "the pattern has a range that is no range");
        }
        bytes |= range(low, high);
    }
    return inverted ? ~bytes : bytes;
}

/// Whether a place is the beginning or the end of a line or of the text.
bool is_at_edge(Instruction::Kind edge, std::string_view text, std::size_t at)
{
    if (edge == Instruction::Kind::line_start)
        return at == 0 || text[at - 1] == '\n';
    if (edge == Instruction::Kind::line_end)
        return at == text.size() || text[at] == '\n';
    return at == (edge == Instruction::Kind::text_start ? 0 : text.size());
}

} // namespace

Automaton::Automaton(std::string_view expression, bool ignore_case)
{
    if (expression.size() > longest_expression)
        throw Error(ErrorKind::invalid, "the pattern is longer than {} bytes", longest_expression);
    Compiler compiler(expression, ignore_case);
    program_ = compiler.whole();
    groups_ = static_cast<std::size_t>(compiler.groups());
}

/// Adds the steps that can be reached from one without reading a byte.
void Automaton::follow(std::vector<std::size_t>& reached, std::vector<bool>& seen, std::size_t from,
                       std::string_view text, std::size_t at) const
{
    std::vector<std::size_t> open{from};
    while (!open.empty()) {
        const std::size_t step = open.back();
        open.pop_back();
        if (seen[step])
            continue;
        seen[step] = true;
        reached.push_back(step);
        const auto go = [&](int distance) { open.push_back(step + static_cast<std::size_t>(distance)); };
        switch (program_[step].kind) {
        case Instruction::Kind::split:
            go(program_[step].second);
            [[fallthrough]];
        case Instruction::Kind::jump:
            go(program_[step].first);
            break;
        case Instruction::Kind::line_start:
        case Instruction::Kind::line_end:
        case Instruction::Kind::text_start:
        case Instruction::Kind::text_end:
            if (is_at_edge(program_[step].kind, text, at))
                go(1);
            break;
        case Instruction::Kind::save:
            go(1);
            break;
        case Instruction::Kind::byte:
        case Instruction::Kind::match:
            break;
        }
    }
}

/// One way through the program: where it is, and the places that it has saved.
struct Automaton::Thread {
    std::size_t step = 0;
    std::vector<std::size_t> places;
};

/// Adds what a thread can reach without reading a byte; what is preferred comes first.
void Automaton::advance(std::vector<Thread>& threads, std::vector<bool>& seen, Thread from, std::string_view text,
                        std::size_t at) const
{
    std::vector<Thread> open{std::move(from)};
    while (!open.empty()) {
        Thread thread = std::move(open.back());
        open.pop_back();
        if (seen[thread.step])
            continue;
        seen[thread.step] = true;
        const Instruction& instruction = program_[thread.step];
        const auto go = [&](int distance) {
            open.push_back({thread.step + static_cast<std::size_t>(distance), thread.places});
        };
        switch (instruction.kind) {
        case Instruction::Kind::split:
            go(instruction.second);
            [[fallthrough]];
        case Instruction::Kind::jump:
            go(instruction.first);
            break;
        case Instruction::Kind::line_start:
        case Instruction::Kind::line_end:
        case Instruction::Kind::text_start:
        case Instruction::Kind::text_end:
            if (is_at_edge(instruction.kind, text, at))
                go(1);
            break;
        case Instruction::Kind::save:
            thread.places[static_cast<std::size_t>(instruction.first)] = at;
            go(1);
            break;
        case Instruction::Kind::byte:
        case Instruction::Kind::match:
            threads.push_back(std::move(thread));
            break;
        }
    }
}

std::optional<std::vector<Automaton::Span>> Automaton::search(std::string_view text) const
{
    std::size_t steps_left = most_steps;
    return search(text, 0, steps_left);
}

std::optional<std::vector<Automaton::Span>> Automaton::search(std::string_view text, std::size_t start,
                                                              std::size_t& steps_left) const
{
    constexpr std::size_t nowhere = std::string_view::npos;
    std::vector<Thread> now;
    std::optional<std::vector<std::size_t>> best;
    for (std::size_t at = start; at <= text.size(); ++at) {
        std::vector<bool> seen(program_.size());
        std::vector<Thread> here;
        for (Thread& thread : now)
            advance(here, seen, std::move(thread), text, at);
        if (!best) {
            Thread fresh{0, std::vector<std::size_t>(2 * groups_ + 2, nowhere)};
            fresh.places[0] = at;
            advance(here, seen, std::move(fresh), text, at);
        }
        now.clear();
        if (steps_left < here.size() + 1)
            throw Error(ErrorKind::invalid, "the pattern takes too long for a text of {} bytes", text.size());
        steps_left -= here.size() + 1;
        for (Thread& thread : here) {
            if (program_[thread.step].kind == Instruction::Kind::match) {
                thread.places[1] = at;
                best = std::move(thread.places);
                break; // what comes behind it is less preferred
            }
            if (at < text.size() && program_[thread.step].bytes[index(text[at])])
                now.push_back({thread.step + 1, std::move(thread.places)});
        }
        if (best && now.empty())
            break;
    }
    if (!best)
        return std::nullopt;
    std::vector<Span> spans;
    for (std::size_t group = 0; group <= groups_; ++group) {
        const std::size_t begin = (*best)[2 * group];
        const std::size_t end = (*best)[2 * group + 1];
        spans.push_back(begin == nowhere || end == nowhere ? Span{} : Span{{begin, end}});
    }
    return spans;
}

std::string Automaton::replace(std::string_view text, std::string_view replacement, bool everywhere) const
{
    if (text.size() > longest_replaced)
        throw Error(ErrorKind::invalid, "a text of more than {} bytes is not changed by a pattern", longest_replaced);
    std::string out;
    std::size_t steps_left = most_steps;
    std::size_t done = 0;
    for (std::size_t start = 0; start <= text.size();) {
        const auto found = search(text, start, steps_left);
        if (!found)
            break;
        const auto [begin, end] = *found->front();
        out += text.substr(done, begin - done);
        for (std::size_t at = 0; at < replacement.size(); ++at) {
            const char next = at + 1 < replacement.size() ? replacement[at + 1] : '\0';
            if (replacement[at] != '\\' || (next != '\\' && (next < '0' || next > '9'))) {
                out += replacement[at];
                continue;
            }
            ++at;
            const auto group = static_cast<std::size_t>(next - '0');
            if (next == '\\')
                out += next;
            else if (group < found->size() && (*found)[group])
                out += text.substr((*found)[group]->first, (*found)[group]->second - (*found)[group]->first);
        }
        if (out.size() > longest_replaced * 64)
            throw Error(ErrorKind::invalid, "the changed text is longer than {} bytes", longest_replaced * 64);
        done = end;
        // Nothing was found: the next one is looked for behind the next byte.
        start = end > begin ? end : end + 1;
        if (!everywhere)
            break;
    }
    return out + std::string(text.substr(done));
}

bool Automaton::found_in(std::string_view text) const
{
    std::vector<std::size_t> now;
    std::vector<bool> seen(program_.size());
    for (std::size_t at = 0;; ++at) {
        follow(now, seen, 0, text, at);
        std::vector<std::size_t> after;
        std::vector<bool> seen_after(program_.size());
        for (const std::size_t step : now) {
            if (program_[step].kind == Instruction::Kind::match)
                return true;
            if (at < text.size() && program_[step].kind == Instruction::Kind::byte &&
                program_[step].bytes[index(text[at])])
                follow(after, seen_after, step + 1, text, at + 1);
        }
        if (at == text.size())
            return false;
        now = std::move(after);
        seen = std::move(seen_after);
    }
}

} // namespace dfriends::converge
