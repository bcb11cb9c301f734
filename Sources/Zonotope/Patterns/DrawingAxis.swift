#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A linear scale with round ticks.
struct Axis {
  let low: Double
  let high: Double
  private let start: Double
  private let end: Double

  init(_ low: Double, _ high: Double, from start: Double, to end: Double) {
    // Numbers that are all the same get room around them.
    let room = low < high ? 0.0 : max(1, abs(low)) * 0.5
    (self.low, self.high, self.start, self.end) = (low - room, high + room, start, end)
  }

  func place(_ value: Double) -> Double { start + (value - low) / (high - low) * (end - start) }

  private var step: Double {
    let rough = (high - low) / 6, power = pow(10, floor(log10(rough))), part = rough / power
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10)
  }

  var ticks: [Double] {
    let step = step, first = (low / step).rounded(.up)
    guard first.isFinite, step > 0 else { return [] }
    return (0..<20).map { (first + Double($0)) * step }.filter { $0 <= high }
  }

  /// With the digits of the step.
  func text(_ value: Double) -> String {
    let digits = max(0, Int(-floor(log10(step))))
    let size = pow(10, Double(digits))
    let rounded = digits < 12 ? (value * size).rounded() / size : value
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
