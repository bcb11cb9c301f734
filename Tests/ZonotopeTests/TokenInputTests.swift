import Testing

@testable import Zonotope

/// What layers on tokens are given beside the data: gates that are drawn, positions, layouts.
@Suite struct TokenInputTests {
  // MARK: Gates

  private static let kinds: [TokenLayer.Kind] = [
    .attention, .mixer, .fourier(blocks: 2), .simplex(.perClass),
  ]

  private static func network(_ kind: TokenLayer.Kind) -> TokenCase {
    TokenCase(kind: kind, pooled: true, features: 4, samples: 30)
  }

  private func layer(_ kind: TokenLayer.Kind, _ gates: TokenGates) -> TokenLayer {
    TokenLayer(kind: kind, tokens: 3, gates: gates, pooled: true)
  }

  @Test(arguments: kinds) func gatesDependOnTheirNumberAndTheSeedAlone(kind: TokenLayer.Kind) throws {
    let network = Self.network(kind), shape = try layer(kind, .linear).shape(of: network.x(), outputs: 2)
    let five = try layer(kind, .sampled(count: 5, seed: 1)).drawn(for: shape)
    let three = try layer(kind, .sampled(count: 3, seed: 1)).drawn(for: shape)
    let others = try layer(kind, .sampled(count: 3, seed: 2)).drawn(for: shape)
    #expect(Array(five.given!.prefix(3)) == three.given!)
    #expect(three.given! != others.given!)
    // What gates see has a constant: the threshold is its weight.
    #expect(five.given!.allSatisfy { $0.thresholds.count == five.thresholdCount && $0.thresholds[0] != 0 })
    if case .simplex = kind {
      for gate in five.given! {
        let u = gate.matrices[0].entries()
        #expect(u.allSatisfy { $0 > 0 } && abs(u.reduce(0, +) - 1) < 1e-12)
      }
    }
  }

  /// For every threshold the share of what is open on the data.
  @Test(arguments: kinds) func quantilesOpenGatesForTheirShareOfTheData(kind: TokenLayer.Kind) throws {
    let network = Self.network(kind), count = 4
    let shape = try layer(kind, .linear).shape(of: network.x(), outputs: 2)
    let drawn = try layer(kind, .quantiles(count: count, seed: 7)).drawn(for: shape)
    for g in 0..<count {
      let masks = (0..<shape.n).map { drawn.mask(g, shape.x.row($0 * 3), shape.d) }
      let part = masks[0].count / drawn.thresholdCount
      for t in 0..<drawn.thresholdCount {
        let open = masks.reduce(0) { $0 + $1[t * part..<(t + 1) * part].count { $0 } }
        // Of N products floor(level N) lie below.
        let products = shape.n * part, level = (Double(g) + 0.5) / Double(count)
        #expect(open == products - Int(level * Double(products)))
      }
    }
  }

