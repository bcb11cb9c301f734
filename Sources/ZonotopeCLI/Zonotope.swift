import ArgumentParser
import Zonotope

@main
struct ZonotopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zonotope",
    abstract: "Trains neural networks to a certified global optimum.",
    discussion: """
      Exit status: 0 for success, whatever the solver proved; 2 for arguments or files that cannot be worked \
      with; 1 when writing fails or memory runs out; 141 when nobody reads standard output any more.
      """,
    version: libraryVersion,
    subcommands: [
      Train.self, Path.self, Predict.self, Certify.self, Prune.self, Solve.self, Patterns.self, Plot.self,
      Inspect.self, Demo.self,
    ])

  /// In place of the parser's own, whose exit status for misuse is 64.
  static func main() {
    Signals.turnIntoErrors()
    do {
      var command = try parseAsRoot()
      try command.run()
      exitProcess(.success)
    } catch {
      exitProcess(report(error))
    }
  }

  private static func report(_ error: any Error) -> Outcome {
    switch error {
    case let error as ZonotopeError:
      complain("\(error)")
      if case .outOfMemory = error { return .failure }
      return .misuse
    case let error as OutputFailure:
      if error.isBrokenPipe { return .brokenPipe }
      complain(error.reason)
      return .failure
    default: break
    }
    if exitCode(for: error) == .success {
      // --help and --version.
      do {
        try print(fullMessage(for: error))
        return .success
      } catch {
        return report(error)
      }
    }
    complain(message(for: error))
    return .misuse
  }
}
