/// A network of parallel units with the card that says how it came about: what a model file of one-dimensional and
/// threshold networks holds.
public struct ParallelModel: Sendable, Equatable {
  public let network: ParallelNetwork
  public let card: ParallelCard

  init(network: ParallelNetwork, card: ParallelCard) { (self.network, self.card) = (network, card) }

  /// The network of a result of a problem.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for networks of another kind.
  public init(_ result: TrainingOutcome<any NeuralNetwork>, of problem: Problem) throws(ZonotopeError) {
    guard let network = result.network as? ParallelNetwork else {
      throw .unsupported(key: "model.kind", reason: "a file of this kind holds networks of parallel units")
    }
    self.init(
      network: network,
      card: ParallelCard(result, loss: problem.loss.loss, tolerance: problem.settings.tolerance))
  }

  /// The bytes of the .safetensors file: the tensors `unit.widths` (units, hidden layers), the neurons of every hidden
  /// layer, `unit.parameters`, unit after unit its weights (row after row) and biases, layer by layer, its amplitude and
  /// its output weight, and `output.bias` (1). Where units are known as patterns of the training rows only they have no
  /// neurons, and `mask.units` (k) has their numbers, `masks` (k, rows) their bits.
  func encode() throws(ZonotopeError) -> [UInt8] {
    let document = JSONWriter.encode(card.json(of: network))
    try probeEncoding(card: document.count)
    var writer = ModelDocument.writer(card: document)
    try addTensors(to: &writer)
    return ModelDocument.encode(&writer)
  }

  /// Makes sure that there is memory to encode the model.
  func probeEncoding(card: Int) throws(ZonotopeError) {
    try Allocation.probe(
      bytes: product(40, network.parameters.count + network.widths.count, place: "model") + 8 * card)
  }

  /// Adds the tensors of the model.
  ///
  /// - Parameter prefix: of their names.
  func addTensors(to writer: inout SafetensorsWriter, prefix: String = "") throws(ZonotopeError) {
    try writer.add(
      prefix + "unit.widths", shape: [network.units, network.depth - 1],
      values: network.widths.map { Int64($0) })
    try writer.add(prefix + "unit.parameters", shape: [network.parameters.count], values: network.parameters)
    try writer.add(prefix + "output.bias", shape: [1], values: [network.bias])
    let masked = network.masks.keys.sorted()
    if let first = masked.first {
      let rows = network.masks[first]?.count ?? 0
      try writer.add(prefix + "mask.units", shape: [masked.count], values: masked.map { Int64($0) })
      try writer.add(
        prefix + "masks", shape: [masked.count, rows],
        values: masked.flatMap { unit in (network.masks[unit] ?? []).map { $0 ? 1 : 0 as UInt8 } })
    }
  }

  /// Writes a model file, whole or not at all.
  public func save(to path: String) throws(ZonotopeError) { try AtomicFile.write(encode(), to: path) }

  /// Reads a model file and checks all of it.
  public init(path: String, memory: Int = .max) throws(ZonotopeError) {
    try self.init(ModelDocument(FileBytes(path: path, budget: memory)))
  }

  init(_ document: ModelDocument) throws(ZonotopeError) {
    let file = document.file
    let read: (card: ParallelCard, shape: ParallelCard.Shape)
    do {
      read = try ParallelCard.read(document.card)
    } catch {
      throw document.error(document.cardPlace, "the card: \(error)")
    }
    func tensor(_ name: String, _ type: SafetensorsFile.ElementType, _ dimensions: Int) throws(ZonotopeError)
      -> (SafetensorsFile.Tensor, Vector)
    {
      guard let tensor = file.tensor(name) else { throw document.error(8, "the tensor '\(name)' is missing") }
      guard tensor.type == type, tensor.shape.count == dimensions else {
        throw document.error(
          tensor.place, "'\(name)' is not \(type.rawValue) of \(dimensions) dimensions")
      }
      let values = try file.values(of: tensor)
      if let k = values.elements.firstIndex(where: { !$0.isFinite }) {
        throw document.error(
          tensor.bytes.lowerBound + 8 * k, "\(values[k]) in '\(name)' is not a finite number")
      }
      return (tensor, values)
    }
    let widths = try tensor("unit.widths", .i64, 2), parameters = try tensor("unit.parameters", .f64, 1)
    let bias = try tensor("output.bias", .f64, 1)
    var known = ["unit.widths", "unit.parameters", "output.bias"], masks: [Int: [Bool]] = [:]
    if file.tensor("masks") != nil {
      known += ["masks", "mask.units"]
      let units = try tensor("mask.units", .i64, 1), bits = try tensor("masks", .u8, 2)
      guard bits.0.shape[0] == units.1.count else {
        throw document.error(bits.0.place, "'masks' has \(bits.0.shape[0]) rows for \(units.1.count) units")
      }
      let rows = bits.0.shape[1]
      try Allocation.probe(bytes: bits.1.count)
      for (k, unit) in units.1.elements.enumerated() {
        guard let number = Int(exactly: unit), masks[number] == nil,
          bits.1.elements[k * rows..<(k + 1) * rows].allSatisfy({ $0 <= 1 })
        else { throw document.error(units.0.place, "'masks' are not bits of units") }
        masks[number] = bits.1.elements[k * rows..<(k + 1) * rows].map { $0 == 1 }
      }
    }
    for tensor in file.tensors where !known.contains(where: { tensor.name.equalsInBytes($0) }) {
      throw document.error(tensor.place, "the tensor '\(tensor.name)' does not belong to this model")
    }
    try Allocation.probe(bytes: 8 * (widths.1.count + parameters.1.count))
    let counts = widths.1.elements.compactMap { Int(exactly: $0) }
    let shape = read.shape
    guard widths.0.shape[1] == shape.depth - 1, counts.count == widths.1.count, bias.1.count == 1,
      let network = ParallelNetwork(
        activation: shape.activation, features: shape.features, depth: shape.depth, bias: bias.1[0],
        widths: counts, parameters: try parameters.1.list(), masks: masks, trainingRows: shape.trainingRows)
    else { throw document.error(widths.0.place, "the widths of the units do not fit their numbers") }
    self.init(network: network, card: read.card)
  }

  /// The outputs for raw rows, (rows, features).
  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    guard x.columns == network.features else {
      throw .invalid(place: "x", reason: "\(x.columns) columns, the model takes \(network.features)")
    }
    return try network.predict(x)
  }

  /// The outputs for the rows of a table, whose columns are found by name where the model knows names.
  public func predict(_ table: CSVTable) throws(ZonotopeError) -> [Double] {
    try predict(table.matrix(columns: card.preprocessing.features))
  }
}
