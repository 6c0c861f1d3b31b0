// From a text in UTF-8 to its words and their counts, by the rules of docs/contract.md; C++17.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "characters.hpp"

namespace tagship {

using Code = std::uint32_t;

// 0 separates words, 2 is a sign, 3 and more are marks: 3 and their combining class.
inline constexpr std::uint32_t LETTER = 1, MARK = 3;
inline constexpr std::size_t MOST_MARKS = 16, MOST_CHARACTERS = 1048576;

// The table: ranges of equal class, and the characters that stand for others.
class Characters {
 public:
  Characters() {
    const auto classes = numbers_in(CLASSES), folds = numbers_in(FOLDS);
    Code end = 0;
    for (std::size_t at = 0; at < classes.size(); at += 3) {
      const Code first = end + classes[at];
      end = first + classes[at + 1] + 1;
      ranges_.push_back({first, end - 1, classes[at + 2]});
    }
    end = 0;
    for (std::size_t at = 0; at < folds.size();) {
      const Code first = end + folds[at], run = folds[at + 1], count = folds[at + 2], step = run % 2 + 1;
      std::vector<Code> parts;
      Code last = first;
      for (at += 3; parts.size() < count; ++at) {
        last += folds[at] % 2 ? ~Code{0} - folds[at] / 2 : folds[at] / 2;  // a negative change, modulo 2^32
        parts.push_back(last);
      }
      end = first + run / 2 * step + 1;
      for (Code code = first; code < end; code += step) {
        auto& fold = folds_[code];
        for (const Code part : parts) fold.push_back(part + code - first);
      }
    }
  }

  std::uint32_t class_of(Code code) const {
    const auto after = [](Code one, const Range& range) { return one < range.first; };
    const auto found = std::upper_bound(ranges_.begin(), ranges_.end(), code, after);
    return found != ranges_.begin() && code <= std::prev(found)->last ? std::prev(found)->kind : 0;
  }

  std::vector<Code> parts_of(Code code) const {
    if (code >= 0xAC00 && code < 0xAC00 + 11172) {  // syllables of Hangul
      const Code syllable = code - 0xAC00, vowel = syllable / 28, trailing = syllable % 28;
      std::vector<Code> parts{0x1100 + vowel / 21, 0x1161 + vowel % 21};
      if (trailing) parts.push_back(0x11A7 + trailing);
      return parts;
    }
    const auto found = folds_.find(code);
    return found == folds_.end() ? std::vector<Code>{code} : found->second;
  }

 private:
  struct Range {
    Code first, last;
    std::uint32_t kind;
  };

  static std::vector<Code> numbers_in(const char* digits) {
    static constexpr char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<Code> numbers;
    Code number = 0;
    int shift = 0;
    for (; *digits; ++digits) {
      const Code value = static_cast<Code>(std::strchr(known, *digits) - known);
      number |= value % 32 << shift;
      shift += 5;
      if (value >= 32) continue;
      numbers.push_back(number);
      number = 0;
      shift = 0;
    }
    return numbers;
  }

