// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CZonotope
import Zonotope

/// What stands behind a `zt_model`.
final class ModelHandle: Handle {
  var model: Model?

  func content() throws(ZonotopeError) -> Model {
    guard let model else { throw .invalid(place: "model", reason: "is empty") }
    return model
  }
}

func model(_ pointer: OpaquePointer?) -> ModelHandle? {
  pointer.map { Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
}

@c @implementation
public func zt_model_create(_ result: UnsafeMutablePointer<OpaquePointer?>?) -> zt_status {
  guard let result else { return .invalid }
  result.pointee = retained(ModelHandle())
  return .ok
}

@c @implementation
public func zt_model_destroy(_ pointer: OpaquePointer?) {
  guard let pointer else { return }
  Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
}

@c @implementation
public func zt_model_message(_ pointer: OpaquePointer?) -> UnsafePointer<CChar>? {
  model(pointer)?.text ?? emptyText
}

@c @implementation
public func zt_train(
  _ pointer: OpaquePointer?, _ settings: UnsafePointer<zt_settings>?, _ result: OpaquePointer?
) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    guard let target = model(result) else { throw .missing("model") }
    let given = try read(settings)
    let problem = try handle.problem(SolverSettings(given))
    let allocator = try Allocator.of(given) ?? handle.allocator
    target.model = try withMemory(of: allocator) { () throws(ZonotopeError) in
      try Model(problem.solve(), of: problem)
    }
  }
}

@c @implementation
public func zt_predict(
  _ pointer: OpaquePointer?, _ n: Int, _ d: Int, _ x: UnsafePointer<Double>?, _ stride: Int,
  _ outputs: UnsafeMutablePointer<Double>?
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    try requireOneOutput(handle.content().network, "zt_predict_outputs")
    try predict(handle, n, d, x, stride, 1, outputs)
  }
}

@c @implementation
public func zt_predict_outputs(
  _ pointer: OpaquePointer?, _ n: Int, _ d: Int, _ x: UnsafePointer<Double>?, _ stride: Int, _ c: Int,
  _ outputs: UnsafeMutablePointer<Double>?
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    try predict(handle, n, d, x, stride, c, outputs)
  }
}

@c @implementation
public func zt_predict_sparse(
  _ pointer: OpaquePointer?, _ n: Int, _ d: Int, _ index: zt_index, _ p: UnsafeRawPointer?,
  _ i: UnsafeRawPointer?, _ x: UnsafePointer<Double>?, _ c: Int, _ outputs: UnsafeMutablePointer<Double>?
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let model = try handle.content()
    try withMemory(of: handle.allocator) { () throws(ZonotopeError) in
      let rows = try sparseMatrix(n, d, index, p, i, x)
      try model.predict(rows, into: room(outputs, n, c, of: model))
    }
  }
}

private func predict(
  _ handle: ModelHandle, _ n: Int, _ d: Int, _ x: UnsafePointer<Double>?, _ stride: Int, _ c: Int,
  _ outputs: UnsafeMutablePointer<Double>?
) throws(ZonotopeError) {
  let model = try handle.content()
  let rows = try matrix(x, n, d, stride, "x"), room = try room(outputs, n, c, of: model)
  try withMemory(of: handle.allocator) { () throws(ZonotopeError) in try model.predict(rows, into: room) }
}

/// The memory of the caller for c outputs of n rows.
private func room(
  _ outputs: UnsafeMutablePointer<Double>?, _ n: Int, _ c: Int, of model: Model
) throws(ZonotopeError) -> UnsafeMutableBufferPointer<Double> {
  guard c == model.network.outputs else {
    throw .invalid(place: "c", reason: "\(c), the network has \(model.network.outputs) outputs")
  }
  guard n == 0 || outputs != nil else { throw .missing("outputs") }
  let (count, overflow) = n.multipliedReportingOverflow(by: c)
  guard !overflow, count <= Int.max / 8 else { throw .sizeOverflow(place: "outputs") }
  return UnsafeMutableBufferPointer(start: outputs, count: count)
}

