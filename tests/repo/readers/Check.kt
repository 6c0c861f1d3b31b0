// What docs/readers/Contract.kt makes of a .tflite artifact and of rows; no engine.
package tagship

import java.io.File
import org.json.JSONArray
import org.json.JSONObject

fun plain(value: Any?): Any? = when (value) {
    is JSONArray -> (0 until value.length()).map { plain(value.opt(it)) }
    JSONObject.NULL -> null
    else -> value
}

fun main(arguments: Array<String>) {
    val bytes = File(arguments[0]).readBytes()
    val contract = if (arguments[0].endsWith(".tflite")) Contract.ofTflite(bytes) else Contract(String(bytes))
    val encoded = JSONArray()
    var errors = 0
    @Suppress("UNCHECKED_CAST")
    for (row in plain(JSONArray(System.`in`.reader().readText())) as List<List<Any?>>) {
        try {
            encoded.put(JSONArray(contract.encode(row).map { it.toDouble() }))
        } catch (error: IllegalArgumentException) {
            errors += 1
        }
    }
    val golden = contract.json.getJSONObject("golden").getJSONArray("scores")
    val scores = (0 until golden.length()).map { row ->
        FloatArray(contract.labels.size) { golden.getJSONArray(row).getDouble(it).toFloat() }
    }
    var next = 0
    val replayed = contract.replay { scores[next++] }
    val wrong = try {
        contract.replay { FloatArray(contract.labels.size) { Float.NaN } }
        "accepted"
    } catch (error: IllegalStateException) {
        "refused"
    }
    val result = JSONObject().put("encoded", encoded).put("errors", errors).put("replayed", replayed.toDouble())
    println(result.put("wrong", wrong).put("on", JSONArray(scores.map { JSONArray(contract.labelsOn(it)) })))
}