  std::vector<Range> ranges_;
  std::unordered_map<Code, std::vector<Code>> folds_;
};

// The next code point of UTF-8; a byte that is none, or half of a surrogate pair, is U+FFFD, which separates words.
inline Code next_code(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t place) { return static_cast<unsigned char>(text[place]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 && first < 0xF0 ? 2 : first >= 0xC2 && first < 0xE0;
  if (!more || at + more > text.size()) return 0xFFFD;
  Code code = first & (0x3F >> more);
  for (int place = 0; place < more; ++place) {
    if ((byte(at + place) & 0xC0) != 0x80) return 0xFFFD;
    code = code << 6 | (byte(at + place) & 0x3F);
  }
  const Code least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
  if (code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0xFFFD;
  at += more;
  return code;
}

inline void append(std::string& text, Code code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  text += static_cast<char>((0xFF00 >> (more + 1) & 0xFF) | code >> 6 * more);
  for (int left = more - 1; left >= 0; --left) text += static_cast<char>(0x80 | (code >> 6 * left & 0x3F));
}

// Words as they grow, character by character.
class Words {
 public:
  void take(Code code, std::uint32_t kind) {
    if (kind > MARK) {
      if (kind_ && !(code == 0x307 && base_ == 'i') && marks_.size() < MOST_MARKS) marks_.emplace_back(kind, code);
      return;
    }
    settle();
    base_ = code;
    if (kind != MARK && (kind != LETTER || kind_ != LETTER)) {
      if (kind_) found.push_back(std::move(word_));
      word_.clear();
      kind_ = kind;
    }
    if (kind_) append(word_, code);
  }

  std::vector<std::string> found;

 private:
  void settle() {
    const auto order = [](const auto& one, const auto& other) { return one.first < other.first; };
    std::stable_sort(marks_.begin(), marks_.end(), order);
    for (const auto& mark : marks_) append(word_, mark.second);
    marks_.clear();
  }

  std::string word_;
  std::uint32_t kind_ = 0;  // of the word that grows; 0 where there is none
  Code base_ = 0;           // its last character that is no mark with a place in the canonical order
  std::vector<std::pair<std::uint32_t, Code>> marks_;
};

// The words of a text in UTF-8, in linear time.
inline std::vector<std::string> words_of(std::string_view text) {
  static const Characters characters;
  Words words;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    if (count == MOST_CHARACTERS) throw std::runtime_error("a text has more than 1,048,576 characters");
    for (const Code part : characters.parts_of(next_code(text, at))) words.take(part, characters.class_of(part));
  }
  words.take(0, 0);
  return words.found;
}

// How often each n-gram of a vocabulary occurs, of at least and at most so many words.
// How a text becomes words by Keras' rules, which look at ASCII alone.
struct KerasRules {
  bool lower, strip;
  enum { WHITESPACE, CHARACTER, WHOLE } split;
};

inline std::vector<std::string> words_by_keras(std::string_view text, const KerasRules& rules) {
  std::vector<std::string> words;
  bool within = false;
  for (const char byte : text) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool punctuation = byte > ' ' && byte < 127 && !upper && !(byte >= '0' && byte <= '9') && !(byte >= 'a' && byte <= 'z');
    if (punctuation && rules.strip) continue;
    if (rules.split == KerasRules::WHITESPACE && (byte == ' ' || (byte >= '\t' && byte <= '\r'))) {
      within = false;
      continue;
    }
    const bool follows = rules.split == KerasRules::CHARACTER ? (byte & 0xC0) == 0x80 : within;  // in UTF-8
    if (!follows || words.empty()) words.emplace_back();
    words.back() += upper && rules.lower ? static_cast<char>(byte + 32) : byte;
    within = true;
  }
  return words;
}

// Counts, those of unknown n-grams first; or, of as many as `sequence` says, numbers: from 2, and 1 of unknown ones.
inline std::vector<float> columns_by_keras(const std::vector<std::string>& vocabulary, std::size_t least, std::size_t most,
                                           const KerasRules& rules, std::size_t sequence, std::string_view text) {
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& ngram : vocabulary) places.emplace(ngram, places.size());
  std::vector<float> columns(sequence ? sequence : vocabulary.size() + 1);
  const auto words = words_by_keras(text, rules);
  std::size_t found = 0;
  for (std::size_t size = least; size <= most; ++size) {
    for (std::size_t first = 0; first + size <= words.size(); ++first) {
      std::string ngram = words[first];
      for (std::size_t next = 1; next < size; ++next) ngram += " " + words[first + next];
      const auto place = places.find(ngram);
      const std::size_t number = place == places.end() ? 0 : place->second + 1;
      if (!sequence) columns[number] += 1;
      else if (found < sequence) columns[found++] = static_cast<float>(number + 1);
    }
  }
  return columns;
}

inline std::vector<float> counts_of(const std::vector<std::string>& vocabulary, std::size_t least, std::size_t most,
                                    std::string_view text) {
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& ngram : vocabulary) places.emplace(ngram, places.size());
  std::vector<float> counts(vocabulary.size());
  const auto words = words_of(text);
  for (std::size_t first = 0; first < words.size(); ++first) {
    std::string ngram;
    for (std::size_t size = 1; size <= most && first + size <= words.size(); ++size) {
      ngram += (size > 1 ? " " : "") + words[first + size - 1];
      const auto place = size < least ? places.end() : places.find(ngram);
      if (place != places.end()) counts[place->second] += 1;
    }
  }
  return counts;
}

}  // namespace tagship
