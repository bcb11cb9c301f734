import Testing

@testable import Zonotope

@Suite("Gated networks as networks without gates")
struct ConeDecompositionTests {
  private func gated(
    _ data: Dataset, _ loss: some Loss, beta: Beta, options: TwoLayerOptions = TwoLayerOptions()
  ) throws -> TrainingResult {
    var settings = SolverSettings()
    (settings.tolerance, settings.threads) = (1e-11, 1)
    return try GatedReLU(patterns: .all, options: options).train(
      on: data, loss: loss, beta: beta, settings: settings)
  }

  @Test("the reference: 0.66351 behind gates, 2.06635 without, 1.24747 at best")
  func reference() throws {
    let data = try ReferenceRows.data(), result = try gated(data, SquaredLoss(), beta: .absolute(0.3))
    #expect(abs(result.networkObjective - 0.6635111324) <= 1e-8)
    let divided = try result.network.coneDecomposition(on: data, loss: SquaredLoss(), beta: 0.3)
    // By second-order cone programming.
    #expect(abs(divided.objective - 2.0663534324) <= 1e-5)
    #expect(divided.objective <= divided.bound && divided.gatedObjective == result.networkObjective)
    let exact = try OptimalSetTests.solved(data, SquaredLoss(), beta: .absolute(0.3)).1
    #expect(
      divided.objective >= exact.networkObjective && exact.networkObjective >= result.certificate.lowerBound)
  }

  @Test("outputs stay the same, neurons stay in the cells of their gates, and the bound holds")
  func random() throws {
    for index in 0..<20 {
      let n = 5 + index, d = 1 + index % 3
      let data = try ColumnGenerationTests.random(n, d, seed: UInt64(index))
      var options = TwoLayerOptions()
      (options.inputBias, options.outputBias) = (index % 2 == 0, index % 3 == 0)
      if index % 4 == 1 { options.activation = .leaky(0.2) }
      if index % 5 == 2, d == 2 { (options.patches, options.outputNorm) = (2, .perClass) }
      let result = try gated(data, SquaredLoss(), beta: .ratio(0.05), options: options)
      let divided = try result.network.coneDecomposition(on: data, loss: SquaredLoss(), beta: result.beta)
      #expect(divided.network.gates == .own)
      let before = try result.network.predict(data.x), after = try divided.network.predict(data.x)
      for (a, b) in zip(before, after) { #expect(abs(a - b) <= 1e-7) }
      #expect(divided.objective >= divided.gatedObjective * (1 - 1e-9))
      #expect(divided.objective <= divided.bound * (1 + 1e-9))
      #expect(divided.margin > 0 && divided.margin <= 1)
      let plain = try divided.network.audit(on: data, loss: SquaredLoss(), beta: result.beta)
      #expect(plain.objective == divided.objective)
    }
  }

  @Test("gates that are no open cell, and networks without gates, are refused")
  func refusals() throws {
    let data = try ReferenceRows.data()
    var masks = [[Bool]](repeating: [true, false, true, false, true, true], count: 1)
    // The fifth row is half the sum of others: this mask has no cell.
    let result = try GatedReLU(patterns: .masks(masks)).train(
      on: data, loss: SquaredLoss(), beta: .ratio(0.1))
    masks = []
    #expect(throws: ZonotopeError.self) {
      try result.network.coneDecomposition(on: data, loss: SquaredLoss(), beta: result.beta)
    }
    let exact = try OptimalSetTests.solved(data, SquaredLoss(), beta: .absolute(0.3)).1
    #expect(throws: ZonotopeError.self) {
      try exact.network.coneDecomposition(on: data, loss: SquaredLoss(), beta: 0.3)
    }
  }
}
