import Foundation
import Testing

/// The program of the README compiles, runs and prints what the README says.
@Suite struct ReadmeTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test func theProgramPrintsWhatIsPrintedBelowIt() throws {
    let text = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    let program = try #require(Self.block("swift", of: text[...]))
    let expected = try #require(Self.block("text", of: text[program.end...]))
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("zonotope-readme-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("main.swift")
    try program.content.write(to: source, atomically: true, encoding: .utf8)

    let binary = folder.appendingPathComponent("program")
    let compilation = try Self.run("swiftc", [source.path, "-o", binary.path] + Self.compilerFlags())
    try #require(compilation.status == 0, "\(compilation.output)")
    let execution = try Self.run(binary.path, [])
    #expect(execution.status == 0)
    #expect(execution.output == expected.content)
  }

  /// The first fenced block of a language, and where it ends.
  private static func block(
    _ language: String, of text: Substring
  ) -> (content: String, end: String.Index)? {
    guard let start = text.range(of: "```\(language)\n"),
      let end = text.range(of: "```", range: start.upperBound..<text.endIndex)
    else { return nil }
    return (String(text[start.upperBound..<end.lowerBound]), end.upperBound)
  }

  /// What a package that depends on this one is compiled and linked with.
  private static func compilerFlags() throws -> [String] {
    let built = try #require(Bundle.main.executableURL).resolvingSymlinksInPath().deletingLastPathComponent()
    try #require(
      FileManager.default.fileExists(
        atPath: built.appendingPathComponent("Modules/Zonotope.swiftmodule").path),
      "there are no modules in \(built.path)")
    let libraries = try run("pkg-config", ["--cflags", "--libs", "openblas", "lapacke"])
    try #require(libraries.status == 0, "\(libraries.output)")
    let (headers, links) = libraries.output.split(whereSeparator: \.isWhitespace).map(String.init)
      .reduce(into: ([String](), [String]())) { parts, flag in
        if flag.hasPrefix("-I") { parts.0 += ["-Xcc", flag] } else { parts.1.append(flag) }
      }
    let maps = ["include", "CKernels", "Sources/COpenBLAS"].flatMap {
      ["-Xcc", "-fmodule-map-file=\(root.path)/\($0)/module.modulemap"]
    }
    return ["-swift-version", "6", "-I", built.appendingPathComponent("Modules").path] + maps + headers
      + (try objects(in: built)) + links
  }

  /// Those that these tests were linked with: the folders may hold others, of sources that are gone.
  private static func objects(in built: URL) throws -> [String] {
    let list = built.appendingPathComponent("ZonotopePackageTests.product/Objects.LinkFileList")
    let text = try String(contentsOf: list, encoding: .utf8)
    return text.split(separator: "\n").map { $0.trimmingCharacters(in: ["'", "\""]) }
      .filter { $0.contains("/Zonotope.build/") || $0.contains("/CKernels.build/") }
  }

  private static func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
