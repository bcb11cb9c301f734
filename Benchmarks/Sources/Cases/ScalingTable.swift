import Comparisons
import Foundation
import Zonotope

/// Two threads beside one through the library's ``Workers``: least wall-clock seconds of runs in turn.
enum ScalingTable {
  static func make() throws -> [[String]] {
    var lines = [["work", "1 thread s", "2 threads s", "speed-up"]]
    for shape in MaskedShape.all.prefix(5) { lines += try products(shape) }
    let x = try CellComparisons.rows(50, 6), arrangement = try Arrangement(of: x)
    func settings(_ threads: Int) -> EnumerationSettings {
      var settings = EnumerationSettings()
      settings.threads = threads
      return settings
    }
    lines.append(line("cells 50 x 6, collected") { _ = try? arrangement.cells(settings: settings($0)) })
    lines.append(line("cells 50 x 6, counted") { _ = try? CellCount(of: x, settings: settings($0)) })
    return lines
  }

  private static func products(_ shape: MaskedShape) throws -> [[String]] {
    let (n, d, p) = (shape.n, shape.d, shape.p)
    var random = Xoshiro256(seed: 21)
    func numbers(_ count: Int) -> [Double] { (0..<count).map { _ in random.nextNormal() } }
    let x = try MatrixView(numbers(n * d), rows: n, columns: d)
    let gates = try MatrixView(numbers(p * d), rows: p, columns: d)
    let patterns = try PatternSelection.gates(gates).patterns(of: x, memory: 1 << 32)
    let map = try MaskedMap(x: x, patterns: patterns), workspace = try map.makeWorkspace(threads: 2)
    let teams = [Workers(threads: 1), Workers(threads: 2)]
    let z = numbers(map.blocks * d), r = numbers(n)
    var f = [Double](repeating: 0, count: n), g = [Double](repeating: 0, count: map.blocks * d)
    let name = "\(n), \(d), \(p)"
    let forward = line("\(name) forward") { threads in
      z.withUnsafeBufferPointer { z in
        f.withUnsafeMutableBufferPointer { map.forward(z, into: $0, workspace, teams[threads - 1]) }
      }
    }
    let adjoint = line("\(name) adjoint") { threads in
      r.withUnsafeBufferPointer { r in
        g.withUnsafeMutableBufferPointer { map.adjoint(r, into: $0, workspace, teams[threads - 1]) }
      }
    }
    return [forward, adjoint]
  }

  private static func line(_ name: String, _ body: (_ threads: Int) -> Void) -> [String] {
    var best = [Double.infinity, .infinity]
    for _ in 0..<9 {
      for threads in 1...2 {
        let start = seconds()
        body(threads)
        best[threads - 1] = min(best[threads - 1], seconds() - start)
      }
    }
    return [
      name, String(format: "%.6f", best[0]), String(format: "%.6f", best[1]),
      String(format: "%.2f", best[0] / best[1]),
    ]
  }
}
