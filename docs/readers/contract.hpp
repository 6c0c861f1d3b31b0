// The contract of a tagship artifact in C++17 with nlohmann/json; no engine. The digest is not checked here.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "times.hpp"
#include "words.hpp"

namespace tagship {

using Json = nlohmann::json;
using Run = std::function<std::vector<float>(const std::vector<float>&)>;

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Json parse_contract(const std::string& text) {
  Json contract = Json::parse(text);
  if (contract.at("tagship") != 1) throw std::runtime_error("the contract's format is not 1, which this program reads");
  return contract;
}

// A .tflite ends with a ZIP whose first entry, stored, is tagship.json. From an .onnx, ONNX Runtime reads the text.
inline Json read_tflite(const std::string& bytes) {
  const auto number = [&](std::size_t at, int size) {
    std::uint32_t value = 0;
    if (at + size > bytes.size()) throw std::runtime_error("the file is cut short");
    while (size-- > 0) value = value << 8 | static_cast<unsigned char>(bytes[at + size]);
    return value;
  };
  if (bytes.size() < 22 || number(bytes.size() - 22, 4) != 0x06054b50) {
    throw std::runtime_error("no contract behind the model");
  }
  const std::size_t central = number(bytes.size() - 6, 4), offset = number(central + 42, 4);
  return parse_contract(bytes.substr(offset + 30 + number(offset + 26, 2), number(central + 24, 4)));
}

// A category's word: whole numbers without a fraction, booleans in lower case, missing as empty.
inline std::string spelled(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_structured()) throw std::runtime_error(value.dump() + " is no category");
  if (value.is_number_float() && std::floor(value.get<double>()) == value.get<double>()) {
    std::string digits(400, '\0');
    digits.resize(std::snprintf(digits.data(), digits.size(), "%.0f", value.get<double>() + 0.0));  // -0 becomes 0
    return digits;
  }
  return value.dump();
}

// Without white space at its ends, which in UTF-8 may be several bytes.
inline std::string trimmed(const Json& value) {
  static const std::regex ends(
      "^([ \t-\r]|\xC2[\x85\xA0]|\xE1\x9A\x80|\xE2\x80[\x80-\x8A\xA8\xA9\xAF]|\xE2\x81\x9F|\xE3\x80\x80)+|"
      "([ \t-\r]|\xC2[\x85\xA0]|\xE1\x9A\x80|\xE2\x80[\x80-\x8A\xA8\xA9\xAF]|\xE2\x81\x9F|\xE3\x80\x80)+$");
  return std::regex_replace(value.get<std::string>(), ends, "");
}

