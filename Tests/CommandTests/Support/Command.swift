import Foundation

/// The built command as a child process.
enum Command {
  struct Answer {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The executable in the folder of the bundle of tests.
  static let executable: URL = {
    let bundles = Bundle.allBundles.map(\.bundleURL) + [Bundle.main.bundleURL]
    let named = CommandLine.arguments.compactMap { argument -> URL? in
      guard let end = argument.range(of: ".xctest")?.upperBound else { return nil }
      return URL(fileURLWithPath: String(argument[..<end]))
    }
    let folders = (named + bundles).flatMap { [$0.deletingLastPathComponent(), $0] }
    let programs = folders.map { $0.appendingPathComponent("zonotope") }
    return programs.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? programs[0]
  }()

  static func run(
    _ arguments: String..., in folder: URL? = nil, output: FileHandle? = nil
  ) throws -> Answer {
    try run(arguments, in: folder, output: output)
  }

  static func run(
    _ arguments: [String], in folder: URL? = nil, output: FileHandle? = nil,
    environment: [String: String] = [:]
  ) throws -> Answer {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = folder }
    // Files, not pipes: nobody has to read while the program writes.
    let results = Folder()
    let out = try results.handle("out"), errors = try results.handle("errors")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output ?? out
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    return Answer(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: try results.text("out"), errors: try results.text("errors"))
  }

  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}

/// A folder of its own, removed with what is in it.
final class Folder {
  let url: URL

  init() {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("zonotope-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and gives its path.
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
  }

  func handle(_ name: String) throws -> FileHandle {
    _ = try write(name, "")
    return try FileHandle(forWritingTo: url.appendingPathComponent(name))
  }
}

/// An object of a JSON document.
func object(_ text: String) throws -> [String: Any] {
  guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
    throw CocoaError(.fileReadCorruptFile)
  }
  return object
}
