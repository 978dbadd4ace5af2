// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"

namespace dfriends::applets::paas {

extern const Applet paas_applet;
extern const Applet sshcommand_applet;

int apps_create(Context& context);
int apps_destroy(Context& context);
int apps_exists(Context& context);
int apps_list(Context& context);
int apps_locked(Context& context);
int apps_report(Context& context);
int acl_add(Context& context);
int acl_list(Context& context);
int acl_remove(Context& context);
int acl_remove_by_fingerprint(Context& context);
int config_export(Context& context);
int config_get(Context& context);
int config_keys(Context& context);
int config_set(Context& context);
int config_show(Context& context);
int config_unset(Context& context);
int domains_add(Context& context);
int domains_clear_global(Context& context);
int domains_remove(Context& context);
int domains_report(Context& context);
int domains_set_global(Context& context);
int enter(Context& context);
int git_set(Context& context);
int install(Context& context);
int logs(Context& context);
int plugin_disable(Context& context);
int plugin_enable(Context& context);
int plugin_install(Context& context);
int plugin_list(Context& context);
int plugin_trigger(Context& context);
int plugin_uninstall(Context& context);
int plugin_word(Context& context);
int ps(Context& context);
int ps_rebuild(Context& context);
int ps_restart(Context& context);
int ps_scale(Context& context);
int ps_start(Context& context);
int ps_stop(Context& context);
int receive(Context& context);
int releases(Context& context);
int rollback(Context& context);
int run(Context& context);
int serve(Context& context);
int setup(Context& context);
int ssh_entry(Context& context);
int ssh_keys_add(Context& context);
int ssh_keys_list(Context& context);
int ssh_keys_remove(Context& context);
int stack_build(Context& context);
int static_server(Context& context);
int uninstall(Context& context);
int urls(Context& context);
int version(Context& context);

/// dokku's shapes and codes, but for the words that dokku never had.
int report(const Error& error, const Context& context);

/// May not be asked for over ssh: it is for root, for git's hook, or for a container.
bool is_local_word(std::string_view word);

} // namespace dfriends::applets::paas
