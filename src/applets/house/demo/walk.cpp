// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/walk.hpp"

#include "applets/house/wire.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "os/user.hpp"

#include <algorithm>
#include <condition_variable>
#include <thread>

namespace dfriends::applets::house::demo {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t at_once = 3; ///< more steps than that only take each other's time

double seconds_since(steady_clock::time_point begin)
{
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

/// Plays steps on threads of their own as they become ready.
class Walk {
  public:
    Walk(Context& context, Stage& stage, std::span<const Step> steps)
        : context_(context), stage_(stage), steps_(steps), states_(steps.size(), State::waiting),
          transcript_(steps.size(), [&context](std::string_view text) {
              if (!context.global.json)
                  context.write(text);
          })
    {
    }

    void run()
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            skip_unplayable();
            while (!failure_ && running_ < at_once)
                if (!start_next())
                    break;
            if (running_ == 0)
                break;
            ended_.wait(lock);
        }
        lock.unlock();
        for (std::thread& thread : threads_)
            thread.join();
        if (failure_)
            std::rethrow_exception(failure_);
    }

  private:
    enum class State { waiting, playing, done, skipped, failed };

    State state_of(std::string_view name) const
    {
        const auto found = std::ranges::find(steps_, name, &Step::name);
        return states_[static_cast<std::size_t>(found - steps_.begin())];
    }

    void skip_unplayable()
    {
        for (std::size_t number = 0; number < steps_.size(); ++number) {
            const Step& step = steps_[number];
            const auto is_skipped = [this](std::string_view name) { return state_of(name) == State::skipped; };
            const auto missing = std::ranges::find_if(step.needs, is_skipped);
            const bool is_denied = step.needs_root && !os::is_root();
            if (states_[number] != State::waiting || (!is_denied && missing == step.needs.end()))
                continue;
            states_[number] = State::skipped;
            StepResult result{.name = step.name, .title = step.title, .state = "skipped"};
            result.problem = is_denied ? "it needs root" : fmt::format("it needs '{}'", *missing);
            announce(number);
            transcript_.say(number, fmt::format("left out: {}\n", result.problem));
            report(number, std::move(result));
        }
    }

    bool start_next()
    {
        for (std::size_t number = 0; number < steps_.size(); ++number) {
            const auto is_done = [this](std::string_view name) { return state_of(name) == State::done; };
            if (states_[number] != State::waiting || !std::ranges::all_of(steps_[number].needs, is_done))
                continue;
            states_[number] = State::playing;
            ++running_;
            threads_.emplace_back([this, number] { play(number); });
            return true;
        }
        return false;
    }

    void announce(std::size_t number)
    {
        const std::string title = fmt::format("{}/{}  {}", number + 1, steps_.size(), steps_[number].title);
        transcript_.say(number, fmt::format("\n{}\n", context_.out_colour.bold(title)));
    }

    void play(std::size_t number)
    {
        const Step& step = steps_[number];
        const auto begin = steady_clock::now();
        StepResult result{.name = step.name, .title = step.title, .state = "done"};
        std::exception_ptr thrown;
        announce(number);
        Context own(context_.global, context_.program); // an engine client of its own
        Scene scene(own, stage_, transcript_, number);
        try {
            step.play(scene);
        } catch (Error& error) {
            result.problem = error.what();
            thrown = std::make_exception_ptr(error.during(fmt::format("showing '{}'", step.title)));
        } catch (...) {
            thrown = std::current_exception();
        }
        result.seconds = seconds_since(begin);
        result.commands = std::move(scene.commands);
        const std::lock_guard lock(mutex_);
        --running_;
        states_[number] = thrown ? State::failed : State::done;
        if (thrown) {
            result.state = "failed";
            transcript_.hurry(number);
            if (!failure_)
                failure_ = thrown;
        }
        report(number, std::move(result));
        ended_.notify_all();
    }

    /// What is done, how long it took, and what comes next. Under the mutex.
    void report(std::size_t number, StepResult result)
    {
        if (context_.global.json)
            context_.write(encode_step(result));
        if (result.state == "done") {
            std::string next;
            for (std::size_t later = number + 1; next.empty() && later < steps_.size(); ++later)
                if (states_[later] != State::skipped)
                    next = fmt::format("; next: {}", steps_[later].title);
            transcript_.say(number, context_.out_colour.green("done") +
                                        context_.out_colour.dim(fmt::format(" in {:.1f} s{}", result.seconds, next)) +
                                        "\n");
        }
        if (result.state != "failed")
            transcript_.close(number);
        else if (running_ > 0)
            context_.say("a step failed; what still runs is waited for");
    }

    Context& context_;
    Stage& stage_;
    std::span<const Step> steps_;
    std::vector<State> states_;
    Transcript transcript_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;
    std::vector<std::thread> threads_;
    std::exception_ptr failure_;
};

} // namespace

void walk(Context& context, Stage& stage, std::span<const Step> all)
{
    Walk(context, stage, all).run();
}

} // namespace dfriends::applets::house::demo
