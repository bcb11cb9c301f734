/// ``GatedReLU`` on sparse rows: the same program and the same networks, whose products take a multiply-add for every entry that
/// is not zero, pattern and output.
///
/// Nothing takes memory for the zeros: that of the entries, a bit a row and pattern, and a number a column, pattern and output,
/// besides what the solver needs. A skip connection has to be orthogonalised, which fills it: it takes twice as many numbers as
/// rows times columns, and is refused beyond the budget.
///
/// Gates are given or drawn, or patterns given as bits, which are then known on these rows only. Other options are refused:
/// enumeration, column generation and patches work on rows with their zeros.
public struct SparseGatedReLU: Trainable {
  public typealias Rows = SparseMatrix

  private let network: GatedReLU

  public var patterns: PatternSelection { network.patterns }
  public var options: TwoLayerOptions { network.options }

  public init(patterns: PatternSelection, options: TwoLayerOptions = TwoLayerOptions()) {
    network = GatedReLU(patterns: patterns, options: options)
  }

  public init(patterns: PatternSelection, inputBias: Bool = false, outputBias: Bool = false) {
    network = GatedReLU(patterns: patterns, inputBias: inputBias, outputBias: outputBias)
  }

  public func formulation(
    of x: SparseMatrix, outputs: Int, memory: Int, _ workers: Workers
  ) throws(ZonotopeError) -> Formulation<SparseMatrix, SparseMaskedMap, OutputPenalty> {
    guard !options.grows else {
      throw .unsupported(
        key: "model.grow", reason: "neurons are searched in the row space, whose basis is dense")
    }
    return try network.formulation(of: x, outputs: outputs, memory: memory, workers) {
      (rows, patterns, joinsOutputs) throws(ZonotopeError) in
      try SparseMaskedMap(
        x: rows, patterns: patterns, activation: options.activation, outputs: outputs,
        joinsOutputs: joinsOutputs)
    }
  }

  public var belongsToRows: Bool { network.belongsToRows }

  public func scope(over patterns: PatternSet) -> Certificate.Scope { network.scope(over: patterns) }

  public func network(
    at point: BlockPoint, of formulation: Formulation<SparseMatrix, SparseMaskedMap, OutputPenalty>
  ) throws(ZonotopeError) -> TwoLayerNetwork { try network.weights(at: point, of: formulation) }
}
