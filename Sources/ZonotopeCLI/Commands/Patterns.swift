import ArgumentParser
import Zonotope

struct Patterns: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Counts, lists, samples or draws the activation patterns of data.",
    discussion: """
      Every column of the file is a coordinate, or those of --columns. Counts and lists are exact, for the real numbers that the doubles of \
      the file hold; --decimal takes the numbers of a CSV file as the decimals that they are, so that ties between \
      them are ties. Lists of any length are written as they are found. Exit status 1 where a list is cut short, by \
      an interrupt or by --cells.
      """)

  @Argument(help: "A CSV file with a header, or a .npy file.") var file: String?
  @Option(help: "The same as an option.") var data: String?
  @Option(help: "The columns to take, separated by commas; all without it.") var columns: String?
  @Flag(help: "Append a column of ones.") var ones = false
  @Flag(help: "Print one JSON document.") var json = false
  @Flag(help: "Count only.") var count = false
  @Flag(help: "List the patterns, one bit a row in the order of the file.") var list = false
  @Option(help: "Of the list: text, or npy for an array of truth values, (patterns, rows).")
  var format: ListFormat?
  @Flag(help: "Scale the numbers of a CSV file by a power of ten to integers, exactly.") var decimal = false
  @Option(parsing: .unconditional, help: "Stop a list, or a count, beyond this many cells.") var cells: Int?
  @OptionGroup var sampling: SamplingOptions
  @Option(help: "Draw a picture of data of rank 2 or 3 into this .svg file.") var svg: String?
  @OptionGroup var verbosity: Verbosity
  @OptionGroup var limits: Limits

  enum ListFormat: String, ExpressibleByArgument { case text, npy }

  func validate() throws {
    if (file == nil) == (data == nil) {
      throw ValidationError(file == nil ? "No file is given." : "--data and a file exclude each other.")
    }
    if (list || format != nil) && count { throw ValidationError("--list and --count exclude each other.") }
    if sampling.sample != nil && count { throw ValidationError("--sample and --count exclude each other.") }
    if json && format != nil { throw ValidationError("--json and --format exclude each other.") }
    try sampling.validate()
  }

  func run() throws {
    let path = file ?? data ?? ""
    try check(OutputFile("--svg", svg, endings: [".svg"]), reading: path)
    let names = columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let table = try readMatrix(path: path, columns: names, decimal: decimal, memory: limits.fileBudget())
    try PatternReport.check(table)
    let x = ones ? try table.appendingOnes() : table
    let line = ProgressLine(quiet: verbosity.quiet)
    let settings = settings(line)
    Signals.cancelOnInterrupt()
    if let svg {
      let drawing = try ArrangementDrawing(of: x, settings: settings)
      line.clear()
      try writing { () throws(ZonotopeError) in try drawing.write(to: svg) }
      if !count && !list && format == nil && sampling.sample == nil { return }
    }
    if let question = try sampling.question() {
      let report = try PatternReport(of: x, question, settings: settings)
      line.clear()
      try show(report, path)
    } else if list || format != nil {
      try writeList(of: x, settings, line)
    } else {
      let report = try PatternReport(of: x, .count, settings: settings)
      line.clear()
      try print(json ? report.json() : PatternText.facts(report, file: path, seed: 0))
    }
  }

  private func settings(_ line: ProgressLine) -> EnumerationSettings {
    var settings = EnumerationSettings()
    settings.threads = limits.threads
    settings.memory = limits.memory
    settings.cells = cells
    settings.cancellation = Signals.cancellation
    settings.progress = { progress in
      line.show("\(progress.cells) patterns  \(fixed(100 * progress.fraction, 0)) %")
    }
    return settings
  }

  /// A sample: its patterns where they are asked for, and what is known of it.
  private func show(_ report: PatternReport, _ path: String) throws {
    let wanted: PatternWriter.Format? =
      json ? .json : format == .npy ? .npy : list || format == .text ? .text : nil
    let facts = PatternText.facts(report, file: path, seed: sampling.seed)
    guard let wanted else { return try print(facts) }
    if !json && !verbosity.quiet { note(facts) }
    let output = ListOutput(wanted)
    try output.check()
    _ = report.write(wanted, to: output.take)
    try output.throwFailure()
  }

  private func writeList(of x: MatrixView, _ settings: EnumerationSettings, _ line: ProgressLine) throws {
    let arrangement = try Arrangement(of: x)
    let wanted: PatternWriter.Format = json ? .json : format == .npy ? .npy : .text
    let output = ListOutput(wanted)
    try output.check()
    let result = try arrangement.write(wanted, settings: settings, to: output.take)
    line.clear()
    try output.throwFailure()
    switch result.status {
    case .complete: break
    case .cancelled:
      throw OutputFailure(reason: "the list is not complete: cancelled after \(result.cells) patterns")
    case .budget:
      throw OutputFailure(
        reason: "the list is not complete: there are more than \(cells ?? result.cells) patterns, "
          + "\(result.cells) are written")
    }
  }
}

/// Standard output as the place of a list.
private final class ListOutput {
  private let format: PatternWriter.Format
  private var failure: OutputFailure?

  init(_ format: PatternWriter.Format) { self.format = format }

  /// Binary numbers are not for a terminal.
  func check() throws {
    if format == .npy && isTerminal {
      throw ValidationError("--format npy writes binary numbers: send them to a file with > FILE.")
    }
  }

  func take(_ bytes: [UInt8]) -> Bool {
    do throws(OutputFailure) {
      try print(bytes: bytes)
      return true
    } catch {
      failure = error
      return false
    }
  }

  func throwFailure() throws(OutputFailure) { if let failure { throw failure } }
}
