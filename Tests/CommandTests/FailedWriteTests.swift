import Foundation
import Testing

/// A full disk, a file that would grow too large, a folder that may not be written to: exit status 1. A pipe that nobody
/// reads: 141, without a word. Never a file half written.
@Suite struct FailedWriteTests {
  private static let problem = BadProblem(message: "").text

  @Test func aFullDisk() throws {
    guard let full = FileHandle(forWritingAtPath: "/dev/full") else { return }
    let folder = Folder(), table = try folder.write("t.csv", Tables.regression(12))
    let problem = try folder.write("problem.json", Self.problem), model = folder.path("m.safetensors")
    let array = folder.path("full.npy")
    try FileManager.default.createSymbolicLink(atPath: array, withDestinationPath: "/dev/full")
    let train = ["train", table, "--target", "y", "--beta-ratio", "0.5", "--output"]
    #expect(try Command.run(train + [model]).status == 0)
    for arguments in [
      train + ["/dev/full"], train + [model, "--predictions", "/dev/full"],
      train + [model, "--predictions", array],
      ["solve", problem, "--network", "/dev/full"], ["solve", problem, "--predictions", array],
      ["predict", model, "--data", table, "--output", "/dev/full"],
      ["predict", model, "--data", table, "--output", array],
    ] {
      let answer = try Command.run(arguments)
      #expect(answer.status == 1 && answer.output.isEmpty, "\(arguments)")
      #expect(answer.errors.contains("full"), "\(answer.errors)")
    }
    for arguments in [["solve", problem], ["predict", model, "--data", table], train + [model, "--json"]] {
      #expect(try Command.run(arguments, output: full).status == 1)
    }
  }

  @Test func aClosedPipe() throws {
    let folder = Folder(), problem = try folder.write("problem.json", Self.problem)
    let table = try folder.write("t.csv", Tables.regression(12)), model = folder.path("m.safetensors")
    let train = ["train", table, "--target", "y", "--beta-ratio", "0.5"]
    for arguments in [["solve", problem], train + ["--output", model], ["--help"]] {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let answer = try Command.run(arguments, output: pipe.fileHandleForWriting)
      #expect(answer.status == 141 && answer.errors.isEmpty, "\(arguments) \(answer.errors)")
    }
    // What was asked for in a file is there: it comes before the text.
    #expect(try Command.run("inspect", model).status == 0)
  }

  /// As `zonotope predict ... | head -1` does it, with more output than a pipe holds.
  @Test func aReaderThatHasEnough() throws {
    let folder = Folder(), table = try folder.write("t.csv", Tables.regression(12))
    let model = folder.path("m.safetensors")
    let trained = try Command.run("train", table, "--target", "y", "--beta-ratio", "0.5", "--output", model)
    #expect(trained.status == 0)
    let lines = Tables.regression(12).split(separator: "\n")
    let long = ([lines[0]] + (0..<2000).flatMap { _ in lines[1...] }).joined(separator: "\n")
    let rows = try folder.write("long.csv", long + "\n")
    let answer = try shell(
      "\"$0\" predict \(model) --data \(rows) 2>errors | head -1; echo ${PIPESTATUS[0]}", folder)
    #expect(answer == "output\n141\n")
    #expect(try folder.text("errors").isEmpty)
  }

  /// A limit on the size of files, which also sends a signal: an error like any other, and the old file is whole.
  @Test func aFileThatWouldGrowTooLarge() throws {
    let folder = Folder(), table = try folder.write("t.csv", Tables.regression(12))
    let model = folder.path("m.safetensors")
    let train = "train \(table) --target y --beta-ratio 0.5 --quiet --output \(model)"
    #expect(try shell("\"$0\" \(train) >out; echo $?", folder) == "0\n")
    let before = try Data(contentsOf: URL(fileURLWithPath: model))
    // The runtime of the Thread sanitizer keeps its memory in files and ends by a signal here, whatever the command.
    guard try shell("ulimit -f 1; \"$0\" --version >/dev/null; echo $?", folder) == "0\n" else { return }
    // One block of 512 or 1024 bytes, less than any model.
    let answer = try shell("ulimit -f 1; \"$0\" \(train) 2>errors; echo $?", folder)
    #expect(answer == "1\n")
    #expect(try folder.text("errors").contains("m.safetensors"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == before)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(Set(names) == ["t.csv", "m.safetensors", "out", "errors"])
  }

  /// Runs a line in which $0 is the command; its standard output.
  private func shell(_ line: String, _ folder: Folder) throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line, Command.executable.path]
    process.currentDirectoryURL = folder.url
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The superuser may write anywhere: for it there is /proc.
  @Test func aFolderThatIsReadOnly() throws {
    let folder = Folder(), table = try folder.write("t.csv", Tables.regression(12))
    var target = "/proc/m.safetensors"
    if geteuid() != 0 {
      try FileManager.default.createDirectory(
        atPath: folder.path("closed"), withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o555])
      target = folder.path("closed/m.safetensors")
    }
    let answer = try Command.run(
      "train", table, "--target", "y", "--beta-ratio", "0.5", "--output", target)
    #expect(answer.status == 1 && answer.errors.contains("m.safetensors"), "\(answer.errors)")
  }
}
