import ArgumentParser
import Zonotope

extension SolverKind: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension TrainingPlan.LossKind: ExpressibleByArgument {}

/// What a run may spend.
struct Limits: ParsableArguments {
  @Option(parsing: .unconditional, help: "Threads at most; 0 for one per processor.") var threads = 0
  @Option(parsing: .unconditional, help: "Bytes of memory at most; half of the machine's without it.")
  var memory: Int?

  func apply(to settings: inout SolverSettings) {
    settings.threads = threads
    settings.memory = memory
  }

  /// Bytes for reading a file.
  func fileBudget() throws(ZonotopeError) -> Int {
    if let memory, memory <= 0 {
      throw .invalid(place: "memory", reason: "\(memory) bytes are not above 0")
    }
    var settings = SolverSettings()
    settings.memory = memory
    return settings.memoryBudget
  }
}

/// How much is printed.
struct Verbosity: ParsableArguments {
  @Flag(help: "No progress and no explanations.") var quiet = false
}
