/// Networks on one-dimensional data: units side by side, two layers or more, trained to the global optimum over all of
/// them in time that grows with the samples.
///
/// With biases that cost nothing, and the weights of a unit penalised by (beta / L) sum |w|^L over its L layers (by the
/// amplitude and the output weight of thresholds and signs), training is a Lasso problem over an explicit dictionary
/// (Zeger, Wang, Mishkin, Ergen, Candes and Pilanci, "A Library of Mirrors", 2024). The dictionary is never formed: what it
/// can do is a penalty of functions, the total variation of slopes or of values in most cases.
public struct OneDimensionalNetwork: Sendable, Equatable {
  public enum Activation: Sendable, Equatable {
    case relu
    /// max(t, 0) + slope min(t, 0), slope from -1 to below 1.
    case leaky(slope: Double)
    case absolute
    case threshold
    case sign
  }

  /// How neurons of three layers and more are connected.
  public enum Shape: String, Sendable, CaseIterable {
    /// One neuron a layer.
    case narrow
    /// Layers of neurons, each of which sees all of the layer before.
    case rectangular
    /// Layers of neurons that have their inputs for themselves.
    case tree
  }

  public var activation: Activation
  /// Layers of weights, output weights included.
  public var depth: Int
  public var shape: Shape
  /// Neurons of the hidden layers but the last, which has one: depth - 2 numbers. For trees inputs of a neuron.
  public var widths: [Int]
  /// A constant that costs nothing. Without one thresholds and signs only: others have constants for nothing anyway.
  public var outputBias: Bool

  /// A network with units of one neuron a layer.
  public init(activation: Activation, depth: Int = 2, outputBias: Bool = true) {
    self.init(activation: activation, depth: depth, shape: .narrow, widths: [], outputBias: outputBias)
  }

  public init(activation: Activation, depth: Int, shape: Shape, widths: [Int], outputBias: Bool = true) {
    (self.activation, self.depth, self.shape) = (activation, depth, shape)
    (self.widths, self.outputBias) = (widths, outputBias)
    if shape == .narrow, widths.isEmpty, depth > 2 {
      self.widths = [Int](repeating: 1, count: depth - 2)
    }
  }

  var networkActivation: ParallelNetwork.Activation {
    switch activation {
    case .relu: .relu
    case .leaky(let slope): .leaky(slope: slope)
    case .absolute: .abs
    case .threshold: .threshold
    case .sign: .sign
    }
  }

  private var isStep: Bool { activation == .threshold || activation == .sign }

  /// What it can do on so many positions.
  ///
  /// - Throws: what there is no program for.
  func model(positions: Int) throws(ZonotopeError) -> LineModel {
    try checkLayers(depth: depth, widths: widths)
    guard outputBias || isStep else {
      throw .unsupported(
        key: "model.outputBias",
        reason: "a unit whose weight goes to zero while its bias grows is a constant that costs nothing, "
          + "so that without an output bias no network is the best: leave it in"
      )
    }
    if case .leaky(let slope) = activation {
      guard slope >= -1, slope < 1 else {
        throw .invalid(place: "model.slope", reason: "\(slope) is not between -1 and below 1")
      }
    }
    if isStep { return stepModel(positions: positions) }
    guard depth == 2 || widths.allSatisfy({ $0 == 1 }) else {
      throw .unsupported(
        key: "model.widths",
        reason: "wide layers have programs with thresholds and signs only; others are narrow")
    }
    switch (activation, depth) {
    case (.relu, 2): return .bends(lean: 0)
    case (.leaky(let slope), 2): return .bends(lean: slope)
    case (.absolute, 2): return .bends(lean: -1)
    case (.relu, _): return .flatBends
    case (.absolute, 3): return .folds
    default:
      throw .unsupported(
        key: "model.depth",
        reason: "\(depth) layers of this activation have no known program; "
          + (activation == .absolute ? "up to three do" : "two do"))
    }
  }

  private func stepModel(positions: Int) -> LineModel {
    let lean = activation == .sign ? -1.0 : 0
    let changes: Int
    switch shape {
    case .tree: changes = widths.reduce(1) { saturatingProduct($0, $1) }
    case .narrow, .rectangular: changes = widths.first ?? 1
    }
    if depth == 2 || changes <= 1 { return .jumps(lean: lean, bias: outputBias) }
    return changes >= positions - 1
      ? .span(lean: lean, bias: outputBias) : .switches(limit: changes, lean: lean, bias: outputBias)
  }

  /// Units of the dictionary that the program stands for.
  func dictionarySize(positions n: Int, _ model: LineModel) -> Int {
    switch model {
    case .bends(let lean): return lean == -1 ? n : saturatingProduct(2, n)
    case .flatBends: return saturatingProduct(n, n - 1) / 2
    case .jumps: return saturatingProduct(2, n)
    case .span: return n < 62 ? 1 << n : .max
    case .folds: return saturatingSum(saturatingProduct(n, n), saturatingProduct(n, n - 1) / 2)
    case .switches(let limit, _, _):
      var total = 0, term = 1
      for k in 0...limit {
        total = saturatingSum(total, term)
        let (next, overflow) = term.multipliedReportingOverflow(by: n - 1 - k)
        if overflow { return .max }
        term = next / (k + 1)
      }
      return saturatingProduct(2, total)
    }
  }

  /// Trains to the global optimum over all networks of the architecture, and proves how close it came.
  ///
  /// - Parameters:
  ///   - data: one column of features, in any order, equal ones included.
  ///   - loss: of one output.
  /// - Throws: misuse only, before any work.
  public func train(
    on data: Dataset, loss: some Loss, beta: Beta, settings: SolverSettings = SolverSettings()
  ) throws(ZonotopeError) -> TrainingOutcome<ParallelNetwork> {
    let training = try LineTraining(
      on: data, loss: loss, beta: beta, settings: settings, networks: "networks on one-dimensional data")
    let samples = try LineSamples(data.x), model = try model(positions: samples.count)
    return try training.run(
      self, model, model == .folds ? try samples.centred() : samples,
      size: dictionarySize(positions: samples.count, model))
  }
}

extension MatrixView {
  /// The first column as a run of numbers, copied where it is not one.
  func withColumn<Result>(
    _ work: (Values) throws(ZonotopeError) -> Result
  ) throws(ZonotopeError) -> Result {
    if stride == 1 || rows <= 1 { return try work(Values(start: base, count: rows)) }
    let column = try Vector(rows)
    for k in 0..<rows { column[k] = row(k)[0] }
    return try work(column.values)
  }
}
