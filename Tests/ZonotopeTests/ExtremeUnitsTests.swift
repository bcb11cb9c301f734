import Testing

@testable import Zonotope

/// Verdicts must not depend on the units of the data, and numbers that would overflow are refused, not believed.
@Suite struct ExtremeUnitsTests {
  private static let x = [[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9], [0.2, 0.8], [-1.5, -0.3], [0.6, -0.5]]
  private static let y = [1.0, -0.4, 0.7, 1.6, -0.2, 0.5]

  private func train(
    rows: Double = 1, targets: Double = 1, offset: Double = 0, scale: Double = 1, outputBias: Bool = false
  ) throws -> TrainingResult {
    let data = try Dataset(
      x: MatrixView(Self.x.map { $0.map { rows * $0 } }), y: Self.y.map { targets * $0 + offset })
    return try ReLU(patterns: .all, outputBias: outputBias).train(
      on: data, loss: SquaredLoss(scale: scale), beta: .ratio(0.1))
  }

  @Test(arguments: [1e-40, 1e-16, 1e-9, 1e9, 1e40])
  func unitsDoNotChangeTheVerdict(unit: Double) throws {
    let plain = try train()
    for (result, factor) in [
      (try train(rows: unit), 1), (try train(targets: unit), unit * unit), (try train(scale: unit), unit),
    ] {
      #expect(result.solution.status == .optimal)
      #expect(result.network.neurons.count == plain.network.neurons.count)
      let relative = result.solution.objective / factor / plain.solution.objective
      #expect(abs(relative - 1) < 3e-6, "\(relative)")
      #expect(result.solution.dual <= result.solution.objective)
    }
  }

  /// Targets far from zero, as time stamps are, lose no bound where there is an output bias.
  @Test(arguments: [0, 1e3, 1e6, 1e9, 1e12])
  func anOffsetOfTheTargetsGoesIntoTheBias(offset: Double) throws {
    let plain = try train(outputBias: true), moved = try train(offset: offset, outputBias: true)
    #expect(moved.solution.status == .optimal)
    #expect(moved.solution.relativeGap >= 0)
    // The offset rounds the targets themselves.
    let rounding = 1e-6 + 8 * offset.ulp
    #expect(abs(moved.solution.objective - plain.solution.objective) <= rounding * plain.solution.objective)
    #expect(abs(moved.network.bias - plain.network.bias - offset) <= 1e-2 + 8 * offset.ulp)
    #expect(moved.solution.dual <= plain.solution.objective * (1 + rounding))
  }

  @Test(arguments: [1e-165, 1e-60, 1e60, 1e155, 1e300])
  func sizesThatWouldOverflowAreRefused(unit: Double) throws {
    for (place, run) in [
      ("x", { _ = try train(rows: unit) }), ("y", { _ = try train(targets: unit) }),
      ("loss.scale", { _ = try train(scale: unit) }),
    ] as [(String, () throws -> Void)] {
      let error = #expect(throws: ZonotopeError.self, performing: run)
      guard case .invalid(place, _)? = error else {
        Issue.record("\(String(describing: error)) does not name \(place)")
        continue
      }
    }
  }

  /// No finite number in, none out, and no trap.
  @Test func proximalStepsOfNumbersThatAreNotFinite() {
    let f: [Double] = [.nan, .infinity, -.infinity, 1e308, 0], y: [Double] = [1, 1, -1, -1, 1]
    for step in [1, Double.infinity, .nan, 1e308] {
      var result = f
      f.withUnsafeBufferPointer { f in
        y.withUnsafeBufferPointer { y in
          result.withUnsafeMutableBufferPointer { LogisticLoss().prox(f, y, step: step, into: $0) }
        }
      }
      #expect(result[0].isNaN)
      if step == 1 { #expect(result[4] > 0 && result[4] < 1) }
    }
  }
}
