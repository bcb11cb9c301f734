// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CZonotope
import Zonotope

@c @implementation
public func zt_certify(
  _ pointer: OpaquePointer?, _ settings: UnsafePointer<zt_settings>?, _ neurons: Int,
  _ hidden: UnsafePointer<Double>?, _ hiddenStride: Int, _ outputs: UnsafePointer<Double>?,
  _ outputStride: Int, _ biases: UnsafePointer<Double>?, _ skip: UnsafePointer<Double>?,
  _ result: UnsafeMutablePointer<zt_audit>?, _ best: OpaquePointer?
) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    guard let result else { throw .missing("audit") }
    let room = result.pointee.struct_size
    guard room >= MemoryLayout<Int>.size else {
      throw .invalid(place: "audit.struct_size", reason: "\(room) bytes, not the size of a zt_audit")
    }
    let given = try read(settings)
    let problem = try handle.problem(SolverSettings(given))
    guard handle.network == .relu else {
      throw .unsupported(
        key: "network", reason: "a gated network is the optimum of a convex program of its own")
    }
    let (d, c) = (try problem.data.x.columns, problem.outputs)
    let width = handle.options.inputBias ? d + 1 : d
    let layers = (
      try matrix(hidden, neurons, width, hiddenStride, "hidden"),
      try matrix(outputs, neurons, c, outputStride, "outputs")
    )
    let allocator = try Allocator.of(given) ?? handle.allocator
    let audit = try withMemory(of: allocator) { () throws(ZonotopeError) in
      let network = try TwoLayerNetwork(
        hidden: layers.0, outputs: layers.1,
        biases: biases.map { Array(UnsafeBufferPointer(start: $0, count: c)) },
        skip: skip.map { Array(UnsafeBufferPointer(start: $0, count: d * c)) },
        inputBias: handle.options.inputBias, activation: handle.options.activation)
      return try problem.audit(network)
    }
    if let target = model(best), let better = audit.best { target.model = try Model(better, of: problem) }
    var answer = zt_audit()
    answer.struct_size = min(room, MemoryLayout<zt_audit>.size)
    answer.objective = audit.objective
    answer.lower_bound = audit.certificate.lowerBound
    answer.own_optimum = audit.ownOptimum
    answer.is_stationary = audit.isStationary ? 1 : 0
    answer.scope = audit.certificate.scope == .allNeurons ? .allNeurons : .givenPatterns
    answer.best_objective = audit.best?.networkObjective ?? audit.objective
    // A program compiled with fewer members has room for those.
    withUnsafeBytes(of: answer) {
      UnsafeMutableRawPointer(result).copyMemory(from: $0.baseAddress!, byteCount: answer.struct_size)
    }
  }
}
