// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/supervisor.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cluster/supervisor/process_tree.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

using std::chrono::steady_clock;

Service read_service(const UnitFiles& files, const Machine& machine)
{
    Warnings ignored; // said when the unit was submitted
    return Service::read(UnitFile::parse(os::read_file(files.text(), 1U << 20U), files.name()),
                         Specifiers(parse_unit_name(files.name()), machine), ignored);
}

/// Replaces a file as a whole, but does not wait for the disk: after a crash of the machine nothing of it counts.
void replace_file(const os::Path& path, std::string_view text)
{
    const os::Path next = path.string() + ".next";
    {
        const os::Descriptor file = os::open_file(next, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        os::write_all(file.number(), text, next);
    }
    std::filesystem::rename(next, path);
}

std::string describe_end(int status)
{
    if (WIFEXITED(status))
        return fmt::format("code=exited, status={}", WEXITSTATUS(status));
    return fmt::format("code={}, signal={}", WCOREDUMP(status) ? "dumped" : "killed", signal_name(WTERMSIG(status)));
}

void signal_all(const std::vector<pid_t>& processes, int number)
{
    for (const pid_t process : processes)
        ::kill(process, number);
}

} // namespace

UnitState UnitFiles::read_state() const
{
    return decode_unit_state(os::find_file(state(), 65536).value_or(""));
}

Supervisor::Supervisor(UnitFiles files, Machine machine)
    : files_(std::move(files)), machine_(std::move(machine)), service_(read_service(files_, machine_)),
      journal_(files_.journal()), events_(journal_)
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    provide_programs(machine_);
    state_.hash = UnitFile::parse(os::read_file(files_.text(), 1U << 20U), files_.name()).hash();
}

std::string Supervisor::title() const
{
    return service_.description.empty() ? files_.name() : service_.description;
}

void Supervisor::note(const std::string& text)
{
    journal_.append({system_now(), ::getpid(), "dfriends", text});
}

void Supervisor::enter(std::string_view active, std::string_view sub)
{
    if (state_.active != active)
        state_.since = system_now();
    state_.active = active;
    state_.sub = sub;
    try {
        replace_file(files_.state(), encode_unit_state(state_));
    } catch (const std::exception& failure) { // a full disk stops no unit
        note(fmt::format("cannot write the unit's state: {}", failure.what()));
    }
}

Supervisor::Until Supervisor::after(const std::optional<Milliseconds>& time) const
{
    return time && *time != without_end ? Until(steady_clock::now() + *time) : std::nullopt;
}

void Supervisor::fail(std::string_view result)
{
    if (state_.result == "success")
        state_.result = result;
}

void Supervisor::fail(Ran ran)
{
    if (ran == Ran::timed_out) {
        note(title() + " took too long; its processes are ended");
        fail("timeout");
    }
}

void Supervisor::run()
{
    for (;;) {
        starts_.push_back(steady_clock::now());
        live();
        if (events_.is_stop_requested() || !wants_restart())
            break;
        enter("activating", "auto-restart");
        if (wait_for([] { return false; }, after(service_.restart_after), true) == Ran::stopped)
            break;
        if (!may_start_again()) {
            note("start request repeated too quickly");
            state_.result = "start-limit";
            break;
        }
        ++state_.restarts;
    }
    state_.main_process = 0;
    const bool failed = state_.result != "success";
    if (failed)
        note(fmt::format("{}: failed with result '{}'", files_.name(), state_.result));
    enter(failed ? "failed" : "inactive", failed ? "failed" : "dead");
}

void Supervisor::live()
{
    state_.result = "success";
    state_.exit_code = state_.exit_status = 0;
    state_.main_process = 0;
    state_.invocation = crypto::random_hex(16);
    main_status_.reset();
    skipped_ = ready_ = false;
    events_.forget_ends();
    if (const auto unmet = find_unmet(service_.conditions, machine_.host_name)) {
        note(title() + " is not started: Condition" + *unmet);
        skipped_ = true;
        return;
    }
    if (const auto unmet = find_unmet(service_.asserts, machine_.host_name)) {
        note(title() + " cannot start: Assert" + *unmet);
        return fail("assert");
    }
    try {
        environment_ = unit_environment(service_.execution, machine_);
        environment_["INVOCATION_ID"] = state_.invocation;
        if (service_.notify_access != NotifyAccess::none || service_.type == ServiceType::notify)
            environment_["NOTIFY_SOCKET"] = events_.open_notify_socket(state_.invocation);
    } catch (const Error& error) {
        note(error.what());
        return fail("resources");
    }
    if (start(after(service_.start_timeout))) {
        stay();
        stop();
    }
    kill_all("stop-sigterm", "stop-sigkill");
    if (main_status_ && !is_clean(*main_status_))
        fail(result_of(*main_status_));
    stop_post();
}

