// Dates and durations of a tagship contract in Kotlin, as docs/contract.md spells them. With java.time: Android 8.
package tagship

import java.time.LocalDate
import java.time.LocalTime
import org.json.JSONObject

object Times {
    private const val DAY = 86_400_000L
    private val BLANK = setOf(
        "", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "n/a", "-", "--", "\u2013", ".", "#N/A", "#NV", "#n/a",
    )
    private val DATE = Regex(
        "(?:([0-9]{4})([-/])([0-9]{1,2})\\2([0-9]{1,2})|([0-9]{1,2})\\.([0-9]{1,2})\\.([0-9]{4})" +
            "|([0-9]{1,2})([-/])([0-9]{1,2})\\9([0-9]{4}))" +
            "(?:(?:[Tt]|,? +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?(?: ?([AaPp])[Mm])?" +
            " ?(?:([Zz]|UTC)|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?",
    )
    private val CLOCK = Regex(
        "([+-])?(?:([0-9]+) days?,? *)?(?:\\+?([0-9]+):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]+))?)?)?",
    )
    private val ISO = Regex(
        "([+-])?P(?=.)(?:([0-9]+)W)?(?:([0-9]+)D)?" +
            "(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:[.,]([0-9]+))?S)?)?",
    )

    /** Whether a date or a duration is missing. */
    fun isMissing(value: Any?): Boolean = value == null || (value is Number && value.toDouble().isNaN()) ||
        (value is String && value.trim() in BLANK)

    /** Days since the reference date, whether the date is missing, and a column for each value of its parts. */
    fun days(feature: JSONObject, value: Any?, missing: Boolean): List<Float> {
        require(!missing || !feature.isNull("fill")) { "${feature["name"]} is missing, and has no fill" }
        val used = if (missing) feature.getString("fill") else value
        require(used is String) { "${feature["name"]} is $value, which is no date" }
        val first = if (missing || feature.isNull("first")) null else feature.getString("first")
        val moment = milliseconds(used, first)
        val since = milliseconds(feature.getString("since"), null)
        val columns = mutableListOf(((moment - since) / DAY.toDouble()).toFloat())
        if (feature.optBoolean("indicator")) columns += if (missing) 1f else 0f
        val day = LocalDate.ofEpochDay(Math.floorDiv(moment, DAY))
        val parts = feature.optJSONArray("parts")
        for (number in 0 until (parts?.length() ?: 0)) {
            val (place, size) = when (val part = parts!!.getString(number)) {
                "month" -> day.monthValue - 1 to 12
                "weekday" -> day.dayOfWeek.value - 1 to 7
                else -> error("$part is no part of a date that is known")
            }
            columns += (0 until size).map { if (!missing && it == place) 1f else 0f }
        }
        return columns
    }

    /** Milliseconds since 1970: in UTC where there is a zone, and as it stands where there is none. */
    private fun milliseconds(text: String, first: String?): Long {
        val found = DATE.matchEntire(text.trim()) ?: error("$text is no date")
        val at = found.groupValues
        check(at[8].isEmpty() || first != null) { "$text may begin with its day or its month" }
        val swapped = first == "month"
        val year = at[1] + at[7] + at[11]
        val month = at[3] + at[6] + if (swapped) at[8] else at[10]
        val ofMonth = at[4] + at[5] + if (swapped) at[10] else at[8]
        check(year.toInt() > 0) { "$text is no day of the calendar" }
        val day = LocalDate.of(year.toInt(), month.toInt(), ofMonth.toInt())
        if (at[12].isEmpty()) return day.toEpochDay() * DAY
        var hour = at[12].toInt()
        if (at[16].isNotEmpty()) {
            check(hour in 1..12) { "$text is no time of day" }
            hour = hour % 12 + if (at[16] in listOf("P", "p")) 12 else 0
        }
        val clock = LocalTime.of(hour, number(at[13]), number(at[14])) // throws where there is no such time
        val zone = LocalTime.of(number(at[19]), number(at[20])).toSecondOfDay() * if (at[18] == "-") -1 else 1
        val seconds = day.toEpochDay() * 86_400 + clock.toSecondOfDay() - zone
        return seconds * 1000 + (at[15] + "000").take(3).toInt()
    }

    /** Seconds of a duration such as 1:30:00 or PT90M; null where it may be a number. */
    fun seconds(spelled: String): Double? {
        val text = spelled.trim()
        val timed = ':' in text || "day" in text
        val clock = if (timed) CLOCK.matchEntire(text)?.groupValues else null
        if (clock != null) {
            val (_, sign, days, hours, minutes) = clock
            val time = total("", hours, minutes, clock[5])
            // The days alone are negative, as Python has it.
            if (days.isNotEmpty() && sign == "-") return joined(time - total(days), clock[6], false)
            return joined(time + total(days), clock[6], sign == "-")
        }
        val iso = ISO.matchEntire(text)?.groupValues ?: return null
        val whole = total(iso[2]) * 7 + total(iso[3], iso[4], iso[5], iso[6])
        return joined(whole, iso[7], iso[1] == "-")
    }

    private fun number(digits: String): Int = if (digits.isEmpty()) 0 else digits.toInt()

    private fun total(days: String, hours: String = "", minutes: String = "", whole: String = ""): Long {
        fun long(digits: String) = if (digits.isEmpty()) 0L else digits.toLong()
        return long(days) * 86_400 + long(hours) * 3600 + long(minutes) * 60 + long(whole)
    }

    /** Whole seconds, rounded down, and the digits behind their point, of which nine count. */
    private fun joined(whole: Long, fraction: String, negative: Boolean): Double {
        val nanos = (fraction + "000000000").take(9).toLong()
        if (!negative) return whole + nanos / 1e9
        return if (nanos == 0L) (-whole).toDouble() else -whole - 1 + (1_000_000_000 - nanos) / 1e9
    }
}
