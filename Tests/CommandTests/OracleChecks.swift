import Foundation

/// What is wrong with an answer.
struct Wrong: Error, CustomStringConvertible {
  let description: String
}

/// Holds results of `zonotope solve` against known values.
struct ResultChecks {
  let result: [String: Any]
  let expected: [String: Any]
  /// The relative gap that the problem asked for.
  let asked: Double

  private static let statuses: Set = [
    "optimal", "stalled", "iteration-limit", "time-limit", "cancelled", "numerical-breakdown", "infeasible",
  ]

  func check() throws {
    guard let status = result["status"] as? String, Self.statuses.contains(status) else {
      throw Wrong(description: "unknown status")
    }
    if let wanted = expected["status"] as? String, wanted != status {
      throw Wrong(description: "status \(status), expected \(wanted)")
    }
    let wanted = try Self.number(expected, "objective")
    let tolerance = try Self.number(expected, "tolerance") * (1 + 1e-6)
    let objective = try Self.number(result, "objective"), unit = max(1, abs(objective))
    try require(abs(objective - wanted) <= tolerance, "objective \(objective), expected \(wanted)")
    let dual = try Self.number(result, "dual"), gap = try Self.number(result, "gap")
    try require(gap <= 1e-6 * unit && gap >= -1e-9 * unit, "gap \(gap) at the objective \(objective)")
    let relative = try Self.number(result, "relativeGap")
    try require(
      abs(relative * abs(objective) - gap) <= 1e-3 * abs(gap) + 1e-15 * unit, "relativeGap \(relative)")
    try require(status != "optimal" || relative <= asked * (1 + 1e-6), "optimal with relativeGap \(relative)")
    try require(abs(objective - dual - gap) <= 1e-8 * unit, "gap is not objective - dual")
    try require(dual <= wanted + tolerance, "dual \(dual) above the optimum \(wanted)")
    let network = try Self.number(result, "network", "objective")
    try require(abs(network - objective) <= 1e-6 * unit, "network.objective \(network)")
    try checkCertificate(wanted: wanted, tolerance: tolerance)
    try checkCounts()
  }

  private func checkCertificate(wanted: Double, tolerance: Double) throws {
    guard let scope = (result["certificate"] as? [String: Any])?["scope"] as? String,
      ["given-patterns", "all-neurons"].contains(scope)
    else { throw Wrong(description: "no known certificate.scope") }
    let bound = try Self.number(result, "certificate", "lowerBound")
    try require(bound <= wanted + tolerance, "lowerBound \(bound) above the optimum \(wanted)")
    if scope == "all-neurons", let global = expected["globalObjective"] as? Double {
      try require(bound <= global + tolerance, "lowerBound \(bound) above the optimum of all neurons")
    }
    if let wanted = expected["scope"] as? String {
      try require(scope == wanted, "certificate.scope is \(scope)")
    }
  }

  private func checkCounts() throws {
    if expected["betaMax"] != nil {
      let wanted = try Self.number(expected, "betaMax"), betaMax = try Self.number(result, "betaMax")
      let tolerance = expected["betaMaxTolerance"] as? Double ?? 1e-6
      try require(abs(betaMax - wanted) <= tolerance * max(1, abs(wanted)), "betaMax \(betaMax)")
    }
    if let most = expected["neuronsAtMost"] as? Int {
      try require(Self.number(result, "network", "neurons") <= Double(most), "too many neurons")
    }
    if let count = expected["patterns"] as? Int {
      try require(Self.number(result, "patterns", "count") == Double(count), "not \(count) patterns")
    }
  }

  private func require(_ holds: Bool, _ message: String) throws {
    if !holds { throw Wrong(description: message) }
  }

  /// A finite number.
  static func number(_ object: [String: Any], _ path: String...) throws -> Double {
    var value: Any? = object
    for key in path { value = (value as? [String: Any])?[key] }
    guard let number = value as? NSNumber, number.doubleValue.isFinite else {
      throw Wrong(description: "\(path.joined(separator: ".")) is not a finite number")
    }
    return number.doubleValue
  }
}
