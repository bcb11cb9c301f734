import Foundation
import Testing

/// The command and the signals that cancel it, on problems that would run for the better part of a minute.
@Suite(.serialized) struct CancellationTests {
  private static func value(_ k: Int) -> Double { Double((k &* 7919) % 4001) / 2000 - 1 }

  private static let samples = 600

  private static func row(_ i: Int) -> String {
    (0..<5).map { "\(value(i * 6 + $0))" }.joined(separator: ",")
  }

  private static func isPositive(_ i: Int) -> Bool { value(i * 6 + 5) > 0 }

  private static func problem() -> String {
    let rows = (0..<samples).map { "[\(row($0))]" }.joined(separator: ",")
    let y = (0..<samples).map { isPositive($0) ? "1" : "-1" }.joined(separator: ",")
    return """
      {"format": "zonotope-problem", "version": 1, "data": {"x": [\(rows)], "y": [\(y)]}, \
      "model": {"kind": "two-layer", "patterns": {"sample": {"count": 2000, "seed": 1}}}, \
      "loss": {"kind": "logistic"}, "betaRatio": 0.0001, "solver": {"tolerance": 1e-15}}
      """
  }

  private static func table() -> String {
    let rows = (0..<samples).map { "\(row($0)),\(isPositive($0) ? "up" : "down")" }
    return (["a,b,c,d,e,y"] + rows).joined(separator: "\n") + "\n"
  }

  /// Starts the command, sends the signals once it is at work, and waits: the process and the seconds it took to end.
  private func interrupted(
    _ arguments: [String], by signals: [Int32], _ folder: Folder
  ) async throws -> (process: Process, seconds: Double) {
    let process = Process()
    process.executableURL = Command.executable
    process.arguments = arguments
    process.standardOutput = try folder.handle("out")
    process.standardError = try folder.handle("errors")
    // The threads of tests may be at work elsewhere when the process ends; this is called on one of its own.
    let end = Moment()
    process.terminationHandler = { _ in end.isNow() }
    try process.run()
    try await Task.sleep(for: .milliseconds(1000))
    let start = ContinuousClock.now
    for number in signals { kill(process.processIdentifier, number) }
    while end.time == nil, ContinuousClock.now - start < .seconds(30) {
      try await Task.sleep(for: .milliseconds(5))
    }
    let duration = (end.time ?? ContinuousClock.now) - start
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return (process, duration / .seconds(1))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func solveReturnsTheBestNetwork(signal: Int32) async throws {
    let folder = Folder(), network = folder.path("n.safetensors")
    let path = try folder.write("problem.json", Self.problem())
    let (process, seconds) = try await interrupted(
      ["solve", path, "--network", network], by: [signal], folder)
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(seconds < 2)
    #expect(try object(folder.text("out"))["status"] as? String == "cancelled")
    #expect(try Command.run("inspect", network).status == 0)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func trainSavesTheBestModel(signal: Int32) async throws {
    let folder = Folder(), model = folder.path("m.safetensors")
    let path = try folder.write("t.csv", Self.table())
    let (process, seconds) = try await interrupted(
      [
        "train", path, "--target", "y", "--patterns", "2000", "--beta-ratio", "0.0001", "--tolerance",
        "1e-15",
        "--json", "--output", model,
      ], by: [signal], folder)
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(seconds < 2)
    let result = try object(folder.text("out"))["result"] as? [String: Any]
    #expect(result?["status"] as? String == "cancelled")
    #expect(try Command.run("inspect", model).status == 0)
  }

  @Test func pathSavesTheModelsSoFar() async throws {
    let folder = Folder(), models = folder.path("m.safetensors")
    let path = try folder.write("t.csv", Self.table())
    let (process, seconds) = try await interrupted(
      [
        "path", path, "--target", "y", "--patterns", "2000", "--tolerance", "1e-15", "--json", "--output",
        models,
      ], by: [SIGINT], folder)
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(seconds < 2)
    #expect(try object(folder.text("out"))["stopped"] as? String == "cancelled")
    #expect(try Command.run("inspect", models, "--index", "0").status == 0)
  }

  /// Two different signals: equal ones that are pending at the same time are one.
  @Test func theSecondSignalEndsAtOnce() async throws {
    let folder = Folder()
    let path = try folder.write("problem.json", Self.problem())
    let (process, seconds) = try await interrupted(["solve", path], by: [SIGINT, SIGTERM], folder)
    #expect(process.terminationReason == .exit)
    #expect([128 + SIGINT, 128 + SIGTERM].contains(process.terminationStatus))
    #expect(seconds < 1)
    #expect(try folder.text("out").isEmpty)
  }
}

/// A point in time that another thread knows.
private final class Moment: @unchecked Sendable {
  private let lock = NSLock()
  private var known: ContinuousClock.Instant?

  var time: ContinuousClock.Instant? { lock.withLock { known } }
  func isNow() { lock.withLock { known = ContinuousClock.now } }
}
