import Testing

@testable import Zonotope

/// A kind of network with a loss: every choice that the library offers, in one value.
struct NetworkCase: Sendable, CustomTestStringConvertible {
  var isGated = true
  var activation = Activation.relu
  var term = LossCase.squared
  /// For losses that take any number.
  var outputs = 1
  var norm = OutputNorm.perClass
  var skip = false
  var inputBias = false
  var outputBias = false

  var testDescription: String {
    let parts = [
      isGated ? "gated" : "exact", "\(activation.on)/\(activation.off)", term.rawValue, "\(outputs)",
      norm.rawValue, skip ? "skip" : nil, inputBias ? "input bias" : nil, outputBias ? "output bias" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: " ")
  }

  static let activations = [
    Activation.relu, .abs, .leaky(0.3), Activation(on: -0.5, off: 2), Activation(on: 1, off: 1),
  ]

  /// All that share gates, activation and loss.
  static func all(gated: Bool, activation: Activation, term: LossCase) -> [NetworkCase] {
    var cases: [NetworkCase] = []
    for outputs in term.isSoftmax ? [term.outputs] : [1, 3] {
      for norm in outputs > 1 && gated ? OutputNorm.allCases : [.perClass] {
        for (skip, inputBias, outputBias) in (0..<8).map({ ($0 & 1 > 0, $0 & 2 > 0, $0 & 4 > 0) }) {
          cases.append(
            NetworkCase(
              isGated: gated, activation: activation, term: term, outputs: outputs, norm: norm, skip: skip,
              inputBias: inputBias, outputBias: outputBias))
        }
      }
    }
    return cases
  }

  /// One of each kind, for properties that are costly to check.
  static let varied: [NetworkCase] = [
    NetworkCase(),
    NetworkCase(isGated: false, activation: .abs, outputBias: true),
    NetworkCase(activation: .leaky(0.3), term: .huber, skip: true),
    NetworkCase(isGated: false, term: .logistic, skip: true, inputBias: true),
    NetworkCase(term: .hinge, outputBias: true),
    NetworkCase(isGated: false, term: .absolute, inputBias: true),
    NetworkCase(term: .softmax3, outputs: 3, norm: .nuclear, outputBias: true),
    NetworkCase(
      isGated: false, activation: .abs, term: .softTargets, outputs: 3, skip: true, outputBias: true),
    NetworkCase(term: .squared, outputs: 3, norm: .frobenius, skip: true, outputBias: true),
    NetworkCase(activation: Activation(on: -0.5, off: 2), term: .squared, outputs: 3, norm: .nuclear),
    NetworkCase(isGated: false, term: .huber, outputs: 2, outputBias: true),
  ]

  var options: TwoLayerOptions {
    var options = TwoLayerOptions()
    options.activation = activation
    options.inputBias = inputBias
    options.outputBias = outputBias
    options.skip = skip
    options.outputNorm = norm
    return options
  }

  /// Patterns that the rows of a first layer have.
  func masks(_ x: [[Double]], _ count: Int, seed: UInt64 = 3) throws -> [[Bool]] {
    try Example(x: x, y: []).masks(count, seed: seed, ones: inputBias)
  }

  func train(
    _ data: Targeted, _ patterns: PatternSelection, beta: Beta, scale: Double = 1,
    delta: Double = LossCase.delta,
    _ adjust: (inout SolverSettings) -> Void = { _ in }
  ) throws -> TrainingResult {
    var settings = SolverSettings()
    settings.tolerance = 1e-10
    settings.threads = 1
    adjust(&settings)
    let y = try MatrixView(data.y, rows: data.x.count, columns: data.y.count / data.x.count)
    let set = try Dataset(x: MatrixView(data.x), y: y)
    let loss: any ProximableLoss = term == .huber ? HuberLoss(delta: delta, scale: scale) : term.loss(scale)
    return isGated
      ? try GatedReLU(patterns: patterns, options: options).train(
        on: set, loss: loss, beta: beta, settings: settings)
      : try ReLU(patterns: patterns, options: options).train(
        on: set, loss: loss, beta: beta, settings: settings)
  }

  /// What training gives in the end, to ten digits.
  func optimum(
    _ data: Targeted, _ patterns: PatternSelection, beta: Double, scale: Double = 1,
    delta: Double = LossCase.delta
  ) throws -> Double {
    let solution = try train(data, patterns, beta: .absolute(beta), scale: scale, delta: delta).solution
    guard solution.status == .optimal else { throw NotOptimal(solution: solution, network: self) }
    return solution.objective
  }
}

struct NotOptimal: Error, CustomStringConvertible {
  let solution: Solution
  let network: NetworkCase
  var description: String {
    "\(network.testDescription): \(solution.status) with a gap of \(solution.relativeGap) after "
      + "\(solution.iterations) steps of \(solution.solver)"
  }
}

/// Rows with what a loss wants of them: one number an output.
struct Targeted: Sendable {
  var x: [[Double]]
  var y: [Double]

  init(x: [[Double]], y: [Double]) { (self.x, self.y) = (x, y) }

  init(_ network: NetworkCase, samples: Int, features: Int, seed: UInt64 = 21) {
    var random = Xoshiro256(seed: seed)
    x = (0..<samples).map { _ in (0..<features).map { _ in random.nextNormal() } }
    y = network.term.targets(samples * network.outputs / network.term.outputs, &random)
  }

  var outputs: Int { y.count / x.count }

  /// The rows with these indices.
  func rows(_ indices: [Int]) -> Targeted {
    let c = outputs
    return Targeted(x: indices.map { x[$0] }, y: indices.flatMap { y[$0 * c..<($0 + 1) * c] })
  }
}
