/// Units of thresholds or signs in three layers or more that share their thresholds, as the staircase that they add up to.
///
/// It has a height before, between and after cuts along a direction. Cut at each of its heights into layers, upwards and
/// downwards from a base, it is a sum of units: one is high where the staircase reaches its layer, and weighs as much as
/// the layer is thick. There may be as many units as heights, each with a threshold wherever its layer begins or ends; the
/// staircase takes as many numbers as one of them.
public struct Staircase: Sendable, Equatable {
  /// Ascending; heights change there.
  public let cuts: [Double]
  /// One more than there are cuts.
  public let heights: [Double]
  /// Where layers begin; thresholds have them on both sides, signs above.
  public let base: Double
  /// Where the layers above end, at or above all heights.
  public let top: Double
  /// Layers: distinct heights other than the base, and the top.
  public let units: Int
  private let shape: SwitchUnit

  /// What the cuts are along, one number a feature.
  public var direction: [Double] { shape.direction }
  /// Children of the neurons of each layer but the first, where units are trees.
  var children: [Int] { shape.children }

  /// - Parameter shape: of the units.
  init(
    _ shape: SwitchUnit, cuts: [Double], heights: [Double], base: Double, top: Double
  ) throws(ZonotopeError) {
    (self.shape, self.cuts, self.heights, self.base, self.top) = (shape, cuts, heights, base, top)
    units = try Self.countDistinct(heights, but: base, top)
  }

  /// The same from a file; nil where the numbers are not those of a staircase.
  init?(
    checking shape: SwitchUnit, cuts: [Double], heights: [Double], range: [Double]
  ) throws(ZonotopeError) {
    guard range.count == 2, heights.count == cuts.count + 1, shape.depth > 2,
      shape.children.isEmpty || shape.children.count == shape.depth - 2,
      shape.children.allSatisfy({ $0 > 0 }),
      zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 }),
      range[0] <= range[1], heights.allSatisfy({ $0 <= range[1] && (!shape.isSign || $0 >= range[0]) })
    else { return nil }
    // A tree has no more changes than leaves.
    let leaves = shape.children.reduce(1) { saturatingProduct($0, $1) }
    guard shape.children.isEmpty || cuts.count <= leaves else { return nil }
    try self.init(shape, cuts: cuts, heights: heights, base: range[0], top: range[1])
  }

  // MARK: The function

  private var low: Double { shape.isSign ? -1 : 0 }
  private var bottom: Double { heights.reduce(base) { min($0, $1) } }

  /// What the units add up to where the staircase has this height: signs are negative above it.
  private func value(_ height: Double) -> Double {
    shape.isSign ? (height - base) - 0.5 * (top - base) : height - base
  }

  /// results[k] += the sum of the units for row k.
  func add(_ x: MatrixView, to results: MutableValues) {
    var place = 0
    for k in 0..<x.rows {
      let here = product(x.row(k))
      // Rows in ascending order go from step to step.
      if place < cuts.count, here >= cuts[place] { place += 1 }
      let isThere = (place == 0 || cuts[place - 1] <= here) && (place == cuts.count || here < cuts[place])
      if !isThere { place = interval(of: here) }
      results[k] += value(heights[place])
    }
  }

  /// As a neuron computes it.
  private func product(_ row: UnsafePointer<Double>) -> Double {
    if direction.count == 1 { return direction[0] * row[0] }
    var product = 0.0
    for j in 0..<direction.count { product += direction[j] * row[j] }
    return product
  }

  /// Cuts at or below a place.
  private func interval(of here: Double) -> Int {
    var low = 0, high = cuts.count
    while low < high {
      let middle = (low + high) / 2
      if cuts[middle] <= here { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: The units

  /// The sum of (s^2 + alpha^2) / 2 over the units: what all layers are thick.
  var penalty: Double { (top - base + (base - bottom)) / (1 - low) }

  /// For every cut the sum of the norms |s alpha| of the units that have a threshold there: their layers make up the step.
  var cutNorms: [(cut: Double, norm: Double)] {
    cuts.indices.map { (cuts[$0], abs(heights[$0 + 1] - heights[$0]) / (1 - low)) }
  }

  /// The levels of the layers: those above the base ascending, then those below it descending.
  private var levels: [Double] {
    var levels = Set(heights)
    levels.insert(top)
    levels.remove(base)
    return levels.filter { $0 > base }.sorted() + levels.filter { $0 < base }.sorted(by: >)
  }

  /// The unit with a number, written out.
  func unit(_ number: Int) -> ParallelNetwork.Unit {
    let levels = levels, level = levels[number]
    // Layers above the base begin at the one before, and so do those below it.
    let isFirst = number == 0 || (level < base) != (levels[number - 1] < base)
    return unit(level, z: (level - (isFirst ? base : levels[number - 1])) / (1 - low))
  }

  /// The unit of the layer that ends at a level.
  private func unit(_ level: Double, z: Double) -> ParallelNetwork.Unit {
    func isHigh(_ height: Double) -> Bool { level > base ? height >= level : height <= level }
    let places = cuts.indices.filter { isHigh(heights[$0]) != isHigh(heights[$0 + 1]) }
    return shape.unit(places.map { cuts[$0] }, startsHigh: isHigh(heights[0]), z: z)
  }

  /// Distinct numbers other than `base`, `top` among them. They are dealt to parts that fit into the caches, each with a
  /// table of its own that is filled to a half at most.
  private static func countDistinct(
    _ heights: [Double], but base: Double, _ top: Double
  ) throws(ZonotopeError) -> Int {
    let total = heights.count + 1
    func hash(_ pattern: UInt64) -> UInt64 { pattern &* 0x9E37_79B9_7F4A_7C15 }
    func part(_ pattern: UInt64) -> Int { Int(truncatingIfNeeded: hash(pattern) &>> 56) }
    // Both zeros are one height.
    func pattern(_ k: Int) -> UInt64 { ((k < heights.count ? heights[k] : top) + 0).bitPattern }
    let patterns = try Buffer<UInt64>(total), ends = try Buffer<Int>(257)
    for k in 0..<total { ends.pointer[part(pattern(k)) + 1] += 1 }
    var largest = 0
    for p in 1...256 {
      largest = max(largest, ends[p])
      ends[p] += ends[p - 1]
    }
    for k in 0..<total {
      let pattern = pattern(k), part = part(pattern)
      patterns.pointer[ends.pointer[part]] = pattern
      ends.pointer[part] += 1
    }
    var bits = 4
    while 1 << bits < 2 * largest { bits += 1 }
    let slots = 1 << bits, table = try Buffer<UInt64>(slots), base = (base + 0).bitPattern
    var count = 0, start = 0
    for p in 0..<256 {
      let end = ends[p]
      // An empty place has the pattern of the base, which does not count.
      table.pointer.update(repeating: base, count: end > start ? slots : 0)
      for k in start..<end {
        let pattern = patterns.pointer[k]
        var place = Int(truncatingIfNeeded: (hash(pattern) &<< 8) &>> UInt64(64 - bits))
        while table.pointer[place] != pattern, table.pointer[place] != base {
          place = (place + 1) & (slots - 1)
        }
        count += table.pointer[place] == pattern ? 0 : 1
        table.pointer[place] = pattern
      }
      start = end
    }
    return count
  }
}
