import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The exit statuses of the program.
enum Outcome: Int32 {
  case success = 0
  /// The program itself failed: it could not write, or there was no memory.
  case failure = 1
  /// It was given something that cannot be worked with.
  case misuse = 2
  /// Nobody reads standard output any more: what a shell shows for a program that ends by SIGPIPE.
  case brokenPipe = 141
}

func exitProcess(_ outcome: Outcome) -> Never { exit(outcome.rawValue) }

/// Something could not be written.
struct OutputFailure: Error {
  let reason: String
  /// Whoever read standard output has gone, as `head` does when it has its lines. That is no news to anybody.
  var isBrokenPipe = false

  init(reason: String) { self.reason = reason }

  fileprivate init(standardOutput code: Int32) {
    reason = "standard output: \(String(cString: strerror(code)))"
    isBrokenPipe = code == EPIPE
  }
}

/// Writes a line to standard output, unbuffered, and checks that it arrives.
func print(_ text: String) throws(OutputFailure) {
  try print(bytes: Array((text + "\n").utf8))
}

/// Writes bytes to standard output.
func print(bytes: [UInt8]) throws(OutputFailure) {
  let code = writeAll(bytes, STDOUT_FILENO)
  if code != 0 { throw OutputFailure(standardOutput: code) }
}

/// Whether standard output is one.
var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

/// Something beside the output, on standard error.
func note(_ text: String) { _ = writeAll(Array((text + "\n").utf8), STDERR_FILENO) }

/// A message on standard error. Nothing can be done when that fails.
func complain(_ message: String) {
  _ = writeAll(Array("zonotope: \(message)\n".utf8), STDERR_FILENO)
}

func writeAll(_ bytes: [UInt8], _ descriptor: Int32) -> Int32 {
  bytes.withUnsafeBytes { bytes in
    var done = 0
    while done < bytes.count {
      let written = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if written < 0, errno == EINTR { continue }
      if written < 0 { return errno }
      done += written
    }
    return 0
  }
}

/// Runs what writes files: that the system refuses is a failure of the program, not misuse.
func writing(_ body: () throws(ZonotopeError) -> Void) throws {
  do throws(ZonotopeError) {
    try body()
  } catch {
    if case .inputOutput = error { throw OutputFailure(reason: "\(error)") }
    throw error
  }
}

/// Refuses, before any work, files that could not be written after it.
func checkWritable(_ paths: String?...) throws(OutputFailure) {
  for case let path? in paths {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw OutputFailure(reason: "\(path): \(String(cString: strerror(EISDIR)))")
    }
    if path.isEmpty || access(folder, X_OK) != 0 {
      throw OutputFailure(reason: "\(path): \(String(cString: strerror(path.isEmpty ? ENOENT : errno)))")
    }
  }
}
