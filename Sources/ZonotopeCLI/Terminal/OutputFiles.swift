import ArgumentParser
import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that a command is asked to write.
struct OutputFile {
  /// The option that names it.
  let option: String
  let path: String
  let endings: [String]

  init?(_ option: String, _ path: String?, endings: [String]) {
    guard let path else { return nil }
    (self.option, self.path, self.endings) = (option, path, endings)
  }

  static func model(_ option: String, _ path: String?) -> OutputFile? {
    OutputFile(option, path, endings: [".safetensors"])
  }

  static func predictions(_ option: String, _ path: String?) -> OutputFile? {
    OutputFile(option, path, endings: [".csv", ".npy"])
  }
}

/// Refuses, before any work, files that could not be written after it, that are read by the same command, or that two
/// options name, and names that do not end as their contents do. What is there and is no regular file, such as
/// /dev/stdout, may have any name.
func check(_ outputs: OutputFile?..., reading inputs: String...) throws {
  try check(outputs, reading: inputs)
}

private func check(_ outputs: [OutputFile?], reading inputs: [String]) throws {
  var taken = inputs.map { ($0, identity($0)) }
  for output in outputs.compactMap({ $0 }) {
    try checkWritable(output.path)
    if isDevice(output.path) { continue }
    let own = identity(output.path)
    if let (other, _) = taken.first(where: { $0.0 == output.path || (own != nil && $0.1 == own) }) {
      throw ValidationError(
        "\(output.option): \(output.path) would overwrite \(other), which this command uses too.")
    }
    if !output.endings.contains(where: output.path.hasSuffix) {
      let endings = output.endings.joined(separator: " or ")
      throw ValidationError(
        "\(output.option): the name of the file must end in \(endings), not '\(output.path)'.")
    }
    taken.append((output.path, own))
  }
}

/// Device and inode of a file that is there.
private func identity(_ path: String) -> [UInt64]? {
  var status = stat()
  guard stat(path, &status) == 0 else { return nil }
  return [UInt64(status.st_dev), UInt64(status.st_ino)]
}

private func isDevice(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
}
