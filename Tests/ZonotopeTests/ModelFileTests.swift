import Testing

@testable import Zonotope

/// The optimum of a small gated problem whose masks include one that no direction gives.
private func maskedModel() throws -> (model: Model, x: MatrixView) {
  let x = try MatrixView([[1, 0], [0, 1], [1, 1]])
  // The third mask asks for x0 >= 0, x1 >= 0 and x0 + x1 < 0.
  let masks = [[true, true, true], [true, false, true], [true, true, false]]
  let architecture = GatedReLU(patterns: .masks(masks))
  let result = try architecture.train(
    on: Dataset(x: x, y: [2, 3, 0]), loss: SquaredLoss(), beta: .absolute(0.05))
  let card = ModelCard(
    result, options: TwoLayerOptions(), loss: SquaredLoss(), selection: architecture.patterns, tolerance: 1e-6
  )
  return (Model(network: result.network, card: card), x)
}

/// The optimum of a small exact problem, with everything a card can say.
private func fullModel() throws -> Model {
  let x = try MatrixView([[1, 0.5], [-0.3, 1.2], [0.8, -1], [-1.1, -0.4]])
  let result = try ReLU(patterns: .all).train(
    on: Dataset(x: x, y: [1, -1, 1, -1]), loss: LogisticLoss(), beta: .ratio(0.1))
  let preprocessing = ModelCard.Preprocessing(
    standardization: try Standardization(learning: x), features: ["a", "b, \"c\""],
    target: "zonotope.checksum",
    classes: ["no", "yes"])
  let run = ModelCard.Run(
    rows: 4, testRows: 0, testFraction: 0, seed: 7, betaRatio: 0.1, candidates: [0.3, 0.1],
    holdoutFraction: 0.2, score: "accuracy", trainScore: 1, testScore: nil)
  let card = ModelCard(
    result, options: TwoLayerOptions(), loss: LogisticLoss(), selection: .all, tolerance: 1e-6,
    preprocessing: preprocessing, run: run)
  return Model(network: result.network, card: card)
}

/// Networks on patches: with masks that no direction has and a skip connection, with weights per patch, circular.
private func convolutionalModels() throws -> [Model] {
  let x = try MatrixView([[1, 0, 0, 2], [2, -1, 1, 1], [-1, 1, 3, 0]])
  let data = try Dataset(x: x, y: [2, 3, -1])
  var pooled = TwoLayerOptions()
  (pooled.patches, pooled.skip, pooled.outputBias) = (2, true, true)
  // The first and the last patch are on the same side of every plane; the second pattern asks for y > 2 x > 2 y > 0.
  let masks = [[true, true, true, true, true, false], [true, true, false, true, false, true]]
  let problems: [Problem.Model] = [
    .gatedReLU(GatedReLU(patterns: .masks(masks), options: pooled)),
    .patchwiseLinear(PatchwiseLinear(patches: 2)), .circularLinear(CircularLinear()),
  ]
  return try problems.map { model in
    let problem = Problem(data: data, model: model, loss: .squared(SquaredLoss()), beta: .ratio(0.05))
    return try Model(problem.solve(), of: problem)
  }
}

private func load(_ bytes: [UInt8]) throws(ZonotopeError) -> Model {
  try Model(bytes: bytes, file: "m.safetensors")
}

@Suite struct ModelFileTests {
  @Test func roundTripsExactly() throws {
    let folder = TemporaryFolder()
    for model in try [fullModel(), maskedModel().model] + convolutionalModels() {
      #expect(!model.network.neurons.isEmpty)
      let path = folder("model.safetensors")
      try model.save(to: path)
      #expect(try Model(path: path) == model)
      #expect(try load(model.encode()).encode() == model.encode())
    }
  }

  @Test func roundTripsTheZeroNetwork() throws {
    let x = try MatrixView([[1.0], [2]])
    let result = try GatedReLU(patterns: .all, inputBias: true).train(
      on: Dataset(x: x, y: [1, 2]), loss: SquaredLoss(), beta: .ratio(2))
    #expect(result.network.neurons.isEmpty)
    let card = ModelCard(
      result, options: TwoLayerOptions(), loss: SquaredLoss(), selection: .all, tolerance: 1e-6)
    let model = Model(network: result.network, card: card)
    #expect(try load(model.encode()) == model)
  }

