// What docs/readers/contract.hpp makes of groups of rows and of scores.
#include <iostream>

#include "contract.hpp"

int main() {
  const auto cases = tagship::Json::parse(std::cin);
  tagship::Json result{{"encoded", tagship::Json::array()}, {"decisions", tagship::Json::array()}};
  for (const auto& one : cases.at("rows")) {
    try {
      result["encoded"].push_back(tagship::encode(one.at("contract"), one.at("row")));
    } catch (const std::exception&) {
      result["encoded"].push_back(nullptr);
    }
  }
  for (const auto& one : cases.at("decisions")) {
    result["decisions"].push_back(tagship::decide(one, one.at("scores").get<std::vector<float>>()));
  }
  std::cout << result << "\n";
}
