import ArgumentParser
import Zonotope

struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Draws a network on one column of a CSV file, or what the heads of a network on tokens attend to.",
    discussion: """
      Of a CSV file: data, function, breakpoints and path. The network is trained on all rows with the squared loss, or read from --model. Breakpoints that are not at \
      samples, such as mirror images of samples, are hollow. Below is the path: the breakpoints of the optimal networks \
      as beta falls from betaMax to a thousandth of it.

      Of a model file of a network on tokens: heat maps of its largest heads, --heads of them. Orange is below zero, blue \
      above. Convex attention has a map of the tokens it uses, with crosses on those it does not.
      """)

  @Argument(help: "A CSV file with a header, or a .safetensors file of a network on tokens.") var file: String
  @Option(help: "The column to predict.") var target: String?
  @Option(help: "The column to predict it from; without it the only other one.") var column: String?
  @Option(help: "The .svg file to write.") var svg: String
  @Option(help: "A model file of such a network, in place of training one.") var model: String?
  @OptionGroup var line: LineOptions
  @Option(parsing: .unconditional, help: "The weight of the penalty as a share of betaMax.") var betaRatio =
    0.01
  @Flag(name: .customLong("no-output-bias"), help: "No constant at the output.") var noOutputBias = false
  @Flag(name: .customLong("no-path"), help: "Leave the path out.") var noPath = false
  @Flag(help: "Draw a cubic smoothing spline beside it, chosen by generalised cross-validation.") var spline =
    false
  @Option(parsing: .unconditional, help: "Heads to draw of a network on tokens.") var heads = 6
  @OptionGroup var path: PathLineOptions
  @OptionGroup var limits: Limits

  private var isOfTokens: Bool { file.hasSuffix(".safetensors") }

  func validate() throws {
    if isOfTokens, target != nil || column != nil || model != nil || line.isGiven {
      throw ValidationError("--target, --column, --model and what makes a network belong to a CSV file.")
    }
    if !isOfTokens, target == nil {
      throw ValidationError("A CSV file needs --target, the column to predict.")
    }
    if path.choice != nil, model == nil, !isOfTokens {
      throw ValidationError("--index and --best belong to a file of zonotope path.")
    }
    if heads < 1 { throw ValidationError("--heads takes a number above 0.") }
  }

  func run() throws {
    try check(OutputFile("--svg", svg, endings: [".svg"]), reading: file, model ?? file)
    let budget = try limits.fileBudget()
    guard let target else { return try drawTokens(budget) }
    let architecture = try line.network(outputBias: !noOutputBias)
    var plan = LinePlan(target: target, network: architecture)
    (plan.feature, plan.loss, plan.lag) = (column, .squared, line.lag)
    let table = try CSVTable(path: file, memory: budget)
    let (x, y) = try plan.data(of: .table(table))
    let data = try Dataset(x: x, y: y), loss = SquaredLoss()
    var settings = SolverSettings()
    limits.apply(to: &settings)
    settings.cancellation = Signals.cancellation
    Signals.cancelOnInterrupt()
    let network: ParallelNetwork, title: String
    if let model {
      guard case .parallel(let found) = try TrainedModel(path: model, memory: budget, choosing: path.choice)
      else {
        throw ZonotopeError.unsupported(
          key: "model", reason: "\(model) is not a network on one-dimensional data")
      }
      let lag = found.card.preprocessing.lag
      guard lag == line.lag else {
        throw ZonotopeError.invalid(place: "lag", reason: "\(line.lag), the model was trained with \(lag)")
      }
      (network, title) = (found.network, model)
    } else {
      let result = try architecture.train(on: data, loss: loss, beta: .ratio(betaRatio), settings: settings)
      network = result.network
      title =
        "\(line.activation?.rawValue ?? "relu"), \(architecture.depth) layers, beta = \(short(betaRatio)) betaMax: "
        + "\(network.units) units, objective \(short(result.solution.objective)), "
        + "gap \(short(result.solution.relativeGap, 2))"
    }
    let stages =
      noPath ? [] : try LineDrawing.path(of: architecture, on: data, loss: loss, settings: settings)
    let name = column ?? (line.lag > 0 ? target : table.columns.first { $0 != target } ?? "x")
    let label = line.lag > 0 ? "\(name), \(line.lag) row\(line.lag == 1 ? "" : "s") earlier" : name
    let curve = spline ? try SmoothingSpline(x: x, y: y) : nil
    let drawing = try LineDrawing(
      x: x, y: y, network: network, stages: stages, labels: (x: label, y: target), title: title,
      comparison: curve.map { curve in
        LineDrawing.Comparison(
          name: "smoothing spline, \(short(curve.degreesOfFreedom, 3)) degrees of freedom",
          value: { curve($0) })
      })
    try writing { () throws(ZonotopeError) in try drawing.write(to: svg) }
  }

  private func drawTokens(_ budget: Int) throws {
    guard case .tokens(let found) = try TrainedModel(path: file, memory: budget, choosing: path.choice)
    else {
      throw ZonotopeError.unsupported(
        key: "model", reason: "\(file) is not a network on tokens; others are drawn with their CSV file")
    }
    let drawing = TokenDrawing(found, title: TokenText.network(found), heads: heads)
    try writing { () throws(ZonotopeError) in try drawing.write(to: svg) }
  }
}
