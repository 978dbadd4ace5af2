// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/house/demo/walk.hpp"

namespace dfriends::applets::house::demo {

// What the steps do; steps.cpp says in which order.
void show_dashboard(Scene& scene);
void show_cache(Scene& scene);
void make_debian(Scene& scene);
void make_code_it(Scene& scene);
void show_cached_builds(Scene& scene);
void show_converge(Scene& scene);
void show_kv(Scene& scene);
void show_machines(Scene& scene);
void show_units(Scene& scene);
void show_balancer(Scene& scene);
void show_paas(Scene& scene);
void show_glance(Scene& scene);

inline constexpr const char* debian_image = "dfriends-demo/debian";
inline constexpr const char* stack_image = "dfriends/stack"; ///< below the apps that are pushed, too
inline constexpr const char* code_it_image = "shrikrishna/code.it";
inline constexpr const char* cache_image = "dfriends/cache";

/// Notes what an image's name means before the demo gives it to another.
void note_image(Scene& scene, const std::string& name);
/// The line of a Dockerfile by which all that is built from it, and all that runs from that, is known as the demo's.
std::string label_line(const Ledger& ledger);
/// The local address of a port.
std::string local_url(std::uint16_t port);

} // namespace dfriends::applets::house::demo
