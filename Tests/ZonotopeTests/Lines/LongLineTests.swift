import Testing

@testable import Zonotope

/// Samples enough for every block and every pass of the methods that go through them in blocks.
@Suite struct LongLineTests {
  /// Strings in tubes from narrow to wide, level and steep, are what the path by mergers, another method, has there.
  @Test(arguments: [OneDimensionalNetwork.Activation.threshold, .sign])
  func stringsAreThoseOfThePathOfMergers(_ activation: OneDimensionalNetwork.Activation) throws {
    let network = OneDimensionalNetwork(activation: activation)
    for (seed, slope, ties) in [(1, 0.0, false), (2, 40, false), (3, -3, true)] as [(UInt64, Double, Bool)] {
      var numbers = Xoshiro256(seed: seed)
      let n = 5000
      let x = (0..<n).map { _ in
        ties ? (1500 * numbers.nextUniform()).rounded() : numbers.nextUniform()
      }
      let y = x.map { slope * $0 / (ties ? 1500 : 1) + ($0 > 0.4 ? 1 : 0) + numbers.nextNormal() }
      let data = try Dataset(x: MatrixView(x, rows: n, columns: 1), y: y), path = try FusedPath(network, on: data)
      for ratio in [0.00001, 0.0005, 0.003, 0.02, 0.1, 0.6] {
        var settings = SolverSettings()
        settings.tolerance = 1e-11
        let result = try network.train(on: data, loss: SquaredLoss(), beta: .ratio(ratio), settings: settings)
        #expect(result.solution.status == .optimal)
        let fit = try result.network.predict(data.x), other = try path.outputs(at: result.beta)
        #expect(zip(fit, other).allSatisfy { abs($0 - $1) <= 1e-8 }, "\(seed) \(ratio)")
      }
    }
  }

  @Test func orderIsThatOfTheStandardLibrary() throws {
    var numbers = Xoshiro256(seed: 4)
    for scale in [1.0, 1e-200, 1e300] {
      var values = (0..<9000).map { _ in scale * numbers.nextNormal() }
      for k in stride(from: 0, to: 9000, by: 7) { values[k] = [0.0, -0.0, scale, -scale, values[k / 2]][k % 5] }
      let order = try ascendingOrder(values, count: values.count).elements.map(Int.init)
      #expect(order == values.indices.sorted { (values[$0], $0) < (values[$1], $1) })
      let constant = try ascendingOrder([Double](repeating: scale, count: 5000), count: 5000)
      #expect(constant.elements.elementsEqual(0..<5000))
    }
  }

  /// Folds whose columns nearly depend on each other, far from zero too.
  @Test func foldsOfManySamplesReachTheirOptimum() throws {
    var settings = SolverSettings()
    settings.tolerance = 1e-8
    for seed in 0..<3 as Range<UInt64> {
      var numbers = Xoshiro256(seed: seed)
      let x = (0..<60).map { _ in 6 * numbers.nextUniform() }, y = x.map { _ in numbers.nextNormal() }
      for offset in [0, 1e8] {
        let result = try OneDimensionalNetwork(activation: .absolute, depth: 3).train(
          on: Dataset(x: MatrixView(x.map { $0 + offset }, rows: 60, columns: 1), y: y), loss: SquaredLoss(),
          beta: .ratio(0.0005), settings: settings)
        #expect(result.solution.status == .optimal, "\(seed) \(offset)")
      }
    }
  }
}
