// Dates and durations of a tagship contract in C++17, as docs/contract.md spells them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>

namespace tagship {

constexpr double milliseconds_per_day = 86400000.0;

// Words that stand for a missing date or duration.
inline bool is_blank(const std::string& text) {
  static const std::set<std::string> blank{"",     "?",  "NA", "N/A", "NaN", "nan",  "null", "NULL", "None",
                                           "n/a", "-", "--", "\xE2\x80\x93", ".", "#N/A", "#NV", "#n/a"};
  return blank.count(text) > 0;
}

inline int whole(const std::ssub_match& digits) { return digits.matched ? std::stoi(digits.str()) : 0; }

// Days since 1970-01-01 of a day of the calendar (Hinnant's days_from_civil).
inline std::int64_t days_since_1970(int year, int month, int day) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1] + (month == 2 && leap)) {
    throw std::runtime_error("is no day of the calendar");
  }
  const int shifted = month > 2 ? year : year - 1, era = shifted / 400, of_era = shifted - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return std::int64_t{era} * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// The month, from 0, of days since 1970-01-01.
inline int month_of(std::int64_t days) {
  const std::int64_t shifted = days + 719468, era = shifted / 146097, of_era = shifted - era * 146097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  return static_cast<int>(((5 * of_year + 2) / 153 + 2) % 12);
}

// Milliseconds since 1970 of a text without white space at its ends; `first` is day, month, or empty.
inline double moment_of(const std::string& text, const std::string& first) {
  static const std::regex shape(
      "(?:(\\d{4})([-/])(\\d{1,2})\\2(\\d{1,2})|(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})|(\\d{1,2})([-/])(\\d{1,2})\\9(\\d{4}))"
      "(?:(?:[Tt]|,? +)(\\d{1,2}):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d+))?)?(?: ?([AaPp])[Mm])?"
      " ?(?:([Zz]|UTC)|([+-])(\\d\\d)(?::?(\\d\\d))?)?)?");
  std::smatch at;
  if (!std::regex_match(text, at, shape)) throw std::runtime_error("is no date");
  if (at[8].matched && first.empty()) throw std::runtime_error("may begin with its day or its month");
  const bool swapped = first == "month";
  const int year = whole(at[1].matched ? at[1] : at[7].matched ? at[7] : at[11]);
  const int month = whole(at[3].matched ? at[3] : at[6].matched ? at[6] : swapped ? at[8] : at[10]);
  const int day = whole(at[4].matched ? at[4] : at[5].matched ? at[5] : swapped ? at[10] : at[8]);
  int hour = whole(at[12]);
  if (at[16].matched) {
    const bool evening = at[16] == "P" || at[16] == "p";
    hour = hour < 1 || hour > 12 ? 24 : hour % 12 + (evening ? 12 : 0);
  }
  if (hour > 23 || whole(at[13]) > 59 || whole(at[14]) > 59 || whole(at[19]) > 23 || whole(at[20]) > 59) {
    throw std::runtime_error("is no time of day");
  }
  const int shift = (whole(at[19]) * 60 + whole(at[20])) * (at[18] == "-" ? -1 : 1);
  const std::int64_t minutes = hour * 60 + whole(at[13]) - shift;
  const std::string fraction = (at[15].str() + "000").substr(0, 3);
  return days_since_1970(year, month, day) * milliseconds_per_day + (minutes * 60 + whole(at[14])) * 1000.0 +
         std::stoi(fraction);
}

// Whole seconds, rounded down, and the digits behind their point, of which nine count.
inline double seconds_of(double seconds, const std::string& fraction, bool negative) {
  const double nanos = std::stod((fraction + "000000000").substr(0, 9));
  if (!negative) return seconds + nanos / 1e9;
  return nanos == 0 ? -seconds : -seconds - 1 + (1e9 - nanos) / 1e9;
}

// Seconds of a text that is a duration; NaN where it may be a number.
inline double span_of(const std::string& text) {
  static const std::regex clock(
      "([+-])?(?:(\\d+) days?,? *)?(?:\\+?(\\d+):([0-5]\\d)(?::([0-5]\\d)(?:[.,](\\d+))?)?)?");
  static const std::regex iso(
      "([+-])?P(?=.)(?:(\\d+)W)?(?:(\\d+)D)?(?:T(?=.)(?:(\\d+)H)?(?:(\\d+)M)?(?:(\\d+)(?:[.,](\\d+))?S)?)?");
  const auto number = [](const std::ssub_match& digits) { return digits.matched ? std::stod(digits.str()) : 0.0; };
  std::smatch at;
  const bool timed = text.find(':') != std::string::npos || text.find("day") != std::string::npos;
  if (timed && std::regex_match(text, at, clock)) {
    const double time = number(at[3]) * 3600 + number(at[4]) * 60 + number(at[5]), days = number(at[2]) * 86400;
    // The days alone are negative, as Python has it.
    if (at[2].matched && at[1] == "-") return seconds_of(time - days, at[6].str(), false);
    return seconds_of(time + days, at[6].str(), at[1] == "-");
  }
  if (!std::regex_match(text, at, iso)) return std::nan("");
  const double days = number(at[2]) * 7 + number(at[3]);
  const double time = days * 86400 + number(at[4]) * 3600 + number(at[5]) * 60 + number(at[6]);
  return seconds_of(time, at[7].str(), at[1] == "-");
}

}  // namespace tagship
