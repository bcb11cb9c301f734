/// Compares a network with the global optimum on the rows of a file: what `zonotope certify` does.
public struct CertificationPlan: Sendable {
  /// The column the network predicts, the loss and the weight of the penalty; nil for what the model's card says.
  public var target: String?
  public var loss: TrainingPlan.LossKind?
  public var beta: Double?
  /// The columns it predicts from; nil for what the card says, or all others.
  public var features: [String]?
  /// Of the loss; nil for what the card says, or 1/rows.
  public var scale: Double?
  /// Its seconds are those of the whole run.
  public var settings = SolverSettings()

  /// Copies of a file's rows at a time: as they are, those it was trained on, standardised.
  private static let copies = 3

  public init() {}

  /// A network with everything that is known about it.
  public struct Report: Sendable {
    public var audit: NetworkAudit
    public var network: TwoLayerNetwork
    public var rows: Int
    public var loss: String
    public var scale: Double
    public var beta: Double
    /// Whether these are the rows it was trained on; nil where nobody knows.
    public var areTrainingRows: Bool?
    /// The best network found, as a model; nil where there is none better than the one given.
    public var polished: Model?
  }

  /// A network beside the rows and the objective that it is judged by.
  struct Case {
    var network: TwoLayerNetwork
    var data: Dataset
    var loss: any Loss
    var beta: Double
    var preprocessing: ModelCard.Preprocessing
    /// Whether these are the rows it was trained on; nil where nobody knows.
    var areTrainingRows: Bool?
  }

  /// A model file's network on the rows it was trained on, where the file has them, else on all rows. Sparse rows get
  /// their zeros.
  public func run(_ model: Model, on file: DataFile) throws(ZonotopeError) -> Report {
    try model.network.checkKind()
    return try audit(prepare(model, on: file))
  }

  /// A network of another framework, on all rows as they are.
  public func run(_ network: TwoLayerNetwork, on file: DataFile) throws(ZonotopeError) -> Report {
    try network.checkKind()
    return try audit(prepare(network, on: file))
  }

  /// The same on a table.
  public func run(_ model: Model, on table: CSVTable) throws(ZonotopeError) -> Report {
    try run(model, on: .table(table))
  }

  /// The same on a table.
  public func run(_ network: TwoLayerNetwork, on table: CSVTable) throws(ZonotopeError) -> Report {
    try run(network, on: .table(table))
  }

