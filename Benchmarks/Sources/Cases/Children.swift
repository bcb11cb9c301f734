import Foundation

/// What a program prints.
func output(of tool: String, _ arguments: [String]) throws -> Data {
  let process = Process(), pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: tool)
  process.arguments = arguments
  process.standardOutput = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { fail("\(tool) \(arguments) failed") }
  return data
}

/// The row of a case, from a process of its own: its peak memory is that of the case. The best of three, because
/// other work on the machine only ever adds.
func measure(_ benchmark: BenchmarkCase, threads: Int, folder: String?) throws -> Row {
  var arguments = ["--case", benchmark.name, "--threads", "\(threads)"]
  if let folder { arguments += ["--data", folder] }
  let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
  let rows = try (0..<3).map { _ in
    try JSONDecoder().decode(Row.self, from: output(of: program, arguments))
  }
  return rows.min { $0.totalSeconds < $1.totalSeconds }!
}
