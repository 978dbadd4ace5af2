// SPDX-License-Identifier: Apache-2.0
#include "cluster/local_units.hpp"

#include "base/clock.hpp"
#include "os/proc.hpp"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_text = 1U << 20U;

fs::path marker_of(const UnitFiles& files)
{
    return files.directory / "launched";
}

void write_now(const fs::path& path, std::string_view text)
{
    const os::Descriptor file = os::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    os::write_all(file.number(), text, path);
}

} // namespace

LocalUnits::LocalUnits(os::Path directory, std::vector<std::string> supervisor)
    : directory_(std::move(directory)), supervisor_(std::move(supervisor))
{
    os::make_directories(directory_, 0755);
}

const Dependencies& LocalUnits::dependencies_of(const std::string& unit, const std::string& text,
                                                const std::string& hash)
{
    const std::string key = unit + " " + hash;
    if (const auto known = dependencies_.find(key); known != dependencies_.end())
        return known->second;
    Dependencies dependencies;
    try {
        Warnings ignored;
        dependencies = Service::read(UnitFile::parse(text, unit), Specifiers(parse_unit_name(unit), Machine{}), ignored)
                           .dependencies;
    } catch (const Error&) { // load() said why
    }
    return dependencies_.emplace(key, std::move(dependencies)).first->second;
}

std::map<std::string, LocalUnit> LocalUnits::read()
{
    std::map<std::string, LocalUnit> units;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const UnitFiles at{entry.path()};
        const auto text = os::find_file(at.text(), largest_text);
        if (!text)
            continue;
        LocalUnit unit;
        unit.state = at.read_state();
        unit.hash = os::find_file(at.directory / "hash", 128).value_or("");
        unit.is_launched = fs::exists(marker_of(at));
        unit.is_supervised = children_.contains(at.name()) || os::FileLock::find_holder(at.lock()).has_value();
        unit.dependencies = dependencies_of(at.name(), *text, unit.hash);
        units.emplace(at.name(), std::move(unit));
    }
    return units;
}

void LocalUnits::load(const std::string& unit, const std::string& text)
{
    const UnitFiles at = files(unit);
    UnitState state;
    os::make_directories(at.directory, 0755);
    std::error_code ignored;
    fs::remove(marker_of(at), ignored);
    try {
        const UnitFile file = UnitFile::parse(text, unit);
        state.hash = file.hash();
        const UnitName name = parse_unit_name(unit);
        if (name.type != "service")
            throw Error(ErrorKind::invalid, "'{}': units of type '{}' do not run here, only services", unit, name.type);
        Warnings odd;
        Service::read(file, Specifiers(name, host_machine()), odd);
    } catch (const Error& error) {
        state.load = "error";
        JournalWriter(at.journal()).append({system_now(), ::getpid(), "dfriends", error.what()});
    }
    write_now(at.state(), encode_unit_state(state));
    write_now(at.directory / "hash", state.hash);
    write_now(at.text(), text); // last: with it the unit is there
}

void LocalUnits::start(const std::string& unit)
{
    const UnitFiles at = files(unit);
    const UnitState before = at.read_state();
    write_now(marker_of(at), "");
    if (before.load == "error")
        return;
    if (before.is_alive() && !before.invocation.empty())
        for (const pid_t process : os::find_marked("INVOCATION_ID=" + before.invocation))
            ::kill(process, SIGKILL);
    UnitState next;
    next.active = "activating";
    next.sub = "start";
    next.since = system_now();
    next.hash = before.hash;
    write_now(at.state(), encode_unit_state(next));
    os::Command command;
    command.words = supervisor_;
    command.words.push_back(at.directory.string());
    children_.insert_or_assign(unit, os::Child::start(command));
}

void LocalUnits::stop(const std::string& unit)
{
    if (const auto supervisor = os::FileLock::find_holder(files(unit).lock()); supervisor && *supervisor > 0)
        ::kill(*supervisor, SIGTERM);
    else if (const auto child = children_.find(unit); child != children_.end())
        child->second.signal(SIGTERM); // it has not come far enough to hold its lock
}

void LocalUnits::reset(const std::string& unit)
{
    std::error_code ignored;
    fs::remove(marker_of(files(unit)), ignored);
}

void LocalUnits::remove(const std::string& unit)
{
    std::error_code ignored;
    fs::remove_all(files(unit).directory, ignored);
}

void LocalUnits::reap()
{
    for (auto child = children_.begin(); child != children_.end();)
        child = child->second.poll() ? children_.erase(child) : std::next(child);
}

} // namespace dfriends::cluster