  func prepare(_ model: Model, on file: DataFile) throws(ZonotopeError) -> Case {
    let card = model.card
    var kind = loss
    if kind == nil { kind = try self.kind(card) }
    let columns = try columns(
      of: file, target: target ?? card.preprocessing.target, features: card.preprocessing.features,
      loss: kind, width: model.network.features,
      missing: "the model does not say which column it predicts")
    let column = columns.target, x = columns.x
    // Outputs stand for classes by their places.
    if let known = card.preprocessing.classes, let classes = column.classes, known != classes {
      func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
      }
      throw .invalid(place: "data", reason: "have the classes \(list(classes)), the model \(list(known))")
    }
    var rows = Array(0..<x.rows)
    if let run = card.run, run.rows + run.testRows == x.rows {
      rows =
        RowSplit.deal(rows, strata: column.strata, fraction: run.testFraction, seed: run.seed, stream: 1).0
    }
    func data(_ rows: [Int]) throws(ZonotopeError) -> (MatrixView, [Double]) {
      let part = try x.gathering(rows: rows)
      return (
        try card.preprocessing.standardization?.applied(to: part) ?? part, rows.map { column.values[$0] }
      )
    }
    var (features, values) = try data(rows)
    var isKnown = try fingerprint(features, model.network) == model.network.trainingRows
    if !isKnown, rows.count < x.rows {
      (features, values) = try data(Array(0..<x.rows))
      isKnown = try fingerprint(features, model.network) == model.network.trainingRows
    }
    return try prepare(
      model.network, features, values, column, beta: beta ?? card.beta, scale: scale ?? card.loss.scale,
      delta: card.loss.delta ?? 1, preprocessing: card.preprocessing, areTrainingRows: isKnown)
  }

  private func prepare(_ network: TwoLayerNetwork, on file: DataFile) throws(ZonotopeError) -> Case {
    guard let beta else { throw .invalid(place: "beta", reason: "is missing") }
    let columns = try columns(
      of: file, target: target, features: nil, loss: loss, width: network.features, missing: "is missing")
    let column = columns.target, x = columns.x
    return try prepare(
      network, x, column.values, column, beta: beta, scale: scale ?? 1 / Double(max(1, x.rows)),
      preprocessing: ModelCard.Preprocessing(
        features: columns.names, target: columns.names == nil ? nil : target, classes: column.classes),
      areTrainingRows: nil)
  }

  /// The rows of a file as the network takes them.
  ///
  /// - Parameters:
  ///   - target, features: names in a table; all but the target where no features are named.
  ///   - missing: what is said where a table's target has no name.
  private func columns(
    of file: DataFile, target: String?, features known: [String]?, loss: TrainingPlan.LossKind?, width: Int,
    missing: String
  ) throws(ZonotopeError) -> DataColumns<MatrixView> {
    switch file {
    case .table(let table):
      guard let target else { throw .invalid(place: "target", reason: missing) }
      let names = features ?? known ?? table.columns.filter { !$0.equalsInBytes(target) }
      return DataColumns(
        names: names, target: try TargetColumn(table, column: target, loss: loss),
        x: try table.matrix(columns: names))
    case .sparse(let rows):
      if self.target != nil || features != nil {
        throw .unsupported(
          key: self.target == nil ? "columns" : "target",
          reason: "nothing has a name in a file of sparse rows")
      }
      return DataColumns(
        target: try TargetColumn(numbers: rows.y, loss: loss),
        x: try rows.x.filled(
          columns: width, copies: Self.copies, memory: settings.memoryBudget, place: "data"))
    }
  }

  private func kind(_ card: ModelCard) throws(ZonotopeError) -> TrainingPlan.LossKind {
    guard let kind = TrainingPlan.LossKind(rawValue: card.loss.kind) else {
      throw .unsupported(
        key: "loss", reason: "the model was trained with \(card.loss.kind); give one of the others")
    }
    return kind
  }

  private func fingerprint(_ x: MatrixView, _ network: TwoLayerNetwork) throws(ZonotopeError) -> UInt64 {
    let rows = try x.cut(into: network.patches.parts)
    return network.inputBias ? try rows.appendingOnes().fingerprint() : rows.fingerprint()
  }

  private func prepare(
    _ network: TwoLayerNetwork, _ x: MatrixView, _ y: [Double], _ column: TargetColumn, beta: Double,
    scale: Double, delta: Double = 1, preprocessing: ModelCard.Preprocessing, areTrainingRows: Bool?
  ) throws(ZonotopeError) -> Case {
    try Beta.absolute(beta).check()
    guard scale > 0, scale.isFinite else {
      throw .invalid(place: "scale", reason: "\(scale) is not a finite number above 0")
    }
    return Case(
      network: network, data: try Dataset(x: x, y: y), loss: column.term(scale: scale, delta: delta),
      beta: beta, preprocessing: preprocessing, areTrainingRows: areTrainingRows)
  }

  private func audit(_ given: Case) throws(ZonotopeError) -> Report { try audit(given, given.loss) }

  private func audit(_ given: Case, _ loss: some Loss) throws(ZonotopeError) -> Report {
    let (network, data, beta) = (given.network, given.data, given.beta)
    let audit = try network.audit(on: data, loss: loss, beta: beta, settings: settings)
    var options = TwoLayerOptions()
    options.outputBias = network.biases.contains { $0 != 0 }
    options.skip = network.skip.contains { $0 != 0 }
    let polished = audit.best.map { best in
      Model(
        network: best.network,
        card: ModelCard(
          best, options: options, loss: loss, selection: .all, tolerance: settings.tolerance,
          preprocessing: given.preprocessing))
    }
    return Report(
      audit: audit, network: network, rows: data.samples, loss: loss.name, scale: loss.scale, beta: beta,
      areTrainingRows: given.areTrainingRows, polished: polished)
  }
}

extension CertificationPlan.Report {
  /// The report as a document.
  ///
  /// - Parameter path: where the better network was saved.
  public func json(savedTo path: String? = nil, pretty: Bool = true) -> String {
    let certificate = audit.certificate
    let document = JSONValue.object([
      JSONMember("objective", .number(audit.objective)),
      JSONMember("lowerBound", .number(certificate.lowerBound)),
      JSONMember("gap", .number(certificate.gap)),
      JSONMember("relativeGap", .number(certificate.relativeGap)),
      JSONMember("scope", .string(certificate.scope.rawValue)),
      JSONMember("proof", audit.proof.map { .string($0.rawValue) } ?? .null),
      JSONMember("ownOptimum", .number(audit.ownOptimum)),
      JSONMember("stationary", .bool(audit.isStationary)),
      JSONMember("neurons", .number(Double(network.neurons.count))),
      JSONMember("bestObjective", .number(audit.best?.networkObjective ?? audit.objective)),
      JSONMember("bestNeurons", .number(Double((audit.best?.network ?? network).neurons.count))),
      JSONMember("rows", .number(Double(rows))),
      JSONMember("loss", .string(loss)),
      JSONMember("scale", .number(scale)),
      JSONMember("beta", .number(beta)),
      JSONMember("savedTo", path.map { .string($0) } ?? .null),
    ])
    return String(decoding: JSONWriter.encode(document, pretty: pretty), as: UTF8.self)
  }
}
