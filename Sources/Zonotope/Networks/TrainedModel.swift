/// What a model file holds, whatever its kind.
public enum TrainedModel: Sendable, Equatable {
  case twoLayer(Model)
  case parallel(ParallelModel)

  /// The network of a result of a problem, for a file.
  public init(_ result: TrainingOutcome<any NeuralNetwork>, of problem: Problem) throws(ZonotopeError) {
    self =
      result.network is ParallelNetwork
      ? .parallel(try ParallelModel(result, of: problem)) : .twoLayer(try Model(result, of: problem))
  }

  /// Reads a model file of any kind and checks all of it.
  ///
  /// - Parameter choice: the model of a file with those of a path; nil for that of the one-standard-error rule.
  /// - Throws: as ``Model/init(path:memory:)``, and ``ZonotopeError/invalid(place:reason:)`` for a choice that there is not.
  public init(path: String, memory: Int = .max, choosing choice: PathChoice? = nil) throws(ZonotopeError) {
    let document = try ModelDocument(FileBytes(path: path, budget: memory))
    if document.format == PathModels.format {
      let models = try PathModels(document)
      self = models.models[try models.index(of: choice ?? .oneStandardError)]
      return
    }
    guard choice == nil else {
      throw .invalid(place: path, reason: "holds one model, and no path to choose from")
    }
    try self.init(document)
  }

  init(_ document: ModelDocument) throws(ZonotopeError) {
    self =
      document.kind == "parallel" ? .parallel(try ParallelModel(document)) : .twoLayer(try Model(document))
  }

  /// Writes a model file, whole or not at all.
  public func save(to path: String) throws(ZonotopeError) {
    switch self {
    case .twoLayer(let model): try model.save(to: path)
    case .parallel(let model): try model.save(to: path)
    }
  }

  /// beta and betaMax, as the card has them.
  var penalty: (beta: Double, betaMax: Double) {
    switch self {
    case .twoLayer(let model): (model.card.beta, model.card.betaMax)
    case .parallel(let model): (model.card.beta, model.card.betaMax)
    }
  }

  /// Its proof.
  public var proof: ModelCard.Proof {
    switch self {
    case .twoLayer(let model): model.card.proof
    case .parallel(let model): model.card.proof
    }
  }

  /// Neurons, or units.
  public var units: Int {
    switch self {
    case .twoLayer(let model): model.network.units
    case .parallel(let model): model.network.units
    }
  }

  /// The card as JSON.
  var cardJSON: JSONValue {
    switch self {
    case .twoLayer(let model): model.card.json(trainingRows: model.network.trainingRows)
    case .parallel(let model): model.card.json(of: model.network)
    }
  }

  func probeEncoding(card: Int) throws(ZonotopeError) {
    switch self {
    case .twoLayer(let model): try model.probeEncoding(card: card)
    case .parallel(let model): try model.probeEncoding(card: card)
    }
  }

  func addTensors(to writer: inout SafetensorsWriter, prefix: String) throws(ZonotopeError) {
    switch self {
    case .twoLayer(let model): try model.addTensors(to: &writer, prefix: prefix)
    case .parallel(let model): try model.addTensors(to: &writer, prefix: prefix)
    }
  }
}

extension Predictions {
  /// Predicts the rows of a file: `.npy` by its name, else CSV with a header, whose columns are found by name.
  public init(of model: TrainedModel, onFile path: String, memory: Int = .max) throws(ZonotopeError) {
    switch model {
    case .twoLayer(let model): try self.init(of: model, onFile: path, memory: memory)
    case .parallel(let model):
      let outputs =
        path.hasSuffix(".npy")
        ? try model.predict(NPYArray(path: path, memory: memory).matrix())
        : try model.predict(CSVTable(path: path, memory: memory))
      self.init(outputs: outputs)
    }
  }
}
