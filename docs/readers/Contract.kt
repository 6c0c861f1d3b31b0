// The contract of a tagship artifact in Kotlin with org.json, which Android brings; no engine.
package tagship

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.security.MessageDigest
import org.json.JSONArray
import org.json.JSONObject

/** What a model file takes and gives. [run] computes the scores of one encoded row. */
class Contract(text: String) {
    val json = JSONObject(text)
    val labels: List<String> = json.getJSONArray("labels").toList().map { it as String }
    val thresholds: List<Float> = json.getJSONArray("thresholds").toList().map { (it as Number).toFloat() }
    private val features: List<JSONObject>? = json.optJSONArray("features")?.toList()?.map { it as JSONObject }

    init {
        check(json.getInt("tagship") == 1) { "the contract's format is ${json["tagship"]}, this program reads 1" }
    }

    /** The model's input for one row: its values in feature order, null for a missing one. */
    fun encode(row: List<Any?>): FloatArray {
        if (features == null) return flatten(row).toFloatArray() // an image, a signal: as it is
        require(row.size == features.size) { "${row.size} values for ${features.size} features" }
        val numbers = features.zip(row).flatMap { (feature, value) ->
            if (feature.getString("kind") == "category") {
                feature.getJSONArray("values").toList().map { if (it == spelled(value)) 1f else 0f }
            } else if (feature.getString("kind") == "text") {
                counts(feature, value)
            } else {
                val kind = feature.getString("kind")
                val timed = kind == "date" || kind == "duration"
                require(timed || kind == "numeric") { "${feature["name"]} is of kind $kind" }
                val words = feature.optJSONArray("missing")?.toList().orEmpty()
                val missing = if (timed) Times.isMissing(value) else isMissing(value)
                val named = value is String && value.trim() in words
                if (kind == "date") Times.days(feature, value, missing || named) else number(feature, value, missing || named)
            }
        }
        require(numbers.all { it.isFinite() }) { "not finite in float32: $row" }
        return numbers.toFloatArray()
    }

    private fun counts(feature: JSONObject, value: Any?): List<Float> {
        require(feature.getString("tokenizer") == "words-1") { "${feature["name"]} has words by other rules" }
        require(value == null || value is String) { "${feature["name"]} is $value, which is no text" }
        val ngrams = feature.getJSONArray("ngrams")
        val vocabulary = feature.getJSONArray("vocabulary").toList().map { it as String }
        return countsOf(vocabulary, ngrams.getInt(0), ngrams.getInt(1), value as String? ?: "")
    }

    private fun isMissing(value: Any?): Boolean = value == null || (value is Number && value.toDouble().isNaN()) ||
        (value is String && value.trim() in BLANK)

    private fun number(feature: JSONObject, value: Any?, missing: Boolean): List<Float> {
        val span = if (value is String && feature.getString("kind") == "duration") Times.seconds(value) else null
        require(!missing || !feature.isNull("fill")) { "${feature["name"]} is missing, and has no fill" }
        val number = when {
            missing -> feature.getDouble("fill").toFloat()
            span != null -> span.toFloat()
            value is Boolean -> if (value) 1f else 0f
            value is Number -> value.toFloat()
            else -> value.toString().trim().toFloat()
        }
        return if (feature.optBoolean("indicator")) listOf(number, if (missing) 1f else 0f) else listOf(number)
    }

    /** On where a score reaches its threshold, both as float32. */
    fun decide(scores: FloatArray): List<Boolean> = thresholds.mapIndexed { label, cut -> scores[label] >= cut }

    fun labelsOn(scores: FloatArray): List<String> = labels.zip(decide(scores)).filter { it.second }.map { it.first }

    /** Replay the golden rows; the largest difference, or an error where this machine computes something else. */
    fun replay(run: (FloatArray) -> FloatArray): Float {
        check(!json.isNull("golden")) { "no golden rows to replay" }
        val golden = json.getJSONObject("golden")
        val tolerance = golden.getDouble("tolerance").toFloat()
        var largest = 0f
        golden.getJSONArray("rows").toList().forEachIndexed { number, row ->
            val got = run(encode((row as JSONArray).toList()))
            val on = decide(got)
            for (label in labels.indices) {
                val want = golden.getJSONArray("scores").getJSONArray(number).getDouble(label).toFloat()
                val decision = golden.getJSONArray("decisions").getJSONArray(number).getInt(label) == 1
                val difference = Math.abs(got[label] - want)
                val firm = Math.abs(want - thresholds[label]) > tolerance
                check(difference <= tolerance && !(firm && on[label] != decision)) { // NaN fails as well
                    "golden row $number, ${labels[label]}: ${got[label]} instead of $want"
                }
                largest = maxOf(largest, difference)
            }
        }
        return largest
    }

    companion object {
        private val BLANK = setOf("", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")

        /**
         * From a .tflite, whose end is a ZIP with tagship.json as its first entry, stored; every byte of the model and
         * of the contract is checked. From an .onnx, ONNX Runtime reads the text.
         */
        fun ofTflite(bytes: ByteArray): Contract {
            val view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
            val end = bytes.size - 22
            require(end >= 0 && view.getInt(end) == 0x06054b50) { "no contract behind the model" }
            val central = view.getInt(end + 16)
            val offset = view.getInt(central + 42)
            val start = offset + 30 + view.getShort(offset + 26)
            val stored = bytes.copyOfRange(start, start + view.getInt(central + 24))
            val contract = Contract(String(stored, Charsets.UTF_8))
            val hash = MessageDigest.getInstance("SHA-256")
            hash.update(bytes, 0, offset)
            hash.update(byteArrayOf(0x7b)) // {
            hash.update(stored, 77, stored.size - 77) // behind {"digest":"<64 hex digits>",
            val hex = hash.digest().joinToString("") { "%02x".format(it) }
            check(hex == contract.json.getString("digest")) { "the file is not as it was exported" }
            return contract
        }

        /** A category's word: whole numbers without a fraction, booleans in lower case, missing as empty. */
        private fun spelled(value: Any?): String = when {
            value == null -> ""
            value is Double && value.isNaN() -> ""
            value is Double && value == Math.rint(value) -> value.toLong().toString()
            else -> value.toString()
        }

        private fun flatten(value: Any?): List<Float> = when (value) {
            is JSONArray -> flatten(value.toList())
            is List<*> -> value.flatMap { flatten(it) }
            else -> listOf((value as Number).toFloat())
        }

        private fun JSONArray.toList(): List<Any?> = (0 until length()).map { place ->
            val value = opt(place)
            if (value == null || value == JSONObject.NULL) null else value
        }
    }
}
