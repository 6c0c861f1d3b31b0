// A .tflite artifact on iOS: the pod or package TensorFlowLiteSwift
import Foundation
import TensorFlowLite

final class LiteRtModel {
  let contract: Contract
  private let interpreter: Interpreter

  init(path: String) throws {
    contract = try Contract(tflite: Data(contentsOf: URL(fileURLWithPath: path)))  // before the engine sees a byte
    interpreter = try Interpreter(modelPath: path)
    try interpreter.allocateTensors()
    _ = try contract.replay(scores)  // once on every device: throws where it computes something else
  }

  /// One thread at a time. Missing values are NSNull().
  func predict(_ row: [Any]) throws -> [String] { contract.labelsOn(try scores(contract.encode(row))) }

  private func scores(_ row: [Float]) throws -> [Float] {
    try interpreter.copy(row.withUnsafeBufferPointer { Data(buffer: $0) }, toInputAt: 0)
    try interpreter.invoke()
    return try interpreter.output(at: 0).data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }
}
