import CZonotope

/// Norms and proximal steps beside a copy of as many bytes.
public enum ShrinkComparisons {
  /// What the second-level cache holds.
  public static let small: [NamedComparison] = family(Double.self, 500, 50) + family(Float.self, 500, 50)
  /// What it does not: the times are those of memory that others use too.
  public static let large: [NamedComparison] =
    family(Double.self, 20_000, 64) + family(Float.self, 20_000, 64)

  /// About half of the blocks survive, where blocks do.
  private static func family<Real: BenchmarkReal>(_ type: Real.Type, _ p: Int, _ d: Int) -> [NamedComparison]
  {
    let theta = Real(Double(d).squareRoot()), softened = Real(0.75 * Double(d).squareRoot())
    return [
      step("block-norms", p, d, reads: 1, writes: 0) { t, v in Real.norms(p, d, t, v) },
      step("group-shrink", p, d) { t, v in Real.groupShrink(p, d, t, theta, v) },
      step("sparse-group-shrink", p, d) { t, v in Real.sparseGroupShrink(p, d, t, softened, v) },
      step("soft-threshold", p, d) { t, v in Real.softThreshold(p * d, t, 0.67, v) },
      step("simplex-rows", p, d) { t, v in Real.simplexRows(p, d, t, v) },
    ]
  }

  private static func step<Real: BenchmarkReal>(
    _ name: String, _ p: Int, _ d: Int, reads: Int = 1, writes: Int = 1,
    _ body: @escaping @Sendable (UnsafePointer<Real>, UnsafeMutablePointer<Real>) -> Void
  ) -> NamedComparison {
    NamedComparison("\(name)-\(Real.suffix)-\(p)x\(d)", against: "copy") {
      let t: Room<Real> = normals(p * d, seed: 5), v = Room<Real>(p * d, of: 0)
      let bytes = (reads + writes) * p * d * MemoryLayout<Real>.size
      return Comparison(
        work: Double(bytes), kernel: { body(t.start, v.start) }, yardstick: Yardsticks.copy(bytes))
    }
  }
}
