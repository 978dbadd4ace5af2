// SPDX-License-Identifier: Apache-2.0
// context.
#include "engine/contexts.hpp"

#include "applets/context.hpp"
#include "applets/docker/each.hpp"
#include "applets/docker/list.hpp"
#include "applets/docker/verbs.hpp"
#include "base/text.hpp"

#include <cstdlib>

namespace dfriends::applets::docker {

namespace {

const Fields context_headings{{"Name", "NAME"},
                              {"Current", ""},
                              {"Description", "DESCRIPTION"},
                              {"DockerEndpoint", "DOCKER ENDPOINT"},
                              {"Error", "ERROR"}};

/// --description and --docker, as far as they are given.
engine::ContextDraft given_draft(const config::Settings& settings)
{
    engine::ContextDraft draft{.description = settings.find("description"), .endpoint = {}};
    if (const auto endpoint = settings.find("docker"))
        draft.endpoint = engine::parse_endpoint(*endpoint);
    return draft;
}

} // namespace

int context_create(Context& context)
{
    context.expect_arguments(1, 1);
    const std::string& name = context.arguments.front();
    engine::ContextDraft draft = given_draft(context.settings);
    if (const auto from = context.settings.find("from"); from || !draft.endpoint) {
        engine::ContextDraft model = engine::load_context(from.value_or(engine::current_context_name()));
        if (!draft.endpoint)
            draft.endpoint = std::move(model.endpoint);
        if (!draft.description)
            draft.description = std::move(model.description);
    }
    engine::create_context(name, draft);
    context.print("{}\n", name);
    context.write_error("Successfully created context \"" + name + "\"\n");
    return 0;
}

int context_inspect(Context& context)
{
    if (context.arguments.empty())
        context.arguments.push_back(engine::current_context_name());
    return inspect_each(context, [](const std::string& name) { return engine::context_document(name); });
}

int context_ls(Context& context)
{
    context.expect_arguments(0, 0);
    const std::string current = engine::current_context_name();
    List list{.type = "*formatter.clientContextContext",
              .table = "table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}",
              .headings = context_headings,
              .rows = {}};
    for (const auto& entry : engine::list_contexts())
        list.rows.push_back({{"Name", entry.name},
                             {"Current", entry.name == current ? "true" : ""},
                             {"Description", entry.description},
                             {"DockerEndpoint", entry.endpoint},
                             {"Error", entry.failure}});
    print_list(context, list, "Name");
    return 0;
}

int context_rm(Context& context)
{
    return for_each_argument(
        context, [&context](const std::string& name) { engine::remove_context(name, context.settings.flag("force")); });
}

int context_show(Context& context)
{
    context.expect_arguments(0, 0);
    context.print("{}\n", engine::current_context_name());
    return 0;
}

int context_update(Context& context)
{
    context.expect_arguments(1, 1);
    const std::string& name = context.arguments.front();
    engine::update_context(name, given_draft(context.settings));
    context.print("{}\n", name);
    context.write_error("Successfully updated context \"" + printable(name) + "\"\n");
    return 0;
}

int context_use(Context& context)
{
    context.expect_arguments(1, 1);
    const std::string& name = context.arguments.front();
    engine::use_context(name);
    context.print("{}\n", name);
    context.write_error("Current context is now \"" + printable(name) + "\"\n");
    if (const char* host = std::getenv("DOCKER_HOST"); host != nullptr && *host != '\0' && name != "default")
        context.write_error("Warning: DOCKER_HOST environment variable overrides the active context. To use \"" +
                            printable(name) +
                            "\", either set the global --context flag, or unset DOCKER_HOST "
                            "environment variable.\n");
    return 0;
}

} // namespace dfriends::applets::docker
