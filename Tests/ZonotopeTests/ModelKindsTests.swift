import Testing

@testable import Zonotope

/// Model files of every kind of network.
@Suite struct ModelKindsTests {
  private static let networks: [NetworkCase] =
    NetworkCase.varied + [
      NetworkCase(isGated: false, norm: .nuclear), NetworkCase(norm: .frobenius),
      NetworkCase(
        term: .softmax3, outputs: 3, norm: .frobenius, skip: true, inputBias: true, outputBias: true),
    ]

  private static func model(_ network: NetworkCase, masked: Bool = false) throws -> (
    model: Model, x: MatrixView
  ) {
    let data = Targeted(network, samples: 12, features: 2)
    var masks = try network.masks(data.x, 6)
    // One that no direction gives.
    if masked { masks.append((0..<12).map { $0 % 2 == 0 }) }
    let result = try network.train(data, .masks(masks), beta: .ratio(0.05)) { $0.tolerance = 1e-6 }
    #expect(!result.network.neurons.isEmpty)
    let card = ModelCard(
      result, options: network.options, loss: network.term.loss(), selection: .masks(masks), tolerance: 1e-6)
    return (Model(network: result.network, card: card), try MatrixView(data.x))
  }

  private static func load(_ bytes: [UInt8]) throws(ZonotopeError) -> Model {
    try Model(bytes: bytes, file: "m.safetensors")
  }

  @Test(arguments: networks, [false, true])
  func roundTripsExactly(network: NetworkCase, masked: Bool) throws {
    guard network.isGated || !masked else { return }
    let (model, x) = try Self.model(network, masked: masked)
    let loaded = try Self.load(model.encode())
    #expect(loaded == model)
    #expect(try loaded.encode() == model.encode())
    #expect(try loaded.predict(x) == model.predict(x))
    #expect(loaded.card.loss.delta == (network.term == .huber ? LossCase.delta : nil))
    let outputs = network.outputs
    #expect(loaded.network.outputs == outputs && loaded.network.biases.count == outputs)
    #expect(loaded.network.skip.count == (network.skip ? 2 * outputs : 0))
  }

  @Test(arguments: networks.filter { $0.outputs > 1 || $0.skip })
  func refusesEveryDamage(network: NetworkCase) throws {
    try expectDamageRefused(thinned(damaged(Self.model(network).model.encode()))) {
      (bytes) throws(ZonotopeError) in
      _ = try Self.load(bytes)
    }
  }

  /// A sound file with other tensors or another card.
  private static func changed(
    _ model: Model, card change: (inout String) -> Void = { _ in },
    tensors: [(name: String, shape: [Int], values: [Double])]
  ) throws -> [UInt8] {
    var card = String(decoding: JSONWriter.encode(model.card.json(trainingRows: 1)), as: UTF8.self)
    change(&card)
    var writer = SafetensorsWriter(metadata: [
      "zonotope": card, "zonotope.checksum": String(repeating: "0", count: 16),
    ])
    for (name, shape, values) in tensors { try writer.add(name, shape: shape, values: values) }
    writer.metadata["zonotope.checksum"] = hexadecimal(FileChecksum.of(writer.encode()))
    return writer.encode()
  }

  /// An exact network of three outputs with a skip connection, as tensors.
  private static func exact() throws -> (Model, [(name: String, shape: [Int], values: [Double])]) {
    let network = NetworkCase(isGated: false, term: .softmax3, outputs: 3, skip: true, outputBias: true)
    let model = try model(network).model, m = model.network.neurons.count
    return (
      model,
      [
        ("hidden.weight", [m, 2], model.network.neurons.flatMap(\.weights)),
        ("output.weight", [3, m], (0..<3).flatMap { o in model.network.neurons.map { $0.outputs[o] } }),
        ("output.bias", [3], model.network.biases),
        ("skip.weight", [3, 2], (0..<3).flatMap { o in (0..<2).map { model.network.skip[$0 * 3 + o] } }),
      ]
    )
  }

  @Test func theTensorsAreAsDocumented() throws {
    let (model, tensors) = try Self.exact()
    let loaded = try Self.load(try Self.changed(model, tensors: tensors))
    #expect(loaded.network.neurons == model.network.neurons)
    #expect(loaded.network.skip == model.network.skip && loaded.network.biases == model.network.biases)
  }

