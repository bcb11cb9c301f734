/// A training problem as one JSON document: data, model, loss, penalty and solver settings.
///
/// The format is a contract with other programs; `docs/problem-format.md` has it.
public struct Problem: Sendable {
  public enum Model: Sendable {
    case relu(ReLU)
    /// On sparse rows ``SparseGatedReLU``.
    case gatedReLU(GatedReLU)
    case patchwiseLinear(PatchwiseLinear)
    case circularLinear(CircularLinear)
    case oneDimensional(OneDimensionalNetwork)
    case threshold(ThresholdNetwork)
    case attention(Attention)
    case mixer(Mixer)
    case fourier(FourierOperator)
    case simplexAttention(SimplexAttention)
    case sequenceAttention(SequenceAttention)
  }
  public enum LossTerm: Sendable {
    case squared(SquaredLoss)
    case logistic(LogisticLoss)
    case hinge(HingeLoss)
    case softmax(SoftmaxLoss)
    case absolute(AbsoluteLoss)
    case huber(HuberLoss)
    case interpolation(InterpolationLoss)

    /// The loss itself.
    public var loss: any Loss {
      switch self {
      case .squared(let loss): loss
      case .logistic(let loss): loss
      case .hinge(let loss): loss
      case .softmax(let loss): loss
      case .absolute(let loss): loss
      case .huber(let loss): loss
      case .interpolation(let loss): loss
      }
    }
  }

  /// Samples with their targets.
  public enum Samples: Sendable {
    case dense(Dataset)
    case sparse(SparseDataset)

    public var rows: Int {
      switch self {
      case .dense(let data): data.samples
      case .sparse(let data): data.samples
      }
    }

    /// The targets, (n, c).
    public var y: MatrixView {
      switch self {
      case .dense(let data): data.y
      case .sparse(let data): data.y
      }
    }

    /// The outputs of a network for them.
    public func outputs(of network: some NeuralNetwork) throws(ZonotopeError) -> [Double] {
      switch self {
      case .dense(let data): try data.x.outputs(of: network)
      case .sparse(let data): try data.x.outputs(of: network)
      }
    }
  }

  public var samples: Samples
  public var model: Model
  public var loss: LossTerm
  public var beta: Beta
  public var settings: SolverSettings

  /// The samples with all their numbers.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for sparse rows.
  public var data: Dataset {
    get throws(ZonotopeError) {
      guard case .dense(let data) = samples else {
        throw .unsupported(
          key: "data.x",
          reason:
            "sparse rows train gated networks of two layers, without column generation, and nothing else")
      }
      return data
    }
  }

  public init(
    data: Dataset, model: Model, loss: LossTerm, beta: Beta, settings: SolverSettings = SolverSettings()
  ) {
    self.init(samples: .dense(data), model: model, loss: loss, beta: beta, settings: settings)
  }

  public init(
    samples: Samples, model: Model, loss: LossTerm, beta: Beta, settings: SolverSettings = SolverSettings()
  ) {
    self.samples = samples
    self.model = model
    self.loss = loss
    self.beta = beta
    self.settings = settings
  }

  /// Reads a problem file; paths in it are relative to its folder.
  ///
  /// - Throws: ``ZonotopeError`` that names the key, the place in the text or the figure.
  public init(path: String, memory: Int? = nil) throws(ZonotopeError) {
    let bytes = try FileBytes(path: path, budget: memory ?? physicalMemory() / 2)
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    self = try bytes.withBytes { (text) throws(ZonotopeError) in
      try Problem(text: text, name: path, folder: folder, memory: memory)
    }
  }

  /// Reads a problem from a text; relative paths in it are refused.
  public init(text: String, memory: Int? = nil) throws(ZonotopeError) {
    let bytes = Array(text.utf8)
    self = try bytes.withUnsafeBufferPointer { (text) throws(ZonotopeError) in
      try Problem(utf8: text, memory: memory)
    }
  }

  /// Reads a problem from the bytes of a text, which need not be UTF-8 to be refused; relative paths in it are refused
  /// too.
  public init(utf8 text: UnsafeBufferPointer<UInt8>, memory: Int? = nil) throws(ZonotopeError) {
    try self.init(text: text, name: "problem", folder: nil, memory: memory)
  }

