import Foundation
import Testing

/// An entry of `Tests/Oracles` that the program can be run on.
struct Oracle: CustomTestStringConvertible, Sendable {
  let file: String
  let index: Int
  let id: String

  var testDescription: String { id }

  static let all: [Oracle] = {
    let folder = Command.root.appendingPathComponent("Tests/Oracles")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().flatMap { name in
      ((try? entries(name)) ?? []).enumerated().map {
        Oracle(file: name, index: $0.offset, id: $0.element["id"] as? String ?? "\(name) \($0.offset)")
      }
    }
  }()

  private static func entries(_ name: String) throws -> [[String: Any]] {
    let path = Command.root.appendingPathComponent("Tests/Oracles/\(name)")
    let document = try object(String(decoding: try Data(contentsOf: path), as: UTF8.self))
    return document["entries"] as? [[String: Any]] ?? []
  }

  func entry() throws -> [String: Any] { try Self.entries(file)[index] }
}

@Suite struct OracleTests {
  @Test func thereAreOracles() { #expect(Oracle.all.count > 40) }

  @Test(arguments: Oracle.all) func holds(_ oracle: Oracle) throws {
    let entry = try oracle.entry(), folder = Folder()
    let expected = try #require(entry["expect"] as? [String: Any])
    if let problem = entry["problem"] as? [String: Any] {
      let text = try JSONSerialization.data(withJSONObject: problem)
      let path = try folder.write("problem.json", String(decoding: text, as: UTF8.self))
      let answer = try Command.run("solve", path)
      try #require(answer.status == 0, "\(answer.errors)")
      let asked = (problem["solver"] as? [String: Any])?["tolerance"] as? Double ?? 1e-6
      try ResultChecks(result: object(answer.output), expected: expected, asked: asked).check()
    } else if let rows = (entry["arrangement"] as? [String: Any])?["x"] as? [[Double]] {
      try arrangement(rows, expected, folder)
    }
  }

  private func arrangement(_ rows: [[Double]], _ expected: [String: Any], _ folder: Folder) throws {
    let header = rows[0].indices.map { "x\($0)" }.joined(separator: ",")
    let lines = rows.map { $0.map { "\($0)" }.joined(separator: ",") }
    let path = try folder.write("x.csv", ([header] + lines).joined(separator: "\n") + "\n")
    let wanted = expected["patterns"] as? [String]
    let arguments = ["patterns", "--data", path, "--json"] + (wanted == nil ? [] : ["--list"])
    let answer = try Command.run(arguments)
    try #require(answer.status == 0, "\(answer.errors)")
    let result = try object(answer.output)
    #expect(result["cells"] as? Int == expected["cells"] as? Int)
    guard let wanted else { return }
    let found = try #require(result["patterns"] as? [String])
    #expect(found.count == Set(found).count)
    #expect(Set(found) == Set(wanted))
  }
}
