// From a text to its words and their counts, by the rules of docs/contract.md; the table is in Characters.kt.
package tagship

/** How often each n-gram of a vocabulary occurs in a text, of [least] to [most] words. */
fun countsOf(vocabulary: List<String>, least: Int, most: Int, text: String): List<Float> {
    require(text.codePointCount(0, text.length) <= 1 shl 20) { "a text has more than 1,048,576 characters" }
    val places = vocabulary.withIndex().associate { (place, ngram) -> ngram to place }
    val counts = FloatArray(vocabulary.size)
    val words = wordsOf(text)
    for (size in least..most) {
        for (first in 0..words.size - size) {
            places[words.subList(first, first + size).joinToString(" ")]?.let { counts[it] += 1f }
        }
    }
    return counts.toList()
}

/** The words of a text, in linear time. */
fun wordsOf(text: String): List<String> {
    val words = Words()
    var at = 0
    while (at < text.length) {
        val code = text.codePointAt(at)
        at += Character.charCount(code)
        for (part in CharacterTable.partsOf(code)) words.take(part, CharacterTable.classOf(part))
    }
    words.take(0, 0)
    return words.found
}

/** Words as they grow, character by character. */
private class Words {
    val found = mutableListOf<String>()
    private val word = StringBuilder()
    private var kind = 0 // of the word that grows; 0 where there is none
    private var base = 0 // its last character that is no mark with a place in the canonical order
    private val marks = mutableListOf<Pair<Int, Int>>()

    fun take(code: Int, order: Int) {
        if (order > MARK) {
            if (kind != 0 && !(code == 0x307 && base == 'i'.code) && marks.size < MOST_MARKS) marks += code to order
            return
        }
        marks.sortedBy { it.second }.forEach { word.appendCodePoint(it.first) } // stable
        marks.clear()
        base = code
        if (order != MARK && (order != LETTER || kind != LETTER)) {
            if (kind != 0) found += word.toString()
            word.setLength(0)
            kind = order
        }
        if (kind != 0) word.appendCodePoint(code)
    }

    private companion object {
        const val LETTER = 1 // 0 separates words, 2 is a sign, 3 and more are marks: 3 and their combining class
        const val MARK = 3
        const val MOST_MARKS = 16
    }
}

private object CharacterTable {
    private const val DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private val firsts = mutableListOf<Int>()
    private val lasts = mutableListOf<Int>()
    private val kinds = mutableListOf<Int>()
    private val folds = HashMap<Int, List<Int>>()

    init {
        var end = 0
        for ((gap, more, kind) in numbersIn(CLASSES).chunked(3)) {
            firsts += end + gap
            lasts += end + gap + more
            kinds += kind
            end += gap + more + 1
        }
        val numbers = numbersIn(FOLDS)
        var at = 0
        end = 0
        while (at < numbers.size) {
            val first = end + numbers[at]
            val run = numbers[at + 1]
            val count = numbers[at + 2]
            val step = run % 2 + 1
            var last = first
            val parts = numbers.subList(at + 3, at + 3 + count).map { change ->
                last += if (change % 2 == 1) -(change + 1) / 2 else change / 2
                last
            }
            at += 3 + count
            end = first + run / 2 * step + 1
            for (code in first until end step step) folds[code] = parts.map { it + code - first }
        }
    }

    fun classOf(code: Int): Int {
        val found = firsts.binarySearch(code)
        val place = if (found >= 0) found else -found - 2
        return if (place >= 0 && code <= lasts[place]) kinds[place] else 0
    }

    fun partsOf(code: Int): List<Int> {
        val syllable = code - 0xAC00 // of Hangul
        if (syllable !in 0 until 11172) return folds[code] ?: listOf(code)
        val parts = listOf(0x1100 + syllable / 588, 0x1161 + syllable % 588 / 28)
        return if (syllable % 28 == 0) parts else parts + (0x11A7 + syllable % 28)
    }

    private fun numbersIn(digits: String): List<Int> {
        val numbers = mutableListOf<Int>()
        var number = 0
        var shift = 0
        for (digit in digits) {
            val value = DIGITS.indexOf(digit)
            number += value % 32 shl shift
            shift += 5
            if (value < 32) {
                numbers += number
                number = 0
                shift = 0
            }
        }
        return numbers
    }
}
