import Testing

@testable import Zonotope

/// y = |a| + b / 2, 60 rows, with a text column of its sign.
private func table(_ rows: Int = 60) throws -> CSVTable {
  var generator = SplitMix(state: 3)
  var text = "a,b,y,sign\n"
  for _ in 0..<rows {
    let a = Double(Int(generator.next() % 2001)) / 1000 - 1
    let b = Double(Int(generator.next() % 2001)) / 1000 - 1
    let y = abs(a) + b / 2
    text += "\(a),\(b),\(y),\(y > 0.4 ? "up" : "down")\n"
  }
  return try CSVTable(bytes: Array(text.utf8), file: "t.csv")
}

private func error(_ text: String, _ change: (inout TrainingPlan) -> Void = { _ in }) throws -> ZonotopeError?
{
  let table = try CSVTable(bytes: Array(text.utf8), file: "t.csv")
  var plan = TrainingPlan(target: "y")
  change(&plan)
  return failure { () throws(ZonotopeError) in try plan.run(on: table) }
}

private func message(_ text: String, _ change: (inout TrainingPlan) -> Void = { _ in }) throws -> String {
  try error(text, change).map { "\($0)" } ?? "no error"
}

@Suite struct TrainingPlanTests {
  @Test func regressionBeatsTheLine() throws {
    var plan = TrainingPlan(target: "y")
    plan.features = ["a", "b"]
    plan.patterns = .sampled(40)
    let report = try plan.run(on: table())
    let run = try #require(report.model.card.run)
    #expect(run.rows == 48 && run.testRows == 12)
    #expect(report.result.solution.status == .optimal)
    let test = try #require(run.testScore)
    let baseline = try #require(report.baseline?.testScore)
    #expect(test > 0.9 && test > baseline)
    // The card's figures are those of the model on the raw table.
    #expect(try report.model.predict(table()).count == 60)
    #expect(try plan.run(on: table()).model.network == report.model.network)
  }

  @Test func classificationOfTextAndOfNumbers() throws {
    for gated in [false, true] {
      var plan = TrainingPlan(target: "sign")
      plan.features = ["a", "b"]
      plan.patterns = .sampled(30)
      plan.gated = gated
      let report = try plan.run(on: table())
      #expect(report.model.card.preprocessing.classes == ["down", "up"])
      #expect(try #require(report.model.card.run?.trainScore) > 0.9)
    }
    var plan = TrainingPlan(target: "y")
    plan.loss = .logistic
    plan.testFraction = 0
    plan.penalty = .fixed(.ratio(0.1))
    let numbers = try CSVTable(bytes: Array("x,y\n1,3\n2,3\n-1,10\n-2,10\n".utf8), file: "t.csv")
    let report = try plan.run(on: numbers)
    #expect(report.model.card.preprocessing.classes == ["3", "10"])
    #expect(report.model.card.run?.trainScore == 1)
  }

  @Test func allPatternsCertifyAllNeurons() throws {
    var plan = TrainingPlan(target: "y")
    plan.features = ["a"]
    plan.patterns = .all
    let report = try plan.run(on: table())
    #expect(report.result.certificate.scope == .allNeurons)
    #expect(report.result.patternSource == .enumerated)
  }

  @Test func cancelledRunsReturnAModel() throws {
    var plan = TrainingPlan(target: "y")
    plan.features = ["a", "b"]
    let cancellation = Cancellation()
    plan.settings.cancellation = cancellation
    plan.progress = { if case .search(1, _) = $0.stage { cancellation.cancel() } }
    let report = try plan.run(on: table())
    #expect(report.result.solution.status == .cancelled)
    #expect(report.model.card.proof.status == .cancelled)
  }

  @Test func misuseIsNamed() throws {
    let good = "x,y\n" + (0..<20).map { "\($0),\($0 % 3)\n" }.joined()
    #expect(try error(good) { $0.target = "z" } != nil)
    #expect(try error(good) { $0.features = ["x", "y"] } != nil)
    #expect(try error(good) { $0.features = [] } == .invalid(place: "columns", reason: "there is no feature"))
    #expect(try error(good) { $0.testFraction = 1 } != nil)
    #expect(try error(good) { $0.seed = 1 << 53 } != nil)
    #expect(try error(good) { $0.patterns = .sampled(0) } != nil)
    #expect(try error(good) { $0.penalty = .fixed(.absolute(-1)) } != nil)
    #expect(try error(good) { $0.penalty = .fixed(.ratio(.nan)) } != nil)
    #expect(try message(good) { $0.loss = .logistic }.contains("3 classes"))
    #expect(try message("x,y\n1,a\n2,a\n").contains("one class"))
    #expect(try message("x,y\n1,a\n2,b\n").contains("leaves none"))
    #expect(try message("x,y\n").contains("no row"))
    #expect(try message("x,y\n1,2\n3,nan\n") { $0.loss = .squared }.contains("t.csv:3:3"))
    #expect(try error("y\n1\n2\n") == .invalid(place: "columns", reason: "there is no feature"))
  }
}