  @Test(arguments: ["hidden.weight", "output.weight", "output.bias", "skip.weight"])
  func refusesTensorsThatDoNotFit(name: String) throws {
    let (model, tensors) = try Self.exact(), place = tensors.firstIndex { $0.name == name }!
    var without = tensors, flat = tensors, infinite = tensors, less = tensors
    without.remove(at: place)
    flat[place].shape = [tensors[place].values.count, 1, 1]
    infinite[place].values[1] = .infinity
    less[place] = (name, tensors[place].shape.map { $0 - 1 }, [])
    less[place].values = [Double](repeating: 1, count: less[place].shape.reduce(1, *))
    for bad in [without, flat, infinite, less] {
      let bytes = try Self.changed(model, tensors: bad)
      guard
        case .malformedBytes(_, let byte, let reason)? = failure({ () throws(ZonotopeError) in
          try Self.load(bytes)
        })
      else {
        Issue.record("accepted")
        continue
      }
      #expect(byte >= 8 && byte < bytes.count && !reason.contains("checksum"))
    }
  }

  @Test(arguments: [
    ("\"outputs\":\"per-class\"", "\"outputs\":\"frobenius\""),
    ("\"outputs\":\"per-class\"", "\"outputs\":\"other\""), ("\"skip\":true", "\"skip\":false"),
    ("\"skip\":true", "\"skip\":1"), ("\"activation\":\"relu\"", "\"activation\":\"tanh\""),
    ("\"activation\":\"relu\"", "\"activation\":{\"slopes\":[0,0]}"),
    ("\"activation\":\"relu\"", "\"activation\":{\"slopes\":[1]}"),
    ("\"kind\":\"softmax\"", "\"kind\":\"huber\""),
    ("\"kind\":\"softmax\"", "\"delta\":1,\"kind\":\"softmax\""),
    ("\"kind\":\"softmax\"", "\"delta\":-1,\"kind\":\"huber\""),
    ("\"classes\":null", "\"classes\":[\"a\",\"b\"]"),
    ("\"classes\":null", "\"classes\":[\"a\",\"b\",\"c\",\"d\"]"),
  ])
  func refusesCardsThatDoNotFit(part: String, other: String) throws {
    let (model, tensors) = try Self.exact()
    let bytes = try Self.changed(
      model,
      card: {
        #expect($0.contains(part))
        $0.replace(part, with: other)
      }, tensors: tensors)
    guard
      case .malformedBytes(_, _, let reason)? = failure({ () throws(ZonotopeError) in try Self.load(bytes) })
    else {
      Issue.record("accepted \(other)")
      return
    }
    #expect(!reason.contains("checksum"))
  }

  /// Cards of the first files had no word about skip connections, outputs and slopes.
  @Test func readsFilesOfBefore() throws {
    let network = NetworkCase(isGated: false, outputBias: true), (model, x) = try Self.model(network)
    let m = model.network.neurons.count
    let bytes = try Self.changed(
      model,
      card: { card in
        for part in [",\"skip\":false", ",\"outputs\":\"per-class\""] {
          #expect(card.contains(part))
          card.replace(part, with: "")
        }
      },
      tensors: [
        ("hidden.weight", [m, 2], model.network.neurons.flatMap(\.weights)),
        ("output.weight", [1, m], model.network.neurons.map(\.output)),
        ("output.bias", [1], [model.network.bias]),
      ])
    let loaded = try Self.load(bytes)
    #expect(loaded.card == model.card)
    #expect(loaded.network.neurons == model.network.neurons)
    #expect(try loaded.predict(x) == model.predict(x))
  }

  @Test func predictionsOfSeveralOutputsHaveAColumnEach() throws {
    let network = NetworkCase(term: .softmax3, outputs: 3, outputBias: true),
      (model, x) = try Self.model(network)
    let outputs = try model.predict(x)
    let answers = Predictions(outputs: outputs, of: model), rows = try #require(answers.classes)
    #expect(rows.count == 12)
    let table = try CSVTable(bytes: answers.csv(), file: "p.csv")
    #expect(table.columns == ["class", "output 0", "output 1", "output 2"])
    let read = try table.matrix(columns: ["output 0", "output 1", "output 2"])
    #expect(read.entries() == outputs)
    for k in 0..<12 {
      let row = outputs[3 * k..<3 * k + 3]
      #expect(rows[k] == "\(row.firstIndex(of: row.max()!)! - 3 * k)")
    }
    let folder = TemporaryFolder(), path = folder("p.npy")
    try answers.write(to: path)
    let array = try NPYArray(path: path)
    #expect(array.shape == [12, 3])
    #expect(try array.matrix().entries() == outputs)
  }
}
