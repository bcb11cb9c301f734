/// Units side by side, each a small network of its own that ends in one neuron: f(x) = sum_u alpha_u h_u(x) + bias.
///
/// Layer by layer h = phi(W h + b), beginning with x. Thresholds and signs carry an amplitude: their last neuron is s phi.
/// Biases cost nothing. The penalty of a unit is 1/L times the sum of |weight|^L over its L layers, of one neuron each, or
/// (s^2 + alpha^2) / 2 for thresholds and signs, whose other weights have no scale (Zeger et al. 2024; Ergen et al. 2023).
public struct ParallelNetwork: NeuralNetwork, Equatable {
  public enum Activation: Sendable, Equatable {
    case relu
    /// max(t, 0) + slope min(t, 0)
    case leaky(slope: Double)
    case abs
    /// 1 where t >= 0, else 0
    case threshold
    /// 1 where t >= 0, else -1
    case sign

    @inline(__always)
    func callAsFunction(_ t: Double) -> Double {
      switch self {
      case .relu: Swift.max(t, 0)
      case .leaky(let slope): t >= 0 ? t : slope * t
      case .abs: Swift.abs(t)
      case .threshold: t >= 0 ? 1 : 0
      case .sign: t >= 0 ? 1 : -1
      }
    }

    /// Whether the scale of the weights before it does not matter.
    var isStep: Bool { self == .threshold || self == .sign }
  }

  /// One layer of a unit.
  public struct Layer: Sendable, Equatable {
    /// (neurons, inputs), row after row.
    public var weights: [Double]
    /// One a neuron.
    public var biases: [Double]

    public init(weights: [Double], biases: [Double]) { (self.weights, self.biases) = (weights, biases) }
  }

  /// A unit as it is handed in and out.
  public struct Unit: Sendable, Equatable {
    public var layers: [Layer]
    /// 1 but for thresholds and signs.
    public var amplitude: Double
    public var output: Double
    /// Where no weights have the pattern of the unit: its bits on the training rows, and no layers.
    public var mask: [Bool]?

    public init(layers: [Layer], amplitude: Double = 1, output: Double, mask: [Bool]? = nil) {
      (self.layers, self.amplitude, self.output, self.mask) = (layers, amplitude, output, mask)
    }
  }

  public let activation: Activation
  public let features: Int
  /// Layers of weights, output weights included: two or more.
  public let depth: Int
  public internal(set) var bias: Double
  public var units: Int { listed + (staircase?.units ?? 0) }
  public var outputs: Int { 1 }
  /// Units that share their thresholds, after the others.
  public internal(set) var staircase: Staircase?

  /// Units that are not layers of the staircase.
  private(set) var listed = 0

  /// Neurons of every hidden layer of every unit; zeros for a unit that is a mask.
  private(set) var widths: [Int] = []
  /// Unit after unit: weights and biases of its layers, the amplitude and the output weight.
  private(set) var parameters: [Double] = []
  /// The bits of units that are masks.
  private(set) var masks: [Int: [Bool]] = [:]
  /// Identifies the training rows, on which masks are defined.
  var trainingRows: UInt64 = 0

  public init(activation: Activation, features: Int, depth: Int, bias: Double = 0) {
    (self.activation, self.features, self.depth, self.bias) = (activation, features, depth, bias)
  }

  // MARK: Units

  public mutating func append(_ unit: Unit) {
    for l in 0..<depth - 1 {
      guard unit.mask == nil else {
        widths.append(0)
        continue
      }
      widths.append(unit.layers[l].biases.count)
      parameters += unit.layers[l].weights
      parameters += unit.layers[l].biases
    }
    parameters.append(unit.amplitude)
    parameters.append(unit.output)
    if let mask = unit.mask { masks[listed] = mask }
    listed += 1
  }

  /// A unit of one neuron a layer, without lists.
  mutating func appendChain(
    _ layers: (weight: Double, bias: Double)..., amplitude: Double = 1, output: Double
  ) {
    appendChain(layers, amplitude: amplitude, output: output)
  }

  mutating func appendChain(
    _ layers: [(weight: Double, bias: Double)], amplitude: Double = 1, output: Double
  ) {
    for layer in layers {
      widths.append(1)
      parameters.append(layer.weight)
      parameters.append(layer.bias)
    }
    parameters.append(amplitude)
    parameters.append(output)
    listed += 1
  }

  mutating func reserve(units: Int, parameters: Int) {
    widths.reserveCapacity(units * (depth - 1))
    self.parameters.reserveCapacity(parameters)
  }

  /// A network from its numbers, as ``widths`` and ``parameters`` have them; nil where they do not fit.
  init?(
    activation: Activation, features: Int, depth: Int, bias: Double, widths: [Int], parameters: [Double],
    masks: [Int: [Bool]], trainingRows: UInt64, staircase: Staircase? = nil
  ) {
    self.init(activation: activation, features: features, depth: depth, bias: bias)
    guard depth > 1, widths.count % (depth - 1) == 0, widths.allSatisfy({ $0 >= 0 && $0 <= parameters.count })
    else { return nil }
    (self.widths, self.parameters, self.masks, self.trainingRows) = (widths, parameters, masks, trainingRows)
    listed = widths.count / (depth - 1)
    if let staircase {
      guard staircase.direction.count == features, activation.isStep else { return nil }
      self.staircase = staircase
    }
    var size = 0
    for u in 0..<listed {
      let own = widths[u * (depth - 1)..<(u + 1) * (depth - 1)]
      guard masks[u] != nil ? own.allSatisfy({ $0 == 0 }) : own.allSatisfy({ $0 > 0 }) else { return nil }
      size += Self.size(own, features: features)
      guard size <= parameters.count else { return nil }
    }
    guard size == parameters.count, masks.keys.allSatisfy({ $0 >= 0 && $0 < listed }) else { return nil }
  }

