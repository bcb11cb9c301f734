import CKernels
import CZonotope
import Testing

@Suite("The largest response of a neuron")
struct NeuronSearchTests {
  /// Rows and weights with numbers that repeat for a seed.
  struct Problem {
    let n: Int, r: Int
    var x: [Double], weights: [Double], linear: [Double]

    init(_ n: Int, _ r: Int, seed: UInt64) {
      var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
      func next() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) * 0x1p-52 - 1
      }
      (self.n, self.r) = (n, r)
      x = (0..<n * r).map { _ in next() }
      weights = (0..<n).map { _ in next() }
      linear = (0..<r).map { _ in 0.3 * next() }
    }

    func with<T>(_ body: (UnsafePointer<zt_response>) -> T) -> T {
      x.withUnsafeBufferPointer { x in
        weights.withUnsafeBufferPointer { weights in
          linear.withUnsafeBufferPointer { linear in
            var response = zt_response(
              samples: n, rank: r, x: x.baseAddress, x_stride: r, weights: weights.baseAddress,
              linear: linear.baseAddress)
            return body(&response)
          }
        }
      }
    }

    /// F by its definition.
    func value(_ w: [Double]) -> Double {
      var sum = (0..<r).reduce(0.0) { $0 + linear[$1] * w[$1] }
      for k in 0..<n { sum += weights[k] * max(0, (0..<r).reduce(0.0) { $0 + x[k * r + $1] * w[$1] }) }
      return sum
    }

    func bound(floor: Double = 0, known: Double = 0, tolerance: Double, nodes: Int = 1 << 20)
      -> zt_response_result
    {
      with { response in
        var search = zt_response_search(floor: floor, known: known, tolerance: tolerance, nodes: nodes)
        let workspace = UnsafeMutableRawPointer.allocate(
          byteCount: zt_response_bound_f64_workspace(n, r), alignment: 8)
        defer { workspace.deallocate() }
        return zt_response_bound_f64(
          response, 0, zt_response_tasks(r), &search, nil, nil, nil, workspace)
      }
    }

    /// The largest norm of a projection of a cell's gradient onto its cone: by every subset of rows as the positive ones,
    /// whether a cell or not (a cone that is no cell has its part of F's graph on a face).
    func brute() -> Double {
      var columns = [Double](repeating: 0, count: n * r)
      for k in 0..<n {
        let length = (0..<r).reduce(0.0) { $0 + x[k * r + $1] * x[k * r + $1] }.squareRoot()
        for j in 0..<r { columns[j * n + k] = x[k * r + j] / length }
      }
      var best = 0.0
      var scratch = [Double](repeating: 0, count: zt_cone_project_f64_workspace(n, r))
      for mask in 0..<UInt64(1) << UInt64(n) {
        var c = linear
        for k in 0..<n where mask >> UInt64(k) & 1 == 1 {
          for j in 0..<r { c[j] += weights[k] * x[k * r + j] }
        }
        var v = [Double](repeating: 0, count: r), active = [Int](repeating: 0, count: r), count = 0
        var pattern = mask
        let length = zt_cone_project_f64(n, r, columns, n, &pattern, c, -1, &v, &active, &count, &scratch)
        if v.contains(where: { $0 != 0 }) { best = max(best, length) }
      }
      return best
    }
  }

  @Test("the bound is the maximum over all cones, found by trying all patterns", arguments: 1...4)
  func boundIsTheMaximum(rank: Int) {
    for seed in 1...12 {
      let problem = Problem(9, rank, seed: UInt64(100 * rank + seed))
      let expected = problem.brute()
      let result = problem.bound(tolerance: 1e-10)
      #expect(result.status == ZT_RESPONSE_COMPLETE)
      #expect(result.upper >= expected * (1 - 1e-12))
      #expect(result.upper <= expected * (1 + 1e-9) + 1e-9)
      #expect(abs(result.largest - expected) <= 1e-9 * max(1, expected))
    }
  }

  @Test("no direction is above the bound, however coarse it is", arguments: [0.0, 0.1, 1.0])
  func nothingIsAbove(tolerance: Double) {
    for rank in 2...6 {
      let problem = Problem(60, rank, seed: UInt64(rank))
      let upper = problem.bound(tolerance: max(1e-6, tolerance), nodes: tolerance == 0 ? 500 : 20_000).upper
      var other = Problem(2000, rank, seed: UInt64(900 + rank))
      for i in 0..<2000 {
        let w = Array(other.x[i * rank..<(i + 1) * rank])
        let length = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(problem.value(w) <= upper * length)
      }
      other.weights = []
    }
  }

  @Test("a climb ends no lower than it began, at a unit vector whose value it returns")
  func climbsRise() {
    for rank in 1...8 {
      let problem = Problem(80, rank, seed: UInt64(50 + rank)), starts = Problem(20, rank, seed: 7)
      var scratch = [Double](repeating: 0, count: zt_response_ascend_f64_workspace(80, rank))
      let upper = rank <= 4 ? problem.bound(tolerance: 1e-9).upper : .infinity
      for i in 0..<20 {
        var w = Array(starts.x[i * rank..<(i + 1) * rank])
        let length = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let before = problem.value(w) / length
        var pattern = [UInt64](repeating: 0, count: 2)
        let value = problem.with { zt_response_ascend_f64($0, &w, &pattern, &scratch) }
        #expect(value >= before - 1e-12)
        #expect(value <= upper)
        guard value > 0 else { continue }
        #expect(abs(w.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
        #expect(abs(problem.value(w) - value) < 1e-11)
        for k in 0..<80 {
          let product = (0..<rank).reduce(0.0) { $0 + problem.x[k * rank + $1] * w[$1] }
          #expect(pattern[k / 64] >> UInt64(k % 64) & 1 == 1 ? product > -1e-11 : product < 1e-11)
        }
      }
    }
  }

  @Test("too few nodes, numbers that are not finite and a stop are said, and leave a bound")
  func limitsAreSaid() {
    let problem = Problem(60, 4, seed: 3)
    let exact = problem.bound(tolerance: 1e-9)
    let coarse = problem.bound(tolerance: 1e-9, nodes: 3)
    #expect(coarse.status == ZT_RESPONSE_LIMIT && coarse.upper >= exact.upper * (1 - 1e-9))
    var broken = problem
    broken.weights[3] = .nan
    #expect(broken.bound(tolerance: 1e-3).upper == .infinity)
    let stopped = problem.with { response in
      var search = zt_response_search(floor: 0, known: 0, tolerance: 1e-12, nodes: 1 << 20)
      let workspace = UnsafeMutableRawPointer.allocate(
        byteCount: zt_response_bound_f64_workspace(60, 4), alignment: 8)
      defer { workspace.deallocate() }
      return zt_response_bound_f64(
        response, 0, 16, &search, { _, _, _, _ in 1 }, nil, nil, workspace)
    }
    #expect(stopped.status == ZT_RESPONSE_STOPPED && stopped.upper == .infinity)
    #expect(Problem(3, 0, seed: 1).bound(tolerance: 1e-6).upper == 0)
  }
}
