/// What a model file holds, whatever its kind.
public enum TrainedModel: Sendable {
  case twoLayer(Model)
  case parallel(ParallelModel)

  /// The network of a result of a problem, for a file.
  public init(_ result: TrainingOutcome<any NeuralNetwork>, of problem: Problem) throws(ZonotopeError) {
    self =
      result.network is ParallelNetwork
      ? .parallel(try ParallelModel(result, of: problem)) : .twoLayer(try Model(result, of: problem))
  }

  /// Reads a model file of any kind and checks all of it.
  public init(path: String, memory: Int = .max) throws(ZonotopeError) {
    let document = try ModelDocument(FileBytes(path: path, budget: memory))
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
