// From a text to its words and their counts, by the rules of docs/contract.md; the table is in Characters.swift.

/// How often each n-gram of a vocabulary occurs in a text, of `least` to `most` words; nil where the text is too long.
func counts(of vocabulary: [String], least: Int, most: Int, in text: String) -> [Float]? {
  guard text.unicodeScalars.count <= 1 << 20 else { return nil }
  // Swift's texts are equal where Unicode calls them equivalent; words are in one form, so scalars decide the same.
  let places = Dictionary(vocabulary.enumerated().map { (Array($1.unicodeScalars), $0) }, uniquingKeysWith: { $1 })
  var counts = [Float](repeating: 0, count: vocabulary.count)
  let words = words(of: text)
  for size in least...most where words.count >= size {
    for first in 0...(words.count - size) {
      let ngram = Array(words[first..<first + size].joined(separator: [" "]))
      if let place = places[ngram] { counts[place] += 1 }
    }
  }
  return counts
}

/// The words of a text, in linear time.
func words(of text: String) -> [[Unicode.Scalar]] {
  var words = GrowingWords()
  for scalar in text.unicodeScalars {
    for part in CharacterTable.shared.parts(of: scalar.value) {
      words.take(part, CharacterTable.shared.kind(of: part))
    }
  }
  words.take(0, 0)
  return words.found
}

/// Words as they grow, character by character.
struct GrowingWords {
  private(set) var found: [[Unicode.Scalar]] = []
  private var word: [Unicode.Scalar] = []
  private var kind = 0  // of the word that grows; 0 where there is none
  private var base: UInt32 = 0  // its last character that is no mark with a place in the canonical order
  private var marks: [(code: UInt32, order: Int)] = []

  // 0 separates words, 2 is a sign, 3 and more are marks: 3 and their combining class.
  private static let letter = 1, mark = 3, mostMarks = 16

  mutating func take(_ code: UInt32, _ order: Int) {
    if order > Self.mark {
      if kind != 0, !(code == 0x307 && base == 0x69), marks.count < Self.mostMarks { marks.append((code, order)) }
      return
    }
    // Sorted by their places as well, since Swift does not promise a stable sort.
    for (_, one) in marks.enumerated().sorted(by: { ($0.1.order, $0.0) < ($1.1.order, $1.0) }) { append(one.code) }
    marks.removeAll()
    base = code
    if order != Self.mark && (order != Self.letter || kind != Self.letter) {
      if kind != 0 { found.append(word) }
      word.removeAll()
      kind = order
    }
    if kind != 0 { append(code) }
  }

  private mutating func append(_ code: UInt32) {
    if let scalar = Unicode.Scalar(code) { word.append(scalar) }
  }
}

final class CharacterTable {
  static let shared = CharacterTable()
  private var ranges: [(first: UInt32, last: UInt32, kind: Int)] = []
  private var folds: [UInt32: [UInt32]] = [:]

  private init() {
    var end = 0
    let classes = Self.numbers(in: classesOfCharacters)
    for at in stride(from: 0, to: classes.count, by: 3) {
      let first = end + classes[at]
      end = first + classes[at + 1] + 1
      ranges.append((UInt32(first), UInt32(end - 1), classes[at + 2]))
    }
    end = 0
    var at = 0
    let numbers = Self.numbers(in: foldsOfCharacters)
    while at < numbers.count {
      let first = end + numbers[at]
      let run = numbers[at + 1]
      let count = numbers[at + 2]
      let step = run % 2 + 1
      var last = first
      var parts: [Int] = []
      for change in numbers[(at + 3)..<(at + 3 + count)] {
        last += change % 2 == 1 ? -(change + 1) / 2 : change / 2
        parts.append(last)
      }
      at += 3 + count
      end = first + run / 2 * step + 1
      for code in stride(from: first, to: end, by: step) {
        folds[UInt32(code)] = parts.map { UInt32($0 + code - first) }
      }
    }
  }

  func kind(of code: UInt32) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].last < code { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].first <= code ? ranges[low].kind : 0
  }

  func parts(of code: UInt32) -> [UInt32] {
    guard (0xAC00..<0xAC00 + 11172).contains(code) else { return folds[code] ?? [code] }
    let syllable = code - 0xAC00  // of Hangul
    let parts = [0x1100 + syllable / 588, 0x1161 + syllable % 588 / 28]
    return syllable % 28 == 0 ? parts : parts + [0x11A7 + syllable % 28]
  }

  private static func numbers(in digits: String) -> [Int] {
    let known = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var values = [Int](repeating: 0, count: 128)
    for (value, digit) in known.enumerated() { values[Int(digit)] = value }
    var numbers: [Int] = []
    var number = 0
    var shift = 0
    for digit in digits.utf8 {
      let value = values[Int(digit)]
      number += (value % 32) << shift
      shift += 5
      if value < 32 {
        numbers.append(number)
        number = 0
        shift = 0
      }
    }
    return numbers
  }
}