/// For functions whose arrays have room for one number a row or neuron.
private func requireOneOutput(_ network: TwoLayerNetwork, _ other: String) throws(ZonotopeError) {
  guard network.outputs == 1 else {
    throw .invalid(place: "model", reason: "the network has \(network.outputs) outputs: call \(other)")
  }
}

/// Swift would repair what is not UTF-8, and name another file.
private func path(_ path: UnsafePointer<CChar>?) throws(ZonotopeError) -> String {
  guard let path else { throw .missing("path") }
  guard let text = String(validatingCString: path) else {
    throw .invalid(place: "path", reason: "is not UTF-8")
  }
  return text
}

@c @implementation
public func zt_model_save(_ pointer: OpaquePointer?, _ file: UnsafePointer<CChar>?) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let (model, path) = (try handle.content(), try path(file))
    try withMemory(of: handle.allocator) { () throws(ZonotopeError) in try model.save(to: path) }
  }
}

@c @implementation
public func zt_model_load(_ pointer: OpaquePointer?, _ file: UnsafePointer<CChar>?) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let path = try path(file)
    handle.model = try withMemory(of: handle.allocator) { () throws(ZonotopeError) in try Model(path: path) }
  }
}

@c @implementation
public func zt_model_weights(
  _ pointer: OpaquePointer?, _ hidden: UnsafeMutablePointer<Double>?, _ stride: Int,
  _ outputs: UnsafeMutablePointer<Double>?, _ bias: UnsafeMutablePointer<Double>?
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let network = try handle.content().network
    try requireOneOutput(network, "zt_model_layers")
    try fill(hidden, stride, "hidden_stride", network, width: network.width) { network.neurons[$0].weights }
    try fill(outputs, 1, "outputs", network, width: 1) { network.neurons[$0].outputs }
    bias?.pointee = network.bias
  }
}

@c @implementation
public func zt_model_layers(
  _ pointer: OpaquePointer?, _ hidden: UnsafeMutablePointer<Double>?, _ stride: Int,
  _ outputs: UnsafeMutablePointer<Double>?, _ outputStride: Int, _ biases: UnsafeMutablePointer<Double>?,
  _ skip: UnsafeMutablePointer<Double>?
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let network = try handle.content().network, heads = network.outputWeights
    try checkStride(hidden, stride, "hidden_stride", network, width: network.hiddenWidth)
    try checkStride(outputs, outputStride, "output_stride", network, width: heads)
    try fill(hidden, stride, "hidden_stride", network, width: network.hiddenWidth) {
      network.neurons[$0].weights
    }
    try fill(outputs, outputStride, "output_stride", network, width: heads) { network.neurons[$0].outputs }
    biases?.update(from: network.biases, count: network.biases.count)
    skip?.update(from: network.skip, count: network.skip.count)
  }
}

@c @implementation
public func zt_model_gates(
  _ pointer: OpaquePointer?, _ gates: UnsafeMutablePointer<Double>?, _ stride: Int
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let network = try handle.content().network
    guard case .fixed(let list) = network.gates else {
      throw .unsupported(key: "gates", reason: "the network has none")
    }
    guard let gates else { throw .missing("gates") }
    let unknown = [Double](repeating: .nan, count: network.width)
    try fill(gates, stride, "gate_stride", network, width: network.width) {
      if case .direction(let direction) = list[$0] { direction } else { unknown }
    }
  }
}

/// Writes a row of so many numbers for every neuron.
private func fill(
  _ target: UnsafeMutablePointer<Double>?, _ stride: Int, _ place: String, _ network: TwoLayerNetwork,
  width: Int, _ row: (Int) -> [Double]
) throws(ZonotopeError) {
  try checkStride(target, stride, place, network, width: width)
  guard let target else { return }
  for k in 0..<network.neurons.count { (target + k * stride).update(from: row(k), count: width) }
}

private func checkStride(
  _ target: UnsafeMutablePointer<Double>?, _ stride: Int, _ place: String, _ network: TwoLayerNetwork,
  width: Int
) throws(ZonotopeError) {
  let elements = max(1, network.neurons.count) * 8
  guard target == nil || (stride >= width && !stride.multipliedReportingOverflow(by: elements).overflow)
  else {
    throw .invalid(place: place, reason: "\(stride) is below the width, \(width), or beyond memory")
  }
}
