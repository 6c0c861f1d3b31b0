// The contract of a tagship artifact in Swift with Foundation and CryptoKit; no engine.
import CryptoKit
import Foundation

enum ContractError: Error { case unreadable(String), notAsExported(String), badRow(String) }

/// What a model file takes and gives.
struct Contract {
  let json: [String: Any]
  let labels: [String]
  let thresholds: [Float]

  /// From the JSON that stands beside an artifact as NAME.json, or inside it.
  init(json data: Data) throws {
    guard let json = try JSONSerialization.jsonObject(with: data) as? [String: Any],
      json["tagship"] as? Int == 1,
      let labels = json["labels"] as? [String],
      let thresholds = json["thresholds"] as? [NSNumber]
    else { throw ContractError.unreadable("not a contract of format 1, which this program reads") }
    self.json = json
    self.labels = labels
    self.thresholds = thresholds.map(\.floatValue)
  }

  /// From a .tflite, whose end is a ZIP with tagship.json as its first entry, stored; every byte is checked.
  init(tflite bytes: Data) throws {
    func number(_ at: Int, _ size: Int) throws -> Int {
      guard at >= 0, at + size <= bytes.count else { throw ContractError.unreadable("the file is cut short") }
      return (0..<size).reduce(0) { $0 | Int(bytes[bytes.startIndex + at + $1]) << (8 * $1) }
    }
    func part(_ start: Int, _ size: Int) throws -> Data {
      guard start >= 0, start + size <= bytes.count else { throw ContractError.unreadable("the file is cut short") }
      return bytes.subdata(in: bytes.startIndex + start..<bytes.startIndex + start + size)
    }
    guard try number(bytes.count - 22, 4) == 0x0605_4b50 else {
      throw ContractError.unreadable("no contract behind the model")
    }
    let central = try number(bytes.count - 6, 4)
    let offset = try number(central + 42, 4)
    let stored = try part(offset + 30 + number(offset + 26, 2), number(central + 24, 4))
    try self.init(json: stored)
    var hash = SHA256()
    hash.update(data: try part(0, offset))
    hash.update(data: Data([0x7b]))
    hash.update(data: stored.dropFirst(77))  // behind {"digest":"<64 hex digits>",
    let hex = hash.finalize().map { String(format: "%02x", $0) }.joined()
    guard hex == json["digest"] as? String else {
      throw ContractError.notAsExported("the file is not as it was exported")
    }
  }

  /// The model's input for one row: its values in feature order, NSNull for a missing one.
  func encode(_ row: [Any]) throws -> [Float] {
    guard let features = json["features"] as? [[String: Any]] else { return flatten(row) }  // an image, a signal
    guard row.count == features.count else {
      throw ContractError.badRow("\(row.count) values for \(features.count) features")
    }
    var numbers: [Float] = []
    for (feature, value) in zip(features, row) {
      if let values = feature["values"] as? [String] {
        let word = spelled(value)
        numbers += values.map { $0 == word ? 1 : 0 }
        continue
      }
      if let vocabulary = feature["vocabulary"] as? [String] {
        let text = value is NSNull ? "" : value as? String
        guard feature["tokenizer"] as? String == "words-1", let ngrams = feature["ngrams"] as? [Int], let text,
          let found = counts(of: vocabulary, least: ngrams[0], most: ngrams[1], in: text)
        else { throw ContractError.badRow("\(feature["name"] ?? "") is no text, or has words by other rules") }
        numbers += found
        continue
      }
      let kind = feature["kind"] as? String
      let timed = kind == "date" || kind == "duration"
      guard timed || kind == "numeric" else {
        throw ContractError.badRow("\(feature["name"] ?? "") is of kind \(feature["kind"] ?? "")")
      }
      let words = feature["missing"] as? [String] ?? []
      let named = (value as? String).map { words.contains($0.trimmingCharacters(in: .whitespaces)) } ?? false
      let missing = named || (timed ? Times.isMissing(value) : isMissing(value))
      if kind == "date" {
        numbers += try Times.days(feature, value, missing: missing)
        continue
      }
      let span = kind == "duration" ? (value as? String).flatMap(Times.seconds) : nil
      let read = span.map { Float($0) } ?? self.number(value)
      guard let number = missing ? (feature["fill"] as? NSNumber)?.floatValue : read, number.isFinite
      else { throw ContractError.badRow("\(feature["name"] ?? "") is \(value)") }
      numbers.append(number)
      if feature["indicator"] as? Bool == true { numbers.append(missing ? 1 : 0) }
    }
    return numbers
  }

  /// On where a score reaches its threshold, both as Float.
  func decide(_ scores: [Float]) -> [Bool] { zip(scores, thresholds).map { $0 >= $1 } }

  func labelsOn(_ scores: [Float]) -> [String] { zip(labels, decide(scores)).filter(\.1).map(\.0) }

  /// Replay the golden rows; the largest difference, or an error where this machine computes something else.
  func replay(_ run: ([Float]) throws -> [Float]) throws -> Float {
    guard let golden = json["golden"] as? [String: Any], let rows = golden["rows"] as? [[Any]],
      let scores = golden["scores"] as? [[NSNumber]], let decisions = golden["decisions"] as? [[NSNumber]],
      let tolerance = (golden["tolerance"] as? NSNumber)?.floatValue
    else { throw ContractError.unreadable("no golden rows to replay") }
    var largest: Float = 0
    for (number, row) in rows.enumerated() {
      let got = try run(encode(row))
      let on = decide(got)
      for label in labels.indices {
        let want = scores[number][label].floatValue
        let difference = abs(got[label] - want)
        let firm = abs(want - thresholds[label]) > tolerance
        guard difference <= tolerance, !firm || on[label] == (decisions[number][label].intValue == 1) else {
          throw ContractError.notAsExported("golden row \(number), \(labels[label]): \(got[label]), not \(want)")
        }
        largest = max(largest, difference)
      }
    }
    return largest
  }

  private func isMissing(_ value: Any) -> Bool {
    let blank: Set<String> = ["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]
    if let text = value as? String { return blank.contains(text.trimmingCharacters(in: .whitespaces)) }
    return value is NSNull || (value as? Double)?.isNaN == true
  }

  private func number(_ value: Any) -> Float? {
    if let text = value as? String { return Float(text.trimmingCharacters(in: .whitespaces)) }
    return (value as? NSNumber)?.floatValue
  }

  /// A category's word: whole numbers without a fraction, booleans in lower case, missing as empty.
  private func spelled(_ value: Any) -> String {
    if let text = value as? String { return text }
    guard let number = value as? NSNumber else { return "" }
    if CFGetTypeID(number) == CFBooleanGetTypeID() { return number.boolValue ? "true" : "false" }
    let real = number.doubleValue
    return real.isNaN ? "" : real == real.rounded() ? String(Int64(real)) : "\(real)"
  }

  private func flatten(_ value: Any) -> [Float] {
    if let parts = value as? [Any] { return parts.flatMap(flatten) }
    return [(value as? NSNumber)?.floatValue ?? .nan]
  }
}
