/// What a model file holds, whatever its kind.
public enum TrainedModel: Sendable, Equatable {
  case twoLayer(Model)
  case parallel(ParallelModel)
  case tokens(TokenModel)

  /// The model of its own kind.
  public var content: any StoredModel {
    switch self {
    case .twoLayer(let model): model
    case .parallel(let model): model
    case .tokens(let model): model
    }
  }

  /// The network of a result of a problem, for a file.
  public init(_ result: TrainingOutcome<any NeuralNetwork>, of problem: Problem) throws(ZonotopeError) {
    switch result.network {
    case is ParallelNetwork: self = .parallel(try ParallelModel(result, of: problem))
    case is TokenNetwork: self = .tokens(try TokenModel(result, of: problem))
    default: self = .twoLayer(try Model(result, of: problem))
    }
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
    switch document.kind {
    case "parallel": self = .parallel(try ParallelModel(document))
    case let kind? where TokenModel.kinds.contains(kind): self = .tokens(try TokenModel(document))
    default: self = .twoLayer(try Model(document))
    }
  }

  /// Writes a model file, whole or not at all.
  public func save(to path: String) throws(ZonotopeError) { try content.save(to: path) }

  /// How it was trained, and what was proved.
  public var card: TrainingCard { content.trainingCard }

  /// Neurons, units or heads.
  public var units: Int { content.network.units }
}

extension Model {
  /// As ``TrainedModel/init(path:memory:choosing:)``, of a network of two layers.
  public init(path: String, memory: Int = .max, choosing choice: PathChoice?) throws(ZonotopeError) {
    guard case .twoLayer(let model) = try TrainedModel(path: path, memory: memory, choosing: choice) else {
      throw .unsupported(key: "model", reason: "\(path) is not a network of two layers")
    }
    self = model
  }
}

extension Predictions {
  /// Predicts the rows of a file: `.npy` by its name, else CSV with a header, whose columns are found by name.
  public init(of model: TrainedModel, onFile path: String, memory: Int = .max) throws(ZonotopeError) {
    try self.init(of: model.content, onFile: path, memory: memory)
  }
}
