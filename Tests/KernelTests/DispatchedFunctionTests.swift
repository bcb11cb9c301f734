import CKernelTiers
import CZonotope
import Testing

/// The public functions beyond those of ``DispatchTests``: each does what the entry of the table in use does.
@Suite struct DispatchedFunctionTests {
  private let table: zt_kernel_table_
  private let n = 70, d = 9, p = 33

  init() throws {
    table = Tier(name: String(cString: try #require(zt_kernel_tier()))).table
  }

  /// Calls both on arrays of their own, which must then hold the same; what they return too.
  private func expectSame<Element: BitwiseCopyable & Equatable>(
    _ count: Int, _ value: Element, _ kernel: (UnsafeMutablePointer<Element>) -> Int,
    _ function: (UnsafeMutablePointer<Element>) -> Int, at place: SourceLocation = #_sourceLocation
  ) {
    let wanted = GuardedArray(count: count, of: value), got = GuardedArray(count: count, of: value)
    #expect(kernel(wanted.pointer) == function(got.pointer), sourceLocation: place)
    #expect(wanted.values == got.values, sourceLocation: place)
    #expect(wanted.values.contains { $0 != value }, "nothing was written", sourceLocation: place)
  }

  @Test func maskedProductsInSinglePrecision() {
    var random = SeededGenerator()
    let problem = MaskedProblem<Float>(n, d, p, using: &random)
    var map = Float.map(problem.operands(samples: problem.sampleBits, patterns: problem.patternBits))
    let size = max(zt_masked_forward_f32_workspace(&map), zt_masked_adjoint_f32_workspace(&map))
    let room = GuardedArray(count: size, of: Float.gap), u = problem.u, r = problem.r
    expectSame(n, Float(0)) {
      table.masked_forward_f32(&map, 0, n, u.pointer, u.stride, $0, 1, room.pointer)
      return 0
    } _: {
      zt_masked_forward_f32(&map, 0, n, u.pointer, u.stride, $0, 1, room.pointer)
      return 0
    }
    expectSame(p * d, Float(0)) {
      table.masked_adjoint_f32(&map, 0, p, r.pointer, r.stride, $0, d, room.pointer)
      return 0
    } _: {
      zt_masked_adjoint_f32(&map, 0, p, r.pointer, r.stride, $0, d, room.pointer)
      return 0
    }
  }

  @Test func signsWithAndWithoutHashes() {
    var random = SeededGenerator()
    let problem = MaskedProblem<Double>(n, d, p, using: &random), words = zt_words(n)
    let x = problem.x.entries, xf = x.map(Float.init)
    let gates = problem.u.entries, gatesf = gates.map(Float.init)
    let room = GuardedArray(count: zt_pack_signs_f64_workspace(n, d, p), of: gap)
    let roomf = GuardedArray(count: zt_pack_signs_f32_workspace(n, d, p), of: Float.gap)
    // The lines, and behind them the hashes.
    expectSame(p * words + p, UInt64(0)) {
      table.pack_signs_f64(n, d, p, x, d, gates, d, $0, words, $0 + p * words, room.pointer)
      return 0
    } _: {
      zt_pack_hashed_signs_f64(n, d, p, x, d, gates, d, $0, words, $0 + p * words, room.pointer)
      return 0
    }
    expectSame(p * words + p, UInt64(0)) {
      table.pack_signs_f32(n, d, p, xf, d, gatesf, d, $0, words, $0 + p * words, roomf.pointer)
      return 0
    } _: {
      zt_pack_hashed_signs_f32(n, d, p, xf, d, gatesf, d, $0, words, $0 + p * words, roomf.pointer)
      return 0
    }
    expectSame(p * words, UInt64(0)) {
      table.pack_signs_f32(n, d, p, xf, d, gatesf, d, $0, words, nil, roomf.pointer)
      return 0
    } _: {
      zt_pack_signs_f32(n, d, p, xf, d, gatesf, d, $0, words, roomf.pointer)
      return 0
    }
  }

  @Test func gramMatrices() {
    var random = SeededGenerator()
    let bits = BitMatrix(n, p) { _, _ in random.next() & 1 == 1 }
    let weights = (0..<p).map { _ in abs(random.unit()) }
    let room = GuardedArray(count: zt_weighted_hadamard_gram_workspace(p), of: gap)
    expectSame(n * n, Float(1)) {
      table.hadamard_gram_f32(0, n, p, bits.pointer, bits.stride, $0, n)
      return 0
    } _: {
      zt_hadamard_gram_f32(0, n, p, bits.pointer, bits.stride, $0, n)
      return 0
    }
    expectSame(n * n, 1.0) {
      table.weighted_hadamard_gram_f64(0, n, p, bits.pointer, bits.stride, weights, $0, n, room.pointer)
      return 0
    } _: {
      zt_weighted_hadamard_gram_f64(0, n, p, bits.pointer, bits.stride, weights, $0, n, room.pointer)
      return 0
    }
    expectSame(n * n, Float(1)) {
      table.weighted_hadamard_gram_f32(0, n, p, bits.pointer, bits.stride, weights, $0, n, room.pointer)
      return 0
    } _: {
      zt_weighted_hadamard_gram_f32(0, n, p, bits.pointer, bits.stride, weights, $0, n, room.pointer)
      return 0
    }
  }

  @Test func proximalSteps() {
    var random = SeededGenerator()
    let t = (0..<p * d).map { _ in random.unit() }
    let support = GuardedArray(count: p * d, of: 0)
    expectSame(p * d, -1.0) {
      table.sparse_group_shrink_f64(p, d, t, d, 0.2, 0.9, $0, d, nil, support.pointer)
    } _: {
      zt_sparse_group_shrink_f64(p, d, t, d, 0.2, 0.9, $0, d, nil, support.pointer)
    }
    expectSame(p * d, -1.0) {
      table.soft_threshold_f64(p * d, t, 0.3, $0, support.pointer)
    } _: {
      zt_soft_threshold_f64(p * d, t, 0.3, $0, support.pointer)
    }
    expectSame(p * d, -1.0) {
      table.simplex_rows_f64(p, d, t, d, 1.5, $0, d, support.pointer)
    } _: {
      zt_simplex_rows_f64(p, d, t, d, 1.5, $0, d, support.pointer)
    }
  }

  @Test func proximalStepsInSinglePrecision() {
    var random = SeededGenerator()
    let t = (0..<p * d).map { _ in Float(random.unit()) }
    let support = GuardedArray(count: p * d, of: 0)
    expectSame(p, Float(-1)) {
      table.block_norms_f32(p, d, t, d, $0)
      return 0
    } _: {
      zt_block_norms_f32(p, d, t, d, $0)
      return 0
    }
    expectSame(p * d, Float(-1)) {
      table.group_shrink_f32(p, d, t, d, 1.5, $0, d, nil, support.pointer)
    } _: {
      zt_group_shrink_f32(p, d, t, d, 1.5, $0, d, nil, support.pointer)
    }
    expectSame(p * d, Float(-1)) {
      table.sparse_group_shrink_f32(p, d, t, d, 0.2, 0.9, $0, d, nil, support.pointer)
    } _: {
      zt_sparse_group_shrink_f32(p, d, t, d, 0.2, 0.9, $0, d, nil, support.pointer)
    }
    expectSame(p * d, Float(-1)) {
      table.soft_threshold_f32(p * d, t, 0.3, $0, support.pointer)
    } _: {
      zt_soft_threshold_f32(p * d, t, 0.3, $0, support.pointer)
    }
    expectSame(p * d, Float(-1)) {
      table.simplex_rows_f32(p, d, t, d, 1.5, $0, d, support.pointer)
    } _: {
      zt_simplex_rows_f32(p, d, t, d, 1.5, $0, d, support.pointer)
    }
  }

  /// Texts differ, and values without a name have one too.
  @Test func everyStatusHasAText() {
    let statuses = (0...8).map { String(cString: zt_status_string(zt_status(rawValue: $0)!)) }
    #expect(Set(statuses).count == statuses.count && statuses[8] == "unknown status")
    let outcomes = (-1...7).map { String(cString: zt_outcome_string(zt_outcome(rawValue: $0)!)) }
    #expect(Set(outcomes).count == outcomes.count && outcomes[8] == "unknown outcome")
    let (major, minor, patch) = (ZT_VERSION_MAJOR, ZT_VERSION_MINOR, ZT_VERSION_PATCH)
    #expect(String(cString: zt_version_string()) == "\(major).\(minor).\(patch)")
    #expect(zt_version() == major * 10_000 + minor * 100 + patch)
  }
}
