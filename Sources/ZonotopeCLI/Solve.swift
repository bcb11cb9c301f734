import ArgumentParser
import Zonotope
import Glibc

struct Solve: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Solves a problem file and prints one JSON result.")

  @Flag var verbose = false
  @Argument(help: "The problem file.") var file: String

  func run() throws {
    var problem = try Problem(path: file)
    if verbose { problem.settings.progress = { p in print("\(p.iteration) \(p.objective) \(p.lowerBound) \(p.relativeGap) \(p.activeBlocks)\n") } }
    print(try problem.solve().json())
  }
}
