/// How random gates are drawn. Each gate comes from a stream of its own, so it depends on its number and the seed only.
public enum GateDistribution: Sendable, Equatable {
  /// Independent standard normal entries. A pattern comes up with the solid angle of its cell, as it would with gates
  /// that are normal in the row space of the data: what is orthogonal to all rows does not reach a sign.
  case gaussian
  /// Normal combinations of this many random rows of the data; with 1, rows of either sign.
  case rows(Int)
  /// Normal entries on a random run of this many adjacent columns, zeros elsewhere: for series and signals.
  case windows(width: Int)
  /// Normal entries on a random patch of an image, zeros elsewhere. Columns are the numbers of `imageHeight` lines of
  /// `imageWidth` pixels, those of a pixel next to each other.
  case patches(height: Int, width: Int, imageHeight: Int, imageWidth: Int)
  /// Patterns that select about this part of the rows: a normal gate is moved along the mean row (where that is zero,
  /// along a second normal gate) to the pattern on the way whose part is nearest; 0.5 for balanced patterns, less for
  /// sparse ones.
  case active(fraction: Double)

  func check(for x: MatrixView) throws(ZonotopeError) {
    let place = "patterns.sample"
    switch self {
    case .gaussian: break
    case .rows(let count):
      guard count > 0 else { throw .invalid(place: place, reason: "combinations of \(count) rows") }
      guard x.rows > 0 else { throw .invalid(place: place, reason: "there are no rows to combine") }
    case .windows(let width):
      guard (1...max(1, x.columns)).contains(width) else {
        throw .invalid(place: place, reason: "windows of \(width) of \(x.columns) columns")
      }
    case .patches(let height, let width, let imageHeight, let imageWidth):
      guard height > 0, width > 0, height <= imageHeight, width <= imageWidth else {
        throw .invalid(
          place: place, reason: "patches of \(height) x \(width) in images of \(imageHeight) x \(imageWidth)")
      }
      let pixels = saturatingProduct(imageHeight, imageWidth)
      guard x.columns % pixels == 0 else {
        throw .invalid(
          place: place,
          reason: "\(x.columns) columns are no images of \(imageHeight) x \(imageWidth) pixels")
      }
    case .active(let fraction):
      guard fraction >= 0, fraction <= 1 else {
        throw .invalid(place: place, reason: "a part of \(fraction) of the rows is not between 0 and 1")
      }
    }
  }
}

/// Draws the gates of a distribution for some data.
struct GateSource: Sendable {
  let x: MatrixView
  private let distribution: GateDistribution
  private let seed: UInt64
  /// Along which gates are moved towards a part of the rows; zero where they need a direction of their own.
  private let shift: [Double]
  private let products: [Double]

  init(_ distribution: GateDistribution, for x: MatrixView, seed: UInt64) throws(ZonotopeError) {
    try distribution.check(for: x)
    (self.x, self.distribution, self.seed) = (x, distribution, seed)
    guard case .active = distribution else {
      (shift, products) = ([], [])
      return
    }
    var mean = [Double](repeating: 0, count: x.columns)
    for k in 0..<x.rows { for j in 0..<x.columns { mean[j] += x.row(k)[j] / Double(x.rows) } }
    shift = mean
    products = Self.products(of: x, with: mean)
  }

  /// Elements of scratch memory that ``draw(_:into:scratch:)`` takes.
  var scratchSize: Int { if case .active = distribution { 2 * x.rows } else { 0 } }

  /// Gate `index` of the seed with independent standard normal entries.
  static func drawNormal(
    _ index: UInt64, seed: UInt64, into gate: UnsafeMutablePointer<Double>, count: Int
  ) {
    var generator = Xoshiro256(seed: seed, stream: index)
    for j in 0..<count { gate[j] = generator.nextNormal() }
  }

