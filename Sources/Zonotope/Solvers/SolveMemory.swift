/// What the solves of one program for one beta after the other hand on, beside the answer itself.
final class SolveMemory {
  /// The system of the samples with its Gram matrix and factor.
  var system: KeptSystem?
  /// The last answer's dual point and beta.
  var dual: (point: [Double], beta: Double)?
  /// What the last solve ended with.
  var kind: SolverKind?

  func keep(_ solution: Solution, beta: Double) {
    // A base that was left halfway would mislead all steps to come.
    if solution.status != .optimal, system?.precision == .float { system = nil }
    kind = solution.solver
    dual = beta > 0 ? (solution.dualPoint, beta) : nil
  }
}

/// A system and what it is factored for.
final class KeptSystem {
  let system: any SampleSystem
  /// Of A A'.
  let meanDiagonal: Double
  /// What it was asked to compute with.
  let precision: Precision
  /// Nil where it is not factored.
  private(set) var shift: Double?

  init(_ system: any SampleSystem, meanDiagonal: Double, _ precision: Precision) {
    (self.system, self.meanDiagonal, self.precision) = (system, meanDiagonal, precision)
  }

  /// As ``SampleSystem/factor(shift:_:)``.
  func factor(shift: Double, _ workers: Workers) -> Bool {
    let isFactored = system.factor(shift: shift, workers)
    self.shift = isFactored ? shift : nil
    return isFactored
  }
}
