// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "applets/house/demo/ledger.hpp"
#include "applets/house/demo/transcript.hpp"
#include "os/process.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::house::demo {

/// The ports that the demo listens on: the usual ones where they are free.
struct Ports {
    std::uint16_t dashboard = 0, cache = 0, kv = 0, app = 0, balancer = 0, web = 0, ssh = 0;
};

class Scene;

/// A step of the walk. It begins when those that it needs are done, beside others.
struct Step {
    std::string_view name; ///< "cache"
    std::string_view title;
    std::vector<std::string_view> needs;
    void (*play)(Scene& scene);
    bool needs_root = true;
};

/// What steps leave for each other.
struct Stage {
    Ledger& ledger;
    Ports ports;
    std::string cache_container;
    std::string cache_volume;
};

/// A step while it plays: shows commands as a user would type them, and runs just those.
class Scene {
  public:
    Scene(Context& context, Stage& shared, Transcript& transcript, std::size_t number)
        : stage(shared), context_(context), transcript_(transcript), number_(number)
    {
    }

    Stage& stage;
    Ledger& ledger() { return stage.ledger; }

    void say(std::string_view text) { transcript_.say(number_, text); }
    /// Shows the words, runs them and shows what they say; Error(failed) with the end of that where they fail. `typed`:
    /// shown in the place of the words.
    std::string show(std::vector<std::string> words, const std::string& input = {}, const std::string& typed = {});
    /// Shows the words only; what they say only where they fail.
    std::string show_quietly(std::vector<std::string> words, const std::string& typed = {});
    /// Runs them and shows nothing; what they say on stdout, or on both streams.
    std::string run(std::vector<std::string> words, bool with_errors = false);
    /// A file below the folder of the steps, shown where it is to be read.
    void write_file(const std::string& name, std::string_view text, bool is_shown = false);
    void write_asset(const std::string& name, const std::string& asset, bool is_shown = false);

    /// Starts a service that stays; returns once it listens.
    void serve(const std::string& name, std::vector<std::string> words);
    /// Asks an address until it answers below 400 and returns the body; Error(unavailable) after the time.
    std::string fetch(const std::string& url, std::chrono::seconds patience, const std::string& host = {});
    /// The same, as `curl` typed.
    void show_fetch(const std::string& url, const std::string& host = {});
    engine::Client& engine() { return context_.engine(); }
    void note_address(std::string_view title, std::string_view url);

    std::vector<std::string> commands; ///< that were shown

  private:
    void show_command(const std::string& typed);
    os::Outcome run_command(std::vector<std::string> words, const std::string& input, bool is_shown);

    Context& context_;
    Transcript& transcript_;
    std::size_t number_;
};

/// How a step ended.
struct StepResult {
    std::string_view name;
    std::string_view title;
    std::string state; ///< "done", "skipped" or "failed"
    double seconds = 0;
    std::string problem;
    std::vector<std::string> commands;
};

/// The steps, in the order in which they are shown.
std::span<const Step> steps();

/// Plays all of them, as far as they can be played. Throws what the first that failed threw, once none runs any more.
void walk(Context& context, Stage& stage, std::span<const Step> steps);

} // namespace dfriends::applets::house::demo
