import CKernelTiers
import Testing

@testable import Zonotope

/// Denormal numbers are ordinary ones, and nobody finds the modes of the processor changed after a training.
@Suite struct DenormalTests {
  private static let data = Example(samples: 40, features: 4, seed: 6)

  private func train(_ data: Example, kind: SolverKind = .automatic) throws -> Solution {
    try Scenario(kind: .exact, term: .squared, outputBias: true).train(
      data, .sampled(count: 40, seed: 1), beta: .ratio(0.1)
    ) {
      ($0.kind, $0.threads) = (kind, 2)
    }.solution
  }

  /// All of the data at 1e-310, whose squares are zero: refused, and the place is named.
  @Test func dataOfDenormalsAreRefused() throws {
    for (place, data) in [
      ("x", Example(x: Self.data.x.map { $0.map { $0 * (1e-300 * 1e-10) } }, y: Self.data.y)),
      ("y", Example(x: Self.data.x, y: Self.data.y.map { $0 * (1e-300 * 1e-10) })),
    ] {
      let before = zt_float_control()
      let error = #expect(throws: ZonotopeError.self) { try train(data) }
      guard case .invalid(place, _)? = error else {
        Issue.record("\(String(describing: error)) does not name \(place)")
        continue
      }
      #expect(zt_float_control() == before)
    }
  }

  /// Denormals among other numbers: the answer is that for zeros in their place.
  @Test(arguments: [SolverKind.admm, .fista]) func denormalsAmongTheData(kind: SolverKind) throws {
    func data(_ tiny: Double) -> Example {
      var data = Self.data
      for k in data.x.indices where k.isMultiple(of: 3) { data.x[k][k % 4] = tiny * data.x[k][k % 4] }
      for k in data.y.indices where k.isMultiple(of: 5) { data.y[k] *= tiny }
      return data
    }
    let before = zt_float_control()
    let with = try train(data(1e-300 * 1e-10), kind: kind), without = try train(data(0), kind: kind)
    #expect(zt_float_control() == before)
    #expect(with.status == without.status && with.status == .optimal)
    #expect(abs(with.objective - without.objective) <= 1e-9 * without.objective)
  }
}
