// An .onnx artifact by ONNX Runtime's C++ API: ./onnx float32.onnx '[6, 23, 0, 4, 8, 8]'
#include <iostream>

#include "contract.hpp"
#include "onnxruntime_cxx_api.h"

int main(int count, char** arguments) try {
  Ort::Env env(ORT_LOGGING_LEVEL_WARNING, "tagship");
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  options.AddConfigEntry("session.qdq_matmulnbits_accuracy_level", "1");  // products in float32
  options.AddConfigEntry("session.x64quantprecision", "1");               // none cut off at 16 bits
  const std::string bytes = tagship::read_file(arguments[1]);
  Ort::Session session(env, bytes.data(), bytes.size(), options);
  Ort::AllocatorWithDefaultOptions allocator;
  const auto text = session.GetModelMetadata().LookupCustomMetadataMapAllocated("tagship", allocator);
  if (!text) throw std::runtime_error("no contract in the model");
  const auto contract = tagship::parse_contract(text.get());

  const std::string input = contract["input"]["name"], output = contract["output"]["name"];
  std::vector<std::int64_t> shape{1};
  for (std::size_t axis = 1; axis < contract["input"]["shape"].size(); ++axis) {
    shape.push_back(contract["input"]["shape"][axis]);
  }
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const auto run = [&](std::vector<float> row) {
    const auto tensor = Ort::Value::CreateTensor<float>(memory, row.data(), row.size(), shape.data(), shape.size());
    const char *inputs[] = {input.c_str()}, *outputs[] = {output.c_str()};
    auto results = session.Run(Ort::RunOptions{nullptr}, inputs, &tensor, 1, outputs, 1);
    const float* scores = results[0].GetTensorData<float>();
    return std::vector<float>(scores, scores + contract["labels"].size());
  };
  std::cout << "largest difference of golden rows " << tagship::replay(contract, run) << "\n";
  for (int number = 2; number < count; ++number) {
    const auto row = tagship::encode(contract, tagship::Json::parse(arguments[number]));
    std::cout << tagship::Json(tagship::labels_on(contract, run(row))) << "\n";
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
