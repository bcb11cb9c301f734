import Foundation
import Testing

/// A full disk, a folder that may not be written to, a closed pipe: exit status 1, and no file half written.
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
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let answer = try Command.run(["solve", problem], output: pipe.fileHandleForWriting)
    #expect(answer.status == 1 && answer.errors.contains("standard output"))
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