inline bool missing(const Json& feature, const Json& value) {
  static const std::set<std::string> blank{"", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"};
  static const std::regex nan("[+-]?nan", std::regex::icase);
  if (!value.is_string()) return value.is_null();
  const auto text = trimmed(value);
  if (feature.contains("missing") && feature["missing"].is_array()) {
    for (const auto& word : feature["missing"]) {
      if (word == text) return true;
    }
  }
  if (feature.at("kind") == "date") return is_blank(text);
  if (feature.at("kind") == "duration" && is_blank(text)) return true;
  return blank.count(text) || std::regex_match(text, nan);
}

// A number, or a text that is spelled as one; std::stod alone would take 0x1f, and the 12 of 12x.
inline double number_of(const Json& value) {
  if (!value.is_string()) return value.is_boolean() ? value.get<bool>() : value.get<double>();
  static const std::regex decimal("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[+-]?[0-9]+)?", std::regex::icase);
  static const std::regex truth("(true|wahr|vrai)|false|falsch|faux", std::regex::icase);
  const auto text = trimmed(value);
  std::smatch found;
  if (std::regex_match(text, found, truth)) return found[1].matched;
  if (!std::regex_match(text, decimal)) throw std::runtime_error(text + " is not a number");
  return std::strtod(text.c_str(), nullptr);  // which gives 0 or infinity for what a double cannot hold
}

// A duration in seconds, or a number.
inline double duration_of(const Json& value) {
  const double seconds = value.is_string() ? span_of(trimmed(value)) : std::nan("");
  return std::isnan(seconds) ? number_of(value) : seconds;
}

// Days since the feature's reference date, whether the date is missing, its month and its weekday.
inline void encode_date(const Json& feature, const Json& value, std::vector<float>& into) {
  const bool absent = missing(feature, value);
  const Json& used = absent ? feature.at("fill") : value;
  if (used.is_null()) throw std::runtime_error(feature.at("name").get<std::string>() + " is missing, without a fill");
  if (!used.is_string()) throw std::runtime_error(value.dump() + " is no date");
  const double moment = moment_of(trimmed(used), feature.value("first", ""));
  into.push_back(static_cast<float>((moment - moment_of(feature.at("since"), "")) / milliseconds_per_day));
  if (feature.value("indicator", false)) into.push_back(absent);
  const auto days = static_cast<std::int64_t>(std::floor(moment / milliseconds_per_day));
  for (const auto& part : feature.value("parts", Json::array())) {
    const bool month = part == "month";
    if (!month && part != "weekday") throw std::runtime_error(part.dump() + " is no part of a date that is known");
    const int place = month ? month_of(days) : static_cast<int>(((days + 3) % 7 + 7) % 7);
    for (int column = 0; column < (month ? 12 : 7); ++column) into.push_back(!absent && column == place);
  }
}

inline void flatten(const Json& value, std::vector<float>& into) {
  if (!value.is_array()) return into.push_back(value.get<float>());
  for (const auto& part : value) flatten(part, into);
}

// Keras' rules by their names.
inline KerasRules keras_rules(const Json& feature) {
  const auto named = [&](const char* key) { return feature.at(key).is_null() ? std::string() : feature.at(key).get<std::string>(); };
  const auto standardize = named("standardize"), split = named("split");
  const bool both = standardize == "lower_and_strip_punctuation";
  const bool lower = both || standardize == "lower", strip = both || standardize == "strip_punctuation";
  if (!standardize.empty() && !lower && !strip) throw std::runtime_error("standardize is " + standardize);
  if (split == "whitespace") return {lower, strip, KerasRules::WHITESPACE};
  if (split == "character") return {lower, strip, KerasRules::CHARACTER};
  if (split.empty()) return {lower, strip, KerasRules::WHOLE};
  throw std::runtime_error("split is " + split);
}

// How often each n-gram of a text's feature occurs in it.
inline std::vector<float> counts_in(const Json& feature, const Json& value) {
  const auto tokenizer = feature.at("tokenizer").get<std::string>();
  if (tokenizer != "words-1" && tokenizer != "keras-1") {
    throw std::runtime_error("words by rules that this reader does not know");
  }
  if (!value.is_null() && !value.is_string()) throw std::runtime_error(value.dump() + " is no text");
  const auto text = value.is_null() ? std::string() : value.get<std::string>();
  const auto sizes = feature.at("ngrams").get<std::vector<std::size_t>>();
  const auto vocabulary = feature.at("vocabulary").get<std::vector<std::string>>();
  if (tokenizer == "words-1") return counts_of(vocabulary, sizes.at(0), sizes.at(1), text);
  const auto sequence = feature.at("sequence").is_null() ? 0 : feature.at("sequence").get<std::size_t>();
  return columns_by_keras(vocabulary, sizes.at(0), sizes.at(1), keras_rules(feature), sequence, text);
}

// The model's input for one row: its values in feature order, null for a missing one.
inline std::vector<float> encode(const Json& contract, const Json& row) {
  std::vector<float> numbers;
  const Json& features = contract.at("features");
  if (features.is_null()) {  // an image, a signal: as it is
    flatten(row, numbers);
    return numbers;
  }
  if (row.size() != features.size()) throw std::runtime_error("a row has other than one value for each feature");
  for (std::size_t place = 0; place < row.size(); ++place) {
    const Json &feature = features[place], &value = row[place];
    if (feature.at("kind") == "category") {
      for (const auto& known : feature.at("values")) numbers.push_back(known == spelled(value));
      continue;
    }
    if (feature.at("kind") == "text") {
      const auto counts = counts_in(feature, value);
      numbers.insert(numbers.end(), counts.begin(), counts.end());
      continue;
    }
    if (feature.at("kind") == "date") {
      encode_date(feature, value, numbers);
      continue;
    }
    const bool timed = feature.at("kind") == "duration";
    if (!timed && feature.at("kind") != "numeric" && feature.at("kind") != "offset") {
      throw std::runtime_error("a feature is of kind " + feature.at("kind").dump() + ", which this reader does not know");
    }
    const Json& used = missing(feature, value) ? feature.at("fill") : value;
    if (used.is_null()) throw std::runtime_error(feature.at("name").get<std::string>() + " is missing, without a fill");
    const double number = timed ? duration_of(used) : number_of(used);
    if (feature.at("kind") == "offset" && std::fabs(number) >= 9007199254740992.0) {
      throw std::runtime_error("so large that float64 does not tell integers apart: " + value.dump());
    }
    numbers.push_back(static_cast<float>(number - feature.value("offset", 0.0)));
    if (!std::isfinite(numbers.back())) throw std::runtime_error("not finite in float32: " + value.dump());
    if (feature.value("indicator", false)) numbers.push_back(missing(feature, value));
  }
  return numbers;
}

// On where a score reaches its threshold, both as float32.
inline std::vector<bool> decide(const Json& contract, const std::vector<float>& scores) {
  std::vector<bool> on;
  for (const auto& threshold : contract.at("thresholds")) on.push_back(scores.at(on.size()) >= threshold.get<float>());
  return on;
}

inline std::vector<std::string> labels_on(const Json& contract, const std::vector<float>& scores) {
  std::vector<std::string> names;
  const auto on = decide(contract, scores);
  for (std::size_t label = 0; label < on.size(); ++label) {
    if (on[label]) names.push_back(contract.at("labels")[label]);
  }
  return names;
}

// Replay the golden rows; throws where this machine computes something else than what was exported.
inline float replay(const Json& contract, const Run& run) {
  const Json& golden = contract.at("golden");
  if (golden.is_null()) throw std::runtime_error("no golden rows to replay");
  const auto tolerance = golden.at("tolerance").get<float>();
  float largest = 0;
  for (std::size_t row = 0; row < golden.at("rows").size(); ++row) {
    const auto got = run(encode(contract, golden["rows"][row]));
    const auto on = decide(contract, got);
    for (std::size_t label = 0; label < on.size(); ++label) {
      const auto want = golden["scores"][row][label].get<float>();
      const auto difference = std::fabs(got[label] - want);
      const bool firm = std::fabs(want - contract["thresholds"][label].get<float>()) > tolerance;
      if (!(difference <= tolerance) || (firm && on[label] != (golden["decisions"][row][label] == 1))) {
        throw std::runtime_error("golden row " + std::to_string(row) + " is not what was exported");
      }
      largest = std::max(largest, difference);
    }
  }
  return largest;
}

// For integer tensors ("dtype" int8, uint8, int16): round, then clip; a plain cast would truncate and wrap.
template <typename Integer>
std::vector<Integer> quantize(const Json& tensor, const std::vector<float>& numbers) {
  const double scale = tensor.value("scale", 1.0), zero = tensor.value("zero_point", 0);
  std::vector<Integer> integers;
  for (const float number : numbers) {
    const double value = std::nearbyint(number / scale) + zero;
    integers.push_back(static_cast<Integer>(std::clamp<double>(
        value, std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max())));
  }
  return integers;
}

template <typename Integer>
std::vector<float> dequantize(const Json& tensor, const std::vector<Integer>& integers) {
  const double scale = tensor.at("scale"), zero = tensor.value("zero_point", 0);
  std::vector<float> numbers;
  for (const Integer integer : integers) numbers.push_back(static_cast<float>((integer - zero) * scale));
  return numbers;
}

}  // namespace tagship
