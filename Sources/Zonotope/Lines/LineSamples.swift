/// Samples on a line: distinct positions in ascending order, each with the samples that lie there.
///
/// Networks on one-dimensional data give samples at the same position the same output, so that programs over the
/// positions, with how often each occurs, are those over the samples.
struct LineSamples: @unchecked Sendable {
  /// Samples.
  let samples: Int
  /// Distinct positions.
  let count: Int
  /// The positions, ascending.
  let x: UnsafePointer<Double>
  /// The position of every sample; nil where sample k is at position k.
  let place: Buffer<Int32>?
  /// Samples at each position; nil where there is one at each.
  let multiplicity: Vector?
  /// What was taken off the positions.
  let origin: Double
  /// Keeps the positions.
  private let owner: AnyObject?

  /// - Parameter values: (n, 1).
  init(_ values: MatrixView) throws(ZonotopeError) {
    let n = values.rows
    guard values.columns == 1 else {
      throw .invalid(
        place: "x", reason: "\(values.columns) columns, a network on one-dimensional data takes one")
    }
    guard n < Int(Int32.max) else { throw .sizeOverflow(place: "x") }
    (samples, origin) = (n, 0)
    let packed: Vector?
    if values.stride == 1 || n == 1 {
      packed = nil
    } else {
      let copy = try Vector(n)
      for k in 0..<n { copy[k] = values.row(k)[0] }
      packed = copy
    }
    let x = packed.map { UnsafePointer($0.pointer) } ?? values.base
    var ascends = true
    for k in 1..<max(1, n) where !(x[k - 1] < x[k]) {
      ascends = false
      break
    }
    if ascends {
      (self.x, owner) = (x, packed ?? values.owner)
      (count, place, multiplicity) = (n, nil, nil)
      return
    }
    let order = try ascendingOrder(x, count: n)
    let places = try Buffer<Int32>(n), multiplicity = try Vector(n), sorted = try Vector(n)
    var last = -1
    for sample in order.elements {
      let value = x[Int(sample)]
      if last < 0 || value > sorted[last] {
        last += 1
        sorted[last] = value
      }
      places[Int(sample)] = Int32(last)
      multiplicity[last] += 1
    }
    (self.x, owner) = (UnsafePointer(sorted.pointer), sorted)
    count = last + 1
    place = places
    self.multiplicity = count < n ? multiplicity : nil
  }

  /// The same from one of the positions on, where no difference of theirs is rounded: mirror images and midpoints then keep
  /// digits that they lose far from zero. Else these.
  func centred() throws(ZonotopeError) -> LineSamples {
    let origin = x[count / 2], moved = try Vector(count)
    for p in 0..<count {
      moved[p] = x[p] - origin
      // The error of the difference (Knuth).
      let part = x[p] - moved[p]
      guard x[p] - (moved[p] + part) == 0, part == origin else { return self }
    }
    return LineSamples(self, moved: moved, origin: origin)
  }

  private init(_ other: LineSamples, moved: Vector, origin: Double) {
    (samples, count, place, multiplicity) = (other.samples, other.count, other.place, other.multiplicity)
    (x, owner, self.origin) = (UnsafePointer(moved.pointer), moved, origin)
  }

  /// sums[p] = the sum of the values of the samples at position p.
  func add(_ values: Values, into sums: MutableValues) {
    guard let place else {
      if sums.baseAddress! != values.baseAddress! {
        sums.baseAddress!.update(from: values.baseAddress!, count: samples)
      }
      return
    }
    for p in 0..<count { sums[p] = 0 }
    for k in 0..<samples { sums[Int(place[k])] += values[k] }
  }

  /// values[k] = the number at the position of sample k.
  func spread(_ numbers: Values, into values: MutableValues) {
    guard let place else {
      if values.baseAddress! != numbers.baseAddress! {
        values.baseAddress!.update(from: numbers.baseAddress!, count: samples)
      }
      return
    }
    for k in 0..<samples { values[k] = numbers[Int(place[k])] }
  }
}
