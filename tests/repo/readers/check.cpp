// What docs/readers/contract.hpp makes of an artifact's contract and of rows; no engine.
#include <iostream>

#include "contract.hpp"

int main(int, char** arguments) try {
  const std::string path = arguments[1];
  const auto bytes = tagship::read_file(path);
  const auto contract = path.rfind(".tflite") == path.size() - 7 ? tagship::read_tflite(bytes) : tagship::parse_contract(bytes);
  auto result = tagship::Json{{"encoded", tagship::Json::array()}, {"on", tagship::Json::array()}, {"errors", 0}};
  for (const auto& row : tagship::Json::parse(std::cin)) {
    try {
      result["encoded"].push_back(tagship::encode(contract, row));
    } catch (const std::exception&) {
      result["errors"] = result["errors"].get<int>() + 1;
    }
  }
  const auto& golden = contract.at("golden");
  std::size_t next = 0;
  for (const auto& scores : golden.at("scores")) result["on"].push_back(tagship::labels_on(contract, scores));
  const auto repeat = [&](const std::vector<float>&) { return golden["scores"][next++].get<std::vector<float>>(); };
  result["replayed"] = tagship::replay(contract, repeat);
  const auto other = [&](const std::vector<float>&) { return std::vector<float>(contract["labels"].size(), NAN); };
  try {
    tagship::replay(contract, other);
    result["wrong"] = "accepted";
  } catch (const std::runtime_error&) {
    result["wrong"] = "refused";
  }
  const auto tensor = tagship::Json{{"scale", 0.5}, {"zero_point", -3}};
  result["quantized"] = tagship::quantize<std::int8_t>(tensor, {-1000, 0.6f, 1.25f, 1000});
  result["dequantized"] = tagship::dequantize<std::int8_t>(tensor, {-128, 127});
  std::cout << result << "\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
