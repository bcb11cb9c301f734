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
    guard let allocator = try Allocator.of(given) else {
      target.model = Model(try problem.solve(), of: problem)
      return
    }
    target.model = try allocator.providing { () throws(ZonotopeError) in
      Model(try problem.solve(), of: problem)
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
    let model = try handle.content()
    let values = try model.predict(matrix(x, n, d, stride, "x"))
    guard n > 0 else { return }
    guard let outputs else { throw .missing("outputs") }
    outputs.update(from: values, count: n)
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
  return handle.perform { () throws(ZonotopeError) in try handle.content().save(to: path(file)) }
}

@c @implementation
public func zt_model_load(_ pointer: OpaquePointer?, _ file: UnsafePointer<CChar>?) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in handle.model = try Model(path: path(file)) }
}

@c @implementation
public func zt_model_weights(
  _ pointer: OpaquePointer?, _ hidden: UnsafeMutablePointer<Double>?, _ stride: Int,
  _ outputs: UnsafeMutablePointer<Double>?, _ bias: UnsafeMutablePointer<Double>?
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let network = try handle.content().network
    if let hidden {
      try fill(hidden, stride, "hidden_stride", network.neurons.map(\.weights), network.width)
    }
    outputs?.update(from: network.neurons.map(\.output), count: network.neurons.count)
    bias?.pointee = network.bias
  }
}

@c @implementation
public func zt_model_gates(
  _ pointer: OpaquePointer?, _ gates: UnsafeMutablePointer<Double>?, _ stride: Int
) -> zt_status {
  guard let handle = model(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let network = try handle.content().network
    guard case .gated(let list) = network.activation else {
      throw .unsupported(key: "gates", reason: "the network has none")
    }
    guard let gates else { throw .missing("gates") }
    let unknown = [Double](repeating: .nan, count: network.width)
    let rows = list.map { if case .direction(let direction) = $0 { direction } else { unknown } }
    try fill(gates, stride, "gate_stride", rows, network.width)
  }
}

private func fill(
  _ target: UnsafeMutablePointer<Double>, _ stride: Int, _ place: String, _ rows: [[Double]], _ width: Int
) throws(ZonotopeError) {
  guard stride >= width, !stride.multipliedReportingOverflow(by: max(1, rows.count) * 8).overflow else {
    throw .invalid(place: place, reason: "\(stride) is below the width, \(width), or beyond memory")
  }
  for (k, row) in rows.enumerated() { (target + k * stride).update(from: row, count: width) }
}
