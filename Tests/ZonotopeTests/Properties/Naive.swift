#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The definitions, written out once more with plain loops: nothing here calls the library.
enum Naive {
  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

  /// X' D z for the pattern of `mask`.
  static func adjoint(_ x: [[Double]], _ mask: [Bool], _ z: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: x[0].count)
    for k in x.indices where mask[k] {
      for j in result.indices { result[j] += x[k][j] * z[k] }
    }
    return result
  }

  static func loss(_ term: Scenario.Term, _ f: [Double], _ y: [Double], scale: Double) -> Double {
    switch term {
    case .squared: scale * 0.5 * zip(f, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    case .logistic:
      scale
        * zip(f, y).reduce(0) { total, pair in
          let t = -pair.0 * pair.1
          return total + max(t, 0) + log1p(exp(-abs(t)))
        }
    }
  }

  /// Minus the conjugate of the loss; -infinity outside its domain.
  static func dual(_ term: Scenario.Term, _ z: [Double], _ y: [Double], scale: Double) -> Double {
    switch term {
    case .squared: return -dot(z, z) / (2 * scale) - dot(y, z)
    case .logistic:
      var total = 0.0
      for k in z.indices {
        let a = -y[k] * z[k] / scale
        guard a >= 0, a <= 1 else { return -.infinity }
        for part in [a, 1 - a] where part > 0 { total -= part * log(part) }
      }
      return scale * total
    }
  }

  /// Upper bound of the norm of the projection of c onto {v : s_k x_k . v >= 0}, tight in the limit: Hildreth's
  /// cyclic descent on the multipliers rho >= 0 of ||c + sum_k rho_k s_k x_k||.
  static func coneProjectionNorm(_ x: [[Double]], _ mask: [Bool], _ c: [Double]) -> Double {
    var v = c, rho = [Double](repeating: 0, count: x.count)
    let squares = x.map { dot($0, $0) }
    for _ in 0..<200_000 {
      var moved = 0.0
      for k in x.indices where squares[k] > 0 {
        let sign = mask[k] ? 1.0 : -1.0
        let next = max(0, rho[k] - sign * dot(x[k], v) / squares[k])
        let step = next - rho[k]
        guard step != 0 else { continue }
        rho[k] = next
        for j in v.indices { v[j] += step * sign * x[k][j] }
        moved = max(moved, abs(step) * squares[k].squareRoot())
      }
      if moved <= 1e-15 * norm(c) { break }
    }
    return norm(v)
  }

  /// The moduli of the unitary discrete Fourier transform.
  static func unitaryModuli(_ z: [Double]) -> [Double] {
    let d = Double(z.count)
    return z.indices.map { k in
      var (real, imaginary) = (0.0, 0.0)
      for (j, value) in z.enumerated() {
        let angle = -2 * Double.pi * Double(k) * Double(j) / d
        real += value * cos(angle)
        imaginary += value * sin(angle)
      }
      return ((real * real + imaginary * imaginary) / d).squareRoot()
    }
  }

  /// The outputs of a network from its weights; gates are decided by `masks` where they are masks.
  static func outputs(
    _ x: [[Double]], weights: [[Double]], outputs: [Double], open: (Int, Int) -> Bool, bias: Double
  ) -> [Double] {
    x.indices.map { k in
      weights.indices.reduce(bias) { total, j in
        total + (open(j, k) ? outputs[j] * dot(weights[j], x[k]) : 0)
      }
    }
  }
}
