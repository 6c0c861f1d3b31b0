// A .tflite artifact by LiteRT's C API: ./litert float32.tflite '[6, 23, 0, 4, 8, 8]'
#include <iostream>
#include <memory>

#include "contract.hpp"
#include "tensorflow/lite/c/c_api.h"  // tflite/c/c_api.h where LiteRT is built from its own repository

int main(int count, char** arguments) try {
  const std::string bytes = tagship::read_file(arguments[1]);
  const auto contract = tagship::read_tflite(bytes);
  if (contract["input"]["dtype"] != "float32") throw std::runtime_error("see quantize() in contract.hpp for int8_io");

  const std::unique_ptr<TfLiteModel, decltype(&TfLiteModelDelete)> model(
      TfLiteModelCreate(bytes.data(), bytes.size()), TfLiteModelDelete);
  if (!model) throw std::runtime_error("LiteRT does not read the model");
  const std::unique_ptr<TfLiteInterpreter, decltype(&TfLiteInterpreterDelete)> interpreter(
      TfLiteInterpreterCreate(model.get(), nullptr), TfLiteInterpreterDelete);
  const auto check = [](TfLiteStatus status) {
    if (status != kTfLiteOk) throw std::runtime_error("LiteRT failed");
  };
  if (!interpreter) throw std::runtime_error("LiteRT does not run the model");
  check(TfLiteInterpreterAllocateTensors(interpreter.get()));  // a free batch is 1 until it is resized

  const auto run = [&](const std::vector<float>& row) {
    std::vector<float> scores(contract["labels"].size());
    check(TfLiteTensorCopyFromBuffer(TfLiteInterpreterGetInputTensor(interpreter.get(), 0), row.data(),
                                     row.size() * sizeof(float)));
    check(TfLiteInterpreterInvoke(interpreter.get()));
    check(TfLiteTensorCopyToBuffer(TfLiteInterpreterGetOutputTensor(interpreter.get(), 0), scores.data(),
                                   scores.size() * sizeof(float)));
    return scores;
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
