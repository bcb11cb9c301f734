import Testing

@testable import Zonotope

@Suite("Optimal sets")
struct OptimalSetTests {
  static func settings() -> SolverSettings {
    var settings = SolverSettings()
    (settings.tolerance, settings.threads) = (1e-12, 1)
    return settings
  }

  static func solved<Objective: Loss>(
    _ data: Dataset, _ loss: Objective, beta: Beta, options: TwoLayerOptions = TwoLayerOptions()
  ) throws -> (TrainingSession<ReLU, Objective>, TrainingResult) {
    let session = try TrainingSession(
      ReLU(patterns: .all, options: options), data: data, loss: loss, settings: settings())
    return (session, try session.train(beta: beta))
  }

  /// Every network of the set has the outputs and the objective of the one given.
  private func check(_ result: TrainingResult, like original: TrainingResult, on data: Dataset) throws {
    let objective = original.networkObjective
    #expect(abs(result.networkObjective - objective) <= 1e-9 * objective)
    #expect(abs(result.certificate.objective - objective) <= 1e-9 * objective)
    let outputs = try result.network.predict(data.x), before = try original.network.predict(data.x)
    for (a, b) in zip(outputs, before) { #expect(abs(a - b) <= 1e-6) }
  }

  /// Each neuron as several with the same direction, as interior-point methods leave one at a kink in the cells beside it.
  private func split(_ network: TwoLayerNetwork, _ shares: [Double]) -> TwoLayerNetwork {
    var network = network
    network.neurons = network.neurons.flatMap { neuron in
      shares.map { share in
        TwoLayerNetwork.Neuron(
          weights: neuron.weights.map { $0 * share.squareRoot() },
          outputs: neuron.outputs.map { $0 * share.squareRoot() })
      }
    }
    return network
  }

  @Test("six neurons of the squared reference become three, those of the hinge at most six")
  func references() throws {
    let data = try ReferenceRows.data()
    let (session, result) = try Self.solved(data, SquaredLoss(), beta: .absolute(0.3))
    #expect(abs(result.networkObjective - 1.2474661425) <= 1e-9)
    let set = try OptimalSet(of: result, in: session)
    for choice in [try set.minimumNorm(), try set.fewestNeurons()] {
      try check(choice, like: result, on: data)
      #expect(choice.network.neurons.count == 3)
    }
    let six = split(try set.minimumNorm().network, [0.3, 0.7])
    let pruned = try six.pruned(on: data, loss: SquaredLoss(), beta: 0.3)
    #expect(six.neurons.count == 6 && pruned.network.neurons.count == 3 && abs(pruned.price) <= 1e-9)

    let labelled = try ReferenceRows.labelled()
    let (hinge, answer) = try Self.solved(labelled, HingeLoss(), beta: .absolute(0.2))
    let spread = try OptimalSet(of: answer, in: hinge).minimumNorm()
    try check(spread, like: answer, on: labelled)
    let many = split(spread.network, [0.2, 0.3, 0.5])
    let less = try many.pruned(on: labelled, loss: HingeLoss(), beta: 0.2)
    #expect(many.neurons.count > 6 && less.network.neurons.count <= 6)
    #expect(abs(less.price) <= 1e-9 * answer.networkObjective)
  }

  /// The unit vectors and their negatives, all with the target 1: the corners of the cube are the directions of optimal
  /// neurons, and the pairs of opposite ones all fit alike.
  private func cross() throws -> Dataset {
    var x: [[Double]] = []
    for j in 0..<3 { for sign in [1.0, -1] { x.append((0..<3).map { $0 == j ? sign : 0 }) } }
    return try Dataset(x: MatrixView(x), y: [1, 1, 1, 1, 1, 1])
  }

  @Test("where optima are many: the even one, the smallest one, the best one on other rows")
  func choices() throws {
    let data = try cross(), (session, result) = try Self.solved(data, SquaredLoss(), beta: .absolute(0.2))
    let set = try OptimalSet(of: result, in: session)
    // Eight corners of rank four.
    #expect(set.candidates == 8 && set.dimension == 4)
    let even = try set.minimumNorm(), few = try set.fewestNeurons()
    try check(even, like: result, on: data)
    try check(few, like: result, on: data)
    #expect(few.network.neurons.count == 2)
    let sizes = even.network.neurons.map {
      abs($0.output) * RowSpace.dot($0.weights, $0.weights).squareRoot()
    }
    #expect(sizes.count == 8)
    for size in sizes { #expect(abs(size - sizes[0]) <= 1e-7 * sizes[0]) }

    // Other rows, with targets of a network of one pair of corners.
    var random = Xoshiro256(seed: 5)
    let rows = (0..<30).map { _ in (0..<3).map { _ in random.nextNormal() } }
    let share = few.networkObjective > 0 ? sizes.reduce(0, +) / 2 : 0
    let targets = rows.map { row in
      let product = (row[0] - row[1] + row[2]) / 3.0.squareRoot()
      return share * abs(product)
    }
    let other = try Dataset(x: MatrixView(rows), y: targets)
    let best = try set.best(on: other, loss: SquaredLoss())
    try check(best, like: result, on: data)
    let missed = zip(try best.network.predict(other.x), targets).map { abs($0 - $1) }.max() ?? 1
    #expect(missed <= 1e-4)
    let rival = zip(try even.network.predict(other.x), targets).map { abs($0 - $1) }.max() ?? 0
    #expect(rival > 0.01)
    let logistic = try Dataset(x: other.x, y: targets.map { $0 > share ? 1 : -1 })
    try check(set.best(on: logistic, loss: LogisticLoss()), like: result, on: data)
  }

  @Test("gated networks and free coefficients too; nuclear norms are refused")
  func otherPrograms() throws {
    let data = try ColumnGenerationTests.random(6, 3, seed: 3)
    var options = TwoLayerOptions()
    (options.outputBias, options.activation) = (true, .leaky(0.1))
    let (session, result) = try Self.solved(data, SquaredLoss(), beta: .ratio(0.05), options: options)
    try check(OptimalSet(of: result, in: session).minimumNorm(), like: result, on: data)

    let gated = try TrainingSession(
      GatedReLU(patterns: .all), data: data, loss: SquaredLoss(), settings: Self.settings())
    let answer = try gated.train(beta: .ratio(0.05)), set = try OptimalSet(of: answer, in: gated)
    try check(set.minimumNorm(), like: answer, on: data)
    try check(set.fewestNeurons(), like: answer, on: data)

    options = TwoLayerOptions()
    options.outputNorm = .nuclear
    let two = try Dataset(x: data.x, y: MatrixView((0..<6).map { [data.y[$0, 0], -data.y[5 - $0, 0]] }))
    let nuclear = try TrainingSession(
      GatedReLU(patterns: .all, options: options), data: two, loss: SquaredLoss(), settings: Self.settings())
    let third = try nuclear.train(beta: .ratio(0.1))
    #expect(throws: ZonotopeError.self) { try OptimalSet(of: third, in: nuclear) }
  }

  @Test("pruning never leaves more neurons than rows: 200 random networks")
  func prunedNetworksAreSmall() throws {
    for index in 0..<200 {
      let n = 3 + index % 7, d = 1 + index % 3
      let data = try ColumnGenerationTests.random(n, d, seed: UInt64(1000 + index))
      var random = Xoshiro256(seed: UInt64(index))
      // No optimum: any network will do.
      let network = try TwoLayerNetwork(
        hidden: MatrixView((0..<3 * n).map { _ in (0..<d).map { _ in random.nextNormal() } }),
        output: MatrixView([(0..<3 * n).map { _ in random.nextNormal() }]))
      let pruned = try network.pruned(on: data, loss: SquaredLoss(), beta: 0.1)
      #expect(pruned.network.neurons.count <= n)
      // Balanced first, which alone lowers the penalty of a network that is none.
      #expect(pruned.price <= 1e-9)
      let before = try network.predict(data.x), after = try pruned.network.predict(data.x)
      for (a, b) in zip(before, after) { #expect(abs(a - b) <= 1e-6 * (1 + abs(a))) }
    }
  }
}