bool Supervisor::start(Until deadline)
{
    note("Starting " + title());
    if (!run_start_pre(deadline) || !start_main(deadline))
        return false;
    const Ran post = run_all(service_.start_post, "activating", "start-post", deadline, true);
    if (post == Ran::failed)
        fail("exit-code");
    fail(post);
    if (post != Ran::ok)
        return false;
    note("Started " + title());
    return true;
}

bool Supervisor::run_start_pre(Until deadline)
{
    const Ran ran = run_all(service_.start_pre, "activating", "start-pre", deadline, true);
    fail(ran);
    return ran == Ran::ok;
}

bool Supervisor::start_main(Until deadline)
{
    if (service_.type == ServiceType::oneshot) {
        const Ran ran = run_all(service_.start, "activating", "start", deadline, true);
        fail(ran);
        return ran == Ran::ok;
    }
    try {
        if (service_.type == ServiceType::forking) {
            const Ran ran = run_all(service_.start, "activating", "start", deadline, true);
            fail(ran);
            return ran == Ran::ok && find_forked_main(deadline);
        }
        enter("activating", "start");
        state_.main_process = spawn(service_.start.front());
        environment_["MAINPID"] = std::to_string(state_.main_process);
    } catch (const Error& error) {
        note(error.what());
        fail("resources");
        return false;
    }
    return service_.type != ServiceType::notify || await_ready(deadline);
}

bool Supervisor::await_ready(Until deadline)
{
    const Ran ran = wait_for(
        [this] {
            watch_main();
            return ready_ || has_main_ended();
        },
        deadline, true);
    fail(ran);
    if (ran == Ran::ok && !ready_) {
        note("the main process ended before it said that it is ready");
        fail(main_status_ && !is_clean(*main_status_) ? result_of(*main_status_) : "protocol");
    }
    return ran == Ran::ok && ready_;
}

bool Supervisor::find_forked_main(Until deadline)
{
    const auto read_id = [this]() -> pid_t {
        const std::string text = os::find_file(service_.pid_file, 64).value_or("");
        const auto id = static_cast<pid_t>(parse_unsigned(trim(text)).value_or(0));
        const auto below = find_descendants(::getpid());
        return std::ranges::find(below, id) == below.end() ? 0 : id;
    };
    if (!service_.pid_file.empty()) {
        const auto step = [&] { // the file comes when it comes: nothing says so
            events_.wait(steady_clock::now() + std::chrono::milliseconds(50));
            return (state_.main_process = read_id()) != 0 || find_descendants(::getpid()).empty();
        };
        fail(wait_for(step, deadline, true));
        if (state_.main_process == 0)
            fail("protocol");
    } else if (service_.guess_main_process) {
        const auto below = find_descendants(::getpid());
        state_.main_process = below.size() == 1 ? below.front() : 0;
    }
    if (state_.main_process != 0)
        environment_["MAINPID"] = std::to_string(state_.main_process);
    return state_.result == "success";
}

void Supervisor::stay()
{
    const bool has_main = state_.main_process != 0;
    const bool runs = has_main || (service_.type == ServiceType::forking && !find_descendants(::getpid()).empty());
    if (runs) {
        if (!has_main_ended())
            enter("active", "running");
        (void)wait_for(
            [&] {
                watch_main();
                return has_main ? has_main_ended() : find_descendants(::getpid()).empty();
            },
            std::nullopt, true);
    }
    if (main_status_) {
        note(fmt::format("main process ended, {}", describe_end(*main_status_)));
        if (!is_clean(*main_status_))
            fail(result_of(*main_status_));
    }
    if (service_.remain_after_exit && state_.result == "success" && !events_.is_stop_requested()) {
        state_.main_process = 0;
        enter("active", "exited");
        (void)wait_for([] { return false; }, std::nullopt, true);
    }
}

