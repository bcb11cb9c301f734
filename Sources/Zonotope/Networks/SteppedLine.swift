#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A network of many units on a line as the function that it is, so that many rows take time in the rows plus the units
/// and not in their product.
struct SteppedLine {
  /// What changes at a place, for x at it and beyond.
  private struct Event {
    var place: Double
    /// Of the slope, which counts from the place on, and of the value.
    var slope: Double
    var value: Double
  }

  private var events: [Event] = []
  /// The function before the first event.
  private var slope = 0.0
  private var value: Double
  private let origin: Double

  /// Nil where the network has not the form, two layers and one neuron a unit, or is small.
  init?(_ network: ParallelNetwork, rows: Int) {
    guard network.depth == 2, network.features == 1, network.masks.isEmpty, network.staircase == nil,
      rows > 64,
      saturatingProduct(rows, network.units) > 1 << 22, network.widths.allSatisfy({ $0 == 1 })
    else { return nil }
    value = network.bias
    let numbers = network.parameters
    events.reserveCapacity(network.units)
    // Values are kept at the first kink, where slopes of units cancel least.
    var first = Double.infinity
    for u in 0..<network.units where numbers[4 * u] != 0 {
      first = min(first, -numbers[4 * u + 1] / numbers[4 * u])
    }
    origin = first.isFinite ? first : 0
    for u in 0..<network.units {
      let (w, b) = (numbers[4 * u], numbers[4 * u + 1]), factor = numbers[4 * u + 2] * numbers[4 * u + 3]
      guard w != 0 else {
        value += factor * network.activation(b)
        continue
      }
      let kink = -b / w
      if network.activation.isStep {
        let low = network.activation(-1), before = w > 0 ? low : 1, after = w > 0 ? 1 : low
        value += factor * before
        // A threshold that opens to the left still holds at its place.
        events.append(Event(place: w > 0 ? kink : kink.nextUp, slope: 0, value: factor * (after - before)))
      } else {
        let on = network.activation(1), off = -network.activation(-1)
        let before = factor * w * (w > 0 ? off : on), after = factor * w * (w > 0 ? on : off)
        slope += before
        // The unit is zero at its kink.
        value += before * (origin - kink)
        events.append(Event(place: kink, slope: after - before, value: 0))
      }
    }
    events.sort { $0.place < $1.place }
  }

  func predict(_ x: MatrixView, into results: MutableValues) {
    var order = Array(0..<x.rows)
    if !(1..<x.rows).allSatisfy({ x.row($0 - 1)[0] <= x.row($0)[0] }) {
      order.sort { x.row($0)[0] < x.row($1)[0] }
    }
    var next = 0, slope = slope, value = value, place = origin
    for k in order {
      let here = x.row(k)[0]
      while next < events.count, events[next].place <= here {
        value += slope * (events[next].place - place) + events[next].value
        place = events[next].place
        slope += events[next].slope
        next += 1
      }
      results[k] = value + slope * (here - place)
    }
  }
}

/// base^power for a base of at least 0.
func raised(_ base: Double, _ power: Double) -> Double { power == 2 ? base * base : pow(base, power) }