@Suite struct LinearBaselineTests {
  private func fit(_ loss: TrainingPlan.LossKind, _ x: [[Double]], _ y: [Double]) throws -> LinearBaseline {
    let x = try MatrixView(x)
    return try #require(
      try LinearBaseline.fit(
        loss: loss, fit: (x, y), holdout: (x, y), all: (x, y), Workers(threads: 2)))
  }

  @Test func ridgeFindsAPlane() throws {
    let x: [[Double]] = [[0, 0], [1, 0], [0, 1], [1, 1], [2, 1]]
    let model = try fit(.squared, x, x.map { 3 * $0[0] - 2 * $0[1] + 5 })
    #expect(abs(model.weights[0] - 3) < 1e-3 && abs(model.weights[1] + 2) < 1e-3)
    #expect(abs(model.intercept - 5) < 1e-3)
  }

  @Test func logisticIsStationary() throws {
    let x: [[Double]] = [[0], [1], [2], [3], [4], [5]], y: [Double] = [-1, 1, -1, 1, 1, -1]
    let model = try fit(.logistic, x, y)
    let outputs = model.predict(try MatrixView(x))
    var slope = model.penalty * model.weights[0], shift = 0.0
    for (k, output) in outputs.enumerated() {
      let s = -y[k] * sigmoid(-y[k] * output) / 6
      slope += s * x[k][0]
      shift += s
    }
    #expect(abs(slope) < 1e-6 && abs(shift) < 1e-6)
  }
}

@Suite struct RowSplitTests {
  @Test func partsCoverTheRowsAndKeepShares() {
    let labels: [Double] = (0..<50).map { $0 % 5 == 0 ? -1 : 1 }
    let (first, second) = RowSplit.deal(
      Array(0..<50), strata: labels, fraction: 0.2, seed: 1, stream: 0)
    #expect((first + second).sorted() == Array(0..<50))
    #expect(second.count == 10)
    #expect(second.filter { labels[$0] < 0 }.count == 2)
    let other = RowSplit.deal(Array(0..<50), strata: labels, fraction: 0.2, seed: 2, stream: 0)
    #expect(other.second != second)
  }
}

@Suite struct MultiClassTrainingTests {
  /// Three classes by the angle of two features, and a column that is noise.
  private func table(_ rows: Int = 90) throws -> CSVTable {
    var random = Xoshiro256(seed: 5)
    let lines = (0..<rows).map { _ in
      let (a, b) = (random.nextNormal(), random.nextNormal())
      let kind = a > abs(b) ? "east" : b > 0 ? "north" : "south"
      return "\(a),\(b),\(random.nextNormal()),\(kind)\n"
    }
    return try CSVTable(bytes: Array(("a,b,noise,kind\n" + lines.joined()).utf8), file: "t.csv")
  }

  @Test(arguments: [false, true])
  func textOfThreeClassesIsSoftmax(gated: Bool) throws {
    var plan = TrainingPlan(target: "kind")
    plan.patterns = .sampled(30)
    plan.gated = gated
    let table = try table(), report = try plan.run(on: table), model = report.model
    #expect(report.result.solution.status == .optimal)
    #expect(model.card.loss.kind == "softmax" && model.network.outputs == 3)
    #expect(model.card.preprocessing.classes == ["east", "north", "south"])
    let run = try #require(model.card.run)
    #expect(run.score == "accuracy" && run.candidates.count == TrainingPlan.candidates.count)
    #expect(try #require(run.trainScore) > 0.9 && #require(run.testScore) > 0.8)
    #expect(report.baseline == nil)
    // The classes of the outputs are those of the table, as often as the scores say.
    let classes = try #require(model.classes(of: try model.predict(table)))
    let (names, indices) = try table.labels(column: "kind")
    let right = zip(classes, indices).reduce(0) { $0 + ($1.0 == names[$1.1] ? 1 : 0) }
    let expected =
      try Double(run.rows) * #require(run.trainScore) + Double(run.testRows) * #require(run.testScore)
    #expect(abs(Double(right) - expected) < 1e-9)
  }

  @Test func softmaxCanBeAskedFor() throws {
    let text = "x,y\n" + (0..<40).map { "\(Double($0 % 20) - 10),\($0 % 20 / 7)\n" }.joined()
    var plan = TrainingPlan(target: "y")
    plan.loss = .softmax
    let report = try plan.run(on: CSVTable(bytes: Array(text.utf8), file: "t.csv"))
    #expect(report.model.card.preprocessing.classes == ["0", "1", "2"])
    #expect(report.result.certificate.scope == .allNeurons)
    plan.loss = nil
    let numbers = try plan.run(on: CSVTable(bytes: Array(text.utf8), file: "t.csv"))
    #expect(numbers.model.card.loss.kind == "squared")
  }

  /// A row of a class of its own stays with the rows to train on.
  @Test func everyClassIsTrainedOn() {
    let labels: [Double] = (0..<40).map { $0 == 17 ? 3 : Double($0 % 3) }
    for seed in 0..<20 as Range<UInt64> {
      let (first, second) = RowSplit.deal(
        Array(0..<40), strata: labels, fraction: 0.2, seed: seed, stream: 1)
      #expect(Set(first.map { labels[$0] }) == [0, 1, 2, 3])
      #expect((first + second).sorted() == Array(0..<40) && second.count == 8)
    }
  }

  @Test func namesAreNoClasses() throws {
    let text = "x,y\n" + (0..<20).map { "\($0),name\($0 * 7 % 15)\n" }.joined()
    let plan = TrainingPlan(target: "y")
    let table = try CSVTable(bytes: Array(text.utf8), file: "t.csv")
    guard
      case .invalid(let place, let reason)? = failure({ () throws(ZonotopeError) in
        _ = try plan.run(on: table)
      })
    else {
      Issue.record("accepted")
      return
    }
    #expect(place == "column 'y'" && reason.contains("15 classes in 20 rows"))
  }
}