void Supervisor::stop()
{
    if (events_.is_stop_requested())
        note("Stopping " + title());
    tell_end();
    fail(run_all(service_.stop, "deactivating", "stop", after(service_.stop_timeout), false));
}

/// SERVICE_RESULT, EXIT_CODE and EXIT_STATUS for the commands that follow.
void Supervisor::tell_end()
{
    environment_["SERVICE_RESULT"] = state_.result;
    if (!main_status_)
        return;
    const bool exited = WIFEXITED(*main_status_);
    environment_["EXIT_CODE"] = exited ? "exited" : WCOREDUMP(*main_status_) ? "dumped" : "killed";
    environment_["EXIT_STATUS"] =
        exited ? std::to_string(WEXITSTATUS(*main_status_)) : signal_name(WTERMSIG(*main_status_));
}

void Supervisor::stop_post()
{
    tell_end();
    if (!service_.stop_post.empty())
        fail(run_all(service_.stop_post, "deactivating", "stop-post", after(service_.stop_timeout), false));
    kill_all("final-sigterm", "final-sigkill");
    if (events_.is_stop_requested())
        note("Stopped " + title());
}

Supervisor::Ran Supervisor::run_all(const Commands& commands, const char* active, const char* sub, Until deadline,
                                    bool stoppable)
{
    for (const UnitCommand& command : commands) {
        enter(active, sub);
        const Ran ran = run_command(command, deadline, stoppable);
        if (ran == Ran::failed && command.ignore_failure)
            continue;
        if (ran != Ran::ok)
            return ran;
    }
    return Ran::ok;
}

Supervisor::Ran Supervisor::run_command(const UnitCommand& command, Until deadline, bool stoppable)
{
    pid_t process = 0;
    try {
        process = spawn(command);
    } catch (const Error& error) {
        note(error.what());
        if (!command.ignore_failure)
            fail("resources");
        return Ran::failed;
    }
    std::optional<int> status;
    const Ran ran = wait_for(
        [&] {
            watch_main();
            return (status = events_.take_end(process)).has_value();
        },
        deadline, stoppable);
    if (ran != Ran::ok || (WIFEXITED(*status) && WEXITSTATUS(*status) == 0))
        return ran;
    const bool clean = service_.type == ServiceType::oneshot && &command >= service_.start.data() &&
                       &command < service_.start.data() + service_.start.size() && is_clean(*status);
    if (clean)
        return Ran::ok;
    note(fmt::format("'{}' ended, {}{}", command.program, describe_end(*status),
                     command.ignore_failure ? ", which is ignored" : ""));
    if (!command.ignore_failure)
        fail(result_of(*status));
    return Ran::failed;
}

template <class Condition>
Supervisor::Ran Supervisor::wait_for(Condition condition, Until deadline, bool stoppable)
{
    for (;;) {
        if (condition())
            return Ran::ok;
        if (stoppable && events_.is_stop_requested())
            return Ran::stopped;
        if (deadline && steady_clock::now() >= *deadline)
            return Ran::timed_out;
        events_.wait(deadline);
    }
}

pid_t Supervisor::spawn(const UnitCommand& command)
{
    UnitProcess process = start_unit_process(command, service_.execution, machine_, environment_);
    const pid_t id = process.id;
    events_.add(std::move(process));
    return id;
}

/// Takes what Type=notify services say.
void Supervisor::watch_main()
{
    while (const auto notification = events_.take_notification()) {
        const bool main_only = service_.notify_access == NotifyAccess::main;
        if (main_only && notification->sender != state_.main_process)
            continue;
        if (const auto ready = notification->values.find("READY"); ready != notification->values.end())
            ready_ = ready_ || ready->second == "1";
        if (const auto main = notification->values.find("MAINPID"); main != notification->values.end())
            if (const auto id = parse_unsigned(main->second)) {
                const auto below = find_descendants(::getpid());
                if (std::ranges::find(below, static_cast<pid_t>(*id)) != below.end())
                    state_.main_process = static_cast<pid_t>(*id);
            }
    }
}

