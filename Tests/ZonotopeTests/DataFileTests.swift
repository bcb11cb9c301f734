import Testing

@testable import Zonotope

/// Plans take tables and sparse rows alike: with their zeros where a model asks for them or where these are few, and else as
/// they are.
@Suite struct DataFileTests {
  /// Rows of so many columns, of which every third number is not zero, as a table and as sparse rows.
  ///
  /// - Parameter empty: columns of zeros after them.
  private static func files(
    _ rows: Int = 40, columns d: Int, empty: Int = 0, classes: Bool = false
  ) throws -> (table: DataFile, sparse: DataFile) {
    var random = Xoshiro256(seed: 7)
    var table = (0..<d + empty).map { "x\($0)," }.joined() + "y\n", sparse = ""
    for _ in 0..<rows {
      let row = (0..<d).map { (_: Int) -> Double in
        d > 1 && random.nextUniform() > 1.0 / 3 ? 0 : random.nextNormal()
      }
      let value = row.reduce(0) { $0 + abs($1) } + 0.2 * random.nextNormal()
      let isAbove = value > 0.7 * Double(d) / 3
      let target = !classes ? "\(value)" : isAbove ? "1" : "-1"
      for number in row + [Double](repeating: 0, count: empty) { table += "\(number)," }
      table += "\(target)\n"
      sparse += target
      for (j, number) in row.enumerated() where number != 0 { sparse += " \(j + 1):\(number)" }
      sparse += "\n"
    }
    let bytes = Array(sparse.utf8)
    let file = try bytes.withUnsafeBufferPointer { (bytes) throws(ZonotopeError) in
      try LibsvmFile(bytes, name: "rows", columns: d + empty)
    }
    return (.table(try CSVTable(bytes: Array(table.utf8), file: "table")), .sparse(file))
  }

  private static func rows(_ file: DataFile) throws -> LibsvmFile {
    guard case .sparse(let rows) = file else { throw ZonotopeError.invalid(place: "file", reason: "a table") }
    return rows
  }

