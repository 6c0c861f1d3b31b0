// What docs/readers/contract.hpp makes of groups of rows and of scores.
#include <iostream>

#include "contract.hpp"

// How many words there are, their code points in all, and those of the longest.
std::vector<std::size_t> sizes_of(const std::vector<std::string>& words) {
  std::size_t sum = 0, longest = 0;
  for (const auto& word : words) {
    const auto starts = [](char byte) { return (byte & 0xC0) != 0x80; };
    const std::size_t length = std::count_if(word.begin(), word.end(), starts);
    sum += length;
    longest = std::max(longest, length);
  }
  return {words.size(), sum, longest};
}

int main() {
  const auto cases = tagship::Json::parse(std::cin);
  tagship::Json result{{"encoded", tagship::Json::array()}, {"decisions", tagship::Json::array()},
                       {"words", tagship::Json::array()}};
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
  for (const auto& one : cases.at("words")) {
    const auto bytes = one.at("utf8").get<std::vector<unsigned char>>();
    const std::string text(bytes.begin(), bytes.end());
    std::string repeated;
    for (int times = one.value("times", 1); times > 0; --times) repeated += text;
    const auto found = tagship::words_of(repeated);
    if (one.contains("times")) {
      result["words"].push_back(sizes_of(found));
    } else {
      result["words"].push_back(found);
    }
  }
  std::cout << result << "\n";
}