bool Supervisor::has_main_ended()
{
    if (main_status_ || state_.main_process == 0)
        return true;
    main_status_ = events_.take_end(state_.main_process);
    if (!main_status_) // a main process that its parent reaped leaves no status
        return ::kill(state_.main_process, 0) != 0;
    const bool exited = WIFEXITED(*main_status_);
    state_.exit_code = exited ? CLD_EXITED : WCOREDUMP(*main_status_) ? CLD_DUMPED : CLD_KILLED;
    state_.exit_status = exited ? WEXITSTATUS(*main_status_) : WTERMSIG(*main_status_);
    return true;
}

bool Supervisor::is_clean(int status) const
{
    if (WIFEXITED(status)) {
        const int code = WEXITSTATUS(status);
        // What a docker client says of a container that was stopped as asked: 128 + SIGTERM or SIGKILL.
        const bool stopped = events_.is_stop_requested() && (code == 128 + SIGTERM || code == 128 + SIGKILL);
        return code == 0 || stopped || service_.success.statuses.contains(code);
    }
    const int signal = WTERMSIG(status);
    return signal == SIGHUP || signal == SIGINT || signal == SIGTERM || signal == SIGPIPE ||
           service_.success.signals.contains(signal);
}

std::string Supervisor::result_of(int status) const
{
    return WIFEXITED(status) ? "exit-code" : WCOREDUMP(status) ? "core-dump" : "signal";
}

bool Supervisor::wants_restart() const
{
    const auto is_in = [this](const ExitSet& set) {
        return main_status_ && (WIFEXITED(*main_status_) ? set.statuses.contains(WEXITSTATUS(*main_status_))
                                                         : set.signals.contains(WTERMSIG(*main_status_)));
    };
    if (skipped_ || state_.result == "assert" || is_in(service_.prevent_restart))
        return false;
    if (is_in(service_.force_restart))
        return true;
    const std::string& result = state_.result;
    switch (service_.restart) {
    case Restart::no:
        return false;
    case Restart::always:
        return true;
    case Restart::on_success:
        return result == "success";
    case Restart::on_failure:
        return result != "success";
    case Restart::on_abnormal:
        return result != "success" && result != "exit-code";
    case Restart::on_abort:
        return result == "signal" || result == "core-dump";
    case Restart::on_watchdog:
        return result == "watchdog";
    }
    return false;
}

bool Supervisor::may_start_again()
{
    const SteadyTime begin = steady_clock::now() - service_.limit_interval;
    while (!starts_.empty() && starts_.front() < begin)
        starts_.pop_front();
    return service_.limit_interval.count() == 0 || service_.limit_burst == 0 || starts_.size() < service_.limit_burst;
}

/// Whom KillMode= means: at first, and when SIGTERM did not help.
std::vector<pid_t> Supervisor::kill_targets(bool forced) const
{
    const auto all = find_descendants(::getpid());
    const bool whole =
        service_.kill_mode == KillMode::control_group || (service_.kill_mode == KillMode::mixed && forced);
    if (whole)
        return all;
    std::vector<pid_t> main;
    if (service_.kill_mode != KillMode::none && std::ranges::find(all, state_.main_process) != all.end())
        main.push_back(state_.main_process);
    return main;
}

void Supervisor::kill_all(const char* term_state, const char* kill_state)
{
    const auto gone = [this](bool forced) {
        return [this, forced] {
            if (!kill_targets(forced).empty())
                return false;
            events_.wait(steady_clock::now()); // what has ended is not yet reaped
            (void)has_main_ended();
            return true;
        };
    };
    // With KillMode=mixed the rest is killed as soon as the main process is gone.
    const bool mixed = service_.kill_mode == KillMode::mixed;
    if (gone(false)() && !(mixed && !gone(true)()))
        return;
    enter("deactivating", term_state);
    signal_all(kill_targets(false), service_.kill_signal);
    if (service_.send_sighup)
        signal_all(kill_targets(false), SIGHUP);
    signal_all(kill_targets(false), SIGCONT);
    const bool in_time = wait_for(gone(false), after(service_.stop_timeout), false) == Ran::ok;
    if (!in_time)
        fail("timeout");
    if ((in_time && !mixed) || !service_.send_sigkill || gone(true)())
        return;
    enter("deactivating", kill_state);
    signal_all(kill_targets(true), SIGKILL);
    (void)wait_for(gone(true), after(service_.stop_timeout), false);
}

} // namespace dfriends::cluster