  private static func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = TrainingPlan(target: "y")
    (plan.penalty, plan.patterns, plan.settings.threads) = (.fixed(.ratio(0.1)), .sampled(12), 1)
    change(&plan)
    return plan
  }

  enum Kind: CaseIterable { case exact, all, grown, gated }

  @Test(arguments: Kind.allCases) func rowsWithTheirZerosAreThoseOfATable(kind: Kind) throws {
    let plan = Self.plan {
      switch kind {
      case .exact: break
      case .all: ($0.gated, $0.patterns) = (true, .all)
      case .grown: $0.grows = true
      case .gated: $0.gated = true
      }
    }
    let (table, sparse) = try Self.files(columns: 2)
    let expected = try plan.run(on: table), report = try plan.run(on: sparse)
    #expect(report.model.network == expected.model.network)
    #expect(report.baseline?.testScore == expected.baseline?.testScore && report.baseline != nil)
    let card = report.model.card.preprocessing
    #expect(card.standardization == expected.model.card.preprocessing.standardization)
    #expect(card.features == nil && card.target == nil)
    #expect(try report.model.predict(sparse) == expected.model.predict(table))
  }

  @Test func linesAndTokensTakeSparseRows() throws {
    let (table, sparse) = try Self.files(columns: 1)
    var line = LinePlan(target: "y", network: OneDimensionalNetwork(activation: .relu))
    line.penalty = .fixed(.ratio(0.1))
    #expect(try line.run(on: sparse).model.network == line.run(on: table).model.network)
    line.lag = 1
    #expect(throws: ZonotopeError.unsupported(key: "lag", reason: "series are read from tables")) {
      try line.run(on: sparse)
    }
    line.lag = 0
    let tokens = try Self.files(columns: 6)
    #expect(
      throws: ZonotopeError.invalid(place: "data", reason: "6 columns, a network on a line takes one")
    ) { try line.run(on: tokens.sparse) }
    let plan = TokenPlan(Self.plan(), kind: .mixer, layout: .rows(tokens: 3))
    #expect(try plan.run(on: tokens.sparse).model.network == plan.run(on: tokens.table).model.network)
  }

  @Test func fewNumbersStayWithoutZeros() throws {
    let (_, sparse) = try Self.files(columns: 3, empty: 60)
    let file = try Self.rows(sparse)
    #expect(Self.plan { $0.gated = true }.keepsSparse(file.x))
    #expect(
      !Self.plan().keepsSparse(file.x)
        && !Self.plan { ($0.gated, $0.grows) = (true, true) }.keepsSparse(file.x))
    let report = try Self.plan { $0.gated = true }.run(on: sparse)
    #expect(report.model.card.preprocessing.standardization?.shifts == false && report.baseline == nil)
    let full = try Self.rows(Self.files(columns: 3).sparse)
    #expect(!Self.plan { $0.gated = true }.keepsSparse(full.x))
    // Where zeros do not fit.
    let tight = Self.plan { ($0.gated, $0.settings.memory) = (true, full.x.filledBytes(copies: 4) - 1) }
    #expect(tight.keepsSparse(full.x))
    let exact = Self.plan { $0.settings.memory = full.x.filledBytes(copies: 4) - 1 }
    #expect {
      try exact.run(on: .sparse(full))
    } throws: {
      guard case .memoryBudget(_, let needed, _) = $0 as? ZonotopeError else { return false }
      return needed == full.x.filledBytes(copies: 4)
    }
  }

  @Test func namesAreRefused() throws {
    let (_, sparse) = try Self.files(columns: 2)
    #expect(try refusedKey { _ = try Self.plan { $0.features = ["x0"] }.run(on: sparse) } == "columns")
    var line = LinePlan(target: "y", network: OneDimensionalNetwork(activation: .relu))
    line.feature = "x0"
    let column = try Self.files(columns: 1).sparse
    #expect(try refusedKey { try line.run(on: column) } == "columns")
  }

  /// The same optima with and without zeros, where nothing is scaled.
  @Test func pathsOnSparseRowsAreThoseWithZeros() throws {
    let (table, sparse) = try Self.files(60, columns: 4, empty: 60)
    var training = Self.plan { ($0.gated, $0.standardizes, $0.settings.tolerance) = (true, false, 1e-9) }
    training.testFraction = 0.2
    var plan = PathPlan(.twoLayer(training))
    (plan.grid, plan.folds) = (try BetaGrid(ratios: [1, 0.3, 0.1]), 3)
    let expected = try plan.run(on: table), report = try plan.run(on: sparse)
    for (a, b) in zip(report.models.models, expected.models.models) {
      let (one, other) = (a.card.proof.certificate, b.card.proof.certificate)
      #expect(abs(one.objective - other.objective) <= 2e-9 * other.objective)
    }
    #expect(report.models.models.count == 3 && report.rows == 48)
    let (losses, others) = (try #require(report.models.validation), try #require(expected.models.validation))
    #expect(losses.points.count == 3)
    for (a, b) in zip(losses.points, others.points) {
      let (one, other) = (try #require(a.loss).mean, try #require(b.loss).mean)
      #expect(abs(one - other) <= 1e-3 * other)
    }
  }

  @Test(arguments: [false, true]) func sparseModelsAreCertifiedAndPruned(gated: Bool) throws {
    let (_, sparse) = try Self.files(40, columns: 2, empty: 60, classes: true)
    let model = try Self.plan { ($0.loss, $0.gated) = (.logistic, gated) }.run(on: sparse).model
    let objective = model.card.proof.certificate.objective
    let pruned = try PruningPlan().run(model, on: sparse)
    #expect(pruned.objective.1 <= objective * (1 + 1e-9) && pruned.neurons.1 <= pruned.neurons.0)
    // The same rows where the file ends before the last column.
    let narrow = try Self.files(40, columns: 2, classes: true).sparse
    #expect(try PruningPlan().run(model, on: narrow).objective == pruned.objective)
    let wide = try Self.files(40, columns: 2, empty: 61, classes: true).sparse
    #expect(
      throws: ZonotopeError.invalid(place: "data", reason: "63 columns, the network takes 62")
    ) { try PruningPlan().run(model, on: wide) }
    let other = try Self.files(50, columns: 3, classes: true).sparse
    #expect(
      throws: ZonotopeError.invalid(place: "data", reason: "are not the rows the network was trained on")
    ) { try PruningPlan().run(model, on: other) }
    if gated { return }
    var plan = CertificationPlan()
    plan.settings.seconds = 2
    let report = try plan.run(model, on: sparse)
    #expect(report.areTrainingRows == true && report.rows == 32)
    #expect(abs(report.audit.objective - objective) <= 1e-9 * objective)
    #expect(report.audit.certificate.lowerBound <= objective)
    #expect(try plan.run(model, on: other).areTrainingRows == false)
    plan.target = "y"
    #expect(try refusedKey { _ = try plan.run(model, on: sparse) } == "target")
  }

  /// Outputs stand for classes by their places, which other names of the classes do not say.
  @Test func otherClassesAreNotCertified() throws {
    let (table, sparse) = try Self.files(columns: 2, classes: true)
    let model = try Self.plan { $0.loss = .logistic }.run(on: table).model
    var plan = CertificationPlan()
    plan.settings.seconds = 1
    #expect(try plan.run(model, on: sparse).areTrainingRows == true)
    var card = model.card
    card.preprocessing.classes = ["b", "a"]
    let named = Model(network: model.network, card: card)
    #expect(
      throws: ZonotopeError.invalid(place: "data", reason: "have the classes -1, 1, the model b, a")
    ) { try plan.run(named, on: sparse) }
  }
}
