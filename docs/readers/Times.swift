// Dates and durations of a tagship contract in Swift with Foundation, as docs/contract.md spells them.
import Foundation

enum Times {
  private static let day = 86_400_000
  private static let blank: Set<String> = [
    "", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "n/a", "-", "--", "\u{2013}", ".", "#N/A", "#NV", "#n/a",
  ]
  private static let date =
    "(?:([0-9]{4})([-/])([0-9]{1,2})\\2([0-9]{1,2})|([0-9]{1,2})\\.([0-9]{1,2})\\.([0-9]{4})"
    + "|([0-9]{1,2})([-/])([0-9]{1,2})\\9([0-9]{4}))"
    + "(?:(?:[Tt]|,? +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?(?: ?([AaPp])[Mm])?"
    + " ?(?:([Zz]|UTC)|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?"
  private static let clock =
    "([+-])?(?:([0-9]+) days?,? *)?(?:\\+?([0-9]+):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]+))?)?)?"
  private static let iso =
    "([+-])?P(?=.)(?:([0-9]+)W)?(?:([0-9]+)D)?"
    + "(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:[.,]([0-9]+))?S)?)?"

  /// Whether a date or a duration is missing.
  static func isMissing(_ value: Any) -> Bool {
    if let text = value as? String { return blank.contains(trimmed(text)) }
    return value is NSNull || (value as? Double)?.isNaN == true
  }

  /// Days since the reference date, whether the date is missing, and a column for each value of its parts.
  static func days(_ feature: [String: Any], _ value: Any, missing: Bool) throws -> [Float] {
    guard let used = (missing ? feature["fill"] : value) as? String, let since = feature["since"] as? String else {
      throw ContractError.badRow("\(feature["name"] ?? "") is \(value)")
    }
    let moment = try milliseconds(used, first: missing ? nil : feature["first"] as? String)
    var columns = [Float(Double(try moment - milliseconds(since, first: nil)) / Double(day))]
    if feature["indicator"] as? Bool == true { columns.append(missing ? 1 : 0) }
    let whole = Int((Double(moment) / Double(day)).rounded(.down))
    for part in feature["parts"] as? [String] ?? [] {
      guard part == "month" || part == "weekday" else {
        throw ContractError.badRow("\(part) is no part of a date that is known")
      }
      let place = part == "month" ? month(ofDay: whole) : ((whole + 3) % 7 + 7) % 7
      columns += (0..<(part == "month" ? 12 : 7)).map { !missing && $0 == place ? 1 : 0 }
    }
    return columns
  }

  /// Seconds of a duration such as 1:30:00 or PT90M; nil where it may be a number.
  static func seconds(_ spelled: String) -> Double? {
    let text = trimmed(spelled)
    if text.contains(":") || text.contains("day"), let at = groups(clock, text) {
      let time = total("", at[3], at[4], at[5])
      // The days alone are negative, as Python has it.
      if !at[2].isEmpty && at[1] == "-" { return joined(time - total(at[2]), at[6], negative: false) }
      return joined(time + total(at[2]), at[6], negative: at[1] == "-")
    }
    guard let at = groups(iso, text) else { return nil }
    return joined(total(at[2]) * 7 + total(at[3], at[4], at[5], at[6]), at[7], negative: at[1] == "-")
  }

  /// Milliseconds since 1970: in UTC where there is a zone, and as it stands where there is none.
  private static func milliseconds(_ spelled: String, first: String?) throws -> Int {
    let text = trimmed(spelled)
    guard let at = groups(date, text) else { throw ContractError.badRow("\(text) is no date") }
    guard at[8].isEmpty || first != nil else {
      throw ContractError.badRow("\(text) may begin with its day or its month")
    }
    let (one, other) = first == "month" ? (at[10], at[8]) : (at[8], at[10])
    let days = try daysSince1970(
      Int(at[1] + at[7] + at[11]) ?? 0, Int(at[3] + at[6] + other) ?? 0, Int(at[4] + at[5] + one) ?? 0, text)
    guard var hour = Int(at[12]) else { return days * day }
    if !at[16].isEmpty { hour = hour < 1 || hour > 12 ? 24 : hour % 12 + (at[16].lowercased() == "p" ? 12 : 0) }
    let parts = [at[13], at[14], at[19], at[20]].map { Int($0) ?? 0 }
    guard hour < 24, parts[0] < 60, parts[1] < 60, parts[2] < 24, parts[3] < 60 else {
      throw ContractError.badRow("\(text) is no time of day")
    }
    let shift = (parts[2] * 60 + parts[3]) * (at[18] == "-" ? -1 : 1)
    let minutes = hour * 60 + parts[0] - shift
    return days * day + (minutes * 60 + parts[1]) * 1000 + (Int((at[15] + "000").prefix(3)) ?? 0)
  }

  /// Days since 1970-01-01 of a day of the calendar (Hinnant's days_from_civil).
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int, _ text: String) throws -> Int {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard year > 0, (1...12).contains(month), day > 0, day <= lengths[month - 1] else {
      throw ContractError.badRow("\(text) is no day of the calendar")
    }
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// The month, from 0, of days since 1970-01-01.
  private static func month(ofDay days: Int) -> Int {
    let ofEra = (days + 719_468) % 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    return ((5 * ofYear + 2) / 153 + 2) % 12
  }

  private static func total(_ days: String, _ hours: String = "", _ minutes: String = "", _ whole: String = "") -> Int {
    let parts = [days, hours, minutes, whole].map { Int($0) ?? 0 }
    return parts[0] * 86_400 + parts[1] * 3600 + parts[2] * 60 + parts[3]
  }

  /// Whole seconds, rounded down, and the digits behind their point, of which nine count.
  private static func joined(_ whole: Int, _ fraction: String, negative: Bool) -> Double {
    let nanos = Double((fraction + "000000000").prefix(9)) ?? 0
    if !negative { return Double(whole) + nanos / 1e9 }
    return nanos == 0 ? Double(-whole) : Double(-whole - 1) + (1e9 - nanos) / 1e9
  }

  /// The groups of a pattern that matches all of a text, empty where one is absent; nil where it does not match.
  private static func groups(_ pattern: String, _ text: String) -> [String]? {
    let whole = NSRange(text.startIndex..., in: text)
    guard let expression = try? NSRegularExpression(pattern: "^(?:\(pattern))$"),
      let match = expression.firstMatch(in: text, range: whole), match.range == whole
    else { return nil }
    return (0..<match.numberOfRanges).map { group in
      Range(match.range(at: group), in: text).map { String(text[$0]) } ?? ""
    }
  }

  private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}
