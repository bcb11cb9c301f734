import Foundation
import Testing

@Suite struct PatternsCommandTests {
  private let folder = Folder()

  /// A grid with a bias: 5 x 5 points have 402 cells (deletion and restriction).
  private func grid(_ side: Int, step: String) throws -> String {
    let rows = (0..<side * side).map { "\(decimal($0 % side, step)),\(decimal($0 / side, step)),1" }
    return try folder.write("grid.csv", (["x,y,b"] + rows).joined(separator: "\n") + "\n")
  }

  /// index * step tenths, as text.
  private func decimal(_ index: Int, _ step: String) -> String {
    step == "1" ? "\(index)" : "\(index * 3 / 10).\(index * 3 % 10)"
  }

  private func normalRows(_ n: Int, _ d: Int) throws -> String {
    var state: UInt64 = 1
    let rows = (0..<n).map { _ in
      (0..<d).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return "\(Int(state >> 40) - 8_388_608)"
      }.joined(separator: ",")
    }
    let header = (0..<d).map { "c\($0)" }.joined(separator: ",")
    return try folder.write("rows.csv", ([header] + rows).joined(separator: "\n") + "\n")
  }

  @Test func countsAndListsAgree() throws {
    let path = try normalRows(15, 5)
    // 2 sum_{k < 5} C(14, k)
    let count = try object(Command.run("patterns", path, "--json").output)
    #expect(count["cells"] as? Int == 2942 && count["rank"] as? Int == 5)
    let text = try Command.run("patterns", path, "--list")
    let lines = text.output.split(separator: "\n")
    #expect(text.status == 0 && lines.count == 2942 && Set(lines).count == 2942)
    let json = try object(Command.run("patterns", path, "--list", "--json").output)
    #expect((json["patterns"] as? [String])?.map { Substring($0) } == Array(lines))
    #expect(json["cells"] as? Int == 2942 && json["status"] as? String == "complete")
    #expect(try Command.run("patterns", path).output.contains("2942, all of them"))
  }

  @Test func arraysOfTruthValues() throws {
    let path = try normalRows(6, 3), output = try folder.handle("out.npy")
    let answer = try Command.run(["patterns", path, "--format", "npy"], output: output)
    #expect(answer.status == 0)
    let bytes = try Data(contentsOf: folder.url.appendingPathComponent("out.npy"))
    // 2 (1 + 5 + 10) patterns of 6 truth values after a header of 128 bytes.
    #expect(bytes.count == 128 + 32 * 6)
    #expect(String(decoding: bytes[..<128], as: UTF8.self).contains("'|b1'"))
    #expect(String(decoding: bytes[..<128], as: UTF8.self).contains("(32, 6)"))
    #expect(bytes[128...].allSatisfy { $0 < 2 })
  }

  /// Three tenths are not three times a tenth for doubles, which breaks the ties of a grid.
  @Test func decimalTiesNeedToBeAskedFor() throws {
    let whole = try grid(5, step: "1")
    #expect(try object(Command.run("patterns", whole, "--json").output)["cells"] as? Int == 402)
    let tenths = try grid(5, step: "0.3")
    #expect(try object(Command.run("patterns", tenths, "--json", "--decimal").output)["cells"] as? Int == 402)
    let binary = try object(Command.run("patterns", tenths, "--json").output)["cells"] as? Int ?? 0
    #expect(binary > 402)
  }

  /// One column of k different numbers with ones: k lines in the plane.
  @Test func columnsAndOnes() throws {
    let path = try folder.write("t.csv", "a,b,name\n1,5,x\n2,5,y\n3,5,z\n1,5,x\n")
    for extra in [[], ["--decimal"]] {
      let answer = try Command.run(["patterns", path, "--columns", "a", "--ones", "--json"] + extra)
      #expect(try object(answer.output)["cells"] as? Int == 6)
    }
    #expect(try Command.run("patterns", path).status == 2)
  }

  @Test func aListCutShortIsAFailure() throws {
    let path = try normalRows(30, 5)
    let answer = try Command.run("patterns", path, "--list", "--cells", "1000")
    #expect(answer.status == 1 && answer.output.split(separator: "\n").count == 1000)
    #expect(answer.errors.contains("not complete"))
    let json = try Command.run("patterns", path, "--list", "--json", "--cells", "1000")
    let document = try object(json.output)
    #expect(json.status == 1 && document["status"] as? String == "budget")
    let npy = try Command.run("patterns", path, "--format", "npy", "--cells", "1000")
    #expect(npy.status == 1 && npy.output.isEmpty)
    let count = try object(Command.run("patterns", path, "--json", "--cells", "1000").output)
    #expect(count["status"] as? String == "budget" && (count["cells"] as? Int ?? 0) > 1000)
  }

  @Test func pictures() throws {
    let path = try grid(3, step: "1"), svg = folder.url.appendingPathComponent("g.svg").path
    let answer = try Command.run("patterns", path, "--svg", svg)
    #expect(answer.status == 0 && answer.output.isEmpty)
    let text = try String(contentsOfFile: svg, encoding: .utf8)
    #expect(text.hasPrefix("<svg ") && text.contains("58 cells"))
    #expect(text.hasSuffix("</svg>\n") && text.split(separator: "<path").count == 38)
  }

  @Test func samplesEndWhenAsked() throws {
    let path = try normalRows(9, 3)
    let rare = try object(
      Command.run("patterns", path, "--sample", "1000000", "--unseen", "0.01", "--json").output)
    #expect(rare["ending"] as? String == "rare" && rare["unseenBound95"] as? Double ?? 1 < 0.01)
    let distinct = try Command.run("patterns", path, "--sample", "100000", "--distinct", "20", "--list")
    #expect(distinct.status == 0 && distinct.output.split(separator: "\n").count == 20)
    #expect(distinct.errors.contains("20 distinct"))
    for gates in ["rows:2", "windows:2", "patches:1x1/1x3", "active:0.2"] {
      let answer = try Command.run("patterns", path, "--sample", "50", "--gates", gates)
      #expect(answer.status == 0 && answer.output.contains("distinct"), "\(answer.errors)")
    }
  }

  @Test func anInterruptEndsAList() async throws {
    // 10^14 cells.
    let path = try normalRows(1000, 6), process = Process(), output = try folder.handle("out"),
      messages = try folder.handle("err")
    process.executableURL = Command.executable
    process.arguments = ["patterns", path, "--list"]
    (process.standardOutput, process.standardError) = (output, messages)
    try process.run()
    try await Task.sleep(for: .milliseconds(700))
    process.interrupt()
    for _ in 0..<600 where process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 1)
    let bytes = try Data(contentsOf: folder.url.appendingPathComponent("out"))
    let lines = bytes.count / 1001
    #expect(lines > 1000 && bytes.count == 1001 * lines && bytes.last == UInt8(ascii: "\n"))
    let errors = try folder.text("err")
    #expect(errors.contains("cancelled after \(lines) patterns"), "\(errors)")
  }
}
