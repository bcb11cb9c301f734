import Foundation
import Testing
import Zonotope

/// `ZT_ISA` in child processes: the choice is made once a process.
@Suite struct InstructionSetTests {
  private func patterns(with set: String) throws -> Command.Answer {
    let folder = Folder()
    let table = try folder.write("t.csv", Tables.regression(40))
    return try Command.run(
      ["patterns", "--data", table, "--sample", "50", "--list"], environment: ["ZT_ISA": set])
  }

  /// All but the first line, which names a file of its own in every run.
  private func lines(of answer: Command.Answer) -> [Substring] {
    Array(answer.output.split(separator: "\n").dropFirst())
  }

  /// Patterns are the same bits in all of them. What a processor lacks is refused, not tried.
  @Test(arguments: ["reference", "avx2", "avx512", "neon"]) func isForcedOrRefused(_ set: String) throws {
    let answer = try patterns(with: set)
    if answer.status == 0 {
      #expect(try lines(of: answer) == lines(of: patterns(with: "reference")))
    } else {
      #expect(set != "reference" && answer.status > 0 && answer.output.isEmpty)
      #expect(answer.errors.contains("ZT_ISA"))
    }
  }

  @Test func unknownOnesAreRefused() throws {
    let answer = try patterns(with: "abacus")
    #expect(answer.status > 0 && answer.errors.contains("ZT_ISA"))
  }
}
