import Foundation
import Zonotope

// Trains the performance cases and prints one table: each case in a process of its own, so that its peak memory
// is its own, and beside it plain BLAS products of the same size in the same run.

let options = Options(CommandLine.arguments.dropFirst())

// MARK: One case, for the process that asked

if let single = options.single {
  guard let benchmark = BenchmarkCase.all.first(where: { $0.name == single }) else { fail(Options.usage) }
  let row = try Row(benchmark, threads: options.threads ?? 1, folder: options.folder)
  FileHandle.standardOutput.write(try JSONEncoder().encode(row))
  exit(0)
}

// MARK: The machine

let peaks = registerPeaks()
let processor =
  (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
  .split(separator: "\n").first { $0.hasPrefix("model name") }?
  .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
let commit =
  (try? output(of: "/usr/bin/env", ["git", "rev-parse", "--short", "HEAD"]))
  .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) } ?? "unknown"
print("processor   \(processor), \(Workers.available) available")
print("OpenBLAS    \(blasCoreName), one thread")
print(
  "peak        "
    + peaks.map { "\($0.name) \(String(format: "%.1f", $0.gigaflops))" }.joined(separator: ", ")
    + " GFLOP/s of double multiply-adds on registers, one core")
print("commit      \(commit)")
print("inputs      \(options.folder.map { "files of \($0)" } ?? "drawn by Xoshiro256, seeds of the cases")")
print("")

if options.grid {
  MaskedGrid.run()
  exit(0)
}

/// Prints a table under its title, unless others were asked for.
func section(_ section: Section, _ title: String, _ table: () throws -> [[String]]) rethrows {
  guard options.shows(section) else { return }
  print(title)
  print(aligned(try table()))
  print("")
}

// MARK: Kernels

section(.products, "masked products, one thread: medians of interleaved runs, flops of the dense product") {
  MaskedShape.table()
}
let least = "one thread: least processor time of turns"
try section(.packing, "signs, \(least); the product X G' in single or double precision") {
  try ComparisonTables.packing()
}
try section(.grams, "Gram matrices of masks, \(least); (M M') o K beside K = X X'") {
  try ComparisonTables.grams()
}
try section(.shrink, "norms and proximal steps, \(least); a copy of as many bytes") {
  try ComparisonTables.shrink()
}
try section(
  .arrangements,
  "cells of standard normal rows, one thread; the reference decides each cell by a linear program"
) { try ArrangementTable.make() }
if Workers.available > 1 {
  try section(.scaling, "threads: least wall-clock time of turns") { try ScalingTable.make() }
}
try section(.lines, "networks on a line, and thresholds, one thread: least wall-clock time of turns") {
  try LineTable.make()
}
guard options.shows(.solves) else { exit(0) }

// MARK: The table

let rows = try BenchmarkCase.all.flatMap { benchmark in
  let counts = options.threads.map { [$0] } ?? (Workers.available > 1 ? [1, Workers.available] : [1])
  return try counts.map { try measure(benchmark, threads: $0, folder: options.folder) }
}
var table = [
  [
    "case", "threads", "solver", "status", "steps", "solve s", "total s", "rel. gap", "active", "peak MB",
  ]
]
for row in rows {
  table.append([
    row.name, "\(row.threads)", row.solver, row.status, "\(row.iterations)",
    String(format: "%.4f", row.solveSeconds), String(format: "%.4f", row.totalSeconds),
    String(format: "%.1e", row.relativeGap), "\(row.activePatterns)/\(row.patterns)",
    String(format: "%.1f", Double(row.memory) / 1e6),
  ])
}
print(aligned(table))
print("")

var products = [["products of the size", "seconds", "GFLOP/s", "of peak"]]
for benchmark in BenchmarkCase.all {
  let inputs = try options.folder.map { try benchmark.inputs(in: $0) } ?? benchmark.inputs()
  let (n, d, p) = (inputs.x.rows, inputs.x.columns, inputs.gates.rows)
  let measured = Products(
    n: n, d: d, p: p, x: (0..<n * d).map { inputs.x[$0 / d, $0 % d] },
    gates: (0..<p * d).map { inputs.gates[$0 / d, $0 % d] })
  for (name, product) in [
    ("dgemm (\(n) x \(d))(\(d) x \(p))", measured.dense()),
    ("dgemm (\(d) x \(n))(\(n) x \(p))", measured.denseTransposed()),
    ("masked forward, as if dense", measured.maskedForward()),
    ("masked adjoint, as if dense", measured.maskedAdjoint()),
  ] {
    let best = peaks.map(\.gigaflops).max() ?? .nan, share = product.gigaflops / best
    products.append([
      name, String(format: "%.6f", product.seconds), String(format: "%.1f", product.gigaflops),
      String(format: "%.0f %%", 100 * share),
    ])
  }
}
print(aligned(products))
