// Runs one stream program in our classes and gives back its trace, word for word as
// stream_runner.js gives Node's.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace uvnet::test::fuzz {

using Lines = std::vector<std::string>;

Lines run(const nlohmann::json& program);

}  // namespace uvnet::test::fuzz
