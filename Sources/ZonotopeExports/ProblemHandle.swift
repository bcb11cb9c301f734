// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CZonotope
import Zonotope

/// What stands behind a `zt_problem`.
final class ProblemHandle: Handle {
  var samples: Problem.Samples?
  var network = zt_network.relu
  var options = TwoLayerOptions()
  var loss = Problem.LossTerm.squared(SquaredLoss(scale: 1))
  var beta: Beta?
  var patterns = PatternSelection.all

  func problem(_ settings: SolverSettings) throws(ZonotopeError) -> Problem {
    guard let samples else { throw .invalid(place: "data", reason: "is missing") }
    guard let beta else { throw .invalid(place: "beta", reason: "is missing") }
    let model: Problem.Model =
      network == .relu
      ? .relu(ReLU(patterns: patterns, options: options))
      : .gatedReLU(GatedReLU(patterns: patterns, options: options))
    return Problem(samples: samples, model: model, loss: loss, beta: beta, settings: settings)
  }
}

func problem(_ pointer: OpaquePointer?) -> ProblemHandle? {
  pointer.map { Unmanaged<ProblemHandle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
}

@c @implementation
public func zt_problem_create(_ result: UnsafeMutablePointer<OpaquePointer?>?) -> zt_status {
  guard let result else { return .invalid }
  result.pointee = retained(ProblemHandle())
  return .ok
}

@c @implementation
public func zt_problem_destroy(_ pointer: OpaquePointer?) {
  guard let pointer else { return }
  Unmanaged<ProblemHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
}

@c @implementation
public func zt_problem_message(_ pointer: OpaquePointer?) -> UnsafePointer<CChar>? {
  problem(pointer)?.text ?? emptyText
}

@c @implementation
public func zt_problem_set_data(
  _ pointer: OpaquePointer?, _ n: Int, _ d: Int, _ x: UnsafePointer<Double>?, _ stride: Int,
  _ y: UnsafePointer<Double>?
) -> zt_status {
  zt_problem_set_data_targets(pointer, n, d, x, stride, 1, y, 1)
}

@c @implementation
public func zt_problem_set_data_targets(
  _ pointer: OpaquePointer?, _ n: Int, _ d: Int, _ x: UnsafePointer<Double>?, _ stride: Int, _ c: Int,
  _ y: UnsafePointer<Double>?, _ targetStride: Int
) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    handle.samples = .dense(
      try Dataset(x: matrix(x, n, d, stride, "x"), y: matrix(y, n, c, targetStride, "y")))
  }
}

@c @implementation
public func zt_problem_set_network(
  _ pointer: OpaquePointer?, _ network: zt_network, _ inputBias: Int32, _ outputBias: Int32
) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    guard network == .relu || network == .gatedReLU else {
      throw .unsupported(key: "network", reason: "\(network.rawValue) is not known to this version")
    }
    handle.network = network
    handle.options.inputBias = inputBias != 0
    handle.options.outputBias = outputBias != 0
  }
}

@c @implementation
public func zt_problem_set_activation(_ pointer: OpaquePointer?, _ on: Double, _ off: Double) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let activation = Activation(on: on, off: off)
    try activation.check(place: "activation")
    handle.options.activation = activation
  }
}

@c @implementation
public func zt_problem_set_skip(_ pointer: OpaquePointer?, _ skip: Int32) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in handle.options.skip = skip != 0 }
}

@c @implementation
public func zt_problem_set_growth(_ pointer: OpaquePointer?, _ grows: Int32) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in handle.options.grows = grows != 0 }
}

@c @implementation
public func zt_problem_set_output_norm(_ pointer: OpaquePointer?, _ norm: zt_output_norm) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    switch norm {
    case .perClass: handle.options.outputNorm = .perClass
    case .nuclear: handle.options.outputNorm = .nuclear
    case .frobenius: handle.options.outputNorm = .frobenius
    default: throw .unsupported(key: "outputs", reason: "\(norm.rawValue) is not known to this version")
    }
  }
}

