import Testing

@testable import Zonotope

/// Samples enough for every block and every pass of the methods that go through them in blocks.
@Suite struct LongLineTests {
  /// Sums of residuals stay within the cost of a jump, and are that cost, with its sign, wherever the fit jumps: the
  /// conditions of the optimum one by one, in tubes from narrow to wide, level and steep.
  @Test(arguments: [OneDimensionalNetwork.Activation.threshold, .sign])
  func stringsTouchTheirTubeWhereTheyBend(_ activation: OneDimensionalNetwork.Activation) throws {
    let network = OneDimensionalNetwork(activation: activation)
    for (seed, slope, ties) in [(1, 0.0, false), (2, 40, false), (3, -3, true)] as [(UInt64, Double, Bool)] {
      var numbers = Xoshiro256(seed: seed)
      let n = 5000, order = (0..<n).map { $0 * 1237 % n }
      let x = (0..<n).map { k in
        ties ? (1500 * numbers.nextUniform()).rounded() : Double(order[k]) + 0.5 * numbers.nextUniform()
      }
      let y = x.map { slope * $0 / (ties ? 1500 : 5000) + ($0 > 900 ? 1 : 0) + numbers.nextNormal() }
      let data = try Dataset(x: MatrixView(x, rows: n, columns: 1), y: y)
      let ascending = (0..<n).sorted { x[$0] < x[$1] }
      for ratio in [0.00001, 0.0005, 0.003, 0.02, 0.1, 0.6] {
        let result = try network.train(on: data, loss: SquaredLoss(), beta: .ratio(ratio))
        #expect(result.solution.status == .optimal)
        let fit = try result.network.predict(data.x)
        let cost = activation == .sign ? result.beta / 2 : result.beta
        var sum = 0.0, largest = 0.0, miss = 0.0, jumps = 0
        for (k, next) in zip(ascending, ascending.dropFirst()) {
          sum += y[k] - fit[k]
          if x[k] == x[next] { continue }
          largest = max(largest, abs(sum))
          if fit[next] != fit[k] {
            miss = max(miss, abs(sum + (fit[next] > fit[k] ? cost : -cost)))
            jumps += 1
          }
        }
        #expect(largest <= cost + 1e-9 && miss <= 1e-9 && jumps > 0, "\(seed) \(ratio)")
      }
    }
  }

  @Test func orderIsThatOfTheStandardLibrary() throws {
    var numbers = Xoshiro256(seed: 4)
    for scale in [1.0, 1e-200, 1e300] {
      var values = (0..<9000).map { _ in scale * numbers.nextNormal() }
      for k in stride(from: 0, to: 9000, by: 7) {
        values[k] = [0.0, -0.0, scale, -scale, values[k / 2]][k % 5]
      }
      let found = try ascendingOrder(values, count: values.count)
      let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      let isSame = expected.enumerated().allSatisfy { Int(found[$0.offset]) == $0.element }
      #expect(isSame)
      let constant = try ascendingOrder([Double](repeating: scale, count: 5000), count: 5000)
      let isInPlace = (0..<5000).allSatisfy { Int(constant[$0]) == $0 }
      #expect(isInPlace)
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