  func draw(_ index: UInt64, into gate: UnsafeMutablePointer<Double>, scratch: UnsafeMutablePointer<Double>) {
    var generator = Xoshiro256(seed: seed, stream: index)
    let d = x.columns
    switch distribution {
    case .gaussian: Self.drawNormal(index, seed: seed, into: gate, count: d)
    case .rows(let count):
      gate.update(repeating: 0, count: d)
      for _ in 0..<count {
        let row = x.row(Int.random(in: 0..<x.rows, using: &generator)), factor = generator.nextNormal()
        for j in 0..<d { gate[j] += factor * row[j] }
      }
    case .windows(let width):
      gate.update(repeating: 0, count: d)
      guard d > 0 else { return }
      let start = Int.random(in: 0...d - width, using: &generator)
      fill(start..<start + width, of: gate, &generator)
    case .patches(let height, let width, let imageHeight, let imageWidth):
      gate.update(repeating: 0, count: d)
      let channels = d / (imageHeight * imageWidth)
      let top = Int.random(in: 0...imageHeight - height, using: &generator)
      let left = Int.random(in: 0...imageWidth - width, using: &generator)
      for line in top..<top + height {
        let start = (line * imageWidth + left) * channels
        fill(start..<start + width * channels, of: gate, &generator)
      }
    case .active(let fraction):
      fill(0..<d, of: gate, &generator)
      move(gate, towards: fraction, scratch, &generator)
    }
  }

  private func fill(
    _ columns: Range<Int>, of gate: UnsafeMutablePointer<Double>, _ generator: inout Xoshiro256
  ) {
    for j in columns { gate[j] = generator.nextNormal() }
  }

  /// On the line gate - t direction, row k changes its sign at t_k = (x_k . gate) / (x_k . direction). Between the
  /// sorted places, the number of active rows is known: takes the place that comes nearest to the wanted number, and of
  /// equal ones that nearest to t = 0.
  private func move(
    _ gate: UnsafeMutablePointer<Double>, towards fraction: Double, _ scratch: UnsafeMutablePointer<Double>,
    _ generator: inout Xoshiro256
  ) {
    let n = x.rows, d = x.columns
    let isCentred = !products.contains { abs($0) > 1e-12 }
    let direction = isCentred ? (0..<d).map { _ in generator.nextNormal() } : shift
    let along = isCentred ? Self.products(of: x, with: direction) : products
    var changes = 0, active = 0
    for k in 0..<n {
      let value = (0..<d).reduce(0) { $0 + x.row(k)[$1] * gate[$1] }
      // As t tends to -infinity the second product decides, where it is not zero.
      if along[k] > 0 || (along[k] == 0 && value >= 0) { active += 1 }
      guard along[k] != 0, (value / along[k]).isFinite else { continue }
      scratch[changes] = value / along[k]
      scratch[n + changes] = along[k] > 0 ? -1 : 1
      changes += 1
    }
    guard changes > 0 else { return }
    let order = (0..<changes).sorted { scratch[$0] < scratch[$1] }
    let wanted = fraction * Double(n), span = max(1, scratch[order[changes - 1]] - scratch[order[0]])
    var best = (distance: Double.infinity, place: 0.0)
    for i in 0...changes {
      if i > 0 { active += Int(scratch[n + order[i - 1]]) }
      let low = i > 0 ? scratch[order[i - 1]] : scratch[order[0]] - span
      let high = i < changes ? scratch[order[i]] : scratch[order[changes - 1]] + span
      guard low < high else { continue }
      let distance = abs(Double(active) - wanted), place = low + (high - low) / 2
      if distance < best.distance || (distance == best.distance && abs(place) < abs(best.place)) {
        best = (distance, place)
      }
    }
    for j in 0..<d { gate[j] -= best.place * direction[j] }
  }

  private static func products(of x: MatrixView, with direction: [Double]) -> [Double] {
    (0..<x.rows).map { k in direction.indices.reduce(0) { $0 + x.row(k)[$1] * direction[$1] } }
  }
}
