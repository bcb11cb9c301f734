/// Newton's method on faces for losses with kinks: the method of multipliers for fit = copy, whose subproblems are smooth
/// (``MoreauEnvelope``).
///
/// On the right faces and kinks it ends after a few subproblems, each of a few Newton steps; the multiplier is then the dual
/// optimum. First-order methods take thousands of steps for the last digits there.
///
/// - Parameters:
///   - z: the dual point to start from.
///   - offer: is told blocks that may be outside their cones by rounding, their fit and a dual point, after each
///     subproblem; answers whether to go on.
func runKinkNewton<Map, Penalty, Objective, Proximable: ProximableLoss>(
  _ program: ConvexProgram<Map, Penalty, Objective>, _ loss: Proximable, targets: Values,
  from blocks: Values, free: [Double], multiplier z: Values, _ workers: Workers, while mayGoOn: () -> Bool,
  offer: (_ blocks: Vector, _ fit: Values, _ multiplier: Values) throws(ZonotopeError) -> Bool
) throws(ZonotopeError) {
  // The curvature of an envelope is known number by number.
  guard loss.isSeparable else { return }
  try Allocation.probe(bytes: product(8, program.faceMemory, place: "faces"))
  var multiplier = Array(z)
  var sigma = 0.0
  func envelope() throws(ZonotopeError) -> ConvexProgram<Map, Penalty, MoreauEnvelope<Proximable>> {
    try program.with(
      loss: MoreauEnvelope(base: loss, sigma: sigma, shift: multiplier.map { $0 / sigma }))
  }
  // A unit of the dual point over a unit of the fit, and then some: the stiffer, the fewer subproblems.
  let fitSize = max(norm(targets), 1e-300)
  sigma = 30 * max(norm(z), 1e-300) / fitSize
  guard sigma.isFinite, sigma > 0 else { return }
  guard var newton = FaceNewton(try envelope(), targets: targets, blocks: blocks, free: free, workers)
  else { return }
  let polished = try Vector(program.size)
  for _ in 0..<12 {
    guard mayGoOn() else { return }
    _ = try newton.run(into: polished.mutable, while: mayGoOn)
    newton.write(into: polished.mutable)
    let fit = newton.fit, smooth = try envelope().loss
    fit.withUnsafeBufferPointer { fit in
      multiplier.withUnsafeMutableBufferPointer { smooth.gradient(fit, targets, into: $0) }
    }
    let goesOn = try fit.withUnsafeBufferPointer { (fit) throws(ZonotopeError) in
      try multiplier.withUnsafeBufferPointer { (z) throws(ZonotopeError) in try offer(polished, fit, z) }
    }
    guard goesOn else { return }
    sigma *= 3
    newton = newton.with(try envelope())
  }
}
