import ArgumentParser
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@main
struct ZonotopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zonotope",
    abstract: "Trains neural networks to a certified global optimum.",
    subcommands: [Solve.self, Patterns.self])
}
