// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/types.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// How the values of an attribute compare.
enum class Shape {
    scalar,
    list, ///< their order counts
    set,
};

/// An attribute of docker_container that is a flag of docker run: one grammar for both.
struct ContainerAttribute {
    std::string_view name;
    std::string_view flag;
    Shape shape;
    bool in_place; ///< a living container takes another value
    /// What a spec has of it, in a form in which equal things are equal texts; nothing where the choice is left to the
    /// image or the engine. Null: what the flag says shows in other attributes (env_file in env).
    std::vector<std::string> (*values)(const engine::ContainerSpec& spec);
    /// Where one value may be written in several ways: the text that stands for all of them.
    std::string (*plain)(const std::string& value) = nullptr;
};

/// By name.
std::span<const ContainerAttribute> container_attributes();
const ContainerAttribute* find_container_attribute(std::string_view name);

/// What a container has where neither its declaration nor its image says anything.
const engine::ContainerSpec& values_of_engine();

/// The values, sorted where their order does not count.
std::vector<std::string> comparable_values(const ContainerAttribute& attribute, const engine::ContainerSpec& spec);

/// Those of the values that are none of the others.
std::vector<std::string> without(std::vector<std::string> values, const std::vector<std::string>& others);

/// A port as docker run -p takes it: "127.0.0.1:8080:80/udp".
std::string port_text(const engine::PortBinding& port);
/// "/db:/web/master", as the engine keeps it, is "db:master".
std::string plain_link(const std::string& link);

} // namespace dfriends::converge