  private static func size(_ widths: ArraySlice<Int>, features: Int) -> Int {
    var size = 2, inputs = features
    for width in widths where width > 0 {
      let (weights, overflow) = width.multipliedReportingOverflow(by: inputs + 1)
      guard !overflow, weights < 1 << 48 else { return 1 << 60 }
      size += weights
      inputs = width
    }
    return size
  }

  /// The unit with a number, copied.
  public subscript(unit: Int) -> Unit {
    if let staircase, unit >= listed { return staircase.unit(unit - listed) }
    var place = 0
    for u in 0..<unit {
      place += Self.size(widths[u * (depth - 1)..<(u + 1) * (depth - 1)], features: features)
    }
    var layers: [Layer] = [], inputs = features
    for l in 0..<depth - 1 where masks[unit] == nil {
      let width = widths[unit * (depth - 1) + l]
      layers.append(
        Layer(
          weights: Array(parameters[place..<place + width * inputs]),
          biases: Array(parameters[place + width * inputs..<place + width * (inputs + 1)])))
      place += width * (inputs + 1)
      inputs = width
    }
    return Unit(
      layers: layers, amplitude: parameters[place], output: parameters[place + 1], mask: masks[unit])
  }

  /// Calls `body` for every unit that is no layer of the staircase, with the neurons of its layers, its numbers, and its
  /// bits where it is a mask.
  func forEachListedUnit(_ body: (_ widths: [Int], _ numbers: [Double], _ mask: [Bool]?) -> Void) {
    var start = 0
    for u in 0..<listed {
      let own = widths[u * (depth - 1)..<(u + 1) * (depth - 1)]
      let size = Self.size(own, features: features)
      body(Array(own), Array(parameters[start..<start + size]), masks[u])
      start += size
    }
  }

  // MARK: Predictions

  public func predict(
    _ x: MatrixView, into results: UnsafeMutableBufferPointer<Double>
  ) throws(ZonotopeError) {
    try checkInput(x, results)
    if let (unit, _) = masks.first, x.fingerprint() != trainingRows || masks[unit]?.count != x.rows {
      throw .invalid(
        place: "units[\(unit)]",
        reason: "no weights have this pattern, so only the training rows can be predicted")
    }
    if let steps = SteppedLine(self, rows: x.rows) { return steps.predict(x, into: results) }
    let widest = widths.max() ?? 0
    let input = try Vector(max(widest, features)), output = try Vector(max(1, widest))
    for k in 0..<x.rows { results[k] = bias }
    staircase?.add(x, to: results)
    var start = 0
    for u in 0..<listed {
      let own = widths[u * (depth - 1)..<(u + 1) * (depth - 1)]
      let size = Self.size(own, features: features)
      let factor = parameters[start + size - 2] * parameters[start + size - 1]
      if let mask = masks[u] {
        for k in 0..<x.rows where mask[k] { results[k] += factor }
      } else {
        parameters.withUnsafeBufferPointer { numbers in
          for k in 0..<x.rows {
            results[k] += factor * value(x.row(k), numbers.baseAddress! + start, own, input, output)
          }
        }
      }
      start += size
    }
  }

  /// The last neuron of a unit, without its amplitude.
  private func value(
    _ x: UnsafePointer<Double>, _ numbers: UnsafePointer<Double>, _ widths: ArraySlice<Int>, _ input: Vector,
    _ output: Vector
  ) -> Double {
    var place = numbers, inputs = features
    input.pointer.update(from: x, count: features)
    for width in widths {
      let biases = place + width * inputs
      for j in 0..<width {
        var t = biases[j]
        // The bias first and the products after it: a threshold at the only input is exact.
        if inputs == 1 {
          t = place[j] * input[0] + t
        } else {
          var product = 0.0
          for i in 0..<inputs { product += place[j * inputs + i] * input[i] }
          t += product
        }
        output[j] = activation(t)
      }
      for j in 0..<width { input[j] = output[j] }
      place = biases + width
      inputs = width
    }
    return input[0]
  }

  // MARK: Objective

  /// The sum over the units of their penalty.
  public var penalty: Double {
    var total = CompensatedSum(), start = 0
    let power = Double(depth)
    if let staircase { total.add(staircase.penalty) }
    for u in 0..<listed {
      let own = widths[u * (depth - 1)..<(u + 1) * (depth - 1)]
      let size = Self.size(own, features: features)
      let (s, alpha) = (parameters[start + size - 2], parameters[start + size - 1])
      if activation.isStep {
        total.add(0.5 * (s * s + alpha * alpha))
      } else {
        var sum = raised(abs(alpha), power)
        for l in 0..<depth - 1 { sum += raised(abs(parameters[start + 2 * l]), power) }
        total.add(sum / power)
      }
      start += size
    }
    return total.value
  }
}
