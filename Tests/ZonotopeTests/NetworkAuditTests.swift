import Testing

@testable import Zonotope

@Suite("Comparing networks with the global optimum")
struct NetworkAuditTests {
  private func settings() -> SolverSettings {
    var settings = SolverSettings()
    settings.threads = 1
    settings.tolerance = 1e-6
    return settings
  }

  @Test("our own optimum over all neurons has a gap below the tolerance, and no better network")
  func ownOptimum() throws {
    let data = try ColumnGenerationTests.random(40, 2, seed: 1)
    let result = try ColumnGenerationTests.grown(data, beta: .ratio(0.05), tolerance: 1e-8)
    let audit = try result.network.audit(
      on: data, loss: SquaredLoss(), beta: result.beta, settings: settings())
    #expect(audit.certificate.scope == .allNeurons)
    #expect(audit.certificate.relativeGap <= 1e-6 && audit.certificate.gap >= -1e-9 * audit.objective)
    #expect(audit.isStationary)
    #expect(abs(audit.objective - result.networkObjective) <= 1e-12 * audit.objective)
  }

  @Test("a network of descent has a valid bound and a better network beside it")
  func descentNetworks() throws {
    let data = try ColumnGenerationTests.random(40, 3, seed: 6)
    let beta = try ColumnGenerationTests.grown(data, beta: .ratio(0.02)).beta
    let optimum = try ColumnGenerationTests.enumerated(data, beta: .absolute(beta)).certificate
    let network = try Adam.train(on: data, neurons: 12, beta: beta, steps: 2000, seed: 3)
    let audit = try network.audit(on: data, loss: SquaredLoss(), beta: beta, settings: settings())
    #expect(audit.certificate.lowerBound <= optimum.objective * (1 + 1e-9))
    #expect(audit.certificate.lowerBound >= optimum.objective * (1 - 1e-5))
    #expect(audit.objective > optimum.objective && audit.certificate.gap > 0)
    #expect(audit.ownOptimum <= audit.objective)
    let best = try #require(audit.best)
    #expect(best.networkObjective <= audit.objective)
    #expect(abs(best.networkObjective - optimum.objective) <= 2e-6 * optimum.objective)
    let objective = try best.network.objective(
      on: data.x, targets: data.y.entries(), loss: SquaredLoss(), beta: beta)
    #expect(abs(objective - best.networkObjective) <= 1e-12 * objective)
  }

  @Test("networks that are no points of a convex program are refused with the reason")
  func refusals() throws {
    let data = try ColumnGenerationTests.random(10, 2, seed: 1)
    let gated = try GatedReLU(patterns: .sampled(count: 4, seed: 0)).train(
      on: data, loss: SquaredLoss(), beta: .ratio(0.1))
    #expect(throws: ZonotopeError.self) {
      try gated.network.audit(on: data, loss: SquaredLoss(), beta: 0.1)
    }
    #expect(throws: ZonotopeError.self) {
      try TwoLayerNetwork(
        hidden: MatrixView([[1, 2]]), output: MatrixView([[1, 2]]))
    }
  }

  @Test("the network of another framework is what its tensors say")
  func imported() throws {
    let folder = TemporaryFolder()
    var writer = SafetensorsWriter()
    try writer.add("fc1.weight", shape: [2, 3], values: [1, 2, 3, -1, 0, 1] as [Double])
    try writer.add("fc1.bias", shape: [2], values: [0.5, -0.5] as [Double])
    try writer.add("fc2.weight", shape: [1, 2], values: [2, -3] as [Double])
    try writer.add("fc2.bias", shape: [1], values: [0.25] as [Double])
    let path = folder.path + "/net.safetensors"
    try AtomicFile.write(writer.encode(), to: path)
    let network = try TwoLayerNetwork(importing: path)
    let x = try MatrixView([[1, 1, 1], [-1, 0, 2]])
    // relu(6.5) 2 - relu(-0.5) 3 + 0.25; relu(5.5) 2 - relu(2.5) 3 + 0.25
    #expect(try network.predict(x) == [13.25, 3.75])
    #expect(try !Model.isModel(path: path))
  }

  @Test("pruning leaves independent fits, no more neurons than rows, and the objective")
  func pruning() throws {
    for seed in 0..<30 {
      let data = try ColumnGenerationTests.random(6 + seed % 5, 2, seed: UInt64(seed))
      let result = try ColumnGenerationTests.enumerated(data, beta: .ratio(0.01))
      // Neurons twice and in parts, which no optimum needs.
      var network = result.network
      network.neurons = network.neurons.flatMap { neuron in
        [0.3, 0.7].map { (share: Double) in
          TwoLayerNetwork.Neuron(
            weights: neuron.weights.map { $0 * share.squareRoot() },
            outputs: neuron.outputs.map { $0 * share.squareRoot() })
        }
      }
      let pruned = try network.pruned(on: data, loss: SquaredLoss(), beta: result.beta)
      #expect(pruned.network.neurons.count <= min(data.samples, result.network.neurons.count))
      #expect(pruned.price <= 1e-9 * result.networkObjective)
      let before = try network.predict(data.x), after = try pruned.network.predict(data.x)
      for (a, b) in zip(before, after) { #expect(abs(a - b) <= 1e-8) }
    }
  }
}

/// Plain Adam (Kingma and Ba 2015) on a two-layer network, as anybody would train it.
enum Adam {
  static func train(
    on data: Dataset, neurons: Int, beta: Double, steps: Int, seed: UInt64
  ) throws -> TwoLayerNetwork {
    let (n, d) = (data.samples, data.x.columns), size = neurons * (d + 1)
    var random = Xoshiro256(seed: seed)
    var parameters = (0..<size).map { _ in 0.5 * random.nextNormal() }
    var first = [Double](repeating: 0, count: size), second = first
    for step in 1...steps {
      var gradient = parameters.map { beta * $0 }
      for k in 0..<n {
        var products = [Double](repeating: 0, count: neurons), output = 0.0
        for j in 0..<neurons {
          for i in 0..<d { products[j] += parameters[j * (d + 1) + i] * data.x[k, i] }
          output += parameters[j * (d + 1) + d] * max(0, products[j])
        }
        let residual = output - data.y[k, 0]
        for j in 0..<neurons where products[j] > 0 {
          let base = j * (d + 1)
          gradient[base + d] += residual * products[j]
          for i in 0..<d { gradient[base + i] += residual * parameters[base + d] * data.x[k, i] }
        }
      }
      let rate = 0.01 * (1 - Double(step) / Double(steps))
      for i in 0..<size {
        first[i] += 0.1 * (gradient[i] - first[i])
        second[i] += 0.001 * (gradient[i] * gradient[i] - second[i])
        let corrected = first[i] / (1 - power(0.9, step)), scale = second[i] / (1 - power(0.999, step))
        parameters[i] -= rate * corrected / (scale.squareRoot() + 1e-8)
      }
    }
    return try TwoLayerNetwork(
      hidden: MatrixView((0..<neurons).map { j in Array(parameters[j * (d + 1)..<j * (d + 1) + d]) }),
      output: MatrixView([(0..<neurons).map { parameters[$0 * (d + 1) + d] }]))
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
