// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"
#include "converge/resource.hpp"

#include <filesystem>
#include <vector>

namespace dfriends::applets::converge {

extern const Applet converge_applet;

/// What the files declare. What they want said goes to stderr.
dfriends::converge::Catalog load_catalog(Context& context, const std::vector<std::filesystem::path>& files);

int plan(Context& context);
int apply(Context& context);
int drift(Context& context);
int format_files(Context& context);
int graph(Context& context);
int import(Context& context);
int schema(Context& context);
int validate(Context& context);
int translate(Context& context);
int history(Context& context);
int show(Context& context);

} // namespace dfriends::applets::converge
