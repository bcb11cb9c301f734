import CZonotope

/// The rows of a data matrix as the search for neurons sees them: in an orthonormal basis of the space they span, where
/// what is orthogonal to all rows is gone, parallel ones merged.
///
/// Merging is more than thrift: planes that coincide have to be crossed together.
struct ResponseRows: Sendable {
  let rank: Int
  /// Rows that are not parallel to each other, none of them zero, (count, rank).
  let coordinates: Vector
  let count: Int
  /// For every row of the data: which of these it is a multiple of, nil for a zero row, and the factor.
  private let place: [(row: Int, factor: Double)?]
  /// `rank` vectors of as many numbers as a row has.
  private let basis: [[Double]]

  init(_ x: MatrixView) throws(ZonotopeError) {
    let rows: [(members: [Int], first: Int)]
    // Beyond the ranks that can be searched exactly, nobody crosses all planes of a class either.
    if let arrangement = try? Arrangement(of: x) {
      rank = arrangement.rank
      rows = (0..<arrangement.hyperplanes).map { h in
        let members = (arrangement.starts[h]..<arrangement.starts[h + 1]).map { arrangement.rows[$0] }
        return (members, members[0])
      }
    } else {
      rank = min(x.rows, x.columns)
      rows = (0..<x.rows).filter { k in (0..<x.columns).contains { x[k, $0] != 0 } }.map { ([$0], $0) }
    }
    let space = RowSpace(of: x, rank: rank)
    basis = space.basis
    count = rows.count
    coordinates = try Vector(product(count, rank, place: "x"))
    var place = [(row: Int, factor: Double)?](repeating: nil, count: x.rows)
    for (h, row) in rows.enumerated() {
      let first = Array(Values(start: x.row(row.first), count: x.columns))
      let coordinates = space.coordinates(of: first)
      for q in 0..<rank { self.coordinates[h * rank + q] = coordinates[q] }
      // The entry that is largest tells the factor best.
      let largest = first.indices.max { abs(first[$0]) < abs(first[$1]) } ?? 0
      for k in row.members { place[k] = (h, x[k, largest] / first[largest]) }
    }
    self.place = place
  }

  /// The same rows as neurons of a subspace see them: as many, parallel ones and zeros among them.
  ///
  /// - Parameter axes: orthonormal, in these coordinates.
  func projected(on axes: [[Double]]) throws(ZonotopeError) -> ResponseRows {
    let projected = try Vector(product(count, axes.count, place: "x"))
    for k in 0..<count {
      for (i, axis) in axes.enumerated() {
        var sum = 0.0
        for q in 0..<rank { sum += coordinates[k * rank + q] * axis[q] }
        projected[k * axes.count + i] = sum
      }
    }
    let directions = axes.map { axis in
      (0..<(basis.first?.count ?? 0)).map { j in zip(axis, basis).reduce(0) { $0 + $1.0 * $1.1[j] } }
    }
    return ResponseRows(
      rank: axes.count, coordinates: projected, count: count, place: place, basis: directions)
  }

  private init(
    rank: Int, coordinates: Vector, count: Int, place: [(row: Int, factor: Double)?], basis: [[Double]]
  ) {
    (self.rank, self.coordinates, self.count, self.place, self.basis) = (
      rank, coordinates, count, place, basis
    )
  }

  /// The pattern of the data's rows from that of these: the bit of a zero row is 1.
  func expand(_ pattern: UnsafePointer<UInt64>) -> [UInt64] {
    var bits = [UInt64](repeating: 0, count: zt_words(place.count))
    for (k, place) in place.enumerated() {
      let isOpen = place.map { (pattern[$0.row / 64] >> UInt64($0.row % 64) & 1 == 1) == ($0.factor > 0) }
      if isOpen ?? true { bits[k / 64] |= 1 << UInt64(k % 64) }
    }
    return bits
  }

  /// A direction of the data's space in these coordinates.
  func coordinates(of direction: [Double]) -> [Double] { basis.map { RowSpace.dot($0, direction) } }

  /// The response z'phi(X w) of a neuron; `z(k)` belongs to row k of the data.
  func response(to z: (Int) -> Double, _ activation: Activation) throws(ZonotopeError) -> NeuronResponse {
    let response = try NeuronResponse(self)
    for (k, place) in place.enumerated() {
      guard let (row, factor) = place else { continue }
      let curved = z(k) * (activation.on - activation.off)
      response.weights[row] += curved * abs(factor)
      // max(-t, 0) = max(t, 0) - t
      let straight = z(k) * activation.off * factor + (factor < 0 ? curved * factor : 0)
      for q in 0..<rank { response.linear[q] += straight * coordinates[row * rank + q] }
    }
    return response
  }
}

/// F(w) = linear . w + sum_k weights_k max(x_k . w, 0); see `zonotope/neurons.h`.
final class NeuronResponse {
  let rows: ResponseRows
  let weights: Vector
  let linear: Vector

  init(_ rows: ResponseRows) throws(ZonotopeError) {
    self.rows = rows
    (weights, linear) = try (Vector(rows.count), Vector(rows.rank))
  }

  /// What the kernels are told. The response has to outlive it.
  var kernel: zt_response {
    zt_response(
      samples: rows.count, rank: rows.rank, x: rows.coordinates.pointer, x_stride: rows.rank,
      weights: weights.pointer, linear: linear.pointer)
  }

  /// Local maxima above the floor, by climbing from each of the directions, which are in the basis of the rows.
  func climb(from starts: [[Double]], above floor: Double, _ workers: Workers) throws(ZonotopeError)
    -> [FoundPattern]
  {
    guard rows.rank > 0 else { return [] }
    let size = zt_response_ascend_f64_workspace(rows.count, rows.rank), words = zt_words(rows.count)
    let scratch = try Vector(product(workers.threads, size, place: "threads"))
    let patterns = try Buffer<UInt64>(product(starts.count, words, place: "starts"))
    let directions = try Vector(product(starts.count, rows.rank, place: "starts"))
    let gains = try Vector(starts.count)
    for (i, start) in starts.enumerated() {
      for q in 0..<rows.rank { directions[i * rows.rank + q] = start[q] }
    }
    let kernel = kernel
    workers.run(starts.count) { i, slot in
      withUnsafePointer(to: kernel) {
        gains[i] = zt_response_ascend_f64(
          $0, directions.pointer + i * rows.rank, patterns.pointer + i * words, scratch.pointer + slot * size)
      }
    }
    return starts.indices.filter { gains[$0] > floor }.map {
      FoundPattern(gain: gains[$0], bits: rows.expand(patterns.pointer + $0 * words))
    }
  }
}