  @Test(arguments: kinds) func theNetworkHasTheGatesThatWereDrawn(kind: TokenLayer.Kind) throws {
    let network = Self.network(kind)
    let result = try network.train(layer(kind, .quantiles(count: 3, seed: 2)), beta: .ratio(0.1))
    let gates = try #require(result.network.layer.given)
    #expect(
      gates.count == 3 && result.patternSource == .sampled && result.certificate.scope == .givenPatterns)
    #expect(abs(result.networkObjective - result.solution.objective) <= 1e-9 * result.solution.objective)
    let again = try network.train(layer(kind, .given(gates)), beta: .absolute(result.beta))
    #expect(abs(again.solution.objective - result.solution.objective) <= 1e-7 * result.solution.objective)
    // Thresholds are in the program as they are in the network.
    let zero = gates.map { TokenGate($0.matrices) }
    let other = try network.train(layer(kind, .given(zero)), beta: .absolute(result.beta))
    #expect(abs(other.solution.objective - result.solution.objective) > 1e-4 * result.solution.objective)
  }

  @Test func gatesThatDoNotFitAreRefused() throws {
    let x = try Self.network(.mixer).x(), h = try MatrixView([[Double]](repeating: [1, 2, 3], count: 3))
    for bad in [
      TokenGates.sampled(count: 0, seed: 0), .given([]), .given([TokenGate([])]),
      .given([TokenGate([h, h])]),
      .given([TokenGate([h], thresholds: [1])]), .given([TokenGate([h], thresholds: [1, 2, .nan])]),
    ] {
      let error = failure { () throws(ZonotopeError) in
        try layer(.mixer, bad).shape(of: x, outputs: 1)
      }
      guard case .invalid(let place, _)? = error else {
        Issue.record("accepted")
        continue
      }
      #expect(place.hasPrefix("model.gates"))
    }
  }

  // MARK: Positions

  /// Every sample is there with its tokens in both orders, and the target says in which: without positions nothing can be
  /// gained, with them nearly all.
  @Test(arguments: [
    TokenPositions.Kind.oneHot, .coordinates, .fourier(frequencies: 1),
  ])
  func pooledAttentionIsBlindToOrderWithoutPositions(kind: TokenPositions.Kind) throws {
    var random = Xoshiro256(seed: 4)
    let s = 4, d = 2
    var rows: [[Double]] = [], y: [Double] = []
    for _ in 0..<12 {
      let tokens = (0..<s).map { k in [random.nextNormal() + (k == 0 ? 2 : 0), 1] }
      rows += [tokens.flatMap { $0 }, tokens.reversed().flatMap { $0 }]
      y += [1, -1]
    }
    let data = try Dataset(x: MatrixView(rows), y: y)
    var settings = SolverSettings()
    (settings.threads, settings.tolerance) = (1, 1e-6)
    let attention = Attention(tokens: s, pooled: true)
    let blind = try attention.train(on: data, loss: SquaredLoss(), beta: .absolute(1e-3), settings: settings)
    #expect(blind.betaMax <= 1e-9 && blind.network.heads.isEmpty)
    // Other targets, of which something can be learned: the outputs are still the same in both orders.
    let others = try Dataset(x: data.x, y: rows.map { $0[0] })
    let network = try attention.train(
      on: others, loss: SquaredLoss(), beta: .ratio(0.1), settings: settings
    ).network
    let outputs = try network.predict(data.x)
    #expect(outputs.contains { abs($0) > 0.01 })
    for k in stride(from: 0, to: 24, by: 2) { #expect(abs(outputs[k] - outputs[k + 1]) <= 1e-9) }
    let positions = TokenPositions(kind)
    let seeing = try Attention(tokens: s, pooled: true, positions: positions).train(
      on: data, loss: SquaredLoss(), beta: .ratio(1e-3), settings: settings)
    #expect(seeing.betaMax > 1e-3)
    let answers = try seeing.network.predict(data.x)
    #expect(zip(answers, y).count { $0 * $1 > 0 } >= 22)
    #expect(seeing.solution.objective < 0.3 * blind.solution.objective)
    // The network has the positions: it takes tokens as they are.
    #expect(seeing.network.columns == s * d)
    #expect(seeing.network.features == d + (try positions.width(tokens: s)))
  }

  @Test func positionsAreAsDocumented() throws {
    func numbers(_ positions: TokenPositions, _ s: Int) throws -> [[Double]] {
      let all = (0..<s).map { positions.numbers($0, of: s) }
      #expect(all.allSatisfy { $0.count == (try? positions.width(tokens: s)) })
      return all
    }
    #expect(try numbers(TokenPositions(.oneHot, constant: true), 2) == [[1, 1, 0], [1, 0, 1]])
    #expect(
      try numbers(TokenPositions(.coordinates, gridColumns: 3), 6)
        == [[-1, -1], [-1, 0], [-1, 1], [1, -1], [1, 0], [1, 1]])
    #expect(try numbers(TokenPositions(.coordinates), 3) == [[-1], [0], [1]])
    // Functions on a line: all that there are but the constant, orthogonal to it and to each other.
    for s in [4, 5] {
      let waves = try numbers(TokenPositions(.fourier(frequencies: s / 2), constant: true), s)
      #expect(waves[0].count == s)
      for i in 0..<s {
        for j in 0..<i { #expect(abs((0..<s).reduce(0) { $0 + waves[$1][i] * waves[$1][j] }) <= 1e-12) }
      }
    }
    let x = try MatrixView([[5.0], [6], [7], [8]])
    let placed = try TokenPositions(.oneHot).applied(to: x, tokens: 2)
    #expect(placed.entries() == [5, 1, 0, 6, 0, 1, 7, 1, 0, 8, 0, 1])
    for bad in [
      TokenPositions(.oneHot, gridColumns: 4), TokenPositions(.fourier(frequencies: 0)),
      TokenPositions(.fourier(frequencies: 4)), TokenPositions(.fourier(frequencies: 2), gridColumns: 3),
    ] {
      #expect(throws: ZonotopeError.self) { try bad.width(tokens: 6) }
    }
  }

  // MARK: Layouts

  @Test func patchesHaveTheirPixelsTogether() throws {
    let image = TokenLayout.image(height: 2, width: 4, patchHeight: 2, patchWidth: 2)
    #expect(image.tokens == 2 && image.gridColumns == 2)
    #expect(try image.order(columns: 8) == [0, 1, 4, 5, 2, 3, 6, 7])
    // Three numbers a pixel.
    let colours = try image.order(columns: 24)
    #expect(colours.sorted() == Array(0..<24) && Array(colours[6..<9]) == [12, 13, 14])
    let x = try MatrixView([(0..<8).map(Double.init)])
    #expect(try image.applied(to: x).entries() == [0, 1, 4, 5, 2, 3, 6, 7])
    let lines = TokenLayout.image(height: 2, width: 4, patchHeight: 1, patchWidth: 4)
    #expect(try lines.order(columns: 8) == Array(0..<8) && lines.gridColumns == 1)
    for bad in [
      TokenLayout.rows(tokens: 0), .rows(tokens: 3),
      .image(height: 2, width: 4, patchHeight: 2, patchWidth: 3),
      .image(height: 3, width: 4, patchHeight: 1, patchWidth: 1),
      .image(height: 2, width: 4, patchHeight: 0, patchWidth: 1),
      .image(height: .max, width: .max, patchHeight: 1, patchWidth: 1),
    ] {
      #expect(throws: ZonotopeError.self) { try bad.applied(to: x) }
    }
  }

  // MARK: Tables

  /// A bright pixel and noise in images of 2 x 4: the class says in which half the pixel is.
  private static func table(_ rows: Int = 60) throws -> CSVTable {
    var random = Xoshiro256(seed: 11)
    var text = (0..<8).map { "p\($0)" }.joined(separator: ",") + ",size,side\n"
    for k in 0..<rows {
      var pixels = (0..<8).map { _ in 0.2 * random.nextNormal() }
      let place = k % 8, size = 2 + random.nextUniform()
      pixels[place] += size
      text += pixels.map { "\($0)" }.joined(separator: ",")
      text += ",\(size),\(place % 4 < 2 ? "left" : "right")\n"
    }
    return try CSVTable(bytes: Array(text.utf8), file: "t.csv")
  }

  private static let pixels = (0..<8).map { "p\($0)" }

  private static func plan(_ target: String, _ kind: TokenLayer.Kind, _ gates: TokenGates = .linear)
    -> TokenPlan
  {
    var plan = TrainingPlan(target: target)
    (plan.features, plan.penalty) = (pixels, .fixed(.ratio(0.02)))
    (plan.settings.threads, plan.settings.tolerance) = (1, 1e-5)
    return TokenPlan(
      plan, kind: kind, layout: .image(height: 2, width: 4, patchHeight: 2, patchWidth: 2), gates: gates,
      positions: .coordinates)
  }

  @Test(arguments: [
    (TokenLayer.Kind.attention, TokenGates.linear), (.mixer, .linear), (.simplex(.perClass), .linear),
    (.attention, .quantiles(count: 3, seed: 1)), (.fourier(blocks: 1), .quantiles(count: 6, seed: 1)),
  ])
  func tablesOfImagesAreClassified(kind: TokenLayer.Kind, gates: TokenGates) throws {
    let table = try Self.table(), report = try Self.plan("side", kind, gates).run(on: table)
    let run = try #require(report.model.card.run)
    #expect(report.result.solution.status == .optimal)
    #expect(run.trainScore == 1 && run.testScore ?? 0 >= 0.9 && run.rows + run.testRows == 60)
    let outputs = try report.model.predict(table)
    let classes = try #require(report.model.classes(of: outputs)), labels = try table.labels(column: "side")
    #expect(zip(classes, labels.indices).count { $0 == labels.classes[$1] } >= 59)
    let loaded = try TokenModel(bytes: report.model.encode(), file: "m")
    #expect(loaded == report.model)
    #expect(try loaded.predict(table) == outputs)
  }

  /// One mean and one scale for all columns, so that tokens stay alike.
  @Test func columnsOfTokensShareTheirScale() throws {
    var plan = Self.plan("size", .mixer)
    plan.plan.loss = .huber
    plan.plan.huberDelta = 0.5
    let table = try Self.table(), report = try plan.run(on: table)
    let scale = try #require(report.model.card.preprocessing.standardization)
    #expect(Set(scale.means).count == 1 && Set(scale.scales).count == 1)
    #expect(report.model.card.loss.delta == 0.5 && report.model.card.run?.score == "R^2")
    let x = try table.matrix(columns: Self.pixels), n = report.model.card.run?.rows ?? 0
    #expect(n == 48 && x.rows == 60)
    #expect(report.model.layout?.tokens == 2)
  }

  @Test func aCancelledRunHasTheBestSoFar() throws {
    var plan = Self.plan("side", .mixer)
    plan.plan.penalty = .search
    let cancellation = Cancellation()
    plan.plan.settings.cancellation = cancellation
    plan.plan.progress = { progress in
      if case .search(let index, _) = progress.stage, index == 3 { cancellation.cancel() }
    }
    let report = try plan.run(on: Self.table())
    #expect(report.result.solution.status == .cancelled)
    #expect(!report.model.network.heads.isEmpty)
  }

  @Test func columnsThatAreNoTokensAreRefused() throws {
    var plan = Self.plan("side", .mixer)
    plan.layout = .rows(tokens: 3)
    #expect(throws: ZonotopeError.self) { try plan.run(on: Self.table()) }
    plan = Self.plan("side", .sequence)
    #expect(throws: ZonotopeError.self) { try plan.run(on: Self.table()) }
    plan = Self.plan("side", .mixer)
    plan.positions = .fourier(frequencies: 9)
    #expect(throws: ZonotopeError.self) { try plan.run(on: Self.table()) }
  }
}
