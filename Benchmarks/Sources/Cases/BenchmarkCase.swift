import Zonotope

/// One row of the table: data of a size, the architecture trained on them, and where beta lies.
struct BenchmarkCase {
  enum Kind: String { case gated, exact }

  let kind: Kind
  let samples: Int
  let features: Int
  let gates: Int
  let seed: UInt64
  /// beta / betaMax
  let ratio = 0.1

  var name: String { "\(kind.rawValue)_\(samples)_\(features)_\(gates)" }

  static let all = [
    BenchmarkCase(kind: .gated, samples: 2000, features: 50, gates: 500, seed: 101),
    BenchmarkCase(kind: .exact, samples: 1000, features: 20, gates: 100, seed: 201),
  ]

  struct Inputs {
    let x: MatrixView
    let y: [Double]
    /// One gate a row.
    let gates: MatrixView
  }

  /// Standard normal rows, a teacher of five ReLU neurons with signs and a tenth of its deviation as noise, and
  /// standard normal gates. The rules are those of Peers/cases.py, whose stream of numbers differs from ours, so
  /// figures for its files need those files, which it writes: see ``inputs(in:)``.
  func inputs() throws -> Inputs {
    var random = Xoshiro256(seed: seed)
    let x = (0..<samples * features).map { _ in random.nextNormal() }
    let teacher = (0..<5 * features).map { _ in random.nextNormal() / Double(features).squareRoot() }
    let signs = (0..<5).map { _ in random.nextUniform() < 0.5 ? -1.0 : 1.0 }
    var y = (0..<samples).map { k in
      (0..<5).reduce(0.0) { sum, neuron in
        let product = (0..<features).reduce(0.0) {
          $0 + x[k * features + $1] * teacher[neuron * features + $1]
        }
        return sum + signs[neuron] * max(product, 0)
      }
    }
    let mean = y.reduce(0, +) / Double(samples)
    let variance = y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(samples)
    for k in 0..<samples { y[k] += 0.1 * variance.squareRoot() * random.nextNormal() }
    let directions = (0..<gates * features).map { _ in random.nextNormal() }
    return Inputs(
      x: try MatrixView(x, rows: samples, columns: features), y: y,
      gates: try MatrixView(directions, rows: gates, columns: features))
  }

  /// The inputs from `NAME_X.npy` (n, d), `NAME_y.npy` (n) and `NAME_G.npy` (d, P).
  func inputs(in folder: String) throws -> Inputs {
    let x = try NPYArray(path: "\(folder)/\(name)_X.npy").matrix()
    let y = try NPYArray(path: "\(folder)/\(name)_y.npy").matrix()
    let gates = try NPYArray(path: "\(folder)/\(name)_G.npy").matrix()
    let rows = (0..<gates.columns).map { i in (0..<gates.rows).map { gates[$0, i] } }
    return Inputs(x: x, y: (0..<y.rows).map { y[$0, 0] }, gates: try MatrixView(rows))
  }
}
