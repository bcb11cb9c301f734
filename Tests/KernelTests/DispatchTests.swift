import CKernelTiers
import CZonotope
import Testing

/// The public functions are those of a tier this processor has.
@Suite struct DispatchTests {
  @Test func theTierHasAName() throws {
    let name = try #require(zt_kernel_tier())
    #expect(Tier.all.map(\.name).contains(String(cString: name)))
  }

  @Test func unknownTiersAreNotFound() {
    #expect(zt_has_tier("abacus") == 0)
    #expect(zt_has_tier("") == 0)
    #expect(zt_has_tier("reference") != 0)
  }

  @Test func publicFunctionsReachTheTable() throws {
    var random = SeededGenerator()
    let tier = Tier(name: String(cString: try #require(zt_kernel_tier())))
    let problem = MaskedProblem<Double>(70, 9, 33, using: &random)
    var map = zt_masked_f64(
      samples: 70, features: 9, patterns: 33, outputs: 1, x: problem.x.pointer, x_stride: 9,
      sample_bits: problem.sampleBits.pointer, sample_bit_stride: 1,
      pattern_bits: problem.patternBits.pointer,
      pattern_bit_stride: 2, on: 1, off: 0)
    let needed = max(zt_masked_forward_f64_workspace(&map), zt_masked_adjoint_f64_workspace(&map))
    let room = GuardedArray(count: needed, of: 0.0)
    let f = GuardedArray(count: 70, of: 0.0)
    zt_masked_forward_f64(&map, 0, 70, problem.u.pointer, 9, f.pointer, 1, room.pointer)
    #expect(f.values == tier.forward(problem.x, problem.sampleBits, problem.u))

    let (g, wanted) = (Matrix(33, 9), Matrix(33, 9))
    zt_masked_adjoint_f64(&map, 0, 33, problem.r.pointer, 1, g.pointer, 9, room.pointer)
    tier.adjoint(problem.x, problem.patternBits, problem.r, into: wanted)
    #expect(g.bitPatterns == wanted.bitPatterns)

    let bits = BitMatrix(33, 70), turned = BitMatrix(70, 33)
    let signs = GuardedArray(count: zt_pack_signs_f64_workspace(70, 9, 33), of: 0.0)
    zt_pack_signs_f64(70, 9, 33, problem.x.pointer, 9, problem.u.pointer, 9, bits.pointer, 2, signs.pointer)
    zt_transpose_bits(33, 70, bits.pointer, 2, turned.pointer, 1)
    #expect(turned.words == bits.transposed().words)

    let hashes = GuardedArray<UInt64>(count: 33, of: 0)
    zt_hash_lines(33, 70, bits.pointer, 2, hashes.pointer)
    #expect(hashes.values == tier.hashes(bits))

    let gram = Matrix(70, 70) { _, _ in 1 }, other = Matrix(70, 70) { _, _ in 1 }
    zt_hadamard_gram_f64(0, 70, 33, turned.pointer, 1, gram.pointer, 70)
    tier.hadamard(0..<70, turned, other)
    #expect(gram.entries == other.entries)

    let norms = GuardedArray(count: 33, of: 0.0), v = Matrix(33, 9)
    zt_block_norms_f64(33, 9, g.pointer, 9, norms.pointer)
    #expect(norms.values == tier.norms(g))
    let survivors = zt_group_shrink_f64(33, 9, g.pointer, 9, 1, v.pointer, 9, nil, nil)
    #expect(survivors == norms.values.count { $0 > 1 })
  }
}
