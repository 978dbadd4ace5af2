// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/build_context.hpp"

#include <algorithm>

namespace dfriends::engine {

namespace {

/// "a//b/../c/" as "a/c".
std::string clean_path(std::string_view text)
{
    std::vector<std::string> parts;
    for (const std::string_view part : split(text, '/')) {
        if (part.empty() || part == ".")
            continue;
        if (part == ".." && !parts.empty() && parts.back() != "..")
            parts.pop_back();
        else
            parts.emplace_back(part);
    }
    return join(parts, "/");
}

using Step = IgnoreList::Step;

/// The characters of "[…]" from the place after '['; the place moves behind ']'.
Step read_class(std::string_view text, std::size_t& place)
{
    Step step{.kind = Step::Kind::one_of};
    step.inverted = place < text.size() && (text[place] == '^' || text[place] == '!');
    if (step.inverted)
        ++place;
    bool first = true;
    while (place < text.size() && (first || text[place] != ']')) {
        first = false;
        if (text[place] == '\\' && place + 1 < text.size())
            ++place;
        const char low = text[place++];
        char high = low;
        if (place + 1 < text.size() && text[place] == '-' && text[place + 1] != ']') {
            high = text[place + 1];
            place += 2;
        }
        step.ranges.emplace_back(low, high);
    }
    if (place >= text.size())
        throw Error(ErrorKind::invalid, "the pattern '{}' in .dockerignore does not close its '['", printable(text));
    ++place;
    return step;
}

std::vector<Step> compile(std::string_view text)
{
    std::vector<Step> steps;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i++];
        if (c == '*' && i < text.size() && text[i] == '*') {
            while (i < text.size() && text[i] == '*')
                ++i;
            const bool before_slash = i < text.size() && text[i] == '/';
            i += before_slash ? 1 : 0;
            steps.push_back({.kind = before_slash ? Step::Kind::folders : Step::Kind::anything});
        } else if (c == '*') {
            steps.push_back({.kind = Step::Kind::name_part});
        } else if (c == '?') {
            steps.push_back({.kind = Step::Kind::any_character});
        } else if (c == '[') {
            steps.push_back(read_class(text, i));
        } else {
            const bool escaped = c == '\\' && i < text.size();
            steps.push_back({.kind = Step::Kind::literal, .character = escaped ? text[i++] : c});
        }
    }
    return steps;
}

bool takes(const Step& step, char c)
{
    switch (step.kind) {
    case Step::Kind::literal:
        return c == step.character;
    case Step::Kind::any_character:
    case Step::Kind::name_part:
        return c != '/';
    case Step::Kind::one_of:
        return c != '/' && std::ranges::any_of(step.ranges, [&](const auto& range) {
                               return range.first <= c && c <= range.second;
                           }) != step.inverted;
    case Step::Kind::anything:
    case Step::Kind::folders:
        return true;
    }
    return false;
}

/// The places of a pattern that may be reached: all are followed at once, so that no pattern costs more than its length
/// times the path's.
class Places {
  public:
    explicit Places(const std::vector<Step>& steps) : steps_(steps), now_(steps.size() + 1) { enter(now_, 0); }
    bool is_at_end() const { return now_.back(); }

    void feed(char c)
    {
        std::vector<bool> next(now_.size());
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (!now_[i] || !takes(steps_[i], c))
                continue;
            const Step::Kind kind = steps_[i].kind;
            if (kind == Step::Kind::folders) {
                next[i] = true; // inside a folder's name
                if (c == '/')
                    enter(next, i + 1);
            } else {
                enter(next, kind == Step::Kind::anything || kind == Step::Kind::name_part ? i : i + 1);
            }
        }
        // A place inside a folder's name is no beginning: only enter() may pass over the step.
        now_ = std::move(next);
    }

  private:
    /// Steps that may be empty are passed over too.
    void enter(std::vector<bool>& into, std::size_t place) const
    {
        into[place] = true;
        while (place < steps_.size() &&
               (steps_[place].kind == Step::Kind::anything || steps_[place].kind == Step::Kind::name_part ||
                steps_[place].kind == Step::Kind::folders))
            into[++place] = true;
    }

    const std::vector<Step>& steps_;
    std::vector<bool> now_;
};

/// The path itself or a folder above it.
bool fits(const std::vector<Step>& steps, std::string_view path)
{
    Places places(steps);
    for (const char c : path) {
        if (c == '/' && places.is_at_end())
            return true;
        places.feed(c);
    }
    return places.is_at_end();
}

} // namespace

IgnoreList::IgnoreList(std::string_view text)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    for (const std::string_view raw : lines(text)) {
        std::string_view line = trim(raw.ends_with('\r') ? raw.substr(0, raw.size() - 1) : raw);
        if (raw.starts_with('#') || line.empty())
            continue;
        Pattern pattern;
        pattern.negated = line.starts_with('!');
        if (pattern.negated)
            line = trim(line.substr(1));
        if (line.empty())
            throw Error(ErrorKind::invalid, "illegal exclusion pattern in .dockerignore: '!'");
        const std::string cleaned = clean_path(line);
        if (cleaned.empty())
            continue; // "." means everything to docker's users, nothing to docker
        pattern.steps = compile(cleaned);
        exceptions_ = exceptions_ || pattern.negated;
        patterns_.push_back(std::move(pattern));
    }
}

bool IgnoreList::ignores(std::string_view path) const
{
    bool ignored = false;
    for (const Pattern& pattern : patterns_)
        if (ignored == pattern.negated && fits(pattern.steps, path))
            ignored = !pattern.negated;
    return ignored;
}

} // namespace dfriends::engine
