import CKernelTiers
import Testing

/// Subnormal numbers are computed with, not flushed, and the processor's modes are left alone.
@Suite struct FloatEnvironmentTests {
  @Test(arguments: Tier.all) func subnormalsAreKept(_ tier: Tier) {
    // Multiples of the smallest double: sums are exact.
    let tiny = Double.leastNonzeroMagnitude
    let x = Matrix(67, 5) { k, c in Double(k + c) * tiny }
    let bits = BitMatrix(9, 67) { ($0 + $1) % 3 != 0 }
    let ones = Matrix(67, 1) { _, _ in 1 }
    let g = Matrix(9, 5)
    tier.adjoint(x, bits, ones, into: g)
    #expect(g.entries == Naive.adjoint(x, bits, ones.entries).map(\.value))
    #expect(g.entries.allSatisfy { $0 > 0 })

    let u = Matrix(9, 5) { _, _ in 1 }
    let f = tier.forward(x, bits.transposed(), u)
    #expect(f == Naive.forward(x, bits.transposed(), u).map(\.value))
  }

  @Test(arguments: Tier.all) func modesAreUnchanged(_ tier: Tier) {
    var random = SeededGenerator()
    let before = zt_float_control()
    let problem = MaskedProblem<Double>(67, 9, 33, using: &random)
    let g = Matrix(33, 9)
    _ = tier.forward(problem.x, problem.sampleBits, problem.u)
    #expect(zt_float_control() == before)
    tier.adjoint(problem.x, problem.patternBits, problem.r, into: g)
    #expect(zt_float_control() == before)
    tier.packSigns(problem.x, problem.u, into: problem.patternBits)
    #expect(zt_float_control() == before)
    tier.hadamard(0..<9, problem.sampleBits, Matrix(9, 9) { _, _ in 1 })
    #expect(zt_float_control() == before)
    _ = tier.norms(g)
    _ = tier.shrink(g, by: 0.1, into: g)
    #expect(zt_float_control() == before)
  }
}
