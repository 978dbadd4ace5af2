// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/help.hpp"
#include "applets/house/verbs.hpp"
#include "base/text.hpp"

#include <set>

namespace dfriends::applets::house {

namespace {

/// Prints candidates that begin with the last word: "candidate<TAB>description", each once.
class Candidates {
  public:
    Candidates(Context& context, std::string_view prefix) : context_(context), prefix_(prefix) {}

    void add(std::string_view word, std::string_view description)
    {
        if (!word.empty() && word.starts_with(prefix_) && seen_.emplace(word).second)
            context_.print("{}\t{}\n", word, description);
    }
    void add_options(std::span<const config::Setting> settings)
    {
        for (const config::Setting& row : settings)
            add("--" + std::string(row.name), row.help);
    }
    /// The next word of each verb that begins with the words so far.
    void add_verbs(const Applet& applet, const std::vector<std::string>& before)
    {
        for (const Verb& verb : applet.verbs) {
            const auto name = words(verb.name);
            bool fits = (verb.traits & hidden) == 0 && name.size() > before.size();
            for (std::size_t i = 0; fits && i < before.size(); ++i)
                fits = name[i] == before[i];
            if (fits)
                add(name[before.size()], verb.synopsis);
        }
    }

  private:
    Context& context_;
    std::string_view prefix_;
    std::set<std::string> seen_;
};

const Verb* find_spelled_verb(const Applet& applet, const std::vector<std::string>& spelled)
{
    const Verb* best = nullptr;
    for (const Verb& verb : applet.verbs) {
        const auto name = words(verb.name);
        bool fits = name.size() <= spelled.size() && (best == nullptr || best->name.size() < verb.name.size());
        for (std::size_t i = 0; fits && i < name.size(); ++i)
            fits = name[i] == spelled[i];
        if (fits)
            best = &verb;
    }
    return best;
}

} // namespace

int complete(Context& context)
{
    std::vector<std::string> typed;
    for (const std::string& word : context.arguments)
        if (&word == &context.arguments.back() || !word.starts_with('-'))
            typed.push_back(word);
    const std::string last = typed.empty() ? std::string() : typed.back();
    if (!typed.empty())
        typed.pop_back();
    Candidates candidates(context, last);
    const Applet* applet = typed.empty() ? nullptr : find_applet(typed.front());
    if (applet != nullptr)
        typed.erase(typed.begin());
    else
        applet = find_applet("");
    if (applet->name.empty() && typed.empty()) {
        for (const Applet& each : table())
            if (each.name.find(' ') == each.name.npos)
                candidates.add(each.name, each.synopsis);
        candidates.add_options(global_settings());
    }
    const Verb* verb = find_spelled_verb(*applet, typed);
    if (verb == nullptr) {
        candidates.add_verbs(*applet, typed);
    } else {
        candidates.add_options(verb->settings);
        candidates.add("--help", "Explain this command");
    }
    candidates.add_options(applet->settings);
    return 0;
}

} // namespace dfriends::applets::house
