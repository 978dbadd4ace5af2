// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/wire.hpp"

#include "json/json.hpp"

namespace dfriends::applets::cluster {

std::string encode_table(const std::vector<std::vector<std::string>>& rows)
{
    Json list = Json::array();
    for (std::size_t row = 1; row < rows.size(); ++row) {
        Json object;
        for (std::size_t column = 0; column < rows[row].size(); ++column)
            object[rows[0][column]] = rows[row][column] == "-" ? Json() : Json(rows[row][column]);
        list.push_back(std::move(object));
    }
    return dump_json(list);
}

} // namespace dfriends::applets::cluster