  @Test func refusesEveryDamage() throws {
    for model in try [fullModel(), maskedModel().model] + convolutionalModels() {
      try expectDamageRefused(thinned(damaged(model.encode()))) { (bytes) throws(ZonotopeError) in
        _ = try load(bytes)
      }
    }
  }

  @Test func masksKnowTheTrainingRowsOnly() throws {
    let (model, x) = try maskedModel()
    #expect(model.network.isMasked)
    let loaded = try load(model.encode())
    #expect(try loaded.predict(x) == model.predict(x))
    let others = try MatrixView([[1, 0], [0, 1], [1, 2]])
    guard case .invalid(let place, _)? = failure({ () throws(ZonotopeError) in try loaded.predict(others) })
    else {
      Issue.record("other rows were predicted")
      return
    }
    #expect(place.hasPrefix("gates["))
  }

  @Test func patchesAreKeptWithTheNetwork() throws {
    let models = try convolutionalModels()
    #expect(models.map(\.network.patches) == [.summed(2), .weighted(2), .circular])
    #expect(models[0].network.isMasked)
    let x = try MatrixView([[1, 0, 0, 2], [2, -1, 1, 1], [-1, 1, 3, 0]])
    for model in models {
      let loaded = try load(model.encode())
      #expect(loaded.network.features == 4)
      #expect(try loaded.predict(x) == model.predict(x))
    }
    // As many rows, and other patches.
    let others = try MatrixView([[1, 0, 0, 2], [2, -1, 1, 1], [-1, 1, 3, 1]])
    #expect(throws: ZonotopeError.self) { try models[0].predict(others) }
    _ = try models[1].predict(others)
  }

  @Test func standardisesRawRows() throws {
    let model = try fullModel()
    let raw = try MatrixView([[3, 4], [-5, 0.5]])
    let standard = try #require(model.card.preprocessing.standardization).applied(to: raw)
    #expect(try model.predict(raw) == model.network.predict(standard))
    #expect(model.classes(of: [-1, 0, 2]) == ["no", "yes", "yes"])
    let table = try CSVTable(bytes: Array("\"b, \"\"c\"\"\",z,a\n4,0,3\n0.5,0,-5\n".utf8), file: "t.csv")
    #expect(try model.predict(table) == model.predict(raw))
  }

  /// Files that are sound as .safetensors and carry a right checksum.
  @Test(arguments: [
    "missing", "extra", "type", "shape", "infinite", "bias", "card", "key", "negative", "no card", "metadata",
  ])
  func refusesWhatDoesNotFit(_ fault: String) throws {
    let model = try fullModel()
    let (m, width) = (model.network.neurons.count, model.network.width)
    var hidden = model.network.neurons.flatMap(\.weights)
    if fault == "infinite" { hidden[1] = .infinity }
    var card = String(decoding: JSONWriter.encode(model.card.json(trainingRows: 1)), as: UTF8.self)
    if fault == "card" { card.removeLast() }
    if fault == "key" { card = "{\"new\":1," + card.dropFirst() }
    if fault == "negative" { card.replace("\"beta\":", with: "\"beta\":-") }
    var writer = SafetensorsWriter(metadata: ["zonotope": card])
    if fault == "no card" { writer.metadata = [:] }
    if fault == "metadata" { writer.metadata["more"] = "" }
    let shape = fault == "shape" ? [m * width, 1] : [m, width]
    try writer.add("hidden.weight", shape: shape, values: hidden)
    if fault == "type" {
      try writer.add("output.weight", shape: [1, m], values: [Float](repeating: 1, count: m))
    } else {
      try writer.add("output.weight", shape: [1, m], values: model.network.neurons.map(\.output))
    }
    let bias: [Double] = [fault == "bias" ? 1 : 0]
    if fault != "missing" { try writer.add("output.bias", shape: [1], values: bias) }
    if fault == "extra" { try writer.add("gates", shape: [m, width], values: hidden) }
    writer.metadata["zonotope.checksum"] = String(repeating: "0", count: 16)
    writer.metadata["zonotope.checksum"] = hexadecimal(FileChecksum.of(writer.encode()))
    let bytes = writer.encode()
    guard
      case .malformedBytes(_, let byte, let reason)? = failure({ () throws(ZonotopeError) in try load(bytes) }
      )
    else {
      Issue.record("accepted")
      return
    }
    #expect(byte >= 8 && byte < bytes.count)
    #expect(!reason.contains("checksum"))
  }
}
