import Foundation
import Zonotope

struct DigitsOptions {
  var ratio = 0.01
  var prefix = ""
  var path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Data/digits.csv").path
  var seeds = 5
  var epochs = 200
  var isVerbose = false
}

/// Every head on digits, to a relative gap of 1e-4 on one thread.
struct DigitsTable {
  private let options: DigitsOptions
  private let cases: [HeadCase]
  private let settings: SolverSettings

  init(_ options: DigitsOptions) throws {
    self.options = options
    cases = try HeadCase.all().filter { $0.name.hasPrefix(options.prefix) }
    var settings = SolverSettings()
    (settings.threads, settings.tolerance) = (1, 1e-4)
    self.settings = settings
  }

  private func digits(_ head: HeadCase) throws -> Digits {
    try Digits(path: options.path, positions: head.positions)
  }

  private func eachLoss(_ body: (_ name: String, _ loss: any SmoothLoss, _ oneHot: Bool) throws -> Void)
    rethrows
  {
    try body("softmax", SoftmaxLoss(classes: 10), false)
    try body("squared", SquaredLoss(), true)
  }

  // MARK: Convex

  func convex() throws {
    say(
      "| \(fixed(options.ratio, 4)) betaMax | loss | accuracy | relative gap | rank | solver, steps | seconds |"
    )
    say("|---|---|---|---|---|---|---|")
    for head in cases {
      let digits = try digits(head)
      try eachLoss { name, loss, oneHot in
        let data = try digits.data(oneHot: oneHot), start = processorSeconds()
        let row: (outputs: [Double], rank: Int, solution: Solution, seconds: Double)
        switch head.layer {
        case .tokens(let architecture):
          row = try train(architecture, data, loss, digits.test, start) { $0.heads.count }
        case .gates(let gates):
          var options = TwoLayerOptions()
          options.outputNorm = .nuclear
          row = try train(
            GatedReLU(patterns: .gates(gates), options: options), data, loss, digits.test, start
          ) { $0.neurons.count }
        }
        let solution = row.solution
        say(
          "| \(head.name) | \(name) | \(fixed(digits.accuracy(row.outputs), 1)) | \(short(solution.relativeGap)) "
            + "| \(row.rank) | \(solution.solver.rawValue), \(solution.iterations) | \(fixed(row.seconds, 2)) |"
        )
      }
    }
    say("")
  }

  private func train<A: Trainable>(
    _ architecture: A, _ data: Dataset, _ loss: any SmoothLoss, _ test: MatrixView, _ start: Double,
    _ rank: (A.Network) -> Int
  ) throws -> (outputs: [Double], rank: Int, solution: Solution, seconds: Double)
  where A.Rows == MatrixView {
    let result = try architecture.train(
      on: data, loss: loss, beta: .ratio(options.ratio), settings: settings)
    let seconds = processorSeconds() - start
    return (try result.network.predict(test), rank(result.network), result.solution, seconds)
  }

  // MARK: Adam

  func adam() throws {
    say(
      "| \(fixed(options.ratio, 4)) betaMax | loss | step, start | accuracy, mean of \(options.seeds) seeds | least, most "
        + "| above the bound, % | least, most | seconds a seed | the optimum: accuracy | its seconds |")
    say("|---|---|---|---|---|---|---|---|---|---|")
    for head in cases {
      let digits = try digits(head), architecture = try head.architecture()
      try eachLoss { name, loss, oneHot in
        let data = try digits.data(oneHot: oneHot)
        say("| \(head.name) | \(name) \(try adam(architecture, digits, data, loss))")
      }
    }
    say("")
  }

  /// The step and the start are those that end lowest with seed 0.
  private func adam<A: TokenArchitecture>(
    _ architecture: A, _ digits: Digits, _ data: Dataset, _ loss: some SmoothLoss
  ) throws -> String {
    var start = processorSeconds()
    let session = try TrainingSession(architecture, data: data, loss: loss, settings: settings)
    let best = try session.train(beta: .ratio(options.ratio)), optimum = processorSeconds() - start
    let outputs = try best.network.predict(digits.test)
    guard case .nuclear(let norm) = session.formulation.penalty else { fail("no nuclear norm\n") }
    func formulation(_ x: MatrixView, networks: Int = 1) throws -> Formulation<
      MatrixView, FeatureMap, OutputPenalty
    > {
      try architecture.formulation(of: x, outputs: 10 * networks, memory: 1 << 33, Workers(threads: 1))
    }
    func run(_ networks: [(AdamChoice, UInt64)]) throws -> [(objective: Double, blocks: [Double])] {
      let batches = try batches(of: data).map { part in
        try AdamBatch(
          formulation(part.x, networks: networks.count).map, loss.targets(of: part), networks: networks.count)
      }
      return AdamTraining(
        batches, norm, outputs: 10, loss: loss, beta: best.beta, epochs: options.epochs
      ).run(networks)
    }
    let tried = try zip(AdamChoice.all, run(AdamChoice.all.map { ($0, 0) }))
    let choice = tried.min { $0.1.objective < $1.1.objective }!.0
    start = processorSeconds()
    let runs = try run((0..<options.seeds).map { (choice, UInt64($0)) })
    let seconds = (processorSeconds() - start) / Double(runs.count)
    let test = try formulation(digits.test), workspace = try test.map.makeWorkspace(threads: 1)
    var accuracies: [Double] = [], excesses: [Double] = []
    for (objective, blocks) in runs {
      excesses.append(100 * (objective / best.certificate.lowerBound - 1))
      var fit = [Double](repeating: 0, count: digits.test.rows * 10)
      blocks.withUnsafeBufferPointer { blocks in
        fit.withUnsafeMutableBufferPointer {
          test.map.forward(blocks, into: $0, workspace, Workers(threads: 1))
        }
      }
      accuracies.append(digits.accuracy(fit))
    }
    func range(_ list: [Double]) -> String { "\(fixed(list.min() ?? 0, 1)), \(fixed(list.max() ?? 0, 1))" }
    func mean(_ list: [Double]) -> String { fixed(list.reduce(0, +) / Double(list.count), 1) }
    if options.isVerbose {
      for (choice, run) in tried {
        say(
          "step \(choice.step), start \(choice.length): "
            + "\(fixed(100 * (run.objective / best.certificate.lowerBound - 1), 2)) % above the bound")
      }
    }
    return
      "| \(choice.step), \(choice.length) | \(mean(accuracies)) | \(range(accuracies)) | \(mean(excesses)) "
      + "| \(range(excesses)) | \(fixed(seconds, 1)) | \(fixed(digits.accuracy(outputs), 1)) "
      + "| \(fixed(optimum, 2)) |"
  }

  /// Twelve parts of all rows.
  private func batches(of data: Dataset) throws -> [Dataset] {
    try (0..<12).map { part in
      let rows = Array(stride(from: part, to: data.x.rows, by: 12))
      func rowsOf(_ whole: MatrixView) throws -> MatrixView {
        try MatrixView(
          rows.flatMap { row in (0..<whole.columns).map { whole[row, $0] } }, rows: rows.count,
          columns: whole.columns)
      }
      return try Dataset(x: rowsOf(data.x), y: rowsOf(data.y))
    }
  }
}
