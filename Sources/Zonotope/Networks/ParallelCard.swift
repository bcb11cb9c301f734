/// Everything a model file says about a network of parallel units beside its weights.
public struct ParallelCard: Sendable, Equatable {
  public var loss: ModelCard.LossTerm
  public var beta: Double
  public var betaMax: Double
  /// Names of columns, where they are known; rows are used as they are.
  public var preprocessing: ModelCard.Preprocessing
  public var proof: ModelCard.Proof
  public var patterns: ModelCard.Patterns
  public var solver: ModelCard.Solver
  /// Version of the library that wrote it.
  public var library: String

  init<Network>(
    _ result: TrainingOutcome<Network>, loss: some Loss, tolerance: Double,
    preprocessing: ModelCard.Preprocessing = ModelCard.Preprocessing()
  ) {
    self.loss = ModelCard.LossTerm(kind: loss.name, scale: loss.scale, delta: (loss as? HuberLoss)?.delta)
    (beta, betaMax, self.preprocessing) = (result.beta, result.betaMax, preprocessing)
    proof = ModelCard.Proof(certificate: result.certificate, status: result.solution.status)
    patterns = ModelCard.Patterns(
      count: result.patternCount, active: result.activePatterns, source: result.patternSource)
    solver = ModelCard.Solver(
      kind: result.solution.solver, reason: result.solution.choice, tolerance: tolerance,
      iterations: result.solution.iterations, seconds: result.solution.seconds)
    library = libraryVersion
  }

  private init(
    loss: ModelCard.LossTerm, beta: Double, betaMax: Double, preprocessing: ModelCard.Preprocessing,
    proof: ModelCard.Proof, patterns: ModelCard.Patterns, solver: ModelCard.Solver, library: String
  ) {
    (self.loss, self.beta, self.betaMax, self.preprocessing) = (loss, beta, betaMax, preprocessing)
    (self.proof, self.patterns, self.solver, self.library) = (proof, patterns, solver, library)
  }

  /// What the tensors alone do not tell.
  struct Shape {
    var activation: ParallelNetwork.Activation
    var depth: Int
    var features: Int
    var trainingRows: UInt64
  }

  func json(of network: ParallelNetwork) -> JSONValue {
    var architecture = [JSONMember("kind", .string("parallel"))]
    architecture += Self.json(network.activation)
    architecture += [
      JSONMember("depth", .number(Double(network.depth))),
      JSONMember("features", .number(Double(network.features))),
    ]
    return .object(
      ModelDocument.header(library: library, architecture: architecture) + [
        JSONMember("loss", loss.json),
        JSONMember("beta", .number(beta)),
        JSONMember("betaMax", .number(betaMax)),
        JSONMember("preprocessing", preprocessing.json),
        JSONMember("certificate", proof.json),
        JSONMember("patterns", patterns.json),
        JSONMember("solver", solver.json),
        JSONMember("trainingRows", .string(hexadecimal(network.trainingRows))),
      ])
  }

  private static func json(_ activation: ParallelNetwork.Activation) -> [JSONMember] {
    switch activation {
    case .relu: [JSONMember("activation", .string("relu"))]
    case .abs: [JSONMember("activation", .string("abs"))]
    case .threshold: [JSONMember("activation", .string("threshold"))]
    case .sign: [JSONMember("activation", .string("sign"))]
    case .leaky(let slope):
      [JSONMember("activation", .string("leaky")), JSONMember("slope", .number(slope))]
    }
  }

  /// The card as a JSON document.
  public func json(of network: ParallelNetwork, pretty: Bool) -> String {
    String(decoding: JSONWriter.encode(json(of: network), pretty: pretty), as: UTF8.self)
  }

  /// Reads a card. Every key must be there, and no other.
  static func read(_ document: JSONValue) throws(ZonotopeError) -> (card: ParallelCard, shape: Shape) {
    var reader = try JSONObjectReader(document, place: "")
    let library = try ModelDocument.readHeader(&reader)
    var architecture = try reader.requireObject("architecture")
    guard try architecture.requireText("kind") == "parallel" else {
      throw .unsupported(key: architecture.path("kind"), reason: "is not \"parallel\"")
    }
    let activation: ParallelNetwork.Activation
    switch try architecture.requireText("activation") {
    case "relu": activation = .relu
    case "abs": activation = .abs
    case "threshold": activation = .threshold
    case "sign": activation = .sign
    case "leaky": activation = .leaky(slope: try architecture.requireNumber("slope"))
    default: throw .unsupported(key: architecture.path("activation"), reason: "is not known to this version")
    }
    let depth = try architecture.requireCount("depth"), features = try architecture.requireCount("features")
    guard depth >= 2, depth <= 64 else {
      throw .invalid(place: architecture.path("depth"), reason: "\(depth) is not between 2 and 64")
    }
    guard features > 0 else { throw .invalid(place: architecture.path("features"), reason: "there are none") }
    try architecture.finish()
    let card = ParallelCard(
      loss: try ModelCard.LossTerm(reader.requireObject("loss")), beta: try reader.requireNumber("beta"),
      betaMax: try reader.requireBound("betaMax"),
      preprocessing: try ModelCard.Preprocessing(reader.requireObject("preprocessing")),
      proof: try ModelCard.Proof(reader.requireObject("certificate")),
      patterns: try ModelCard.Patterns(reader.requireObject("patterns")),
      solver: try ModelCard.Solver(reader.requireObject("solver")), library: library)
    guard let rows = readHexadecimal(try reader.requireText("trainingRows")) else {
      throw .invalid(place: "trainingRows", reason: "is not a number of 16 hexadecimal digits")
    }
    try reader.finish()
    guard card.preprocessing.standardization == nil,
      card.preprocessing.features?.count ?? features == features
    else { throw .invalid(place: "preprocessing", reason: "does not fit a network of \(features) features") }
    return (
      card, Shape(activation: activation, depth: depth, features: features, trainingRows: rows)
    )
  }
}
