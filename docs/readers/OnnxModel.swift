// An .onnx artifact on iOS: the package onnxruntime-swift-package-manager, whose bindings do not give metadata_props,
// so the contract is float32.onnx.json, the file that the export writes beside the artifact.
import Foundation
import OnnxRuntimeBindings

final class OnnxModel {
  let contract: Contract
  private let session: ORTSession

  init(path: String) throws {
    contract = try Contract(json: Data(contentsOf: URL(fileURLWithPath: path + ".json")))
    session = try ORTSession(env: ORTEnv(loggingLevel: .warning), modelPath: path, sessionOptions: nil)
    _ = try contract.replay(scores)  // also shows that the two files belong together
  }

  /// Missing values are NSNull().
  func predict(_ row: [Any]) throws -> [String] { contract.labelsOn(try scores(contract.encode(row))) }

  private func scores(_ row: [Float]) throws -> [Float] {
    guard let input = contract.json["input"] as? [String: Any], let shape = input["shape"] as? [Any],
      let from = input["name"] as? String, let output = contract.json["output"] as? [String: Any],
      let to = output["name"] as? String
    else { throw ContractError.unreadable("no input and output") }
    let data = NSMutableData(data: row.withUnsafeBufferPointer { Data(buffer: $0) })
    let sizes = [1] + shape.dropFirst().compactMap { $0 as? NSNumber }
    let tensor = try ORTValue(tensorData: data, elementType: .float, shape: sizes)
    let results = try session.run(withInputs: [from: tensor], outputNames: [to], runOptions: nil)
    guard let scores = try results[to]?.tensorData() as Data? else { throw ContractError.unreadable("no scores") }
    return scores.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }
}
