/// What can be trained for several values of beta on the same data: what regularisation paths and cross-validation take.
public protocol PathTrainable<Network>: Sendable {
  associatedtype Network: NeuralNetwork
  /// How the rows that it is trained on are stored.
  associatedtype Rows: SampleRows = MatrixView

  /// The program on these data, kept ready for one beta after the other.
  ///
  /// - Throws: misuse only, before any work.
  func session(
    on data: LabelledRows<Rows>, loss: some Loss, settings: SolverSettings
  ) throws(ZonotopeError) -> any PathSession<Network>

  /// Whether its patterns are bits of given rows, so that it cannot be trained on a part of them.
  var belongsToRows: Bool { get }

  /// Rows of the data set, next to each other, that are one sample and stay together.
  var rowsPerSample: Int { get }
}

extension PathTrainable {
  public var belongsToRows: Bool { false }
  public var rowsPerSample: Int { 1 }
}

/// A program kept ready to be solved for one beta after the other.
public protocol PathSession<Network>: AnyObject {
  associatedtype Network: NeuralNetwork

  /// The smallest beta whose optimum is the zero network.
  var betaMax: Double { get }

  /// What the solves to come may spend.
  var settings: SolverSettings { get set }

  /// The optimum for one beta, from the answer to the last one.
  func train(beta: Beta) throws(ZonotopeError) -> TrainingOutcome<Network>

  /// The norms of the neurons of an answer, |alpha| ||w||, by what a neuron has in common with those of other betas: its
  /// pattern, or its breakpoint.
  func neuronNorms(of outcome: TrainingOutcome<Network>) -> [UInt64: Double]
}

extension Trainable {
  public func session(
    on data: LabelledRows<Rows>, loss: some Loss, settings: SolverSettings
  ) throws(ZonotopeError) -> any PathSession<Network> {
    try TrainingSession(self, data: data, loss: loss, settings: settings)
  }
}

extension TrainingSession: PathSession {
  public typealias Network = A.Network

  public func neuronNorms(of outcome: TrainingOutcome<A.Network>) -> [UInt64: Double] {
    if let norms = architecture.unitNorms(of: outcome.network) { return norms }
    let patterns = formulation.patterns, size = formulation.patternSize
    guard size > 0, patterns.count > 0 else { return [:] }
    let blocks = outcome.solution.point.blocks
    var norms: [UInt64: Double] = [:]
    for unit in 0..<blocks.count / size {
      let squares = blocks[unit * size..<(unit + 1) * size].reduce(0) { $0 + $1 * $1 }
      guard squares > 0 else { continue }
      // Column generation numbers patterns anew: what stays are their bits, and the sign of the neuron.
      var hash = WordHash()
      hash.add(UInt64(unit / patterns.count))
      let line = unit % patterns.count * patterns.patternWords
      for word in 0..<patterns.patternWords { hash.add(patterns.patternBits[line + word]) }
      norms[hash.value] = squares.squareRoot()
    }
    return norms
  }
}

/// Networks whose optimum takes so little time that every beta is a solve by itself.
final class DirectSession: PathSession {
  let betaMax: Double
  var settings: SolverSettings
  private let solve: (Beta, SolverSettings) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork>

  init(
    betaMax: Double, settings: SolverSettings,
    solve: @escaping (Beta, SolverSettings) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork>
  ) {
    (self.betaMax, self.settings, self.solve) = (betaMax, settings, solve)
  }

  func train(beta: Beta) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork> {
    try solve(beta, settings)
  }

  func neuronNorms(of outcome: TrainingOutcome<ParallelNetwork>) -> [UInt64: Double] {
    outcome.network.unitNorms()
  }
}

extension OneDimensionalNetwork: PathTrainable {
  public func session(
    on data: Dataset, loss: some Loss, settings: SolverSettings
  ) throws(ZonotopeError) -> any PathSession<ParallelNetwork> {
    // A solve at betaMax is a pass over the samples.
    let first = try train(on: data, loss: loss, beta: .ratio(1), settings: settings)
    return DirectSession(betaMax: first.betaMax, settings: settings) {
      [self] (beta, settings) throws(ZonotopeError) in
      try train(on: data, loss: loss, beta: beta, settings: settings)
    }
  }
}

extension ParallelNetwork {
  /// The norms of the units, |alpha| times their weights, by the breakpoint of one neuron, or by what else tells them apart.
  /// Units with thresholds on one line count at each of these, so that a staircase has the norms of the units it stands for.
  func unitNorms() -> [UInt64: Double] {
    var norms: [UInt64: Double] = [:]
    forEachListedUnit { widths, numbers, mask in
      var key = WordHash(), norm = abs(numbers[numbers.count - 1] * numbers[numbers.count - 2])
      if let mask {
        for bit in mask { key.add(bit ? 1 : 0 as UInt64) }
      } else if features == 1, activation.isStep {
        let cuts = Set((0..<widths[0]).compactMap { cut(numbers[$0], numbers[widths[0] + $0]) })
        for cut in cuts { norms[placeKey(cut), default: 0] += norm }
        return
      } else if features == 1, widths.allSatisfy({ $0 == 1 }) {
        key.add(cut(numbers[0], numbers[1]) ?? .infinity)
        for layer in 0..<depth - 1 { norm *= abs(numbers[2 * layer]) }
      } else {
        for number in numbers.dropLast(2) { key.add(number) }
      }
      norms[key.value, default: 0] += norm
    }
    if let staircase {
      for (cut, norm) in staircase.cutNorms where norm > 0 {
        norms[placeKey(features == 1 ? cut / staircase.direction[0] : cut), default: 0] += norm
      }
    }
    return norms
  }

  /// Where a neuron on a line changes, in whichever direction; nil where it is constant.
  private func cut(_ weight: Double, _ bias: Double) -> Double? { weight == 0 ? nil : -bias / weight }

  private func placeKey(_ place: Double) -> UInt64 {
    var key = WordHash()
    key.add(place)
    return key.value
  }
}

extension TokenArchitecture {
  /// Those of the heads, by their gate and their place.
  public func unitNorms(of network: TokenNetwork) -> [UInt64: Double]? {
    func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    var norms: [UInt64: Double] = [:]
    for head in network.heads {
      var key = WordHash()
      key.add(UInt64(head.gate))
      key.add(UInt64(head.place))
      norms[key.value, default: 0] += length(head.left) * length(head.right)
    }
    return norms
  }
}
