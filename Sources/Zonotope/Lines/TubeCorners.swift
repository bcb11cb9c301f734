/// The corners of a tube around sums of targets that a string in it can touch, block by block.
///
/// Between its bends the string is straight, it rises to steeper slopes only at the upper border and falls to lower ones
/// only at the lower. So a point of the upper border at which the border itself does not become steeper is none of its
/// corners, and likewise below: a sample is a candidate on one side at most. Where the tube is wider than the sums of a
/// block stray from a line, the string cannot touch one border on its way between two points of the other, and what
/// remains are the corners of the convex hull of the block, few among many.
///
/// All passes are free of branches that depend on the data; those are what a hull that is built point by point waits for.
struct TubeCorners {
  /// Samples of a block.
  private static let sizes = (smallest: 32, largest: 2048)

  private let count: Int
  private let w: UnsafePointer<Double>?
  private let t: UnsafePointer<Double>
  /// Samples before the block, and what the block may have of them.
  private(set) var first = 0
  private var size = 256
  /// Weights and targets of the samples before each border of the block, summed up.
  private let positions: Vector
  private let heights: Vector
  private var position = 0.0
  private var height = 0.0
  /// Borders of the block at which slopes rise and at which they fall.
  private let rising: Buffer<Int32>
  private let falling: Buffer<Int32>
  private var rises = 0
  private var falls = 0

  init(count: Int, w: UnsafePointer<Double>?, t: UnsafePointer<Double>) throws(ZonotopeError) {
    (self.count, self.w, self.t) = (count, w, t)
    let room = Self.sizes.largest + 1
    (positions, heights) = try (Vector(room), Vector(room))
    (rising, falling) = try (Buffer(room), Buffer(room))
  }

  /// The sums over all samples, once all blocks are read.
  var end: StringFunnel.Corner {
    StringFunnel.Corner(place: count, position: position, height: height)
  }

  /// Hands the corners of the next block to the funnel, less those after the last sample.
  ///
  /// - Parameter up: of the upper border above the sums, and `down` of the lower below them; at least zero.
  /// - Returns: false where there is no block left.
  mutating func next(into funnel: inout StringFunnel, up: Double, down: Double) throws(ZonotopeError) -> Bool
  {
    guard first < count else { return false }
    let samples = min(size, count - first)
    addUp(samples)
    findTurns(min(samples, count - first - 1))
    let isWide = spread(samples) < (up + down) * (1 - 1e-9)
    if isWide {
      rises = thin(rising.pointer, rises, turn: 1)
      falls = thin(falling.pointer, falls, turn: -1)
    }
    try hand(to: &funnel, up, down)
    first += samples
    (position, height) = (positions[samples], heights[samples])
    size = isWide ? min(2 * size, Self.sizes.largest) : max(size / 4, Self.sizes.smallest)
    return true
  }

  /// 1 where a difference is below zero, else 0: its sign bit, as long as no difference of equal numbers has one.
  @inline(__always)
  private static func one(where difference: Double) -> Int {
    Int(truncatingIfNeeded: difference.bitPattern &>> 63)
  }

  private func addUp(_ samples: Int) {
    let positions = positions.pointer, heights = heights.pointer, t = t + first
    var position = position, height = height
    (positions[0], heights[0]) = (position, height)
    if let w {
      let w = w + first
      for k in 0..<samples {
        position += w[k]
        height += w[k] * t[k]
        positions[k &+ 1] = position
        heights[k &+ 1] = height
      }
    } else {
      for k in 0..<samples {
        position += 1
        height += t[k]
        positions[k &+ 1] = position
        heights[k &+ 1] = height
      }
    }
  }

  private mutating func findTurns(_ borders: Int) {
    let rising = rising.pointer, falling = falling.pointer, t = t + first
    var rises = 0, falls = 0
    for k in 1..<max(1, borders &+ 1) {
      let before = t[k &- 1], after = t[k]
      rising[rises] = Int32(truncatingIfNeeded: k)
      falling[falls] = Int32(truncatingIfNeeded: k)
      rises &+= Self.one(where: before - after)
      falls &+= Self.one(where: after - before)
    }
    (self.rises, self.falls) = (rises, falls)
  }

  /// How far the sums lie apart when the line through the first and the last is taken off.
  private func spread(_ samples: Int) -> Double {
    let positions = positions.pointer, heights = heights.pointer
    let start = positions[0], base = heights[0]
    let slope = (heights[samples] - base) / (positions[samples] - start)
    var high = SIMD4<Double>(), low = SIMD4<Double>()
    var k = 0
    while k &+ 4 <= samples {
      let p = UnsafeRawPointer(positions + k).loadUnaligned(as: SIMD4<Double>.self)
      let h = UnsafeRawPointer(heights + k).loadUnaligned(as: SIMD4<Double>.self)
      let stray = (h - base) - (p - start) * slope
      high = pointwiseMax(high, stray)
      low = pointwiseMin(low, stray)
      k &+= 4
    }
    while k < samples {
      let stray = (heights[k] - base) - (positions[k] - start) * slope
      high[0] = max(high[0], stray)
      low[0] = min(low[0], stray)
      k &+= 1
    }
    return high.max() - low.min()
  }

  /// Leaves out borders that are no corners between their neighbours in the list, again and again while that pays.
  private func thin(_ list: UnsafeMutablePointer<Int32>, _ count: Int, turn: Double) -> Int {
    let positions = positions.pointer, heights = heights.pointer
    var count = count
    while count > 8 {
      var here = Int(list[0]), next = Int(list[1])
      var run = positions[next] - positions[here], rise = turn * (heights[next] - heights[here])
      var kept = 1
      for k in 2..<count {
        here = next
        next = Int(list[k])
        let nextRun = positions[next] - positions[here], nextRise = turn * (heights[next] - heights[here])
        list[kept] = Int32(truncatingIfNeeded: here)
        kept &+= Self.one(where: rise * nextRun - nextRise * run)
        (run, rise) = (nextRun, nextRise)
      }
      list[kept] = Int32(truncatingIfNeeded: next)
      kept &+= 1
      let isDone = 4 * kept > 3 * count
      count = kept
      if isDone { break }
    }
    return count
  }

  private func hand(to funnel: inout StringFunnel, _ up: Double, _ down: Double) throws(ZonotopeError) {
    var r = 0, f = 0
    while r < rises || f < falls {
      let isRising = f == falls || r < rises && rising[r] < falling[f]
      let k = Int(isRising ? rising[r] : falling[f])
      var corner = StringFunnel.Corner(place: first + k, position: positions[k], height: heights[k])
      if isRising {
        corner.height += up
        r += 1
        try funnel.addUpper(corner)
      } else {
        corner.height -= down
        f += 1
        try funnel.addLower(corner)
      }
    }
  }
}
