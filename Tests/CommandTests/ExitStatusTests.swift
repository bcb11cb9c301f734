import Foundation
import Testing

/// Arguments that cannot be worked with, and what the message must contain.
struct Misuse: CustomTestStringConvertible, Sendable {
  let arguments: [String]
  let message: String
  var testDescription: String { arguments.joined(separator: " ") }

  /// `CSV` stands for a sound table, `MODEL` for a file that is none.
  static let all: [Misuse] = [
    Misuse(arguments: ["nonsense"], message: "nonsense"),
    Misuse(arguments: ["solve"], message: "file"),
    Misuse(arguments: ["solve", "--no-such-option", "x"], message: "--no-such-option"),
    Misuse(arguments: ["solve", "/nonexistent.json"], message: "/nonexistent.json"),
    Misuse(arguments: ["solve", "CSV"], message: "CSV:1:1"),
    Misuse(arguments: ["train", "CSV"], message: "--target"),
    Misuse(arguments: ["train", "CSV", "--target", "z"], message: "'z'"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--columns", "a,a"], message: "twice"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--columns", ""], message: "column"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--beta=-1"], message: "beta"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--beta", "nan"], message: "beta"),
    Misuse(
      arguments: ["train", "CSV", "--target", "y", "--beta", "1", "--beta-ratio", "1"], message: "--beta"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--patterns", "many"], message: "--patterns"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--patterns", "0"], message: "patterns"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--memory", "100"], message: "memory"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--memory", "0"], message: "memory"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--loss", "hinge"], message: "hinge"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--loss", "logistic"], message: "classes"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--solver", "simplex"], message: "simplex"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--test", "1"], message: "test"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--tolerance", "0"], message: "tolerance"),
    Misuse(arguments: ["train", "CSV", "--target", "y", "--threads=-1"], message: "threads"),
    Misuse(arguments: ["inspect", "CSV"], message: "byte"),
    Misuse(arguments: ["predict", "CSV", "--data", "CSV"], message: "byte"),
    Misuse(arguments: ["patterns", "--data", "CSV", "--list", "--count"], message: "--count"),
    Misuse(arguments: ["patterns", "--data", "CSV", "--sample", "0"], message: "sample"),
    Misuse(arguments: ["patterns", "WIDE", "--svg", "w.svg"], message: "rank"),
    Misuse(arguments: ["patterns", "CSV", "--svg", "w.png"], message: ".svg"),
    Misuse(arguments: ["patterns", "CSV", "--data", "CSV"], message: "--data"),
    Misuse(arguments: ["patterns"], message: "file"),
    Misuse(arguments: ["patterns", "CSV", "--json", "--format", "npy"], message: "--format"),
    Misuse(arguments: ["patterns", "CSV", "--gates", "rows:1"], message: "--sample"),
    Misuse(arguments: ["patterns", "CSV", "--sample", "5", "--gates", "rows:0"], message: "rows"),
    Misuse(arguments: ["patterns", "CSV", "--sample", "5", "--gates", "nonsense"], message: "--gates"),
    Misuse(arguments: ["patterns", "CSV", "--cells", "0"], message: "cells"),
    Misuse(arguments: ["patterns", "CSV", "--threads=-1"], message: "threads"),
    Misuse(arguments: ["patterns", "LONG", "--decimal"], message: "digits"),
    Misuse(arguments: ["patterns", "ARRAY", "--decimal"], message: "decimal"),
    Misuse(arguments: ["patterns", "--data", "EMPTY"], message: "0 rows"),
    Misuse(arguments: ["demo", "CSV"], message: "two files"),
  ]
}

@Suite struct ExitStatusTests {
  @Test(arguments: Misuse.all) func misuseIsTwo(_ misuse: Misuse) throws {
    let folder = Folder()
    let files = [
      "CSV": try folder.write("t.csv", Tables.regression(12)),
      "WIDE": try folder.write("w.csv", "a,b,c,d\n1,0,0,0\n0,1,0,0\n0,0,1,0\n0,0,0,1\n"),
      "LONG": try folder.write("l.csv", "a,b\n1,0.123456789012345678901\n"),
      "ARRAY": try folder.write("a.npy", "no array"),
      "EMPTY": try folder.write("e.csv", "a,b\n"),
    ]
    let answer = try Command.run(misuse.arguments.map { files[$0] ?? $0 })
    #expect(answer.status == 2)
    #expect(answer.output.isEmpty)
    #expect(answer.errors.hasPrefix("zonotope: "))
    let message = misuse.message.hasPrefix("CSV") ? "t.csv:1:1" : misuse.message
    #expect(answer.errors.contains(message), "\(answer.errors)")
  }

  @Test func helpAndVersionAreZero() throws {
    for arguments in [["--help"], ["--version"], ["train", "--help"], ["help", "solve"]] {
      let answer = try Command.run(arguments)
      #expect(answer.status == 0 && answer.errors.isEmpty && !answer.output.isEmpty)
    }
  }

  @Test func failedWritesAreOne() throws {
    let folder = Folder(), data = try folder.write("t.csv", Tables.regression(12))
    if let full = FileHandle(forWritingAtPath: "/dev/full") {
      for arguments in [["--version"], ["patterns", "--data", data, "--sample", "5"]] {
        #expect(try Command.run(arguments, output: full).status == 1)
      }
    }
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    #expect(try Command.run(["--help"], output: pipe.fileHandleForWriting).status == 141)
    let answer = try Command.run("train", data, "--target", "y", "--output", "/nonexistent/m.safetensors")
    #expect(answer.status == 1 && answer.errors.contains("/nonexistent/m.safetensors"))
  }

  @Test func patternsSample() throws {
    let folder = Folder()
    let data = try folder.write("w.csv", "a,b,c,d\n1,0,0,0\n0,1,0,0\n0,0,1,0\n0,0,0,1\n")
    let answer = try Command.run("patterns", "--data", data, "--json", "--sample", "500", "--seed", "3")
    let document = try object(answer.output)
    #expect((document["patterns"] as? [String])?.count == 16)
    #expect(document["unseenProbability"] as? Double == 0)
    let text = try Command.run("patterns", "--data", data, "--sample", "3", "--seed", "3")
    #expect(text.status == 0 && text.output.contains("probability"))
  }

  @Test func interruptReturnsTheBestModel() async throws {
    let folder = Folder()
    var lines = ["a,b,c,d,e,y"]
    for k in 0..<300 {
      lines.append(
        (0..<6).map { "\(Double(((k &* 6 &+ $0) &* 7919) % 4001) / 2000 - 1)" }.joined(separator: ","))
    }
    let data = try folder.write("t.csv", lines.joined(separator: "\n") + "\n")
    let process = Process(), output = try folder.handle("out")
    process.executableURL = Command.executable
    process.arguments = ["train", data, "--target", "y", "--patterns", "2000", "--json"]
    process.standardOutput = output
    try process.run()
    try await Task.sleep(for: .milliseconds(1500))
    process.interrupt()
    for _ in 0..<600 where process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    let result = try object(folder.text("out"))["result"] as? [String: Any]
    #expect(["cancelled", "optimal"].contains(result?["status"] as? String))
  }
}
