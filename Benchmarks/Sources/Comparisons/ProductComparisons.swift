import CZonotope
import Zonotope

/// Products with bit masks, and along walks of single flips, beside the multiply-adds of the dense product on registers
/// alone.
public enum ProductComparisons {
  public static let all: [NamedComparison] =
    [(1000, 20, 100), (2000, 50, 500), (5000, 64, 1000)].flatMap {
      n, d, p in masked(Double.self, n, d, p) + masked(Float.self, n, d, p)
    } + walks(Double.self, 2000, 50, 4000) + walks(Float.self, 2000, 50, 4000)

  /// The arrays of one map, with bits in both orders.
  private struct Operands<Real: BenchmarkReal> {
    let x: Room<Real>, u: Room<Real>, r: Room<Real>, f: Room<Real>, g: Room<Real>, room: Room<Real>
    let samples: Room<UInt64>, patterns: Room<UInt64>
    let map: Real.Map

    init(_ n: Int, _ d: Int, _ p: Int) {
      (x, u, r) = (normals(n * d, seed: 1), normals(p * d, seed: 2), normals(n, seed: 3))
      (f, g) = (Room(n, of: 0), Room(p * d, of: 0))
      patterns = randomBits(p, n, seed: 7)
      samples = Room(n * zt_words(p), of: 0)
      zt_transpose_bits(p, n, patterns.start, zt_words(n), samples.start, zt_words(p))
      map = Real.map(n, d, p, x.start, samples.start, patterns.start)
      room = Room(Real.mapWorkspace(map), of: 0)
    }
  }

  private static func masked<Real: BenchmarkReal>(
    _ type: Real.Type, _ n: Int, _ d: Int, _ p: Int
  ) -> [NamedComparison] {
    let flops = 2 * Double(n) * Double(d) * Double(p)
    func product(_ name: String, _ body: @escaping @Sendable (Operands<Real>) -> Void) -> NamedComparison {
      NamedComparison("masked-\(name)-\(Real.suffix)-\(n)x\(d)x\(p)", against: "multiply-adds") {
        let operands = Operands<Real>(n, d, p)
        return Comparison(
          work: flops, kernel: { body(operands) },
          yardstick: Yardsticks.multiplyAdds(flops, single: Real.isSingle))
      }
    }
    return [
      product("forward") { Real.forward($0.map, $0.u.start, $0.f.start, $0.room.start) },
      product("adjoint") { Real.adjoint($0.map, $0.r.start, $0.g.start, $0.room.start) },
      product("largest") { _ = Real.largest($0.map, $0.r.start, $0.room.start) },
    ]
  }

  /// One flip a step.
  private static func walks<Real: BenchmarkReal>(
    _ type: Real.Type, _ n: Int, _ d: Int, _ p: Int
  ) -> [NamedComparison] {
    let flops = 2 * Double(n + 2 * p) * Double(d)
    typealias Step = @Sendable (Operands<Real>, zt_walk, UnsafeMutablePointer<Double>) -> Void
    func product(_ name: String, _ body: @escaping Step) -> NamedComparison {
      NamedComparison("walk-\(name)-\(Real.suffix)-\(n)x\(d)x\(p)", against: "multiply-adds") {
        let operands = Operands<Real>(n, d, p)
        var random = Xoshiro256(seed: 8)
        let starts = Room(p) { $0 }, flips = Room(p) { _ in Int(random.next() % UInt64(n)) }
        let room = Room<Double>(Real.walkWorkspace(operands.map), of: 0)
        return Comparison(
          work: flops,
          kernel: {
            let walk = zt_walk(base: operands.patterns.start, starts: starts.start, flips: flips.start)
            body(operands, walk, room.start)
          }, yardstick: Yardsticks.multiplyAdds(flops, single: Real.isSingle))
      }
    }
    return [
      product("forward") { Real.walkForward($0.map, $1, $0.u.start, $0.f.start, $2) },
      product("adjoint") { Real.walkAdjoint($0.map, $1, $0.r.start, $0.g.start, $2) },
    ]
  }
}
