import Testing

@testable import Zonotope

/// An architecture with a loss and its biases.
struct Scenario: Sendable, CustomTestStringConvertible {
  enum Kind: String, CaseIterable { case gated, exact }
  enum Term: String, CaseIterable { case squared, logistic }

  var kind: Kind
  var term: Term
  var inputBias = false
  var outputBias = false

  var testDescription: String {
    "\(kind) \(term)" + (inputBias ? " + input bias" : "") + (outputBias ? " + output bias" : "")
  }

  static let plain = Kind.allCases.flatMap { kind in
    Term.allCases.map { Scenario(kind: kind, term: $0) }
  }

  static let all = plain.flatMap { scenario in
    [(false, false), (true, false), (false, true), (true, true)].map { inputBias, outputBias in
      var biased = scenario
      (biased.inputBias, biased.outputBias) = (inputBias, outputBias)
      return biased
    }
  }

  func train(
    _ data: Example, _ patterns: PatternSelection, beta: Beta, scale: Double = 1,
    _ adjust: (inout SolverSettings) -> Void = { _ in }
  ) throws -> TrainingResult {
    var settings = SolverSettings()
    settings.tolerance = 1e-10
    settings.threads = 1
    adjust(&settings)
    let set = try Dataset(x: MatrixView(data.x), y: targets(data))
    switch (kind, term) {
    case (.gated, .squared):
      return try gated(patterns).train(
        on: set, loss: SquaredLoss(scale: scale), beta: beta, settings: settings)
    case (.gated, .logistic):
      return try gated(patterns).train(
        on: set, loss: LogisticLoss(scale: scale), beta: beta, settings: settings)
    case (.exact, .squared):
      return try exact(patterns).train(
        on: set, loss: SquaredLoss(scale: scale), beta: beta, settings: settings)
    case (.exact, .logistic):
      return try exact(patterns).train(
        on: set, loss: LogisticLoss(scale: scale), beta: beta, settings: settings)
    }
  }

  /// Labels -1 and +1 for the logistic loss.
  func targets(_ data: Example) -> [Double] {
    term == .squared ? data.y : data.y.map { $0 < 0 ? -1 : 1 }
  }

  private func gated(_ patterns: PatternSelection) -> GatedReLU {
    GatedReLU(patterns: patterns, inputBias: inputBias, outputBias: outputBias)
  }

  private func exact(_ patterns: PatternSelection) -> ReLU {
    ReLU(patterns: patterns, inputBias: inputBias, outputBias: outputBias)
  }
}

/// Small random data: rows, and targets of both signs from two neurons and noise.
struct Example {
  var x: [[Double]]
  var y: [Double]

  init(x: [[Double]], y: [Double]) {
    self.x = x
    self.y = y
  }

  init(samples: Int, features: Int, seed: UInt64) {
    var random = Xoshiro256(seed: seed)
    let rows = (0..<samples).map { _ in (0..<features).map { _ in random.nextNormal() } }
    let (v, w) = (
      (0..<features).map { _ in random.nextNormal() }, (0..<features).map { _ in random.nextNormal() }
    )
    x = rows
    y = rows.map {
      max(Naive.dot($0, v), 0) - max(Naive.dot($0, w), 0) + 0.3 * random.nextNormal()
    }
  }

  /// The patterns of random gates on these rows, as masks; with `ones` on rows with a one appended.
  func masks(_ count: Int, seed: UInt64, ones: Bool = false) throws -> [[Bool]] {
    let rows = ones ? x.map { $0 + [1] } : x
    let set = try PatternSet.sampled(from: MatrixView(rows), count: count, seed: seed)
    return (0..<set.count).map { i in (0..<set.samples).map { set[i, $0] } }
  }
}
