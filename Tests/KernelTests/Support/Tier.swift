import CKernelTiers
import CZonotope
import Testing

/// A kernel tier with Swift's matrices for arguments. Workspaces are exactly as large as announced, at the end of
/// a guarded array and filled with NaN.
struct Tier: CustomTestStringConvertible, @unchecked Sendable {
  let name: String
  let table: zt_kernel_table_

  init(name: String) {
    self.name = name
    table = zt_tier_table(name)
  }

  static let reference = Tier(name: "reference")
  static let all: [Tier] = ["reference", "avx2", "avx512-base", "avx512", "neon"]
    .filter { (name: String) in zt_has_tier(name) != 0 }
    .map { Tier(name: $0) }

  var testDescription: String { name }

  func forward<Real>(
    _ map: MaskedOperands<Real>, _ samples: Range<Int>, _ u: RealMatrix<Real>, into f: RealMatrix<Real>
  ) {
    Real.forward(table, map, samples, u, into: f)
  }

  func adjoint<Real>(
    _ map: MaskedOperands<Real>, _ patterns: Range<Int>, _ r: RealMatrix<Real>, into g: RealMatrix<Real>
  ) {
    Real.adjoint(table, map, patterns, r, into: g)
  }

  /// Gates, one output, all samples.
  func forward<Real>(_ x: RealMatrix<Real>, _ sampleBits: BitMatrix, _ u: RealMatrix<Real>) -> [Real] {
    let f = RealMatrix<Real>(x.rows, 1)
    forward(MaskedOperands(x: x, sampleBits: sampleBits, patterns: u.rows), 0..<x.rows, u, into: f)
    return f.entries
  }

  func adjoint<Real>(
    _ x: RealMatrix<Real>, _ patternBits: BitMatrix, _ r: RealMatrix<Real>, into g: RealMatrix<Real>
  ) {
    adjoint(MaskedOperands(x: x, patternBits: patternBits, patterns: g.rows), 0..<g.rows, r, into: g)
  }

  func packSigns(_ x: Matrix, _ gates: Matrix, into bits: BitMatrix) {
    let room = workspace(zt_pack_signs_f64_workspace(x.rows, x.columns, gates.rows))
    table.pack_signs_f64(
      x.rows, x.columns, gates.rows, x.pointer, x.stride, gates.pointer, gates.stride, bits.pointer,
      bits.stride, nil, room.pointer)
  }

  func transpose(_ source: BitMatrix, into destination: BitMatrix) {
    table.transpose_bits(
      source.lines, source.bits, source.pointer, source.stride, destination.pointer, destination.stride)
  }

  func hashes(_ source: BitMatrix) -> [UInt64] {
    let hashes = GuardedArray<UInt64>(count: source.lines, of: 0)
    table.hash_lines(
      source.lines, source.bits, source.pointer, source.stride, hashes.pointer)
    return hashes.values
  }

  func hadamard(_ rows: Range<Int>, _ sampleBits: BitMatrix, _ k: Matrix) {
    table.hadamard_gram_f64(
      rows.lowerBound, rows.upperBound, sampleBits.bits, sampleBits.pointer, sampleBits.stride, k.pointer,
      k.stride)
  }

  func norms(_ g: Matrix) -> [Double] {
    let norms = GuardedArray(count: g.rows, of: gap)
    table.block_norms_f64(g.rows, g.columns, g.pointer, g.stride, norms.pointer)
    return norms.values
  }

  func shrink(_ t: Matrix, by theta: Double, into v: Matrix) -> (norms: [Double], support: [Int]) {
    let norms = GuardedArray(count: t.rows, of: gap)
    let support = GuardedArray(count: t.rows, of: -1)
    let survivors = support.pointer.withMemoryRebound(to: Int.self, capacity: t.rows) { support in
      table.group_shrink_f64(
        t.rows, t.columns, t.pointer, t.stride, theta, v.pointer, v.stride, norms.pointer, support)
    }
    return (norms.values, Array(support.values.prefix(survivors)))
  }

  /// `columns` holds one sample a column.
  func mostViolated(_ columns: Matrix, _ pattern: BitMatrix, _ v: [Double]) -> (row: Int, value: Double) {
    let v = GuardedArray(v)
    var value = gap
    let row = table.most_violated_f64(
      columns.columns, columns.rows, columns.pointer, columns.stride, pattern.pointer, v.pointer, &value)
    return (Int(row), value)
  }

  private func workspace(_ count: Int) -> GuardedArray<Double> { GuardedArray(count: count, of: gap) }
}
