/// A network of parallel units with the card that says how it came about: what a model file of one-dimensional and
/// threshold networks holds.
public struct ParallelModel: StoredModel {
  public let network: ParallelNetwork
  /// Names of columns, where they are known; rows are used as they are.
  public let card: TrainingCard
  public var trainingCard: TrainingCard { card }
  public var trainingRows: UInt64? { network.trainingRows }

  init(network: ParallelNetwork, card: TrainingCard) { (self.network, self.card) = (network, card) }

  /// The network of a result of a problem.
  ///
  /// - Throws: ``ZonotopeError/unsupported(key:reason:)`` for networks of another kind.
  public init(_ result: TrainingOutcome<any NeuralNetwork>, of problem: Problem) throws(ZonotopeError) {
    guard let network = result.network as? ParallelNetwork else {
      throw .unsupported(key: "model.kind", reason: "a file of this kind holds networks of parallel units")
    }
    self.init(
      network: network,
      card: TrainingCard(result, loss: problem.loss.loss, tolerance: problem.settings.tolerance))
  }

  // MARK: File

  /// The tensors `unit.widths` (units, hidden layers), the neurons of every hidden
  /// layer, `unit.parameters`, unit after unit its weights (row after row) and biases, layer by layer, its amplitude and
  /// its output weight, and `output.bias` (1). Where units are known as patterns of the training rows only they have no
  /// neurons, and `mask.units` (k) has their numbers, `masks` (k, rows) their bits. Units that share their thresholds are
  /// a staircase: `staircase.direction` (features), `staircase.cuts` (m), `staircase.heights` (m + 1), `staircase.range`
  /// (2), its base and top, and for trees `staircase.children` (hidden layers but one).
  public func addTensors(to writer: inout SafetensorsWriter, prefix: String) throws(ZonotopeError) {
    try writer.add(
      prefix + "unit.widths", shape: [network.listed, network.depth - 1],
      values: network.widths.map { Int64($0) })
    try writer.add(prefix + "unit.parameters", shape: [network.parameters.count], values: network.parameters)
    try writer.add(prefix + "output.bias", shape: [1], values: [network.bias])
    if let staircase = network.staircase {
      let name = prefix + "staircase."
      try writer.add(
        name + "direction", shape: [staircase.direction.count], values: staircase.direction)
      try writer.add(name + "cuts", shape: [staircase.cuts.count], values: staircase.cuts)
      try writer.add(name + "heights", shape: [staircase.heights.count], values: staircase.heights)
      try writer.add(name + "range", shape: [2], values: [staircase.base, staircase.top])
      if !staircase.children.isEmpty {
        try writer.add(
          name + "children", shape: [staircase.children.count], values: staircase.children.map { Int64($0) })
      }
    }
    let masked = network.masks.keys.sorted()
    if let first = masked.first {
      let rows = network.masks[first]?.count ?? 0
      try writer.add(prefix + "mask.units", shape: [masked.count], values: masked.map { Int64($0) })
      try writer.add(
        prefix + "masks", shape: [masked.count, rows],
        values: masked.flatMap { unit in (network.masks[unit] ?? []).map { $0 ? 1 : 0 as UInt8 } })
    }
  }

  public func tensorBytes() throws(ZonotopeError) -> Int {
    try product(
      8, network.parameters.count + network.widths.count + 2 * (network.staircase?.heights.count ?? 0),
      place: "model")
  }

