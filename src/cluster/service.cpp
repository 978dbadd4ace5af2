// SPDX-License-Identifier: Apache-2.0
#include "cluster/service.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "cluster/environment_file.hpp"
#include "cluster/requirements.hpp"
#include "cluster/unit_values.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace dfriends::cluster {

namespace {

/// What a directive's handler works with.
struct Reading {
    Service& service;
    const Directive& directive;
    const Specifiers& specifiers;
    Warnings& warnings;

    void warn(std::string text, std::size_t offset = 0) const
    {
        warnings.push_back({directive.position(offset), std::move(text)});
    }
    void warn_value() const
    {
        warn(fmt::format("{}={} is not understood and is ignored", directive.name, printable(directive.value)));
    }
    std::string expand(std::string_view text) const
    {
        return specifiers.expand(text, [&](std::size_t offset, char which) {
            warn(fmt::format("unknown specifier '%{}' is left as it is", which), offset);
        });
    }
    std::string text() const { return expand(directive.value); }
    bool is_empty() const { return directive.value.empty(); }
};

using Handler = void (*)(const Reading&);

struct Row {
    std::string_view section;
    std::string_view name;
    Handler handle;
};

template <class Value, std::size_t size>
void take_word(const Reading& reading, Value& value, const std::array<std::pair<std::string_view, Value>, size>& words)
{
    for (const auto& [word, meaning] : words)
        if (word == reading.directive.value) {
            value = meaning;
            return;
        }
    reading.warn_value();
}

void take_flag(const Reading& reading, bool& value)
{
    if (const auto parsed = parse_unit_boolean(reading.directive.value))
        value = *parsed;
    else
        reading.warn_value();
}

/// Nothing is «without limit»: both 0 and infinity say so.
void take_timeout(const Reading& reading, std::optional<Milliseconds>& value)
{
    const auto parsed = parse_time_span(reading.directive.value);
    if (!parsed)
        reading.warn_value();
    else if (*parsed == Milliseconds(0) || *parsed == without_end)
        value.reset();
    else
        value = *parsed;
}

void take_span(const Reading& reading, Milliseconds& value)
{
    const auto parsed = parse_time_span(reading.directive.value);
    if (parsed)
        value = *parsed;
    else
        reading.warn_value();
}

template <class Number>
void take_number(const Reading& reading, Number& value, std::int64_t least, std::int64_t most)
{
    const auto parsed = parse_signed(reading.directive.value);
    if (parsed && *parsed >= least && *parsed <= most)
        value = static_cast<int>(*parsed);
    else
        reading.warn_value();
}

template <Commands Service::* member>
void take_commands(const Reading& reading)
{
    Commands& commands = reading.service.*member;
    if (reading.is_empty())
        commands.clear();
    for (UnitCommand& command : parse_commands(reading.directive, reading.specifiers, reading.warnings))
        commands.push_back(std::move(command));
}

template <ExitSet Service::* member>
void take_exit_set(const Reading& reading)
{
    ExitSet& set = reading.service.*member;
    if (reading.is_empty())
        set = {};
    for (const std::string_view word : words(reading.directive.value)) {
        const auto status = parse_unsigned(word);
        const auto signal = status ? std::nullopt : parse_signal(word);
        if (status && *status <= 255)
            set.statuses.insert(static_cast<int>(*status));
        else if (signal)
            set.signals.insert(*signal);
        else
            reading.warn(fmt::format("'{}' is neither an exit status nor a signal and is ignored", printable(word)));
    }
}

template <std::vector<std::string> Dependencies::* member>
void take_units(const Reading& reading)
{
    for (const std::string& word : parse_words(reading.directive, reading.warnings))
        (reading.service.dependencies.*member).push_back(reading.expand(word));
}

void take_environment(const Reading& reading)
{
    auto& environment = reading.service.execution.environment;
    if (reading.is_empty())
        environment.clear();
    for (const std::string& word : parse_words(reading.directive, reading.warnings)) {
        const std::string assignment = reading.expand(word);
        const auto cut = assignment.find('=');
        if (cut == assignment.npos || !is_variable_name(std::string_view(assignment).substr(0, cut)))
            reading.warn(fmt::format("'{}' is no assignment of the form NAME=VALUE and is ignored", printable(word)));
        else
            environment[assignment.substr(0, cut)] = assignment.substr(cut + 1);
    }
}

void take_environment_file(const Reading& reading)
{
    auto& files = reading.service.execution.environment_files;
    if (reading.is_empty())
        files.clear();
    if (reading.is_empty())
        return;
    std::string path = reading.text();
    const bool optional = path.starts_with('-');
    path.erase(0, optional ? 1 : 0);
    if (path.starts_with('/'))
        files.push_back({path, optional});
    else
        reading.warn(fmt::format("'{}' is no absolute path and is ignored", printable(path)));
}

template <std::set<std::string> ExecutionContext::* member>
void take_names(const Reading& reading)
{
    auto& set = reading.service.execution.*member;
    if (reading.is_empty())
        set.clear();
    for (const std::string& word : parse_words(reading.directive, reading.warnings))
        set.insert(reading.expand(word));
}

void take_working_directory(const Reading& reading)
{
    ExecutionContext& execution = reading.service.execution;
    std::string path = reading.text();
    execution.working_directory_optional = path.starts_with('-');
    path.erase(0, execution.working_directory_optional ? 1 : 0);
    if (path.empty() || path == "~" || path.starts_with('/'))
        execution.working_directory = path;
    else
        reading.warn_value();
}

void take_output(const Reading& reading, bool& dropped)
{
    const std::string_view value = reading.directive.value;
    dropped = value == "null";
    if (!dropped && value != "journal" && value != "inherit" && value != "syslog" && value != "journal+console" &&
        value != "syslog+console" && value != "kmsg" && value != "tty")
        reading.warn(fmt::format("{}={} has no effect here: the output goes to the unit's journal",
                                 reading.directive.name, printable(value)));
}

void take_umask(const Reading& reading)
{
    unsigned mask = 0;
    const std::string_view text = reading.directive.value;
    if (text.empty() || text.size() > 5 || text.find_first_not_of("01234567") != text.npos)
        return reading.warn_value();
    for (const char digit : text)
        mask = mask * 8 + static_cast<unsigned>(digit - '0');
    reading.service.execution.file_mode_mask = mask & 0777U;
}

void take_signal(const Reading& reading)
{
    if (const auto signal = parse_signal(reading.directive.value))
        reading.service.kill_signal = *signal;
    else
        reading.warn_value();
}

void take_burst(const Reading& reading)
{
    const auto parsed = parse_unsigned(reading.directive.value);
    if (parsed && *parsed <= 1'000'000)
        reading.service.limit_burst = static_cast<unsigned>(*parsed);
    else
        reading.warn_value();
}

void take_interval(const Reading& reading)
{
    take_span(reading, reading.service.limit_interval);
}

void take_type(const Reading& reading)
{
    static constexpr std::array<std::pair<std::string_view, ServiceType>, 8> types{{
        {"simple", ServiceType::simple},
        {"exec", ServiceType::simple},
        {"dbus", ServiceType::simple},
        {"oneshot", ServiceType::oneshot},
        {"forking", ServiceType::forking},
        {"notify", ServiceType::notify},
        {"notify-reload", ServiceType::notify},
        {"idle", ServiceType::idle},
    }};
    take_word(reading, reading.service.type, types);
    if (reading.directive.value == "dbus")
        reading.warn("Type=dbus is taken as simple: there is no message bus here");
}

void take_restart(const Reading& reading)
{
    static constexpr std::array<std::pair<std::string_view, Restart>, 7> words{{
        {"no", Restart::no},
        {"always", Restart::always},
        {"on-success", Restart::on_success},
        {"on-failure", Restart::on_failure},
        {"on-abnormal", Restart::on_abnormal},
        {"on-abort", Restart::on_abort},
        {"on-watchdog", Restart::on_watchdog},
    }};
    take_word(reading, reading.service.restart, words);
}

void take_kill_mode(const Reading& reading)
{
    static constexpr std::array<std::pair<std::string_view, KillMode>, 4> words{{
        {"control-group", KillMode::control_group},
        {"mixed", KillMode::mixed},
        {"process", KillMode::process},
        {"none", KillMode::none},
    }};
    take_word(reading, reading.service.kill_mode, words);
}

void take_notify_access(const Reading& reading)
{
    static constexpr std::array<std::pair<std::string_view, NotifyAccess>, 4> words{{
        {"none", NotifyAccess::none},
        {"main", NotifyAccess::main},
        {"exec", NotifyAccess::exec},
        {"all", NotifyAccess::all},
    }};
    take_word(reading, reading.service.notify_access, words);
}

void ignore(const Reading&) {}

constexpr std::array rows{
    Row{"Unit", "Description", [](const Reading& r) { r.service.description = r.text(); }},
    Row{"Unit", "Documentation", ignore},
    Row{"Unit", "Requires", take_units<&Dependencies::requires_units>},
    Row{"Unit", "RequiresOverridable", take_units<&Dependencies::requires_units>},
    Row{"Unit", "Requisite", take_units<&Dependencies::requisite>},
    Row{"Unit", "Wants", take_units<&Dependencies::wants>},
    Row{"Unit", "BindsTo", take_units<&Dependencies::binds_to>},
    Row{"Unit", "BindTo", take_units<&Dependencies::binds_to>},
    Row{"Unit", "PartOf", take_units<&Dependencies::part_of>},
    Row{"Unit", "Conflicts", take_units<&Dependencies::conflicts>},
    Row{"Unit", "Before", take_units<&Dependencies::before>},
    Row{"Unit", "After", take_units<&Dependencies::after>},
    Row{"Unit", "DefaultDependencies", ignore},
    Row{"Unit", "StartLimitInterval", take_interval},
    Row{"Unit", "StartLimitIntervalSec", take_interval},
    Row{"Unit", "StartLimitBurst", take_burst},
    Row{"Service", "Type", take_type},
    Row{"Service", "RemainAfterExit", [](const Reading& r) { take_flag(r, r.service.remain_after_exit); }},
    Row{"Service", "ExecStartPre", take_commands<&Service::start_pre>},
    Row{"Service", "ExecStart", take_commands<&Service::start>},
    Row{"Service", "ExecStartPost", take_commands<&Service::start_post>},
    Row{"Service", "ExecReload", take_commands<&Service::reload>},
    Row{"Service", "ExecStop", take_commands<&Service::stop>},
    Row{"Service", "ExecStopPost", take_commands<&Service::stop_post>},
    Row{"Service", "Restart", take_restart},
    Row{"Service", "RestartSec", [](const Reading& r) { take_span(r, r.service.restart_after); }},
    Row{"Service", "TimeoutStartSec", [](const Reading& r) { take_timeout(r, r.service.start_timeout); }},
    Row{"Service", "TimeoutStopSec", [](const Reading& r) { take_timeout(r, r.service.stop_timeout); }},
    Row{"Service", "TimeoutSec",
        [](const Reading& r) {
            take_timeout(r, r.service.start_timeout);
            take_timeout(r, r.service.stop_timeout);
        }},
    Row{"Service", "SuccessExitStatus", take_exit_set<&Service::success>},
    Row{"Service", "RestartPreventExitStatus", take_exit_set<&Service::prevent_restart>},
    Row{"Service", "RestartForceExitStatus", take_exit_set<&Service::force_restart>},
    Row{"Service", "StartLimitInterval", take_interval},
    Row{"Service", "StartLimitBurst", take_burst},
    Row{"Service", "KillMode", take_kill_mode},
    Row{"Service", "KillSignal", take_signal},
    Row{"Service", "SendSIGKILL", [](const Reading& r) { take_flag(r, r.service.send_sigkill); }},
    Row{"Service", "SendSIGHUP", [](const Reading& r) { take_flag(r, r.service.send_sighup); }},
    Row{"Service", "PIDFile", [](const Reading& r) { r.service.pid_file = r.text(); }},
    Row{"Service", "GuessMainPID", [](const Reading& r) { take_flag(r, r.service.guess_main_process); }},
    Row{"Service", "NotifyAccess", take_notify_access},
    Row{"Service", "Environment", take_environment},
    Row{"Service", "EnvironmentFile", take_environment_file},
    Row{"Service", "PassEnvironment", take_names<&ExecutionContext::pass_environment>},
    Row{"Service", "UnsetEnvironment", take_names<&ExecutionContext::unset_environment>},
    Row{"Service", "User", [](const Reading& r) { r.service.execution.user = r.text(); }},
    Row{"Service", "Group", [](const Reading& r) { r.service.execution.group = r.text(); }},
    Row{"Service", "SupplementaryGroups",
        [](const Reading& r) {
            for (const std::string_view word : words(r.text()))
                r.service.execution.supplementary_groups.emplace_back(word);
        }},
    Row{"Service", "WorkingDirectory", take_working_directory},
    Row{"Service", "Nice", [](const Reading& r) { take_number(r, r.service.execution.nice, -20, 19); }},
    Row{"Service", "OOMScoreAdjust",
        [](const Reading& r) { take_number(r, r.service.execution.oom_score_adjust, -1000, 1000); }},
    Row{"Service", "UMask", take_umask},
    Row{"Service", "IgnoreSIGPIPE", [](const Reading& r) { take_flag(r, r.service.execution.ignore_sigpipe); }},
    Row{"Service", "SyslogIdentifier", [](const Reading& r) { r.service.execution.syslog_identifier = r.text(); }},
    Row{"Service", "StandardOutput", [](const Reading& r) { take_output(r, r.service.execution.drop_output); }},
    Row{"Service", "StandardError", [](const Reading& r) { take_output(r, r.service.execution.drop_errors); }},
    Row{"Service", "PrivateTmp",
        [](const Reading& r) { r.warn("PrivateTmp= has no effect here: the unit sees the machine's /tmp"); }},
    Row{"Install", "WantedBy", take_units<&Dependencies::wanted_by>},
    Row{"Install", "RequiredBy", take_units<&Dependencies::required_by>},
    Row{"Install", "Alias", ignore},
    Row{"Install", "Also", ignore},
    Row{"Install", "DefaultInstance", ignore},
};

/// Sections that a unit of another type may have beside [Unit] and [Install].
constexpr std::array other_sections{
    std::pair<std::string_view, std::string_view>{"timer", "Timer"},
    std::pair<std::string_view, std::string_view>{"socket", "Socket"},
    std::pair<std::string_view, std::string_view>{"path", "Path"},
    std::pair<std::string_view, std::string_view>{"mount", "Mount"},
    std::pair<std::string_view, std::string_view>{"automount", "Automount"},
    std::pair<std::string_view, std::string_view>{"swap", "Swap"},
    std::pair<std::string_view, std::string_view>{"slice", "Slice"},
    std::pair<std::string_view, std::string_view>{"scope", "Scope"},
};

bool take_condition(const Reading& reading)
{
    const std::string& name = reading.directive.name;
    const bool is_condition = name.starts_with("Condition");
    if (reading.directive.section != "Unit" || (!is_condition && !name.starts_with("Assert")))
        return false;
    const std::string kind = name.substr(is_condition ? 9 : 6);
    auto& list = is_condition ? reading.service.conditions : reading.service.asserts;
    if (reading.is_empty())
        list.clear(); // of every kind, as systemd does
    else if (is_known_condition(kind))
        list.push_back(make_condition(kind, reading.text()));
    else
        reading.warn(fmt::format("{}= is not evaluated here and counts as fulfilled", name));
    return true;
}

bool take_limit(const Reading& reading)
{
    const std::string& name = reading.directive.name;
    const auto resource = name.starts_with("Limit") ? find_limit(std::string_view(name).substr(5)) : std::nullopt;
    if (reading.directive.section != "Service" || !resource)
        return false;
    if (const auto limit = parse_limit(reading.directive.value))
        reading.service.execution.limits[*resource] = *limit;
    else
        reading.warn_value();
    return true;
}

void warn_unknown(const Reading& reading)
{
    std::vector<std::string> candidates;
    for (const Row& row : rows)
        if (row.section == reading.directive.section)
            candidates.emplace_back(row.name);
    const std::string hint = did_you_mean(reading.directive.name, candidates);
    reading.warnings.push_back(
        {reading.directive.name_position,
         fmt::format("unknown directive '{}' in section [{}] is ignored{}", printable(reading.directive.name),
                     printable(reading.directive.section), hint.empty() ? "" : "; " + hint)});
}

void take(const Reading& reading)
{
    const Directive& directive = reading.directive;
    const auto row = std::ranges::find_if(
        rows, [&](const Row& one) { return one.section == directive.section && one.name == directive.name; });
    if (row != rows.end())
        row->handle(reading);
    else if (!take_condition(reading) && !take_limit(reading) && !directive.name.starts_with("X-"))
        warn_unknown(reading);
}

bool is_known_section(std::string_view section, std::string_view type)
{
    return section == "Unit" || section == "Install" || section.starts_with("X-") ||
           (section == "Service" && type == "service") || std::ranges::any_of(other_sections, [&](const auto& entry) {
               return entry.first == type && entry.second == section;
           });
}

void warn_of_sections(const UnitFile& file, std::string_view type, Warnings& warnings)
{
    std::set<std::string_view> seen;
    for (const Directive& directive : file.directives())
        if (!is_known_section(directive.section, type) && seen.insert(directive.section).second)
            warnings.push_back({directive.name_position,
                                fmt::format("unknown section [{}] is ignored", printable(directive.section))});
}

/// Directives of the sections that are read here.
void take_all(Service& service, const UnitFile& file, Specifiers& specifiers, Warnings& warnings)
{
    for (const Directive& directive : file.directives()) // others may use %h and its like before User= comes
        if (directive.section == "Service" && directive.name == "User")
            specifiers.set_user(directive.value.empty() ? "root" : specifiers.expand(directive.value, {}));
    for (const Directive& directive : file.directives())
        if (directive.section == "Unit" || directive.section == "Service" || directive.section == "Install")
            take({service, directive, specifiers, warnings});
}

bool has_directive(const UnitFile& file, std::initializer_list<std::string_view> names)
{
    return std::ranges::any_of(file.directives(), [&](const Directive& directive) {
        return directive.section == "Service" && std::ranges::find(names, directive.name) != names.end();
    });
}

void apply_defaults(Service& service, const UnitFile& file)
{
    if (service.type == ServiceType::oneshot && !has_directive(file, {"TimeoutStartSec", "TimeoutSec"}))
        service.start_timeout.reset();
    if (service.type == ServiceType::notify && service.notify_access == NotifyAccess::none)
        service.notify_access = NotifyAccess::main;
    if (!service.pid_file.empty() && service.pid_file[0] != '/')
        service.pid_file.insert(0, "/run/");
}

/// What systemd refuses to load.
void check(const Service& service, const UnitFile& file)
{
    const auto refuse = [&](std::string_view name, std::string_view why) {
        SourcePosition place{.file = file.file()};
        for (const Directive& directive : file.directives())
            if (directive.section == "Service" && directive.name == name)
                place = directive.name_position; // the last one is the one too many
        throw Error(ErrorKind::invalid, place, "{}", why);
    };
    const bool oneshot = service.type == ServiceType::oneshot;
    if (service.start.empty() && service.stop.empty())
        refuse("ExecStart", "the service has neither ExecStart= nor ExecStop=");
    if (service.start.empty() && !oneshot && !service.remain_after_exit)
        refuse("Type", "the service has no ExecStart=, which only Type=oneshot or RemainAfterExit=yes allows");
    if (service.start.size() > 1 && !oneshot)
        refuse("ExecStart", "the service has more than one ExecStart=, which only Type=oneshot allows");
    if (oneshot && (service.restart == Restart::always || service.restart == Restart::on_success))
        refuse("Restart", "Restart=always and on-success cannot go with Type=oneshot");
}

} // namespace

Service Service::read(const UnitFile& file, Specifiers specifiers, Warnings& warnings)
{
    Service service;
    warnings.insert(warnings.end(), file.warnings().begin(), file.warnings().end());
    warn_of_sections(file, "service", warnings);
    take_all(service, file, specifiers, warnings);
    apply_defaults(service, file);
    check(service, file);
    return service;
}

Warnings verify_unit(const UnitFile& file, const UnitName& unit)
{
    Warnings warnings;
    if (unit.type == "service") {
        Service::read(file, Specifiers(unit, host_machine()), warnings);
    } else {
        warnings = file.warnings();
        warn_of_sections(file, unit.type, warnings);
    }
    const Requirements requirements = Requirements::read(file, unit, warnings);
    try {
        requirements.check();
    } catch (const Error& error) {
        SourcePosition place{.file = file.file()};
        for (const Directive& directive : file.directives())
            if (directive.section == "X-Fleet" && place.line == 0)
                place = directive.name_position;
        throw Error(error.kind(), place, "{}", error.message());
    }
    std::ranges::sort(warnings, {},
                      [](const Warning& one) { return std::pair(one.position.line, one.position.column); });
    return warnings;
}

} // namespace dfriends::cluster
