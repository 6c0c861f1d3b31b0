// A .tflite artifact on Android: implementation("com.google.ai.edge.litert:litert:1.4.1")
package tagship

import android.content.res.AssetManager
import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.tensorflow.lite.Interpreter

/** One thread at a time; keep it, and close() it at the end. */
class LiteRtModel(bytes: ByteArray) : AutoCloseable {
    val contract = Contract.ofTflite(bytes)
    private val interpreter = Interpreter(ByteBuffer.allocateDirect(bytes.size).order(ByteOrder.nativeOrder()).put(bytes))

    init {
        require(contract.json.getJSONObject("input").getString("dtype") == "float32") { "int8_io needs its scale" }
        contract.replay(::scores) // once on every device: throws where it computes something else
    }

    fun predict(row: List<Any?>): List<String> = contract.labelsOn(scores(contract.encode(row)))

    private fun scores(row: FloatArray): FloatArray {
        val input = ByteBuffer.allocateDirect(4 * row.size).order(ByteOrder.nativeOrder())
        row.forEach { input.putFloat(it) }
        input.rewind()
        val output = arrayOf(FloatArray(contract.labels.size))
        interpreter.run(input, output)
        return output[0]
    }

    override fun close() = interpreter.close()

    companion object {
        fun open(assets: AssetManager, name: String) = LiteRtModel(assets.open(name).use { it.readBytes() })
    }
}