  public init(_ document: ModelDocument) throws(ZonotopeError) {
    let (card, shape, trainingRows) = try document.reading { (value) throws(ZonotopeError) in
      let read = try TrainingCard.read(value, architecture: Self.shape)
      guard let rows = read.trainingRows else { throw .invalid(place: "trainingRows", reason: "is missing") }
      guard read.card.preprocessing.standardization == nil else {
        throw .invalid(place: "preprocessing.standardization", reason: "these networks take rows as they are")
      }
      try read.card.check(columns: read.architecture.features, outputs: 1)
      return (read.card, read.architecture, rows)
    }
    var tensors = ModelTensors(document)
    let widthTensor = try tensors.require("unit.widths", .i64, dimensions: 2)
    let widths = try tensors.finite(widthTensor)
    let parameters = try tensors.finite(tensors.require("unit.parameters", .f64, dimensions: 1))
    let bias = try tensors.finite(tensors.require("output.bias", .f64, dimensions: 1))
    var masks: [Int: [Bool]] = [:]
    if tensors.has("masks") {
      let unitTensor = try tensors.require("mask.units", .i64, dimensions: 1)
      let units = try tensors.finite(unitTensor)
      let bitTensor = try tensors.require("masks", .u8, dimensions: 2), bits = try tensors.values(bitTensor)
      guard bitTensor.shape[0] == units.count else {
        throw document.error(
          bitTensor.place, "'masks' has \(bitTensor.shape[0]) rows for \(units.count) units")
      }
      let rows = bitTensor.shape[1]
      try Allocation.probe(bytes: bits.count)
      for (k, unit) in units.elements.enumerated() {
        guard let number = Int(exactly: unit), masks[number] == nil,
          bits.elements[k * rows..<(k + 1) * rows].allSatisfy({ $0 <= 1 })
        else { throw document.error(unitTensor.place, "'masks' are not bits of units") }
        masks[number] = bits.elements[k * rows..<(k + 1) * rows].map { $0 == 1 }
      }
    }
    var staircase: Staircase?
    if tensors.has("staircase.direction") {
      func numbers(_ name: String) throws(ZonotopeError) -> (SafetensorsFile.Tensor, [Double]) {
        let tensor = try tensors.require("staircase.\(name)", .f64, dimensions: 1)
        return (tensor, try tensors.finite(tensor).list())
      }
      let (place, direction) = try numbers("direction")
      var children: [Int] = []
      if tensors.has("staircase.children") {
        let tensor = try tensors.require("staircase.children", .i64, dimensions: 1)
        children = try tensors.finite(tensor).elements.map { Int(exactly: $0) ?? 0 }
      }
      let unit = SwitchUnit(
        isSign: shape.activation == .sign, depth: shape.depth, children: children, direction: direction)
      staircase = try Staircase(
        checking: unit, cuts: numbers("cuts").1, heights: numbers("heights").1, range: numbers("range").1)
      guard staircase != nil else {
        throw document.error(place.place, "the numbers of the staircase do not make one")
      }
    }
    try tensors.finish()
    try Allocation.probe(bytes: 8 * (widths.count + parameters.count))
    let counts = widths.elements.compactMap { Int(exactly: $0) }
    guard widthTensor.shape[1] == shape.depth - 1, counts.count == widths.count, bias.count == 1,
      let network = ParallelNetwork(
        activation: shape.activation, features: shape.features, depth: shape.depth, bias: bias[0],
        widths: counts, parameters: try parameters.list(), masks: masks, trainingRows: trainingRows,
        staircase: staircase)
    else { throw document.error(widthTensor.place, "the widths of the units do not fit their numbers") }
    self.init(network: network, card: card)
  }

  public var columns: Int { network.features }

  public func predict(_ x: MatrixView) throws(ZonotopeError) -> [Double] {
    try check(x, columns: columns)
    return try network.predict(x)
  }

  // MARK: Card

  public var architecture: CardArchitecture {
    CardArchitecture(
      [JSONMember("kind", .string("parallel"))] + Self.json(network.activation) + [
        JSONMember("depth", .number(Double(network.depth))),
        JSONMember("features", .number(Double(network.features))),
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

  /// What the tensors alone do not tell.
  private struct Shape {
    var activation: ParallelNetwork.Activation
    var depth: Int
    var features: Int
  }

  private static func shape(_ architecture: inout JSONObjectReader) throws(ZonotopeError) -> Shape {
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
    return Shape(activation: activation, depth: depth, features: features)
  }
}
