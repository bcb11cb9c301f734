import Foundation

/// Prints a line at once, also into a file.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
func short(_ value: Double) -> String { String(format: "%.1e", value) }

/// The most memory that this process has had in use.
func peakMegabytes() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss / 1_000_000
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1000
  #endif
}
