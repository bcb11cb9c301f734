import CZonotope
import Zonotope

/// Patterns: signs of products packed into bits, and Gram matrices of bits.
public enum PatternComparisons {
  /// Signs of X G', packed as they are computed, beside the product without the packing.
  public static let packing: [NamedComparison] = [(1000, 20, 100), (2000, 50, 500), (5000, 64, 1000)].flatMap
  {
    n, d, p in
    [packing(Double.self, n, d, p, hashed: false), packing(Double.self, n, d, p, hashed: true)]
      + [packing(Float.self, n, d, p, hashed: false), packing(Float.self, n, d, p, hashed: true)]
  }

  /// (M M') o K beside K = X X' itself, X (n, d).
  public static let grams: [NamedComparison] = [(1000, 20, 100), (2000, 50, 500)].flatMap {
    n, d, p in [gram(Double.self, n, d, p), gram(Float.self, n, d, p)]
  }

  /// The same with a weight for each pattern.
  public static let weightedGrams: [NamedComparison] = [(1000, 20, 100), (2000, 50, 500)].flatMap {
    n, d, p in [weightedGram(Double.self, n, d, p), weightedGram(Float.self, n, d, p)]
  }

  private static func packing<Real: BenchmarkReal>(
    _ type: Real.Type, _ n: Int, _ d: Int, _ p: Int, hashed: Bool
  ) -> NamedComparison {
    let name = hashed ? "pack-hashed-signs" : "pack-signs"
    return NamedComparison("\(name)-\(Real.suffix)-\(n)x\(d)x\(p)", against: "gemm") {
      let x: Room<Real> = normals(n * d, seed: 1), gates: Room<Real> = normals(p * d, seed: 2)
      let bits = Room<UInt64>(p * zt_words(n), of: 0), hashes = Room<UInt64>(p, of: 0)
      let room = Room<Real>(Real.packWorkspace(n, d, p), of: 0)
      return Comparison(
        work: 2 * Double(n) * Double(d) * Double(p),
        kernel: {
          Real.pack(n, d, p, x.start, gates.start, bits.start, hashed ? hashes.start : nil, room.start)
        }, yardstick: Yardsticks.product(n, d, p, x, gates))
    }
  }

  private static func gram<Real: BenchmarkReal>(
    _ type: Real.Type, _ n: Int, _ d: Int, _ p: Int
  ) -> NamedComparison {
    NamedComparison("hadamard-gram-\(Real.suffix)-\(n)x\(d)x\(p)", against: "syrk") {
      let x: Room<Real> = normals(n * d, seed: 1), k = Room<Real>(n * n, of: 1),
        bits = randomBits(n, p, seed: 3)
      return Comparison(
        work: Double(n) * Double(n) / 2 * Double(p),
        // Products of products: they become infinite, which costs what other numbers do.
        kernel: { Real.hadamard(n, p, bits.start, k.start) }, yardstick: Yardsticks.gram(n, d, x))
    }
  }

  private static func weightedGram<Real: BenchmarkReal>(
    _ type: Real.Type, _ n: Int, _ d: Int, _ p: Int
  ) -> NamedComparison {
    NamedComparison("weighted-gram-\(Real.suffix)-\(n)x\(d)x\(p)", against: "syrk") {
      let x: Room<Real> = normals(n * d, seed: 1), k = Room<Real>(n * n, of: 1),
        bits = randomBits(n, p, seed: 3)
      // A quarter of them is shared: sums around 2, so that products of products do not become subnormal, which is slow.
      var random = Xoshiro256(seed: 4)
      let weights = Room<Double>(p) { _ in random.nextUniform() * 16 / Double(p) }
      let room = Room<Double>(zt_weighted_hadamard_gram_workspace(p), of: 0)
      return Comparison(
        work: Double(n) * Double(n) / 2 * Double(p),
        kernel: { Real.weightedHadamard(n, p, bits.start, weights.start, k.start, room.start) },
        yardstick: Yardsticks.gram(n, d, x))
    }
  }
}

/// Lines of random bits; those beyond the last are zero.
func randomBits(_ lines: Int, _ bits: Int, seed: UInt64) -> Room<UInt64> {
  var random = Xoshiro256(seed: seed)
  let words = zt_words(bits)
  return Room(lines * words) { place in
    let left = bits - 64 * (place % words)
    return random.next() & (left < 64 ? (1 << UInt64(left)) - 1 : .max)
  }
}
