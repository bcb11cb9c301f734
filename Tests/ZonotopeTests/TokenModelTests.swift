import Testing

@testable import Zonotope

/// Model files of networks on tokens.
@Suite struct TokenModelTests {
  private static func model(
    _ network: TokenCase, gates: TokenGates? = nil, positions: TokenPositions = .none
  ) throws -> TokenModel {
    let own = try network.layer()
    let layer = TokenLayer(
      kind: own.kind, tokens: own.tokens, gates: gates ?? own.gating, pooled: own.pooled, positions: positions
    )
    let result = try network.train(layer, beta: .ratio(0.05)) { $0.tolerance = 1e-6 }
    #expect(!result.network.heads.isEmpty)
    return TokenModel(
      network: result.network, layout: nil,
      card: TrainingCard(result, loss: SquaredLoss(), tolerance: 1e-6))
  }

  private static func load(_ bytes: [UInt8]) throws(ZonotopeError) -> TokenModel {
    try TokenModel(bytes: bytes, file: "m.safetensors")
  }

  @Test(arguments: TokenCase.all) func roundTripsExactly(network: TokenCase) throws {
    let model = try Self.model(network), x = try network.x()
    let loaded = try Self.load(model.encode())
    #expect(loaded == model)
    #expect(try loaded.encode() == model.encode())
    #expect(try loaded.predict(x) == model.predict(x))
    #expect(loaded.network.layer.gates?.count == (network.gates > 0 ? network.gates : nil))
  }

  @Test func filesKeepThresholdsAndPositions() throws {
    var network = TokenCase(kind: .mixer, pooled: true)
    network.samples = 12
    let positions = TokenPositions(.fourier(frequencies: 1), constant: true)
    let model = try Self.model(network, gates: .quantiles(count: 4, seed: 3), positions: positions)
    let folder = TemporaryFolder(), path = folder("m.safetensors")
    try model.save(to: path)
    guard case .tokens(let loaded) = try TrainedModel(path: path) else {
      Issue.record("another kind")
      return
    }
    #expect(loaded == model)
    #expect(loaded.network.layer.positions == positions)
    #expect(loaded.network.layer.given?.allSatisfy { $0.thresholds.count == 3 } == true)
    #expect(try loaded.predict(network.x()) == model.network.predict(network.x()))
    #expect(throws: ZonotopeError.self) { try Model(path: path) }
    #expect(throws: ZonotopeError.self) { try ParallelModel(path: path) }
  }

  @Test func theNetworkOfAProblemIsSavedAsItsKind() throws {
    for network in [TokenCase(gates: 2), TokenCase(kind: .simplex(.nuclear), pooled: true)] {
      let layer = try network.layer()
      let model: Problem.Model =
        layer.kind == .attention
        ? .attention(Attention(tokens: 3, gates: layer.gating))
        : .simplexAttention(SimplexAttention(tokens: 3, outputs: .nuclear))
      let problem = Problem(
        data: try Dataset(x: network.x(), y: network.y()), model: model, loss: .squared(SquaredLoss()),
        beta: .ratio(0.05))
      let result = try problem.solve()
      guard case .tokens(let saved) = try TrainedModel(result, of: problem) else {
        Issue.record("another kind")
        return
      }
      let loaded = try Self.load(saved.encode())
      #expect(try loaded.predict(network.x()) == result.network.predict(network.x()))
    }
    let sequence = Problem(
      data: try Dataset(x: MatrixView([[1.0], [1]]), y: [1, 0]),
      model: .sequenceAttention(SequenceAttention(tokens: 2)), loss: .squared(SquaredLoss()),
      beta: .absolute(0.25))
    let saved = try TokenModel(sequence.solve(), of: sequence)
    #expect(try Self.load(saved.encode()) == saved)
  }

  @Test func refusesEveryDamage() throws {
    let small = TokenCase(kind: .simplex(.perClass), gates: 1, pooled: true, tokens: 2, outputs: 1)
    try expectDamageRefused(thinned(damaged(Self.model(small).encode()))) { (bytes) throws(ZonotopeError) in
      _ = try Self.load(bytes)
    }
  }

  /// A sound file with other tensors or another card.
  private static func changed(
    _ model: TokenModel, card: (String, String) = ("", ""), tensor: String = "", shape: [Int]? = nil,
    values: [Double]? = nil
  ) throws -> [UInt8] {
    let bytes = try model.encode(), file = try SafetensorsFile(bytes: bytes, file: "m")
    var text = try #require(file.metadata["zonotope"])
    if !card.0.isEmpty {
      #expect(text.contains(card.0))
      text.replace(card.0, with: card.1)
    }
    var writer = SafetensorsWriter(metadata: [
      "zonotope": text, "zonotope.checksum": String(repeating: "0", count: 16),
    ])
    for entry in file.tensors {
      let own = try file.values(of: entry).list(), isChanged = entry.name == tensor
      if isChanged, shape == [] { continue }
      let numbers = isChanged ? values ?? own : own, size = isChanged ? shape ?? entry.shape : entry.shape
      if entry.type == .i64 {
        try writer.add(entry.name, shape: size, values: numbers.map { Int64($0) })
      } else {
        try writer.add(entry.name, shape: size, values: numbers)
      }
    }
    writer.metadata["zonotope.checksum"] = hexadecimal(FileChecksum.of(writer.encode()))
    return writer.encode()
  }