  private init(
    text: UnsafeBufferPointer<UInt8>, name: String, folder: String?, memory: Int?
  ) throws(ZonotopeError) {
    let document = try JSONScanner.document(text, name: name, budget: memory ?? physicalMemory() / 2)
    var reader = try JSONObjectReader(document, place: "")
    try reader.expect(["format", "version", "data", "model", "loss", "beta", "betaRatio", "solver"])
    guard try reader.text("format") == "zonotope-problem" else {
      throw .invalid(place: "format", reason: "is not \"zonotope-problem\"")
    }
    guard try reader.number("version") == 1 else {
      throw .unsupported(key: "version", reason: "this program reads version 1 of the format")
    }
    settings = try Self.settings(&reader)
    if let memory { settings.memory = memory }
    let term = try ProblemLoss(&reader)
    let architecture = try ProblemArchitecture(&reader)
    beta = try Self.beta(&reader)
    guard var data = try reader.object("data") else { throw .invalid(place: "data", reason: "is missing") }
    try data.expect(["x", "y"])
    let values = try ProblemData(
      &data, folder: folder, patches: architecture.takesPatches, tokenTargets: architecture.hasTokenTargets,
      labels: term.hasSignedLabels, takesSparse: architecture.takesSparse, memory: settings.memoryBudget)
    try data.finish()
    try reader.finish()
    model = architecture.model(patches: values.patches)
    samples =
      if let rows = values.sparse {
        .sparse(try SparseDataset(x: rows, y: values.y))
      } else {
        .dense(try Dataset(x: architecture.rows(of: values) ?? values.x, y: values.y))
      }
    loss = try term.loss(for: values.y)
  }

  // MARK: Parts

  private static func beta(_ reader: inout JSONObjectReader) throws(ZonotopeError) -> Beta {
    let (absolute, ratio) = (try reader.number("beta"), try reader.number("betaRatio"))
    switch (absolute, ratio) {
    case (let value?, nil):
      guard value >= 0 else { throw .invalid(place: "beta", reason: "\(value) is negative") }
      return .absolute(value)
    case (nil, let value?):
      guard value >= 0 else { throw .invalid(place: "betaRatio", reason: "\(value) is negative") }
      return .ratio(value)
    case (nil, nil): throw .invalid(place: "beta", reason: "is missing, and so is betaRatio")
    default: throw .invalid(place: "betaRatio", reason: "stands beside beta, only one of them can")
    }
  }

  private static func settings(_ reader: inout JSONObjectReader) throws(ZonotopeError) -> SolverSettings {
    var settings = SolverSettings()
    guard var solver = try reader.object("solver") else { return settings }
    if let kind = try solver.text("kind") {
      if kind == "coordinate-descent" {
        throw .unsupported(
          key: "solver.kind",
          reason:
            "\"coordinate-descent\" is left out: blocks share rows, and it was slower than \"fista\" on every case"
        )
      }
      guard let known = SolverKind(rawValue: kind), known != .local else {
        let names = SolverKind.allCases.filter { $0 != .local }.map(\.rawValue).joined(separator: ", ")
        throw .unsupported(
          key: "solver.kind", reason: "\"\(kind)\" is not supported by this version (\(names))")
      }
      settings.kind = known
    }
    settings.tolerance = try solver.number("tolerance") ?? settings.tolerance
    settings.iterations = try solver.count("iterations")
    settings.seconds = try solver.number("seconds")
    settings.threads = try solver.count("threads") ?? settings.threads
    settings.memory = try solver.count("memory")
    if let precision = try solver.text("precision") {
      guard let known = Precision(rawValue: precision) else {
        throw .invalid(place: "solver.precision", reason: "\"\(precision)\" is neither double nor float")
      }
      settings.precision = known
    }
    try solver.finish()
    try settings.check()
    return settings
  }
}

/// The `patterns` of a model.
enum ProblemPatterns {
  static func read(_ value: JSONValue?, _ place: String) throws(ZonotopeError) -> PatternSelection {
    guard let value else { return .all }
    if case .string(let text) = value {
      guard text == "all" else {
        throw .unsupported(key: place, reason: "\"\(text)\" is not supported by this version (all)")
      }
      return .all
    }
    var reader = try JSONObjectReader(value, place: place)
    let selection: PatternSelection
    if let masks = reader.take("masks") {
      selection = .masks(try bits(masks, "\(place).masks"))
    } else if let gates = reader.take("gates") {
      selection = .gates(try ProblemData.rows(gates, "\(place).gates"))
    } else if var sample = try reader.object("sample") {
      guard let count = try sample.count("count"), count > 0 else {
        throw .invalid(place: sample.path("count"), reason: "is missing or 0")
      }
      guard let seed = try sample.count("seed") else {
        throw .invalid(place: sample.path("seed"), reason: "is missing")
      }
      try sample.finish()
      selection = .sampled(count: count, seed: UInt64(seed))
    } else {
      try reader.finish()
      throw .invalid(place: place, reason: "names neither masks nor gates nor a sample")
    }
    try reader.finish()
    return selection
  }

  private static func bits(_ value: JSONValue, _ place: String) throws(ZonotopeError) -> [[Bool]] {
    let matrix = try ProblemData.rows(value, place)
    var masks: [[Bool]] = []
    for i in 0..<matrix.rows {
      var mask: [Bool] = []
      for k in 0..<matrix.columns {
        let bit = matrix[i, k]
        guard bit == 0 || bit == 1 else {
          throw .invalid(place: "\(place)[\(i)][\(k)]", reason: "\(bit) is not a bit")
        }
        mask.append(bit == 1)
      }
      masks.append(mask)
    }
    return masks
  }
}
