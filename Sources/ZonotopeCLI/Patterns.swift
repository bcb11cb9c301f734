import ArgumentParser
import Zonotope

struct Patterns: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Enumerates or samples the activation patterns of data.")

  @Option var data: String
  @Flag var json = false
  @Flag var list = false

  func run() throws {
    let table = try CSVTable(path: data)
    let x = try table.matrix()
    let set = try Arrangement(of: x).cells(memory: 1 << 33)
    var text = "{\"cells\": \(set.count)"
    if list { text += ", \"patterns\": [" + (0..<set.count).map { "\"\(set.text(of: $0))\"" }.joined(separator: ", ") + "]" }
    print(text + "}")
  }
}
