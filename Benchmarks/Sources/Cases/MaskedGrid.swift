import CBenchmarkBLAS
import CZonotope
import Foundation
import Zonotope

/// Masked products of many shapes, down to the smallest, beside the better of two ways without them: a dense
/// product with a mask whose numbers are there, and a plain loop over the bits. On one thread, best of several
/// runs in turn.
enum MaskedGrid {
  /// A product may take this much longer than the better alternative before the last line counts it.
  static let limit = 0.8

  private struct Row {
    let shape: String, ours: Double, dense: Double, plain: Double
    var ratio: Double { min(dense, plain) / ours }
  }

  /// Prints a line for each shape, precision and direction as soon as it is measured, and the worst ratio.
  static func run() {
    openblas_set_num_threads(1)
    print(
      "masked products, microseconds; ratio: the better of the dense product and the plain loop over ours")
    print("precision direction n, d, P: ours, dense, plain, ratio")
    var rows: [Row] = []
    for n in [16, 64, 300, 2000] {
      for d in [1, 3, 10, 33, 200] {
        for p in [1, 8, 100, 3000] {
          rows += measure(Double.self, n, d, p) + measure(Float.self, n, d, p)
        }
      }
    }
    guard let worst = rows.min(by: { $0.ratio < $1.ratio }) else { return }
    let below = rows.filter { $0.ratio < limit }.count
    print(
      "worst ratio \(rounded(worst.ratio, 2)) of \(worst.shape); \(below) of \(rows.count) below \(limit)")
  }

  private static func rounded(_ number: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", number)
  }

  private static func measure<Real: GridReal>(_: Real.Type, _ n: Int, _ d: Int, _ p: Int) -> [Row] {
    let arrays = GridArrays<Real>(n, d, p)
    defer { arrays.free() }
    return [
      ("forward", arrays.forward, arrays.denseForward, arrays.plainForward),
      ("adjoint", arrays.adjoint, arrays.denseAdjoint, arrays.plainAdjoint),
    ].map { name, ours, dense, plain in
      let times = best(of: [ours, dense, plain])
      let row = Row(
        shape: "\(Real.name) \(name) \(n), \(d), \(p)", ours: times[0], dense: times[1], plain: times[2])
      print(
        "\(row.shape): \(rounded(row.ours * 1e6, 3)), \(rounded(row.dense * 1e6, 3)), "
          + "\(rounded(row.plain * 1e6, 3)), \(rounded(row.ratio, 2))")
      return row
    }
  }

  /// Seconds of a run of each: the shortest of nine turns, in which short ones are repeated for a tenth of a
  /// millisecond.
  private static func best(of bodies: [() -> Void]) -> [Double] {
    let repetitions = bodies.map { body in
      body()
      let start = seconds()
      body()
      return max(1, min(5000, Int(1e-4 / max(seconds() - start, 1e-9))))
    }
    var times = [Double](repeating: .infinity, count: bodies.count)
    let turns = repetitions.contains(1) ? 5 : 9
    for _ in 0..<turns {
      for (index, body) in bodies.enumerated() {
        let start = seconds()
        for _ in 0..<repetitions[index] { body() }
        times[index] = min(times[index], (seconds() - start) / Double(repetitions[index]))
      }
    }
    return times
  }
}

/// The arrays of one shape, half of whose bits are set.
private struct GridArrays<Real: GridReal> {
  let n: Int, d: Int, p: Int
  let x: UnsafeMutablePointer<Real>, u: UnsafeMutablePointer<Real>, r: UnsafeMutablePointer<Real>
  let f: UnsafeMutablePointer<Real>, g: UnsafeMutablePointer<Real>, room: UnsafeMutablePointer<Real>
  /// (n, P): the bits as numbers, and what a dense product makes or needs.
  let mask: UnsafeMutablePointer<Real>, dense: UnsafeMutablePointer<Real>
  let samples: UnsafeMutablePointer<UInt64>, patterns: UnsafeMutablePointer<UInt64>
  let map: UnsafeMutablePointer<Real.Map>

  init(_ n: Int, _ d: Int, _ p: Int) {
    var random = Xoshiro256(seed: UInt64(n * d + p))
    func numbers(_ count: Int) -> UnsafeMutablePointer<Real> {
      let array = UnsafeMutablePointer<Real>.allocate(capacity: count)
      for j in 0..<count { array[j] = Real(random.nextUniform() - 0.5) }
      return array
    }
    (self.n, self.d, self.p) = (n, d, p)
    (x, u, r) = (numbers(n * d), numbers(p * d), numbers(n))
    (f, g, mask, dense) = (numbers(n), numbers(p * d), numbers(n * p), numbers(n * p))
    samples = .allocate(capacity: n * zt_words(p))
    patterns = .allocate(capacity: p * zt_words(n))
    samples.initialize(repeating: 0, count: n * zt_words(p))
    patterns.initialize(repeating: 0, count: p * zt_words(n))
    for k in 0..<n {
      for i in 0..<p {
        let bit = random.next() >> 63
        mask[k * p + i] = Real(bit)
        samples[k * zt_words(p) + i / 64] |= bit << UInt64(i % 64)
        patterns[i * zt_words(n) + k / 64] |= bit << UInt64(k % 64)
      }
    }
    map = .allocate(capacity: 1)
    map.initialize(to: Real.map(n, d, p, x: x, samples: samples, patterns: patterns))
    room = numbers(Real.workspace(&map.pointee))
  }

  func free() {
    for array in [x, u, r, f, g, mask, dense, room] { array.deallocate() }
    samples.deallocate()
    patterns.deallocate()
    map.deallocate()
  }

  func forward() { Real.forward(map, 0, n, u, d, f, 1, room) }
  func adjoint() { Real.adjoint(map, 0, p, r, 1, g, d, room) }
  func plainForward() { Real.plainForward(n, d, p, x, u, samples, zt_words(p), f) }
  func plainAdjoint() { Real.plainAdjoint(n, d, p, x, r, patterns, zt_words(n), g) }

  func denseForward() {
    if p == 1 {
      Real.multiply(n, d, x, transposed: false, u, dense)
    } else {
      Real.multiply(n, p, d, x, transposed: false, u, transposed: true, dense)
    }
    Real.select(n, p, mask, dense, f)
  }

  func denseAdjoint() {
    Real.scale(n, p, mask, r, dense)
    if p == 1 {
      Real.multiply(n, d, x, transposed: true, dense, g)
    } else {
      Real.multiply(p, d, n, dense, transposed: true, x, transposed: false, g)
    }
  }
}