  private func expectRefused(_ bytes: [UInt8], _ location: SourceLocation = #_sourceLocation) {
    guard
      case .malformedBytes(_, let byte, let reason)? = failure({ () throws(ZonotopeError) in
        try Self.load(bytes)
      })
    else {
      Issue.record("accepted", sourceLocation: location)
      return
    }
    #expect(
      byte >= 8 && byte < bytes.count && !reason.contains("checksum"), "\(reason)", sourceLocation: location)
  }

  @Test(arguments: ["head.left", "head.right", "head.gate", "head.place", "gate.weights", "gate.thresholds"])
  func refusesTensorsThatDoNotFit(name: String) throws {
    let model = try Self.model(TokenCase(kind: .fourier(blocks: 2), gates: 2, features: 4))
    let file = try SafetensorsFile(bytes: model.encode(), file: "m")
    let tensor = try #require(file.tensor(name)), values = try file.values(of: tensor).list()
    #expect(try Self.load(Self.changed(model)) == model)
    expectRefused(try Self.changed(model, tensor: name, shape: []))
    expectRefused(try Self.changed(model, tensor: name, shape: [values.count, 1, 1]))
    let fewer = tensor.shape.dropLast() + [tensor.shape[tensor.shape.count - 1] - 1]
    let count = fewer.reduce(1, *)
    expectRefused(
      try Self.changed(model, tensor: name, shape: Array(fewer), values: Array(values.prefix(count))))
    if tensor.type == .i64 {
      for bad in [-1, 2, 1e15] {
        expectRefused(
          try Self.changed(model, tensor: name, values: [bad] + values.dropFirst()))
      }
    } else {
      expectRefused(try Self.changed(model, tensor: name, values: [.nan] + values.dropFirst()))
    }
  }

  @Test(arguments: [
    ("\"tokens\":3", "\"tokens\":0"), ("\"tokens\":3", "\"tokens\":4"),
    ("\"tokens\":3", "\"tokens\":9007199254740991"), ("\"features\":4", "\"features\":5"),
    ("\"features\":4", "\"features\":9007199254740991"), ("\"outputCount\":2", "\"outputCount\":3"),
    ("\"blocks\":2", "\"blocks\":0"), ("\"blocks\":2", "\"blocks\":3"), ("\"pooled\":false", "\"pooled\":1"),
    ("\"gated\":true", "\"gated\":false"), ("\"kind\":\"none\"", "\"kind\":\"one-hot\""),
    ("\"kind\":\"none\"", "\"kind\":\"other\""), ("\"constant\":false", "\"constant\":true"),
    ("\"gridColumns\":null", "\"gridColumns\":2"), ("\"layout\":null", "\"layout\":{\"tokens\":3}"),
    ("\"layout\":null", "\"layout\":{}"), ("\"kind\":\"fourier\"", "\"kind\":\"two-layer\""),
    ("\"classes\":null", "\"classes\":[\"a\",\"b\",\"c\"]"), ("\"beta\":", "\"more\":1,\"beta\":"),
  ])
  func refusesCardsThatDoNotFit(part: String, other: String) throws {
    let model = try Self.model(TokenCase(kind: .fourier(blocks: 2), gates: 2, features: 4))
    expectRefused(try Self.changed(model, card: (part, other)))
  }

  /// The picture has a cell for every number, and says what is not in use.
  @Test func thePictureShowsTokensThatAreNotInUse() throws {
    let network = TokenCase(kind: .simplex(.perClass), pooled: true, tokens: 6, samples: 40)
    // Two outputs of the first token alone.
    let x = try network.x()
    let y = try MatrixView((0..<40).map { [x[$0, 0], x[$0, 1] - x[$0, 0]] })
    let result = try network.train(y: y, beta: .ratio(0.3))
    let model = TokenModel(
      network: result.network, layout: nil, card: TrainingCard(result, loss: SquaredLoss(), tolerance: 1e-6))
    #expect(Set(result.network.heads.map(\.place)) == [0])
    let picture = try TokenDrawing(model, title: "a < b & c").svg()
    #expect(picture.contains("1 of 6 tokens in use") && picture.contains("a &lt; b &amp; c"))
    #expect(picture.components(of: "class=\"unused\"") == 5)
    for kind in TokenCase.all.prefix(8) {
      #expect(try TokenDrawing(Self.model(kind), title: "").svg().contains("Head "))
    }
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
