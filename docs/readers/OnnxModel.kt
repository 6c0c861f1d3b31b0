// An .onnx artifact on Android: implementation("com.microsoft.onnxruntime:onnxruntime-android:1.22.0"); on a desktop's
// JVM com.microsoft.onnxruntime:onnxruntime, with org.json:json.
package tagship

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtSession
import java.nio.FloatBuffer

/** May be used by several threads; keep it, and close() it at the end. */
class OnnxModel(bytes: ByteArray) : AutoCloseable {
    private val environment = OrtEnvironment.getEnvironment()
    private val session = environment.createSession(bytes, OrtSession.SessionOptions())
    val contract = Contract(session.metadata.customMetadata.getValue("tagship"))
    private val input = contract.json.getJSONObject("input")

    init {
        contract.replay(::scores) // once on every device: throws where it computes something else
    }

    fun predict(row: List<Any?>): List<String> = contract.labelsOn(scores(contract.encode(row)))

    private fun scores(row: FloatArray): FloatArray {
        val sizes = input.getJSONArray("shape")
        val shape = LongArray(sizes.length()) { axis -> if (axis == 0) 1L else sizes.getLong(axis) }
        OnnxTensor.createTensor(environment, FloatBuffer.wrap(row), shape).use { tensor ->
            session.run(mapOf(input.getString("name") to tensor)).use { results ->
                @Suppress("UNCHECKED_CAST")
                return (results[0].value as Array<FloatArray>)[0]
            }
        }
    }

    override fun close() = session.close()
}
