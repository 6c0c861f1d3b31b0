// A .tflite artifact by LiteRT's C API: ./litert float32.tflite '[6, 23, 0, 4, 8, 8]'
// Headers are in https://github.com/google-ai-edge/LiteRT, libLiteRt.so in the Python package ai-edge-litert.
#include <cstring>
#include <iostream>
#include <memory>
#include <type_traits>

#include "contract.hpp"
#include "litert/c/litert_compiled_model.h"
#include "litert/c/litert_environment.h"
#include "litert/c/litert_model.h"
#include "litert/c/litert_options.h"
#include "litert/c/litert_tensor_buffer.h"

void check(LiteRtStatus status) {
  if (status != kLiteRtStatusOk) throw std::runtime_error("LiteRT failed with status " + std::to_string(status));
}

// What a LiteRT function creates, to be destroyed at the end.
template <typename T>
using Owned = std::unique_ptr<std::remove_pointer_t<T>, void (*)(T)>;

template <typename T, typename Create, typename... Arguments>
Owned<T> owned(void (*destroy)(T), Create create, Arguments... arguments) {
  T made = nullptr;
  check(create(arguments..., &made));
  return Owned<T>(made, destroy);
}

// A tensor of one row: its type, where a free batch is 1, and memory for it.
Owned<LiteRtTensorBuffer> one_row(LiteRtEnvironment environment, LiteRtTensor tensor, size_t numbers) {
  LiteRtRankedTensorType type;
  check(LiteRtGetRankedTensorType(tensor, &type));
  if (type.layout.dimensions[0] < 0) type.layout.dimensions[0] = 1;
  return owned(LiteRtDestroyTensorBuffer, LiteRtCreateManagedTensorBuffer, environment,
               kLiteRtTensorBufferTypeHostMemory, &type, numbers * sizeof(float));
}

int main(int count, char** arguments) try {
  const std::string bytes = tagship::read_file(arguments[1]);
  const auto contract = tagship::read_tflite(bytes);
  if (contract["input"]["dtype"] != "float32") throw std::runtime_error("see quantize() in contract.hpp for int8_io");
  std::vector<int> shape{1};
  size_t inputs = 1, labels = contract["labels"].size();
  for (size_t axis = 1; axis < contract["input"]["shape"].size(); ++axis) {
    shape.push_back(contract["input"]["shape"][axis].get<int>());
    inputs *= static_cast<size_t>(shape.back());
  }

  const auto environment = owned<LiteRtEnvironment>(LiteRtDestroyEnvironment, LiteRtCreateEnvironment, 0, nullptr);
  const auto model = owned<LiteRtModel>(LiteRtDestroyModel, LiteRtCreateModelFromBuffer, environment.get(),
                                        static_cast<const void*>(bytes.data()), bytes.size());
  const auto options = owned<LiteRtOptions>(LiteRtDestroyOptions, LiteRtCreateOptions);
  check(LiteRtSetOptionsHardwareAccelerators(options.get(), kLiteRtHwAcceleratorCpu));
  const auto compiled = owned<LiteRtCompiledModel>(LiteRtDestroyCompiledModel, LiteRtCreateCompiledModel,
                                                   environment.get(), model.get(), options.get());
  if (contract["input"]["shape"][0].is_null())
    check(LiteRtCompiledModelResizeInputTensorNonStrict(compiled.get(), 0, 0, shape.data(), shape.size()));

  LiteRtSignature signature;
  LiteRtTensor features, scores;
  check(LiteRtGetModelSignature(model.get(), 0, &signature));
  check(LiteRtGetSignatureInputTensorByIndex(signature, 0, &features));
  check(LiteRtGetSignatureOutputTensorByIndex(signature, 0, &scores));
  const auto input = one_row(environment.get(), features, inputs);
  const auto output = one_row(environment.get(), scores, labels);

  const auto copy = [](LiteRtTensorBuffer buffer, LiteRtTensorBufferLockMode mode, const auto& with) {
    void* memory = nullptr;
    check(LiteRtLockTensorBuffer(buffer, &memory, mode));
    with(memory);
    check(LiteRtUnlockTensorBuffer(buffer));
  };
  const auto run = [&](const std::vector<float>& row) {
    std::vector<float> found(labels);
    LiteRtTensorBuffer in = input.get(), out = output.get();
    copy(in, kLiteRtTensorBufferLockModeWrite,
         [&](void* memory) { std::memcpy(memory, row.data(), row.size() * sizeof(float)); });
    check(LiteRtRunCompiledModel(compiled.get(), 0, 1, &in, 1, &out));
    copy(out, kLiteRtTensorBufferLockModeRead,
         [&](void* memory) { std::memcpy(found.data(), memory, found.size() * sizeof(float)); });
    return found;
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