@c @implementation
public func zt_problem_set_loss(_ pointer: OpaquePointer?, _ loss: zt_loss, _ scale: Double) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    try checkPositive(scale, "loss.scale")
    switch loss {
    case .squared: handle.loss = .squared(SquaredLoss(scale: scale))
    case .logistic: handle.loss = .logistic(LogisticLoss(scale: scale))
    case .hinge: handle.loss = .hinge(HingeLoss(scale: scale))
    case .absolute: handle.loss = .absolute(AbsoluteLoss(scale: scale))
    case .interpolation: handle.loss = .interpolation(InterpolationLoss())
    default: throw .unsupported(key: "loss", reason: "\(loss.rawValue) is not known to this version")
    }
  }
}

@c @implementation
public func zt_problem_set_softmax(_ pointer: OpaquePointer?, _ classes: Int, _ scale: Double) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    try checkPositive(scale, "loss.scale")
    guard classes >= 0 else { throw .sizeOverflow(place: "loss.classes") }
    guard classes > 1 else {
      throw .invalid(place: "loss.classes", reason: "\(classes), a choice needs two at least")
    }
    handle.loss = .softmax(SoftmaxLoss(classes: classes, scale: scale))
  }
}

@c @implementation
public func zt_problem_set_huber(_ pointer: OpaquePointer?, _ delta: Double, _ scale: Double) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    try checkPositive(scale, "loss.scale")
    try checkPositive(delta, "loss.delta")
    handle.loss = .huber(HuberLoss(delta: delta, scale: scale))
  }
}

private func checkPositive(_ value: Double, _ place: String) throws(ZonotopeError) {
  guard value > 0, value.isFinite else {
    throw .invalid(place: place, reason: "\(value) is not a finite number above 0")
  }
}

@c @implementation
public func zt_problem_set_beta(_ pointer: OpaquePointer?, _ beta: Double) -> zt_status {
  set(pointer, "beta", beta, .absolute(beta))
}

@c @implementation
public func zt_problem_set_beta_ratio(_ pointer: OpaquePointer?, _ ratio: Double) -> zt_status {
  set(pointer, "betaRatio", ratio, .ratio(ratio))
}

private func set(_ pointer: OpaquePointer?, _ place: String, _ value: Double, _ beta: Beta) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    guard value >= 0, value.isFinite else {
      throw .invalid(place: place, reason: "\(value) is not a finite number of at least 0")
    }
    handle.beta = beta
  }
}

@c @implementation
public func zt_problem_use_all_patterns(_ pointer: OpaquePointer?) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in handle.patterns = .all }
}

@c @implementation
public func zt_problem_sample_patterns(_ pointer: OpaquePointer?, _ count: Int, _ seed: UInt64) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    guard count != 0 else { throw .invalid(place: "patterns.sample.count", reason: "is 0") }
    guard count > 0 else { throw .sizeOverflow(place: "patterns.sample.count") }
    guard seed < 1 << 53 else {
      throw .invalid(place: "patterns.sample.seed", reason: "\(seed) is not below 2^53")
    }
    handle.patterns = .sampled(count: count, seed: seed)
  }
}

@c @implementation
public func zt_problem_set_gates(
  _ pointer: OpaquePointer?, _ count: Int, _ width: Int, _ gates: UnsafePointer<Double>?, _ stride: Int
) -> zt_status {
  guard let handle = problem(pointer) else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    let view = try matrix(gates, count, width, stride, "patterns.gates")
    guard count > 0, width > 0 else { throw .invalid(place: "patterns.gates", reason: "there are none") }
    for i in 0..<count {
      for k in 0..<width where !view[i, k].isFinite {
        throw .invalid(place: "patterns.gates[\(i)][\(k)]", reason: "\(view[i, k]) is not a finite number")
      }
    }
    handle.patterns = .gates(
      try withMemory(of: handle.allocator) { () throws(ZonotopeError) in try view.copy() })
  }
}
