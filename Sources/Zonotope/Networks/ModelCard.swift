/// Everything a model file says about a network of two layers: what it is, and how it was trained.
@dynamicMemberLookup
public struct ModelCard: Sendable, Equatable {
  public typealias Preprocessing = TrainingCard.Preprocessing
  public typealias Proof = TrainingCard.Proof
  public typealias Patterns = TrainingCard.Patterns
  public typealias Solver = TrainingCard.Solver
  public typealias LossTerm = TrainingCard.LossTerm
  public typealias Run = TrainingCard.Run

  public var activation: Activation
  public var gated: Bool
  public var inputBias: Bool
  public var outputBias: Bool
  public var skip: Bool
  public var outputNorm: OutputNorm
  public var patches: PatchLayout
  public var training: TrainingCard

  public subscript<Value>(dynamicMember path: WritableKeyPath<TrainingCard, Value>) -> Value {
    get { training[keyPath: path] }
    set { training[keyPath: path] = newValue }
  }
}

extension ModelCard {
  /// The card of a result.
  init(
    _ result: TrainingResult, options: TwoLayerOptions, loss: some Loss, selection: PatternSelection,
    tolerance: Double, preprocessing: Preprocessing = Preprocessing(), run: Run? = nil
  ) {
    self.init(
      result.network, options: options,
      training: TrainingCard(
        result, loss: loss, selection: selection, tolerance: tolerance, preprocessing: preprocessing, run: run
      ))
  }

  init(_ network: TwoLayerNetwork, options: TwoLayerOptions, training: TrainingCard) {
    activation = network.activation
    gated = network.gates != .own
    inputBias = network.inputBias
    outputBias = options.outputBias
    skip = options.skip
    outputNorm = options.outputNorm
    patches = network.patches
    self.training = training
  }

  // MARK: Text

  /// The card as the JSON text of a model file, with what else the network needs besides its tensors.
  func json(trainingRows: UInt64) -> JSONValue {
    training.json(architecture: architecture, trainingRows: trainingRows)
  }

  var architecture: CardArchitecture {
    var members = [
      JSONMember("kind", .string(patches.pooling == nil ? "two-layer" : "convolutional")),
      JSONMember("activation", activation.json),
      JSONMember("gated", .bool(gated)),
      JSONMember("inputBias", .bool(inputBias)),
      JSONMember("outputBias", .bool(outputBias)),
      JSONMember("skip", .bool(skip)),
      JSONMember("outputs", .string(outputNorm.rawValue)),
    ]
    if let pooling = patches.pooling {
      members.append(JSONMember("pooling", .string(pooling)))
      if patches != .circular { members.append(JSONMember("patches", .number(Double(patches.parts)))) }
    }
    return CardArchitecture(members)
  }

  /// Reads a card. Every key must be there, and no other.
  ///
  /// - Returns: the card and the hash of the training rows.
  /// - Throws: ``ZonotopeError/invalid(place:reason:)`` or ``ZonotopeError/unsupported(key:reason:)`` with the path of
  ///   the key.
  static func read(_ document: JSONValue) throws(ZonotopeError) -> (card: ModelCard, trainingRows: UInt64) {
    let read = try TrainingCard.read(document, architecture: architecture)
    guard let rows = read.trainingRows else { throw .invalid(place: "trainingRows", reason: "is missing") }
    return (read.architecture(read.card), rows)
  }

  /// Reads what is not about the training: the card, but for that.
  private static func architecture(
    _ architecture: inout JSONObjectReader
  ) throws(ZonotopeError) -> (TrainingCard) -> ModelCard {
    let kind = try architecture.requireText("kind")
    guard kind == "two-layer" || kind == "convolutional" else {
      throw .unsupported(
        key: architecture.path("kind"), reason: "\"\(kind)\" is not supported by this version")
    }
    let activation = try Activation(architecture.require("activation"), architecture.path("activation"))
    let gated = try architecture.requireFlag("gated")
    let inputBias = try architecture.requireFlag("inputBias")
    let outputBias = try architecture.requireFlag("outputBias")
    // Files of the first version have neither.
    let skip = try architecture.flag("skip") ?? false
    let outputNorm = try architecture.outputNorm("outputs")
    let patches = kind == "convolutional" ? try PatchLayout(&architecture) : .whole
    if patches.isLinear {
      guard activation == .linear, !gated, !skip, outputNorm != .frobenius else {
        throw .invalid(
          place: architecture.path("pooling"), reason: "does not go with the rest of the architecture")
      }
      guard !inputBias || patches != .circular else {
        throw .invalid(
          place: architecture.path("inputBias"), reason: "does not go with a circular convolution")
      }
    }
    return {
      ModelCard(
        activation: activation, gated: gated, inputBias: inputBias, outputBias: outputBias, skip: skip,
        outputNorm: outputNorm, patches: patches, training: $0)
    }
  }
}

extension PatchLayout {
  fileprivate init(_ reader: inout JSONObjectReader) throws(ZonotopeError) {
    let pooling = try reader.requireText("pooling")
    if pooling == "circular" {
      self = .circular
      return
    }
    let count = try reader.requireCount("patches")
    guard count > 0 else { throw .invalid(place: reader.path("patches"), reason: "there are none") }
    switch pooling {
    case "sum": self = .summed(count)
    case "none": self = .weighted(count)
    default:
      throw .unsupported(key: reader.path("pooling"), reason: "\"\(pooling)\" is not known to this version")
    }
  }
}
